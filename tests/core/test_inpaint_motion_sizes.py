"""Dense motion is measured on plates of any shape."""

from __future__ import annotations

import numpy as np
import pytest

from photodouble.ops.inpaint.flow import dense_motion


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (1, 40), (2, 910), (540, 20)])
def test_a_plate_that_stands_still_has_no_motion_whatever_its_shape(size: tuple[int, int]) -> None:
    picture = np.random.default_rng(4).integers(0, 255, size).astype(np.uint8)
    flow = dense_motion(picture, picture)
    assert flow.shape == (*size, 2)
    assert np.abs(flow).max() < 0.01
