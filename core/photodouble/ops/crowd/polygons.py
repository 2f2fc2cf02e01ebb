"""Polygons on the ground: whether they can be used, how large they are, and what lies inside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
Polygon = Sequence[tuple[float, float]]

_MOST = 4000
"""Corners that a drawn polygon may have; more are a traced outline, which a density map tells better."""
_FARTHEST = 1e7
"""Metres, or pixels of a plate; what is farther away is a slip of the pen."""


def fault_of(polygon: Polygon) -> str:
    """Say what is wrong with a polygon in one sentence; an empty text when it can be used."""
    corners = np.asarray(polygon, np.float64).reshape(-1, 2)
    if len(corners) < 3:
        return f"It has {len(corners)} corners, and a polygon needs three."
    if len(corners) > _MOST:
        return f"It has {len(corners)} corners; {_MOST} are the most. Use a density map for such an outline."
    if np.abs(corners).max() > _FARTHEST:
        return f"A corner lies {np.abs(corners).max():g} away; {_FARTHEST:g} is the farthest."
    spread = np.linalg.svd(corners - corners.mean(0), compute_uv=False)
    if spread[1] <= 1e-6 * spread[0]:
        return "Its corners lie on one line, so there is no room inside."
    crossing = _crossing(corners)
    if crossing:
        return (
            f"It crosses itself: the edge from corner {crossing[0]} cuts the one from corner {crossing[1]}."
        )
    return ""


def area_of(corners: Points) -> float:
    """Measure the room inside, in square metres for corners in metres."""
    x, z = corners[:, 0], corners[:, 1]
    return abs(float(np.sum(x * np.roll(z, -1) - np.roll(x, -1) * z))) / 2


def inside(points: Points, polygon: Polygon) -> npt.NDArray[np.bool_]:
    """Tell for points (n, 2) whether they lie inside (even-odd rule); each edge touches only its own band."""
    corners = np.asarray(polygon, np.float64).reshape(-1, 2)
    found = np.zeros(len(points), bool)
    for (ax, az), (bx, bz) in zip(corners, np.roll(corners, -1, axis=0)):
        if az == bz:
            continue
        chosen = np.flatnonzero((points[:, 1] >= min(az, bz)) & (points[:, 1] < max(az, bz)))
        at = ax + (points[chosen, 1] - az) * ((bx - ax) / (bz - az))
        found[chosen] ^= points[chosen, 0] < at
    return found


def _crossing(corners: Points) -> tuple[int, int] | None:
    """Find two edges that are not neighbours and cut or touch each other; corners are counted from 1."""
    count = len(corners)
    ends = np.roll(corners, -1, axis=0)
    for one in range(count - 1):
        last = count - 1 if one == 0 else count
        others = np.arange(one + 2, last)
        if len(others) == 0:
            continue
        a, b, c, d = corners[one], ends[one], corners[others], ends[others]
        own = _side(a, b, c) * _side(a, b, d) <= 0
        theirs = _side(c, d, a) * _side(c, d, b) <= 0
        boxes = np.all(
            (np.minimum(c, d) <= np.maximum(a, b)) & (np.maximum(c, d) >= np.minimum(a, b)), axis=1
        )
        hits = np.flatnonzero(own & theirs & boxes)
        if len(hits):
            return one + 1, int(others[hits[0]]) + 1
    return None


def _side(a: Points, b: Points, point: Points) -> Points:
    """Tell on which side of the line from a to b a point lies: above 0, on it, or below 0."""
    along, to = b - a, point - a
    cross = along[..., 0] * to[..., 1] - along[..., 1] * to[..., 0]
    return np.asarray(np.sign(cross))
