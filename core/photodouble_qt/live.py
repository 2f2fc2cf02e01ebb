"""The jobs as they go: one quiet line to the engine, which is never started only to be looked at."""

from __future__ import annotations

import threading
from typing import Any, Callable, Iterator, List, Optional

from photodouble_client.engine import Engine
from photodouble_client.errors import ArtistError
from photodouble_client.events import Answered
from photodouble_client.jobs import Report
from photodouble_client.stored import Json
from photodouble_client.unreachable import EngineGoneError

AWAY = "The engine is not running."
MOST = 40
"""Jobs that are listed; older ones are in the engine's own list."""
PACE = 0.4
WHOLE = 8
"""Looks at the living jobs for each at all of them, that an ended one was forgotten by another host."""
PATIENCE = 1.0


def wait_for_engine(
    host: str, *, on_progress: Callable[[str], None], stop: Callable[[], bool], **connecting: Any
) -> Engine:
    """Find the engine that somebody else starts, however long that takes; `on_progress` hears it is away."""
    moment = threading.Event()
    while True:
        try:
            return Engine.connect(host, **{**connecting, "start": False, "stop": stop})
        except EngineGoneError:
            on_progress(AWAY)
        for _ in range(int(PATIENCE / 0.1)):
            if stop():
                raise EngineGoneError("the wait for it was given up", was_asked=False)
            moment.wait(0.1)


class JobsLine:
    """Give the list of jobs, and again whenever something in it changed, until it is closed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._over = threading.Event()

    def __iter__(self) -> Iterator[Report]:
        """Give lists of jobs as the engine writes them, newest first.

        Only the living ones are asked for each time: a list of all may be long.
        """
        shown: Optional[List[Json]] = None
        alive: List[Json] = []
        turn = 0
        while not self._over.is_set():
            before, alive = alive, [*self._jobs("running"), *self._jobs("queued")]
            if turn % WHOLE == 0 or alive != before:
                now = self._jobs()[:MOST]
                if now != shown:
                    shown = now
                    yield Report(0, "", Answered(now))
            turn += 1
            self._over.wait(PACE)

    def close(self) -> None:
        """Stop asking."""
        self._over.set()
        self._engine.interrupt()

    def _jobs(self, state: str = "") -> List[Json]:
        path = "/jobs?state=" + state if state else "/jobs"
        return list(self._engine.ask("GET", path, start=False)["jobs"])


def is_away(problem: ArtistError) -> bool:
    """Whether an error says no more than that no engine runs."""
    return isinstance(problem, EngineGoneError)
