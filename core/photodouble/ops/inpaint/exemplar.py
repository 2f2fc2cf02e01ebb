"""Invent a region from the rest of the picture: every invented pixel takes its texture from a real one.

Coarse to fine, patches that best agree with what surrounds and underlies the region are searched in
the known part (PatchMatch: Barnes et al., SIGGRAPH 2009) and vote for its colours (Wexler, Shechtman
and Irani, PAMI 2007). The search is in scan order with hashed chance, so it always ends the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from photodouble.image.proxy import reduce
from photodouble.ops.inpaint.footage import Mask, Picture

_HALF = 3
"""Half a patch: patches are 7 x 7 working pixels."""
_INWARDS, _DEEPEST = 0.72, 0.06
"""How fast and how far trust in invented pixels falls with their depth: the edge decides, not the middle."""
_GUIDE = 0.1
"""Weight of the smooth guide beside the patch's own mean squared difference."""
_GUIDE_BLUR = 6.0
_MOST_LEVELS = 6


@dataclass(frozen=True)
class Example:
    """Hold what a region was made of.

    `place` (h, w, 2) float32 x, y of the known pixel each invented one copies (its own place
    elsewhere); `colour` (h, w, 3) working encoded, invented inside the region, else unchanged.
    """

    place: NDArray[np.float32]
    colour: Picture


def fill_by_example(picture: Picture, region: Mask, closed: Mask, *, seed: int) -> Example | None:
    """Invent the pixels of `region` from pixels that are not `closed`.

    `picture` (h, w, 3) working encoded, with a smooth guess inside the region that guides the
    choice; `region` and `closed` (h, w) uint8. None where too little is open to copy from.
    """
    levels = _pyramid(picture, region, closed)
    match: NDArray[np.int32] | None = None
    while levels:
        colour, unknown, shut = levels.pop()
        sources = _centres(shut | unknown)
        if not sources.any():
            match = None
            continue
        colour = colour.copy()
        if match is not None:
            match = _finer(match, colour.shape[:2])
            _copy(colour, match, unknown)
        match = _settle(colour, unknown, sources, match, seed=seed + len(levels), passes=_passes(len(levels)))
    if match is None:
        return None
    place = _coherent(match[:, :, :2], match[:, :, 2], region)
    height, width = region.shape
    own = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=2)
    return Example(np.where(region[:, :, None] > 0, place, own).astype(np.float32), colour)


def _passes(level: int) -> int:
    return min(3 + 3 * level, 15)


def _pyramid(picture: Picture, region: Mask, closed: Mask) -> list[tuple[Picture, Mask, Mask]]:
    """Halve until the region is about one patch deep; finest first."""
    levels = [(np.ascontiguousarray(picture, np.float32), np.array(region > 0, np.uint8), closed)]
    while len(levels) < _MOST_LEVELS:
        colour, unknown, shut = levels[-1]
        depth = cv2.distanceTransform(np.pad(unknown, 1), cv2.DIST_L2, 3).max()
        if depth <= _HALF + 1 or min(unknown.shape) < 8 * _HALF:
            break
        some = (reduce(unknown.astype(np.float32), 2) > 0).astype(np.uint8)
        none = (reduce(shut.astype(np.float32), 2) > 0).astype(np.uint8)
        levels.append((reduce(colour, 2), some, none))
    return levels


def _centres(shut: Mask) -> Mask:
    """Mark the centres of patches that lie wholly on open pixels inside the picture."""
    around = np.pad(shut, _HALF, constant_values=1)
    size = 2 * _HALF + 1
    grown = cv2.dilate(around, np.ones((size, size), np.uint8))
    return np.asarray(grown[_HALF:-_HALF, _HALF:-_HALF] == 0, np.uint8)


