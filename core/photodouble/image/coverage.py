"""The share of every pixel that lies inside an outline, exactly: no samples, no steps at the edge."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from photodouble.image.window import Box

_FAR = 1e6
_DUST = 1e-9
"""What is left over of a row's sum is smaller than this: no pixel beside an outline is covered by it."""


def polygon_coverage(outline: NDArray[np.float64], box: Box) -> NDArray[np.float32]:
    """Return (h, w) float32, 0 to 1, of a closed outline (n, 2) over `box`, edges at whole numbers.

    The signed area left of every edge is summed up and carried along the rows, as in Levien's font
    rasteriser. Where an outline crosses itself the parts that wind once count.
    """
    height, width = box.size
    if height == 0 or width == 0 or len(outline) < 3:
        return np.zeros((height, width), np.float32)
    points = np.clip(np.asarray(outline, np.float64) - (box.x0, box.y0), -_FAR, _FAR)
    rows = np.zeros((height, width + 2))
    _add_edges(points, rows)
    carried = np.abs(np.cumsum(rows, axis=1)[:, :width])
    carried[carried < _DUST] = 0
    return np.minimum(carried, 1).astype(np.float32)


@njit(cache=True, nogil=True)
def _add_edges(points, rows):  # type: ignore[no-untyped-def]
    """Add every edge's signed area to the row buffers (h, w + 2), which are summed along each row later."""
    height, width = rows.shape[0], rows.shape[1] - 2
    count = len(points)
    for number in range(count):
        xa, ya = points[number, 0], points[number, 1]
        xb, yb = points[(number + 1) % count, 0], points[(number + 1) % count, 1]
        if ya == yb:
            continue
        sign = 1.0
        if ya > yb:
            sign, xa, ya, xb, yb = -1.0, xb, yb, xa, ya
        slope = (xb - xa) / (yb - ya)
        for row in range(max(int(np.floor(ya)), 0), min(int(np.ceil(yb)), height)):
            top, low = max(ya, float(row)), min(yb, row + 1.0)
            if low <= top:
                continue
            _add_piece(rows, row, width, xa + (top - ya) * slope, xa + (low - ya) * slope, sign * (low - top))


@njit(cache=True, nogil=True)
def _add_piece(rows, row, width, x0, x1, tall):  # type: ignore[no-untyped-def]
    """Add one edge's part within a row, from x0 to x1, of signed height `tall`."""
    if x0 > x1:
        x0, x1 = x1, x0
    if x0 >= width:
        return
    if x1 <= 0:
        rows[row, 0] += tall
        return
    span = x1 - x0
    if span < 1e-9:
        column = min(max(int(x0), 0), width - 1)
        inside = min(max(x0 - column, 0.0), 1.0)
        rows[row, column] += tall * (1 - inside)
        rows[row, column + 1] += tall * inside
        return
    if x0 < 0:
        rows[row, 0] += tall * (-x0 / span)
        tall, x0 = tall * (x1 / span), 0.0
        span = x1
    if x1 > width:
        tall *= (width - x0) / span
        x1 = float(width)
        span = x1 - x0
    for column in range(int(x0), min(int(np.ceil(x1)), width)):
        left, right = max(x0, float(column)), min(x1, column + 1.0)
        if right <= left:
            continue
        part = tall * (right - left) / span
        inside = (left + right) / 2 - column
        rows[row, column] += part * (1 - inside)
        rows[row, column + 1] += part * inside
