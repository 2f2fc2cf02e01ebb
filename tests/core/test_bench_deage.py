"""The de-aging bench is itself checked: its truth holds, and planted faults are found."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("skimage")
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

import _deage_clip as clips
import _deage_peers as peers
import _deage_score as scores

SMALL = replace(clips.BAR, face_px=72.5, frames=12)


@pytest.fixture(scope="module")
def clip() -> clips.Clip:
    return clips.Clip(SMALL)


def test_nothing_scores_nothing(clip: clips.Clip) -> None:
    found = scores.score(clip, peers.nothing(clip), (6,))
    assert found.snr == pytest.approx(0, abs=1e-6)
    assert found.flicker == 0


def test_the_truth_scores_best_and_flickers_no_more_than_itself(clip: clips.Clip) -> None:
    true = [clip.delta[t] for t in clip.frames]
    assert scores.score(clip, true, (6,)).snr == 200
    assert scores.score(clip, true, (6,)).excess == 0


def test_the_true_motion_carries_the_landmarks(clip: clips.Clip) -> None:
    here, there = clip.places(2), clip.places(9)
    way = clip.motion(2, 9)
    for place, truth in zip(here, there):
        x, y = np.round(place).astype(int)
        assert np.linalg.norm(way[y, x] - (truth + np.array([x, y]) - place)) < 0.3


def test_another_recipe_has_another_fingerprint(clip: clips.Clip) -> None:
    assert clips.Clip(replace(SMALL, frames=2)).fingerprint != clip.fingerprint
    assert clips.Clip(SMALL).fingerprint == clip.fingerprint


def test_the_matte_is_exactly_nothing_at_the_rim(clip: clips.Clip) -> None:
    assert all((clip.matte(t)[0] == 0).all() and (clip.matte(t)[:, 0] == 0).all() for t in clip.frames)


def test_one_changed_bit_outside_is_counted(clip: clips.Clip) -> None:
    results = [clip.plate[t].copy() for t in clip.frames]
    assert scores.outside_changed(clip, results) == 0
    results[3][0, 0, 1] = np.nextafter(results[3][0, 0, 1], np.float32(9))
    assert scores.outside_changed(clip, results) == 1


def test_a_key_that_is_not_shown_as_painted_is_found_out(clip: clips.Clip) -> None:
    deltas = [clip.delta[t] * scores.shown(clip, t)[..., None] for t in clip.frames]
    assert scores.key_fidelity(clip, deltas, (6,)) == 200
    deltas[6] = deltas[6] * np.float32(0.9)
    assert 15 < scores.key_fidelity(clip, deltas, (6,)) < 25


def test_a_delta_that_slips_is_found_out(clip: clips.Clip) -> None:
    true = [clip.delta[t] for t in clip.frames]
    moved = [np.roll(delta, 1, axis=1) for delta in true]
    assert scores.slip(clip, true, (0, 3), patch=16) < 0.05
    assert scores.slip(clip, moved, (0, 3), patch=16) == pytest.approx(1, abs=0.35)


def test_softened_pores_are_found_out(clip: clips.Clip) -> None:
    import cv2

    soft = [cv2.GaussianBlur(clip.plate[t], (0, 0), 0.8) for t in clip.frames]
    same = [clip.plate[t] for t in clip.frames]
    assert scores.fine_ratio(clip, same, (1, 2)) == pytest.approx(1)
    assert scores.fine_ratio(clip, soft, (1, 2)) < 0.9
