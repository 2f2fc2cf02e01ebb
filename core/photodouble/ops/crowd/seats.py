"""Seats: sections of rows that rise away from the viewer, straight or curved around the field."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.areas import Seats

Numbers = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class SeatPlaces:
    """The seats of a stand as columns: where they are, which way they look and how they are counted.

    `foot` (N, 3), `facing` (N,) degrees, `section`, `row`, `seat` (N,), `around` (N,) 0 up to 1 from the
    left end to the right one.
    """

    foot: Numbers
    facing: Numbers
    section: Whole
    row: Whole
    seat: Whole
    around: Numbers


def seat_count(stand: Seats) -> int:
    """Count the seats of a stand without placing them."""
    return stand.sections * sum(_seats_in(stand, row) for row in range(stand.rows))


def seat_places(stand: Seats) -> SeatPlaces:
    """Place every seat of a stand, section by section, row by row, from the left as the viewer sees it."""
    rows = [_row(stand, row) for row in range(stand.rows)]
    whole = [np.concatenate(columns) for columns in zip(*rows)]
    along, back, section, row, seat = whole
    up = row * stand.rake
    turn = math.radians(stand.facing)
    x, z, facing, around = _laid(stand, along, back)
    right, front = (math.cos(turn), -math.sin(turn)), (math.sin(turn), math.cos(turn))
    foot = np.stack(
        [
            stand.origin[0] + right[0] * x + front[0] * z,
            stand.origin[1] + up,
            stand.origin[2] + right[1] * x + front[1] * z,
        ],
        axis=1,
    )
    return SeatPlaces(
        foot,
        stand.facing + facing,
        section.astype(np.int64),
        row.astype(np.int64),
        seat.astype(np.int64),
        around,
    )


def _laid(stand: Seats, along: Numbers, back: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Return x to the viewer's right, z towards the viewer, the turn of each seat, and how far around it is.

    `along` is metres along the first row, from its middle; a curved stand bends the row towards the viewer.
    """
    around = np.clip(along / stand.width + 0.5, 0, np.nextafter(1, 0))
    if stand.radius is None:
        return along, -back, np.zeros_like(along), around
    angle = along / stand.radius
    away = stand.radius + back
    return away * np.sin(angle), stand.radius - away * np.cos(angle), -np.degrees(angle), around


def _row(stand: Seats, row: int) -> tuple[Numbers, ...]:
    """Return along (as seen at the first row), back, section, row and seat of one row."""
    count = _seats_in(stand, row)
    seat = np.tile(np.arange(count, dtype=np.float64), stand.sections)
    section = np.repeat(np.arange(stand.sections, dtype=np.float64), count)
    back = row * stand.row_depth
    step = stand.seat_width * (1.0 if stand.radius is None else stand.radius / (stand.radius + back))
    middle = (section - (stand.sections - 1) / 2) * stand.pitch
    along = middle + (seat - (count - 1) / 2) * step
    return along, np.full_like(along, back), section, np.full_like(along, row), seat


def _seats_in(stand: Seats, row: int) -> int:
    """Count the seats of a row in one section: outer rows of a curved stand are longer."""
    if stand.radius is None:
        return stand.seats
    grown = (stand.radius + row * stand.row_depth) / stand.radius
    room = stand.pitch * grown - stand.aisle
    return max(int(room / stand.seat_width + 1e-9), stand.seats)
