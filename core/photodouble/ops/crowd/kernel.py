"""Draw the people of one tile, nearest first, until every pixel of it is covered.

Porter and Duff's over, front to back; a pixel ends where less than 1/4096 of what lies behind shows through.
Each step depends on the pixel alone, so that tile size and threads never change a bit of the picture.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd import plan as columns
from photodouble.ops.crowd.colouring import shade, tint
from photodouble.ops.crowd.plan import Floats, Whole
from photodouble.ops.crowd.sampling import compiled, inlined, place_columns, place_taps, slanted, straight
from photodouble.ops.crowd.spans import WORD, is_open, mask, span, straight_span
from photodouble.ops.crowd.vectors import add_four, lowest_bit

OPAQUE = np.float32(1 / 4096)
_HALF, _ONE, _FAR = np.float32(0.5), np.float32(1), np.float32(np.inf)
_ALPHA, _THROUGH, _MOST, _DEPTH, _FRONT = 3, 4, 5, 6, 7
"""Columns of a pixel after its colour; the row of the splats in `_FRONT` is exact up to 16 million."""


class Looks(NamedTuple):
    """What the splats say besides what the plan holds, by row: the tint, and the motion in pixels.

    Where light comes from a side, three more columns of `tint` say how: one array less to hand over.
    """

    tint: Floats
    motion: Floats


class Sheet(NamedTuple):
    """The planes of the whole frame; `front` is the splat that covers most of a pixel, -1 where none does.

    `ids` and `coverage` (H, W, R) are of people, `group_ids` and `group_coverage` (2, H, W, R) of elements
    and of sections.
    """

    beauty: Floats
    depth: Floats
    motion: Floats
    front: Whole
    ids: Whole
    coverage: Floats
    group_ids: Whole
    group_coverage: Floats


class Holdouts(NamedTuple):
    """(K, H, W) mattes and depths in metres, nearest first at every pixel; K is 0 where nothing holds out."""

    matte: Floats
    depth: Floats


class Scratch(NamedTuple):
    """One thread's tile: `pixels` (P, 8) by the names above, who is still open, and ranks on their way."""

    pixels: Floats
    open: npt.NDArray[np.uint64]
    held: Whole
    used: Whole
    ids: Whole
    coverage: Floats
    group_ids: Whole
    group_coverage: Floats


