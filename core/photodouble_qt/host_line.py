"""The line to an open host: its named actions are asked for over the engine, where the host polls."""

from __future__ import annotations

import threading
from typing import Any, Iterator, List, Mapping, Optional

from photodouble_client.engine import Engine
from photodouble_client.errors import ArtistError
from photodouble_client.events import Answered
from photodouble_client.jobs import Report

PACE = 0.05
LOOK = 0.5
"""Seconds between two looks at what is selected in the host."""
SETTLED = ("answered", "failed")


class HostLine:
    """Ask one host. `close` gives the wait for an answer up; the host may still do what it was asked."""

    def __init__(self, engine: Engine, session: str, over: Optional[threading.Event] = None) -> None:
        self._engine = engine
        self._session = session
        self._over = over or threading.Event()

    def ask(self, name: str, arguments: Optional[Mapping[str, Any]] = None) -> Any:
        """Let the host do one of its actions and give the answer; what it says went wrong is raised.

        Raises ArtistError `input.host_closed` where the host is gone, or does not poll any more.
        """
        try:
            told = self._engine.ask_host(self._session, name, arguments)
            while told["state"] not in SETTLED:
                if self._over.wait(PACE):
                    raise stopped()
                told = self._engine.action(self._session, told["action"])
        except ArtistError as problem:
            if problem.code == "engine.no_job":
                raise host_closed() from problem
            raise
        if told["state"] == "failed":
            raise ArtistError.from_json(told["error"])
        return told["answer"]

    def close(self) -> None:
        """Wait no longer."""
        self._over.set()
        self._engine.interrupt()


class SelectionLine:
    """Give what is selected in a host, and again whenever it changed, until it is closed."""

    def __init__(self, engine: Engine, session: str) -> None:
        self._over = threading.Event()
        self._line = HostLine(engine, session, self._over)

    def __iter__(self) -> Iterator[Report]:
        """Give each selection as the host tells it."""
        shown: List[Any] = []
        while not self._over.is_set():
            now = self._line.ask("selection")
            if [now] != shown:
                shown = [now]
                yield Report(0, "", Answered(now))
            self._over.wait(LOOK)

    def close(self) -> None:
        """Stop asking."""
        self._line.close()


def host_closed() -> ArtistError:
    """Make the error of a host that is not there any more, or hears nothing."""
    return ArtistError(
        "input.host_closed",
        "Resolve does not answer",
        "It has closed, or a window that is open in it keeps scripts waiting.",
        "Close what is open on top of Resolve's window, or start Photo Double from its menu again.",
    )


def stopped() -> ArtistError:
    """Make the error of a wait that was given up."""
    return ArtistError("engine.stopped", "Stopped", "The wait for the host was given up.", "Ask again.")
