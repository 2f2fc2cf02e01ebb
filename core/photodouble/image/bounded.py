"""The bounded encoding that a learned model sees: 0 to 1, whatever the plate holds, and back without loss.

Between its knees it is the working encoding (sRGB's curve for values from 0 to 1), so an ordinary picture
looks to the model as those it was trained on. What lies above or below is pressed into the last part on
either side by a curve that never turns (the extended operator of Reinhard et al., SIGGRAPH 2002).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SHOULDER, _TOE = 0.8, 0.06
"""Where the pressing begins, in the bounded encoding."""


@dataclass(frozen=True)
class Bounds:
    """The lowest and highest working-encoded values that stay apart; at least 0 and 1."""

    low: float = 0.0
    high: float = 1.0


def bounds_of(encoded: NDArray[np.float32]) -> Bounds:
    """Return the bounds that hold every finite value of a working-encoded picture."""
    finite = encoded[np.isfinite(encoded)]
    if not finite.size:
        return Bounds()
    return Bounds(min(0.0, float(finite.min())), max(1.0, float(finite.max())))


def bound(encoded: NDArray[np.float32], bounds: Bounds) -> NDArray[np.float32]:
    """Turn working-encoded values into 0 to 1. Any shape; what lies beyond the bounds is cut off."""
    values = np.clip(np.asarray(encoded, np.float64), bounds.low, bounds.high)
    if bounds.high > 1:
        room = 1 - _SHOULDER
        pressed = _SHOULDER + room * _press((values - _SHOULDER) / room, (bounds.high - _SHOULDER) / room)
        values = np.where(values > _SHOULDER, pressed, values)
    if bounds.low < 0:
        pressed = _TOE - _TOE * _press((_TOE - values) / _TOE, (_TOE - bounds.low) / _TOE)
        values = np.where(values < _TOE, pressed, values)
    return np.asarray(np.clip(values, 0, 1), np.float32)


def unbound(bounded: NDArray[np.float32], bounds: Bounds) -> NDArray[np.float32]:
    """Turn values from 0 to 1 back into the working encoding: the inverse of `bound`."""
    values = np.clip(np.asarray(bounded, np.float64), 0, 1)
    result = values
    if bounds.high > 1:
        room = 1 - _SHOULDER
        spread = _spread((values - _SHOULDER) / room, (bounds.high - _SHOULDER) / room)
        result = np.where(values > _SHOULDER, _SHOULDER + room * spread, result)
    if bounds.low < 0:
        spread = _spread((_TOE - values) / _TOE, (_TOE - bounds.low) / _TOE)
        result = np.where(values < _TOE, _TOE - _TOE * spread, result)
    return np.asarray(result, np.float32)


def _press(values: NDArray[np.float64], most: float) -> NDArray[np.float64]:
    """Press 0 .. most into 0 .. 1, with slope 1 at 0."""
    x = np.maximum(values, 0)
    return np.asarray(x * (1 + x / most**2) / (1 + x))


def _spread(values: NDArray[np.float64], most: float) -> NDArray[np.float64]:
    """Undo `_press`: the positive root of x^2 / most^2 + (1 - y) x - y = 0."""
    y = np.clip(values, 0, 1)
    return np.asarray(most**2 / 2 * (np.sqrt((1 - y) ** 2 + 4 * y / most**2) - (1 - y)))
