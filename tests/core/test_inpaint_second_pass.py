"""The motion inside the matte is measured on the first fill, and followed only where it says something."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.ops.inpaint import pipeline, second_pass
from photodouble.ops.inpaint.candidates import Candidate
from photodouble.ops.inpaint.footage import ArrayFootage
from photodouble.ops.inpaint.motion import Motion, field
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.inpaint.views import View

SIZE = (72, 96)


def shot(frames: int = 6) -> ArrayFootage:
    """A smooth random picture that moves two pixels a frame, with a hole in its middle."""
    noise = np.random.default_rng(3).random((SIZE[0], SIZE[1] + 40, 3)).astype(np.float32)
    wide = cv2.GaussianBlur(noise, (0, 0), 2.0)
    wide = (wide - wide.min()) / (wide.max() - wide.min())
    pictures = [np.ascontiguousarray(wide[:, 2 * i : 2 * i + SIZE[1]]) for i in range(frames)]
    hole = np.zeros(SIZE, np.uint8)
    hole[28:44, 40:50] = 1
    return ArrayFootage(pictures, [hole] * frames)


def still_shot_of_motion(footage: ArrayFootage) -> MemoryScratch:
    """First-pass records that say, wrongly, that nothing moves; drafts that are right."""
    scratch = MemoryScratch()
    nothing = np.zeros((*SIZE, 2), np.int16)
    box = np.array([0, 0, SIZE[1], SIZE[0]], np.int32)
    for i in range(footage.count):
        scratch.save("motion", i, homography=np.eye(3), box=box, forward=nothing, backward=nothing)
        scratch.save(second_pass.DRAFT, i, box=box, base=footage.picture(i))
    return scratch


def test_the_motion_inside_the_matte_comes_from_the_first_fill() -> None:
    footage = shot()
    scratch = still_shot_of_motion(footage)
    record = second_pass.measure_again(View(footage), scratch, 2, Settings())
    scratch.save(second_pass.MOTION, 2, **record)
    step = Motion(scratch, second_pass.MOTION).step(2, 1)
    inside = footage.hole(2) > 0
    found = field(step, step.box)[inside].mean(0)
    assert np.abs(found - [-2, 0]).max() < 0.3
    assert np.abs(record["forward"][:8]).max() == 0


def test_a_fill_that_contradicts_the_first_makes_both_less_sure() -> None:
    made = {"flow": _candidate(0.2), second_pass.AGAIN: _candidate(0.5)}
    errors = {"flow": np.full(SIZE, 0.02, np.float32)}
    second_pass.doubt(errors, np.full(SIZE, 0.01, np.float32), made)
    assert np.allclose(errors["flow"], 0.02 + 0.09, atol=1e-4)
    assert np.allclose(errors[second_pass.AGAIN], 0.01 + 0.045, atol=1e-4)


def test_where_the_second_motion_finds_no_source_both_weigh_what_the_first_did() -> None:
    settings = Settings()
    made = {"flow": _candidate(0.2), second_pass.AGAIN: _candidate(0.5, seen=False)}
    errors = {"flow": np.full(SIZE, 0.02, np.float32)}
    second_pass.doubt(errors, np.full(SIZE, 0.001, np.float32), made)
    assert np.allclose(errors["flow"], 0.02)
    shares = [settings.flow_part, (0.02 / errors[second_pass.AGAIN]) ** settings.belief]
    assert np.allclose(sum(shares), 1, atol=0.02)


def test_a_shot_that_only_turns_has_no_second_pass() -> None:
    scratch = MemoryScratch()
    pipeline.analyse(shot(3), scratch, Settings(motion="plane"), pipeline.Silent())
    assert scratch.has("fill", 1)
    assert not scratch.has(second_pass.MOTION, 1)


def test_the_second_pass_is_for_mattes_that_stand_still() -> None:
    still = shot(12)
    moving = ArrayFootage(
        [still.picture(i) for i in range(12)], [np.roll(still.hole(i), 3 * i, axis=1) for i in range(12)]
    )
    assert second_pass.is_wanted(still, Settings())
    assert not second_pass.is_wanted(moving, Settings())
    assert second_pass.is_wanted(moving, Settings(second_pass="always"))
    assert not second_pass.is_wanted(still, Settings(second_pass="never"))
    assert not second_pass.is_wanted(shot(5), Settings())


def test_a_shot_of_a_still_matte_is_followed_twice_and_no_worse_for_it() -> None:
    """The control: the same shot, the second pass forbidden, has the first motion alone."""
    footage = shot(10)
    errors = {}
    for wanted in ("automatic", "never"):
        scratch = MemoryScratch()
        pipeline.analyse(footage, scratch, Settings(second_pass=wanted), pipeline.Silent())
        assert scratch.has(second_pass.MOTION, 4) == (wanted == "automatic")
        record = scratch.load("fill", 4)
        x0, y0, x1, y1 = record["box"]
        inside = footage.hole(4)[y0:y1, x0:x1] > 0
        errors[wanted] = float(((record["base"] - footage.picture(4)[y0:y1, x0:x1]) ** 2)[inside].mean())
    assert errors["automatic"] <= 1.1 * errors["never"]
    assert errors["automatic"] < 0.01


def _candidate(grey: float, seen: bool = True) -> Candidate:
    fill: NDArray[np.float32] = np.full((*SIZE, 3), grey, np.float32)
    source, place = np.zeros(SIZE, np.int16), np.zeros((*SIZE, 2), np.float32)
    return Candidate(fill, np.full(SIZE, seen), source, place)
