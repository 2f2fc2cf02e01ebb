"""Measure the grain of a shot, once for the whole of it: the one record that every frame reads."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.encoding import encode
from photodouble.image.grain import Grain, GrainSample, make_grain, measure_grain
from photodouble.image.proxy import working_scale
from photodouble.image.window import Box
from photodouble.ops.degrain.motion import brought, moved
from photodouble.ops.inpaint.shot_grain import grain_record
from photodouble.ops.operation import Reporter, Scratch
from photodouble.ops.shot import Shot

STAGE = "grain"
PATCH = 7
"""The side of the patches in which a neighbour is compared with a frame, in pixels."""
_FRAMES = 5
_NEAR = 2
"""A neighbour that is farther away shows too little of the same."""
_LARGEST = 1400
"""The longest side of the part of a frame that is measured, in pixels."""


def study(shot: Shot, scratch: Scratch, report: Reporter) -> None:
    """Measure grain on up to five frames spread over the shot; say so where there is none."""
    if scratch.has(STAGE, 0):
        return
    chosen = _chosen(shot)
    samples = []
    for done, frame in enumerate(chosen):
        report.progress(done, len(chosen), "measuring grain")
        samples.append(_sample(shot, frame))
    grain = measure_grain(samples)
    if grain.is_none:
        report.warn("No grain is found in this plate: it passes through unchanged.")
    scratch.save(STAGE, 0, calm=_calm(grain), **grain_record(grain))


def _chosen(shot: Shot) -> list[int]:
    """Return one frame of each fifth of the shot that has anything to work on."""
    filled = [frame for frame in shot.frames if not shot.matte_box(frame).is_empty]
    parts = [part for part in np.array_split(np.asarray(filled, np.int64), _FRAMES) if len(part)]
    return [int(part[len(part) // 2]) for part in parts]


def _sample(shot: Shot, frame: int) -> GrainSample:
    here = shot.plate(frame)
    box = _window(here.data_window)
    encoded, allowed = encode(here.linear(box)), here.valid(box)
    others = [one for one in shot.source_frames if 0 < abs(one - frame) <= _NEAR]
    if not others:
        return GrainSample(encoded, allowed)
    there = shot.plate(min(others, key=lambda one: abs(one - frame)))
    area = shot.canvas
    scale = working_scale(area.size, int(shot.values["analysis_size"]))
    near, known = brought(there, moved(here, there, area, scale), box)
    neighbour = encode(near)
    neighbour[~known] = np.nan
    return GrainSample(encoded, allowed, neighbour)


def _window(whole: Box) -> Box:
    """Return the middle of a picture, no larger than needs to be measured."""
    high, wide = min(whole.height, _LARGEST), min(whole.width, _LARGEST)
    top, left = whole.y0 + (whole.height - high) // 2, whole.x0 + (whole.width - wide) // 2
    return Box(left, top, left + wide, top + high)


def _calm(grain: Grain) -> NDArray[np.float32]:
    """Return which part of the grain's variance is left in the mean of a patch, per channel (3,)."""
    if grain.is_none:
        return np.ones(3, np.float32)
    level = np.full((96, 96, 3), np.float32(grain.levels.mean()))
    made = make_grain(grain, level, seed=1, frame=1)
    spread = np.maximum(made.var(axis=(0, 1)), 1e-12)
    return np.asarray(cv2.blur(made, (PATCH, PATCH)).var(axis=(0, 1)) / spread, np.float32)
