"""Key people off a green or blue screen: a trimap from the colour difference, alpha and foreground around it.

The screen's own colour is measured in every frame, everywhere it can be seen, because screens are never lit
evenly. With it known, what is left of a soft pixel once the screen is taken away is its premultiplied colour.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from photodouble_client.errors import ArtistError

from .matting import soft_alpha

Plane = npt.NDArray[np.float32]
Picture = npt.NDArray[np.float32]
SCREENS = {"green": 1, "blue": 2}
_LEAST = 0.02
"""The share of a plate that must be screen."""

_CERTAIN = 0.8
"""The share of the screen's typical purity that makes a pixel screen for sure, however it is lit."""

_FIELD = 144
"""The longer side in pixels of the screen's light, which is smooth."""

_EMPTY, _SOLID = 0.06, 0.3
"""Rough alpha below the first is none; above the second, well inside an outline, it is whole: clothes of
something like the screen's colour are not to be seen through."""


@dataclass(frozen=True)
class Screen:
    """The screen of one frame: `channel` 1 for green, 2 for blue; `colour` (h, w, 3), at every pixel."""

    channel: int
    colour: Picture

    def cropped(self, rows: slice, columns: slice) -> Screen:
        """Return the part of it behind a crop."""
        return Screen(self.channel, self.colour[rows, columns])


def find_screen(picture: Picture, which: str = "auto") -> Screen:
    """Find the screen in a frame (h, w, 3), scene-linear; `which` is green, blue or auto.

    Raises ArtistError `input.bad_request` where no such colour is in the frame.
    """
    small = _reduced(picture)
    channels = (1, 2) if which == "auto" else (SCREENS[which],)
    seen = {channel: _screen_share(small, channel) for channel in channels}
    channel = max(seen, key=lambda one: seen[one][0])
    share, mask = seen[channel]
    if share < _LEAST:
        named = "green or blue" if which == "auto" else which
        raise ArtistError(
            "input.bad_request",
            "The key colour was not found",
            f"Only {100 * share:.1f} % of the frame is {named} screen.",
            "Choose another key: green, blue, difference with a clean plate, or matte with a roto.",
        )
    field = _spread(small, mask)
    size = (picture.shape[1], picture.shape[0])
    return Screen(channel, cv2.resize(field, size, interpolation=cv2.INTER_LINEAR))


def key_screen(picture: Picture, screen: Screen, *, fine: bool = True) -> tuple[Picture, Plane]:
    """Return the premultiplied colours (h, w, 3) without spill, and alpha (h, w), of a crop.

    `fine` solves the soft edge by closed-form matting (Levin 2008), otherwise by the colour difference alone.
    """
    rough = rough_alpha(picture, screen)
    alpha = rough
    if fine:
        alpha = soft_alpha(picture, trimap_of(rough), rough)
    colour = picture - (1 - alpha[..., None]) * screen.colour
    return without_spill(np.maximum(colour, 0), alpha, screen), alpha


def rough_alpha(picture: Picture, screen: Screen) -> Plane:
    """Return 1 minus the share of the screen's colour difference that is left in each pixel, (h, w)."""
    whole = np.maximum(_difference(screen.colour, screen.channel), 1e-4)
    share = 1 - _difference(picture, screen.channel) / whole
    return np.clip((share - 0.06) / 0.90, 0, 1).astype(np.float32)


def trimap_of(rough: Plane, reach: int = 3) -> Plane:
    """Return 1 for foreground, 0 for background and 0.5 for what must be solved, (h, w)."""
    smooth = cv2.GaussianBlur(rough, (0, 0), 0.8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach - 1, 2 * reach - 1))
    inside = cv2.erode((smooth > _SOLID).astype(np.uint8), kernel)
    outside = cv2.erode((smooth < _EMPTY).astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.where(inside > 0, 1.0, np.where(outside > 0, 0.0, 0.5)).astype(np.float32)


def without_spill(colour: Picture, alpha: Plane, screen: Screen) -> Picture:
    """Take the screen's light off premultiplied colours: its channel is at most what the others allow."""
    others = [channel for channel in range(3) if channel != screen.channel]
    allowed = np.maximum(colour[..., others[0]], colour[..., others[1]])
    cleaned = colour.copy()
    cleaned[..., screen.channel] = np.minimum(colour[..., screen.channel], allowed)
    return np.where(alpha[..., None] > 0, cleaned, 0).astype(np.float32)


def _difference(picture: Picture, channel: int) -> Plane:
    others = [picture[..., other] for other in range(3) if other != channel]
    return np.asarray(picture[..., channel] - np.maximum(*others), np.float32)


def _screen_share(small: Picture, channel: int) -> tuple[float, npt.NDArray[np.bool_]]:
    """Return how much of a small frame is screen, and where: as coloured as most of what is coloured."""
    difference, bright = _difference(small, channel), np.maximum(small.max(axis=2), 1e-3)
    purity = difference / bright
    coloured = (purity > 0.25) & (bright > 0.01)
    if not coloured.any():
        return 0.0, coloured
    typical, lit = float(np.median(purity[coloured])), float(np.median(bright[coloured]))
    mask = coloured & (purity > _CERTAIN * typical) & (bright > 0.2 * lit)
    return float(mask.mean()), mask


def _spread(small: Picture, mask: npt.NDArray[np.bool_]) -> Picture:
    """Continue the screen's colour behind the people, smoothly: blurs of growing width fill what is left."""
    mask = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0 if mask.mean() > 0.1 else mask
    weight = _reduced(mask.astype(np.float32), _FIELD)
    lit = _reduced(np.where(mask[..., None], small, 0).astype(np.float32), _FIELD)
    field = np.zeros_like(lit)
    missing = np.ones(weight.shape, np.float32)
    for width in (1.0, 3.0, 8.0, 24.0, 80.0):
        mass = cv2.GaussianBlur(weight, (0, 0), width)
        seen = cv2.GaussianBlur(lit, (0, 0), width) / np.maximum(mass, 1e-6)[..., None]
        trust = np.clip(mass / 0.15, 0, 1) if width < 80 else np.ones_like(mass)
        field += (missing * trust)[..., None] * seen
        missing = missing * (1 - trust)
    return np.asarray(field, np.float32)


def _reduced(picture: npt.NDArray[np.float32], longest: int = 480) -> npt.NDArray[np.float32]:
    scale = min(1.0, longest / max(picture.shape[:2]))
    if scale == 1.0:
        return picture
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
