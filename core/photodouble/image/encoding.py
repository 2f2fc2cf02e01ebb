"""The working encoding: scene-linear values as the eye weighs them, without a ceiling.

Motion, blending and error are measured here; colours are sampled in scene-linear.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LOG_SLOPE = np.float32(0.3047)
"""Slope of the logarithm above 1, so that value and gradient meet the sRGB curve's at 1."""


def encode(linear: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn scene-linear values into the working encoding.

    Below 0 a straight line of slope 12.92, from 0 to 1 the sRGB curve (IEC 61966-2-1), above 1
    `1 + 0.3047 log2(x)`. Any shape, float32; NaN and Inf stay what they are. An 8-bit sRGB frame
    encodes to its code value over 255.
    """
    values = np.asarray(linear, dtype=np.float32)
    encoded = np.clip(values, np.float32(0.0031308), np.float32(1), out=np.empty_like(values))
    np.power(encoded, np.float32(1 / 2.4), out=encoded)
    encoded *= np.float32(1.055)
    encoded -= np.float32(0.055)
    np.multiply(values, np.float32(12.92), out=encoded, where=values <= np.float32(0.0031308))
    above = values > 1
    if above.any():
        encoded[above] = 1 + _LOG_SLOPE * np.log2(values[above])
    return encoded


def decode(encoded: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn working-encoded values back into scene-linear: the inverse of `encode`."""
    values = np.asarray(encoded, dtype=np.float32)
    linear = np.clip(values, np.float32(0.04045), np.float32(1), out=np.empty_like(values))
    linear += np.float32(0.055)
    linear /= np.float32(1.055)
    np.power(linear, np.float32(2.4), out=linear)
    np.divide(values, np.float32(12.92), out=linear, where=values <= np.float32(0.04045))
    above = values > 1
    if above.any():
        with np.errstate(over="ignore"):
            linear[above] = np.exp2((values[above] - 1) / _LOG_SLOPE)
    return linear
