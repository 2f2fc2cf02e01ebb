"""Bring cards together for the rasteriser: their mip chains, and where each row of texels is opaque."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from numba import njit

from photodouble.ops.crowd.deck import CHANNELS, Deck
from photodouble.ops.crowd.mips import chain_of, layout_of

Texels = npt.NDArray[np.float32]


def make_deck(
    chains: Sequence[Texels],
    sizes: Sequence[tuple[int, int]],
    feet: Sequence[tuple[float, float]],
    pixels_per_metre: Sequence[float],
) -> Deck:
    """Put mip chains (texels, 5), made by `mips.chain_of`, into one deck; `sizes` are (width, height)."""
    layouts = [layout_of(size) for size in sizes]
    levels = max((len(layout.start) for layout in layouts), default=1)
    start = np.zeros((len(layouts), levels), np.int64)
    width, height = np.zeros_like(start, np.int32), np.zeros_like(start, np.int32)
    first = 0
    for card, layout in enumerate(layouts):
        if len(chains[card]) != layout.texels:
            raise ValueError(f"card {card} has {len(chains[card])} texels, its size needs {layout.texels}")
        there = len(layout.start)
        start[card, :there] = first + layout.start
        width[card, :there], height[card, :there] = layout.width, layout.height
        first += layout.texels
    texels = np.concatenate([np.zeros((0, CHANNELS), np.float32), *chains])
    ends = np.cumsum(np.append(0, height.ravel()), dtype=np.int64)
    rows, first_row = np.zeros((ends[-1], 2), np.int32), ends[:-1].reshape(height.shape)
    _find_rows(texels, start, width, height, first_row, rows)
    return Deck(
        texels,
        start,
        width,
        height,
        np.array(feet, np.float32).reshape(-1, 2),
        np.array(pixels_per_metre, np.float32),
        rows,
        first_row,
    )


def deck_of(
    cards: Sequence[Texels], feet: Sequence[tuple[float, float]], pixels_per_metre: Sequence[float]
) -> Deck:
    """Make a deck of premultiplied pictures, (h, w, 4) each, or (h, w, 5) with wardrobe x alpha."""
    full = [np.zeros((*card.shape[:2], CHANNELS), np.float32) for card in cards]
    for card, given in zip(full, cards, strict=True):
        card[..., : given.shape[2]] = given
    sizes = [(card.shape[1], card.shape[0]) for card in cards]
    return make_deck([chain_of(card) for card in full], sizes, feet, pixels_per_metre)


@njit(cache=True, nogil=True)
def _find_rows(texels, start, width, height, first_row, rows):  # type: ignore[no-untyped-def]
    """Find from where to where every row of texels is not transparent."""
    for card in range(start.shape[0]):
        for level in range(start.shape[1]):
            stride = width[card, level] + 2
            for y in range(height[card, level]):
                left = start[card, level] + (y + 1) * stride + 1
                least, most = width[card, level], 0
                for x in range(width[card, level]):
                    if texels[left + x, 3] > 0:
                        least, most = min(least, x), x + 1
                rows[first_row[card, level] + y, 0] = least
                rows[first_row[card, level] + y, 1] = most
