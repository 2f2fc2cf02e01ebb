"""Run a job: check, claim a take, analyse, finish the frames, seal. One function for every door."""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from photodouble.image.write import output_suffix
from photodouble.ops.operation import Operation, Reporter, Stopped, operation_named
from photodouble.ops.shot import Shot, ShotFacts
from photodouble.settings import Settings
from photodouble.takes.copies import OutputPattern, check_output, check_writable, copy_result
from photodouble.takes.layers import pack_layers
from photodouble.takes.naming import Naming
from photodouble.takes.record import FrameRecord
from photodouble.takes.store import Take, TakeStore, names_of
from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, FrameDone, Progress, Queued, Warned
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, new_take_id

from .again import known_copies
from .analysis import Analysis, analyse
from .cache import AnalysisCache
from .contents import Contents
from .eye import Eye
from .finish import finish_take
from .guard import cleaning_up, take_log
from .mattes import remember_boxes
from .pool import Crew
from .prepare import Prepared, input_files, is_one_file, open_inputs, prepare, view_of
from .resume import find_resumable
from .space import check_space
from .work import FrameWork

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobOptions:
    """How a job is run, which never changes its pixels.

    `frames` selects what is written (a farm chunk); `output` is a pattern for a copy made after sealing,
    with `layers` one EXR per frame that holds all outputs.
    """

    frames: FrameRange | None = None
    resume: bool = False
    output: str = ""
    overwrite: bool = False
    layers: bool = False
    settings: Settings = dataclasses.field(default_factory=Settings)


@dataclass(frozen=True)
class JobResult:
    """What a job left behind: its take, the manifest if the take is sealed, and the copies it made."""

    take: Take
    manifest: Path | None
    contact_sheet: Path | None = None
    copies: tuple[Path, ...] = ()


def run_job(
    request: JobRequest,
    options: JobOptions | None = None,
    *,
    on_event: Callable[[Event], None] | None = None,
    stop: threading.Event | None = None,
) -> JobResult:
    """Run a request to a take, or the given frames of it.

    Everything is checked before anything is written. Finished frames survive any stop or crash; running the
    same request again, or a new one with `resume`, does only what is missing. The job that finds the whole
    range finished seals the take. Raises ArtistError; `engine.stopped` when `stop` was set.
    """
    job = _Job(options or JobOptions(), on_event or _say_nothing, stop or threading.Event())
    try:
        return job.run(request)
    except Stopped:
        raise ArtistError(
            "engine.stopped",
            "The job was stopped",
            f"{job.place} Finished frames are kept." if job.place else "Nothing was written.",
            "Run the same command again with --resume to do what is missing."
            if job.place
            else "Run the same command again.",
        ) from None


