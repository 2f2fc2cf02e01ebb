"""Search and vote for patches: the compiled kernels of the exemplar fill.

Pictures are atlases (H, W, n) float32 of n features; the picture to fill lies at their left, `h` by `w`,
the pages it may copy from beside it. Scans run in a fixed order with hashed chance: they always end alike.
"""

from __future__ import annotations

import numpy as np
from numba import njit

HALF = 3
"""Half a patch: patches are 7 x 7 working pixels."""
COLOURS = 3
_BESIDE = 1
"""A patch beside an artist's line copies one that lies beside the same line, this many pixels off at most."""


@njit(cache=True, nogil=True)
def chance(state):  # type: ignore[no-untyped-def]
    """Hash 64 bits (the finaliser of splitmix64, Steele et al. 2014)."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


@njit(cache=True, nogil=True)
def _same_lane(lane, other):  # type: ignore[no-untyped-def]
    return lane == 0 or (other != 0 and abs(lane - other) <= _BESIDE)


@njit(cache=True, nogil=True)
def peel(feature, unknown, lanes, taste, open_places, order, found):  # type: ignore[no-untyped-def]
    """Fill the coarsest level from the edge inwards, each pixel by the best match of all (exhaustive)."""
    height, width = unknown.shape
    channels = feature.shape[2]
    known = unknown == 0
    for at in order:
        y, x = at // width, at % width
        top, bottom = max(-HALF, -y), min(HALF, height - 1 - y)
        left, right = max(-HALF, -x), min(HALF, width - 1 - x)
        best, chosen = np.inf, -1
        for k in range(len(open_places)):
            sx, sy = open_places[k, 0], open_places[k, 1]
            if not _same_lane(lanes[y, x], lanes[sy, sx]):
                continue
            total = 0.0
            share = taste[sy, sx]
            for j in range(top, bottom + 1):
                for i in range(left, right + 1):
                    if known[y + j, x + i]:
                        for c in range(channels):
                            d = feature[y + j, x + i, c] - feature[sy + j, sx + i, c]
                            total += share * d * d
                if total >= best:
                    break
            if total < best:
                best, chosen = total, k
        if chosen < 0:
            continue
        found[y, x, 0], found[y, x, 1] = open_places[chosen, 0], open_places[chosen, 1]
        for c in range(channels):
            feature[y, x, c] = feature[open_places[chosen, 1], open_places[chosen, 0], c]
        known[y, x] = True


@njit(cache=True, nogil=True)
def start(found, wanted, sources, lanes, open_places, seed):  # type: ignore[no-untyped-def]
    """Give every wanted patch some allowed match: the carried one, or one by chance."""
    height, width = wanted.shape
    for y in range(height):
        for x in range(width):
            if wanted[y, x] == 0:
                continue
            sx, sy = found[y, x, 0], found[y, x, 1]
            inside = 0 <= sx < sources.shape[1] and 0 <= sy < sources.shape[0]
            if inside and sources[sy, sx] != 0 and _same_lane(lanes[y, x], lanes[sy, sx]):
                continue
            drawn = chance(seed * np.uint64(0x9E3779B97F4A7C15) + np.uint64(y * width + x))
            chosen = np.int64(drawn % np.uint64(len(open_places)))
            for k in range(len(open_places)):
                at = (chosen + k) % len(open_places)
                if _same_lane(lanes[y, x], lanes[open_places[at, 1], open_places[at, 0]]):
                    chosen = at
                    break
            found[y, x, 0], found[y, x, 1] = open_places[chosen, 0], open_places[chosen, 1]


@njit(cache=True, nogil=True)
def _cost(feature, trust, taste, far, x, y, sx, sy, limit):  # type: ignore[no-untyped-def]
    """Give the weighted mean squared difference of two patches, or infinity if more than `limit`."""
    height, width = trust.shape
    channels = feature.shape[2]
    weight = np.float32(0)
    top, bottom = max(-HALF, -y), min(HALF, height - 1 - y)
    left, right = max(-HALF, -x), min(HALF, width - 1 - x)
    for j in range(top, bottom + 1):
        for i in range(left, right + 1):
            weight += trust[y + j, x + i]
    share = taste[sy, sx]
    away = np.float32((sx - x) * (sx - x) + (sy - y) * (sy - y))
    total = weight * far * min(away / np.float32(height * height + width * width), np.float32(1))
    most = limit * weight
    for j in range(top, bottom + 1):
        for i in range(left, right + 1):
            part = share * trust[y + j, x + i]
            for c in range(channels):
                d = feature[y + j, x + i, c] - feature[sy + j, sx + i, c]
                total += part * d * d
        if total > most:
            return np.float32(np.inf)
    return total / weight


@njit(cache=True, nogil=True)
def _try(feature, trust, taste, far, sources, lanes, found, cost, x, y, sx, sy):  # type: ignore[no-untyped-def]
    if 0 <= sx < sources.shape[1] and 0 <= sy < sources.shape[0] and sources[sy, sx] != 0:
        if not _same_lane(lanes[y, x], lanes[sy, sx]):
            return
        other = _cost(feature, trust, taste, far, x, y, sx, sy, cost[y, x])
        if other < cost[y, x]:
            cost[y, x] = other
            found[y, x, 0], found[y, x, 1] = sx, sy


@njit(cache=True, nogil=True)
def search(feature, trust, taste, far, wanted, sources, lanes, found, cost, seed, step):  # type: ignore[no-untyped-def]
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
                cost[y, x] = _cost(feature, trust, taste, far, x, y, sx, sy, np.float32(np.inf))
            if 0 <= x - way < width and wanted[y, x - way] != 0:
                sx, sy = found[y, x - way, 0] + way, found[y, x - way, 1]
                _try(feature, trust, taste, far, sources, lanes, found, cost, x, y, sx, sy)
            if 0 <= y - way < height and wanted[y - way, x] != 0:
                sx, sy = found[y - way, x, 0], found[y - way, x, 1] + way
                _try(feature, trust, taste, far, sources, lanes, found, cost, x, y, sx, sy)
            radius = max(sources.shape[0], sources.shape[1])
            state = seed * np.uint64(0x9E3779B97F4A7C15) + np.uint64((step * height + y) * width + x)
            while radius >= 1:
                state = chance(state + np.uint64(0x9E3779B97F4A7C15))
                reach = min(radius, sources.shape[0])
                across = np.int64((state & np.uint64(0xFFFFFFFF)) % np.uint64(2 * radius + 1)) - radius
                down = np.int64((state >> np.uint64(32)) % np.uint64(2 * reach + 1)) - reach
                sx, sy = found[y, x, 0] + across, found[y, x, 1] + down
                _try(feature, trust, taste, far, sources, lanes, found, cost, x, y, sx, sy)
                radius //= 2


@njit(cache=True, nogil=True)
def vote(feature, unknown, wanted, found, cost, trust, spread):  # type: ignore[no-untyped-def]
    """Let all patches over an unknown pixel say its features, better ones louder."""
    height, width = unknown.shape
    channels = feature.shape[2]
    total = np.zeros((height, width, channels + 1), np.float32)
    for y in range(height):
        for x in range(width):
            if wanted[y, x] == 0:
                continue
            weight = trust[y, x] * (np.exp(-cost[y, x] / spread) + np.float32(1e-4))
            for j in range(max(-HALF, -y), min(HALF, height - 1 - y) + 1):
                for i in range(max(-HALF, -x), min(HALF, width - 1 - x) + 1):
                    if unknown[y + j, x + i] != 0:
                        sx, sy = found[y, x, 0] + i, found[y, x, 1] + j
                        for c in range(channels):
                            total[y + j, x + i, c] += weight * feature[sy, sx, c]
                        total[y + j, x + i, channels] += weight
    for y in range(height):
        for x in range(width):
            if unknown[y, x] != 0 and total[y, x, channels] > 0:
                for c in range(channels):
                    feature[y, x, c] = total[y, x, c] / total[y, x, channels]


@njit(cache=True, nogil=True)
def best_cover(found, cost, region, place):  # type: ignore[no-untyped-def]
    """Write into `place`, for every pixel of the region, the source that the best patch over it gives."""
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
