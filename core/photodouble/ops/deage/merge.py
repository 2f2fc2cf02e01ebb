"""Lay the delta over the plate: plate + matte x delta x strength, the plate's own bits where that is 0."""

from __future__ import annotations

import numpy as np

from photodouble.ops.deage.face import Picture


def merged(plate: Picture, delta: Picture, matte: Picture, strength: float = 1.0) -> Picture:
    """Return the plate (h, w, 3) with a delta (h, w, 3) under a matte (h, w) 0 to 1.

    Values below 0 and above 1 stay; where the matte or the delta is 0, or the plate is not a number, the
    plate's own bits are kept.
    """
    share = np.clip(matte, 0, 1)[..., None] * np.float32(strength)
    change = share * delta
    keeps = ~np.isfinite(change) | (change == 0) | ~np.isfinite(plate)
    with np.errstate(invalid="ignore"):
        changed = plate + change
    return np.where(keeps, plate, changed).astype(plate.dtype)
