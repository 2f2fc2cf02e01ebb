"""A lane of workers: they start on first need, are given work one piece at a time, and leave when unused."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.stored import Json

from .share import share_of
from .trouble import ending_of
from .worker import Duty, Worker

logger = logging.getLogger(__name__)

COMMAND = (sys.executable, "-I", "-m", "photodouble.engine.worker")
STARTS = 3
SLOWEST_START_S = 120.0


class Work(Protocol):
    """What the workers of a lane are there for."""

    @property
    def appetite(self) -> int:
        """How many workers could be at work now."""
        ...

    def give(self, worker: Worker) -> bool:
        """Ask a free worker for the next piece; False if there is nothing for it."""
        ...

    def event(self, duty: Duty, event: Json) -> None:
        """Hear what a worker tells about the piece it is at."""
        ...

    def done(self, _worker: Worker, duty: Duty, result: Json) -> None:
        """Take a piece that is done."""
        ...

    def failed(self, _worker: Worker, duty: Duty, error: ArtistError) -> None:
        """Hear why a piece cannot be done."""
        ...

    def lost(self, worker: Worker, duty: Duty) -> None:
        """Hear that a worker ended without a word."""
        ...

    def cannot_start(self, worker: Worker) -> None:
        """Hear that no worker could be started, several times in a row."""
        ...


class Lane:
    """The workers of one kind: `batch`, `preview` or `desk`."""

    def __init__(
        self,
        name: str,
        size: int,
        work: Work,
        *,
        settings: Settings,
        folder: Path,
        changed: Callable[[], None],
        command: Sequence[str] = COMMAND,
    ) -> None:
        """Make a lane of at most `size` workers; `changed` is called when work may be handed out."""
        self.name = name
        self.size = size
        self.work = work
        self.workers: list[Worker] = []
        self.is_low = False
        self._settings = settings
        self._command = [*command, "--lane", name, "--parent", str(os.getpid())]
        self._folder = folder
        self._changed = changed
        self._runs: set[asyncio.Task[None]] = set()
        self._failed_starts = 0
        self._not_before = 0.0
        self._is_closing = False

    def fill(self) -> None:
        """Hand out work to free workers, and start workers while there is more of it."""
        if self._is_closing:
            return
        for worker in list(self.workers):
            if worker.is_free:
                self.work.give(worker)
        staying = [worker for worker in self.workers if not worker.is_leaving]
        wanted = min(self.size, self.work.appetite) - len(staying)
        if time.monotonic() >= self._not_before:
            for _ in range(wanted):
                self._start()

    def hold(self, held: bool) -> None:
        """Let every worker wait at its next frame, or go on."""
        for worker in self.workers:
            if worker.is_ready:
                worker.hold(held)

    def step_back(self, low: bool) -> None:
        """Let the workers wait behind a host, or not; those that cannot come forward again are replaced."""
        self.is_low = low
        for worker in list(self.workers):
            worker.step_back(low)
            if worker.is_leaving and worker.duty is None:
                worker.quit()

    def free_memory(self) -> None:
        """End the workers that do nothing; the others drop what they keep warm."""
        for worker in list(self.workers):
            if worker.is_free:
                worker.quit()
            else:
                worker.tell("free")

    def look_after(self, seconds: float) -> None:
        """End workers that were silent or unused for too long; `seconds` have passed since the last look."""
        for worker in list(self.workers):
            worker.silent_s += seconds
            limit = self._settings.worker_timeout_s
            if worker.silent_s > (limit if worker.is_ready else max(limit, SLOWEST_START_S)):
                worker.kill(f"It did not answer for {worker.silent_s:.0f} seconds.")
            if worker.is_free:
                worker.idle_s += seconds
                if worker.idle_s > self._settings.worker_idle_minutes * 60:
                    worker.quit()

    async def close(self) -> None:
        """End every worker and wait until none is left."""
        self._is_closing = True
        for worker in list(self.workers):
            worker.quit()
        if self._runs:
            await asyncio.wait(self._runs)

    def facts(self) -> list[Json]:
        """Say what every worker is and does."""
        return [
            {
                "frame": worker.duty.frame if worker.duty else None,
                "lane": self.name,
                "pid": worker.pid,
                "state": _state(worker),
                "threads": worker.share.threads,
                "work": worker.duty.ident if worker.duty else "",
            }
            for worker in self.workers
        ]

    def _start(self) -> None:
        used = {worker.number for worker in self.workers}
        number = next(number for number in range(len(used) + 1) if number not in used)
        share = share_of(self.name, number, self._settings)
        worker = Worker(self.name, number, share, heard=self._heard, ended=self._ended)
        self.workers.append(worker)
        command = [*self._command, *share.arguments(), "--state", str(self._folder)]
        run = asyncio.create_task(worker.run(command, low=self.is_low), name=f"{self.name} worker")
        self._runs.add(run)
        run.add_done_callback(self._runs.discard)

    def _heard(self, worker: Worker, word: Json) -> None:
        duty, kind = worker.duty, word["say"]
        if kind == "ready":
            self._failed_starts = 0
            self._changed()
            return
        if duty is None or word.get("call") != duty.call:
            logger.info("%s worker %d spoke of a call that is over: %s", self.name, worker.pid, kind)
            return
        if kind == "event":
            self.work.event(duty, word["event"])
        elif kind == "step":
            duty.frame = int(word["frame"])
        elif kind in ("done", "failed"):
            self._answered(worker, duty, word)

    def _answered(self, worker: Worker, duty: Duty, word: Json) -> None:
        worker.be_free()
        try:
            if word["say"] == "done":
                self.work.done(worker, duty, word["result"])
            else:
                self.work.failed(worker, duty, ArtistError.from_json(word["error"]))
        except Exception:
            worker.duty = duty
            raise
        if worker.is_leaving:
            worker.quit()
        self._changed()

    def _ended(self, worker: Worker) -> None:
        self.workers.remove(worker)
        if self._is_closing:
            return
        if worker.duty is not None:
            self.work.lost(worker, worker.duty)
        elif not worker.is_ready and not worker.is_leaving:
            self._failed_starts += 1
            self._not_before = time.monotonic() + 0.5 * self._failed_starts
            how = ending_of(worker.exit_code, worker.killed_for)
            logger.error("%s worker did not start: %s %s", self.name, how, worker.last_words)
            if self._failed_starts >= STARTS:
                self._failed_starts = 0
                self.work.cannot_start(worker)
        self._changed()


def _state(worker: Worker) -> str:
    if worker.is_leaving:
        return "leaving"
    if not worker.is_ready:
        return "starting"
    if worker.duty is None:
        return "idle"
    return "held" if worker.is_held else "busy"
