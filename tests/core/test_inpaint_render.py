"""The fill at the plate's own size: sharp, in register, safe for highlights, honest about its origin."""

from __future__ import annotations

import functools

import cv2
import numpy as np
import pytest

from photodouble.image.encoding import decode, encode
from photodouble.image.grain import NO_GRAIN, Grain
from photodouble.image.proxy import reduce
from photodouble.image.window import Box
from photodouble.ops.inpaint.confidence import confidence_from_error, expected_error
from photodouble.ops.inpaint.native import ArrayPlates
from photodouble.ops.inpaint.render import Look, render_frame
from photodouble.ops.inpaint.resample import sample_sharp
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.inpaint.shot_grain import grain_record

STEP = np.array([3.3, 0.7])
SIZE = (192, 256)
HOLE = (slice(64, 128), slice(96, 160))
COUNT = 24


@functools.cache
def plane(index: int, gain: float = 1.0, contrast: float = 1.0) -> np.ndarray:
    """Look at a textured plane that moves by 3.3, 0.7 pixels a frame; scene-linear (h, w, 3)."""
    random = np.random.default_rng(3)
    y, x = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float64)
    x, y = x + STEP[0] * index, y + STEP[1] * index
    level = np.full((*SIZE, 3), 0.45)
    for _ in range(60):
        pitch = 1 / np.exp(random.uniform(np.log(3.2), np.log(40)))
        turn, phase = random.uniform(0, np.pi), random.uniform(0, 6.28)
        wave = np.cos(2 * np.pi * pitch * (x * np.cos(turn) + y * np.sin(turn)) + phase)
        level += wave[:, :, None] * random.uniform(0.005, 0.03, 3) * contrast
    return (decode(level.astype(np.float32)) * gain).astype(np.float32)


def shot(
    scale: int, grain: float = 0.0, gains: float = 1.0, contrast: float = 1.0
) -> tuple[ArrayPlates, list[np.ndarray]]:
    """Give plates with a grey hole, and the truth without grain."""
    truth = [plane(index, gains**index, contrast) for index in range(COUNT)]
    matte = np.zeros(SIZE, np.float32)
    matte[HOLE] = 1
    plates = []
    for index, picture in enumerate(truth):
        noise = np.random.default_rng(index).standard_normal(picture.shape).astype(np.float32) * grain
        plates.append(
            decode(np.where(matte[:, :, None] > 0, 0.5, encode(picture) + noise).astype(np.float32))
        )
    return ArrayPlates(plates, [matte] * COUNT, scale=scale), truth


def records(plates: ArrayPlates, truth: list[np.ndarray], index: int, blur: float = 0.8) -> MemoryScratch:
    """Make the fill record a good analysis would: a soft base, and one true source a pixel."""
    scale, (height, width) = plates.scale, plates.size
    hole = plates.hole(index)
    base = cv2.GaussianBlur(encode(reduce(truth[index], scale)), (0, 0), blur)
    base = np.where(hole[:, :, None] > 0, base, plates.picture(index))
    own = np.stack(np.meshgrid(np.arange(width), np.arange(height)), 2).astype(np.float32)
    source, place = np.full((height, width), -1, np.int16), own.copy()
    for distance in range(1, COUNT):
        for other in (index - distance, index + distance):
            if not 0 <= other < COUNT:
                continue
            there = own - (STEP * (other - index) / scale).astype(np.float32)
            x, y = np.round(there[:, :, 0]).astype(int), np.round(there[:, :, 1]).astype(int)
            seen = (x > 1) & (y > 1) & (x < width - 2) & (y < height - 2) & (source < 0)
            near = cv2.dilate(plates.banned(other), np.ones((5, 5)))
            seen[seen] = near[y[seen], x[seen]] == 0
            source[seen], place[seen] = other, there[seen]
    scratch = MemoryScratch()
    scratch.save(
        "fill",
        index,
        box=np.array([0, 0, width, height], np.int32),
        base=base.astype(np.float32),
        source=source,
        map=place,
        kind=np.where(hole > 0, 1, 0).astype(np.uint8),
        error=np.full((height, width), 1e-4, np.float32),
    )
    return scratch


def fine(picture: np.ndarray) -> float:
    """Measure what lies above a quarter of Nyquist inside the hole, away from its edge (rms)."""
    inside = picture[70:122, 102:154].mean(axis=2)
    power = np.abs(np.fft.fft2((inside - inside.mean()) * np.outer(np.hanning(52), np.hanning(52)))) ** 2
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(52), np.fft.fftfreq(52)))
    return float(np.sqrt(power[frequency > 0.125].sum()))


def in_place(rendered_fill: np.ndarray, box: Box, plate: np.ndarray) -> np.ndarray:
    """Lay a fill back into a picture of the whole plate."""
    whole = plate.copy()
    inside = box.intersect(Box.of_size(*SIZE))
    whole[inside.y0 : inside.y1, inside.x0 : inside.x1] = rendered_fill
    return whole


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_detail_of_one_source_brings_back_what_the_base_has_lost(scale: int) -> None:
    plates, truth = shot(scale)
    scratch = records(plates, truth, 12)
    sharp, soft = (render_frame(plates, scratch, 12, Look(detail=detail)) for detail in (1, 0))
    wanted = fine(encode(truth[12]))
    assert fine(in_place(encode(soft.fill), soft.box, encode(truth[12]))) / wanted < 0.75
    assert 0.9 < fine(in_place(encode(sharp.fill), sharp.box, encode(truth[12]))) / wanted < 1.1
    error = [
        np.abs(encode(shown.fill) - encode(truth[12])[shown.box.slices_in(plates.canvas)])[
            shown.matte > 0
        ].mean()
        for shown in (sharp, soft)
    ]
    assert error[0] < 0.5 * error[1]


