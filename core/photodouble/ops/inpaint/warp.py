"""Bring a picture over by a place per pixel, bilinear: on the processor or on a graphics card."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.ops.compute import on_device

Picture = NDArray[np.float32]


@on_device("photodouble.ops.inpaint.torch_warp:warp")
def warp(picture: Picture, place: Picture) -> Picture:
    """Read (H, W, c) float32 at `place` (h, w, 2), x and y in its pixels; the edges go on beyond it.

    Every picture that is given is taken as finished: nobody may write to it any more.
    """
    return np.asarray(
        cv2.remap(picture, place, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
    )
