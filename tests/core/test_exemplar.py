"""What no frame shows is invented from real pixels once, and moves with the background from then on."""

from __future__ import annotations

import cv2
import numpy as np

from photodouble.image.encoding import decode, encode
from photodouble.ops.inpaint.carry import _read_list
from photodouble.ops.inpaint.confidence import SYNTHESISED
from photodouble.ops.inpaint.exemplar import Page, fill_by_example
from photodouble.ops.inpaint.native import ArrayPlates
from photodouble.ops.inpaint.pipeline import Silent
from photodouble.ops.inpaint.render import Look, render_frame
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.inpaint.unseen import Invention, synthesise

SIZE = (120, 160)
HOLE = (slice(40, 84), slice(50, 110))
STEP = 2.0
COUNT = 6


def stripes() -> np.ndarray:
    """Draw diagonal stripes with a pitch of 8 pixels, working encoded."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    wave = 0.5 + 0.3 * np.sin((x + y) * 2 * np.pi / 8)
    return np.repeat(wave[:, :, None], 3, axis=2).astype(np.float32)


def speckle(seed: int = 4) -> np.ndarray:
    """Draw fine speckle wider than the picture, working encoded."""
    noise = np.random.default_rng(seed).standard_normal((SIZE[0], SIZE[1] + 40, 3)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 1.2)
    return (0.45 + 0.12 * soft / soft.std()).astype(np.float32)


def hole() -> np.ndarray:
    """Mark the hole, (h, w) uint8."""
    mask = np.zeros(SIZE, np.uint8)
    mask[HOLE] = 1
    return mask


def greyed(picture: np.ndarray) -> np.ndarray:
    """Lay the mean of the surroundings into the hole, as a smooth guess would."""
    return np.where(hole()[:, :, None] > 0, picture[hole() == 0].mean(axis=0), picture).astype(np.float32)


def test_a_regular_pattern_is_continued_through_the_hole() -> None:
    found = fill_by_example(greyed(stripes()), hole(), hole(), seed=0)
    assert found is not None
    error = np.abs(found.colour - stripes())[hole() > 0].mean()
    flat = np.abs(greyed(stripes()) - stripes())[hole() > 0].mean()
    assert error < 0.35 * flat


def test_every_invented_pixel_points_to_a_known_one_that_looks_like_it() -> None:
    found = fill_by_example(greyed(stripes()), hole(), hole(), seed=0)
    assert found is not None
    places = found.place[hole() > 0].astype(int)
    assert not hole()[places[:, 1], places[:, 0]].any()
    copied = stripes()[places[:, 1], places[:, 0]]
    assert np.abs(copied - found.colour[hole() > 0]).mean() < 0.12


def test_pixels_that_must_not_be_sampled_are_never_copied() -> None:
    closed = hole()
    closed[:, :40] = 1
    found = fill_by_example(greyed(stripes()), hole(), closed, seed=0)
    assert found is not None
    places = found.place[hole() > 0].astype(int)
    assert not closed[places[:, 1], places[:, 0]].any()


def test_the_same_seed_invents_the_same_pixels() -> None:
    first, second = (fill_by_example(greyed(speckle()[:, :160]), hole(), hole(), seed=7) for _ in range(2))
    assert first is not None and second is not None
    assert np.array_equal(first.place, second.place) and np.array_equal(first.colour, second.colour)


def test_nothing_is_invented_where_nothing_is_known() -> None:
    assert fill_by_example(greyed(stripes()), hole(), np.ones(SIZE, np.uint8), seed=0) is None


def panned() -> tuple[ArrayPlates, MemoryScratch]:
    """Give a speckled wall that moves 2 pixels a frame behind a hole that moves with it: never seen."""
    wall = speckle()
    plates, mattes, scratch = [], [], MemoryScratch()
    for index in range(COUNT):
        shift = int(STEP * index)
        matte = np.zeros(SIZE, np.float32)
        matte[HOLE[0], HOLE[1].start + 10 - shift : HOLE[1].stop + 10 - shift] = 1
        picture = wall[:, shift : shift + SIZE[1]]
        base = np.where(matte[:, :, None] > 0, picture[matte == 0].mean(axis=0), picture).astype(np.float32)
        plates.append(decode(base))
        mattes.append(matte)
        scratch.save(
            "fill",
            index,
            box=np.array([0, 0, SIZE[1], SIZE[0]], np.int32),
            base=base,
            source=np.full(SIZE, -1, np.int16),
            map=np.zeros((*SIZE, 2), np.float32),
            kind=np.full(SIZE, SYNTHESISED, np.uint8),
            error=np.full(SIZE, 0.01, np.float32),
        )
        if index + 1 < COUNT:
            plane = np.array([[1, 0, -STEP], [0, 1, 0], [0, 0, 1]])
            still = np.zeros((*SIZE, 2), np.float16)
            box = np.array([0, 0, SIZE[1], SIZE[0]], np.int32)
            scratch.save("motion", index, homography=plane, box=box, forward=still, backward=still)
    return ArrayPlates(plates, mattes), scratch


def shown_in_first(plates: ArrayPlates, scratch: MemoryScratch, index: int) -> np.ndarray:
    """Render a frame and move it back to where the first frame sees the same wall."""
    shown = render_frame(plates, scratch, index, Look())
    whole = encode(plates.linear(index, plates.canvas))
    whole[shown.box.slices_in(plates.canvas)] = encode(shown.fill)
    return np.roll(whole, int(STEP * index), axis=1)[46:78, 66:114]


def test_invented_texture_sticks_to_the_background_and_does_not_flicker() -> None:
    plates, scratch = panned()
    synthesise(plates, scratch, Invention(), Silent())
    first, last = (shown_in_first(plates, scratch, index) for index in (0, COUNT - 1))
    assert first.std() > 0.08
    assert np.corrcoef(first.ravel(), last.ravel())[0, 1] > 0.98


def test_invented_texture_is_as_fine_as_its_surroundings() -> None:
    plates, scratch = panned()
    synthesise(plates, scratch, Invention(), Silent())
    invented = shown_in_first(plates, scratch, 3)
    around = speckle()[90:118, 10:150]

    def fine(p: np.ndarray) -> float:
        return float((p - cv2.GaussianBlur(p, (0, 0), 1.5)).std())

    assert 0.85 < fine(invented) / fine(around) < 1.15


def test_the_artist_chooses_the_key_frame() -> None:
    plates, scratch = panned()
    synthesise(plates, scratch, Invention(keys=(4,)), Silent())
    assert int(scratch.load("key", 0)["at"]) == 4
    assert (scratch.load("texture", 0)["source"][hole() > 0] >= 0).any()


def test_a_stopped_synthesis_goes_on_to_the_same_pixels() -> None:
    plates, scratch = panned()
    synthesise(plates, scratch, Invention(), Silent())
    again = panned()[1]
    again.save("key", 0, **scratch.load("key", 0))
    again.save("texture", 2, **scratch.load("texture", 2))
    synthesise(plates, again, Invention(), Silent())
    for index in range(COUNT):
        assert np.array_equal(scratch.load("texture", index)["map"], again.load("texture", index)["map"])


def test_another_seed_invents_another_fill_as_good() -> None:
    wall = speckle()[:, :160]
    first, second = (fill_by_example(greyed(wall), hole(), hole(), seed=seed) for seed in (1, 2))
    assert first is not None and second is not None
    apart = np.abs(first.place - second.place).max(axis=2)[hole() > 0]
    assert (apart > 4).mean() > 0.5


def test_a_page_beside_the_picture_is_copied_from_where_only_it_fits() -> None:
    picture = np.full((*SIZE, 3), 0.5, np.float32)
    band = slice(52, 72)
    picture[band] = stripes()[band]
    closed = hole()
    closed[band] = 1
    page = Page(picture, np.zeros(SIZE, np.uint8))
    picture = np.where(hole()[:, :, None] > 0, 0.5, picture).astype(np.float32)
    found = fill_by_example(picture, hole(), closed, seed=0, pages=[page])
    assert found is not None
    assert (found.page[54:70, 54:106] == 1).mean() > 0.8
    assert (found.page[hole() == 0] == 0).all()


def test_structure_follows_the_artists_line_through_the_hole() -> None:
    wall = speckle(5)[:, :160] * 0.1 + 0.3
    wall[:62] += 0.4
    picture = np.where(hole()[:, :, None] > 0, 0.45, wall).astype(np.float32)
    bend = np.array([[0, 62], [50, 62], [80, 78], [110, 62], [160, 62]], np.float32)
    found = fill_by_example(picture, hole(), hole(), seed=0, lines=[bend])
    assert found is not None
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    edge = np.interp(x, bend[:, 0], bend[:, 1])
    beside = (hole() > 0) & (np.abs(y - edge) < 6) & (np.abs(y - edge) > 2)
    copied = wall[found.place[:, :, 1].astype(int), found.place[:, :, 0].astype(int)].mean(axis=2)
    upper = copied > 0.5
    assert (upper == (y < edge))[beside].mean() > 0.95


def test_a_list_of_places_longer_than_the_library_takes_is_read_whole() -> None:
    picture = speckle()
    places = np.stack([np.arange(70_000) % 150, np.arange(70_000) // 700], axis=1).astype(np.float32)
    found = _read_list(picture, places)
    assert np.array_equal(found, picture[places[:, 1].astype(int), places[:, 0].astype(int)])
