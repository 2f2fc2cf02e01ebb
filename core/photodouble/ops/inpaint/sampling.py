"""Sample pictures and masks at places between the pixels: compiled kernels for the motion analysis.

Cubic is Keys' kernel (1981, a = -0.5). A sample whose cubic taps touch a closed pixel falls back to
bilinear; one whose bilinear taps do is refused: nothing under a matte ever leaks into a fill.
"""

from __future__ import annotations

import numba
import numpy as np

REFUSED, BILINEAR, CUBIC = 0, 1, 2
_STEP = 1 / 4096
RESIDUAL_STEP = 1 / 256
"""Pixels per step of a stored residual flow."""

compiled = numba.njit(cache=True, nogil=True, error_model="numpy")
inlined = numba.njit(cache=True, nogil=True, error_model="numpy", inline="always")


@compiled
def tap_kind(closed, x, y):  # type: ignore[no-untyped-def]
    """Say which sampling the mask allows at (x, y): refused, bilinear or cubic."""
    h, w = closed.shape
    if not (0.0 <= x <= w - 1 and 0.0 <= y <= h - 1):
        return REFUSED
    ix, iy = int(x), int(y)
    x1, y1 = min(ix + (x > ix), w - 1), min(iy + (y > iy), h - 1)
    if closed[iy, ix] or closed[iy, x1] or closed[y1, ix] or closed[y1, x1]:
        return REFUSED
    for v in range(max(iy - 1, 0), min(iy + 3, h)):
        for u in range(max(ix - 1, 0), min(ix + 3, w)):
            if closed[v, u]:
                return BILINEAR
    return CUBIC


@compiled
def sample(picture, x, y, kind, out):  # type: ignore[no-untyped-def]
    """Write the colour of (h, w, 3) coded `picture` at (x, y) into `out`, edges repeated.

    Cubic overshoot is clamped to the taps, so no dark or bright fringe appears beside a highlight.
    """
    if kind == BILINEAR:
        _bilinear(picture, x, y, out)
    else:
        _cubic(picture, x, y, out)


@compiled
def _bilinear(picture, x, y, out):  # type: ignore[no-untyped-def]
    h, w = picture.shape[:2]
    ix, iy = int(np.floor(x)), int(np.floor(y))
    fx, fy = x - ix, y - iy
    red = green = blue = 0.0
    for b in range(2):
        v, wy = min(max(iy + b, 0), h - 1), (fy if b else 1 - fy)
        for a in range(2):
            u, wx = min(max(ix + a, 0), w - 1), (fx if a else 1 - fx)
            part = _STEP * wy * wx
            red += part * picture[v, u, 0]
            green += part * picture[v, u, 1]
            blue += part * picture[v, u, 2]
    out[0], out[1], out[2] = red, green, blue


@compiled
def _cubic(picture, x, y, out):  # type: ignore[no-untyped-def]
    h, w = picture.shape[:2]
    ix, iy = int(np.floor(x)), int(np.floor(y))
    fx, fy = x - ix, y - iy
    k0, k1, k2, k3 = keys(fx, 0), keys(fx, 1), keys(fx, 2), keys(fx, 3)
    u0, u1 = min(max(ix - 1, 0), w - 1), min(max(ix, 0), w - 1)
    u2, u3 = min(max(ix + 1, 0), w - 1), min(max(ix + 2, 0), w - 1)
    for c in range(3):
        value, low, high = 0.0, 32767, -32768
        for b in range(4):
            v = min(max(iy + b - 1, 0), h - 1)
            row = _STEP * keys(fy, b)
            t0, t1, t2, t3 = picture[v, u0, c], picture[v, u1, c], picture[v, u2, c], picture[v, u3, c]
            value += row * k0 * t0
            value += row * k1 * t1
            value += row * k2 * t2
            value += row * k3 * t3
            low, high = min(low, t0, t1, t2, t3), max(high, t0, t1, t2, t3)
        out[c] = min(max(value, _STEP * low), _STEP * high)


@compiled
def keys(f, tap):  # type: ignore[no-untyped-def]
    """Give the cubic weight of tap 0..3 for a place `f` (0..1) between taps 1 and 2."""
    d = abs(f - (tap - 1))
    if d < 1:
        return (1.5 * d - 2.5) * d * d + 1
    return ((-0.5 * d + 2.5) * d - 4) * d + 2


@compiled
def residual_at(field, x, y, out):  # type: ignore[no-untyped-def]
    """Write the bilinear value of a coded (h, w, 2) residual at (x, y) into `out`, edges repeated."""
    h, w = field.shape[:2]
    x, y = min(max(x, 0.0), w - 1.0), min(max(y, 0.0), h - 1.0)
    ix, iy = min(int(x), max(w - 2, 0)), min(int(y), max(h - 2, 0))
    fx, fy = x - ix, y - iy
    x1, y1 = min(ix + 1, w - 1), min(iy + 1, h - 1)
    for c in range(2):
        top = field[iy, ix, c] * (1 - fx) + field[iy, x1, c] * fx
        low = field[y1, ix, c] * (1 - fx) + field[y1, x1, c] * fx
        out[c] = RESIDUAL_STEP * (top * (1 - fy) + low * fy)


@compiled
def project(plane, x, y, out):  # type: ignore[no-untyped-def]
    """Write where the 3x3 homography `plane` takes (x, y) into `out`; far away if behind the horizon."""
    z = plane[2, 0] * x + plane[2, 1] * y + plane[2, 2]
    if abs(z) < 1e-9:
        out[0] = out[1] = -1e9
        return
    out[0] = (plane[0, 0] * x + plane[0, 1] * y + plane[0, 2]) / z
    out[1] = (plane[1, 0] * x + plane[1, 1] * y + plane[1, 2]) / z


@compiled
def plane_map(plane, x0, y0, h, w):  # type: ignore[no-untyped-def]
    """Give the (h, w, 2) float32 absolute place of every pixel of a box under a homography."""
    out = np.empty((h, w, 2), np.float32)
    q = np.empty(2, np.float64)
    for y in range(h):
        for x in range(w):
            project(plane, x + x0, y + y0, q)
            out[y, x, 0], out[y, x, 1] = q[0], q[1]
    return out
