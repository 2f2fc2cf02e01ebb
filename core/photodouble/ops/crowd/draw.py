"""Chance without a generator: every draw is a hash of who the person is, what is drawn, and the seed.

A new attribute gets a salt of its own and so shifts no other draw; a person who comes or goes shifts
nobody's. Whole numbers only, so every processor draws the same.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.idents import Idents, mixed, text_hash


def draw(ident: Idents, salt: str, seed: int = 0) -> npt.NDArray[np.float64]:
    """Draw a number from 0 up to 1 for everyone, the same whenever ident, salt and seed are the same."""
    return np.asarray((draw_bits(ident, salt, seed) >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def draw_whole(ident: Idents, salt: str, count: int, seed: int = 0) -> npt.NDArray[np.int64]:
    """Draw a whole number from 0 up to `count` (at most 2**32) for everyone."""
    high = draw_bits(ident, salt, seed) >> np.uint64(32)
    return np.asarray((high * np.uint64(count)) >> np.uint64(32)).astype(np.int64)


def draw_bits(ident: Idents, salt: str, seed: int = 0) -> Idents:
    """Draw 64 bits for everyone."""
    return mixed(np.asarray(ident, np.uint64) ^ salt_of(salt, seed))


def salt_of(salt: str, seed: int = 0) -> np.uint64:
    """Return the 64 bits that stand for a salt and a seed."""
    return text_hash(f"{seed}:{salt}")