def make_scratch(tile: int, ranks: int, group_ranks: int) -> Scratch:
    """Reserve one thread's room for a tile."""
    pixels = tile * tile
    return Scratch(
        np.zeros((pixels, 8), np.float32),
        np.zeros((tile, -(-tile // WORD)), np.uint64),
        np.zeros(pixels, np.int32),
        np.zeros((pixels, 3), np.int32),
        np.zeros((pixels, ranks), np.int32),
        np.zeros((pixels, ranks), np.float32),
        np.zeros((2, pixels, group_ranks), np.int32),
        np.zeros((2, pixels, group_ranks), np.float32),
    )


@compiled
def draw_tiles(first, last, tile, bins, plan, cards, looks, holdouts, disc, sheet, scratch, line):  # type: ignore[no-untyped-def]
    """Draw the tiles from `first` up to `last`; where nobody is the planes stay as they are."""
    height, width = sheet.depth.shape
    across = -(-width // tile)
    for t in range(first, last):
        top, left = t // across * tile, t % across * tile
        box = (top, left, min(tile, height - top), min(tile, width - left))
        if bins.first[t] == bins.first[t + 1]:
            continue
        live = _clear(scratch, box, tile)
        for place in range(bins.first[t], bins.first[t + 1]):
            live -= _draw(bins.people[place], box, tile, plan, cards, looks, holdouts, disc, scratch, line)
            if live == 0:
                break
        _finish(box, tile, looks, sheet, scratch)


@compiled
def _clear(scratch, box, tile):  # type: ignore[no-untyped-def]
    _, _, rows, wide = box
    used = rows * tile
    for p in range(used):
        for column in range(_THROUGH):
            scratch.pixels[p, column] = 0
        scratch.pixels[p, _THROUGH] = 1
        scratch.pixels[p, _MOST] = 0
        scratch.pixels[p, _DEPTH] = np.inf
        scratch.pixels[p, _FRONT] = -1
    scratch.held[:used] = 0
    scratch.used[:used] = 0
    for y in range(rows):
        for word in range(scratch.open.shape[1]):
            scratch.open[y, word] = mask(0, wide - word * WORD)
    return rows * wide


@compiled
def _draw(i, box, tile, plan, cards, looks, holdouts, disc, scratch, line):  # type: ignore[no-untyped-def]
    """Draw one person into the tile; gives how many pixels became opaque."""
    top, left, rows, wide = box
    n, w, r = plan.numbers[i], plan.wholes[i], plan.row[i]
    taps = w[columns.TAPS]
    is_straight = taps == 1 and n[columns.U_Y] == 0 and n[columns.V_X] == 0
    tinted, shaded = n[columns.TINT] > 0, looks.tint.shape[1] > 3
    first, last = max(w[columns.LEFT] - left, 0), min(w[columns.RIGHT] - left, wide)
    closed, is_ready, per_u = 0, False, _ONE / n[columns.U_X]
    for y in range(max(w[columns.TOP] - top, 0), min(w[columns.BOTTOM] - top, rows)):
        if not is_open(scratch.open[y], first, last):
            continue
        if not is_ready:
            is_ready = True
            if is_straight:
                place_columns(n, w, cards, left, first, last, line)
            else:
                place_taps(n, taps, disc, line.taps)
        down = np.float32(y + top) + _HALF - n[columns.FOOT_Y]
        row_u = down * n[columns.U_Y] + n[columns.U_FOOT]
        row_v = down * n[columns.V_Y] + n[columns.V_FOOT]
        if is_straight:
            x0, x1 = straight_span(n, w, cards, per_u, row_v, left, first, last)
        else:
            x0, x1 = span(n, w, cards, row_u, row_v, left, first, last)
        for word in range(x0 // WORD, (x1 + WORD - 1) // WORD):
            base = word * WORD
            bits = scratch.open[y, word] & mask(x0 - base, x1 - base)
            if bits == 0:
                continue
            if is_straight:
                straight(bits, base, n, w, cards, row_v, tinted, line)
            else:
                slanted(bits, base, left, n, w, cards, row_u, row_v, taps, tinted, line)
            if tinted:
                tint(bits, base, n[columns.TINT], looks.tint[r], line)
            if shaded:
                start = np.float32(base + left) + _HALF - n[columns.FOOT_X]
                shade(bits, base, start, down, looks.tint[r, 3:], line)
            if holdouts.matte.shape[0] > 0:
                _hold_out(bits, base, y * tile, y + top, left, n[columns.DEPTH], holdouts, scratch)
            done = _cover(bits, base, y * tile, r, n, w, scratch, line)
            scratch.open[y, word] &= ~done
            while done != 0:
                done &= done - np.uint64(1)
                closed += 1
    return closed


@inlined
def _cover(bits, base, start, r, n, w, scratch, line):  # type: ignore[no-untyped-def]
    """Lay a row of colours behind what is there; gives the bits of the pixels that became opaque."""
    done = np.uint64(0)
    red, green, blue, depth = n[columns.RED], n[columns.GREEN], n[columns.BLUE], n[columns.DEPTH]
    agent, element, section = w[columns.AGENT], w[columns.ELEMENT], w[columns.SECTION]
    ranks, group_ranks = scratch.ids.shape[1], scratch.group_ids.shape[2]
    pixels, row = scratch.pixels, np.float32(r)
    while bits != 0:
        bit = lowest_bit(bits)
        bits &= bits - np.uint64(1)
        x = base + np.int64(bit)
        p = start + x
        through = pixels[p, _THROUGH]
        covers = through * min(line.colour[x, 3], _ONE)
        add_four(pixels, p, line.colour, x, (through * red, through * green, through * blue, through))
        reached, is_most = pixels[p, _DEPTH], covers > pixels[p, _MOST]
        pixels[p, _DEPTH] = depth if pixels[p, _ALPHA] >= _HALF and reached == _FAR else reached
        pixels[p, _FRONT] = row if is_most else pixels[p, _FRONT]
        pixels[p, _MOST] = covers if is_most else pixels[p, _MOST]
        pixels[p, _THROUGH] = through - covers
        done |= np.uint64(through - covers < OPAQUE) << bit
        if covers > 0:
            if ranks > 0:
                _rank(scratch.ids, scratch.coverage, scratch.used, p, 0, agent, covers)
            if group_ranks > 0:
                _join(scratch.group_ids[0], scratch.group_coverage[0], scratch.used, p, 1, element, covers)
                _join(scratch.group_ids[1], scratch.group_coverage[1], scratch.used, p, 2, section, covers)
    return done


@compiled
def _hold_out(bits, base, start, y, left, depth, holdouts, scratch):  # type: ignore[no-untyped-def]
    """Take away what the mattes in front of this person hold out, each once."""
    while bits != 0:
        x = base + np.int64(lowest_bit(bits))
        bits &= bits - np.uint64(1)
        following = scratch.held[start + x]
        while following < holdouts.matte.shape[0] and holdouts.depth[following, y, x + left] <= depth:
            scratch.pixels[start + x, _THROUGH] *= _ONE - holdouts.matte[following, y, x + left]
            following += 1
        scratch.held[start + x] = following


@inlined
def _rank(ids, coverage, used, p, kind, number, covers):  # type: ignore[no-untyped-def]
    """Keep an id among the largest of the pixel; the smallest one gives way."""
    slot = used[p, kind]
    if slot < ids.shape[1]:
        used[p, kind] = slot + 1
    else:
        slot = 0
        for other in range(1, ids.shape[1]):
            if coverage[p, other] < coverage[p, slot]:
                slot = other
        if covers <= coverage[p, slot]:
            return
    ids[p, slot] = number
    coverage[p, slot] = covers


@compiled
def _join(ids, coverage, used, p, kind, number, covers):  # type: ignore[no-untyped-def]
    """Add to the group's coverage where the pixel has it already, else keep it among the largest."""
    for slot in range(used[p, kind]):
        if ids[p, slot] == number:
            coverage[p, slot] += covers
            return
    _rank(ids, coverage, used, p, kind, number, covers)


@compiled
def _finish(box, tile, looks, sheet, scratch):  # type: ignore[no-untyped-def]
    """Write the tile's covered pixels into the frame, ranks by coverage."""
    top, left, rows, wide = box
    for y in range(rows):
        for x in range(wide):
            p, Y, X = y * tile + x, y + top, x + left
            front = np.int64(scratch.pixels[p, _FRONT])
            if front < 0:
                continue
            for channel in range(4):
                sheet.beauty[Y, X, channel] = scratch.pixels[p, channel]
            sheet.depth[Y, X] = scratch.pixels[p, _DEPTH]
            sheet.front[Y, X] = front
            if looks.motion[front, 0] != 0 or looks.motion[front, 1] != 0:
                sheet.motion[Y, X, 0], sheet.motion[Y, X, 1] = looks.motion[front, 0], looks.motion[front, 1]
            if scratch.ids.shape[1] > 0:
                _sort(
                    scratch.ids[p],
                    scratch.coverage[p],
                    scratch.used[p, 0],
                    sheet.ids[Y, X],
                    sheet.coverage[Y, X],
                )
            if scratch.group_ids.shape[2] > 0:
                for kind in range(2):
                    ids, coverage = scratch.group_ids[kind, p], scratch.group_coverage[kind, p]
                    out, out_coverage = sheet.group_ids[kind, Y, X], sheet.group_coverage[kind, Y, X]
                    _sort(ids, coverage, scratch.used[p, kind + 1], out, out_coverage)


@compiled
def _sort(ids, coverage, used, out_ids, out_coverage):  # type: ignore[no-untyped-def]
    """Copy a pixel's ranks, the largest coverage first, of two alike the lower id."""
    for slot in range(used):
        number, covers = ids[slot], coverage[slot]
        place = slot
        while place > 0 and (
            out_coverage[place - 1] < covers
            or (out_coverage[place - 1] == covers and out_ids[place - 1] > number)
        ):
            out_ids[place], out_coverage[place] = out_ids[place - 1], out_coverage[place - 1]
            place -= 1
        out_ids[place], out_coverage[place] = number, covers
