"""Which pixels of a tile's row are still open, and which of them a card may touch."""

from __future__ import annotations

import numpy as np

from photodouble.ops.crowd import plan as columns
from photodouble.ops.crowd.sampling import inlined

WORD = 64
"""Pixels in one word of bits."""
_HALF, _ONE = np.float32(0.5), np.float32(1)


@inlined
def mask(first, last):  # type: ignore[no-untyped-def]
    """Set the bits from `first` up to `last` of a word."""
    first, last = max(first, 0), min(last, WORD)
    if last <= first:
        return np.uint64(0)
    high = ~np.uint64(0) if last == WORD else (np.uint64(1) << np.uint64(last)) - np.uint64(1)
    return high & ~((np.uint64(1) << np.uint64(first)) - np.uint64(1))


@inlined
def is_open(words, first, last):  # type: ignore[no-untyped-def]
    """Tell whether any pixel from `first` up to `last` is open."""
    some = np.uint64(0)
    for word in range(len(words)):
        some |= words[word] & mask(first - word * WORD, last - word * WORD)
    return some != 0


@inlined
def straight_span(n, w, cards, per_u, v, left, first, last):  # type: ignore[no-untyped-def]
    """Give the pixels under which an upright card's row is not transparent; the same for any tile."""
    k, coarse = w[columns.CARD], w[columns.COARSE]
    place = v / np.float32(1 << coarse)
    least, most = _opaque(cards, k, coarse, place, place)
    if most <= least:
        return 0, 0
    texel, foot_x = np.float32(1 << coarse), n[columns.FOOT_X] - _HALF
    one = foot_x + ((np.float32(least) - _HALF) * texel - n[columns.U_FOOT]) * per_u
    other = foot_x + ((np.float32(most) + _HALF) * texel - n[columns.U_FOOT]) * per_u
    low, high = np.int64(np.ceil(min(one, other))), np.int64(np.ceil(max(one, other)))
    return max(low - left, first), min(high - left, last)


@inlined
def span(n, w, cards, row_u, row_v, left, first, last):  # type: ignore[no-untyped-def]
    """Give the pixels from `first` up to `last` that the card may touch, one more on either side.

    The transparent ends of the card's rows on the coarse level are left out.
    """
    k, coarse = w[columns.CARD], w[columns.COARSE]
    texel, per_texel = np.float32(1 << coarse), _ONE / np.float32(1 << coarse)
    foot_x = n[columns.FOOT_X] - _HALF - np.float32(left)
    low, high = np.float32(first), np.float32(last)
    upper_v, lower_v = row_v, row_v
    if n[columns.V_X] != 0:
        low, high = _within(
            low, high, n[columns.V_X], foot_x, n[columns.V_LEAST] - row_v, n[columns.V_MOST] - row_v
        )
        if not low < high:
            return 0, 0
        one, other = (low - foot_x) * n[columns.V_X] + row_v, (high - foot_x) * n[columns.V_X] + row_v
        upper_v, lower_v = min(one, other), max(one, other)
    reach_u, reach_v = n[columns.REACH_U], n[columns.REACH_V]
    least, most = _opaque(cards, k, coarse, (upper_v - reach_v) * per_texel, (lower_v + reach_v) * per_texel)
    if most <= least:
        return 0, 0
    u_least, u_most = (
        (np.float32(least) - _HALF) * texel - reach_u,
        (np.float32(most) + _HALF) * texel + reach_u,
    )
    low, high = _within(low, high, n[columns.U_X], foot_x, u_least - row_u, u_most - row_u)
    return max(int(low), 0), int(high)


@inlined
def _opaque(cards, k, coarse, upper, lower):  # type: ignore[no-untyped-def]
    """Give the first texel that is not transparent, and the one after the last, between two heights."""
    least, most = cards.width[k, coarse], np.int32(0)
    if lower < -_ONE:
        return least, most
    start = cards.first_row[k, coarse]
    first = max(np.int64(upper + _HALF) - 1, 0)
    last = min(np.int64(lower + _HALF) + 1, np.int64(cards.height[k, coarse]))
    for row in range(start + first, start + last):
        least, most = min(least, cards.rows[row, 0]), max(most, cards.rows[row, 1])
    return least, most


@inlined
def _within(low, high, step, foot_x, least, most):  # type: ignore[no-untyped-def]
    """Narrow a row down to where a coordinate of the card lies between two values."""
    if abs(step) < np.float32(1e-6):
        return (low, high) if least <= 0 <= most else (low, low)
    pixels = _ONE / step
    one, other = foot_x + least * pixels, foot_x + most * pixels
    return max(low, min(one, other) - _ONE), min(high, max(one, other) + np.float32(2))
