"""The tone of skin: what has a face's own colour, and how its blotches are evened.

Colour is log2 of scene-linear RGB (H, W, 3), so that a change of light or of exposure changes nothing.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.ops.deage.skin_bands import within

Plane = NDArray[np.float32]
Picture = NDArray[np.float32]

_NEAR, _FAR = 3.5, 6.0
"""A colour this many spreads from the face's own is skin, or is none."""
_LEAST = 0.10
"""Stops of colour a face spreads at least: a face in one even light must not lose its cheeks."""
_BLOTCH, _EVEN = 0.022, 0.10
"""Blotches lie between these shares of the face's width."""


def skin_likeness(stops: Picture, skin: Plane, width: float) -> Plane:
    """Tell how much of each pixel (H, W) is of the face's own colour, from 0 to 1.

    Compares with the middle and the spread of the colours under the matte, so it knows no tone of its
    own: glasses, a hat, hair and a collar differ from whatever skin is there.
    """
    sure = skin > 0.6
    if np.count_nonzero(sure) < 64:
        return np.ones(skin.shape, np.float32)
    colour = _colour(stops)
    middle = np.median(colour[sure], axis=0)
    spread = np.maximum(1.4826 * np.median(np.abs(colour[sure] - middle), axis=0), _LEAST)
    far = np.sqrt((((colour - middle) / spread) ** 2).sum(axis=2))
    like = np.clip((_FAR - far) / (_FAR - _NEAR), 0, 1).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(like, (0, 0), max(0.004 * width, 0.3)), np.float32)


def evening(stops: Picture, skin: Plane, width: float) -> Picture:
    """Return the change of colour in stops (H, W, 3), with no change of brightness, that evens blotches."""
    colour = stops - stops.mean(axis=2, keepdims=True)
    near = within(colour, skin, _BLOTCH * width)
    return np.asarray(within(near, skin, _EVEN * width) - near, np.float32)


def tone_of(stops: Picture, skin: Plane, width: float) -> tuple[NDArray[np.float64], float]:
    """Measure a face's tone: the middle of its colour (2,) in stops, and how blotchy it is (rms in stops)."""
    sure = skin > 0.6
    if not sure.any():
        return np.zeros(2), 0.0
    middle = np.median(_colour(stops)[sure], axis=0).astype(np.float64)
    return middle, float(np.sqrt((evening(stops, skin, width)[sure] ** 2).mean()))


def _colour(stops: Picture) -> Picture:
    """Return red over green and blue over green (H, W, 2), in stops."""
    return np.asarray(np.stack([stops[..., 0] - stops[..., 1], stops[..., 2] - stops[..., 1]], 2), np.float32)
