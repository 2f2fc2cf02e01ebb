"""Mip chains of a card: each level half as large, with a transparent gutter so that edges do not grow."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Card = npt.NDArray[np.float32]

SMALLEST = 2
"""The longer side in pixels of the last level."""


@dataclass(frozen=True)
class Layout:
    """Where the levels of a card of one size lie in its chain.

    `width`, `height`: (L,) without the gutter; `start`: (L,) the first texel of a level, its gutter
    included; `texels`: how many there are in all.
    """

    width: npt.NDArray[np.int32]
    height: npt.NDArray[np.int32]
    start: npt.NDArray[np.int64]
    texels: int


@functools.lru_cache(maxsize=256)
def layout_of(size: tuple[int, int]) -> Layout:
    """Return the levels of a card of (width, height) pixels, down to two pixels at most."""
    sides = [size]
    while max(sides[-1]) > SMALLEST:
        sides.append(((sides[-1][0] + 1) // 2, (sides[-1][1] + 1) // 2))
    wide, tall = (np.array(side, np.int32) for side in zip(*sides, strict=True))
    taken = (wide.astype(np.int64) + 2) * (tall + 2)
    start = np.concatenate([[0], np.cumsum(taken)[:-1]]).astype(np.int64)
    return Layout(wide, tall, start, int(taken.sum()))


def chain_of(card: Card) -> Card:
    """Return the chain (texels, channels) of a premultiplied card (h, w, channels), all float32."""
    layout = layout_of((card.shape[1], card.shape[0]))
    chain = np.zeros((layout.texels, card.shape[2]), np.float32)
    level = card
    for start, height, width in zip(layout.start, layout.height, layout.width, strict=True):
        if level.shape[:2] != (height, width):
            level = _halved(level)
        taken = chain[start : start + (int(height) + 2) * (int(width) + 2)]
        taken.reshape(height + 2, width + 2, -1)[1:-1, 1:-1] = level
    return chain


def _halved(level: Card) -> Card:
    """Average two by two; an odd last row or column is averaged with nothing, which is transparent."""
    height, width, _ = level.shape
    even = np.pad(level, ((0, height % 2), (0, width % 2), (0, 0)))
    return np.asarray((even[0::2, 0::2] + even[1::2, 0::2] + even[0::2, 1::2] + even[1::2, 1::2]) / 4)
