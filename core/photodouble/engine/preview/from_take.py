"""Show a frame that a take has finished, or make it small from the analysis that the take has finished."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from photodouble.image.proxy import working_scale
from photodouble.image.window import Box
from photodouble.ops.inpaint.footage_shot import footage_of
from photodouble.ops.inpaint.shot_grain import grain_record, shot_grain
from photodouble.ops.opening import plate_like
from photodouble.ops.operation import Reporter, Scratch
from photodouble.ops.shot import Shot, ShotFacts

from .compose import Picture, composed, passed_through
from .known import Known
from .reduced import Grid, reduced_sequence
from .shot import PreviewSize, ReducedShot, reduced_values

Record = dict[str, npt.NDArray[Any]]

MOST_READ = 10
"""So many source frames are read for one preview: of those that are not warm the ones that fill most. The
next preview of the frame has these and reads more, until its detail is complete."""

_ANY_SIZE = 1 << 20


def from_take(
    known: Known, near: ReducedShot, frame: int, size: PreviewSize, report: Reporter
) -> tuple[Picture, str] | None:
    """Return the picture of a frame from what a take holds and a sentence that says so; None if it cannot be.

    `near` is the reduced shot of the frame and its neighbours. An analysis serves where its motion was
    measured at just the preview's size: its records then fit the reduced pictures pixel for pixel.
    """
    path = known.finished(frame)
    if path is not None:
        return finished_picture(
            known, near, frame, path, size
        ), f"This is the finished frame of {known.take.label}."
    if not _fits(known.eye.shot, size.grid):
        return None
    small = _reduced(known.eye.shot, size, report)
    grain = size.store.get(("grain", near.matte_mark(frame), near.plate_mark(frame)), lambda: _grain(near))
    records = _Lighter(known.eye.scratch, grain, small, frame)
    picture = composed(small, frame, known.eye.operation.render(small, records, frame))
    return picture, f"Made from the finished analysis of {known.take.label}: the take will be sharper."


def finished_picture(known: Known, near: ReducedShot, frame: int, path: Path, size: PreviewSize) -> Picture:
    """Return the reduced result that a take holds of a frame."""
    result = reduced_sequence(plate_like(known.eye.shot.request, path), size.grid.scale, size.store)
    plate = passed_through(near, frame)
    return dataclasses.replace(plate, colours=result.read(result.frames[0]).linear(plate.window))


def _fits(shot: Shot, grid: Grid) -> bool:
    """Whether the working pixels, counted from the canvas, are the preview's, counted from the display."""
    across, down = shot.canvas.x0 - grid.display.x0, shot.canvas.y0 - grid.display.y0
    scale = working_scale(shot.canvas.size, int(shot.values["analysis_size"]))
    return scale == grid.scale and across % scale == 0 and down % scale == 0


def _reduced(shot: Shot, size: PreviewSize, report: Reporter) -> ReducedShot:
    """Return the whole shot at reduced size; pixels are read only where a frame needs them."""
    grid = size.grid
    whole_size = dataclasses.replace(size, analysis_size=_ANY_SIZE)
    request = dataclasses.replace(shot.request, values=reduced_values(shot.request, whole_size))
    boxes = {
        frame: Box(0, 0, 0, 0) if box.is_empty else grid.reduced(box)
        for frame, box in shot.facts.matte_boxes.items()
    }
    facts = ShotFacts(
        shot.frames,
        shot.source_frames,
        grid.reduced(shot.canvas),
        grid.reduced(shot.display_window),
        boxes,
    )
    return ReducedShot(request, shot.inputs, facts, size=whole_size, report=report)


def _grain(near: ReducedShot) -> Record:
    """Measure grain as it is in the reduced pictures, which average most of it away."""
    return grain_record(shot_grain(footage_of(near)))


class _Lighter:
    """The records of a take, made lighter for a preview.

    The grain is that of the reduced pictures. Beyond a few, source frames that would have to be read from
    disk give no fine detail; the colours, which the records hold, stay.
    """

    def __init__(self, records: Scratch, grain: Record, shot: ReducedShot, frame: int) -> None:
        self._records, self._grain, self._shot = records, grain, shot
        self._index = footage_of(shot).numbers.index(frame)

    def save(self, stage: str, index: int, **arrays: npt.NDArray[Any]) -> None:
        raise ValueError(f"a preview must not change a take's records: {stage} {index} {sorted(arrays)}")

    def load(self, stage: str, index: int) -> Record:
        if stage == "grain":
            return dict(self._grain)
        record = self._records.load(stage, index)
        if stage == "fill" and index == self._index:
            record["source"] = self._few(record["source"])
        return record

    def has(self, stage: str, index: int) -> bool:
        return stage == "grain" or self._records.has(stage, index)

    def _few(self, source: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
        """Leave the sources whose pictures are warm and the few to be read; -1 instead of the others."""
        numbers = footage_of(self._shot).numbers
        found, count = np.unique(source[source >= 0], return_counts=True)
        by_share = found[np.argsort(-count, kind="stable")].tolist()
        warm = [index for index in by_share if self._shot.is_warm(numbers[index])]
        cold = [index for index in by_share if index not in warm]
        return np.where(np.isin(source, [*warm, *cold[:MOST_READ]]), source, np.int16(-1)).astype(np.int16)
