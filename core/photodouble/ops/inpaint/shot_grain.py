"""Measure the shot's grain around its mattes, once for the whole shot."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.encoding import encode
from photodouble.image.grain import NO_GRAIN, Grain, GrainSample, measure_grain
from photodouble.image.proxy import enlarge
from photodouble.image.window import Box
from photodouble.ops.inpaint.flow import dense_motion
from photodouble.ops.inpaint.footage import Picture
from photodouble.ops.inpaint.native import Plates, plate_box
from photodouble.ops.inpaint.scratch import Record, Scratch

_FRAMES = 5
_LARGEST = 1400
"""Longest side, in plate pixels, of the window that is measured."""
_RIM = 3
"""Plate pixels beside the matte that are left out: soft edges and lens blur live there."""


def shot_grain(plates: Plates) -> Grain:
    """Measure grain on up to five frames spread over the shot, outside the mattes."""
    return measure_grain(_sample(plates, index) for index in _chosen(plates))


def _chosen(plates: Plates) -> list[int]:
    """Spread the frames over the shot: from each fifth of it the first that has a matte."""
    filled = sorted({*plates.targets, *plates.painted})
    chosen = []
    for part in np.array_split(np.asarray(filled, np.intp), _FRAMES):
        covered = (int(index) for index in part if plates.hole(int(index)).any())
        chosen += [index for index in [next(covered, None)] if index is not None]
    return chosen


def load_grain(scratch: Scratch) -> Grain:
    """Return the grain that the analysis kept; none if it kept none."""
    if not scratch.has("grain", 0):
        return NO_GRAIN
    record = scratch.load("grain", 0)
    return Grain(record["levels"], record["deviation"], record["spectrum"], record["likeness"])


def grain_record(grain: Grain) -> Record:
    """Give the arrays to keep a measured grain under."""
    return {
        "levels": grain.levels,
        "deviation": grain.deviation,
        "spectrum": grain.spectrum,
        "likeness": grain.likeness,
    }


def _sample(plates: Plates, index: int) -> GrainSample:
    box = _window(plates, index)
    encoded = encode(plates.linear(index, box))
    allowed = _open(plates, index, box)
    other = index + 1 if index + 1 < plates.count else index - 1
    if other < 0:
        return GrainSample(encoded, allowed)
    return GrainSample(encoded, allowed, _brought_over(plates, index, other, box))


def _window(plates: Plates, index: int) -> Box:
    """Choose the part of the plate to measure: the matte and as much around it."""
    rows, columns = (np.flatnonzero(plates.hole(index).any(axis=axis)) for axis in (1, 0))
    working = Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    hole = plate_box(working, plates.scale, plates.canvas)
    grown = hole.grow(max(hole.height, hole.width, 256) // 2).intersect(plates.canvas)
    while max(grown.size) > _LARGEST and grown.height * grown.width > _LARGEST**2:
        grown = Box(grown.x0 + 32, grown.y0 + 32, grown.x1 - 32, grown.y1 - 32)
    return grown


def _open(plates: Plates, index: int, box: Box) -> NDArray[np.bool_]:
    closed = (plates.matte(index, box) > 0) | (plates.usable(index, box) == 0)
    kernel = np.ones((2 * _RIM + 1, 2 * _RIM + 1), np.uint8)
    return np.asarray(cv2.dilate(closed.astype(np.uint8), kernel) == 0)


def _brought_over(plates: Plates, index: int, other: int, box: Box) -> Picture:
    """Bring frame `other` onto `box` of frame `index`, working encoded; NaN where it shows nothing."""
    scale = plates.scale
    flow = _dense_motion(plates.picture(index), plates.picture(other))
    near = Box(
        (box.x0 - plates.canvas.x0) // scale,
        (box.y0 - plates.canvas.y0) // scale,
        -(-(box.x1 - plates.canvas.x0) // scale),
        -(-(box.y1 - plates.canvas.y0) // scale),
    )
    frame = Box.of_size(*plates.size)
    near = near.grow(1).intersect(frame)
    whole = plate_box(near, scale, plates.canvas)
    large = enlarge(np.ascontiguousarray(flow[near.slices_in(frame)]), scale, whole.size)
    moved = large[box.slices_in(whole)] * np.float32(scale)
    x = moved[:, :, 0] + np.arange(box.width, dtype=np.float32)
    y = moved[:, :, 1] + np.arange(box.height, dtype=np.float32)[:, None]
    source = encode(plates.linear(other, box))
    source[~_open(plates, other, box)] = np.nan
    return np.asarray(
        cv2.remap(source, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=(np.nan,) * 3),
        np.float32,
    )


def _dense_motion(first: Picture, second: Picture) -> Picture:
    found = dense_motion(_grey(first), _grey(second), cv2.DISOPTICAL_FLOW_PRESET_FAST)
    return np.asarray(cv2.blur(found, (5, 5)), np.float32)


def _grey(picture: Picture) -> NDArray[np.uint8]:
    level = np.nan_to_num(picture).mean(axis=2) * 200
    return np.asarray(np.clip(level, 0, 255), np.uint8)
