"""The steps of a job: check, claim and analyse; finish any frame; seal. Any process can take the next one."""

from __future__ import annotations

import logging
import shlex
import threading
from collections.abc import Callable
from pathlib import Path

from photodouble.ops.operation import Reporter, ShowsElements
from photodouble.provenance.asked import shown_of, with_performers
from photodouble.provenance.gate import GateMark, check_near
from photodouble.provenance.history import noting_failure, run_started
from photodouble.settings import Settings
from photodouble.takes.files import replacing
from photodouble.takes.record import FrameRecord
from photodouble.takes.store import REQUEST, Take, TakeStore, names_of
from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, Progress, Queued, Warned
from photodouble_client.frames import FrameRange
from photodouble_client.pathmap import PathMap
from photodouble_client.request import JobRequest, new_take_id

from .analysis import Analysis, analyse
from .cache import AnalysisCache
from .eye import open_scratch
from .guard import cleaning_up, take_log
from .mattes import remember_boxes
from .opened_job import OpenedJob, telling_stops
from .options import JobOptions, open_store
from .outputs import check_outputs
from .prepare import Prepared, prepare
from .resume import find_resumable
from .weights import give_models

logger = logging.getLogger(__name__)


def begin(
    request: JobRequest, options: JobOptions, report: Reporter, say: Callable[[Event], None]
) -> OpenedJob:
    """Check a request, claim or join its take and analyse the shot; what was done before is not done again.

    A request written on another system counts as the same one where the path maps of the site say so. Says
    Queued once the take is there. Bad input, and work without consent, leave no take behind. Raises
    ArtistError; `engine.stopped` when asked to stop after the take was claimed, Stopped before.
    """
    roots = PathMap(options.settings.path_maps)
    request = with_performers(roots.localise(request))
    store = open_store(request, options.settings)
    request = _with_take(request, options, store, roots)
    begun = store.find(request.take, names_of(request))
    if options.step == "finish":
        check_complete(request, begun)
    mark = _gate(request.checked(), options, store)
    prepared = prepare(request, report, known=begun.folder if begun is not None else None)
    give_models(prepared.shots.values(), options.settings, store.root)
    frames = _chunk(prepared, options.frames)
    check_outputs(prepared, options, store, frames)
    is_shown_later = isinstance(prepared.operation, ShowsElements)
    for message in (*prepared.warnings, *(() if is_shown_later else _said(mark))):
        report.warn(message)
    take, is_new = store.claim(prepared.request, names_of(prepared.request))
    say(Queued(take.take_id, take.label, str(take.folder)))
    if take.is_sealed:
        return OpenedJob(prepared, take, frames, options, None, mark=mark)
    history = noting_failure(take, options, report.warn)
    with cleaning_up(take, is_new), history, telling_stops(take), take_log(take):
        _keep_permit(take, mark, options)
        run_started(take, prepared.request, options, report.warn, models=mark.models)
        analysis = _analyse(prepared, take, options.settings, report)
        if isinstance(prepared.operation, ShowsElements):
            mark = _shown(prepared, prepared.operation, take, options, store)
            for message in _said(mark):
                report.warn(message)
        parent = _parent(prepared.request, store, report)
        return OpenedJob(prepared, take, frames, options, analysis, parent, is_new, mark)


def reporter(say: Callable[[Event], None], stop: threading.Event) -> Reporter:
    """Return a reporter that turns progress and warnings into events and stops when `stop` is set."""
    return Reporter(
        on_progress=lambda done, of, note: say(Progress(done, of, note)),
        should_stop=stop.is_set,
        on_warning=lambda message: say(Warned(message)),
    )


def check_complete(request: JobRequest, take: Take | None) -> None:
    """Refuse to finish a take with gaps; raises ArtistError `engine.frames_missing` naming the frames."""
    if take is not None and take.is_sealed:
        return
    missing = FrameRange(frame for frame in request.range if take is None or take.record(frame) is None)
    if not len(missing):
        return
    stored = shlex.quote(str(take.folder / REQUEST)) if take is not None else "REQUEST"
    raise ArtistError(
        "engine.frames_missing",
        "Frames of the take are missing",
        f"Frames {missing.to_text()} of {take.label if take else 'this take'} are not made yet.",
        f"Make them with: photodouble run {stored} --frames {missing.to_text()}. Then run this step again.",
        detail=missing.to_text(),
    )


def first_result(take: Take, record: FrameRecord) -> Path:
    """Return the path of a frame's result, of the first view in stereo."""
    return take.folder / next(
        written.path for key, written in sorted(record.files.items()) if key.startswith("result")
    )


def _gate(request: JobRequest, options: JobOptions, store: TakeStore) -> GateMark:
    """Let a job pass the gate: by a permit on a farm, by the show's own records everywhere else."""
    if request.spec.consent == "required" and (options.step or options.permit):
        from photodouble.provenance.permit import check_permit
        from photodouble.provenance.show import Show

        return check_permit(request, options.permit, Show.find(store.root), options.settings)
    return check_near(request, options.settings, "run", store.root)


def _shown(
    prepared: Prepared, operation: ShowsElements, take: Take, options: JobOptions, store: TakeStore
) -> GateMark:
    """Let a job pass the gate again, now that it is known who of its library is in the picture."""
    elements = frozenset[str]().union(
        *(operation.elements(shot, open_scratch(take.folder, view)) for view, shot in prepared.shots.items())
    )
    performers = shown_of(prepared.request, elements)
    return check_near(prepared.request, options.settings, "run", store.root, performers=performers)


def _keep_permit(take: Take, mark: GateMark, options: JobOptions) -> None:
    """Keep the permit in the take that was made by it: whoever takes the take in checks it again."""
    if not mark.permit or options.permit is None or options.permit.parent == take.folder:
        return
    with replacing(take.folder / options.permit.name) as temporary:
        temporary.write_bytes(options.permit.read_bytes())


def _said(mark: GateMark) -> tuple[str, ...]:
    if not mark.word:
        return mark.flags
    why = " ".join(mark.reasons)
    return (
        *mark.flags,
        f"Every picture of this take is marked '{mark.word}', and none is final. {why}".strip(),
    )


def _with_take(request: JobRequest, options: JobOptions, store: TakeStore, roots: PathMap) -> JobRequest:
    if options.resume:
        return find_resumable(request, store, roots)
    return request if request.take else request.with_take(new_take_id())


def _analyse(prepared: Prepared, take: Take, settings: Settings, report: Reporter) -> Analysis:
    for view, shot in prepared.shots.items():
        remember_boxes(shot, take.folder / "analysis" / view)
    cache = AnalysisCache(settings.cache_path(), settings.cache_limit_gb)
    return analyse(prepared, take, cache, report)


def _parent(request: JobRequest, store: TakeStore, report: Reporter) -> Take | None:
    if not request.parent:
        return None
    parent = store.find(request.parent, names_of(request))
    if parent is None:
        report.warn("The parent take was not found, so every frame is made anew.")
    return parent


def _chunk(prepared: Prepared, frames: FrameRange | None) -> tuple[int, ...]:
    if frames is None:
        return prepared.shot.frames
    outside = frames.without(prepared.shot.frames)
    if len(outside):
        raise ArtistError(
            "usage.frames",
            "Those frames are not in the request",
            f"Frames {outside.to_text()} lie outside the request's range {prepared.request.range.to_text()}.",
            f"Choose frames of {prepared.request.range.to_text()}.",
        )
    _ = frames.first
    return tuple(frames)
