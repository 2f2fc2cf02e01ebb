"""What a worker says to its engine: whole lines of JSON on the pipe that was its output."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Mapping
from typing import Any

_PROGRESS_EVERY = 0.05
_ALIVE_EVERY = 1.0


class Voice:
    """Says one message at a time, from any thread. When nobody listens any more the worker ends."""

    def __init__(self, handle: int) -> None:
        """Speak into the pipe with this file number."""
        self._handle = handle
        self._lock = threading.Lock()

    def say(self, message: Mapping[str, Any]) -> None:
        """Send one message."""
        line = json.dumps(message, separators=(",", ":"), ensure_ascii=True).encode("ascii") + b"\n"
        with self._lock:
            try:
                while line:
                    line = line[os.write(self._handle, line) :]
            except OSError:
                os._exit(1)


class Telling:
    """Says what happens during one call; of many small steps of progress only as many as an eye can follow.

    The first and the last step of each part of the work are always said.
    """

    def __init__(self, voice: Voice, call: int) -> None:
        """Speak of the call with this number."""
        self._voice = voice
        self._call = call
        self._note: str | None = None
        self._said = 0.0
        self._kept: Mapping[str, Any] | None = None

    def event(self, event: Mapping[str, Any]) -> None:
        """Say an event, or keep a step of progress that comes too soon after the last one."""
        if event.get("event") == "progress" and self._comes_too_soon(event):
            self._kept = event
            return
        self.flush()
        self._voice.say({"say": "event", "call": self._call, "event": event})

    def flush(self) -> None:
        """Say the step of progress that was kept back."""
        kept, self._kept = self._kept, None
        if kept is not None:
            self._voice.say({"say": "event", "call": self._call, "event": kept})

    def _comes_too_soon(self, event: Mapping[str, Any]) -> bool:
        now = time.monotonic()
        if event["note"] != self._note:
            self._note, self._said = event["note"], now
            return False
        self._kept = None
        if event["frame"] < event["of"] and now - self._said < _PROGRESS_EVERY:
            return True
        self._said = now
        return False


def keep_alive(voice: Voice) -> None:
    """Say every second that this process runs, from a thread of its own."""

    def beat() -> None:
        while True:
            time.sleep(_ALIVE_EVERY)
            voice.say({"say": "alive"})

    threading.Thread(target=beat, name="alive", daemon=True).start()


def take_output() -> int:
    """Keep the output pipe for messages alone: whatever else is printed goes where errors go."""
    kept = os.dup(1)
    os.dup2(2, 1)
    return kept


def take_input() -> int:
    """Keep the input pipe for orders alone, out of reach of libraries and of processes they start."""
    kept = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return kept
