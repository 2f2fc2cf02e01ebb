"""Permanent ids: 64-bit numbers drawn from what a place is called, the same everywhere and always.

Whole numbers only (splitmix64 steps: Steele, Lea and Flood 2014), so that no rounding can ever differ.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

Idents = npt.NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def ident_of(area: str, *parts: npt.NDArray[np.int64]) -> Idents:
    """Return the ids of the places of an area that its whole-number parts (section, row, seat) tell apart."""
    found = np.full(np.broadcast_shapes(*(part.shape for part in parts)), text_hash(area), np.uint64)
    for part in parts:
        found = mixed(found + mixed(part.astype(np.int64).view(np.uint64) + _STEP))
    return found


def share_of(idents: Idents, salt: str) -> npt.NDArray[np.float64]:
    """Draw a number from 0 up to 1 per id; another salt gives numbers that have nothing to do with these."""
    drawn = mixed(idents ^ text_hash(salt))
    return np.asarray((drawn >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def mixed(numbers: Idents) -> Idents:
    """Scramble 64-bit numbers; no two of them become the same."""
    with np.errstate(over="ignore"):
        found = numbers + _STEP
        found = (found ^ (found >> np.uint64(30))) * _FIRST
        found = (found ^ (found >> np.uint64(27))) * _SECOND
        return np.asarray(found ^ (found >> np.uint64(31)))


def text_hash(text: str) -> np.uint64:
    """Turn a word into a 64-bit number that is the same everywhere."""
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big"))
