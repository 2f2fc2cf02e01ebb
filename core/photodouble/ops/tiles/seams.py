"""Cut one pass into another along the line where both look alike.

A minimum cut of a grid graph (Kwatra, Schödl, Essa, Turk and Bobick, "Graphcut textures", SIGGRAPH 2003),
solved coarse to fine in a narrow band (Lombaert, Sun, Grady and Xu, ICCV 2005).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]

_COARSEST = 160
"""The longer side of the size at which the whole picture is cut; finer ones only move the cut a little."""
_BAND = 4
"""How far the cut may move at the next finer size, in its pixels."""
_UNITS = 1000.0
_HELD = 60.0
"""What it costs to lose a pixel that surely shows people, against a seam over a difference of 1."""
_LENGTH = 0.004
"""What a seam costs where both look alike: short lines are better than long ones."""


def cut(cost: Plane, wanted: Plane, kept: Plane) -> Mask:
    """Return where the new pass is shown, (h, w) bool.

    `cost` (h, w) is how different both are, 0 and up; `wanted` and `kept`, 0 to 1, how surely the new pass,
    and what is there already, show people who must not be lost.
    """
    height, width = cost.shape
    if max(height, width) <= _COARSEST:
        return _solved(cost, wanted, kept, np.ones(cost.shape, np.bool_), np.zeros(cost.shape, np.bool_))
    half = ((width + 1) // 2, (height + 1) // 2)
    small = [cv2.resize(plane, half, interpolation=cv2.INTER_AREA) for plane in (cost, wanted, kept)]
    coarse = cut(small[0], small[1], small[2]).astype(np.uint8)
    start = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST)
    kernel = np.ones((2 * _BAND + 1, 2 * _BAND + 1), np.uint8)
    band = cv2.dilate(start, kernel) != cv2.erode(start, kernel)
    if not band.any():
        return np.asarray(start > 0)
    return _solved(cost, wanted, kept, band, start > 0)


def _solved(cost: Plane, wanted: Plane, kept: Plane, free: Mask, start: Mask) -> Mask:
    """Find the cheapest cut among the free pixels; the others stay as they were."""
    count = int(free.sum())
    node = np.full(cost.shape, -1, np.int64)
    node[free] = np.arange(count)
    source, sink = count, count + 1
    take = np.rint(wanted[free] * _HELD * _UNITS).astype(np.int64)
    keep = np.rint((kept[free] * _HELD + _LENGTH) * _UNITS).astype(np.int64)
    rows, columns, costs = [], [], []
    for first, second in (
        ((slice(None), slice(0, -1)), (slice(None), slice(1, None))),
        ((slice(0, -1), slice(None)), (slice(1, None), slice(None))),
    ):
        price = np.rint((cost[first] + cost[second] + 2 * _LENGTH) * _UNITS).astype(np.int64) + 1
        both = free[first] & free[second]
        rows.append(node[first][both])
        columns.append(node[second][both])
        costs.append(price[both])
        for inner, outer in ((first, second), (second, first)):
            edge = free[inner] & ~free[outer]
            np.add.at(take, node[inner][edge], np.where(start[outer][edge], price[edge], 0))
            np.add.at(keep, node[inner][edge], np.where(start[outer][edge], 0, price[edge]))
    inside = np.arange(count)
    graph = coo_array(
        (
            np.concatenate([*costs, *costs, take, keep]).astype(np.int32),
            (
                np.concatenate([*rows, *columns, np.full(count, source), inside]),
                np.concatenate([*columns, *rows, inside, np.full(count, sink)]),
            ),
        ),
        shape=(count + 2, count + 2),
    ).tocsr()
    flow = maximum_flow(graph, source, sink, method="dinic").flow
    left = csr_array(graph - flow)
    left.data = np.maximum(left.data, 0)
    left.eliminate_zeros()
    reached = breadth_first_order(left, source, directed=True, return_predecessors=False)
    chosen = np.zeros(count + 2, np.bool_)
    chosen[reached] = True
    result = start.copy()
    result[free] = chosen[:count]
    return result
