"""An age map scales a change pixel by pixel, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from photodouble.ops.deage.age_map import LEAST, MOST, flat_map, map_of_regions, read_age_map, scaled, to_size
from photodouble_client.errors import ArtistError

DELTA = np.random.default_rng(1).normal(size=(20, 30, 3)).astype(np.float32)


def test_one_shows_the_change_and_nought_the_plate() -> None:
    assert np.array_equal(scaled(DELTA, flat_map((20, 30))), DELTA)
    painted = flat_map((20, 30))
    painted[:, 15:] = 0
    assert not scaled(DELTA, painted)[:, 15:].any()
    assert np.array_equal(scaled(DELTA, painted)[:, :15], DELTA[:, :15])


def test_the_change_is_in_step_with_the_map() -> None:
    half, twice = (scaled(DELTA, flat_map((20, 30), age)) for age in (0.5, 2.0))
    assert np.allclose(half * 4, twice, atol=1e-6)


def test_regions_make_a_map_to_paint_on() -> None:
    left = np.zeros((20, 30), np.float32)
    left[:, :10] = 1
    drawn = map_of_regions({"left": left}, {"left": 0.25})
    assert np.allclose(drawn[:, :10], 0.25) and np.allclose(drawn[:, 10:], 1)


def test_colour_is_read_as_grey_and_held_in_bounds() -> None:
    painted = np.full((4, 4, 4), 0.5, np.float32)
    painted[0, 0] = 90
    painted[0, 1] = -90
    read = read_age_map(painted)
    assert read[0, 0] == MOST and read[0, 1] == LEAST and read[2, 2] == 0.5


def test_what_is_no_number_is_refused() -> None:
    painted = flat_map((4, 4))
    painted[1, 1] = np.nan
    with pytest.raises(ArtistError) as raised:
        read_age_map(painted, "age.exr")
    assert raised.value.code == "input.bad_paint"


def test_a_map_of_another_size_is_refused_or_brought_to_size() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        scaled(DELTA, flat_map((10, 15)))
    assert to_size(flat_map((10, 15), 0.5), (20, 30)).shape == (20, 30)
