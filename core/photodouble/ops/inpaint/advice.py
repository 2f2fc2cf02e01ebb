"""What a person could do for a shot: where no frame shows the background, where the fill is doubtful, and
which single frame, painted by hand, would help the others most.

Record `advice` (index 0, one row per frame of the shot that has a matte): `frame` (n,) int32 frame
numbers; `hole`, `unseen`, `doubtful` (n,) int32 in working pixels; `unseen_box`, `doubtful_box` (n, 4)
int32 x0 y0 x1 y1 in plate pixels (all zero where there is none); `error` (n,) float32, the expected squared
error of the whole fill, working encoding; `relief` (n,) float32, how much of the shot's expected squared
error goes if this frame is painted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint import confidence
from photodouble.ops.inpaint.clean_plate import filled
from photodouble.ops.inpaint.motion import Motion, Step, hole_box
from photodouble.ops.inpaint.native import Plates, plate_box
from photodouble.ops.inpaint.pipeline import Report
from photodouble.ops.inpaint.sampling import RESIDUAL_STEP
from photodouble.ops.inpaint.scratch import Record, Scratch
from photodouble.ops.inpaint.settings import Settings

DOUBTFUL = 0.25
"""A filled pixel below this confidence is doubtful: its expected error is 12 % of black to white."""
_SAMPLES = 192
_MOST_FRAMES = 160
"""Longer shots are sampled: that many frames, evenly spread, stand for all of them."""
_FADE = 12.0
"""Frames over which half of a painted frame's help is lost, through error of the motion."""

Points = NDArray[np.float64]


def advise(plates: Plates, scratch: Scratch, settings: Settings, report: Report) -> None:
    """Write the record `advice`; runs after everything that changes the records `fill`."""
    if scratch.has("advice", 0):
        return
    targets = [index for index in plates.targets if scratch.has("fill", index)]
    rows = [_row(plates, scratch, index) for index in targets]
    relief = Relief(plates, scratch, settings, targets).measure(report)
    scratch.save(
        "advice",
        0,
        frame=np.array([plates.numbers[index] for index in targets], np.int32),
        relief=np.array([relief[index] for index in targets], np.float32),
        **{name: np.array([row[name] for row in rows]) for name in (rows[0] if rows else ())},
    )


def _row(plates: Plates, scratch: Scratch, index: int) -> Record:
    record = filled(scratch, index)
    box = _box(record)
    hole = plates.hole(index)[box.slices_in(Box.of_size(*plates.size))] > 0
    unseen = hole & (record["kind"] == confidence.SYNTHESISED)
    sure = confidence.confidence_from_error(record["error"], record["kind"])
    doubtful = hole & ~unseen & (sure < DOUBTFUL)
    return {
        "hole": np.array(hole.sum(), np.int32),
        "unseen": np.array(unseen.sum(), np.int32),
        "doubtful": np.array(doubtful.sum(), np.int32),
        "unseen_box": _bounds(plates, unseen, box),
        "doubtful_box": _bounds(plates, doubtful, box),
        "error": np.array(record["error"][hole].sum(), np.float32),
    }


def _bounds(plates: Plates, mask: NDArray[np.bool_], box: Box) -> NDArray[np.int32]:
    found = hole_box(mask.astype(np.uint8))
    if found.is_empty:
        return np.zeros(4, np.int32)
    moved = Box(found.x0 + box.x0, found.y0 + box.y0, found.x1 + box.x0, found.y1 + box.y0)
    large = plate_box(moved, plates.scale, plates.canvas)
    return np.array([large.x0, large.y0, large.x1, large.y1], np.int32)


class Relief:
    """Follow the doubtful pixels of every frame through the shot, to see on which frame they meet.

    A pixel is helped by a painted frame that shows its spot inside the matte, the less the farther that
    frame is and the less sure the motion between them.
    """

    def __init__(self, plates: Plates, scratch: Scratch, settings: Settings, targets: list[int]) -> None:
        self._plates, self._scratch, self._targets = plates, scratch, targets
        self._motion = Motion(scratch, "motion")
        self._reach = settings.reach
        self._holes = {index: np.packbits(plates.hole(index) > 0) for index in targets}

    def measure(self, report: Report) -> dict[int, float]:
        """Give the expected squared error that painting each target takes off the whole shot."""
        relief = dict.fromkeys(self._targets, 0.0)
        every = max(-(-len(self._targets) // _MOST_FRAMES), 1)
        asked = self._targets[::every]
        for number, index in enumerate(asked):
            report.check()
            record = filled(self._scratch, index)
            at, share = _samples(record, self._hole(index), _box(record))
            if len(at):
                self._follow(index, at, share * every, relief)
            report.progress(number + 1, len(asked), "advice")
        return relief

    def _follow(self, index: int, start: Points, share: float, relief: dict[int, float]) -> None:
        relief[index] += share * len(start)
        for direction in (1, -1):
            at, alive = start.copy(), np.ones(len(start), bool)
            for distance in range(1, self._reach + 1):
                here, there = index + direction * (distance - 1), index + direction * distance
                if not 0 <= there < self._plates.count or not alive.any():
                    break
                if not self._scratch.has("motion", here if direction > 0 else there):
                    break
                at = _moved(self._motion.step(here, direction), at)
                alive &= _inside(at, self._plates.size)
                if there in self._holes:
                    met = self._hole(there)[tuple(_whole(at, self._plates.size))] & alive
                    relief[there] += share * float(met.sum()) * 0.5 ** (distance / _FADE)

    def _hole(self, index: int) -> NDArray[np.bool_]:
        height, width = self._plates.size
        bits = np.unpackbits(self._holes[index], count=height * width)
        return bits.reshape(height, width) > 0


def _samples(record: Record, hole: NDArray[np.bool_], box: Box) -> tuple[Points, float]:
    """Pick pixels of the hole so that each stands for the same part of its expected error; and that part."""
    inside = hole[box.y0 : box.y1, box.x0 : box.x1]
    rows, columns = np.nonzero(inside)
    error = np.cumsum(record["error"][inside].astype(np.float64))
    if not len(rows) or error[-1] <= 0:
        return np.zeros((0, 2)), 0.0
    count = min(_SAMPLES, len(rows))
    marks = (np.arange(count) + 0.5) * error[-1] / count
    chosen = np.minimum(np.searchsorted(error, marks), len(rows) - 1)
    at = np.stack([columns[chosen] + box.x0, rows[chosen] + box.y0], 1).astype(np.float64)
    return at, float(error[-1] / count)


def _moved(step: Step, at: Points) -> Points:
    x = np.clip(np.rint(at[:, 0]) - step.box.x0, 0, step.box.width - 1).astype(np.intp)
    y = np.clip(np.rint(at[:, 1]) - step.box.y0, 0, step.box.height - 1).astype(np.intp)
    projected = np.column_stack([at, np.ones(len(at))]) @ step.plane.T
    return np.asarray(projected[:, :2] / projected[:, 2:] + step.residual[y, x] * RESIDUAL_STEP)


def _inside(at: Points, size: tuple[int, int]) -> NDArray[np.bool_]:
    return (at >= 0).all(1) & (at[:, 0] <= size[1] - 1) & (at[:, 1] <= size[0] - 1)


def _whole(at: Points, size: tuple[int, int]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    near = np.rint(np.nan_to_num(at))
    x = np.clip(near[:, 0], 0, size[1] - 1).astype(np.intp)
    return np.clip(near[:, 1], 0, size[0] - 1).astype(np.intp), x


def _box(record: Record) -> Box:
    return Box(*(int(value) for value in record["box"]))
