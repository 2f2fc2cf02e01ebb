"""The first pass over time: noise of single frames goes, what belongs to the skin stays and goes along."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from photodouble.ops.deage import steady_pass
from photodouble.ops.deage.bands import Dials
from photodouble.ops.deage.face import FaceTrack
from photodouble.ops.inpaint.scratch import MemoryScratch

SIZE, FRAMES = 64, (1, 2, 3, 4, 5)
STEP = 3
"""Pixels by which the skin moves to the right from frame to frame, inside face space."""


def track(valid: tuple[bool, ...] = (True,) * 5) -> FaceTrack:
    still = np.repeat(np.array([[[1.0, 0, 0], [0, 1, 0]]]), len(FRAMES), axis=0)
    return FaceTrack(FRAMES, still, SIZE, np.zeros((5, 0, 2)), (), np.array(valid), "points", density=1.0)


def moving(belief: float = 1.0) -> MemoryScratch:
    scratch = MemoryScratch()
    for row, frame in enumerate(FRAMES):
        steps = {
            f"step_{other}": np.dstack(
                [np.full((32, 32), way * STEP / 2), np.zeros((32, 32)), np.full((32, 32), belief)]
            ).astype(np.float16)
            for way, other in ((-1, frame - 1), (1, frame + 1))
            if other in FRAMES
        }
        scratch.save(steady_pass.STEPS, row, **steps)
    return scratch


def wanted(frame: int, noise: float = 0.0) -> np.ndarray:
    """Return a soft line that goes along with the skin, and noise of the frame's own."""
    x = np.arange(SIZE)[None, :, None] - (20 + STEP * frame)
    line = 0.5 * np.exp(-(x**2) / 18.0) * np.ones((SIZE, SIZE, 3))
    grain = noise * np.random.default_rng(frame).normal(size=(SIZE, SIZE, 3))
    free = np.ones((SIZE, SIZE, 1))
    free[:, :4] = 0
    return np.concatenate([(line + grain) * free, free], axis=2).astype(np.float32)


@pytest.fixture
def steadied(monkeypatch: pytest.MonkeyPatch) -> Any:
    def made(noise: float, reach: int, scratch: MemoryScratch, face: FaceTrack) -> np.ndarray:
        monkeypatch.setattr(steady_pass, "_stops", lambda _shot, _track, frame, *_: wanted(frame, noise))
        monkeypatch.setattr(steady_pass, "dials", lambda _shot, _frame: Dials())
        shot: Any = SimpleNamespace(frames=FRAMES, values={"smoothing": reach})
        return steady_pass.steadied(shot, scratch, face, 3, 0.0)

    return made


def error(found: np.ndarray) -> float:
    return float(np.abs(found - wanted(3)[..., :3])[:, 12:-12].mean())


def test_noise_of_single_frames_goes_and_the_line_stays(steadied: Any) -> None:
    alone = error(steadied(0.1, 0, moving(), track()))
    assert error(steadied(0.1, 2, moving(), track())) < 0.6 * alone
    assert error(steadied(0.0, 2, moving(), track())) < 0.004


def test_a_motion_that_is_not_followed_would_smear_the_line(steadied: Any) -> None:
    still = MemoryScratch()
    for row in range(len(FRAMES)):
        record = moving().load(steady_pass.STEPS, row)
        still.save(
            steady_pass.STEPS, row, **{name: one * np.float16([0, 0, 1]) for name, one in record.items()}
        )
    assert error(steadied(0.0, 2, still, track())) > 0.02


def test_where_the_motion_is_not_believed_a_frame_keeps_its_own(steadied: Any) -> None:
    found = steadied(0.1, 2, moving(belief=0.0), track())
    assert np.allclose(found, wanted(3, 0.1)[..., :3], atol=1e-6)


def test_a_frame_without_a_face_gives_nothing(steadied: Any) -> None:
    alone = track((True, False, True, False, True))
    assert np.allclose(steadied(0.1, 2, moving(), alone), wanted(3, 0.1)[..., :3], atol=1e-6)


def test_what_may_not_change_stays_whatever_others_want(steadied: Any) -> None:
    assert (steadied(0.1, 2, moving(), track())[:, :4] == 0).all()
