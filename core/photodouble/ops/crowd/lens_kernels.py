"""The inner loops of a lens by ST maps, compiled: look a map up between its pixels, and turn it round."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
Places = npt.NDArray[np.float32]

DEGREE = 5
"""Of the smooth surface that a map follows outside its window."""

_STEPS = 16
_CLOSE = 1e-3
"""Pixels of the last step; what is left after it is a thousand times less."""
_LONGEST = 200.0

_compiled = numba.njit(cache=True, nogil=True, error_model="numpy")


@_compiled
def look_up(places, fit, beyond, points):  # type: ignore[no-untyped-def]
    """Return what a map (h, w, 2) says at points (n, 2), counted from its left upper edge."""
    found = np.empty_like(points)
    for at in range(len(points)):
        found[at, 0], found[at, 1] = _look(places, fit, beyond, points[at, 0], points[at, 1])
    return found


@_compiled
def turn_round(places, fit, beyond, wanted, start):  # type: ignore[no-untyped-def]
    """Return where a map says what is wanted (Newton's method, the slopes taken a pixel to either side)."""
    found = start.copy()
    for at in range(len(wanted)):
        x, y = found[at]
        for _ in range(_STEPS):
            here = _look(places, fit, beyond, x, y)
            left, right = _look(places, fit, beyond, x - 1, y), _look(places, fit, beyond, x + 1, y)
            above, below = _look(places, fit, beyond, x, y - 1), _look(places, fit, beyond, x, y + 1)
            a, c = (right[0] - left[0]) / 2, (right[1] - left[1]) / 2
            b, d = (below[0] - above[0]) / 2, (below[1] - above[1]) / 2
            whole = a * d - b * c
            if abs(whole) < 1e-6:
                whole = 1e-6 if whole >= 0 else -1e-6
            across, down = here[0] - wanted[at, 0], here[1] - wanted[at, 1]
            step_x, step_y = (d * across - b * down) / whole, (a * down - c * across) / whole
            length = np.sqrt(step_x * step_x + step_y * step_y)
            share = min(1.0, _LONGEST / max(length, 1e-12))
            x, y = x - step_x * share, y - step_y * share
            if length < _CLOSE:
                break
        found[at, 0], found[at, 1] = x, y
    return found


@_compiled
def _look(places, fit, beyond, x, y):  # type: ignore[no-untyped-def]
    """Look up one point; outside the map it goes on along the surface, from the nearest pixel of the map."""
    height, width = places.shape[0], places.shape[1]
    inside_x, inside_y = min(max(x, 0.5), width - 0.5), min(max(y, 0.5), height - 0.5)
    column, row = min(int(inside_x - 0.5), width - 2), min(int(inside_y - 0.5), height - 2)
    u, v = inside_x - 0.5 - column, inside_y - 0.5 - row
    first = (places[row, column, 0] * (1 - u) + places[row, column + 1, 0] * u) * (1 - v)
    first += (places[row + 1, column, 0] * (1 - u) + places[row + 1, column + 1, 0] * u) * v
    second = (places[row, column, 1] * (1 - u) + places[row, column + 1, 1] * u) * (1 - v)
    second += (places[row + 1, column, 1] * (1 - u) + places[row + 1, column + 1, 1] * u) * v
    if inside_x != x or inside_y != y:
        near_x = min(max(x, -beyond * width), (1 + beyond) * width)
        near_y = min(max(y, -beyond * height), (1 + beyond) * height)
        far, edge = _trend(fit, near_x, near_y, width, height), _trend(fit, inside_x, inside_y, width, height)
        first += far[0] - edge[0] + x - near_x
        second += far[1] - edge[1] + y - near_y
    return first, second


@_compiled
def _trend(fit, x, y, width, height):  # type: ignore[no-untyped-def]
    """Return the smooth surface at a point; `fit` (terms, 2) by powers of x, then of y."""
    half = max(width, height) / 2
    x, y = (x - width / 2) / half, (y - height / 2) / half
    first, second, at, power = 0.0, 0.0, 0, 1.0
    for a in range(DEGREE + 1):
        term = power
        for _ in range(DEGREE + 1 - a):
            first += fit[at, 0] * term
            second += fit[at, 1] * term
            term *= y
            at += 1
        power *= x
    return first, second
