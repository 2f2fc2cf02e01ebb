"""Get a frame's people ready to draw: their order, inverse map, mip levels, and the tiles they touch.

A mip level is a fraction: two neighbouring levels are blended, so that nobody pops in a push-in.
A card seen squeezed in one direction is sampled twice along it instead of being blurred in both.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from photodouble.ops.crowd.deck import Deck
from photodouble.ops.crowd.splats import Splats

Floats = npt.NDArray[np.float32]
Whole = npt.NDArray[np.int32]

FOOT_X, FOOT_Y, U_X, U_Y, V_X, V_Y, U_FOOT, V_FOOT, BLEND = range(9)
V_LEAST, V_MOST, REACH_U, REACH_V, DEFOCUS, SMEAR_X, SMEAR_Y, SIDE_X, SIDE_Y, DEPTH = range(9, 19)
RED, GREEN, BLUE, TINT = range(19, 23)
CARD, FINE, COARSE, LEFT, TOP, RIGHT, BOTTOM, TAPS, AGENT, ELEMENT, SECTION = range(11)
_NUMBERS, _WHOLES = 23, 11
DISC_TAPS, SMEAR_TAPS, SIDE_TAPS = 24, 12, 2
_STILL = 0.02
"""Blurs of fewer pixels than this are not drawn."""
_SQUEEZE_FROM, _SQUEEZE_TO = 1.1, 1.4
"""Between these ratios of the two directions the second sample fades in."""

_compiled = njit(cache=True, nogil=True, error_model="numpy")


class Plan(NamedTuple):
    """People nearest first: `row` of the splats, `numbers` (N, 23), `wholes` (N, 11) by the names above."""

    row: Whole
    numbers: Floats
    wholes: Whole


class Bins(NamedTuple):
    """Which people touch a tile: those of tile t are people[first[t]:first[t + 1]], nearest first."""

    first: npt.NDArray[np.int64]
    people: Whole


def make_plan(splats: Splats, deck: Deck, size: tuple[int, int], sharpness: float) -> Plan:
    """Sort by depth and agent; work out each person's inverse map, levels and box in (height, width)."""
    row = nearest_first(splats)
    place = np.full(len(splats), -1, np.int32)
    place[row] = np.arange(len(row), dtype=np.int32)
    numbers = np.empty((len(row), _NUMBERS), np.float32)
    wholes = np.empty((len(row), _WHOLES), np.int32)
    _fill(
        place,
        numbers,
        wholes,
        splats.foot,
        splats.right,
        splats.up,
        splats.depth,
        splats.card,
        splats.mirror,
        splats.smear,
        splats.defocus,
        splats.gain,
        splats.tint_amount,
        splats.agent,
        splats.element,
        splats.section,
        np.count_nonzero(deck.width, axis=1),
        deck.width,
        deck.height,
        deck.foot,
        deck.ppm,
        size[0],
        size[1],
        sharpness,
    )
    return Plan(row, numbers, wholes)


def nearest_first(splats: Splats) -> Whole:
    """Give the rows in front of the camera by depth, then by agent, without those of a broken place."""
    keys = np.empty(len(splats), np.uint64)
    agents = splats.agent
    if np.any(agents[1:] < agents[:-1]):
        order = np.argsort(agents, kind="stable").astype(np.int32)
    else:
        order = np.arange(len(splats), dtype=np.int32)
    bits = np.ascontiguousarray(splats.depth, np.float32).view(np.uint32)
    count = _keys(order, splats.depth, bits, splats.foot, splats.right, splats.up, keys)
    keys = np.sort(keys[:count])
    return order[(keys & np.uint64(0xFFFFFFFF)).astype(np.int64)]


