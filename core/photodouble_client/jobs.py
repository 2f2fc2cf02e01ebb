"""Follow a job, preview or task to its end, through whatever becomes of the connection and the engine."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable, Iterator, Optional

from . import events
from .errors import ArtistError
from .events import LAST, Event
from .stored import Json
from .unreachable import EngineGoneError

if TYPE_CHECKING:
    from .line import Line
    from .transport import Stream

MOST_LOSSES = 10
"""Engines lost one after the other, with no line heard between, after which following is given up."""
LONGEST_PAUSE = 2.0


@dataclass(frozen=True)
class Report:
    """Hold one event of a job, preview or task and its number; `seq` 0 is said by the client itself."""

    seq: int
    job: str
    event: Event

    @property
    def is_last(self) -> bool:
        """Whether nothing comes after it, unless the job is resumed."""
        return isinstance(self.event, LAST)

    @classmethod
    def from_json(cls, stored: Json) -> Report:
        """Read one line of a stream; raises ArtistError `input.bad_request`."""
        return cls(int(stored.get("seq", 0)), str(stored.get("job", "")), events.from_json(stored))


class Follower:
    """Give the reports of a job one by one, ending with its last. Any thread may close it.

    When the engine dies a new one is started and the job goes on after the last report that was kept; a
    report is never given twice. `again` asks anew for what a new engine does not know: previews and tasks.
    """

    def __init__(
        self, engine: Line, path: str, after: int = 0, again: Optional[Callable[[], object]] = None
    ) -> None:
        """Follow the stream at a path, after the report of a number."""
        self._engine = engine
        self._path = path
        self._after = after
        self._again = again
        self._stream: Optional[Stream] = None
        self._is_closed = False
        self._reports = self._follow()

    def __iter__(self) -> Iterator[Report]:
        return self

    def __next__(self) -> Report:
        return next(self._reports)

    def close(self) -> None:
        """Stop following; the job itself goes on."""
        self._is_closed = True
        stream = self._stream
        if stream is not None:
            stream.close()

    def _follow(self) -> Iterator[Report]:
        losses = 0
        is_over = False
        while not self._is_closed:
            was_ended = True
            try:
                for report in self._listen():
                    losses = 0
                    if report is not None:
                        yield report
                        # A job that was resumed goes on behind the report of its failure.
                        is_over = report.is_last
            except EngineGoneError:
                was_ended = False
                if losses >= MOST_LOSSES and not is_over:
                    raise
            if is_over:
                return
            losses += 1
            if not self._is_closed:
                time.sleep(min(LONGEST_PAUSE, 0.05 * 2**losses))
                # An engine that was ended on purpose is not started again only to be watched.
                self._engine.reconnect(start=not was_ended)

    def _listen(self) -> Iterator[Optional[Report]]:
        """Give what one connection tells, None for its heartbeats, until it ends."""
        self._stream = self._open()
        try:
            for line in self._stream:
                if self._is_closed:
                    return
                report = None if line is None else Report.from_json(line)
                if report is None or self._is_new(report):
                    yield report
        except EngineGoneError:
            if not self._is_closed:
                raise
        finally:
            self._stream.close()

    def _open(self) -> Stream:
        address = f"{self._path}/events?after={self._after}"
        try:
            return self._engine.stream(address)
        except ArtistError as problem:
            if problem.code != "engine.no_job" or self._again is None:
                raise
        self._again()
        self._after = 0
        return self._engine.stream(f"{self._path}/events?after=0")

    def _is_new(self, report: Report) -> bool:
        """Say whether a report was not given before; progress, told live only, has no place of its own."""
        if isinstance(report.event, events.Progress):
            return True
        if 0 < report.seq <= self._after:
            return False
        self._after = max(self._after, report.seq)
        return True
