"""Pictures as a host lays them out: bottom up, rows with room between them, an origin that need not be 0, 0.

Around every row lies a pattern; whoever writes there has left the picture ("Images and Clips", "What Is An
Image?"). Our side always sees arrays with row 0 at the top.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.float32]
Box = tuple[int, int, int, int]  # x1 y1 x2 y2, the last two exclusive, y upwards

_GUARD = 0x7FC0DEAD  # a NaN with a message: arithmetic on it shows, and no picture holds it
_UNTOUCHED = 0x7FC0BEEF
_AROUND = 2  # rows of pattern below and above


@dataclass(frozen=True)
class Layout:
    """How a host lays a picture out in memory and in space."""

    origin: tuple[int, int] = (0, 0)
    padding: int = 3  # floats between two rows
    flipped: bool = False  # top row first in memory: the row bytes are negative


PLAIN = Layout()


class Picture:
    """One picture of `channels` floats a pixel at a place in space, with a pattern around it."""

    def __init__(self, width: int, height: int, channels: int, layout: Layout) -> None:
        self.layout = layout
        self.width, self.height, self.channels = width, height, channels
        self._stride = width * channels + layout.padding
        self._memory = np.full((height + 2 * _AROUND + 1, self._stride), _GUARD, np.uint32)
        self._used = self._memory[_AROUND : _AROUND + height, : width * channels]
        self._guards = self._memory.copy()

    @classmethod
    def of(cls, pixels: Pixels, layout: Layout) -> Picture:
        """Lay out a copy of `pixels` (H, W, channels), row 0 at the top."""
        height, width, channels = pixels.shape
        picture = cls(width, height, channels, layout)
        picture._place(np.ascontiguousarray(pixels, np.float32).view(np.uint32))
        picture._guards = picture._memory.copy()
        return picture

    @classmethod
    def empty(cls, width: int, height: int, layout: Layout) -> Picture:
        """Lay out a picture that nobody has written yet."""
        picture = cls(width, height, 4, layout)
        picture._place(np.full((height, width, 4), _UNTOUCHED, np.uint32))
        picture._guards = picture._memory.copy()
        return picture

    @property
    def bounds(self) -> Box:
        """Return where the picture is (kOfxImagePropBounds)."""
        x, y = self.layout.origin
        return x, y, x + self.width, y + self.height

    @property
    def row_bytes(self) -> int:
        """Return the bytes from a pixel to the one above it (kOfxImagePropRowBytes)."""
        return -4 * self._stride if self.layout.flipped else 4 * self._stride

    @property
    def address(self) -> int:
        """Return where the bottom left pixel is (kOfxImagePropData)."""
        bottom = _AROUND + (self.height - 1 if self.layout.flipped else 0)
        return int(self._memory.ctypes.data) + 4 * self._stride * bottom

    def pixels(self) -> Pixels:
        """Return a copy of the picture, (H, W, channels), row 0 at the top."""
        rows = self._used if self.layout.flipped else self._used[::-1]
        return np.ascontiguousarray(rows).view(np.float32).reshape(self.height, self.width, self.channels)

    def is_changed(self) -> bool:
        """Say whether anything at all was written, inside or around."""
        return not np.array_equal(self._memory, self._guards)

    def is_left(self, window: Box) -> bool:
        """Say whether something outside `window` was written: other pixels, or the pattern around."""
        changed = self._memory != self._guards
        self._rows_of(changed, window)[...] = False
        return bool(changed.any())

    def unwritten(self, window: Box) -> int:
        """Return how many values of `window` nobody wrote."""
        return int((self._rows_of(self._memory, window) == _UNTOUCHED).sum())

    def _place(self, bits: npt.NDArray[np.uint32]) -> None:
        rows = bits if self.layout.flipped else bits[::-1]
        self._used[...] = rows.reshape(self.height, self.width * self.channels)

    def _rows_of(self, memory: npt.NDArray[np.generic], window: Box) -> npt.NDArray[np.generic]:
        x1, y1, x2, y2 = self.bounds
        left, right = max(window[0], x1) - x1, min(window[2], x2) - x1
        low, high = max(window[1], y1) - y1, min(window[3], y2) - y1
        if self.layout.flipped:
            low, high = self.height - high, self.height - low
        return memory[_AROUND + low : _AROUND + high, left * self.channels : right * self.channels]
