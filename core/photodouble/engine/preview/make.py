"""Make a preview: from what a take already holds, otherwise analysed small, on a few frames."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path

from photodouble.engine.headers import check_any_size, check_same_size, windows_at
from photodouble.engine.options import open_store
from photodouble.engine.ranges import check_plate_frames, check_port_frames, source_frames
from photodouble.image.documents import read_document
from photodouble.image.proxy import working_scale
from photodouble.image.sequence import Sequence
from photodouble.ops.opening import open_inputs, view_of, views_of
from photodouble.ops.operation import LooksNear, Reporter, Stopped, operation_named
from photodouble.ops.shot import CLEAN_PLATES, ShotInputs, held_frame
from photodouble.provenance.gate import check_near
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.events import Previewed
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest
from photodouble_client.wire import PreviewWanted, new_id

from .compose import Picture, composed, passed_through
from .crowd import crowd_shown
from .deage import deage_shown
from .frames import few_of, frames_around, guided_around, painted_around
from .from_take import from_take
from .known import Known, known_analysis
from .near import near_shown
from .places import guided_frames
from .records import WarmRecords
from .reduced import Grid
from .shot import PreviewSize, ReducedShot, reduced_shot
from .sign import sign_shown
from .store import PreviewStore
from .without import LEFT_OUT, left_out
from .written import write_preview

LONG_SIDE = 960
"""The longer side of a preview, in pixels, unless another scale is asked for."""
ANALYSIS_SIDE = 480
"""The longer side of the picture on which a preview's motion is measured."""

Way = Callable[[JobRequest, ShotInputs, int, PreviewSize, Reporter, list[str], Known | None], Picture]
"""How one frame of a request is shown."""

_WITHOUT_MATTE: Mapping[str, Way] = {"replace": sign_shown, "crowd": crowd_shown, "deage": deage_shown}
"""Operations that study the whole shot and find out by themselves what they change: each has its own way."""


def make_preview(
    wanted: PreviewWanted, folder: Path, settings: Settings, report: Reporter, store: PreviewStore
) -> Previewed:
    """Show one frame of a request as quickly as it can be shown well; it is never a take.

    Writes ID.exr (scene-linear half) and ID.png (for the settings' display) into `folder`. Raises
    ArtistError as `prepare` does for the inputs it looks at; `usage.frames` for a frame outside the range;
    `engine.stopped` when `report` says so.
    """
    try:
        return _make(wanted, folder, settings, report, store)
    except Stopped:
        raise ArtistError(
            "engine.stopped",
            "The preview was stopped",
            f"The preview of frame {wanted.frame} was not finished.",
            "Ask for it again.",
        ) from None


def _make(
    wanted: PreviewWanted, folder: Path, settings: Settings, report: Reporter, store: PreviewStore
) -> Previewed:
    report.check()
    checked = wanted.request.checked()
    check_near(checked, settings, "run", open_store(checked, settings).root)
    views = views_of(checked)
    request, frame = view_of(checked, views[0]), wanted.frame
    _check_frame(request, frame)
    opened = open_inputs(request)
    way = _way(request, opened)
    if way is None:
        raise ArtistError(
            "usage.arguments",
            "There is no preview of this",
            f"{request.spec.label} looks at the whole shot, which a preview does not see.",
            "Run it on a few frames (--frames) instead.",
        )
    check_plate_frames(opened.ports["plate"], FrameRange([frame]))
    size = _size(wanted, opened, store)
    notes = [f"Only the view {views[0]} is shown."] if len(views) > 1 else []
    known = _known(checked, settings, report, store)
    if "matte" in opened.ports:
        check_port_frames("matte", opened.ports["matte"], FrameRange([frame]))
    picture = way(request, opened, frame, size, report, notes, known)
    return write_preview(folder, wanted.preview or new_id(), frame, picture, size.grid.scale, notes, settings)


def _way(request: JobRequest, opened: ShotInputs) -> Way | None:
    """Return how one frame of an operation is shown; None where it has to see the whole shot."""
    if request.spec.has_hole:
        return _shown if "matte" in opened.ports else None
    if isinstance(operation_named(request.operation), LooksNear):
        return near_shown
    return _WITHOUT_MATTE.get(request.operation)


def _known(request: JobRequest, settings: Settings, report: Reporter, store: PreviewStore) -> Known | None:
    """Return the take that already knows the answer; one whose shot cannot be opened whole knows nothing."""
    try:
        return known_analysis(request, settings, report, store)
    except ArtistError:
        return None


