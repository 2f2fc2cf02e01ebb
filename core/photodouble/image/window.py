"""Windows: rectangles of pixels in the picture's own coordinates, as EXR counts them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """Mark a rectangle of pixels: half-open, absolute coordinates, row 0 at the top.

    `Box(0, 0, 1920, 1080)` is a whole HD frame; an EXR data window of (-5, -5)-(1924, 1084)
    is `Box(-5, -5, 1925, 1085)`.
    """

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """Count the columns (0 when empty)."""
        return max(self.x1 - self.x0, 0)

    @property
    def height(self) -> int:
        """Count the rows (0 when empty)."""
        return max(self.y1 - self.y0, 0)

    @property
    def size(self) -> tuple[int, int]:
        """Give (height, width), the shape of an array that covers the box."""
        return self.height, self.width

    @property
    def is_empty(self) -> bool:
        """Tell whether the box holds no pixel."""
        return self.x1 <= self.x0 or self.y1 <= self.y0

    def slices_in(self, other: Box) -> tuple[slice, slice]:
        """Give the (rows, columns) of this box inside an array that covers `other`.

        Only the common part is addressed, so intersect first when the sizes must agree.
        """
        common = self.intersect(other)
        return (
            slice(common.y0 - other.y0, common.y1 - other.y0),
            slice(common.x0 - other.x0, common.x1 - other.x0),
        )

    def grow(self, pixels: int) -> Box:
        """Move every edge outwards by `pixels` (inwards when negative)."""
        return Box(self.x0 - pixels, self.y0 - pixels, self.x1 + pixels, self.y1 + pixels)

    def moved(self, across: int, down: int) -> Box:
        """Give the same box at another place."""
        return Box(self.x0 + across, self.y0 + down, self.x1 + across, self.y1 + down)

    def intersect(self, other: Box) -> Box:
        """Keep the pixels that both boxes hold; an empty box at the near corner if there are none."""
        x0, y0 = max(self.x0, other.x0), max(self.y0, other.y0)
        x1, y1 = min(self.x1, other.x1), min(self.y1, other.y1)
        return Box(x0, y0, max(x1, x0), max(y1, y0))

    def union(self, other: Box) -> Box:
        """Give the smallest box that holds both; an empty box adds nothing."""
        if other.is_empty:
            return self
        if self.is_empty:
            return other
        return Box(
            min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1)
        )

    def contains(self, other: Box) -> bool:
        """Tell whether every pixel of `other` lies inside this box."""
        return other.is_empty or self.intersect(other) == other

    @classmethod
    def of_size(cls, height: int, width: int) -> Box:
        """Cover an array of that many rows and columns, from (0, 0)."""
        return cls(0, 0, width, height)

    @classmethod
    def around(cls, rows: slice, columns: slice, within: Box) -> Box:
        """Turn rows and columns of an array covering `within` back into picture coordinates."""
        return cls(
            within.x0 + columns.start, within.y0 + rows.start, within.x0 + columns.stop, within.y0 + rows.stop
        )
