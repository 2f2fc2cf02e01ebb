"""Windows and reduced pictures against plain arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photodouble.image.proxy import enlarge, reduce, reduced_size, working_scale
from photodouble.image.window import Box

CORNERS = st.integers(-20, 20)
BOXES = st.builds(lambda x, y, w, h: Box(x, y, x + w, y + h), CORNERS, CORNERS, *[st.integers(0, 15)] * 2)


def pixels(box: Box) -> set[tuple[int, int]]:
    return {(x, y) for x in range(box.x0, box.x1) for y in range(box.y0, box.y1)}


@given(BOXES, BOXES)
def test_intersection_holds_the_common_pixels(one: Box, two: Box) -> None:
    assert pixels(one.intersect(two)) == pixels(one) & pixels(two)


@given(BOXES, BOXES)
def test_union_is_the_smallest_box_around_both(one: Box, two: Box) -> None:
    both = pixels(one) | pixels(two)
    union = one.union(two)
    assert pixels(union) >= both
    if both:
        xs, ys = zip(*both, strict=True)
        assert union == Box(min(xs), min(ys), max(xs) + 1, max(ys) + 1)


@given(BOXES, BOXES)
def test_slices_address_the_common_pixels(one: Box, two: Box) -> None:
    grid = np.full(two.size, -1)
    grid[one.slices_in(two)] = 1
    columns, rows = np.meshgrid(np.arange(two.x0, two.x1), np.arange(two.y0, two.y1))
    marked = set(zip(columns[grid == 1].tolist(), rows[grid == 1].tolist(), strict=True))
    assert marked == pixels(one) & pixels(two)


def test_growing_moves_every_edge() -> None:
    assert Box(1, 2, 5, 9).grow(2) == Box(-1, 0, 7, 11)
    assert Box(0, 0, 3, 3).grow(-2).is_empty


@pytest.mark.parametrize(
    ("size", "scale"), [((540, 960), 1), ((1080, 1920), 2), ((2160, 4096), 5), ((9, 961), 2)]
)
def test_the_working_scale_brings_the_long_side_down(size: tuple[int, int], scale: int) -> None:
    assert working_scale(size, 960) == scale
    assert max(reduced_size(size, scale)) <= 960


def test_reducing_averages_blocks() -> None:
    picture = np.random.default_rng(1).random((6, 9, 3)).astype(np.float32)
    expected = picture.astype(np.float64).reshape(2, 3, 3, 3, 3).mean(axis=(1, 3))
    assert reduce(picture, 3) == pytest.approx(expected, abs=1e-6)


def test_an_incomplete_block_is_filled_from_the_edge() -> None:
    picture = np.float32([[1, 2, 5], [3, 4, 7]])
    assert reduce(picture, 2).tolist() == [[2.5, 6]]


@pytest.mark.parametrize("scale", [2, 3, 4, 7])
def test_a_ramp_comes_back_in_register(scale: int) -> None:
    ramp = np.arange(28 * 3 * scale, dtype=np.float32)[None] * np.ones((3 * scale, 1), np.float32)
    back = enlarge(reduce(ramp, scale), scale, ramp.shape)
    inner = slice(scale, -scale)
    assert back[:, inner] == pytest.approx(ramp[:, inner], abs=1e-3)


def test_a_constant_picture_comes_back() -> None:
    flat = np.full((31, 45, 3), 0.37, np.float32)
    assert enlarge(reduce(flat, 4), 4, (31, 45)) == pytest.approx(flat, rel=3e-7)
