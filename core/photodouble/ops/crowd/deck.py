"""The cards of a frame in memory: mip chains one after another, as the rasteriser reads them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

CHANNELS = 5
"""Red, green, blue, alpha, all premultiplied, and wardrobe x alpha."""


@dataclass(frozen=True)
class Deck:
    """K cards, each with its mip levels; every level has a transparent gutter of one texel all around.

    `texels`: (T, 5) float32, scene-linear, premultiplied; level rows top down, the gutter included.
    `start`: (K, L) int64, the first texel of a level; `width`, `height`: (K, L) int32 without the gutter;
    a level that is not there has width 0. Level l + 1 has half the size of level l, rounded up.
    `foot`: (K, 2) float32 and `ppm`: (K,) float32 of level 0.
    `rows`: (S, 2) int32, the first texel of every row that is not transparent and the one after the last;
    `first_row`: (K, L) int64, the row of `rows` where a level begins.
    """

    texels: npt.NDArray[np.float32]
    start: npt.NDArray[np.int64]
    width: npt.NDArray[np.int32]
    height: npt.NDArray[np.int32]
    foot: npt.NDArray[np.float32]
    ppm: npt.NDArray[np.float32]
    rows: npt.NDArray[np.int32]
    first_row: npt.NDArray[np.int64]
