"""One resample, straight from the source: sharp, in scene-linear, never brighter than its taps."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from photodouble.ops.compute import on_device

_TURNS = np.array([2.0, 1.0, 0.0, -1.0, -2.0, -3.0]) * np.pi / 3
_COSINES, _SINES = np.cos(_TURNS), np.sin(_TURNS)
"""Of the angles between the six taps: the sine of each tap is a sum of products, and two are computed."""


def sample_sharp(
    picture: NDArray[np.float32],
    usable: NDArray[np.uint8],
    x: NDArray[np.float32],
    y: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Read a picture at fractional places: Lanczos 3, clamped to the least and greatest near tap.

    `picture` (H, W, 3) float32, `usable` (H, W) non-zero where a pixel may be read, `x` and `y`
    (h, w) in the picture's pixels. Where some of the 36 taps may not be read, 16 are (Catmull-Rom),
    or else the open ones of the nearest 4; the second answer is False where even these do not carry
    half the weight. Clamping to the 16 nearest taps keeps hot edges from ringing into negative or
    over-bright fringes.
    """
    values = np.zeros((*x.shape, picture.shape[2]), np.float32)
    known = np.zeros(x.shape, np.bool_)
    _sample(
        np.ascontiguousarray(picture, np.float32),
        np.ascontiguousarray(usable).view(np.uint8),
        np.ascontiguousarray(x, np.float32),
        np.ascontiguousarray(y, np.float32),
        values,
        known,
    )
    return values, known


@njit(cache=True, nogil=True)
def _weights(t, taps, weights):  # type: ignore[no-untyped-def]
    """Write the weights of 6 (Lanczos 3) or 4 (Catmull-Rom) taps around a place `t` past the middle."""
    if taps == 4:
        weights[0] = ((-0.5 * t + 1.0) * t - 0.5) * t
        weights[1] = (1.5 * t - 2.5) * t * t + 1.0
        weights[2] = ((-1.5 * t + 2.0) * t + 0.5) * t
        weights[3] = (0.5 * t - 0.5) * t * t
        return
    sine, third, other = np.sin(np.pi * t), np.sin(np.pi * t / 3.0), np.cos(np.pi * t / 3.0)
    total = 0.0
    for k in range(6):
        d = np.pi * (t + 2.0 - k)
        product = (sine if k % 2 == 0 else -sine) * (third * _COSINES[k] + other * _SINES[k])
        weights[k] = 1.0 if abs(d) < 1e-6 else 3.0 * product / (d * d)
        total += weights[k]
    for k in range(6):
        weights[k] /= total


@njit(cache=True, nogil=True)
def _open_taps(usable, left, top):  # type: ignore[no-untyped-def]
    """Say how many taps a side may be read around a place: 6, 4 or 0."""
    height, width = usable.shape
    if not (left >= 1 and top >= 1 and left + 2 < width and top + 2 < height):
        return 0
    for j in range(top - 1, top + 3):
        for i in range(left - 1, left + 3):
            if usable[j, i] == 0:
                return 0
    if not (left >= 2 and top >= 2 and left + 3 < width and top + 3 < height):
        return 4
    for k in range(-2, 4):
        if (
            usable[top - 2, left + k] == 0 or usable[top + 3, left + k] == 0
            or usable[top + k, left - 2] == 0 or usable[top + k, left + 3] == 0
        ):  # fmt: skip
            return 4
    return 6


@on_device("photodouble.ops.inpaint.torch_resample:sample")
@njit(cache=True, nogil=True)
def _sample(picture, usable, x, y, values, known):  # type: ignore[no-untyped-def]
    height, width = picture.shape[:2]
    across = np.empty(6, np.float64)
    down = np.empty(6, np.float64)
    for row in range(x.shape[0]):
        for column in range(x.shape[1]):
            place_x, place_y = x[row, column], y[row, column]
            if not (-0.5 <= place_x <= width - 0.5 and -0.5 <= place_y <= height - 0.5):
                continue
            left, top = int(np.floor(place_x)), int(np.floor(place_y))
            taps = _open_taps(usable, left, top)
            if taps == 0:
                _nearest_four(picture, usable, place_x, place_y, values[row, column], known, row, column)
                continue
            first = taps // 2 - 1
            _weights(place_x - left, taps, across)
            _weights(place_y - top, taps, down)
            _window(picture, left - first, top - first, taps, across, down, values[row, column])
            known[row, column] = True


@njit(cache=True, nogil=True)
def _window(picture, left, top, taps, across, down, value):  # type: ignore[no-untyped-def]
    """Write the weighted mean of taps x taps pixels (h, w, 3), clamped to the inner four by four."""
    rim = taps // 2 - 2
    red = green = blue = 0.0
    low_red = low_green = low_blue = np.inf
    high_red = high_green = high_blue = -np.inf
    for j in range(taps):
        inner = rim <= j < rim + 4
        for i in range(taps):
            share = down[j] * across[i]
            r, g, b = (
                picture[top + j, left + i, 0],
                picture[top + j, left + i, 1],
                picture[top + j, left + i, 2],
            )
            red += share * r
            green += share * g
            blue += share * b
            if inner and rim <= i < rim + 4:
                low_red, low_green, low_blue = min(low_red, r), min(low_green, g), min(low_blue, b)
                high_red, high_green, high_blue = max(high_red, r), max(high_green, g), max(high_blue, b)
    value[0] = min(max(red, low_red), high_red)
    value[1] = min(max(green, low_green), high_green)
    value[2] = min(max(blue, low_blue), high_blue)


@njit(cache=True, nogil=True)
def _nearest_four(picture, usable, place_x, place_y, value, known, row, column):  # type: ignore[no-untyped-def]
    height, width, channels = picture.shape
    left, top = int(np.floor(place_x)), int(np.floor(place_y))
    share = 0.0
    for j in range(top, top + 2):
        for i in range(left, left + 2):
            weight = (1.0 - abs(place_x - i)) * (1.0 - abs(place_y - j))
            jj, ii = min(max(j, 0), height - 1), min(max(i, 0), width - 1)
            if weight > 0.0 and usable[jj, ii] != 0:
                share += weight
                for c in range(channels):
                    value[c] += weight * picture[jj, ii, c]
    if share >= 0.5:
        for c in range(channels):
            value[c] /= share
        known[row, column] = True
    else:
        for c in range(channels):
            value[c] = 0.0
