"""The line test finds a faint line under grain and stays silent without one."""

from __future__ import annotations

import numpy as np
import pytest

from photodouble.demo.line import AMPLIFIED, find_line

HEIGHT, WIDTH = 360, 240
PATH = 60.0 + 0.3 * np.arange(HEIGHT)


def grain(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.015, (HEIGHT, WIDTH, 3)).astype(np.float32)


def with_line(level: float, rows: slice = slice(None)) -> np.ndarray:
    picture = grain(1)
    for row in range(HEIGHT)[rows]:
        centre = round(PATH[row] - 0.5)
        picture[row, centre - 2 : centre + 3] += level
    return picture


def test_grain_alone_is_no_line() -> None:
    line = find_line(grain(2), PATH, core=2, reach=8)
    assert abs(line.strength) < 0.01
    assert line.longest < 0.03
    assert line.visible == 0


@pytest.mark.parametrize("level", [0.006, -0.006])
def test_a_line_far_below_the_grain_is_found_with_its_sign(level: float) -> None:
    line = find_line(with_line(level), PATH, core=2, reach=8)
    assert line.strength == pytest.approx(AMPLIFIED * level, abs=0.01)


def test_a_short_piece_of_line_shows_in_the_worst_stretch() -> None:
    line = find_line(with_line(0.01, slice(100, 200)), PATH, core=2, reach=8)
    assert line.longest == pytest.approx(0.08, abs=0.02)
    assert 0.1 < line.visible < 0.6
    assert abs(line.strength) < 0.04


def test_an_even_offset_is_no_line() -> None:
    line = find_line(grain(3) + np.float32(0.05), PATH, core=2, reach=8)
    assert abs(line.strength) < 0.01


def test_a_path_outside_the_picture_counts_nothing() -> None:
    line = find_line(with_line(0.1), PATH + 1000, core=2, reach=8)
    assert (line.strength, line.longest, line.visible) == (0.0, 0.0, 0.0)
