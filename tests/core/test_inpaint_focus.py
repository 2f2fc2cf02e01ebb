"""A fill is as blurred as its frame: through a whip pan, and through a pull of focus."""

from __future__ import annotations

import functools

import cv2
import numpy as np
import pytest

from photodouble.image.encoding import decode, encode
from photodouble.ops.inpaint import pipeline
from photodouble.ops.inpaint.focus import Blur, blurred, missing_blur
from photodouble.ops.inpaint.native import ArrayPlates
from photodouble.ops.inpaint.render import Look, render_frame
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.inpaint.settings import Settings

HEIGHT, WIDTH, FRAMES = 96, 144, 9


@functools.cache
def wall() -> np.ndarray:
    """A wall of hard-edged stones with fine texture, scene-linear."""
    rng = np.random.default_rng(5)
    stones = cv2.resize(
        rng.random((24, 70, 3)).astype(np.float32), (560, 144), interpolation=cv2.INTER_NEAREST
    )
    fine = cv2.GaussianBlur(rng.standard_normal((144, 560, 3)).astype(np.float32), (0, 0), 0.8)
    return (0.08 + 0.5 * stones * (1 + 0.25 * fine)).clip(0.02, 1).astype(np.float32)


def pan(index: int) -> tuple[float, Blur]:
    """A camera that whips to the side: its place, and what the open shutter smears in the middle."""
    places = (0, 2, 4, 6, 18, 30, 32, 34, 36)
    return float(places[index]), Blur(along=10.0 if index == 4 else 0.0)


def pull(index: int) -> tuple[float, Blur]:
    """A slow pan with a pull of focus in the middle."""
    return 3.0 * index, Blur(radius=max(0.0, 2.4 - 0.8 * abs(index - 4)))


@functools.cache
def shot(camera) -> tuple[list[np.ndarray], list[np.ndarray]]:
    truth, mattes = [], []
    for index in range(FRAMES):
        place, blur = camera(index)
        smeared = blurred(wall(), blur)
        shift = np.float32([[1, 0, -place - 40], [0, 1, -24]])
        truth.append(cv2.warpAffine(smeared, shift, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC))
        matte = np.zeros((HEIGHT, WIDTH), np.float32)
        left = 30 + 7 * index
        matte[34:64, left : left + 26] = 1
        mattes.append(matte)
    return truth, mattes


@functools.cache
def fills(camera, match: bool) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Fill the shot; returns what is inside the matte, and the truth there, working encoded."""
    truth, mattes = shot(camera)
    seen = [np.where(m[..., None] > 0, np.float32(0.4), t) for t, m in zip(truth, mattes)]
    plates, scratch = ArrayPlates(seen, mattes), MemoryScratch()
    pipeline.analyse(plates, scratch, Settings(match_blur=match), pipeline.Silent())
    made = []
    for index in range(FRAMES):
        rendered = render_frame(plates, scratch, index, Look(grain=0.0))
        whole = seen[index].copy()
        rows, columns = slice(rendered.box.y0, rendered.box.y1), slice(rendered.box.x0, rendered.box.x1)
        inside = mattes[index][rows, columns, None] > 0
        whole[rows, columns] = np.where(inside, rendered.fill, whole[rows, columns])
        made.append(encode(whole))
    return made, [encode(t) for t in truth]


def detail_ratio(camera, index: int, *, match: bool) -> float:
    """Fine detail of the fill over that of the truth, well inside the matte."""
    made, truth = fills(camera, match)
    matte = cv2.erode(shot(camera)[1][index], np.ones((7, 7), np.uint8)) > 0
    found = [p[index] - cv2.GaussianBlur(p[index], (0, 0), 2.0) for p in (made, truth)]
    return float(np.sqrt((found[0][matte] ** 2).mean() / (found[1][matte] ** 2).mean()))


@pytest.mark.parametrize(("camera", "frames"), [(pan, (4,)), (pull, (3, 4, 5))])
def test_detail_is_that_of_the_frame_through_a_whip_pan_and_a_pull_of_focus(camera, frames) -> None:
    matched = [detail_ratio(camera, index, match=True) for index in frames]
    plain = [detail_ratio(camera, index, match=False) for index in frames]
    assert max(plain) > 1.2
    assert 0.85 < np.mean(matched) < 1.15


@pytest.mark.parametrize("blur", [Blur(along=9.0), Blur(radius=1.8), Blur(along=12.0, angle=0.6)])
def test_the_blur_that_is_missing_is_the_one_that_was_laid_on(blur: Blur) -> None:
    sharp = encode(wall()[:, :144]).mean(axis=2)
    motion = (20 * np.cos(blur.angle), 20 * np.sin(blur.angle)) if blur.along else (0.0, 0.0)
    known = np.zeros(sharp.shape, np.uint8)
    known[8:-8, 8:-8] = 1
    found = missing_blur(sharp, blurred(sharp, blur), known, motion)
    assert found.along == pytest.approx(blur.along, rel=0.2, abs=0.5)
    assert found.radius == pytest.approx(blur.radius, rel=0.2, abs=0.35)


def test_nothing_is_blurred_where_both_are_as_sharp_or_too_little_is_known() -> None:
    sharp = encode(wall()[:, :144]).mean(axis=2)
    known = np.ones(sharp.shape, np.uint8)
    softer = blurred(sharp, Blur(radius=1.5))
    assert missing_blur(sharp, sharp, known, (20.0, 0.0)).is_none
    assert missing_blur(softer, sharp, known, (20.0, 0.0)).is_none
    assert missing_blur(np.full_like(sharp, 0.3), sharp, known, (0.0, 0.0)).is_none
    known[10:, 10:] = 0
    known[:, 4:] = 0
    assert missing_blur(sharp, softer, known, (0.0, 0.0)).is_none


def test_a_blur_keeps_the_level_and_heeds_what_is_known() -> None:
    picture = np.full((20, 30, 3), 0.3, np.float32)
    picture[:, 15:] = 50.0
    known = np.ones((20, 30), np.float32)
    known[:, 15:] = 0
    for blur in (Blur(along=7.0, angle=0.4), Blur(radius=2.0)):
        assert blurred(picture, blur, known=known)[:, :15] == pytest.approx(0.3, abs=1e-4)
        assert decode(blurred(np.full((9, 9), 0.5, np.float32), blur)) == pytest.approx(
            decode(np.float32([0.5]))[0]
        )
