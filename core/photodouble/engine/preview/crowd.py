"""The preview of a crowd: one frame drawn small, from a layout that stays warm between previews."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photodouble.engine.contents import code_version
from photodouble.engine.headers import check_same_size, plate_windows
from photodouble.image.encoding import encode
from photodouble.image.grain import GrainSample, measure_grain
from photodouble.image.library_files import crowd_files, library_files
from photodouble.image.window import Box
from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.cast import Cast
from photodouble.ops.crowd.compose import compose
from photodouble.ops.crowd.frame import Holdouts, holdouts, lit, shaded, shadows
from photodouble.ops.crowd.identities import sections_of
from photodouble.ops.crowd.match import grained, local_light
from photodouble.ops.crowd.operation import OPERATION
from photodouble.ops.crowd.people import Numbers, People, people_at, reduced, splats_of
from photodouble.ops.crowd.raster import raster
from photodouble.ops.crowd.records import Laid, load_laid
from photodouble.ops.crowd.scene import Scene, drawn_box, scene_of
from photodouble.ops.crowd.study import lay_out
from photodouble.ops.operation import Reporter
from photodouble.ops.shot import Shot, ShotFacts, ShotInputs, crop
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

from .compose import Array, Picture, laid_over
from .from_take import finished_picture
from .known import Known
from .reduced import Grid, sequence_mark
from .shot import PreviewSize, ReducedShot, reduced_shot
from .store import PreviewStore, file_mark

_ALSO_LAID_OUT = ("motion_blur", "shutter")
"""Controls that only drawing reads, but that change the opened camera."""
_LENS = ("undistort", "redistort")


def crowd_shown(
    request: JobRequest,
    opened: ShotInputs,
    frame: int,
    size: PreviewSize,
    report: Reporter,
    notes: list[str],
    known: Known | None,
) -> Picture:
    """Show a crowd on one frame; raises ArtistError as the operation does for what cannot be used."""
    check_same_size(opened.ports["plate"], opened, [frame], report)
    near = reduced_shot(request, opened, frame, (), size, report)
    path = known.finished(frame) if known is not None else None
    if known is not None and path is not None:
        notes.append(f"This is the finished frame of {known.take.label}.")
        return finished_picture(known, near, frame, path, size)
    shot = _whole_shot(request, opened, frame, report)
    crowd = _crowd(shot, frame, size.store)
    notes += crowd.notes
    report.check()
    drawn = _draw(shot, near, crowd, frame, size.grid, known)
    notes.append("Light and grain are read from this frame alone: the take reads them from the whole shot.")
    return laid_over(near, frame, drawn)


@dataclass(frozen=True)
class _Crowd:
    """What was opened, laid out and cast, and what the artist should know of it."""

    scene: Scene
    agents: Agents
    cast: Cast
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Drawn:
    """A drawn frame over a box of preview pixels."""

    box: Box
    fill: Array
    matte: Array


def _whole_shot(request: JobRequest, opened: ShotInputs, frame: int, report: Reporter) -> Shot:
    """Return the shot at the plate's own size: places, lens and camera are in its pixels."""
    windows = plate_windows(opened.ports["plate"], [frame], report)
    if not len(request.source_range):
        request = dataclasses.replace(request, source_range=FrameRange([request.range.first]))
    return Shot(request, opened, ShotFacts((frame,), (frame,), windows.canvas, windows.display))


def _crowd(shot: Shot, frame: int, store: PreviewStore) -> _Crowd:
    """Lay the crowd out and cast it, or return it as a preview before left it."""
    key = ("crowd", code_version(), shot.display_window, shot.canvas, *_marks(shot, frame))
    kept = store.peek(key)
    if kept is not None:
        found: _Crowd = kept[0]
        return found
    notes = OPERATION.check(shot)
    scene = scene_of(shot)
    agents, played = lay_out(scene, shot)
    if not played.present.any():
        notes = (*notes, "Nobody is there: fill and density, or the edits, leave every place empty.")
    crowd = _Crowd(scene, agents, played, notes)
    arrays = [one for part in (agents, played) for one in vars(part).values() if isinstance(one, np.ndarray)]
    store.keep(key, (crowd, *arrays))
    return crowd


