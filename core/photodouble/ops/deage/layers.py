"""Take a change apart into structure, wrinkles and pores, which add up to it again."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]


def in_bands(delta: Picture, fine: float, coarse: float, squeeze: float = 1.0) -> Mapping[str, Picture]:
    """Return the layers of a change (h, w, 3) float32 by name; their sum is the change.

    `fine` and `coarse` are where the pores end and the structure begins: deviations of a blur in lines of
    the plate, of whose pixels each is `squeeze` times as wide as high.
    """
    without_pores = _blurred(delta, fine, squeeze)
    structure = _blurred(delta, coarse, squeeze)
    return {
        "structure": structure,
        "wrinkle": without_pores - structure,
        "pore": delta - without_pores,
    }


def _blurred(picture: Picture, spread: float, squeeze: float) -> Picture:
    if spread < 0.2:
        return picture
    border = cv2.BORDER_CONSTANT
    return np.asarray(
        cv2.GaussianBlur(picture, (0, 0), spread / squeeze, sigmaY=spread, borderType=border), np.float32
    )
