"""The steps of a job: check, claim and analyse; finish any frame; seal. Any process can take the next one."""

from __future__ import annotations

import logging
import shlex
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, cast

from photodouble.ops.operation import Reporter, Stopped
from photodouble.provenance.asked import with_performers
from photodouble.provenance.gate import NO_MARK, GateMark, check_near
from photodouble.provenance.history import noting_failure, run_started
from photodouble.settings import Settings
from photodouble.takes.files import replacing
from photodouble.takes.record import FrameRecord
from photodouble.takes.store import MANIFEST, REQUEST, Take, TakeStore, names_of
from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, Progress, Queued, Warned
from photodouble_client.frames import FrameRange
from photodouble_client.pathmap import PathMap
from photodouble_client.request import JobRequest, new_take_id

from .analysis import Analysis, analyse
from .cache import AnalysisCache
from .finish import finish_take
from .guard import cleaning_up, take_log
from .mattes import remember_boxes
from .opened import OpenedElsewhere, frame_work, load_private, save_private
from .options import JobOptions, JobResult, open_store
from .outputs import check_outputs, copy_outputs
from .prepare import Prepared, prepare
from .resume import find_resumable
from .weights import give_models
from .work import FrameWork

logger = logging.getLogger(__name__)

_Saved: TypeAlias = tuple[OpenedElsewhere, tuple[int, ...], JobOptions, Analysis | None]


@dataclass(frozen=True)
class OpenedJob:
    """A job that was checked, claimed and analysed: `frames` are those it is asked to write.

    `analysis` is None where the take was sealed already, so that nothing is left to do.
    """

    prepared: Prepared
    take: Take
    frames: tuple[int, ...]
    options: JobOptions
    analysis: Analysis | None
    parent: Take | None = None
    is_new: bool = False
    mark: GateMark = NO_MARK
    _held: list[FrameWork] = field(default_factory=list, repr=False, compare=False)

    @property
    def work(self) -> FrameWork:
        """The work on its frames in this process, opened once."""
        if not self._held:
            self._held.append(frame_work(self.prepared.shots, self.prepared.operation, self.elsewhere))
        return self._held[0]

    @property
    def elsewhere(self) -> OpenedElsewhere:
        """What another process needs to do the same work."""
        facts = {view: shot.facts for view, shot in self.prepared.shots.items()}
        contents = self.analysis.contents if self.analysis is not None else {}
        return OpenedElsewhere(
            self.prepared.request,
            facts,
            self.take,
            contents,
            self.parent,
            self.prepared.warnings,
            self.mark,
        )

    @property
    def manifest(self) -> Path | None:
        """The manifest of the take, if it is sealed."""
        return self.take.folder / MANIFEST if self.take.is_sealed else None

    def missing(self) -> tuple[int, ...]:
        """Return those of its frames that are not finished."""
        if self.take.is_sealed:
            return ()
        return tuple(frame for frame in self.frames if self.take.record(frame) is None)

    def finish_frame(self, frame: int, report: Reporter) -> FrameRecord:
        """Return the record of a frame, made now if it is not finished.

        Raises ArtistError; `engine.stopped` when the work was asked to stop within the frame.
        """
        self._check_place()
        with self.noting_failure(report), telling_stops(self.take), take_log(self.take):
            found = self.take.record(frame)
            if found is None:
                found = self.work.finish(frame, report)
                log_frame(self.take, found)
            return found

    def seal(self, report: Reporter) -> JobResult:
        """Seal the take if its whole range is finished, and make the pictures and copies that belong to it.

        While frames of the range are missing nothing is sealed, and the result has no manifest.
        """
        self._check_place()
        with self.noting_failure(report), telling_stops(self.take), take_log(self.take):
            if (
                self.analysis is not None
                and not self.take.is_sealed
                and finish_take(self.prepared, self.take, self.analysis, self.options, report, mark=self.mark)
            ):
                logger.info("take %s sealed", self.take.take_id)
            return self._result(report)

    def _check_place(self) -> None:
        """Refuse to go on in a take that somebody moved or deleted: half a take would come to be there."""
        if (self.take.folder / REQUEST).is_file():
            return
        raise ArtistError(
            "engine.no_take",
            "The take is gone",
            f"{self.take.folder} was moved or deleted while the job ran.",
            "Bring it back and resume the job, or only resume it: then it makes all frames again.",
        )

    def noting_failure(self, report: Reporter) -> AbstractContextManager[None]:
        """Enter in the history that the job failed, if it fails within."""
        return noting_failure(self.take, self.options, report.warn)

    def save(self, path: Path) -> None:
        """Write the job for `load` in another process of the same user and code."""
        save_private((self.elsewhere, self.frames, self.options, self.analysis), path)

    @classmethod
    def load(cls, path: Path, folder: Path) -> OpenedJob:
        """Open a job that another process saved straight into `folder`, without checking its inputs again.

        Raises ArtistError `engine.refused` for a file that is damaged, foreign or of other code.
        """
        stored = load_private(path, folder)
        elsewhere, frames, options, analysis = cast(_Saved, stored)
        prepared, take = elsewhere.prepared(), elsewhere.take
        return cls(prepared, take, frames, options, analysis, elsewhere.parent, mark=elsewhere.mark)

    def _result(self, report: Reporter) -> JobResult:
        take, output = self.take, self.options.output
        if not take.is_sealed:
            if output:
                report.warn(
                    "Nothing is copied to the output yet: that is done by the job that finds the whole range "
                    f"finished. The frames made so far are in {take.folder / 'result'}."
                )
            return JobResult(take, None)
        copies = tuple(copy_outputs(self.prepared, take, self.options, report)) if output else ()
        sheet = take.folder / "pictures" / "contact_sheet.png"
        return JobResult(take, self.manifest, sheet if sheet.is_file() else None, copies)


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
    for message in (*prepared.warnings, *_said(mark)):
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
        parent = _parent(prepared.request, store, report)
        return OpenedJob(prepared, take, frames, options, analysis, parent, is_new, mark)


def reporter(say: Callable[[Event], None], stop: threading.Event) -> Reporter:
    """Return a reporter that turns progress and warnings into events and stops when `stop` is set."""
    return Reporter(
        on_progress=lambda done, of, note: say(Progress(done, of, note)),
        should_stop=stop.is_set,
        on_warning=lambda message: say(Warned(message)),
    )


@contextmanager
def telling_stops(take: Take | None) -> Iterator[None]:
    """Turn Stopped into ArtistError `engine.stopped`, which says what is kept."""
    try:
        yield
    except Stopped:
        raise ArtistError(
            "engine.stopped",
            "The job was stopped",
            f"The take is {take.label}. Finished frames are kept." if take else "Nothing was written.",
            "Resume the job (--resume): it makes only what is missing." if take else "Start it again.",
        ) from None


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


def log_frame(take: Take, record: FrameRecord) -> None:
    """Note in the log how a frame came to be."""
    how = f"linked from {record.linked_from}" if record.linked_from else "rendered"
    logger.info("take %s frame %d %s", take.take_id, record.frame, how)


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
