"""Hold the source pixels that neighbouring frames share, up to a number of bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.recent import at_most

SIDE = 256
"""Pixels on a side of a tile."""

Pixels = tuple[NDArray[np.float32], NDArray[np.uint8]]
Read = Callable[[Box], Pixels]


class Tiles:
    """Keep decoded pixels and their usability in tiles, the latest used ones, below a byte limit.

    A picture that half floats hold exactly is kept as half floats.
    """

    def __init__(self, limit: int) -> None:
        """Start empty, never holding more than `limit` bytes after a read."""
        self._limit = at_most(limit)
        self._held: OrderedDict[tuple[int, int, int], tuple[NDArray[np.floating], NDArray[np.uint8]]] = (
            OrderedDict()
        )
        self._bytes = 0

    def read(self, key: int, box: Box, canvas: Box, read: Read) -> Pixels:
        """Return (h, w, 3) pixels and (h, w) usability of picture `key` over `box` inside `canvas`.

        `read` gives both for any box; it is called only for what is not held.
        """
        picture = np.zeros((*box.size, 3), np.float32)
        usable = np.zeros(box.size, np.uint8)
        for tile in _tiles_over(box, canvas):
            values, open_pixels = self._tile(key, tile, read)
            part = tile.intersect(box)
            picture[part.slices_in(box)] = values[part.slices_in(tile)]
            usable[part.slices_in(box)] = open_pixels[part.slices_in(tile)]
        while self._bytes > self._limit and self._held:
            _, (values, open_pixels) = self._held.popitem(last=False)
            self._bytes -= values.nbytes + open_pixels.nbytes
        return picture, usable

    def _tile(self, key: int, tile: Box, read: Read) -> tuple[NDArray[np.floating], NDArray[np.uint8]]:
        place = (key, tile.x0, tile.y0)
        if place not in self._held:
            values, usable = read(tile)
            kept = (_slim(values), usable)
            self._held[place] = kept
            self._bytes += kept[0].nbytes + usable.nbytes
        self._held.move_to_end(place)
        return self._held[place]


def _tiles_over(box: Box, canvas: Box) -> list[Box]:
    inside = box.intersect(canvas)
    if inside.is_empty:
        return []
    rows = range((inside.y0 - canvas.y0) // SIDE, (inside.y1 - 1 - canvas.y0) // SIDE + 1)
    columns = range((inside.x0 - canvas.x0) // SIDE, (inside.x1 - 1 - canvas.x0) // SIDE + 1)
    corners = [(canvas.x0 + SIDE * column, canvas.y0 + SIDE * row) for row in rows for column in columns]
    return [Box(x, y, x + SIDE, y + SIDE).intersect(canvas) for x, y in corners]


def _slim(values: NDArray[np.float32]) -> NDArray[np.floating]:
    """Halve what halves hold exactly; a few pixels tell that a picture of codes is none of these."""
    if _halved(values[::15, ::15]) is None:
        return values
    half = _halved(values)
    return values if half is None else half


def _halved(values: NDArray[np.float32]) -> NDArray[np.float16] | None:
    with np.errstate(over="ignore"):
        half = values.astype(np.float16)
    return half if np.array_equal(half.astype(np.float32), values, equal_nan=True) else None
