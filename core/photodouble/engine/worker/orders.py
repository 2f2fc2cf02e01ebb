"""What the engine asks of a worker: calls wait in a row, while stop, hold and go act at once."""

from __future__ import annotations

import json
import logging
import os
import queue
import threading
from collections.abc import Mapping
from typing import Any

logger = logging.getLogger(__name__)

Order = Mapping[str, Any]

QUIT: Order = {"do": "quit"}


class Orders:
    """Reads the engine's pipe in a thread of its own, so that the engine is heard during any work."""

    def __init__(self, handle: int) -> None:
        """Read from the pipe with this file number."""
        self._handle = handle
        self._waiting: queue.SimpleQueue[Order] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._stopped: set[int] = set()
        self._held = False

    def listen(self) -> None:
        """Begin to read; the end of the pipe ends this process at once, since its engine is gone."""
        threading.Thread(target=self._read, name="orders", daemon=True).start()

    def next(self) -> Order:
        """Wait for the next order in the row."""
        return self._waiting.get()

    def should_stop(self, call: int) -> bool:
        """Whether a call was asked to stop; waits here as long as the engine says hold."""
        with self._changed:
            while self._held and call not in self._stopped:
                self._changed.wait()
            return call in self._stopped

    def ended(self, call: int) -> None:
        """Forget a call that has ended."""
        with self._changed:
            self._stopped.discard(call)

    def _read(self) -> None:
        with os.fdopen(self._handle, "rb") as stream:
            for line in stream:
                try:
                    self._take(line)
                except (ValueError, KeyError, TypeError):
                    logger.exception("an order could not be read")
        os._exit(0)

    def _take(self, line: bytes) -> None:
        order = json.loads(line)
        if order["do"] not in ("stop", "hold", "go"):
            self._waiting.put(order)
            return
        with self._changed:
            if order["do"] == "stop":
                self._stopped.add(int(order["call"]))
            else:
                self._held = order["do"] == "hold"
            self._changed.notify_all()
