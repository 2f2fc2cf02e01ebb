"""Ground the crowd: a small dark shadow under everybody's soles, and a longer one cast away from the light.

The shadows of many people are not multiplied, only the darkest counts in a pixel: else a crowd goes black.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from photodouble.ops.crowd.camera import Camera
from photodouble.ops.crowd.project import View, to_the_right

Numbers = npt.NDArray[np.float64]
Plane = npt.NDArray[np.float32]

_STANCE, _SOLE = 0.115, 0.07
"""Of a person's height: how far the shadow under the soles reaches to the sides, and towards the camera."""

_BEHIND = 0.03
"""Of a person's height: the foot point is where the shoes end in the picture; their middle lies behind it."""

_WIDE = 0.12
"""Of a person's height: half of how wide a cast shadow is."""


def contact_shadows(
    foot: Numbers,
    height: Numbers,
    view: View,
    frame: float,
    size: tuple[int, int],
    *,
    direction: float = 0.0,
    length: float = 0.0,
    softness: float = 1.0,
) -> Plane:
    """Return (H, W) float32, 0 to 1: how much of the light the nearest shadows take.

    `foot` (M, 3) metres in the world, `height` (M,) metres. `direction`: degrees, as a person's facing, where
    shadows fall to; `length`: times the height, how far; 0 leaves the shadow under the soles alone.
    `softness`: 0 gives a hard edge, 1 one that falls off from the middle on.
    """
    opened, closed = view.move.shutter(frame)
    camera = view.move.at((opened + closed) / 2)
    tall = np.asarray(height, np.float64)[:, None]
    right = to_the_right(foot, camera)
    ahead = np.stack([right[:, 2], np.zeros(len(right)), -right[:, 0]], axis=1)
    under = _on_plate(
        foot + ahead * tall * _BEHIND, ahead * tall * _SOLE, right * tall * _STANCE, view, camera
    )
    shadow = ellipse_shadows(*under, size, softness=softness)
    if length <= 0:
        return shadow
    angle = np.radians(direction)
    away = np.array([np.sin(angle), 0.0, np.cos(angle)])
    side = np.array([away[2], 0.0, -away[0]])
    reach = tall * length / 2
    long = _on_plate(foot + away * reach, away * (reach + tall * _SOLE), side * tall * _WIDE, view, camera)
    return np.maximum(shadow, ellipse_shadows(*long, size, softness=softness))


def _on_plate(
    middle: Numbers, along: Numbers, across: Numbers, view: View, camera: Camera
) -> tuple[Numbers, Numbers, Numbers]:
    """Return ellipses on the ground, a middle and two half axes (M, 3) metres, in plate pixels (n, 2)."""
    at, depth = view.see(middle, camera)
    ends = [view.see(middle + axis, camera)[0] - at for axis in (along, across)]
    seen = (depth > 0) & np.isfinite(at).all(axis=1) & np.isfinite(ends[0]).all(axis=1)
    return at[seen], ends[0][seen], ends[1][seen]


def ellipse_shadows(
    middle: Numbers, along: Numbers, across: Numbers, size: tuple[int, int], *, softness: float = 1.0
) -> Plane:
    """Draw the darkest of many soft ellipses per pixel, (H, W) float32 from 0 to 1.

    `middle`, and the two half axes `along` and `across`: (M, 2) pixels. Ellipses smaller than a pixel take
    as much less light as they cover less of it.
    """
    shadow = np.zeros(size, np.float32)
    columns = (np.asarray(column, np.float64) for column in (middle, along, across))
    _draw_ellipses(*columns, 1.0 - min(max(softness, 0.0), 1.0), shadow)
    return shadow


@njit(cache=True, nogil=True, error_model="numpy")
def _draw_ellipses(middle, along, across, core, shadow):  # type: ignore[no-untyped-def]
    height, width = shadow.shape
    for i in range(len(middle)):
        a_x, a_y, b_x, b_y = along[i, 0], along[i, 1], across[i, 0], across[i, 1]
        wide, tall = np.hypot(a_x, b_x), np.hypot(a_y, b_y)
        grown_x, grown_y = max(wide, 0.7), max(tall, 0.7)
        peak = (wide / grown_x) * (tall / grown_y)
        a_x, b_x = a_x * grown_x / max(wide, 1e-9), b_x * grown_x / max(wide, 1e-9)
        a_y, b_y = a_y * grown_y / max(tall, 1e-9), b_y * grown_y / max(tall, 1e-9)
        area = a_x * b_y - a_y * b_x
        if not abs(area) > 1e-9:
            continue
        x, y = middle[i, 0], middle[i, 1]
        if not (-1e8 < x < 1e8 and -1e8 < y < 1e8 and grown_x < 1e6 and grown_y < 1e6):
            continue
        for row in range(max(int(np.floor(y - grown_y)), 0), min(int(np.ceil(y + grown_y)) + 1, height)):
            for column in range(
                max(int(np.floor(x - grown_x)), 0), min(int(np.ceil(x + grown_x)) + 1, width)
            ):
                d_x, d_y = column + 0.5 - x, row + 0.5 - y
                s, t = (d_x * b_y - d_y * b_x) / area, (a_x * d_y - a_y * d_x) / area
                far = np.sqrt(s * s + t * t)
                if far < 1.0:
                    fall = min((1.0 - far) / max(1.0 - core, 1e-6), 1.0)
                    dark = np.float32(peak * fall * fall * (3.0 - 2.0 * fall))
                    if dark > shadow[row, column]:
                        shadow[row, column] = dark
