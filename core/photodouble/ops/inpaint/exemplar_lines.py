"""Let structure follow an artist's lines into an invented region: a kerb, a horizon, the edge of a wall."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from photodouble.ops.inpaint.footage import Mask

Line = NDArray[np.float32]
"""Points (n, 2) of a polyline, x and y in pixels of the picture it was drawn on."""

_BREADTH = 8
"""Pixels on each side of a line, at every level, in which it decides what is copied."""
_APART = 64


def lanes_of(
    lines: Sequence[Line], size: tuple[int, ...], unknown: Mask, sources: Mask, scale: int
) -> NDArray[np.int32]:
    """Number the pixels beside every line by its number and their signed distance; 0 elsewhere.

    (H, W) int32 of the atlas `size`, of which `unknown` is the left part; the lines are divided by
    `scale`. A lane that no source lies on could not be followed and is left out.
    """
    lanes = np.zeros(size, np.int32)
    for number, line in enumerate(lines):
        around = _signed((line / np.float32(scale)).astype(np.float32), unknown.shape)
        beside = np.abs(around) <= _BREADTH
        target = lanes[: unknown.shape[0], : unknown.shape[1]]
        target[beside] = (number + 1) * _APART + np.rint(around[beside]).astype(np.int32)
    if len(lines):
        _drop_dead(lanes, sources)
    return lanes


def _drop_dead(lanes: NDArray[np.int32], sources: Mask) -> None:
    alive = np.unique(lanes[(sources > 0) & (lanes > 0)])
    near = np.union1d(np.union1d(alive - 1, alive), alive + 1)
    lanes[~np.isin(lanes, near)] = 0


def _signed(line: Line, size: tuple[int, ...]) -> NDArray[np.float32]:
    """Give every pixel's distance to a polyline, negative on its left side, far away as 1e6."""
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    nearest = np.full(size, 1e6, np.float32)
    for start, end in pairwise(line):
        along = end - start
        length = float(np.hypot(*along))
        if length < 1e-3:
            continue
        part = np.clip(((x - start[0]) * along[0] + (y - start[1]) * along[1]) / length**2, 0, 1)
        distance = np.hypot(x - start[0] - part * along[0], y - start[1] - part * along[1])
        side = np.where((x - start[0]) * along[1] - (y - start[1]) * along[0] > 0, -1, 1)
        nearest = np.where(distance < np.abs(nearest), side * distance, nearest)
    return np.asarray(nearest, np.float32)
