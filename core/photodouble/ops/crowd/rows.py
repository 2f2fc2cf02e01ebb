"""Rows that an artist drew as lines, such as the steps of a stand that is there: a place every so far."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.areas import Rows
from photodouble.ops.crowd.seats import SeatPlaces

Numbers = npt.NDArray[np.float64]
_HAIR = 1e-9
"""Keeps a row that is exactly so many places long from losing one to rounding."""


def row_count(area: Rows) -> int:
    """Count the places of all rows without making them."""
    return sum(_count(area, _lengths(np.asarray(line, np.float64))[-1]) for line in area.rows)


def row_places(area: Rows) -> SeatPlaces:
    """Place everybody along every row, from its first point on, the places in the middle of the row."""
    parts = [_along(area, number, np.asarray(line, np.float64)) for number, line in enumerate(area.rows)]
    foot, facing, row, seat, around = (np.concatenate(column) for column in zip(*parts))
    whole = row.astype(np.int64)
    return SeatPlaces(foot, facing, np.zeros_like(whole), whole, seat.astype(np.int64), around)


def _along(area: Rows, number: int, line: Numbers) -> tuple[Numbers, ...]:
    """Return foot, facing, row, seat and the share of the way for the places of one line."""
    at = _lengths(line)
    count = _count(area, at[-1])
    seat = np.arange(count, dtype=np.float64)
    away = at[-1] / 2 + (seat - (count - 1) / 2) * area.seat_width
    foot = np.stack([np.interp(away, at, line[:, axis]) for axis in range(3)], axis=1)
    piece = np.clip(np.searchsorted(at, away, side="right") - 1, 0, len(at) - 2)
    step = np.diff(line, axis=0)[piece]
    facing = np.degrees(np.arctan2(step[:, 2], -step[:, 0])) + area.facing
    around = np.clip(away / max(at[-1], _HAIR), 0, np.nextafter(1, 0))
    return foot, facing, np.full(count, float(number)), seat, around


def _lengths(line: Numbers) -> Numbers:
    """Return how far along the line each of its points is, in metres."""
    return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])


def _count(area: Rows, length: float) -> int:
    return max(int(length / area.seat_width + _HAIR), 1)
