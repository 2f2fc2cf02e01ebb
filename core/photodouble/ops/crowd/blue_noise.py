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

GROUP = 3
"""How many people a group has on average."""

BAKED = Path(__file__).with_name("blue_noise.npy")
BAKED_FRIENDS = Path(__file__).with_name("blue_noise_friends.npy")


@cache
def tile() -> npt.NDArray[np.uint16]:
    """Return the baked tile, (TILE * TILE, 2) whole numbers from 0 to 65535, in the order of coming."""
    found: npt.NDArray[np.uint16] = np.load(BAKED, allow_pickle=False)
    found.flags.writeable = False
    return found


@cache
def to_friends() -> npt.NDArray[np.int64]:
    """Return the way from every place to the middle of its group, (TILE * TILE, 2) in steps of the tile."""
    friends = np.load(BAKED_FRIENDS, allow_pickle=False)
    places = tile().astype(np.int64)
    found: npt.NDArray[np.int64] = (places[friends] - places + EDGE // 2) % EDGE - EDGE // 2
    found.flags.writeable = False
    return found


def places_of(
    tiles: npt.NDArray[np.int64], index: npt.NDArray[np.int64], spacing: float, groups: float = 0.0
) -> npt.NDArray[np.float64]:
    """Return where on the ground points of tiles (n, 2) lie: (n, 2), metres across and in depth.

    `groups` from 0 to 1 draws people together with those they came with, at 1 by half of the way.
    """
    whole = tiles * EDGE + tile()[index].astype(np.int64)
    if groups > 0:
        whole = whole + to_friends()[index] * round(groups * 256) // 512
    return np.asarray(whole * (spacing * TILE / EDGE))
