"""The places of people who stand: one tile of the world that repeats, in the order in which people come."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

EDGE = 1 << 16
"""Steps along a side of the tile."""

TILE = 128
"""The side of the tile in spacings: it holds TILE x TILE people."""

BAKED = Path(__file__).with_name("blue_noise.npy")


@cache
def tile() -> npt.NDArray[np.uint16]:
    """Return the baked tile, (TILE * TILE, 2) whole numbers from 0 to 65535, in the order of coming."""
    found: npt.NDArray[np.uint16] = np.load(BAKED, allow_pickle=False)
    found.flags.writeable = False
    return found


def places_of(
    tiles: npt.NDArray[np.int64], index: npt.NDArray[np.int64], spacing: float
) -> npt.NDArray[np.float64]:
    """Return where on the ground points of tiles (n, 2) lie: (n, 2), metres across and in depth."""
    whole = tiles * EDGE + tile()[index].astype(np.int64)
    return np.asarray(whole * (spacing * TILE / EDGE))
