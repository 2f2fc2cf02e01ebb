"""Make the world tile of places for people who stand: evenly spread, no rows, and good at every density.

Sample elimination (Yuksel 2015) on a tile that repeats: the place with the most crowding around it goes,
again and again; the order of going, turned round, is the order of coming. Whole numbers only, so that every
machine makes the same tile; `blue_noise.npy` holds the one that is used.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.blue_noise import EDGE, GROUP
from photodouble.ops.crowd.idents import mixed

Whole = npt.NDArray[np.int64]
_compiled = numba.njit(cache=True, nogil=True)


def make_tile(count: int, candidates: int = 4) -> npt.NDArray[np.uint16]:
    """Return (count, 2) places on a tile that repeats, from 0 to 65535, in the order in which they come."""
    drawn = mixed(np.arange(count * candidates, dtype=np.uint64))
    points = np.stack([drawn >> np.uint64(48), (drawn >> np.uint64(32)) & np.uint64(0xFFFF)], axis=1)
    kept = points.astype(np.int64)
    kept = kept[np.sort(_eliminate(kept, count)[-count:])]
    order: list[Whole] = []
    while len(kept) > 1:
        gone = _eliminate(kept, len(kept) // 2)
        order.append(kept[gone[: len(kept) - len(kept) // 2]][::-1])
        kept = kept[np.sort(gone[len(kept) - len(kept) // 2 :])]
    order.append(kept)
    return np.concatenate(order[::-1]).astype(np.uint16)


def make_friends(tile: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint16]:
    """Return for every place the index of the nearest one of the first third, on the tile that repeats.

    Those of the first third are their own.
    """
    places = tile.astype(np.int64)
    first = places[: len(places) // GROUP]
    found = []
    for part in np.array_split(places, 64):
        apart = np.abs(part[:, None] - first[None])
        apart = np.minimum(apart, EDGE - apart)
        found.append(np.argmin((apart * apart).sum(axis=2), axis=1))
    return np.concatenate(found).astype(np.uint16)


def _eliminate(points: Whole, left: int) -> Whole:
    """Return the order in which points go until `left` are there; those follow at the end."""
    reach = 4 * EDGE * EDGE * 1000 // (3464 * left)  # (2 r)^2 with r = sqrt(area / (2 sqrt 3 n))
    cells = max(min(EDGE // max(int(_root(reach)) + 1, 1), 256), 1)
    return np.asarray(_went(points, left, reach, cells))


@_compiled
def _root(number):  # type: ignore[no-untyped-def]
    """Return the whole root of a whole number."""
    low, high = 0, 1 << 31
    while low < high:
        middle = (low + high + 1) >> 1
        if middle * middle <= number:
            low = middle
        else:
            high = middle - 1
    return low


@_compiled
def _weight(ax, ay, bx, by, reach):  # type: ignore[no-untyped-def]
    """Weigh how much two points crowd each other: (1 - d / 2r)^8 in steps of 2^-24, 0 out of reach."""
    across, down = abs(ax - bx), abs(ay - by)
    across, down = min(across, 65536 - across), min(down, 65536 - down)
    square = across * across + down * down
    if square >= reach:
        return 0
    share = (1 << 24) - (_root(square << 16) << 24) // (_root(reach << 16) + 1)
    for _ in range(3):
        share = (share * share) >> 24
    return share


@_compiled
def _went(points, left, reach, cells):  # type: ignore[no-untyped-def]
    """Eliminate: `points` (n, 2); a heap keeps the most crowded one on top, the first of equals."""
    count = len(points)
    cell = np.empty(count, np.int64)
    size = np.zeros(cells * cells + 1, np.int64)
    for i in range(count):
        cell[i] = (points[i, 1] * cells // 65536) * cells + points[i, 0] * cells // 65536
        size[cell[i] + 1] += 1
    start = np.cumsum(size)
    fill = start[:-1].copy()
    held = np.empty(count, np.int64)
    for i in range(count):
        held[fill[cell[i]]] = i
        fill[cell[i]] += 1
    crowding = np.zeros(count, np.int64)
    around = 1 if cells >= 3 else 0
    for i in range(count):
        crowding[i] = _sum_around(points, i, held, start, cells, around, reach)
    heap = np.arange(count)
    at = np.arange(count)
    for i in range(count // 2 - 1, -1, -1):
        _sink(heap, at, crowding, i, count)
    went = np.empty(count, np.int64)
    alive = count
    while alive > left:
        top = heap[0]
        went[count - alive] = top
        alive -= 1
        _swap(heap, at, 0, alive)
        _sink(heap, at, crowding, 0, alive)
        crowding[top] = -1
        _relieve(points, top, held, start, cells, around, reach, crowding, heap, at, alive)
    went[count - alive :] = heap[:alive]
    return went


@_compiled
def _sum_around(points, i, held, start, cells, around, reach):  # type: ignore[no-untyped-def]
    total = 0
    for j in _near(points, i, held, start, cells, around):
        if j != i:
            total += _weight(points[i, 0], points[i, 1], points[j, 0], points[j, 1], reach)
    return total


@_compiled
def _near(points, i, held, start, cells, around):  # type: ignore[no-untyped-def]
    """Give the points in the cells around a point; every point when the cells are few."""
    if around == 0:
        return held
    column, row = points[i, 0] * cells // 65536, points[i, 1] * cells // 65536
    count = 0
    for down in range(-1, 2):
        for across in range(-1, 2):
            c = ((row + down) % cells) * cells + (column + across) % cells
            count += start[c + 1] - start[c]
    found = np.empty(count, np.int64)
    count = 0
    for down in range(-1, 2):
        for across in range(-1, 2):
            c = ((row + down) % cells) * cells + (column + across) % cells
            for k in range(start[c], start[c + 1]):
                found[count] = held[k]
                count += 1
    return found


@_compiled
def _relieve(points, top, held, start, cells, around, reach, crowding, heap, at, alive):  # type: ignore[no-untyped-def]
    """Take what a point that went did to its neighbours away from them."""
    for j in _near(points, top, held, start, cells, around):
        if at[j] < alive and j != top:
            weight = _weight(points[top, 0], points[top, 1], points[j, 0], points[j, 1], reach)
            if weight > 0:
                crowding[j] -= weight
                _sink(heap, at, crowding, at[j], alive)


@_compiled
def _sink(heap, at, crowding, place, count):  # type: ignore[no-untyped-def]
    while True:
        child = 2 * place + 1
        if child >= count:
            return
        if child + 1 < count and _before(crowding, heap[child + 1], heap[child]):
            child += 1
        if not _before(crowding, heap[child], heap[place]):
            return
        _swap(heap, at, place, child)
        place = child


@_compiled
def _before(crowding, a, b):  # type: ignore[no-untyped-def]
    return crowding[a] > crowding[b] or (crowding[a] == crowding[b] and a < b)


@_compiled
def _swap(heap, at, a, b):  # type: ignore[no-untyped-def]
    heap[a], heap[b] = heap[b], heap[a]
    at[heap[a]], at[heap[b]] = a, b
