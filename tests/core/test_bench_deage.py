"""The de-aging bench is itself checked: its truth holds, and planted faults are found."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("skimage")
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

import _deage_clip as clips
import _deage_grain as grains
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
    still, off = (scores.slip(clip, one, (0, 3), patch=16) for one in (true, moved))
    assert all(value < 0.05 for value in still.values())
    assert off["stick_p95_px"] == pytest.approx(1, abs=0.35)
    assert off["phase_p95_px"] == pytest.approx(1, abs=0.35)


def test_a_delta_that_is_too_deep_has_not_slipped(clip: clips.Clip) -> None:
    deep = [1.6 * clip.delta[t] for t in clip.frames]
    assert scores.slip(clip, deep, (0, 3), patch=16)["stick_p95_px"] < 0.01


def test_pores_and_grain_of_the_truth_pass(clip: clips.Clip) -> None:
    found = grains.grain(clip, {t: grains.truth(clip, t) for t in (3, 4)}, (3, 4))
    assert grains.passes(found)
    assert found["fine_ratio"] == found["fine_kept"] == found["fine_flutter"] == 1
    assert found["fine_refilmed"] == found["fine_refilmed_truth"] == pytest.approx(1, abs=0.06)


def test_a_trace_of_blur_fails_the_pores(clip: clips.Clip) -> None:
    soft = {t: grains.softened(grains.truth(clip, t)) for t in (3, 4)}
    found = grains.grain(clip, soft, (3, 4))
    assert found["fine_ratio"] < 0.97 and not grains.passes(found)


def test_new_grain_over_blur_is_not_the_plates_grain(clip: clips.Clip) -> None:
    laid = {t: grains.regrained(clip, t) for t in (3, 4)}
    found = grains.grain(clip, laid, (3, 4))
    assert found["fine_kept"] < 0.8 and not grains.passes(found)


def test_a_blink_closes_the_lids_and_the_bar_clip_has_none() -> None:
    assert all(clips.acting(clips.BAR, t).blink == 0 for t in range(48))
    winks = replace(clips.BAR, blink=1.0)
    assert max(clips.acting(winks, t).blink for t in range(48)) > 0.85


@pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("ai_edge_litert", "mediapipe")),
    reason="the networks are not installed",
)
def test_a_mouth_that_moves_a_tenth_less_is_found_out_and_other_grain_is_not() -> None:
    from _deage_acting import performance

    from photodouble.ops.deage.landmarks import track_faces

    small = clips.Clip(replace(clips.BAR, face_px=190.0, frames=12, blink=1.0))
    track = track_faces(lambda t: small.plate[t], list(small.frames))[0]
    found = performance(small, track, [small.plate[t] for t in small.frames])
    assert found["performance_kept"] and found["damped_is_found"]
    agreement, share = found["moves_floor"]["mouth opening"]  # type: ignore[index]
    assert agreement > 0.99 and abs(share - 1) < 0.05
    assert found["moves_damped"]["mouth opening"][1] < 0.95  # type: ignore[index]