class _Job:
    def __init__(self, options: JobOptions, on_event: Callable[[Event], None], stop: threading.Event) -> None:
        self.options = options
        self.say = on_event
        self.report = Reporter(
            on_progress=lambda done, of, note: on_event(Progress(done, of, note)),
            should_stop=stop.is_set,
            on_warning=lambda message: on_event(Warned(message)),
        )
        self.place = ""

    def run(self, request: JobRequest) -> JobResult:
        """Check the request, claim its take, and fill the frames asked for."""
        settings = self.options.settings
        store = open_store(request, settings)
        request = self._with_take(request, store)
        begun = store.find(request.take, names_of(request))
        prepared = prepare(request, self.report, known=begun.folder if begun is not None else None)
        frames = _chunk(prepared, self.options.frames)
        self._check_outputs(prepared, store, frames)
        for message in prepared.warnings:
            self.report.warn(message)
        take, is_new = store.claim(prepared.request, names_of(prepared.request))
        self.place = f"The take is {take.label}."
        self.say(Queued(take.take_id))
        with cleaning_up(take, is_new), take_log(take):
            return self._fill(prepared, store, take, frames)

    def _with_take(self, request: JobRequest, store: TakeStore) -> JobRequest:
        if self.options.resume:
            return find_resumable(request, store)
        return request if request.take else request.with_take(new_take_id())

    def _check_outputs(self, prepared: Prepared, store: TakeStore, frames: tuple[int, ...]) -> None:
        check_writable(store.root / "take")
        if self.options.layers and len(prepared.shots) > 1:
            raise ArtistError(
                "usage.arguments",
                "Layers of a stereo plate cannot be packed",
                "--layers packs the outputs of one view into one EXR.",
                "Leave out --layers, or work on one eye with --view left.",
            )
        plate = prepared.shot.plate(prepared.shot.frames[0])
        if self.options.output:
            for view in output_views(prepared.shots):
                check_output(
                    OutputPattern(self.options.output, view),
                    prepared.shot.frames,
                    inputs=input_files(prepared.shots.values()),
                    suffix="exr" if self.options.layers else output_suffix(plate).removeprefix("."),
                    overwrite=self.options.overwrite,
                    is_copy=known_copies(prepared, store, layers=self.options.layers),
                )
        check_space(prepared.shot, frames, store.root)

    def _fill(self, prepared: Prepared, store: TakeStore, take: Take, frames: tuple[int, ...]) -> JobResult:
        settings = self.options.settings
        if not take.is_sealed:
            for view, shot in prepared.shots.items():
                remember_boxes(shot, take.folder / "analysis" / view)
            cache = AnalysisCache(settings.cache_path(), settings.cache_limit_gb)
            analysis = analyse(prepared, take, cache, self.report)
            self._render(prepared, store, take, frames, analysis)
            if finish_take(prepared, take, analysis, settings, self.report):
                logger.info("take %s sealed", take.take_id)
        return self._result(prepared, take)

    def _render(
        self, prepared: Prepared, store: TakeStore, take: Take, frames: tuple[int, ...], analysis: Analysis
    ) -> None:
        missing = tuple(frame for frame in frames if take.record(frame) is None)
        done = len(frames) - len(missing)
        self.report.progress(done, len(frames), "rendering")
        parent = self._parent(prepared.request, store)
        facts = {view: shot.facts for view, shot in prepared.shots.items()}
        opened = OpenedElsewhere(prepared.request, facts, take, analysis.contents, parent)
        here = frame_work(prepared.shots, prepared.operation, opened)
        crew = Crew(self.options.settings.workers, self.options.settings.threads)
        for record in crew.finish(missing, here, opened, self.report):
            done += 1
            how = f"linked from {record.linked_from}" if record.linked_from else "rendered"
            logger.info("take %s frame %d %s", take.take_id, record.frame, how)
            self.say(FrameDone(record.frame, str(take.folder / _first_result(record))))
            self.say(Progress(done, len(frames), "rendering"))

    def _copy(self, prepared: Prepared, take: Take) -> Iterator[Path]:
        plate = prepared.shot.inputs.ports["plate"]
        for frame in prepared.shot.frames:
            record = take.record(frame)
            if record is None:
                continue
            if not self.options.layers:
                yield from copy_result(take, record, self.options.output)
                continue
            target = OutputPattern(self.options.output).path(frame)
            pack_layers(take, record, target, colourspace=plate.colourspace, channels=plate.channels)
            yield target

    def _parent(self, request: JobRequest, store: TakeStore) -> Take | None:
        if not request.parent:
            return None
        parent = store.find(request.parent, names_of(request))
        if parent is None:
            self.report.warn("The parent take was not found, so every frame is made anew.")
        return parent

    def _result(self, prepared: Prepared, take: Take) -> JobResult:
        if not take.is_sealed:
            if self.options.output:
                self.report.warn(
                    "Nothing is copied to --output yet: that is done by the job that finds the whole range "
                    f"finished. The frames made so far are in {take.folder / 'result'}."
                )
            return JobResult(take, None)
        copies = tuple(self._copy(prepared, take)) if self.options.output else ()
        sheet = take.folder / "pictures" / "contact_sheet.png"
        return JobResult(take, take.folder / "manifest.json", sheet if sheet.is_file() else None, copies)


@dataclass(frozen=True)
class OpenedElsewhere:
    """Opens the same work in a worker process: only facts travel there, never pixels."""

    request: JobRequest
    facts: Mapping[str, ShotFacts]
    take: Take
    contents: Mapping[str, Contents]
    parent: Take | None

    def __call__(self) -> FrameWork:
        """Open the inputs again and return the work."""
        shots = {}
        for view, facts in self.facts.items():
            request = view_of(self.request, view)
            shots[view] = Shot(request, open_inputs(request), facts)
        return frame_work(shots, operation_named(self.request.operation), self)


def frame_work(shots: Mapping[str, Shot], operation: Operation, opened: OpenedElsewhere) -> FrameWork:
    """Join the views of a shot into the work on its frames."""
    take = opened.take
    eyes = [Eye(view, shot, operation, opened.contents[view], take.folder) for view, shot in shots.items()]
    return FrameWork(eyes, take, opened.parent)


def output_views(shots: Mapping[str, Shot]) -> tuple[str, ...]:
    """Return the views that have result files of their own: none but the unnamed one if they share files."""
    return ("",) if is_one_file(list(shots.values())) else tuple(shots)


def _first_result(record: FrameRecord) -> str:
    return next(written.path for key, written in sorted(record.files.items()) if key.startswith("result"))


def _say_nothing(_event: Event) -> None:
    """Tell nobody."""


def open_store(request: JobRequest, settings: Settings) -> TakeStore:
    """Return the take store of a request: its own root, or the one that the settings name."""
    root = request.output_root or settings.takes_root or "takes"
    return TakeStore(
        Path(root).expanduser().absolute(), Naming(settings.take_template, settings.file_template)
    )


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
