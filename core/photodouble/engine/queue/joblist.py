"""The jobs as the engine holds them: those that are not over in memory, all of them on disk."""

from __future__ import annotations

import datetime
import logging
import weakref
from collections.abc import Iterable
from dataclasses import dataclass, field

from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, Progress
from photodouble_client.stored import Json
from photodouble_client.wire import Job, Submission

from . import trouble
from .kept import Kept
from .store import Store
from .stream import Stream

logger = logging.getLogger(__name__)

MOST_WARNINGS = 100


@dataclass
class AtWork:
    """A job of this engine that is not over.

    `stage` is what comes next: `begin`, `frames` (then `seal`). `todo` are the frames nobody has in hand,
    `hands` counts the workers that are at it. `ending` is set when it shall end: its state and its error.
    `gives_way` says that its beginning was stopped for a job of higher priority, `was_lost` that a worker
    ended at it without a word.
    """

    kept: Kept
    stream: Stream
    stage: str = "begin"
    frames: tuple[int, ...] = ()
    todo: list[int] = field(default_factory=list)
    hands: int = 0
    rounds: int = 0
    ending: tuple[str, ArtistError] | None = None
    gives_way: bool = False
    was_lost: bool = False

    @property
    def ident(self) -> str:
        """The id of the job."""
        return self.kept.job.job

    @property
    def turn(self) -> tuple[int, int]:
        """Its place among the jobs: higher priority first, then the order of submission."""
        return (-self.kept.job.priority, self.kept.job.order)


class JobList:
    """All jobs, and what is told about them. A change that the disk refuses is kept and tried again."""

    def __init__(self, store: Store, owner: str) -> None:
        """Hold the jobs of a store for the engine with this nonce."""
        self.store = store
        self.owner = owner
        self.at_work: dict[str, AtWork] = {}
        self._unsaved: dict[str, tuple[Kept, list[Json]]] = {}
        self._streams: weakref.WeakValueDictionary[str, Stream] = weakref.WeakValueDictionary()

    def in_turn(self) -> list[AtWork]:
        """Return the jobs that are not over, the next one first."""
        return sorted(self.at_work.values(), key=lambda each: each.turn)

    def find(self, ident: str) -> Kept:
        """Return a job; raises ArtistError `engine.no_job`."""
        if ident in self.at_work:
            return self.at_work[ident].kept
        return self._unsaved[ident][0] if ident in self._unsaved else self.store.find(ident)

    def job(self, ident: str) -> Job:
        """Return the facts of a job; raises ArtistError `engine.no_job`."""
        return self.find(ident).job

    def jobs(self, *, host: str = "", script: str = "", state: str = "") -> list[Job]:
        """Return the jobs of a host, a script and a state, newest first; an empty name means any."""
        newer = {ident: each.kept.job for ident, each in self.at_work.items()}
        newer.update((ident, kept.job) for ident, (kept, _) in self._unsaved.items())
        return [newer.get(job.job, job) for job in self.store.jobs(host=host, script=script, state=state)]

    def own(self, ident: str) -> Kept:
        """Return a job that may be changed here; raises `engine.refused` if another engine runs it."""
        kept = self.find(ident)
        if not kept.job.has_ended and kept.owner != self.owner:
            raise trouble.not_ours(ident)
        return kept

    def enter(self, kept: Kept) -> AtWork:
        """Take up a job."""
        stream = self.stream(kept.job.job)
        stream.pause = None
        self.at_work[kept.job.job] = entered = AtWork(kept, stream)
        logger.info("job %s is taken up: %s of %s", kept.job.job, kept.job.operation, _named(kept.job))
        stream.tell()
        return entered

    def adopt(self, owners: Iterable[str]) -> list[AtWork]:
        """Take up the unfinished jobs of engines that have ended."""
        self.store.adopt(owners, self.owner)
        known = {*self.at_work, *self._unsaved}
        return [self.enter(kept) for kept in self.store.unfinished(self.owner) if kept.job.job not in known]

    def stream(self, ident: str) -> Stream:
        """Return the events of a job; raises ArtistError `engine.no_job`."""
        found = self._streams.get(ident)
        if found is None:
            near = self.find(ident).owner == self.owner
            found = Stream(
                ident, lambda after: self.store.events(ident, after), lambda: self._is_over(ident), near=near
            )
            self._streams[ident] = found
        return found

    def change(self, each: AtWork, *events: Event, **facts: object) -> None:
        """Change the facts of a job at work and tell the events, both on disk in one step."""
        each.kept = each.kept.with_facts(**facts)
        self.save(each, *events)

    def save(self, each: AtWork, *events: Event) -> None:
        """Write down a job at work and tell the events; if the disk refuses, it is tried again later."""
        self._save(each.kept, [event.to_json() for event in events])
        each.stream.tell()

    def warn(self, each: AtWork, event: Event, message: str) -> None:
        """Tell a warning, once."""
        warnings = each.kept.job.warnings
        if message not in warnings and len(warnings) < MOST_WARNINGS:
            self.change(each, event, warnings=(*warnings, message))

    def leave(self, each: AtWork, event: Event, **facts: object) -> None:
        """Let a job be over, told by its last event."""
        self.at_work.pop(each.ident, None)
        each.stream.progress = None
        self.change(each, event, note="", **facts)
        job = each.kept.job
        why = f": {job.error}" if job.error is not None else ""
        logger.info("job %s is %s: %s%s", job.job, job.state, _named(job), why)

    def forget(self, ident: str) -> None:
        """Strike off an ended job; its take stays where it is."""
        self._unsaved.pop(ident, None)
        self.store.forget(ident)

    def save_again(self) -> None:
        """Try to write down what the disk refused before."""
        for kept, _ in list(self._unsaved.values()):
            self._save(kept, [])
            if kept.job.job in self._unsaved:
                return
            self.stream(kept.job.job).tell()

    def close(self) -> None:
        """End every listener."""
        for stream in list(self._streams.values()):
            stream.close()

    def _save(self, kept: Kept, events: list[Json]) -> None:
        ident = kept.job.job
        before = self._unsaved.pop(ident, (kept, []))[1]
        try:
            self.store.save(kept, before + events)
        except ArtistError as error:
            waiting = Progress(kept.job.done, kept.job.frames, f"waiting: {error.title}")
            self.stream(ident).tell_progress(waiting.to_json())
            if not before:
                logger.error("job %s cannot be written down yet: %s (%s)", ident, error, error.detail)
            self._unsaved[ident] = (kept, before + events)

    def _is_over(self, ident: str) -> bool:
        if ident in self.at_work or ident in self._unsaved:
            return False
        try:
            return self.store.find(ident).job.has_ended
        except ArtistError as error:
            return error.code == "engine.no_job"


def _named(job: Job) -> str:
    return job.take_label or f"take {job.take or 'without an id'}"


def first_facts(submission: Submission, take: str) -> Job:
    """Return what is known of a job when it is submitted."""
    request = submission.request
    return Job(
        job=submission.job,
        operation=request.operation,
        shot=request.shot,
        take=take,
        frames=len(submission.frames or request.range),
        priority=submission.priority,
        submitted=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        host=request.host,
        script=request.script,
        node=request.node,
        session=submission.session,
    )
