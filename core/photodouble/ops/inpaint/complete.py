"""Continue a known field smoothly into a hole: flow residuals, seam offsets and colours alike.

Solves the Laplace equation with the known border: coarse levels first (each gives the next its start),
then over-relaxed sweeps in a fixed order, so the result does not depend on threads.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.ops.compute import on_device
from photodouble.ops.inpaint.sampling import compiled

Field = NDArray[np.float32]
Mask = NDArray[np.uint8]

COARSEST = 6
"""The shorter side, in pixels, of the coarsest level."""
OVER = 1.75
"""How far past its neighbours' mean every sweep goes."""


def continue_inwards(field: NDArray[Any], hole: Mask, *, sweeps: int = 12) -> Field:
    """Replace (h, w, c) `field` where `hole` is set by its harmonic continuation from outside.

    Returns float32. A hole with nothing known around it becomes zero.
    """
    known = np.ascontiguousarray(field, dtype=np.float32)
    known = known[..., None] if known.ndim == 2 else known
    if not hole.any():
        return known.reshape(field.shape).copy()
    if hole.all():
        return np.zeros_like(known).reshape(field.shape)
    solved: Field = solve(known, np.ascontiguousarray(hole), sweeps).reshape(field.shape)
    return solved


def blur_known(field: NDArray[Any], hole: Mask, sigma: float) -> Field:
    """Blur the known part of (h, w, c) `field` without letting the hole take part."""
    weight = (hole == 0).astype(np.float32)
    total = cv2.GaussianBlur(field.astype(np.float32) * weight[..., None], (0, 0), sigma)
    share = cv2.GaussianBlur(weight, (0, 0), sigma)
    total = total.reshape(field.shape)
    return np.asarray(total / np.maximum(share, 1e-3)[..., None], np.float32)


@on_device("photodouble.ops.inpaint.torch_membrane:solve")
def solve(field: Field, hole: Mask, sweeps: int) -> Field:
    """Solve a field in its hole, all levels from here on: (h, w, c) float32, known where `hole` is 0."""
    h, w = hole.shape
    start: Field
    if min(h, w) > COARSEST and hole.any():
        small, small_hole = _halve(field, hole)
        start = _spread(solve(small, small_hole, sweeps), field, hole)
    else:
        start = _mean_start(field, hole)
    _relax(start, hole, sweeps, OVER)
    return start


def _mean_start(field: Field, hole: Mask) -> Field:
    start = field.copy()
    open_pixels = field[hole == 0]
    start[hole > 0] = open_pixels.mean(0) if len(open_pixels) else 0
    return start


@compiled
def _halve(field, hole):  # type: ignore[no-untyped-def]
    h, w, n = field.shape
    hh, hw = (h + 1) // 2, (w + 1) // 2
    small = np.zeros((hh, hw, n), np.float32)
    small_hole = np.zeros((hh, hw), np.uint8)
    for y in range(hh):
        for x in range(hw):
            count = 0
            for v in range(2 * y, min(2 * y + 2, h)):
                for u in range(2 * x, min(2 * x + 2, w)):
                    if hole[v, u] == 0:
                        count += 1
                        for c in range(n):
                            small[y, x, c] += field[v, u, c]
            if count:
                for c in range(n):
                    small[y, x, c] /= count
            else:
                small_hole[y, x] = 1
    return small, small_hole


@compiled
def _spread(small, field, hole):  # type: ignore[no-untyped-def]
    h, w, n = field.shape
    hh, hw = small.shape[:2]
    out = field.copy()
    for y in range(h):
        for x in range(w):
            if hole[y, x]:
                sy, sx = (y - 0.5) / 2, (x - 0.5) / 2
                iy, ix = int(np.floor(sy)), int(np.floor(sx))
                fy, fx = sy - iy, sx - ix
                y0, y1 = max(iy, 0), min(iy + 1, hh - 1)
                x0, x1 = max(ix, 0), min(ix + 1, hw - 1)
                for c in range(n):
                    top = small[y0, x0, c] * (1 - fx) + small[y0, x1, c] * fx
                    low = small[y1, x0, c] * (1 - fx) + small[y1, x1, c] * fx
                    out[y, x, c] = top * (1 - fy) + low * fy
    return out


@compiled
def _relax(field, hole, sweeps, omega):  # type: ignore[no-untyped-def]
    h, w, n = field.shape
    count = 0
    for y in range(h):
        for x in range(w):
            count += hole[y, x] > 0
    inner, rim = np.empty(count, np.int64), np.empty(count, np.int64)
    inner_ends, rim_ends = np.zeros(3, np.int64), np.zeros(3, np.int64)
    i = k = 0
    for colour in range(2):
        for y in range(h):
            for x in range((y + colour) % 2, w, 2):
                if hole[y, x]:
                    if 0 < y < h - 1 and 0 < x < w - 1:
                        inner[i] = y * w + x
                        i += 1
                    else:
                        rim[k] = y * w + x
                        k += 1
        inner_ends[colour + 1], rim_ends[colour + 1] = i, k
    flat = field.reshape(h * w, n)
    for _ in range(sweeps):
        for colour in range(2):
            _relax_inner(flat, inner[inner_ends[colour] : inner_ends[colour + 1]], w, omega)
            _relax_rim(field, rim[rim_ends[colour] : rim_ends[colour + 1]], omega)


@compiled
def _relax_inner(flat, places, w, omega):  # type: ignore[no-untyped-def]
    """Relax pixels with four neighbours; those of one colour do not see each other."""
    n = flat.shape[1]
    for p in places:
        for c in range(n):
            total = 0.0
            total += flat[p - w, c]
            total += flat[p + w, c]
            total += flat[p - 1, c]
            total += flat[p + 1, c]
            flat[p, c] += omega * (total * 0.25 - flat[p, c])


@compiled
def _relax_rim(field, places, omega):  # type: ignore[no-untyped-def]
    """Relax pixels on the picture's edge, where a neighbour or two are missing."""
    h, w, n = field.shape
    for p in places:
        y, x = p // w, p % w
        near = (y > 0) + (y < h - 1) + (x > 0) + (x < w - 1)
        if near == 0:
            continue
        for c in range(n):
            total = 0.0
            if y > 0:
                total += field[y - 1, x, c]
            if y < h - 1:
                total += field[y + 1, x, c]
            if x > 0:
                total += field[y, x - 1, c]
            if x < w - 1:
                total += field[y, x + 1, c]
            field[y, x, c] += omega * (total / near - field[y, x, c])
