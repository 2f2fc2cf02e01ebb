"""Deal elements to people, one after another, so that nobody stands beside a copy of themselves.

Greedy in the order of rank over a graph of fixed radius: a person looks only at those who come before them,
so that whoever comes later changes nobody. Two people are neighbours when they are closer than the radius
of the later one, which grows as its rank gets smaller: radius / sqrt(rank). That is how far apart people
stand at the moment it appears, so that a thin crowd is kept as free of copies as a full one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.neighbours import (
    MOST_BUCKETS,
    Grid,
    Hand,
    Numbers,
    Seating,
    Whole,
    compiled,
    empty_grid,
    insert,
    key_of,
    look_around,
    no_notes,
    take_out,
)

_FEWEST_FRAMES = 6
_FACING_SPREAD = 30.0
_OWN_PERSON = 1e6
_SIDE_FITS = 0.2
_FITS = 0.05
"""Who fits this much worse than the best one looks into a wrong direction, and is not taken at all."""

_AS_FAR = 0.75**2

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


class Table(NamedTuple):
    """What dealing reads of K elements. `salt`: (K,) uint64 drawn from the name; `person`: (K,) int32;
    `facing`: (K,) int32, in the F `facings` in degrees; `length`: (K,) frames of the loop; `buckets`: (K,)
    int32 time buckets."""

    salt: npt.NDArray[np.uint64]
    person: Whole
    facing: Whole
    facings: Numbers
    length: Numbers
    buckets: Whole


class Choices(NamedTuple):
    """Who may play what: person i is of `group[i]`, whose elements are `element[start[g]:start[g + 1]]`.

    `spare[i]` is the group of those who step in, playing something else, before a copy is dealt; -1 for none.
    """

    group: Whole
    spare: Whole
    start: npt.NDArray[np.int64]
    element: Whole
    weight: Numbers


def buckets_of(length: int) -> int:
    """Return how many time buckets a loop of that many frames is cut into."""
    return int(np.clip(length // _FEWEST_FRAMES, 1, MOST_BUCKETS))


def deal(
    rows: npt.NDArray[np.int64],
    seating: Seating,
    table: Table,
    choices: Choices,
    hand: Hand,
    *,
    salt: np.uint64,
    own: Whole | None = None,
    held: npt.NDArray[np.bool_] | None = None,
    grid: Grid | None = None,
) -> Grid:
    """Deal to `rows`, in that order, around those who are in the grid, into `hand`; return the grid with all.

    `own`: (N,) int32 persons to prefer. `held`: (N,) who keeps what the hand holds; they are among `rows` so
    that they are seen from their own turn on only. `grid`: of an earlier deal, to deal some people anew.
    """
    count = len(seating.ident)
    own = np.full(count, -1, np.int32) if own is None else own
    held = np.zeros(count, bool) if held is None else held
    near = no_notes(int(table.person.max()) + 1, len(table.person), len(table.facings))
    rows = np.ascontiguousarray(rows, np.int64)
    if grid is None:
        grid = empty_grid(seating)
    else:
        take_out(rows, seating, hand, grid)
    _deal(rows, seating, table, choices, hand, own, held, salt, grid, near)
    return grid


@compiled
def _deal(rows, seating, table, choices, hand, own, held, salt, grid, near):  # type: ignore[no-untyped-def]
    for i in rows:
        if not held[i]:
            look_around(i, seating, table.person, hand, grid, near)
            _face(i, seating, table, near)
            _choose(i, seating.ident[i], table, choices, hand, own[i], salt, near)
        if hand.element[i] >= 0:
            insert(i, seating, grid)


@compiled
def _choose(i, ident, table, choices, hand, own, salt, near):  # type: ignore[no-untyped-def]
    """Take the first candidate, in an order drawn by weight, who is not near; else a copy that is far."""
    drawn = _mixed(ident ^ salt)
    least = _least_fit(choices.group[i], table, choices, near)
    found = np.int8(0)
    best = _free_person(i, choices.group[i], drawn, least, table, choices, own, near)
    if best < 0 and choices.spare[i] >= 0:
        enough = max(least, _least_fit(choices.spare[i], table, choices, near))
        best = _free_person(i, choices.spare[i], drawn, enough, table, choices, own, near)
    if best < 0:
        found = np.int8(1)
        best = _copy(i, True, drawn, least, table, choices, own, near)
    if best < 0:
        found = np.int8(2)
        best = _copy(i, False, drawn, least, table, choices, own, near)
    if best >= 0:
        hand.element[i] = best
        hand.repeat[i] = found
        _time_and_side(i, best, drawn, table, hand, near)


@compiled
def _least_fit(group, table, choices, near):  # type: ignore[no-untyped-def]
    """Return how well an element of a group must face to be taken."""
    best = 0.0
    for at in range(choices.start[group], choices.start[group + 1]):
        best = max(best, _fit(choices.element[at], table, near))
    return best * _FITS


@compiled
def _free_person(i, group, drawn, least, table, choices, own, near):  # type: ignore[no-untyped-def]
    """Take the first of a group, in an order drawn by weight, who is not near; -1 where all are."""
    best, best_score = np.int64(-1), np.inf
    for at in range(choices.start[group], choices.start[group + 1]):
        k = choices.element[at]
        if near.seen[table.person[k]] != i and _fit(k, table, near) >= least:
            score = _score(at, drawn, table, choices, own, near)
            if score < best_score:
                best, best_score = np.int64(k), score
    return best


@compiled
def _copy(i, wants_free, drawn, least, table, choices, own, near):  # type: ignore[no-untyped-def]
    """Choose where everybody is near already, of those far away; `wants_free`: with another time or side."""
    first, last = choices.start[choices.group[i]], choices.start[choices.group[i] + 1]
    farthest = -1.0
    for at in range(first, last):
        k = choices.element[at]
        if _fit(k, table, near) >= least and (not wants_free or _is_free(i, k, table, near)):
            farthest = max(farthest, near.nearest[table.person[k]])
    best, best_score = np.int64(-1), np.inf
    for at in range(first, last):
        k = choices.element[at]
        if near.nearest[table.person[k]] < farthest * _AS_FAR or _fit(k, table, near) < least:
            continue
        if not wants_free or _is_free(i, k, table, near):
            score = _score(at, drawn, table, choices, own, near)
            if score < best_score:
                best, best_score = np.int64(k), score
    return best


@compiled
def _is_free(i, k, table, near):  # type: ignore[no-untyped-def]
    """Tell whether an element has a time and a side that nobody near plays."""
    for side in range(2):
        if _may_play(k, side, table, near):
            for bucket in range(table.buckets[k]):
                if near.key_seen[key_of(k, bucket, side)] != i:
                    return True
    return False


@compiled
def _time_and_side(i, k, drawn, table, hand, near):  # type: ignore[no-untyped-def]
    """Draw the time bucket and the side; the next free pair where the drawn one is played near."""
    pairs = np.int64(table.buckets[k]) * 2
    turn = np.int64((_mixed(drawn ^ _STEP) >> np.uint64(33)) % np.uint64(pairs))
    farthest = -1.0
    for step in range(pairs):
        pair = (turn + step) % pairs
        if _may_play(k, pair % 2, table, near):
            key = key_of(k, pair // 2, pair % 2)
            away = near.key_nearest[key] if near.key_seen[key] == i else np.inf
            if away > farthest:
                farthest = away
                hand.bucket[i] = pair // 2
                hand.mirror[i] = pair % 2 == 1


@compiled
def _face(i, seating, table, near):  # type: ignore[no-untyped-def]
    """Note how well each way of facing looks where person i should, from 0 to 1."""
    wanted = seating.wanted[i]
    for turn in range(len(table.facings)):
        for side in range(2):
            fit = 1.0
            if not np.isnan(wanted):
                facing = table.facings[turn] if side == 0 else -table.facings[turn]
                off = (wanted - facing + 180.0) % 360.0 - 180.0
                fit = np.exp(-0.5 * (off / _FACING_SPREAD) ** 2) + 1e-9
            near.fits[turn, side] = fit if side == 0 or seating.mirrors[i] else 0.0


@compiled
def _may_play(k, side, table, near):  # type: ignore[no-untyped-def]
    """Tell whether an element may be shown as filmed (side 0) or flipped (side 1)."""
    fits = near.fits[table.facing[k]]
    return fits[side] > 0 and fits[side] >= _SIDE_FITS * fits[1 - side]


@compiled
def _fit(k, table, near):  # type: ignore[no-untyped-def]
    """Tell how well an element faces where it should, on its better side."""
    return max(near.fits[table.facing[k], 0], near.fits[table.facing[k], 1])


@compiled
def _score(at, drawn, table, choices, own, near):  # type: ignore[no-untyped-def]
    """Draw for one candidate: the smallest of all wins in the ratio of the weights (exponential race)."""
    k = choices.element[at]
    weight = choices.weight[at] * _fit(k, table, near)
    if table.person[k] == own:
        weight *= _OWN_PERSON
    share = (np.float64(_mixed(drawn ^ table.salt[k]) >> np.uint64(11)) + 0.5) * 2.0**-53
    return -np.log(share) / weight


@compiled
def _mixed(bits):  # type: ignore[no-untyped-def]
    bits = bits + _STEP
    bits = (bits ^ (bits >> np.uint64(30))) * _FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * _SECOND
    return bits ^ (bits >> np.uint64(31))
