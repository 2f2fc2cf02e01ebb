"""Deal elements to people, one after another, so that nobody stands beside a copy of themselves.

Greedy in the order of rank over a graph of fixed radius: a person looks only at those who come before them,
so that whoever comes later changes nobody. Two people are neighbours when they are closer than the radius
of the later one, which grows as its rank gets smaller: radius / sqrt(rank). That is how far apart people
stand at the moment it appears, so that a thin crowd is kept as free of copies as a full one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.float64]
Bits = npt.NDArray[np.uint64]

MOST_BUCKETS = 8
"""Time buckets of one element: copies whose loops run at other times."""

_FEWEST_FRAMES = 6
_SMALLEST_RANK = 1 / 64
_FACING_SPREAD = 30.0
_OWN_PERSON = 1e6
_SIDE_FITS = 0.2
_AS_FAR = 0.75**2

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)

compiled = numba.njit(cache=True, nogil=True, error_model="numpy")


@dataclass(frozen=True)
class Table:
    """What dealing reads of K elements. `salt`: (K,) uint64 drawn from the name; `person`: (K,) int32;
    `facing`: (K,) degrees; `length`: (K,) frames of the loop; `buckets`: (K,) int32 time buckets."""

    salt: Bits
    person: Whole
    facing: Numbers
    length: Numbers
    buckets: Whole


@dataclass(frozen=True)
class Seating:
    """What dealing reads of N people, sorted by rank. `radius`: (N,) metres; `wanted`: (N,) degrees that the
    element should face, NaN where all do; `mirrors`: (N,) bool, whether the person may be flipped."""

    ident: Bits
    rank: Numbers
    foot: Numbers
    radius: Numbers
    wanted: Numbers
    mirrors: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Choices:
    """Who may play what: person i is of `group[i]`, whose elements are `element[start[g]:start[g + 1]]`."""

    group: Whole
    start: npt.NDArray[np.int64]
    element: Whole
    weight: Numbers


@dataclass(frozen=True)
class Hand:
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
) -> None:
    """Deal to `rows`, in that order, around what `hand` holds of the others, into `hand`.

    `own`: (N,) int32 persons to prefer. `held`: (N,) who keeps what the hand holds; they are among `rows` so
    that they are seen from their own turn on only.
    """
    count = len(seating.ident)
    own = np.full(count, -1, np.int32) if own is None else own
    held = np.zeros(count, bool) if held is None else held
    if not len(rows):
        return
    cell = float(np.median(seating.radius[rows]))
    _deal(
        np.asarray(rows, np.int64),
        seating.ident,
        seating.rank,
        seating.foot,
        seating.radius,
        seating.wanted,
        seating.mirrors,
        table.salt,
        table.person,
        table.facing,
        table.buckets,
        choices.group,
        choices.start,
        choices.element,
        choices.weight,
        hand.element,
        hand.bucket,
        hand.mirror,
        hand.repeat,
        own,
        held,
        salt,
        max(cell, 1e-3),
    )


@compiled
def _mixed(bits):  # type: ignore[no-untyped-def]
    bits = bits + _STEP
    bits = (bits ^ (bits >> np.uint64(30))) * _FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * _SECOND
    return bits ^ (bits >> np.uint64(31))


@compiled
def _place(x, z, cell, mask):  # type: ignore[no-untyped-def]
    """Return the slot of the grid for a cell; cells may share a slot, distances tell them apart."""
    column, line = np.int64(np.floor(x / cell)), np.int64(np.floor(z / cell))
    return _slot(column, line, mask)


@compiled
def _slot(column, line, mask):  # type: ignore[no-untyped-def]
    return (column * np.int64(73856093) ^ line * np.int64(19349663)) & mask


@compiled
def _reach(radius, rank):  # type: ignore[no-untyped-def]
    return radius / np.sqrt(max(rank, _SMALLEST_RANK))


@compiled
def _fit(wanted, facing):  # type: ignore[no-untyped-def]
    """Tell how well an element faces where it should, from 0 to 1."""
    if np.isnan(wanted):
        return 1.0
    off = (wanted - facing + 180.0) % 360.0 - 180.0
    return np.exp(-0.5 * (off / _FACING_SPREAD) ** 2) + 1e-9


@compiled
def _score(bits, weight):  # type: ignore[no-untyped-def]
    """Draw for one candidate: the smallest of all wins in the ratio of the weights (exponential race)."""
    share = (np.float64(bits >> np.uint64(11)) + 0.5) * 2.0**-53
    return -np.log(share) / weight


@compiled
def _deal(  # type: ignore[no-untyped-def]
    rows, ident, rank, foot, radius, wanted, mirrors,
    salts, person, facing, buckets,
    group, start, candidate, weight,
    element, bucket, mirror, repeat,
    own, held, salt, cell,
):  # fmt: skip
    count = len(ident)
    size = 2
    while size < 2 * count:
        size *= 2
    mask = np.int64(size - 1)
    head = np.full(size, -1, np.int32)
    following = np.full(count, -1, np.int32)
    dealing = np.zeros(count, np.bool_)
    for i in rows:
        dealing[i] = True
    for i in range(count):
        if element[i] >= 0 and not dealing[i]:
            slot = _place(foot[i, 0], foot[i, 2], cell, mask)
            following[i] = head[slot]
            head[slot] = i
    persons = 1
    for k in range(len(person)):
        persons = max(persons, person[k] + 1)
    seen = np.full(persons, -1, np.int64)
    nearest = np.zeros(persons)
    keys = len(person) * MOST_BUCKETS * 2
    key_seen = np.full(keys, -1, np.int64)
    key_nearest = np.zeros(keys)
    for i in rows:
        if not held[i]:
            _look_around(
                i, rank, foot, radius, person, element, bucket, mirror,
                head, following, mask, cell, seen, nearest, key_seen, key_nearest,
            )  # fmt: skip
            _choose(
                i, ident, wanted, mirrors, salts, person, facing, buckets, group, start, candidate, weight,
                element, bucket, mirror, repeat, own, salt, seen, nearest, key_seen, key_nearest,
            )  # fmt: skip
        if element[i] >= 0:
            slot = _place(foot[i, 0], foot[i, 2], cell, mask)
            following[i] = head[slot]
            head[slot] = i


@compiled
def _look_around(  # type: ignore[no-untyped-def]
    i, rank, foot, radius, person, element, bucket, mirror,
    head, following, mask, cell, seen, nearest, key_seen, key_nearest,
):  # fmt: skip
    """Note who plays near person i, and how near."""
    reach = _reach(radius[i], rank[i])
    first_column = np.int64(np.floor((foot[i, 0] - reach) / cell))
    last_column = np.int64(np.floor((foot[i, 0] + reach) / cell))
    first_line = np.int64(np.floor((foot[i, 2] - reach) / cell))
    last_line = np.int64(np.floor((foot[i, 2] + reach) / cell))
    for line in range(first_line, last_line + 1):
        for column in range(first_column, last_column + 1):
            j = head[_slot(column, line, mask)]
            while j >= 0:
                limit = reach
                if rank[j] > rank[i]:
                    limit = _reach(radius[j], rank[j])
                x, y, z = foot[j, 0] - foot[i, 0], foot[j, 1] - foot[i, 1], foot[j, 2] - foot[i, 2]
                away = x * x + y * y + z * z
                if away <= limit * limit and j != i:
                    who = person[element[j]]
                    if seen[who] != i or away < nearest[who]:
                        seen[who] = i
                        nearest[who] = away
                    key = (element[j] * MOST_BUCKETS + bucket[j]) * 2 + mirror[j]
                    if key_seen[key] != i or away < key_nearest[key]:
                        key_seen[key] = i
                        key_nearest[key] = away
                j = following[j]


@compiled
def _choose(  # type: ignore[no-untyped-def]
    i, ident, wanted, mirrors, salts, person, facing, buckets, group, start, candidate, weight,
    element, bucket, mirror, repeat, own, salt, seen, nearest, key_seen, key_nearest,
):  # fmt: skip
    """Take the first candidate, in an order drawn by weight, who is not near; else a copy that is far."""
    first, last = start[group[i]], start[group[i] + 1]
    best, best_score = -1, np.inf
    drawn = _mixed(ident[i] ^ salt)
    for at in range(first, last):
        k = candidate[at]
        if seen[person[k]] != i:
            score = _drawn_score(i, at, drawn, wanted, mirrors, salts, person, facing, candidate, weight, own)
            if score < best_score:
                best, best_score = k, score
    found = np.int8(0)
    if best < 0:
        best, found = _copy(
            i, drawn, wanted, mirrors, salts, person, facing, buckets, first, last, candidate, weight,
            own, nearest, key_seen,
        )  # fmt: skip
    if best < 0:
        return
    element[i] = best
    repeat[i] = found
    _time_and_side(i, best, drawn, wanted, mirrors, facing, buckets, bucket, mirror, key_seen, key_nearest)


@compiled
def _drawn_score(i, at, drawn, wanted, mirrors, salts, person, facing, candidate, weight, own):  # type: ignore[no-untyped-def]
    k = candidate[at]
    fit = _fit(wanted[i], facing[k])
    if mirrors[i]:
        fit = max(fit, _fit(wanted[i], -facing[k]))
    heavy = weight[at] * fit
    if person[k] == own[i]:
        heavy *= _OWN_PERSON
    return _score(_mixed(drawn ^ salts[k]), heavy)


@compiled
def _copy(  # type: ignore[no-untyped-def]
    i, drawn, wanted, mirrors, salts, person, facing, buckets, first, last, candidate, weight,
    own, nearest, key_seen,
):  # fmt: skip
    """Choose where everybody is near already: another time or side if there is one, and far away."""
    for wants_free in (True, False):
        farthest = -1.0
        for at in range(first, last):
            k = candidate[at]
            if not wants_free or _is_free(i, k, mirrors, buckets, key_seen):
                farthest = max(farthest, nearest[person[k]])
        best, best_score = -1, np.inf
        for at in range(first, last):
            k = candidate[at]
            if wants_free and not _is_free(i, k, mirrors, buckets, key_seen):
                continue
            if nearest[person[k]] >= farthest * _AS_FAR:
                score = _drawn_score(
                    i, at, drawn, wanted, mirrors, salts, person, facing, candidate, weight, own
                )
                if score < best_score:
                    best, best_score = k, score
        if best >= 0:
            return best, np.int8(1 if wants_free else 2)
    return -1, np.int8(2)


@compiled
def _is_free(i, k, mirrors, buckets, key_seen):  # type: ignore[no-untyped-def]
    """Tell whether an element has a time and a side that nobody near plays."""
    free = False
    for time in range(buckets[k]):
        for side in range(1 + mirrors[i]):
            if key_seen[(k * MOST_BUCKETS + time) * 2 + side] != i:
                free = True
    return free


@compiled
def _time_and_side(  # type: ignore[no-untyped-def]
    i, k, drawn, wanted, mirrors, facing, buckets, bucket, mirror, key_seen, key_nearest
):
    """Draw the time bucket and the side; the next free pair where the drawn one is played near."""
    plain, flipped = _fit(wanted[i], facing[k]), _fit(wanted[i], -facing[k])
    may_plain = not mirrors[i] or plain >= _SIDE_FITS * flipped
    may_flip = mirrors[i] and flipped >= _SIDE_FITS * plain
    pairs = np.int64(buckets[k]) * 2
    turn = np.int64((_mixed(drawn ^ _STEP) >> np.uint64(33)) % np.uint64(pairs))
    chosen, farthest = -1, -1.0
    for step in range(pairs):
        pair = (turn + step) % pairs
        if (pair % 2 == 0 and not may_plain) or (pair % 2 == 1 and not may_flip):
            continue
        key = np.int64(k) * MOST_BUCKETS * 2 + pair
        away = key_nearest[key] if key_seen[key] == i else np.inf
        if away > farthest:
            chosen, farthest = int(pair), away
    bucket[i] = chosen // 2
    mirror[i] = chosen % 2 == 1
