"""The preview of a de-aged frame: by what a take has found already, or by this frame and the painted ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.engine.contents import code_version
from photodouble.engine.headers import check_same_size, plate_windows
from photodouble.image.window import Box
from photodouble.ops.deage.given import face_frames
from photodouble.ops.deage.merge import merged
from photodouble.ops.deage.operation import OPERATION
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.operation import Rendered, Reporter, Scratch
from photodouble.ops.shot import Shot, ShotFacts, ShotInputs
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

from .compose import Array, Picture, laid_over
from .from_take import finished_picture
from .known import Known
from .reduced import Grid, sequence_mark
from .shot import PreviewSize, reduced_shot
from .store import PreviewStore, file_mark
from .without import left_out

_LONG_WORK = {"learning": False}
"""What takes minutes over a whole shot has no place in a preview."""


def deage_shown(
    request: JobRequest,
    opened: ShotInputs,
    frame: int,
    size: PreviewSize,
    report: Reporter,
    notes: list[str],
    known: Known | None,
) -> Picture:
    """Show one frame made younger; raises ArtistError as the operation does for what cannot be used."""
    check_same_size(opened.ports["plate"], opened, [frame], report)
    near = reduced_shot(request, opened, frame, (), size, report)
    path = known.finished(frame) if known is not None else None
    if known is not None and path is not None:
        notes.append(f"This is the finished frame of {known.take.label}.")
        return finished_picture(known, near, frame, path, size)
    if known is not None:
        notes.append(f"Made from the finished analysis of {known.take.label}.")
        shot, records = known.eye.shot, known.eye.scratch
    else:
        notes.append("Made from this frame and the painted ones alone: the take is steadier.")
        notes += left_out(request, opened, FrameRange(()))
        shot = _few(request, opened, frame, report)
        OPERATION.check(shot)
        records = _records(shot, size.store, report)
    return laid_over(near, frame, _small(shot, frame, OPERATION.render(shot, records, frame), size.grid))


@dataclasses.dataclass(frozen=True)
class _Drawn:
    """A frame over a box of preview pixels: what a take holds there, averaged."""

    box: Box
    fill: Array
    matte: Array


class _Records(MemoryScratch):
    """Records in memory whose arrays the store can count."""

    def __init__(self) -> None:
        super().__init__()
        self.arrays: list[NDArray[Any]] = []

    def save(self, stage: str, index: int, **arrays: NDArray[Any]) -> None:
        """Keep the arrays of one step."""
        super().save(stage, index, **arrays)
        self.arrays += arrays.values()


def _few(request: JobRequest, opened: ShotInputs, frame: int, report: Reporter) -> Shot:
    """Return the shot at the plate's own size, of one frame and those that are painted."""
    values = {key: _LONG_WORK.get(key, value) for key, value in request.values.items()}
    request = dataclasses.replace(request, values=values)
    windows = plate_windows(opened.ports["plate"], [frame], report)
    alone = ShotFacts((frame,), (frame,), windows.canvas, windows.display)
    frames = face_frames(Shot(request, opened, alone))
    facts = dataclasses.replace(alone, source_frames=frames)
    return Shot(request, opened, facts)


def _records(shot: Shot, store: PreviewStore, report: Reporter) -> Scratch:
    """Study the few frames, or return what a preview before found on the very same things."""
    key = ("deage", code_version(), shot.display_window, shot.frames, *_marks(shot))
    kept = store.peek(key)
    if kept is not None:
        found: Scratch = kept[0]
        return found
    records = _Records()
    OPERATION.analyse(shot, records, report)
    store.keep(key, (records, *records.arrays))
    return records


def _marks(shot: Shot) -> Iterator[object]:
    """Give what decides the records: pictures, documents, and the controls that the analysis reads."""
    for port, sequence in sorted(shot.inputs.ports.items()):
        yield port
        yield from (sequence_mark(sequence, one) for one in face_frames(shot) if not sequence.missing([one]))
    for port, path in sorted(shot.inputs.documents.items()):
        yield from (port, file_mark(path))
    yield repr(sorted((key, value) for key, value in shot.values.items() if key not in OPERATION.render_only))


def _small(shot: Shot, frame: int, made: Rendered, grid: Grid) -> _Drawn:
    """Average the result block by block, as the preview's plate was averaged."""
    box = grid.reduced(made.box)
    whole = grid.whole(box)
    plate = shot.plate_linear(frame, whole)
    common = made.box.intersect(whole)
    here, there = common.slices_in(whole), common.slices_in(made.box)
    matte = np.zeros(whole.size, np.float32)
    matte[here] = made.matte[there]
    result = plate.copy()
    result[here] = merged(plate[here], made.fill[there] - plate[here], made.matte[there])
    changed = grid.mean((matte > 0).astype(np.float32)) > 0
    return _Drawn(box, grid.mean(np.nan_to_num(result)), changed.astype(np.float32))
