"""Stage what happens in front of the camera: what stays in the clean plate and what is to be removed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from photodouble.demo.camera import Camera
from photodouble.demo.cloth import weave
from photodouble.demo.foreground import Element, empty_element, paste
from photodouble.demo.person import Walk
from photodouble.demo.street import build_street, build_wide_wall
from photodouble.demo.textures import Picture
from photodouble.demo.wire import Wire


class Action(Protocol):
    """Photograph a moment: the clean picture, grain-free, and the element to be removed."""

    def photograph(self, camera: Camera, seconds: float, shutter: float) -> tuple[Picture, Element]:
        """Give the clean picture (H, W, 3) scene-linear and the element in front of it."""


@dataclass(frozen=True)
class PersonWalks:
    """Somebody walks down the street and is to be removed."""

    seed: int = 7
    walk: Walk = field(default_factory=Walk)

    def photograph(self, camera: Camera, seconds: float, shutter: float) -> tuple[Picture, Element]:
        """Give the empty street, and the person with shadow."""
        street = build_street(camera.size, self.seed).photograph(camera)
        return street, self.walk.element(camera, seconds, shutter)


@dataclass(frozen=True)
class WireSways:
    """The person stays; a wire in front of the street and the person is to be removed."""

    seed: int = 7
    walk: Walk = field(default_factory=Walk)
    wire: Wire = field(default_factory=Wire)

    def photograph(self, camera: Camera, seconds: float, shutter: float) -> tuple[Picture, Element]:
        """Give the street with the person in it, and the wire."""
        street = build_street(camera.size, self.seed).photograph(camera)
        person = self.walk.element(camera, seconds, shutter)
        return person.over(street), self.wire.element(camera, seconds, shutter)


@dataclass(frozen=True)
class ClothWaves:
    """A cloth waves in front of the street; the markers taped to it are to be removed."""

    seed: int = 7

    def photograph(self, camera: Camera, seconds: float, shutter: float) -> tuple[Picture, Element]:
        """Give the cloth without markers before the street, and the markers."""
        street = build_street(camera.size, self.seed).photograph(camera)
        fabric, markers = weave(camera.size, self.seed).photograph(camera, seconds, shutter)
        return fabric.over(street), markers


@dataclass(frozen=True)
class NobodyThere:
    """The empty street: a clean pass, nothing to be removed."""

    seed: int = 7

    def photograph(self, camera: Camera, seconds: float, shutter: float) -> tuple[Picture, Element]:  # noqa: ARG002
        """Give the empty street and nothing."""
        return build_street(camera.size, self.seed).photograph(camera), empty_element(camera.size)


@dataclass(frozen=True)
class SomethingPasses:
    """A soft dark shape of `share` of the picture's area drifts to and fro for as long as the shot lasts."""

    seed: int = 7
    share: float = 0.085

    def photograph(self, camera: Camera, seconds: float, shutter: float) -> tuple[Picture, Element]:  # noqa: ARG002
        """Give the empty street, and the shape."""
        street = build_street(camera.size, self.seed).photograph(camera)
        return street, drifting_shape(camera.size, seconds, share=self.share)


@dataclass(frozen=True)
class WideWall:
    """Nothing but a wall, in as many pixels as wanted, with a soft shape drifting before it."""

    seed: int = 7
    share: float = 0.04

    def photograph(self, camera: Camera, seconds: float, shutter: float) -> tuple[Picture, Element]:  # noqa: ARG002
        """Give the wall, and the shape."""
        wall = build_wide_wall(camera.size, self.seed).photograph(camera)
        return wall, drifting_shape(camera.size, seconds, share=self.share)


def drifting_shape(size: tuple[int, int], seconds: float, *, share: float) -> Element:
    """Place a soft-edged upright oval covering `share` of a picture of `size` at a time."""
    width, height = size
    half_x = np.sqrt(share * width * height / np.pi / 1.6)
    half_y = 1.6 * half_x
    x = width * (0.5 + 0.30 * np.sin(2 * np.pi * seconds / 5.3))
    y = height * (0.52 + 0.08 * np.sin(2 * np.pi * seconds / 3.1))
    x0, x1 = max(int(x - half_x - 4), 0), min(int(x + half_x + 5), width)
    y0, y1 = max(int(y - half_y - 4), 0), min(int(y + half_y + 5), height)
    across = (np.arange(x0, x1, dtype=np.float32) + 0.5 - x) / half_x
    along = ((np.arange(y0, y1, dtype=np.float32) + 0.5 - y) / half_y)[:, None]
    radius = np.sqrt(across**2 + along**2)
    cover = np.clip((1 - radius) * half_x / 2.5, 0, 1).astype(np.float32)
    tone = (0.03 + 0.05 * np.clip(0.6 - 0.5 * along - 0.4 * across, 0, 1))[..., None]
    colour = cover[..., None] * tone * np.array([0.9, 1.0, 1.3], np.float32)
    return paste(np.concatenate([colour, cover[..., None]], axis=2).astype(np.float32), (x0, y0), size)