def make_bins(plan: Plan, size: tuple[int, int], tile: int) -> Bins:
    """List for every tile of `tile` pixels, row by row, the people whose boxes touch it."""
    across, down = -(-size[1] // tile), -(-size[0] // tile)
    first = np.zeros(across * down + 1, np.int64)
    _count(plan.wholes, tile, across, first)
    np.cumsum(first, out=first)
    people = np.empty(first[-1], np.int32)
    _deal(plan.wholes, tile, across, first[:-1].copy(), people)
    return Bins(first, people)


@_compiled
def _keys(order, depth, bits, foot, right, up, keys):  # type: ignore[no-untyped-def]
    """Make one number of depth and place for everybody before the camera; positive floats sort as bits."""
    count = 0
    for place in range(len(order)):
        r = order[place]
        sizes = right[r, 0] + right[r, 1] + up[r, 0] + up[r, 1] + foot[r, 0] + foot[r, 1]
        if depth[r] > 0 and np.isfinite(depth[r]) and np.isfinite(sizes):
            keys[count] = (np.uint64(bits[r]) << np.uint64(32)) | np.uint64(place)
            count += 1
    return count


@_compiled
def _count(wholes, tile, across, first):  # type: ignore[no-untyped-def]
    for i in range(len(wholes)):
        if wholes[i, RIGHT] > wholes[i, LEFT] and wholes[i, BOTTOM] > wholes[i, TOP]:
            for y in range(wholes[i, TOP] // tile, (wholes[i, BOTTOM] - 1) // tile + 1):
                for x in range(wholes[i, LEFT] // tile, (wholes[i, RIGHT] - 1) // tile + 1):
                    first[y * across + x + 1] += 1


@_compiled
def _deal(wholes, tile, across, following, people):  # type: ignore[no-untyped-def]
    for i in range(len(wholes)):
        if wholes[i, RIGHT] > wholes[i, LEFT] and wholes[i, BOTTOM] > wholes[i, TOP]:
            for y in range(wholes[i, TOP] // tile, (wholes[i, BOTTOM] - 1) // tile + 1):
                for x in range(wholes[i, LEFT] // tile, (wholes[i, RIGHT] - 1) // tile + 1):
                    t = y * across + x
                    people[following[t]] = i
                    following[t] += 1


@_compiled
def _fill(  # type: ignore[no-untyped-def]
    place, numbers, wholes, foot, right, up, depth, card, mirror, smear, defocus,
    gain, tint_amount, agent, element, section, levels, widths, heights, feet, ppm, height, width, sharpness,
):  # fmt: skip
    for r in range(len(place)):
        i = place[r]
        if i < 0:
            continue
        k = card[r]
        n, w = numbers[i], wholes[i]
        w[LEFT] = w[RIGHT] = w[TOP] = w[BOTTOM] = 0
        scale = (-1.0 if mirror[r] else 1.0) / ppm[k]
        a_x, a_y = right[r, 0] * scale, right[r, 1] * scale
        b_x, b_y = up[r, 0] / ppm[k], up[r, 1] / ppm[k]
        area = a_x * b_y - a_y * b_x
        if not abs(area) > 1e-12:
            continue
        n[RED], n[GREEN], n[BLUE], n[TINT] = gain[r, 0], gain[r, 1], gain[r, 2], tint_amount[r]
        w[AGENT], w[ELEMENT], w[SECTION] = agent[r], element[r], section[r]
        n[FOOT_X], n[FOOT_Y], n[DEPTH] = foot[r, 0], foot[r, 1], depth[r]
        u_x, u_y, v_x, v_y = b_y / area, -b_x / area, a_y / area, -a_x / area
        n[U_X], n[U_Y], n[V_X], n[V_Y] = u_x, u_y, v_x, v_y
        n[U_FOOT], n[V_FOOT] = feet[k, 0], feet[k, 1]
        level, side_x, side_y = _footprint(u_x, u_y, v_x, v_y)
        n[SIDE_X], n[SIDE_Y] = side_x, side_y
        long = np.sqrt(smear[r, 0] ** 2 + smear[r, 1] ** 2)
        moves, blurs = long > _STILL, defocus[r] > _STILL
        n[DEFOCUS] = defocus[r] if blurs else 0.0
        n[SMEAR_X], n[SMEAR_Y] = (smear[r, 0], smear[r, 1]) if moves else (0.0, 0.0)
        smeared = min(2 * int(np.ceil((long + 1) / 2)), SMEAR_TAPS)
        taps = DISC_TAPS if blurs else smeared if moves else SIDE_TAPS if side_x + side_y > 0 else 1
        w[TAPS] = taps
        gap = max(n[DEFOCUS] * 1.7725 / np.sqrt(DISC_TAPS), long / taps if moves else 0.0)
        level += (np.log2(gap) if gap > 1 else 0.0) - sharpness
        last = levels[k] - 1
        level = min(max(level, 0.0), float(last))
        fine = int(level)
        coarse = min(fine + 1, last)
        n[BLEND] = level - fine
        w[CARD], w[FINE], w[COARSE] = k, fine, coarse
        texel = float(1 << coarse)
        edge = 0.5 * texel
        reach_x = n[DEFOCUS] + abs(n[SMEAR_X]) / 2 + side_x
        reach_y = n[DEFOCUS] + abs(n[SMEAR_Y]) / 2 + side_y
        reach_u, reach_v = abs(u_x) * reach_x + abs(u_y) * reach_y, abs(v_x) * reach_x + abs(v_y) * reach_y
        n[REACH_U], n[REACH_V] = reach_u, reach_v
        u_least, u_most = -edge - reach_u, widths[k, coarse] * texel + edge + reach_u
        n[V_LEAST], n[V_MOST] = -edge - reach_v, heights[k, coarse] * texel + edge + reach_v
        left, top, most_x, most_y = 1e9, 1e9, -1e9, -1e9
        for corner in range(4):
            u = (u_most if corner & 1 else u_least) - feet[k, 0]
            v = feet[k, 1] - (n[V_MOST] if corner & 2 else n[V_LEAST])
            x, y = foot[r, 0] + a_x * u + b_x * v, foot[r, 1] + a_y * u + b_y * v
            left, most_x, top, most_y = min(left, x), max(most_x, x), min(top, y), max(most_y, y)
        w[LEFT] = int(np.floor(min(max(left, 0.0), float(width))))
        w[RIGHT] = int(np.ceil(min(max(most_x, 0.0), float(width))))
        w[TOP] = int(np.floor(min(max(top, 0.0), float(height))))
        w[BOTTOM] = int(np.ceil(min(max(most_y, 0.0), float(height))))


@_compiled
def _footprint(u_x, u_y, v_x, v_y):  # type: ignore[no-untyped-def]
    """Give the mip level of a card under a pixel, and half the way between two samples on a squeezed side."""
    across, down = np.sqrt(u_x * u_x + v_x * v_x), np.sqrt(u_y * u_y + v_y * v_y)
    least, most = min(across, down), max(across, down)
    ratio = most / least
    fade = min(max((ratio - _SQUEEZE_FROM) / (_SQUEEZE_TO - _SQUEEZE_FROM), 0.0), 1.0)
    one = 0.5 * np.log2(least * most)
    if fade == 0.0:
        return one, 0.0, 0.0
    narrow = max(least, most / 2)
    side = fade * (1.0 - narrow / most) / 2
    level = one + fade * (np.log2(narrow) - one)
    return (level, side, 0.0) if across > down else (level, 0.0, side)
