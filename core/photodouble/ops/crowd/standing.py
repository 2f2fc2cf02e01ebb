"""People who stand: the points of the world tile that lie inside the polygon and beside the obstacles.

The tile lies over the world and not over the polygon, so dragging a corner moves nobody.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.areas import Polygon
from photodouble.ops.crowd.blue_noise import TILE, places_of, tile
from photodouble.ops.crowd.polygons import Points, area_of, inside
from photodouble_client.errors import ArtistError

Whole = npt.NDArray[np.int64]

MOST_TILES = 10_000
"""More are looked through for a long time; areas with so much room in them are refused by their number."""


def standing_count(polygon: Polygon, spacing: float) -> int:
    """Estimate how many people a polygon holds at density 1."""
    return round(area_of(np.asarray(polygon, np.float64)) / spacing**2)


def standing_places(
    polygon: Polygon, spacing: float, obstacles: Iterable[Polygon] = (), *, groups: float = 0.0
) -> tuple[Points, Whole, Whole]:
    """Return where people stand (n, 2) x, z, the tile of each (n, 2) and its index in the tile (n,).

    Raises ArtistError `input.bad_document` for a polygon that reaches over too many tiles.
    """
    corners = np.asarray(polygon, np.float64)
    side = TILE * spacing
    if tiles_needed(polygon, spacing) > MOST_TILES:
        across, deep = np.ptp(corners, axis=0)
        raise ArtistError(
            "input.bad_document",
            "An area reaches too far",
            f"A polygon reaches over {across:,.0f} x {deep:,.0f} m with {spacing:g} m between people.",
            "Draw smaller areas, or make the spacing wider.",
        )
    room = 2 * spacing
    low, high = (
        np.floor(edge / side).astype(np.int64) for edge in (corners.min(0) - room, corners.max(0) + room)
    )
    found = [
        _in_tile((column, row), corners, spacing, groups)
        for row in range(low[1], high[1] + 1)
        for column in range(low[0], high[0] + 1)
    ]
    points, tiles, index = (np.concatenate(columns) for columns in zip(*found))
    kept = inside(points, polygon)
    for obstacle in obstacles:
        kept &= ~inside(points, obstacle)
    return points[kept], tiles[kept], index[kept]


def tiles_needed(polygon: Polygon, spacing: float) -> int:
    """Count the tiles that lie over a polygon's bounding box."""
    corners = np.asarray(polygon, np.float64)
    size = np.ptp(corners, axis=0) / (TILE * spacing)
    return math.prod(int(side) + 2 for side in size)


def _in_tile(
    at: tuple[int, int], corners: Points, spacing: float, groups: float
) -> tuple[Points, Whole, Whole]:
    """Return the points of one tile inside the bounding box of the corners."""
    index = np.arange(len(tile()))
    tiles = np.broadcast_to(np.array(at, np.int64), (len(index), 2))
    points = places_of(tiles, index, spacing, groups)
    kept = np.flatnonzero(np.all((points >= corners.min(0)) & (points <= corners.max(0)), axis=1))
    return points[kept], tiles[kept], index[kept]
