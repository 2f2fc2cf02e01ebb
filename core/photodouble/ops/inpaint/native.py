"""What rendering needs of a shot beyond the motion analysis: plate pixels at their own size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from photodouble.image.encoding import encode
from photodouble.image.proxy import reduce
from photodouble.image.window import Box
from photodouble.ops.inpaint.footage import Footage, Mask, Picture


class Plates(Footage, Protocol):
    """Give a shot's plate pixels as well as its working pictures.

    Boxes are in plate pixels, absolute. Working pixel (0, 0) begins at the canvas' corner.
    """

    @property
    def scale(self) -> int:
        """Plate pixels along a side of one working pixel."""

    @property
    def canvas(self) -> Box:
        """Return the window that the working pictures cover."""

    def linear(self, index: int, box: Box) -> Picture:
        """Return plate pixels (h, w, 3) float32 scene-linear; the artist's on a painted frame."""

    def usable(self, index: int, box: Box) -> Mask:
        """Return 1 where a pixel may be sampled, (h, w) uint8: finite, uncovered, not forbidden."""

    def pixels(self, index: int, box: Box) -> tuple[Picture, Mask]:
        """Return `linear` and `usable` of a box, read once."""

    def matte(self, index: int, box: Box) -> Picture:
        """Return the final matte, (h, w) float32, 0 to 1."""

    def clean_count(self) -> int:
        """Count the artist's clean plates."""

    def clean_frames(self, plate: int) -> tuple[int, ...]:
        """Return the frame numbers of a clean plate."""

    def clean_canvas(self, plate: int, number: int) -> Box:
        """Return the window of one frame of a clean plate, in its own pixels."""

    def clean_linear(self, plate: int, number: int, box: Box) -> Picture:
        """Return pixels of frame `number` of a clean plate, (h, w, 3) float32 scene-linear."""

    def clean_usable(self, plate: int, number: int, box: Box) -> Mask:
        """Return 1 where a clean plate may be sampled, (h, w) uint8."""


def plate_box(working: Box, scale: int, canvas: Box) -> Box:
    """Turn a box of working pixels into the plate pixels it covers, inside the canvas."""
    grown = Box(
        canvas.x0 + working.x0 * scale,
        canvas.y0 + working.y0 * scale,
        canvas.x0 + working.x1 * scale,
        canvas.y0 + working.y1 * scale,
    )
    return grown.intersect(canvas)


@dataclass(frozen=True)
class ArrayPlates:
    """Serve plates that lie in memory: (H, W, 3) float32 scene-linear, mattes (H, W) float32.

    For tests and benches. `bans` are (H, W) masks of what may not be sampled.
    """

    plates: Sequence[Picture]
    mattes: Sequence[NDArray[np.float32]]
    scale: int = 1
    first: int = 1
    painted: frozenset[int] = frozenset()
    bans: Sequence[NDArray[np.bool_]] | None = None
    cleans: Sequence[Sequence[Picture]] = ()
    fill: tuple[int, ...] | None = None
    excluded: frozenset[int] = frozenset()

    @property
    def count(self) -> int:
        """Number of frames."""
        return len(self.plates)

    @property
    def canvas(self) -> Box:
        """Return the window of the first plate."""
        return Box.of_size(*self.plates[0].shape[:2])

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in working pixels."""
        height, width = self.canvas.size
        return -(-height // self.scale), -(-width // self.scale)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Consecutive frame numbers from `first`."""
        return tuple(range(self.first, self.first + self.count))

    @property
    def targets(self) -> tuple[int, ...]:
        """The frames asked for, or every frame that is not painted."""
        if self.fill is not None:
            return self.fill
        return tuple(index for index in range(self.count) if index not in self.painted)

    def picture(self, index: int) -> Picture:
        """Return the working picture."""
        return encode(reduce(np.nan_to_num(self.plates[index]), self.scale))

    def hole(self, index: int) -> Mask:
        """Return 1 where any plate pixel under a working pixel is in the matte."""
        return covered(self.mattes[index] > 0, self.scale)

    def banned(self, index: int) -> Mask:
        """Return 1 where nothing may be sampled."""
        return covered(self.usable(index, self.canvas) == 0, self.scale)

    def linear(self, index: int, box: Box) -> Picture:
        """Return plate pixels."""
        return np.ascontiguousarray(self.plates[index][box.slices_in(self.canvas)])

    def usable(self, index: int, box: Box) -> Mask:
        """Return 1 where a pixel may be sampled."""
        inside = box.slices_in(self.canvas)
        open_pixels = np.isfinite(self.plates[index][inside]).all(axis=2)
        if index not in self.painted:
            open_pixels &= self.mattes[index][inside] <= 0
        if self.bans is not None:
            open_pixels &= ~self.bans[index][inside]
        return np.ascontiguousarray(open_pixels, np.uint8)

    def pixels(self, index: int, box: Box) -> tuple[Picture, Mask]:
        """Return plate pixels, and 1 where they may be sampled."""
        return self.linear(index, box), self.usable(index, box)

    def matte(self, index: int, box: Box) -> Picture:
        """Return the matte."""
        return np.ascontiguousarray(self.mattes[index][box.slices_in(self.canvas)], np.float32)

    def clean_count(self) -> int:
        """Count the clean plates."""
        return len(self.cleans)

    def clean_frames(self, plate: int) -> tuple[int, ...]:
        """Count a clean plate's frames from 1."""
        return tuple(range(1, len(self.cleans[plate]) + 1))

    def clean_canvas(self, plate: int, number: int) -> Box:
        """Return the window of a clean plate's frame."""
        return Box.of_size(*self.cleans[plate][number - 1].shape[:2])

    def clean_linear(self, plate: int, number: int, box: Box) -> Picture:
        """Return clean plate pixels."""
        inside = box.slices_in(self.clean_canvas(plate, number))
        return np.ascontiguousarray(self.cleans[plate][number - 1][inside])

    def clean_usable(self, plate: int, number: int, box: Box) -> Mask:
        """Return where a clean plate is finite."""
        return np.asarray(np.isfinite(self.clean_linear(plate, number, box)).all(axis=2), np.uint8)


def covered(mask: NDArray[np.bool_], scale: int) -> Mask:
    """Reduce a mask: 1 where any of the plate pixels under a working pixel is set."""
    return (reduce(mask.astype(np.float32), scale) > 0).astype(np.uint8)
