"""Tell a task's events to Open Job Description: percent, what it is doing, and why it failed."""

from __future__ import annotations

import re
from collections.abc import Callable

from photodouble_client.errors import CODES, ArtistError
from photodouble_client.events import Event, Finished, Progress, Queued, Warned

PROGRESS, STATUS, FAIL, VARIABLE = "openjd_progress", "openjd_status", "openjd_fail", "openjd_env"
_CODE = re.compile(r"\(([a-z]+\.[a-z_]+)\)\s*\Z")


class FarmLines:
    """Write one line per whole percent and per kind of work, for the task that a farm runs."""

    def __init__(self, write: Callable[[str], None]) -> None:
        """Write each line by `write`."""
        self._write = write
        self._note = ""
        self._percent = -1

    def say(self, event: Event) -> None:
        """Tell an event if it is worth a line."""
        if isinstance(event, Progress):
            self._progress(event)
        elif isinstance(event, Warned):
            self._write(f"Note: {one_line(event.message)}")
        elif isinstance(event, Queued):
            self._write(f"take {event.take}")
        elif isinstance(event, Finished):
            self._write(f"{STATUS}: {'the take is sealed' if event.manifest else 'the chunk is made'}")

    def _progress(self, event: Progress) -> None:
        if event.note != self._note:
            self._note, self._percent = event.note, -1
            self._write(f"{STATUS}: {one_line(event.note) or 'working'}")
        percent = 100 * event.frame // max(event.of, 1)
        if percent != self._percent:
            self._percent = percent
            self._write(f"{PROGRESS}: {min(max(percent, 0), 100)}.0")


def fail_line(error: ArtistError) -> str:
    """Return the line that says why a task failed; the error's code stands last, in brackets."""
    return f"{FAIL}: {one_line(str(error))} ({error.code})"


def code_in(text: str) -> str:
    """Return the error code at the end of what a task said, or an empty text."""
    found = _CODE.search(text)
    return found[1] if found is not None and found[1] in CODES else ""


def without_code(text: str) -> str:
    """Return what a failed task said, without the code at its end."""
    return _CODE.sub("", text).strip()


def one_line(text: str) -> str:
    """Return a text as one line."""
    return " ".join(text.split())
