"""Render plates with exact truth, frame by frame: plate, clean truth and matte of a staged action."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from photodouble.demo.action import (
    Action,
    ClothWaves,
    NobodyThere,
    PersonWalks,
    SomethingPasses,
    WideWall,
    WireSways,
)
from photodouble.demo.camera import FPS, Camera, HandHeld
from photodouble.demo.film import Stock
from photodouble.demo.foreground import draw_matte
from photodouble.demo.textures import Picture

FIRST_FRAME = 1001


@dataclass(frozen=True)
class PlateFrame:
    """Hold one frame, float32 scene-linear in half-float steps.

    `plate` and `truth` (H, W, 3) share the same grain: where `matte` (H, W) is 0 they are equal bit for bit.
    `clean` is the truth without grain.
    """

    number: int
    plate: Picture
    truth: Picture
    clean: Picture
    matte: Picture


@dataclass(frozen=True)
class Plate:
    """Describe a shot: what happens, who holds the camera, on what stock, how long.

    `step` is the time between frames in frames of 1/24 s, so that a short shot can still see the whole
    action; the shutter is open for 1/48 s. Any frame can be rendered alone and is the same every time.
    """

    action: Action
    path: HandHeld
    stock: Stock
    size: tuple[int, int] = (960, 540)
    frames: int = 48
    step: float = 1.0
    margin: float = 2.0
    feather: float = 3.0

    @property
    def numbers(self) -> range:
        """Give the frame numbers."""
        return range(FIRST_FRAME, FIRST_FRAME + self.frames)

    def camera(self, number: int) -> Camera:
        """Give the camera's pose at a frame."""
        return self.path.at(self.seconds(number), self.size)

    def seconds(self, number: int) -> float:
        """Give the time of a frame in seconds."""
        return (number - FIRST_FRAME) * self.step / FPS

    def frame(self, number: int) -> PlateFrame:
        """Render one frame."""
        seconds = self.seconds(number)
        clean, element = self.action.photograph(self.camera(number), seconds, 0.5 / FPS)
        pattern = self.stock.pattern(clean.shape, number)
        exposed = self.stock.expose(clean, seconds)
        with_element = element.over(clean)
        return PlateFrame(
            number=number,
            plate=self.stock.develop(self.stock.expose(with_element, seconds), pattern),
            truth=self.stock.develop(exposed, pattern),
            clean=exposed,
            matte=draw_matte(
                element.touched(), margin=self.margin + 3 * self.stock.softness, feather=self.feather
            ),
        )

    def __iter__(self) -> Iterator[PlateFrame]:
        """Render every frame in turn; only one is held at a time."""
        return (self.frame(number) for number in self.numbers)


def person_plate(*, size: tuple[int, int] = (960, 540), frames: int = 48, seed: int = 3) -> Plate:
    """A person walks past a shop: the demo's plate. Fewer frames are spaced wider, up to four times."""
    step = min(max(48 / frames, 1.0), 4.0)
    return Plate(PersonWalks(), HandHeld(seed), Stock(seed), size, frames, step)


def wire_plate(*, size: tuple[int, int] = (960, 540), frames: int = 48, seed: int = 3) -> Plate:
    """A swaying wire crosses the street and the walking person; the person stays."""
    plate = person_plate(size=size, frames=frames, seed=seed)
    return replace(plate, action=WireSways(), step=1.0, margin=1.0, feather=2.0)


def markers_plate(*, size: tuple[int, int] = (960, 540), frames: int = 48, seed: int = 3) -> Plate:
    """Twelve tracking markers on waving cloth; the cloth stays."""
    plate = person_plate(size=size, frames=frames, seed=seed)
    return replace(plate, action=ClothWaves(), step=1.0, margin=1.0, feather=2.0)


def clean_pass(*, size: tuple[int, int] = (960, 540), frames: int = 30, seed: int = 11) -> Plate:
    """The same street without the person: another path, length, exposure and focus."""
    path = HandHeld(seed, base=(0.24, -0.06, -0.22), tilt=0.047)
    stock = Stock(seed, exposure=0.7, drift=0.15, softness=1.1 * size[0] / 960)
    return Plate(NobodyThere(), path, stock, size, frames)


def long_plate(*, size: tuple[int, int] = (960, 540), frames: int = 500, seed: int = 3) -> Plate:
    """A shot as long as you like with a matte of about a tenth of the picture."""
    return Plate(SomethingPasses(), HandHeld(seed), Stock(seed), size, frames)


def wide_plate(*, size: tuple[int, int] = (4096, 2160), frames: int = 12, seed: int = 3) -> Plate:
    """A wall filling a picture of many pixels; cheap to render once it is painted."""
    path = HandHeld(seed, sway=(0.12, 0.04, 0.05), shake=(0.008, 0.005, 0.003), tilt=-0.075)
    return Plate(WideWall(), path, Stock(seed), size, frames)