def test_exposure_drift_of_the_source_does_not_show() -> None:
    plates, truth = shot(2, gains=1.03)
    shown = render_frame(plates, records(plates, truth, 12), 12, Look())
    wanted = encode(truth[12])[shown.box.slices_in(plates.canvas)]
    difference = (encode(shown.fill) - wanted)[shown.matte > 0]
    assert abs(difference.mean()) < 0.003
    assert np.sqrt((difference**2).mean()) < 0.014


def test_fresh_grain_matches_the_plate_and_the_source_grain_does_not_stick() -> None:
    strength = 0.02
    plates, truth = shot(1, grain=strength, contrast=0.1)
    model = Grain(
        NO_GRAIN.levels,
        np.full((2, 3), strength, np.float32),
        NO_GRAIN.spectrum,
        NO_GRAIN.likeness,
    )
    left = []
    for index in (12, 13):
        scratch = records(plates, truth, index, blur=0.01)
        scratch.save("grain", 0, **grain_record(model))
        shown = render_frame(plates, scratch, index, Look())
        whole = in_place(encode(shown.fill), shown.box, encode(truth[index])) - encode(truth[index])
        moved = np.array([[1, 0, STEP[0] * (index - 12)], [0, 1, STEP[1] * (index - 12)]])
        left.append(cv2.warpAffine(whole, moved, SIZE[::-1], flags=cv2.INTER_NEAREST)[80:112, 112:144])
    assert 0.85 < left[0].var() / strength**2 < 1.15
    assert abs(np.corrcoef(left[0].ravel(), left[1].ravel())[0, 1]) < 0.1


def test_highlights_and_negatives_survive() -> None:
    plates, truth = shot(1)
    bright = [np.where(picture > 0.22, picture * 100, picture - 0.1).astype(np.float32) for picture in truth]
    matte = plates.mattes[0]
    plates = ArrayPlates(
        [np.where(matte[:, :, None] > 0, 0.2, p).astype(np.float32) for p in bright], [matte] * COUNT
    )
    shown = render_frame(plates, records(plates, bright, 12, blur=0.5), 12, Look())
    inside = shown.fill[shown.matte > 0]
    assert np.isfinite(inside).all()
    assert inside.max() > 15 and inside.min() < -0.02
    assert inside.max() < 1.3 * bright[12].max()


def test_a_nan_in_the_source_never_reaches_the_fill() -> None:
    plates, truth = shot(2)
    scratch = records(plates, truth, 12)
    for picture in plates.plates:
        picture[40:60, 90:100] = np.nan
        picture[140:150, 100:104] = np.inf
    shown = render_frame(plates, scratch, 12, Look())
    assert np.isfinite(shown.fill[shown.matte > 0]).all()


def test_origin_names_the_source_frame_and_nothing_outside_the_matte() -> None:
    plates, truth = shot(2)
    shown = render_frame(plates, records(plates, truth, 12), 12, Look())
    assert set(np.unique(shown.kind[shown.matte > 0])) == {1}
    named = np.unique(shown.source_frame[shown.matte > 0])
    assert len(named) > 1 and set(named) <= set(plates.numbers) and plates.numbers[12] not in named
    assert not shown.kind[shown.matte == 0].any()
    assert (shown.source_frame[shown.matte == 0] == -1).all()


def test_unseen_pixels_may_be_left_as_the_plate_shows_them() -> None:
    plates, truth = shot(1)
    scratch = records(plates, truth, 12)
    record = scratch.load("fill", 12)
    record["kind"][90:100, 120:130] = 3
    scratch.save("fill", 12, **record)
    left = render_frame(plates, scratch, 12, Look(unseen="leave"))
    filled = render_frame(plates, scratch, 12, Look(unseen="smooth"))
    assert (filled.matte > 0).sum() - (left.matte > 0).sum() == 100


def test_the_same_request_gives_the_same_pixels() -> None:
    plates, truth = shot(2, grain=0.01)
    first, second = (render_frame(plates, records(plates, truth, 12), 12, Look()) for _ in range(2))
    assert np.array_equal(first.fill, second.fill)


def test_sharp_sampling_is_exact_on_pixels_and_never_rings() -> None:
    step = np.zeros((9, 9, 3), np.float32)
    step[:, 5:] = 40
    y, x = np.mgrid[1:7:0.25, 1:7:0.25].astype(np.float32)
    values, known = sample_sharp(step, np.ones((9, 9), np.uint8), x, y)
    assert known.all() and values.min() >= 0 and values.max() <= 40
    exact, _ = sample_sharp(step, np.ones((9, 9), np.uint8), np.float32([[4, 5]]), np.float32([[4, 4]]))
    assert np.allclose(exact[0, :, 0], [0, 40], atol=1e-5)


def test_closed_pixels_are_never_sampled() -> None:
    picture = np.zeros((12, 12, 3), np.float32)
    picture[:, 6:] = 1000
    usable = np.ones((12, 12), np.uint8)
    usable[:, 6:] = 0
    y, x = np.mgrid[2:9:0.3, 2:9:0.3].astype(np.float32)
    values, known = sample_sharp(picture, usable, x, y)
    assert not values.any()
    assert known[:, x[0] < 4].all() and not known[:, x[0] > 5.6].any()


def test_confidence_falls_with_the_expected_error_and_can_be_read_back() -> None:
    error = np.linspace(0, 0.1, 50, dtype=np.float32) ** 2
    sure = confidence_from_error(error, np.ones(50, np.uint8))
    assert np.all(np.diff(sure) < 0) and sure[0] == 1
    assert np.allclose(expected_error(sure), np.sqrt(error), atol=1e-5)
    assert confidence_from_error(error[:1], np.array([3], np.uint8))[0] == pytest.approx(0.6 * sure[0])
