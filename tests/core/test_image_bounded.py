"""The bounded encoding holds any plate between 0 and 1, keeps its order, and gives it back."""

from __future__ import annotations

import numpy as np
import pytest

from photodouble.image.bounded import Bounds, bound, bounds_of, unbound
from photodouble.image.encoding import decode, encode


@pytest.mark.parametrize("lowest, highest", [(0.0, 1.0), (-0.5, 1.0), (0.0, 60000.0), (-0.1, 8.0)])
def test_every_value_comes_back(lowest: float, highest: float) -> None:
    linear = np.linspace(lowest, highest, 20001, dtype=np.float32)
    encoded = encode(linear)
    bounds = bounds_of(encoded)
    back = unbound(bound(encoded, bounds), bounds)
    assert np.abs(back - encoded).max() < 2e-3 * max(bounds.high, -bounds.low)
    assert np.all(np.diff(bound(encoded, bounds)) >= 0)
    assert bound(encoded, bounds).min() >= 0 and bound(encoded, bounds).max() <= 1


def test_an_ordinary_picture_is_shown_as_it_is() -> None:
    encoded = np.linspace(0, 1, 256, dtype=np.float32)
    assert np.array_equal(bound(encoded, bounds_of(encoded)), encoded)


def test_mid_grey_does_not_move_when_there_are_highlights() -> None:
    grey = encode(np.array([0.18], np.float32))
    bounds = Bounds(-1.0, 4.0)
    assert np.array_equal(bound(grey, bounds), grey)
    assert np.allclose(decode(unbound(bound(grey, bounds), bounds)), 0.18, atol=1e-5)
