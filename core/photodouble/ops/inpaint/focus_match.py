"""Find out how much blur a frame's fill lacks: the averaged base, and each source of its fine detail."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint.candidates import Candidate, Spot
from photodouble.ops.inpaint.focus import NO_BLUR, Blur, blur_of, blurred, missing_blur
from photodouble.ops.inpaint.footage import Mask, Picture
from photodouble.ops.inpaint.motion import Motion
from photodouble.ops.inpaint.sampling import plane_map
from photodouble.ops.inpaint.scratch import Record, Scratch
from photodouble.ops.inpaint.views import View

STAGE = "blur"
_PAYS = 0.97
"""The base is blurred only if that brings the error on known pixels below this part."""
_AROUND = 20
_LEAST_SHARE = 0.02
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def measure_base(
    tested: Spot,
    spot: Spot,
    made: tuple[Mapping[str, Candidate], Mapping[str, Candidate]],
    ring: NDArray[np.bool_],
    motion: tuple[float, float],
) -> Blur:
    """Say what blur the averaged fill lacks, by the known ring: `made` are the fills of ring and hole."""
    if "mean" not in made[0]:
        return Blur()
    found = np.where((spot.hole > 0)[..., None], made[1]["mean"].fill, made[0]["mean"].fill)
    both = (tested.hole > 0) & ((spot.blind == 0) | (spot.hole > 0))
    blur = missing_blur(
        found @ _LUMA, spot.known @ _LUMA, ring.astype(np.uint8), motion, filled=both.astype(np.uint8)
    )
    if blur.is_none:
        return blur
    after = blurred(found, blur, known=both.astype(np.float32))
    before_error, error = (float(((each - spot.known)[ring] ** 2).mean()) for each in (found, after))
    return blur if error < _PAYS * before_error else Blur()


def blur_base(scratch: Scratch, index: int, base: Picture, hole: Mask) -> Picture:
    """Blur a base (h, w, 3) inside its hole by what it was found to lack."""
    blur = blur_of(scratch.load(STAGE, index)["base"]) if scratch.has(STAGE, index) else NO_BLUR
    return np.where((hole > 0)[..., None], blurred(base, blur), base).astype(np.float32)


def source_blurs(view: View, motion: Motion, index: int, record: Record) -> Record:
    """Measure what blur the sources of a fill's detail lack: `blur_sources` (n,) and `blurs` (n, 3)."""
    frame = Box.of_size(*view.footage.size)
    box = Box(*(int(value) for value in record["box"])).grow(_AROUND).intersect(frame)
    cut = box.slices_in(frame)
    wanted, open_here = _level(view.grey(index)[cut]), view.blind(index)[cut] == 0
    sources, areas = np.unique(record["source"][record["source"] >= 0], return_counts=True)
    moved = ground_motion(motion, view, index, box)
    found, blurs = [], []
    for source in sources[areas >= _LEAST_SHARE * record["source"].size]:
        place = plane_map(_chain(motion, index, int(source)), box.x0, box.y0, *box.size)
        there = _level(cv2.remap(view.grey(int(source)), place, None, cv2.INTER_CUBIC))
        closed = cv2.remap(
            view.blind(int(source)) * np.uint8(255), place, None, cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT, borderValue=255,
        )  # fmt: skip
        blur = missing_blur(there, wanted, (open_here & (closed == 0)).astype(np.uint8), moved)
        if not blur.is_none:
            found.append(int(source))
            blurs.append(blur.to_array())
    return {"blur_sources": np.array(found, np.int16), "blurs": np.array(blurs, np.float32).reshape(-1, 3)}


def ground_motion(motion: Motion, view: View, index: int, box: Box) -> tuple[float, float]:
    """Say how far the ground moves in a frame at the middle of a box, x and y in working pixels."""
    middle = np.array([[[(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2]]], np.float64)
    steps = []
    for direction in (1, -1):
        if 0 <= index + direction < view.footage.count:
            there = cv2.perspectiveTransform(middle, motion.plane_step(index, direction))
            steps.append(direction * (there - middle)[0, 0])
    mean = np.mean(steps, axis=0) if steps else np.zeros(2)
    return float(mean[0]), float(mean[1])


def _level(grey: Mask) -> Picture:
    return np.asarray(grey, np.float32) / np.float32(255)


def _chain(motion: Motion, index: int, there: int) -> NDArray[np.float64]:
    plane = np.eye(3)
    direction = 1 if there > index else -1
    for step in range(index, there, direction):
        plane = motion.plane_step(step, direction) @ plane
    return plane
