"""The shape of a covered plane, carried from the frames around."""

from __future__ import annotations

import numpy as np

from photodouble.image.steady import carried_shape, covered_frames

SQUARE = np.array([[0, 0], [100, 0], [100, 60], [0, 60]], np.float64)
TIMES = np.arange(30)
MOVED = np.stack([SQUARE * (1 + 0.002 * time + 1e-4 * time**2) + (3 * time, 5) for time in TIMES])


def test_a_covered_corner_lies_where_the_curve_of_its_neighbours_has_it() -> None:
    broken = MOVED.copy()
    broken[14, 0] += (4.0, -3.0)
    found = carried_shape(broken, np.ones(len(broken)), 14)
    assert found is not None
    said, missed = found
    shape = said - said.mean(axis=0)
    assert np.abs(shape - (MOVED[14] - MOVED[14].mean(axis=0))).max() < 0.01
    assert missed < 0.01


def test_a_shaking_shape_is_said_to_be_carried_badly_and_a_single_frame_not_at_all() -> None:
    shaken = MOVED + np.random.default_rng(3).normal(0, 0.5, MOVED.shape)
    found = carried_shape(shaken, np.ones(len(shaken)), 14)
    assert found is not None
    assert found[1] > 0.2
    assert carried_shape(MOVED[:3], np.ones(3), 1) is None


def test_covered_frames_are_those_that_show_less_than_the_ones_around() -> None:
    visible = np.full(30, 0.8)
    visible[10:13] = 0.6
    visible[20] = 0.0
    lost = [place == 20 for place in range(30)]
    assert np.nonzero(covered_frames(visible, lost))[0].tolist() == [10, 11, 12]