def _marks(shot: Shot, frame: int) -> Iterator[object]:
    """Give what decides who is where: the documents and all that they name, the lens and the controls."""
    yield shot.request.source_range.first
    for port, path in sorted(shot.inputs.documents.items()):
        files = {"crowd": crowd_files, "library": library_files}.get(port, _alone)(path)
        yield port
        yield from (file_mark(one) for one in files if one.is_file())
    for port in _LENS:
        if port in shot.inputs.ports:
            yield sequence_mark(shot.inputs.ports[port], frame)
    left_out = OPERATION.render_only - {*_ALSO_LAID_OUT}
    yield repr(sorted((key, value) for key, value in shot.values.items() if key not in left_out))


def _alone(path: Path) -> tuple[Path, ...]:
    return (path,)


def _draw(
    shot: Shot, near: ReducedShot, crowd: _Crowd, frame: int, grid: Grid, known: Known | None
) -> _Drawn:
    whole = drawn_box(shot)
    box = grid.reduced(whole)
    outer = grid.whole(box)
    offset = (whole.x0 - outer.x0, whole.y0 - outer.y0)
    plate = np.nan_to_num(near.plate_linear(frame, box))
    people = people_at(crowd.scene, shot, crowd.agents, crowd.cast, frame)
    now = local_light(plate, (people.lit_at + offset) / grid.scale)
    laid = _laid(crowd, people, now, known)
    splats, wanted = splats_of(
        people,
        laid.cast,
        light=lit(shot, laid, people, now, frame),
        softness=float(shot.value("softness", frame)),
        sections=sections_of(laid.agents),
    )
    splats = dataclasses.replace(splats, shade=shaded(shot, people, frame))
    held = holdouts(shot, whole, frame)
    mattes, depth = _small_holdouts(held, whole, grid)
    drawn = raster(
        reduced(splats, grid.scale, offset),
        crowd.scene.library.deck(wanted),
        box.size,
        holdout=mattes,
        holdout_depth=depth,
        ranks=0,
        group_ranks=0,
    )
    sound = np.ones(box.size, np.bool_)
    grain = measure_grain(iter([GrainSample(encode(plate), sound)]))
    strength = float(shot.values["grain"])
    beauty = grained(drawn.beauty, grain, strength, seed=shot.seed, frame=frame, corner=(box.x0, box.y0))
    shadow = shadows(shot, people, whole, frame) * (1 - held.front)
    put = compose(plate, beauty, grid.mean(crop(shadow, whole, outer)))
    if frame in shot.overrides:
        painted = near.override(frame).linear(box)
        return _Drawn(box, painted, (put.matte > 0).astype(np.float32))
    return _Drawn(box, put.fill, put.matte)


def _laid(crowd: _Crowd, people: People, now: Numbers, known: Known | None) -> Laid:
    """Return what a take found out about the crowd, or what this frame alone says of its light."""
    if known is not None:
        return load_laid(known.eye.scratch)
    base = np.full(len(crowd.agents), np.nan)
    base[people.agent] = now
    return Laid(crowd.agents, crowd.cast, base, 0)


def _small_holdouts(held: Holdouts, whole: Box, grid: Grid) -> tuple[Array | None, Array | None]:
    """Return the holdouts at reduced size; how far away things are is read in the middle of each block."""
    if held.mattes is None or held.depth is None:
        return None, None
    outer = grid.whole(grid.reduced(whole))
    middle = slice(grid.scale // 2, None, grid.scale)
    mattes = [grid.mean(crop(one, whole, outer)) for one in held.mattes]
    depth = [crop(one, whole, outer)[middle, middle] for one in held.depth]
    return np.stack(mattes), np.stack(depth)
