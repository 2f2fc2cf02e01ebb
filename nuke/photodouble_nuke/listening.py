"""The one place with threads of ours: each hands what a watcher hears to Nuke's main thread, as it comes."""

from __future__ import annotations

import threading
from typing import Callable, List

from photodouble_client.jobs import Report
from photodouble_client.watch import Watcher

from . import main_thread

PATIENCE = 0.25
PAUSE = 0.1
"""Seconds between two deliveries, so that a fast job does not keep the main thread busy."""

TakeOver = Callable[[List[Report], str], None]


class Listener:
    """Listen to a watcher until it has nothing more to say or is closed; `take_over` runs in the main thread.

    It is given the reports that came and, in words, what is waited for before the first.
    """

    def __init__(self, watcher: Watcher, take_over: TakeOver) -> None:
        """Begin to listen."""
        self.watcher = watcher
        self._take_over = take_over
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="photodouble listening", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening, without waiting; the job goes on."""
        self._closed.set()
        self.watcher.close(0)

    def _run(self) -> None:
        note = ""
        while not self._closed.is_set():
            reports = self.watcher.wait(PATIENCE)
            if reports or self.watcher.note != note:
                note = self.watcher.note
                self._deliver(reports, note)
            if self.watcher.is_done:
                return
            self._closed.wait(PAUSE)

    def _deliver(self, reports: List[Report], note: str) -> None:
        main_thread.soon(lambda: None if self._closed.is_set() else self._take_over(reports, note))
