"""The preview of an operation that looks at few frames: those frames as they are, the answer made smaller."""

from __future__ import annotations

import dataclasses

import numpy as np

from photodouble.engine.headers import check_same_size, plate_windows
from photodouble.engine.ranges import source_frames
from photodouble.image.window import Box
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.operation import ChecksShots, LooksNear, Rendered, Reporter, operation_named
from photodouble.ops.shot import Shot, ShotFacts, ShotInputs
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

from .compose import Array, Picture, laid_over, passed_through
from .from_take import finished_picture
from .known import Known
from .reduced import Grid
from .shot import PreviewSize, reduced_shot


@dataclasses.dataclass(frozen=True)
class _Drawn:
    """A frame over a box of preview pixels: what a take holds there, averaged."""

    box: Box
    fill: Array
    matte: Array


def near_shown(
    request: JobRequest,
    opened: ShotInputs,
    frame: int,
    size: PreviewSize,
    report: Reporter,
    notes: list[str],
    known: Known | None,
) -> Picture:
    """Show one frame, analysed on the frames around it; raises ArtistError as the operation does."""
    allowed, _ = source_frames(request, opened.ports["plate"], opened.ports.get("matte"))
    operation = operation_named(request.operation)
    reach = operation.near(request.values) if isinstance(operation, LooksNear) else 0
    sources = tuple(one for one in allowed if abs(one - frame) <= reach)
    check_same_size(opened.ports["plate"], opened, sorted({frame, *sources}), report)
    near = reduced_shot(request, opened, frame, sources, size, report)
    path = known.finished(frame) if known is not None else None
    if known is not None and path is not None:
        notes.append(f"This is the finished frame of {known.take.label}.")
        return finished_picture(known, near, frame, path, size)
    shot = _few(request, opened, frame, sources, report)
    if isinstance(operation, ChecksShots):
        notes += operation.check(shot)
    records = MemoryScratch()
    operation.analyse(shot, records, report)
    notes.append(f"Measured on {len({frame, *sources})} frames: the take looks at more.")
    made = operation.render(shot, records, frame)
    if made.box.is_empty:
        return passed_through(near, frame)
    return laid_over(near, frame, _small(shot, frame, made, size.grid))


def _few(
    request: JobRequest, opened: ShotInputs, frame: int, sources: tuple[int, ...], report: Reporter
) -> Shot:
    """Return the shot at the plate's own size, of one frame and those around it."""
    windows = plate_windows(opened.ports["plate"], sorted({frame, *sources}), report)
    alone = dataclasses.replace(request, range=FrameRange([frame]))
    return Shot(alone, opened, ShotFacts((frame,), sources, windows.canvas, windows.display))


def _small(shot: Shot, frame: int, made: Rendered, grid: Grid) -> _Drawn:
    """Average the result block by block, as the preview's plate was averaged."""
    box = grid.reduced(made.box)
    whole = grid.whole(box)
    common = made.box.intersect(whole)
    here, there = common.slices_in(whole), common.slices_in(made.box)
    matte = np.zeros(whole.size, np.float32)
    matte[here] = made.matte[there]
    result = np.nan_to_num(shot.plate_linear(frame, whole), nan=0, posinf=0, neginf=0)
    share = matte[here][..., None]
    result[here] = np.where(
        share >= 1, made.fill[there], result[here] * (1 - share) + made.fill[there] * share
    )
    changed = grid.mean((matte > 0).astype(np.float32)) > 0
    return _Drawn(box, grid.mean(result), changed.astype(np.float32))
