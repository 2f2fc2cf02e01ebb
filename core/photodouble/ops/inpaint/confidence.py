"""How sure we are of a filled pixel, and where it came from, as planes an artist can view."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PLATE, REAL, INTERPOLATED, SYNTHESISED, ARTIST = 0, 1, 2, 3, 4
"""The kinds of the origin plane (DESIGN, Outputs)."""

_HALVING = 0.06
"""Every 0.06 of expected error, in the working encoding, halves the confidence."""
_INVENTED_AT_MOST = 0.6
"""A pixel that no frame shows is never more sure than this; its confidence is scaled by it, not cut off,
so that confidence still orders the invented pixels. Chosen where the true error falls in every tenth."""


def confidence_from_error(error: NDArray[np.float32], kind: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn expected squared error (working encoding) into confidence 0 to 1.

    `confidence = 2 ** (-sqrt(error) / 0.06)`: 1 is certain, 0.5 means an expected error of 6 % of
    the range from black to white, 0.25 of 12 %. Synthesised pixels have 0.6 of that; plate
    pixels are 1. `bench/inpaint.py` prints the true error for every tenth.
    """
    expected = np.sqrt(np.maximum(np.nan_to_num(error, nan=1.0, posinf=1.0), 0))
    sure = np.exp2(-expected / np.float32(_HALVING)).astype(np.float32)
    sure = np.where(kind == SYNTHESISED, sure * np.float32(_INVENTED_AT_MOST), sure)
    return np.where(kind == PLATE, np.float32(1), sure).astype(np.float32)


def expected_error(confidence: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn confidence back into the expected error (not squared) in the working encoding."""
    return np.asarray(-np.log2(np.clip(confidence, 1e-6, 1)) * np.float32(_HALVING), np.float32)
