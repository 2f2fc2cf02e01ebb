"""What a first pass on skin is held to: relief neither left nor flattened, pores kept, features left alone.

Brightness is log2 of scene-linear, the bands are told in widths of the face as facts section E has them:
pores and grain finer than 0.4 %, wrinkles from there to 2.2 %. Each measure has two sides or a truth of 0,
so a filter that makes plastic of skin fails as surely as one that does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

FINE, COARSE = 0.004, 0.022
RESIDUAL = (0.95, 1.10)
PORES = (0.97, 1.03)
DAMAGE = 0.05
_BLACK = 0.02
_SKIN = 0.6


def bands(picture: Array, width: float) -> tuple[Array, Array]:
    """Return the wrinkle band and the pore band (H, W) of a scene-linear picture, in stops."""
    stops = np.log2(np.maximum(picture, 0) + _BLACK).mean(axis=2).astype(np.float32)
    fine = cv2.GaussianBlur(stops, (0, 0), FINE * width)
    return fine - cv2.GaussianBlur(stops, (0, 0), COARSE * width), stops - fine


def wrinkle_residual(result: Array, young: Array, skin: Array, width: float) -> float:
    """Return how strong wrinkles are beside those of the true young face: 1 is right, below is plastic."""
    return _rms(bands(result, width)[0], skin) / _rms(bands(young, width)[0], skin)


def lined_residual(result: Array, young: Array, truth: Array, skin: Array, width: float) -> float:
    """Return the wrinkle residual where the truth has lines: doing nothing cannot pass there."""
    strength = cv2.GaussianBlur(np.abs(truth).mean(axis=2), (0, 0), 0.01 * width)
    lined = (skin > _SKIN) & (strength > 1.5 * strength[skin > _SKIN].mean())
    return wrinkle_residual(result, young, lined.astype(np.float32), width)


def pore_ratio(result: Array, plate: Array, skin: Array, width: float) -> float:
    """Return how strong pores and grain are beside the plate's."""
    return _rms(bands(result, width)[1], skin) / _rms(bands(plate, width)[1], skin)


def feature_damage(delta: Array, truth: Array, features: Mapping[str, Array], skin: Array) -> float:
    """Return the change on features, where the truth has none, beside the mean true change on skin."""
    there = np.max(list(features.values()), axis=0) > 0.5
    return float(np.abs(delta[there]).mean() / np.abs(truth[skin > 0.3]).mean())


def _rms(band: Array, skin: Array) -> float:
    return float(np.sqrt((band[skin > _SKIN] ** 2).mean()))
