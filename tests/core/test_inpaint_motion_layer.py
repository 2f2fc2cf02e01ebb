"""Motion that an artist edited replaces what was measured; what was not touched stays bit for bit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from photodouble.image.window import Box
from photodouble.ops.inpaint import pipeline
from photodouble.ops.inpaint.footage import ArrayFootage
from photodouble.ops.inpaint.motion import Motion
from photodouble.ops.inpaint.motion_layer import edited, neighbour_places, own_grid
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.inpaint.settings import Settings

HEIGHT, WIDTH = 60, 80
WHOLE = Box.of_size(HEIGHT, WIDTH)


def record(shift: float = 2.0) -> dict[str, np.ndarray]:
    """A pair of frames that move by `shift` pixels to the right."""
    plane = np.eye(3)
    plane[0, 2] = shift
    nothing = np.zeros((40, 50, 2), np.int16)
    return {
        "homography": plane,
        "box": np.array([10, 8, 60, 48], np.int32),
        "forward": nothing,
        "backward": nothing,
    }


def hole() -> np.ndarray:
    made = np.zeros((HEIGHT, WIDTH), np.uint8)
    made[20:36, 24:44] = 1
    return made


def motion_of(pair: dict[str, np.ndarray]) -> Motion:
    scratch = MemoryScratch()
    scratch.save("motion", 0, **pair)
    return Motion(scratch, "motion")


def test_a_map_that_was_not_edited_changes_nothing() -> None:
    pair = record()
    assert edited(pair, np.full((HEIGHT, WIDTH, 2), np.nan, np.float32), hole()) is pair


def test_edited_places_are_followed_there_and_back() -> None:
    pair = record()
    places = neighbour_places(motion_of(pair), 0, 1, WHOLE)
    places[16:40, 20:48] += (1.5, -0.75)
    motion = motion_of(edited(pair, places, hole()))
    there = neighbour_places(motion, 0, 1, Box(24, 20, 44, 36))
    assert there == pytest.approx(places[20:36, 24:44], abs=0.01)
    # The way back from the middle of what was edited.
    back = neighbour_places(motion, 1, -1, Box(32, 24, 40, 32))
    assert back == pytest.approx(own_grid(Box(32, 24, 40, 32)) - (3.5, -0.75), abs=0.02)
    assert motion.plane(0)[:2, 2] == pytest.approx((3.5, -0.75), abs=0.02)


def test_outside_the_edit_the_measured_motion_stays() -> None:
    pair = record()
    places = np.full((HEIGHT, WIDTH, 2), np.nan, np.float32)
    places[22:26, 26:30] = own_grid(Box(26, 22, 30, 26)) + np.float32([6, 0])
    made = edited(pair, places, hole())
    assert np.array_equal(made["homography"], pair["homography"])
    there = neighbour_places(motion_of(made), 0, 1, WHOLE)
    untouched = np.ones((HEIGHT, WIDTH), bool)
    untouched[21:27, 25:31] = False
    assert there[untouched] == pytest.approx((own_grid(WHOLE) + np.float32([2, 0]))[untouched], abs=0.005)


def test_a_shot_followed_by_its_plane_alone_takes_the_plane_of_the_map() -> None:
    pair = record()
    pair |= {"box": np.array([10, 8, 11, 9], np.int32)}
    pair |= {name: np.zeros((1, 1, 2), np.int16) for name in ("forward", "backward")}
    made = edited(pair, own_grid(WHOLE) + np.float32([-1, 4]), hole())
    assert made["homography"][:2, 2] == pytest.approx((-1, 4), abs=1e-3)


class ByHand:
    """Says that nothing moves in the shot, whatever is seen."""

    def light(self, index: int, box: Box) -> None:
        return None

    def places(self, index: int, measured: Callable[[], np.ndarray]) -> np.ndarray:
        assert measured().shape == (HEIGHT, WIDTH, 2)
        return own_grid(WHOLE)


def test_the_fill_comes_from_where_the_artist_says() -> None:
    rng = np.random.default_rng(1)
    wall = rng.random((HEIGHT, WIDTH + 20, 3)).astype(np.float32)
    frames, holes = [], []
    for index in range(5):
        frames.append(np.ascontiguousarray(wall[:, 2 * index : 2 * index + WIDTH]))
        holes.append(np.zeros((HEIGHT, WIDTH), np.uint8))
    holes[2][20:30, 30:44] = 1
    scratch = MemoryScratch()
    pipeline.analyse(
        ArrayFootage(frames, holes), scratch, Settings(motion="flow"), pipeline.Silent(), ByHand()
    )
    made = scratch.load("fill", 2)
    x0, y0 = made["box"][:2]
    place = made["map"][22 - y0 : 28 - y0, 33 - x0 : 41 - x0]
    assert place == pytest.approx(own_grid(Box(33, 22, 41, 28)), abs=0.3)