def _shown(
    request: JobRequest,
    opened: ShotInputs,
    frame: int,
    size: PreviewSize,
    report: Reporter,
    notes: list[str],
    known: Known | None,
) -> Picture:
    reach = int(request.values["reach"])
    allowed, _ = source_frames(request, opened.ports["plate"], opened.ports["matte"])
    drawn = guided_frames(read_document(opened.documents["guides"])) if "guides" in opened.documents else ()
    sources = tuple(
        sorted({*frames_around(frame, allowed, reach), *guided_around(frame, drawn, allowed, reach)})
    )
    painted = painted_around(frame, opened.overrides, reach)
    overrides = {one: opened.overrides[one] for one in painted}
    missed = left_out(request, opened, FrameRange({*drawn} - {frame, *sources, *painted}))
    opened = ShotInputs(_few_clean(opened), overrides, opened.documents)
    check_same_size(opened.ports["plate"], opened, sorted({frame, *sources}), report)
    _check_clean_once(opened, report, size.store)
    shot = reduced_shot(request, opened, frame, sources, size, report)
    if shot.matte_box(frame).is_empty:
        notes.append(f"The matte is empty at frame {frame}: this is the plate as it is.")
        return passed_through(shot, frame)
    answer = from_take(known, shot, frame, size, report) if known is not None else None
    if answer is not None:
        notes.append(answer[1])
        return answer[0]
    _check_something_is_seen(shot)
    operation = operation_named(request.operation)
    records = WarmRecords(shot, operation, size.store)
    if frame not in shot.overrides:
        operation.analyse(shot, records, report)
        notes += [_said(shot, frame, sources, size), *missed]
    return composed(shot, frame, operation.render(shot, records, frame))


def _check_clean_once(opened: ShotInputs, report: Reporter, store: PreviewStore) -> None:
    """Check the clean plates' headers once; a file that is damaged later is refused when it is read."""
    plates = [opened.ports[key] for key in CLEAN_PLATES if key in opened.ports]
    key = ("clean plates", *((plate.pattern, plate.frames, plate.view) for plate in plates))
    if store.peek(key) is None:
        check_any_size(opened, report)
        store.keep(key, ())


def _few_clean(opened: ShotInputs) -> Mapping[str, Sequence]:
    """Return the ports with only a few frames of each clean plate."""
    return {
        key: dataclasses.replace(port, frames=few_of(port.frames)) if key in CLEAN_PLATES else port
        for key, port in opened.ports.items()
        if key not in LEFT_OUT
    }


def _check_something_is_seen(shot: ReducedShot) -> None:
    """Refuse mattes that leave no real pixel on any frame that is looked at, as a job refuses them."""
    if shot.clean_plates or shot.overrides:
        return
    seen = sorted({*shot.frames, *shot.source_frames})
    if any((shot.matte(frame) <= 0).any() for frame in seen):
        return
    raise ArtistError(
        "input.matte_covers_all",
        "The matte covers the whole picture",
        f"On the {len(seen)} frames that the preview looks at the matte is above zero on every pixel.",
        "Check whether the matte is inverted (--matte-invert), make it smaller, or give a clean plate.",
    )


def _said(shot: ReducedShot, frame: int, sources: tuple[int, ...], size: PreviewSize) -> str:
    """Say how the analysis was made smaller."""
    seen = len({frame, *sources})
    share = working_scale(shot.canvas.size, int(shot.values["analysis_size"])) * size.grid.scale
    how = {1: "at full size", 2: "at half size", 4: "at a quarter size"}.get(share, f"at 1/{share} size")
    frames = f"{seen} frames around {frame}" if seen > 1 else f"frame {frame} alone"
    more = "may find more" if share == 1 else "will be sharper and may find more"
    return f"Analysed {how} on {frames}: the take {more}."


def _size(wanted: PreviewWanted, opened: ShotInputs, store: PreviewStore) -> PreviewSize:
    plate = opened.ports["plate"]
    display = windows_at(plate, held_frame(plate, wanted.frame)).display
    scale = wanted.scale or working_scale(display.size, LONG_SIDE)
    return PreviewSize(Grid(display, scale), ANALYSIS_SIDE, store)


def _check_frame(request: JobRequest, frame: int) -> None:
    if frame in request.range:
        return
    raise ArtistError(
        "usage.frames",
        "That frame is not in the range",
        f"A preview of frame {frame} was asked for; the range is {request.range.to_text()}.",
        f"Choose a frame of {request.range.to_text()}, or widen the range.",
    )
