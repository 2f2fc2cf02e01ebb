"""Lay cards out for the rasteriser: mip levels from the premultiplied picture, each in a transparent gutter.

Without the gutter a small person's edge texels smear outwards and every silhouette grows by up to a tenth.
Levels average two by two texels of the premultiplied picture (Williams, "Pyramidal parametrics", 1983).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from photodouble.ops.crowd.deck import CHANNELS, Deck

Texels = npt.NDArray[np.float32]
GUTTER = 1


@dataclass(frozen=True)
class Chain:
    """Where the levels of a card of one size lie: their first texel, width, height, and all texels."""

    start: tuple[int, ...]
    width: tuple[int, ...]
    height: tuple[int, ...]
    texels: int


def chain_of(width: int, height: int) -> Chain:
    """Say how the mip levels of a card lie behind each other, down to a single texel."""
    widths, heights = [width], [height]
    while widths[-1] > 1 or heights[-1] > 1:
        widths.append((widths[-1] + 1) // 2)
        heights.append((heights[-1] + 1) // 2)
    sizes = [(w + 2 * GUTTER) * (h + 2 * GUTTER) for w, h in zip(widths, heights, strict=True)]
    starts = [sum(sizes[:level]) for level in range(len(sizes))]
    return Chain(tuple(starts), tuple(widths), tuple(heights), sum(sizes))


def card_texels(card: npt.NDArray[np.floating]) -> Texels:
    """Give the (T, 5) texels of all levels of a card, gutters included.

    `card`: (h, w, 4) premultiplied scene-linear RGBA, or (h, w, 5) with wardrobe x alpha.
    """
    level = np.zeros((*card.shape[:2], CHANNELS), np.float32)
    level[..., : card.shape[2]] = card
    chain = chain_of(card.shape[1], card.shape[0])
    texels = np.zeros((chain.texels, CHANNELS), np.float32)
    for start, width, height in zip(chain.start, chain.width, chain.height, strict=True):
        rows, columns = height + 2 * GUTTER, width + 2 * GUTTER
        framed = texels[start : start + rows * columns].reshape(rows, columns, CHANNELS)
        framed[GUTTER:-GUTTER, GUTTER:-GUTTER] = level
        level = halved(level)
    return texels


def halved(level: Texels) -> Texels:
    """Average two by two texels; beyond an odd edge lies nothing."""
    height, width = level.shape[:2]
    even = np.pad(level, ((0, height % 2), (0, width % 2), (0, 0)))
    return np.asarray(
        (even[0::2, 0::2] + even[1::2, 0::2] + even[0::2, 1::2] + even[1::2, 1::2]) * np.float32(0.25)
    )


def make_deck(
    texels: Sequence[npt.NDArray[np.floating]],
    sizes: Sequence[tuple[int, int]],
    feet: Sequence[tuple[float, float]],
    pixels_per_metre: Sequence[float],
) -> Deck:
    """Put cards made by `card_texels` behind each other; `sizes` are (width, height)."""
    chains = [chain_of(*size) for size in sizes]
    levels = max((len(chain.start) for chain in chains), default=1)
    start = np.zeros((len(chains), levels), np.int64)
    width, height = (np.zeros((len(chains), levels), np.int32) for _ in range(2))
    first = 0
    for card, chain in enumerate(chains):
        if len(texels[card]) != chain.texels:
            raise ValueError(f"card {card} has {len(texels[card])} texels, its size needs {chain.texels}")
        own = slice(0, len(chain.start))
        start[card, own] = np.array(chain.start) + first
        width[card, own], height[card, own] = chain.width, chain.height
        first += chain.texels
    first_row = np.cumsum(np.append(0, height.ravel()), dtype=np.int64)
    joined = np.empty((first, CHANNELS), np.float32)
    for card, chain in enumerate(chains):
        joined[start[card, 0] : start[card, 0] + chain.texels] = texels[card]
    rows = np.zeros((first_row[-1], 2), np.int32)
    first_row = np.ascontiguousarray(first_row[:-1].reshape(height.shape))
    _find_rows(joined, start, width, height, first_row, rows)
    return Deck(
        joined,
        start,
        width,
        height,
        np.array(feet, np.float32).reshape(-1, 2),
        np.array(pixels_per_metre, np.float32),
        rows,
        first_row,
    )


def deck_of(
    cards: Sequence[npt.NDArray[np.floating]],
    feet: Sequence[tuple[float, float]],
    pixels_per_metre: Sequence[float],
) -> Deck:
    """Make a deck of whole pictures, (h, w, 4 or 5) each."""
    sizes = [(card.shape[1], card.shape[0]) for card in cards]
    return make_deck([card_texels(card) for card in cards], sizes, feet, pixels_per_metre)


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
