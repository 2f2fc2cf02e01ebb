"""Study a shot before anybody gets younger: follow the face, carry the paint, measure calm skin."""

from __future__ import annotations

import numpy as np

from photodouble.ops.deage.behind import fill_behind
from photodouble.ops.deage.covered import find_covered, recall_covered
from photodouble.ops.deage.face import FaceTrack
from photodouble.ops.deage.first import calm_of
from photodouble.ops.deage.followed import follow, is_found_by_networks
from photodouble.ops.deage.given import is_dialled, key_frames
from photodouble.ops.deage.landmarks import told
from photodouble.ops.deage.learn.study import is_learning, learn_paint
from photodouble.ops.deage.model_keys import paint_by_model, recall
from photodouble.ops.deage.networks import network_hashes
from photodouble.ops.deage.paint import MEASURED, measure, paint_of
from photodouble.ops.deage.records import CALM, TRACK, load_track, save_networks, save_track
from photodouble.ops.deage.reshaped import check_shape
from photodouble.ops.deage.steady_pass import measure_steps
from photodouble.ops.deage.worn import look_of
from photodouble.ops.operation import Reporter, Scratch
from photodouble.ops.shot import Shot
from photodouble.ops.training import require_torch

_LOOKED_AT = 5
"""On so many frames, spread over the shot, calm skin is measured."""


def study(shot: Shot, scratch: Scratch, report: Reporter) -> None:
    """Write every record that a frame reads; what is there already is kept."""
    if is_learning(shot):
        require_torch()
    if not scratch.has(TRACK, 0):
        save_track(scratch, follow(shot, report))
        if is_found_by_networks(shot):
            save_networks(scratch, network_hashes())
    track = load_track(scratch)
    check_shape(shot, track)
    trouble = told(track)
    if trouble:
        report.warn(f"The plate passes through unchanged where the face cannot be followed: {trouble}.")
    find_covered(shot, scratch, track, report)
    recall_covered(shot, scratch, track)
    paint_by_model(shot, scratch, track, report)
    recall(shot, scratch, track)
    fill_behind(shot, scratch, track, report)
    if key_frames(shot):
        measure(shot, scratch, track, report)
        if is_learning(shot):
            learn_paint(shot, scratch, track, paint_of(shot), MEASURED, report)
    if is_dialled(shot):
        measure_steps(shot, scratch, track, report)
    if is_dialled(shot) and not scratch.has(CALM, 0):
        look = look_of(shot)
        level = look.calm if look is not None else _calm(shot, track, report)
        scratch.save(CALM, 0, level=np.array(level))


def calm_level(scratch: Scratch) -> float:
    """Return the relief of the face's calm skin, in stops."""
    return float(scratch.load(CALM, 0)["level"])


def _calm(shot: Shot, track: FaceTrack, report: Reporter) -> float:
    """Return the middle of the relief on frames spread over the shot, so that the floor never flickers."""
    good = [frame for frame in shot.frames if track.valid[track.at(frame)]]
    spread = np.linspace(0, len(good) - 1, min(_LOOKED_AT, len(good))).astype(int)
    chosen = sorted({good[at] for at in spread})
    levels = []
    for done, frame in enumerate(chosen):
        report.progress(done, len(chosen), "measuring calm skin")
        levels.append(calm_of(shot, track, frame))
    return float(np.median(levels)) if levels else 0.0