def _settle(
    colour: Picture, unknown: Mask, sources: Mask, match: NDArray[np.int32] | None, *, seed: int, passes: int
) -> NDArray[np.int32]:
    """Alternate search and vote; `colour` is changed inside `unknown`. Gives x, y and cost rank."""
    size = 2 * _HALF + 1
    wanted = cv2.dilate(unknown, np.ones((size, size), np.uint8))
    guide = _guide(colour, unknown)
    depth = cv2.distanceTransform(np.pad(unknown, 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    trust = np.where(unknown > 0, np.maximum(_INWARDS**depth, _DEEPEST), 1).astype(np.float32)
    rows, columns = np.nonzero(sources)
    open_places = np.stack([columns, rows], axis=1).astype(np.int32)
    if match is None:
        found = np.full((*unknown.shape, 2), -1, np.int32)
        order = np.argsort(depth, axis=None, kind="stable")[-int(unknown.sum()) :].astype(np.int64)
        _peel(colour, unknown, open_places, order, found)
    else:
        found = match[:, :, :2].copy()
    cost = np.full(unknown.shape, np.inf, np.float32)
    chance = np.uint64(seed % 2**32)
    _start(found, wanted, sources, open_places, chance)
    for turn in range(passes):
        cost[:] = np.inf
        for step in range(2):
            _search(colour, guide, trust, wanted, sources, found, cost, chance + np.uint64(97 * turn), step)
        spread = np.float32(np.quantile(cost[wanted > 0], 0.6)) + np.float32(1e-6)
        _vote(colour, unknown, wanted, found, cost, trust, spread)
    rank = np.where(np.isfinite(cost), np.minimum(cost * 1e6, 2**30), 2**30).astype(np.int32)
    return np.concatenate([found, rank[:, :, None]], axis=2)


def _guide(colour: Picture, unknown: Mask) -> Picture:
    """Blur the picture, each side of the region's edge on its own: the lay of light and shade."""
    soft = np.empty_like(colour)
    for side in (0, 1):
        share = (unknown == side).astype(np.float32)
        weights = cv2.GaussianBlur(share, (0, 0), _GUIDE_BLUR)[:, :, None] + 1e-4
        blurred = cv2.GaussianBlur(colour * share[:, :, None], (0, 0), _GUIDE_BLUR) / weights
        soft = np.where(share[:, :, None] > 0, blurred, soft)
    return np.ascontiguousarray(soft, np.float32)


def _finer(match: NDArray[np.int32], size: tuple[int, int]) -> NDArray[np.int32]:
    """Carry matches to the next finer level, each to its four pixels."""
    own_y, own_x = np.mgrid[: size[0], : size[1]]
    coarse = match[own_y // 2, own_x // 2]
    finer = np.array(coarse, np.int32)
    finer[:, :, 0] = np.where(coarse[:, :, 0] < 0, -1, coarse[:, :, 0] * 2 + own_x % 2)
    finer[:, :, 1] = np.where(coarse[:, :, 0] < 0, -1, coarse[:, :, 1] * 2 + own_y % 2)
    return finer


def _copy(colour: Picture, match: NDArray[np.int32], unknown: Mask) -> None:
    """Begin a level with the colours its carried matches point to."""
    height, width = unknown.shape
    usable = (unknown > 0) & (match[:, :, 0] >= 0) & (match[:, :, 0] < width) & (match[:, :, 1] < height)
    colour[usable] = colour[match[usable, 1], match[usable, 0]]


def _coherent(found: NDArray[np.int32], cost: NDArray[np.int32], region: Mask) -> NDArray[np.int32]:
    """Give each invented pixel the shift of the best patch that covers it: large pieces, few seams."""
    place = found.copy()
    _best_cover(found, cost, region, place)
    return place


@njit(cache=True, nogil=True)
def _chance(state):  # type: ignore[no-untyped-def]
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


@njit(cache=True, nogil=True)
def _peel(colour, unknown, open_places, order, found):  # type: ignore[no-untyped-def]
    """Fill the coarsest level from the edge inwards, each pixel by the best match of all (exhaustive)."""
    height, width = unknown.shape
    known = unknown == 0
    for at in order:
        y, x = at // width, at % width
        top, bottom = max(-3, -y), min(3, height - 1 - y)
        left, right = max(-3, -x), min(3, width - 1 - x)
        best, chosen = np.inf, 0
        for k in range(len(open_places)):
            sx, sy = open_places[k, 0], open_places[k, 1]
            total = 0.0
            for j in range(top, bottom + 1):
                for i in range(left, right + 1):
                    if known[y + j, x + i]:
                        for c in range(3):
                            d = colour[y + j, x + i, c] - colour[sy + j, sx + i, c]
                            total += d * d
                if total >= best:
                    break
            if total < best:
                best, chosen = total, k
        found[y, x, 0], found[y, x, 1] = open_places[chosen, 0], open_places[chosen, 1]
        for c in range(3):
            colour[y, x, c] = colour[open_places[chosen, 1], open_places[chosen, 0], c]
        known[y, x] = True


@njit(cache=True, nogil=True)
def _start(found, wanted, sources, open_places, seed):  # type: ignore[no-untyped-def]
    """Give every wanted patch some allowed match: the carried one, or one by chance."""
    height, width = wanted.shape
    for y in range(height):
        for x in range(width):
            if wanted[y, x] == 0:
                continue
            sx, sy = found[y, x, 0], found[y, x, 1]
            if 0 <= sx < width and 0 <= sy < height and sources[sy, sx] != 0:
                continue
            drawn = _chance(seed * np.uint64(0x9E3779B97F4A7C15) + np.uint64(y * width + x))
            chosen = np.int64(drawn % np.uint64(len(open_places)))
            found[y, x, 0], found[y, x, 1] = open_places[chosen, 0], open_places[chosen, 1]


@njit(cache=True, nogil=True)
def _cost(colour, guide, trust, x, y, sx, sy, limit):  # type: ignore[no-untyped-def]
    """Give the weighted mean squared difference of two patches, or more than `limit`."""
    height, width = trust.shape
    weight = np.float32(0)
    top, bottom = max(-3, -y), min(3, height - 1 - y)
    left, right = max(-3, -x), min(3, width - 1 - x)
    for j in range(top, bottom + 1):
        for i in range(left, right + 1):
            weight += trust[y + j, x + i]
    total = np.float32(0)
    for c in range(3):
        d = guide[y, x, c] - guide[sy, sx, c]
        total += np.float32(_GUIDE) * d * d
    total *= weight
    most = limit * weight
    for j in range(top, bottom + 1):
        for i in range(left, right + 1):
            share = trust[y + j, x + i]
            for c in range(3):
                d = colour[y + j, x + i, c] - colour[sy + j, sx + i, c]
                total += share * d * d
        if total > most:
            return np.float32(np.inf)
    return total / weight


@njit(cache=True, nogil=True)
def _try(colour, guide, trust, sources, found, cost, x, y, sx, sy):  # type: ignore[no-untyped-def]
    height, width = trust.shape
    if 0 <= sx < width and 0 <= sy < height and sources[sy, sx] != 0:
        other = _cost(colour, guide, trust, x, y, sx, sy, cost[y, x])
        if other < cost[y, x]:
            cost[y, x] = other
            found[y, x, 0], found[y, x, 1] = sx, sy


@njit(cache=True, nogil=True)
def _search(colour, guide, trust, wanted, sources, found, cost, seed, step):  # type: ignore[no-untyped-def]
    """Improve every match from its neighbours' and by ever narrower chance; one scan, either way."""
    height, width = wanted.shape
    way = 1 if step % 2 == 0 else -1
    for row in range(height):
        y = row if way > 0 else height - 1 - row
        for column in range(width):
            x = column if way > 0 else width - 1 - column
            if wanted[y, x] == 0:
                continue
            if not np.isfinite(cost[y, x]):
                sx, sy = found[y, x, 0], found[y, x, 1]
                cost[y, x] = _cost(colour, guide, trust, x, y, sx, sy, np.float32(np.inf))
            if 0 <= x - way < width and wanted[y, x - way] != 0:
                sx, sy = found[y, x - way, 0] + way, found[y, x - way, 1]
                _try(colour, guide, trust, sources, found, cost, x, y, sx, sy)
            if 0 <= y - way < height and wanted[y - way, x] != 0:
                sx, sy = found[y - way, x, 0], found[y - way, x, 1] + way
                _try(colour, guide, trust, sources, found, cost, x, y, sx, sy)
            radius = max(height, width)
            state = seed * np.uint64(0x9E3779B97F4A7C15) + np.uint64((step * height + y) * width + x)
            while radius >= 1:
                state = _chance(state + np.uint64(0x9E3779B97F4A7C15))
                across = np.int64((state & np.uint64(0xFFFFFFFF)) % np.uint64(2 * radius + 1)) - radius
                down = np.int64((state >> np.uint64(32)) % np.uint64(2 * radius + 1)) - radius
                sx, sy = found[y, x, 0] + across, found[y, x, 1] + down
                _try(colour, guide, trust, sources, found, cost, x, y, sx, sy)
                radius //= 2


@njit(cache=True, nogil=True)
def _vote(colour, unknown, wanted, found, cost, trust, spread):  # type: ignore[no-untyped-def]
    """Let all patches over an unknown pixel say its colour, better ones louder."""
    height, width = unknown.shape
    total = np.zeros((height, width, 4), np.float32)
    for y in range(height):
        for x in range(width):
            if wanted[y, x] == 0:
                continue
            weight = trust[y, x] * (np.exp(-cost[y, x] / spread) + np.float32(1e-4))
            for j in range(max(-3, -y), min(3, height - 1 - y) + 1):
                for i in range(max(-3, -x), min(3, width - 1 - x) + 1):
                    if unknown[y + j, x + i] != 0:
                        sx, sy = found[y, x, 0] + i, found[y, x, 1] + j
                        for c in range(3):
                            total[y + j, x + i, c] += weight * colour[sy, sx, c]
                        total[y + j, x + i, 3] += weight
    for y in range(height):
        for x in range(width):
            if unknown[y, x] != 0 and total[y, x, 3] > 0:
                for c in range(3):
                    colour[y, x, c] = total[y, x, c] / total[y, x, 3]


@njit(cache=True, nogil=True)
def _best_cover(found, cost, region, place):  # type: ignore[no-untyped-def]
    height, width = region.shape
    for y in range(height):
        for x in range(width):
            if region[y, x] == 0:
                continue
            best = np.float64(np.inf)
            for j in range(max(-2, -y), min(2, height - 1 - y) + 1):
                for i in range(max(-2, -x), min(2, width - 1 - x) + 1):
                    if found[y + j, x + i, 0] < 0:
                        continue
                    far = np.float64(cost[y + j, x + i]) * (1.0 + 0.02 * (i * i + j * j))
                    if far < best:
                        best = far
                        place[y, x, 0] = found[y + j, x + i, 0] - i
                        place[y, x, 1] = found[y + j, x + i, 1] - j
