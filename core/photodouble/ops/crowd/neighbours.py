"""Who plays near whom: people in a grid on the ground, and what is noted about those around one of them.

What the compiled functions read travels in named tuples, because compiled code takes no dataclasses.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.float64]

MOST_BUCKETS = 8
"""Time buckets of one element: copies whose loops run at other times."""

_SMALLEST_RANK = 1 / 64
_FINEST = 8
"""A cell is at least this share of the largest radius wide, or a wide one would look into too many."""

compiled = numba.njit(cache=True, nogil=True, error_model="numpy")


class Seating(NamedTuple):
    """What dealing reads of N people, sorted by rank. `radius`: (N,) metres; `wanted`: (N,) degrees that the
    element should face, NaN where all do; `mirrors`: (N,) bool, whether the person may be flipped."""

    ident: npt.NDArray[np.uint64]
    rank: Numbers
    foot: Numbers
    radius: Numbers
    wanted: Numbers
    mirrors: npt.NDArray[np.bool_]


class Hand(NamedTuple):
    """What was dealt: `element` (N,) int32, -1 for nobody; `bucket`, `mirror`; `repeat` (N,) int8: 0 no copy
    near, 1 the same person near, 2 at the same time and side too. Filled in place while dealing."""

    element: Whole
    bucket: Whole
    mirror: npt.NDArray[np.bool_]
    repeat: npt.NDArray[np.int8]

    @classmethod
    def empty(cls, count: int) -> Hand:
        """Return a hand with nothing dealt."""
        return cls(
            np.full(count, -1, np.int32),
            np.zeros(count, np.int32),
            np.zeros(count, bool),
            np.zeros(count, np.int8),
        )


class Grid(NamedTuple):
    """People who were dealt to, by cell of the ground: `head` the first of every slot, `following` (N,) the
    next one. Cells may share a slot; distances tell them apart."""

    head: Whole
    following: Whole
    cell: float


class Near(NamedTuple):
    """What is noted around one person: who was `seen` near it and how near, squared metres; by person, and by
    element, time and side. A note counts where `seen` holds the number of the person that looks around.
    `fits`: (F, 2), how well elements that face each of F ways look where the person should, as filmed and
    flipped; 0 for the side that may not be shown."""

    seen: npt.NDArray[np.int64]
    nearest: Numbers
    key_seen: npt.NDArray[np.int64]
    key_nearest: Numbers
    fits: Numbers


def empty_grid(seating: Seating) -> Grid:
    """Return a grid with nobody in it, fit for these people."""
    count = len(seating.ident)
    radius = seating.radius if count else np.ones(1)
    cell = max(float(np.median(radius)), float(radius.max()) / _FINEST, 1e-3)
    size = 1 << max(2 * count - 1, 1).bit_length()
    return Grid(np.full(size, -1, np.int32), np.full(count, -1, np.int32), cell)


def no_notes(persons: int, elements: int, facings: int) -> Near:
    """Return notes with nothing noted."""
    counts = persons, elements * MOST_BUCKETS * 2
    seen, keys = (np.full(count, -1, np.int64) for count in counts)
    return Near(seen, np.zeros(counts[0]), keys, np.zeros(counts[1]), np.ones((facings, 2)))


@compiled
def key_of(element, bucket, side):  # type: ignore[no-untyped-def]
    """Number an element, a time bucket and a side (0 or 1)."""
    return (np.int64(element) * MOST_BUCKETS + bucket) * 2 + side


@compiled
def insert(i, seating, grid):  # type: ignore[no-untyped-def]
    """Put person i into the grid."""
    slot = _slot_at(seating.foot[i, 0], seating.foot[i, 2], grid)
    grid.following[i] = grid.head[slot]
    grid.head[slot] = i


@compiled
def take_out(rows, seating, hand, grid):  # type: ignore[no-untyped-def]
    """Take people out of the grid, and what they play out of the hand."""
    for i in rows:
        slot = _slot_at(seating.foot[i, 0], seating.foot[i, 2], grid)
        if grid.head[slot] == i:
            grid.head[slot] = grid.following[i]
        else:
            j = grid.head[slot]
            while j >= 0 and grid.following[j] != i:
                j = grid.following[j]
            if j >= 0:
                grid.following[j] = grid.following[i]
        hand.element[i] = -1


@compiled
def look_around(i, seating, person, hand, grid, near):  # type: ignore[no-untyped-def]
    """Note who plays near person i, and how near.

    Two are near when they are closer than the radius of the later one, that is of the higher rank.
    """
    reach = _reach(seating.radius[i], seating.rank[i])
    x, y, z = seating.foot[i, 0], seating.foot[i, 1], seating.foot[i, 2]
    for line in range(_cell(z - reach, grid), _cell(z + reach, grid) + 1):
        for column in range(_cell(x - reach, grid), _cell(x + reach, grid) + 1):
            j = grid.head[_slot(column, line, grid)]
            while j >= 0:
                limit = reach
                if seating.rank[j] > seating.rank[i]:
                    limit = _reach(seating.radius[j], seating.rank[j])
                foot = seating.foot[j]
                away = (foot[0] - x) ** 2 + (foot[1] - y) ** 2 + (foot[2] - z) ** 2
                if away <= limit * limit and j != i:
                    _note(near.seen, near.nearest, person[hand.element[j]], i, away)
                    key = key_of(hand.element[j], hand.bucket[j], np.int64(hand.mirror[j]))
                    _note(near.key_seen, near.key_nearest, key, i, away)
                j = grid.following[j]


@compiled
def _note(seen, nearest, key, i, away):  # type: ignore[no-untyped-def]
    if seen[key] != i or away < nearest[key]:
        seen[key] = i
        nearest[key] = away


@compiled
def _reach(radius, rank):  # type: ignore[no-untyped-def]
    return radius / np.sqrt(max(rank, _SMALLEST_RANK))


@compiled
def _cell(along, grid):  # type: ignore[no-untyped-def]
    return np.int64(np.floor(along / grid.cell))


@compiled
def _slot(column, line, grid):  # type: ignore[no-untyped-def]
    return (column * np.int64(73856093) ^ line * np.int64(19349663)) & np.int64(len(grid.head) - 1)


@compiled
def _slot_at(x, z, grid):  # type: ignore[no-untyped-def]
    return _slot(_cell(x, grid), _cell(z, grid), grid)
