"""Read pictures between their pixels: compiled, in float, with no rounding of the place.

Pixel centres lie at whole numbers. A place outside the picture, beyond the outer edges of its pixels, reads
`outside`, or the nearest edge where that is None. Every thread count gives the same values.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from photodouble.ops.deage.face import Picture

Places = NDArray[np.floating[Any]]

_SHARED = 200_000
"""Fewer places than this are read by one thread."""


def sample(picture: Picture, places: Places, *, outside: float | None = 0.0) -> Picture:
    """Read a picture (h, w) or (h, w, c) at places (..., 2) x, y: Catmull-Rom, exact at whole places."""
    return _read(picture, places, outside, True)


def sample_linear(picture: Picture, places: Places, *, outside: float | None = 0.0) -> Picture:
    """Read a picture (h, w) or (h, w, c) at places (..., 2) x, y: bilinear, for mattes and motion."""
    return _read(picture, places, outside, False)


def _read(picture: Picture, places: Places, outside: float | None, cubic: bool) -> Picture:
    planes = np.ascontiguousarray(picture if picture.ndim == 3 else picture[..., None], np.float32)
    flat = np.ascontiguousarray(np.asarray(places, np.float64).reshape(-1, 2))
    found = np.empty((len(flat), planes.shape[2]), np.float32)
    beyond = np.nan if outside is None else float(outside)

    def run(low: int, high: int) -> None:
        _kernel(planes, flat[low:high], found[low:high], outside is None, beyond, cubic)

    count = (os.cpu_count() or 1) if len(flat) > _SHARED else 1
    if count == 1:
        run(0, len(flat))
    else:
        cuts = np.linspace(0, len(flat), count + 1).astype(int)
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(run, cuts[:-1], cuts[1:]))
    return found.reshape(*places.shape[:-1], *picture.shape[2:])


@njit(cache=True, nogil=True)
def _kernel(picture, places, found, repeats, beyond, cubic):  # type: ignore[no-untyped-def]
    height, width, channels = picture.shape
    across = np.empty(4)
    down = np.empty(4)
    for row in range(places.shape[0]):
        x, y = places[row, 0], places[row, 1]
        inside = -0.5 <= x <= width - 0.5 and -0.5 <= y <= height - 0.5
        if not inside and not (repeats and np.isfinite(x) and np.isfinite(y)):
            for c in range(channels):
                found[row, c] = beyond
            continue
        x, y = min(max(x, 0.0), width - 1.0), min(max(y, 0.0), height - 1.0)
        left, top = int(np.floor(x)), int(np.floor(y))
        _weights(x - left, across, cubic)
        _weights(y - top, down, cubic)
        for c in range(channels):
            total = 0.0
            for j in range(4):
                if down[j] == 0.0:
                    continue
                line = min(max(top + j - 1, 0), height - 1)
                part = 0.0
                for i in range(4):
                    if across[i] != 0.0:
                        part += across[i] * picture[line, min(max(left + i - 1, 0), width - 1), c]
                total += down[j] * part
            found[row, c] = total


@njit(cache=True, nogil=True)
def _weights(t, weights, cubic):  # type: ignore[no-untyped-def]
    """Write the weights of four taps around a place `t` (0 to 1) past the second."""
    if not cubic:
        weights[0], weights[1], weights[2], weights[3] = 0.0, 1.0 - t, t, 0.0
        return
    weights[0] = ((-0.5 * t + 1.0) * t - 0.5) * t
    weights[1] = (1.5 * t - 2.5) * t * t + 1.0
    weights[2] = ((-1.5 * t + 2.0) * t + 0.5) * t
    weights[3] = (0.5 * t - 0.5) * t * t
