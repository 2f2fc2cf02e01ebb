"""The work of the batch lane: begin a job in one worker, spread its frames, seal it."""

from __future__ import annotations

import bisect
import contextlib
import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from photodouble_client.errors import ArtistError
from photodouble_client.events import Failed, Finished, FrameDone, Progress, Queued, Warned, from_json
from photodouble_client.frames import FrameRange
from photodouble_client.stored import Json
from photodouble_client.wire import Submission

from . import trouble
from .joblist import AtWork, JobList
from .worker import Duty, Worker

MOST_CRASHES = 3
MOST_CRASHES_ALIKE = 9
MOST_ROUNDS = 3
DOING = {"begin": "while it prepared the shot", "open": "while it opened the shot", "seal": "at the seal"}


class Batch:
    """Hands out the jobs: the one with the highest priority first, a frame at a time."""

    def __init__(self, jobs: JobList, workers: Callable[[], Sequence[Worker]]) -> None:
        """Work on these jobs; `workers` gives the workers of the lane."""
        self.jobs = jobs
        self.is_held = False
        self._workers = workers

    @property
    def appetite(self) -> int:
        """How many workers could be at work now: one that begins a job will soon want company."""
        if self.is_held:
            return 0
        return sum(_appetite(each) for each in self.jobs.at_work.values())

    def give(self, worker: Worker) -> bool:
        """Give a free worker the next piece of the job whose turn it is."""
        return not self.is_held and any(self._give(worker, each) for each in self.jobs.in_turn())

    def make_way(self) -> None:
        """Stop the beginning of a job if every worker is at one and a job of higher priority waits.

        What the analysis has done is on disk. Frames need no stopping, because they are short.
        """
        workers = self._workers()
        waiting = next((each for each in self.jobs.in_turn() if each.hands == 0 and not each.ending), None)
        if waiting is None or self.is_held or not workers:
            return
        beginning = [
            (self.jobs.at_work[worker.duty.ident], worker)
            for worker in workers
            if worker.duty is not None and worker.duty.do == "begin"
        ]
        if len(beginning) < len(workers) or any(each.gives_way for each, _ in beginning):
            return
        each, worker = max(beginning, key=lambda pair: pair[0].turn)
        if each.kept.job.priority < waiting.kept.job.priority and not each.ending:
            each.gives_way = True
            worker.stop("")

    def end(self, each: AtWork, state: str, error: ArtistError) -> None:
        """Let a job end as soon as no worker is at it, and ask the workers to stop."""
        if each.ending is None:
            each.ending = (state, error)
        for worker in self._workers():
            if worker.duty is not None and worker.duty.ident == each.ident:
                worker.stop("It did not stop when it was asked to.")
        self._settle(each)

    def event(self, duty: Duty, event: Json) -> None:
        """Pass on what a worker tells."""
        each, told = self.jobs.at_work.get(duty.ident), from_json(event)
        if each is None:
            return
        if isinstance(told, Warned):
            self.jobs.warn(each, told, told.message)
        elif isinstance(told, Queued):
            self._name_take(each, told)
        elif isinstance(told, Progress):
            duty.progress = f"{told.note} {told.frame}"
            if duty.do != "frame":
                self._tell_progress(each, told)

    def done(self, worker: Worker, duty: Duty, result: Json) -> None:
        """Take a piece that is done, and see what comes next for its job."""
        each = self.jobs.at_work[duty.ident]
        getattr(self, f"_{duty.do}_done")(worker, each, result)
        each.hands -= 1
        self._settle(each)

    def failed(self, _worker: Worker, duty: Duty, error: ArtistError) -> None:
        """End the job with what the worker found wrong, unless the stop was our own."""
        each = self.jobs.at_work[duty.ident]
        each.hands -= 1
        self._put_back(each, duty)
        if each.gives_way and duty.do == "begin" and error.code == "engine.stopped":
            each.gives_way = False
            self.jobs.change(each, state="queued", note="")
        elif duty.do == "open" and each.rounds < MOST_ROUNDS and not each.ending:
            each.rounds += 1
            each.stage = "begin"
        elif not each.ending:
            self.end(each, "failed", error)
        self._settle(each)

    def lost(self, worker: Worker, duty: Duty) -> None:
        """Go on with the job after its worker ended without a word; after the third time at one place not."""
        each = self.jobs.at_work[duty.ident]
        each.hands -= 1
        self._put_back(each, duty)
        gave_way, each.gives_way = each.gives_way and duty.do == "begin", False
        if not each.ending and not worker.is_leaving and not gave_way:
            self._count(each, worker, duty)
        self._settle(each)

    def cannot_start(self, worker: Worker) -> None:
        """Fail the job whose turn it is, because there is no worker for it."""
        each = next(iter(self.jobs.in_turn()), None)
        if each is not None:
            how = trouble.ending_of(worker.exit_code, worker.killed_for)
            self.end(each, "failed", trouble.crashed("before it was ready", how, 3, worker.last_words))

    def _give(self, worker: Worker, each: AtWork) -> bool:
        if each.ending:
            return False
        if each.stage == "begin":
            return each.hands == 0 and self._begin(worker, each)
        if each.ident not in worker.opened:
            needed = each.todo or (each.hands == 0 and not self._opened_elsewhere(each))
            return bool(needed) and _ask(worker, each, "open", opened=each.kept.opened)
        if each.todo:
            return _ask(worker, each, "frame", frame=each.todo.pop(0))
        return each.hands == 0 and _ask(worker, each, "seal")

    def _opened_elsewhere(self, each: AtWork) -> bool:
        return any(worker.is_free and each.ident in worker.opened for worker in self._workers())

    def _begin(self, worker: Worker, each: AtWork) -> bool:
        _ask(
            worker,
            each,
            "begin",
            request=each.kept.request.to_json(),
            options=_options(each.kept.submission),
        )
        self.jobs.change(each, state="running")
        return True

    def _begin_done(self, worker: Worker, each: AtWork, result: Json) -> None:
        frames, missing = _frames(result["frames"]), _frames(result["missing"])
        facts = {key: str(result[name]) for key, name in _CLAIMED.items()}
        opened = str(result.get("opened") or "")
        worker.opened.add(each.ident)
        each.stage, each.frames, each.todo = "frames", frames, self._untold(each, frames, missing)
        each.kept = dataclasses.replace(each.kept, opened=opened)
        self.jobs.change(each, done=len(frames) - len(each.todo), frames=len(frames), **facts)
        self._clear_crashes(each, "begin")
        self._tell_done(each)

    def _untold(self, each: AtWork, frames: tuple[int, ...], missing: tuple[int, ...]) -> list[int]:
        """Return what is missing, and what the job finished just before its engine was killed.

        A worker asked for a finished frame answers at once, and the host hears of it.
        """
        if len(missing) == len(frames) or each.kept.submission.resume:
            return list(missing)
        told = self.jobs.store.told_frames(each.ident)
        return [frame for frame in frames if frame in missing or frame not in told]

    def _open_done(self, worker: Worker, each: AtWork, _result: Json) -> None:
        worker.opened.add(each.ident)
        if each.was_lost:
            self._clear_crashes(each, "open")

    def _clear_crashes(self, each: AtWork, kind: str) -> None:
        with contextlib.suppress(ArtistError):
            self.jobs.store.clear_crashes(each.ident, kind)

    def _frame_done(self, worker: Worker, each: AtWork, result: Json) -> None:
        """Give the worker its next frame first, so that it need not wait until this one is written down."""
        event = FrameDone(int(result["frame"]), str(result["path"]))
        if worker.is_free:
            self.give(worker)
        self.jobs.change(each, event, done=each.kept.job.done + 1)
        self._tell_done(each)

    def _seal_done(self, _worker: Worker, each: AtWork, result: Json) -> None:
        gone = sorted(set(_frames(result.get("missing") or ())) & set(each.frames))
        if gone:
            self._do_again(each, gone)
            return
        facts = {key: str(result.get(key) or "") for key in ("manifest", "contact_sheet")}
        copies = tuple(map(str, result.get("copies") or ()))
        job = each.kept.job
        event = Finished(facts["manifest"], job.take_label, job.take_folder)
        self._let_go(each)
        self.jobs.leave(each, event, state="finished", error=None, copies=copies, **facts)

    def _do_again(self, each: AtWork, gone: list[int]) -> None:
        """Make frames again that vanished between their end and the seal."""
        each.rounds += 1
        each.todo = gone
        self.jobs.change(each, done=len(each.frames) - len(gone))
        if each.rounds >= MOST_ROUNDS:
            self.end(each, "failed", trouble.vanished(FrameRange(gone).to_text()))

    def _count(self, each: AtWork, worker: Worker, duty: Duty) -> None:
        each.was_lost = True
        where = duty.frame if duty.frame is not None else duty.progress
        how = trouble.ending_of(worker.exit_code, worker.killed_for)
        doing = f"at frame {duty.frame}" if duty.frame is not None else DOING[duty.do]
        try:
            times, alike = self.jobs.store.crash(each.ident, f"{duty.do} {where}".strip())
        except ArtistError as error:
            self.end(each, "failed", error)
            return
        if times >= MOST_CRASHES or (duty.do != "frame" and alike >= MOST_CRASHES_ALIKE):
            self.end(each, "failed", trouble.crashed(doing, how, max(times, alike), worker.last_words))
        else:
            message = f"The worker ended {doing} and is started again. {how}"
            self.jobs.warn(each, Warned(message), message)

    def _put_back(self, each: AtWork, duty: Duty) -> None:
        if duty.do == "frame" and duty.frame is not None and duty.frame not in each.todo:
            bisect.insort(each.todo, duty.frame)

    def _name_take(self, each: AtWork, told: Queued) -> None:
        """Note the take as soon as it is claimed, so that beginning again goes on there."""
        facts = {"take": told.take, "take_label": told.label, "take_folder": told.folder}
        new = {key: value for key, value in facts.items() if value and getattr(each.kept.job, key) != value}
        if new:
            self.jobs.change(each, **new)

    def _settle(self, each: AtWork) -> None:
        """Let a job be over that shall end and that no worker is at any more."""
        if each.ending is None or each.hands or each.ident not in self.jobs.at_work:
            return
        state, error = each.ending
        self._let_go(each)
        self.jobs.leave(each, Failed(error), state=state, error=error)

    def _let_go(self, each: AtWork) -> None:
        for worker in self._workers():
            if each.ident in worker.opened:
                worker.opened.discard(each.ident)
                worker.tell("close", job=each.ident)
        if each.kept.opened:
            with contextlib.suppress(OSError):
                Path(each.kept.opened).unlink()
            each.kept = dataclasses.replace(each.kept, opened="")

    def _tell_done(self, each: AtWork) -> None:
        job = each.kept.job
        self._tell_progress(each, Progress(job.done, job.frames, "rendering"))

    def _tell_progress(self, each: AtWork, told: Progress) -> None:
        is_rendering = each.stage == "frames"
        note = told.note if is_rendering else f"{told.note} {told.frame} of {told.of}"
        each.kept = each.kept.with_facts(note=note)
        each.stream.tell_progress(told.to_json())


_CLAIMED = {"take": "take", "take_label": "label", "take_folder": "folder"}


def _ask(worker: Worker, each: AtWork, do: str, **what: object) -> bool:
    worker.ask(do, each.ident, job=each.ident, **what)
    each.hands += 1
    return True


def _appetite(each: AtWork) -> int:
    if each.ending:
        return each.hands
    if each.stage == "begin":
        return max(1, len(each.kept.submission.frames or each.kept.submission.request.range))
    return each.hands + len(each.todo) or 1


def _options(asked: Submission) -> Json:
    return {
        "frames": asked.frames.to_text(),
        "layers": asked.layers,
        "output": asked.output,
        "overwrite": asked.overwrite,
        "resume": asked.resume,
    }


def _frames(numbers: Any) -> tuple[int, ...]:
    return tuple(int(number) for number in numbers)
