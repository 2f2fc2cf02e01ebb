"""Small PNG pictures for people to look at."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.colour import Srgb
from photodouble.image.storage import write_whole


def write_png(path: Path, linear: NDArray[np.float32]) -> None:
    """Write scene-linear (h, w, 3) or (h, w) as an 8-bit sRGB PNG, clipped to 0..1.

    Raises as `storage.write_whole`.
    """
    shown = Srgb().from_linear(np.clip(np.nan_to_num(linear, nan=0.0), 0, 1).astype(np.float32))
    codes = np.rint(shown * 255).astype(np.uint8)
    done, encoded = cv2.imencode(".png", codes[..., ::-1] if codes.ndim == 3 else codes)
    if not done:
        raise ValueError(f"a picture of shape {linear.shape} cannot be a PNG")
    write_whole(path, encoded.tobytes())
