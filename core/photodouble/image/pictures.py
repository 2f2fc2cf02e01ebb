"""Small PNG pictures for people to look at."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.display import PLAIN, Look, shown
from photodouble.image.storage import write_whole


def write_png(path: Path, linear: NDArray[np.float32], look: Look = PLAIN) -> None:
    """Write scene-linear (h, w, 3) or (h, w) as an 8-bit PNG for the display and view of the settings.

    Raises as `storage.write_whole` and `display.displayed`.
    """
    codes = shown(linear, look)
    done, encoded = cv2.imencode(".png", codes[..., ::-1] if codes.ndim == 3 else codes)
    if not done:
        raise ValueError(f"a picture of shape {linear.shape} cannot be a PNG")
    write_whole(path, encoded.tobytes())
