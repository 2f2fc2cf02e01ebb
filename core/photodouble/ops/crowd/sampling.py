"""Look up a card under the open pixels of a row: straight, slanted, or blurred by several samples.

Two mip levels are blended; beyond the card lies its transparent gutter. The colours go into the scratch.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from photodouble.ops.crowd import plan as columns
from photodouble.ops.crowd.vectors import blend_four, four_texels, lowest_bit, put_four

_HALF, _ONE, _NONE = np.float32(0.5), np.float32(1), np.float32(0)

compiled = njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
"""Nothing here makes an array: counting references would cost more than the pixels."""
inlined = njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always")
"""For what is called per row or pixel: handing over so many arrays would cost more than the pixels, too."""


class Cards(NamedTuple):
    """The deck: see `deck.Deck`."""

    texels: npt.NDArray[np.float32]
    start: npt.NDArray[np.int64]
    width: npt.NDArray[np.int32]
    height: npt.NDArray[np.int32]
    rows: npt.NDArray[np.int32]
    first_row: npt.NDArray[np.int64]


class Row(NamedTuple):
    """One row of a tile: colours (tile, 4) and wardrobe mattes, columns of texels, places of samples."""

    colour: npt.NDArray[np.float32]
    matte: npt.NDArray[np.float32]
    column: npt.NDArray[np.int64]
    along: npt.NDArray[np.float32]
    taps: npt.NDArray[np.float32]


def make_row(tile: int) -> Row:
    """Reserve room for one row of a tile."""
    return Row(
        np.zeros((tile, 4), np.float32),
        np.zeros(tile, np.float32),
        np.zeros((tile, 2), np.int64),
        np.zeros((tile, 2), np.float32),
        np.zeros((columns.DISC_TAPS, 2), np.float32),
    )


@inlined
def texel(place, scale, count):  # type: ignore[no-untyped-def]
    """Give the texel left of a place of the card, gutter counted, and how far it is on to the next one."""
    at = min(max(place * scale + _HALF, _NONE), np.float32(count + 1))
    left = min(np.int64(at), np.int64(count))
    return left, at - np.float32(left)


@compiled
def place_columns(n, w, cards, left, first, last, row):  # type: ignore[no-untyped-def]
    """Work out for a straight card which texels lie under the columns of the tile, once for all its rows."""
    k, fine, coarse = w[columns.CARD], w[columns.FINE], w[columns.COARSE]
    scale, scale_2 = _ONE / np.float32(1 << fine), _ONE / np.float32(1 << coarse)
    for x in range(first, last):
        u = (np.float32(x + left) + _HALF - n[columns.FOOT_X]) * n[columns.U_X] + n[columns.U_FOOT]
        row.column[x, 0], row.along[x, 0] = texel(u, scale, cards.width[k, fine])
        row.column[x, 1], row.along[x, 1] = texel(u, scale_2, cards.width[k, coarse])


@inlined
def straight(bits, base, n, w, cards, v, tinted, row):  # type: ignore[no-untyped-def]
    """Look up the columns whose bits are set, of a card that stands upright in the picture."""
    k, fine, coarse, blend = w[columns.CARD], w[columns.FINE], w[columns.COARSE], n[columns.BLEND]
    line, down = texel(v, _ONE / np.float32(1 << fine), cards.height[k, fine])
    line_2, down_2 = texel(v, _ONE / np.float32(1 << coarse), cards.height[k, coarse])
    stride, stride_2 = np.int64(cards.width[k, fine]) + 2, np.int64(cards.width[k, coarse]) + 2
    upper, upper_2 = cards.start[k, fine] + line * stride, cards.start[k, coarse] + line_2 * stride_2
    while bits != 0:
        x = base + np.int64(lowest_bit(bits))
        bits &= bits - np.uint64(1)
        one, other = upper + row.column[x, 0], upper_2 + row.column[x, 1]
        along, along_2 = row.along[x, 0], row.along[x, 1]
        colour = four_texels(cards.texels, one, one + stride, along, down)
        colour_2 = four_texels(cards.texels, other, other + stride_2, along_2, down_2)
        put_four(row.colour, x, blend_four(colour, colour_2, blend))
        if tinted:
            matte = fifth(cards.texels, one, stride, along, down)
            row.matte[x] = matte + (fifth(cards.texels, other, stride_2, along_2, down_2) - matte) * blend


@compiled
def fifth(texels, upper, stride, along, down):  # type: ignore[no-untyped-def]
    """Interpolate the wardrobe matte between two by two texels."""
    top = texels[upper, 4] + (texels[upper + 1, 4] - texels[upper, 4]) * along
    lower = upper + stride
    bottom = texels[lower, 4] + (texels[lower + 1, 4] - texels[lower, 4]) * along
    return top + (bottom - top) * down


@compiled
def slanted(bits, base, left, n, w, cards, row_u, row_v, taps, tinted, row):  # type: ignore[no-untyped-def]
    """Look up the columns whose bits are set, of any card, as the mean of `taps` samples."""
    k, fine, coarse, blend = w[columns.CARD], w[columns.FINE], w[columns.COARSE], n[columns.BLEND]
    scale, scale_2 = _ONE / np.float32(1 << fine), _ONE / np.float32(1 << coarse)
    start, wide, high = cards.start[k, fine], cards.width[k, fine], cards.height[k, fine]
    start_2, wide_2, high_2 = cards.start[k, coarse], cards.width[k, coarse], cards.height[k, coarse]
    stride, stride_2 = np.int64(wide) + 2, np.int64(wide_2) + 2
    share = _ONE / np.float32(taps)
    while bits != 0:
        x = base + np.int64(lowest_bit(bits))
        bits &= bits - np.uint64(1)
        along_foot = np.float32(x + left) + _HALF - n[columns.FOOT_X]
        u, v = along_foot * n[columns.U_X] + row_u, along_foot * n[columns.V_X] + row_v
        red, green, blue, alpha, matte = _NONE, _NONE, _NONE, _NONE, _NONE
        for tap in range(taps):
            s, t = u + row.taps[tap, 0], v + row.taps[tap, 1]
            column, along = texel(s, scale, wide)
            line, down = texel(t, scale, high)
            column_2, along_2 = texel(s, scale_2, wide_2)
            line_2, down_2 = texel(t, scale_2, high_2)
            one, other = start + line * stride + column, start_2 + line_2 * stride_2 + column_2
            colour = four_texels(cards.texels, one, one + stride, along, down)
            colour_2 = four_texels(cards.texels, other, other + stride_2, along_2, down_2)
            both = blend_four(colour, colour_2, blend)
            red, green, blue, alpha = red + both[0], green + both[1], blue + both[2], alpha + both[3]
            if tinted:
                own = fifth(cards.texels, one, stride, along, down)
                matte += own + (fifth(cards.texels, other, stride_2, along_2, down_2) - own) * blend
        put_four(row.colour, x, (red * share, green * share, blue * share, alpha * share))
        row.matte[x] = matte * share


@compiled
def place_taps(n, taps, disc, places):  # type: ignore[no-untyped-def]
    """Spread samples over the disc of the defocus, the smear and a squeezed side, in card pixels."""
    for tap in range(taps):
        ramp = np.float32((tap * 7 % taps + 0.5) / taps - 0.5)
        side = _NONE if taps == 1 else _ONE if tap % 2 else -_ONE
        x = n[columns.SMEAR_X] * ramp + n[columns.SIDE_X] * side
        y = n[columns.SMEAR_Y] * ramp + n[columns.SIDE_Y] * side
        if taps == columns.DISC_TAPS:
            x += n[columns.DEFOCUS] * disc[tap, 0]
            y += n[columns.DEFOCUS] * disc[tap, 1]
        places[tap, 0] = x * n[columns.U_X] + y * n[columns.U_Y]
        places[tap, 1] = x * n[columns.V_X] + y * n[columns.V_Y]
