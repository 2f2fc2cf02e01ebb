"""The light of a shot is followed where that pays, and nothing changes where it is steady."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from photodouble.image.encoding import decode, encode
from photodouble.image.window import Box
from photodouble.ops.inpaint import lighting, pipeline
from photodouble.ops.inpaint.footage import ArrayFootage
from photodouble.ops.inpaint.lighting import Light, Lighting
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.inpaint.settings import Settings

HEIGHT, WIDTH, FRAMES = 72, 112, 12


def wall() -> np.ndarray:
    """A wall with texture at many sizes, scene-linear (H, 2 W, 3), levels from 0.02 to 0.7."""
    import cv2

    rng = np.random.default_rng(3)
    noise = sum(
        cv2.GaussianBlur(rng.standard_normal((HEIGHT, 2 * WIDTH, 3)), (0, 0), s) * s for s in (1.0, 2.0, 6.0)
    )
    return (0.15 * np.exp(0.7 * noise)).clip(0.02, 0.7).astype(np.float32)


def spot(index: int) -> np.ndarray:
    """A pool of light that walks over the picture: (H, W, 1) gains."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    away = (x - WIDTH * (0.1 + 0.07 * index)) ** 2 + (y - HEIGHT / 2) ** 2
    return (0.5 + 1.2 * np.exp(-away / (2 * 30.0**2)))[..., None].astype(np.float32)


def ramp(index: int) -> np.ndarray:
    """An exposure that rises by 1.5 stops."""
    return np.full((HEIGHT, WIDTH, 1), 2 ** (1.5 * index / (FRAMES - 1) - 0.75), np.float32)


def steady(index: int) -> np.ndarray:
    """Light that never changes."""
    return np.ones((HEIGHT, WIDTH, 1), np.float32)


def shot(cast) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The camera pans by 3 pixels a frame; truth and holes, working encoded."""
    whole = wall()
    truth, holes = [], []
    for index in range(FRAMES):
        truth.append(encode(whole[:, 3 * index : 3 * index + WIDTH] * cast(index)))
        hole = np.zeros((HEIGHT, WIDTH), np.uint8)
        hole[24:48, 40:66] = 1
        holes.append(hole)
    return truth, holes


@functools.cache
def filled(cast, **settings) -> tuple[MemoryScratch, float, list[np.ndarray]]:
    """Fill the shot; gives its records and the root mean square error inside, encoded."""
    truth, holes = shot(cast)
    seen = [np.where(hole[..., None] > 0, np.float32(0.5), frame) for frame, hole in zip(truth, holes)]
    scratch = MemoryScratch()
    pipeline.analyse(ArrayFootage(seen, holes), scratch, Settings(**settings), pipeline.Silent())
    errors = []
    for index in range(FRAMES):
        record = scratch.load("fill", index)
        box = Box(*(int(v) for v in record["box"])).slices_in(Box.of_size(HEIGHT, WIDTH))
        errors.append(((record["base"] - truth[index][box])[holes[index][box] > 0] ** 2).mean())
    return scratch, float(np.sqrt(np.mean(errors))), truth


@pytest.mark.parametrize("cast", [spot, ramp])
def test_following_a_changing_light_lowers_the_error(cast) -> None:
    followed, error, _ = filled(cast)
    _, plain, _ = filled(cast, light="steady")
    assert int(followed.load(lighting.CHOICE_STAGE, 0)["choice"]) != lighting.STEADY
    assert error < 0.8 * plain


def test_a_steady_light_leaves_every_pixel_as_it_was() -> None:
    followed, _, _ = filled(steady)
    plain, _, _ = filled(steady, light="steady")
    for index in range(FRAMES):
        assert np.array_equal(followed.load("fill", index)["base"], plain.load("fill", index)["base"])
    whole = Lighting(followed, (HEIGHT, WIDTH)).at(0, Box.of_size(HEIGHT, WIDTH))
    assert (whole.gain == 1).all() and (whole.offset == 0).all()


def test_the_measured_light_is_the_one_that_was_cast() -> None:
    scratch, _, _ = filled(spot, light="follow")
    measured = Lighting(scratch, (HEIGHT, WIDTH))
    box = Box(0, 0, WIDTH, HEIGHT)
    # The light is relative: compare how it changes on what frames 4 and 7 both show.
    first, last = measured.at(4, box).gain, measured.at(7, box).gain
    found = np.log2(last[:, :-9] / first[:, 9:])[8:-8, 8:-8]
    cast = np.log2(spot(7)[:, :-9] / spot(4)[:, 9:])[8:-8, 8:-8]
    assert np.abs(cast).mean() > 0.4
    assert np.abs(found - cast).mean() < 0.12


def test_the_known_surroundings_come_back_as_they_are() -> None:
    scratch, _, truth = filled(spot, light="follow")
    record = scratch.load("fill", 6)
    box = Box(*(int(v) for v in record["box"]))
    around = record["base"][0, 0]
    assert around == pytest.approx(truth[6][box.y0, box.x0], abs=2e-3)


class Brighter:
    """An artist's light: one stop over what was measured, in one frame."""

    def __init__(self, scratch: MemoryScratch) -> None:
        self._measured = Lighting(scratch, (HEIGHT, WIDTH))

    def light(self, index: int, box: Box) -> Light | None:
        if index != 5:
            return None
        found = self._measured.at(index, box)
        return Light(2 * found.gain, found.offset)

    def places(self, index: int, measured: object) -> None:
        return None


def test_an_artists_light_wins_on_its_frame_and_only_there() -> None:
    plain, _, _ = filled(spot, light="follow")
    truth, holes = shot(spot)
    seen = [np.where(hole[..., None] > 0, np.float32(0.5), frame) for frame, hole in zip(truth, holes)]
    scratch = MemoryScratch()
    pipeline.analyse(
        ArrayFootage(seen, holes), scratch, Settings(light="follow"), pipeline.Silent(), Brighter(scratch)
    )
    for index in (4, 5):
        ratio = decode(scratch.load("fill", index)["base"]) / decode(plain.load("fill", index)["base"])
        assert ratio == pytest.approx(2.0 if index == 5 else 1.0, rel=1e-4)


def test_a_gap_in_the_measured_steps_starts_a_light_of_its_own() -> None:
    assert [list(run) for run in lighting._runs((1, 2, 5, 6, 7))] == [[1, 2], [5, 6, 7]]
