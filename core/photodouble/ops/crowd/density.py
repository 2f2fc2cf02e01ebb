"""Density: how many of the places of an area are taken: by number, by paint, by a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.areas import Area, Brush, DensityMap, Rows, Seats, Standing, Street

Numbers = npt.NDArray[np.float64]
Picture = npt.NDArray[np.float32]
_SOFT = 2 / 3
"""The inner share of a brush that has its full amount."""


def thresholds(
    areas: Sequence[Area], agents: Agents, read: Callable[[str], Picture] | None = None
) -> Numbers:
    """Return what is asked for at every agent's place, 0 to 1; who has a lower rank is there.

    `read` opens the picture of a density map as (h, w) float32.
    """
    asked = np.zeros(len(agents))
    for index, area in enumerate(areas):
        rows = np.flatnonzero(agents.area == index)
        asked[rows] = density_at(area, agents.foot[rows][:, [0, 2]], read)
    return asked


def density_at(
    area: Area, points: Numbers, read: Callable[[str], Picture] | None = None
) -> npt.NDArray[np.float64]:
    """Return the density asked for at points (n, 2) x, z of the ground: number x picture, then paint."""
    if isinstance(area, Seats | Rows):
        return np.full(len(points), area.fill)
    if not isinstance(area, Standing):
        return np.full(len(points), area.density if isinstance(area, Street) else 1.0)
    asked = np.full(len(points), area.density)
    if area.density_map is not None and read is not None:
        asked *= _looked_up(read(area.density_map.path), area.density_map, points)
    for brush in area.paint:
        asked += _painted(brush, points)
    return np.asarray(np.clip(asked, 0, 1))


def _painted(brush: Brush, points: Numbers) -> Numbers:
    """Return what one dab adds: its amount inside, fading to nothing at the rim and exactly 0 outside."""
    away = np.hypot(points[:, 0] - brush.at[0], points[:, 1] - brush.at[1]) / brush.radius
    share = np.clip((1 - away) / (1 - _SOFT), 0, 1)
    return np.asarray(brush.amount * share * share * (3 - 2 * share))


def _looked_up(picture: Picture, laid: DensityMap, points: Numbers) -> Numbers:
    """Sample a picture laid over the ground, between its pixels; 0 beside it."""
    height, width = picture.shape[:2]
    share = (points - laid.corner) / laid.size
    inside = np.all((share >= 0) & (share < 1), axis=1)
    at = np.clip(share * (width, height) - 0.5, 0, (width - 1, height - 1))
    low = np.minimum(at.astype(np.int64), (max(width - 2, 0), max(height - 2, 0)))
    x, y = (at - low).T
    column, row = low.T
    right, below = np.minimum(column + 1, width - 1), np.minimum(row + 1, height - 1)
    top = picture[row, column] * (1 - x) + picture[row, right] * x
    bottom = picture[below, column] * (1 - x) + picture[below, right] * x
    return np.where(inside, np.clip(top * (1 - y) + bottom * y, 0, 1), 0.0)
