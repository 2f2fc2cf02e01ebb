"""Turn scene-linear pictures into the 8-bit codes that trackers and networks look at."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.encoding import encode
from photodouble.ops.deage.face import Picture

Codes = NDArray[np.uint8]


def codes_of(linear: Picture) -> Codes:
    """Return codes 0 to 255 of the working encoding, any shape; beyond 0 to 1 is cut off, NaN is 0."""
    halves = np.ascontiguousarray(linear, np.float32).clip(-65000, 65000).astype(np.float16)
    return _table()[halves.view(np.uint16)]


def square_codes(linear: Picture, pixel_aspect: float, gain: float = 1.0) -> Codes:
    """Return codes (H, W, 3) of a picture (H, W, 3 or more) with square pixels, for the networks."""
    colours = np.asarray(linear[..., :3], np.float32)
    codes = codes_of(colours if gain == 1 else colours * np.float32(gain))
    if pixel_aspect == 1:
        return codes
    height, width = codes.shape[:2]
    wide = max(round(width * pixel_aspect), 1)
    way = cv2.INTER_LINEAR if wide > width else cv2.INTER_AREA
    return np.asarray(cv2.resize(codes, (wide, height), interpolation=way), np.uint8)


@lru_cache(maxsize=1)
def _table() -> Codes:
    values = np.arange(65536, dtype=np.uint16).view(np.float16).astype(np.float32)
    encoded = np.nan_to_num(encode(np.nan_to_num(values, nan=0.0, posinf=65000.0, neginf=0.0)))
    return np.asarray(np.clip(np.rint(encoded * 255), 0, 255), np.uint8)
