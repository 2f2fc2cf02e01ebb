"""How the command line talks: progress with time left on a terminal, JSON lines, or nothing at all."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, Failed, Finished, Progress, Queued, Warned

PAUSE = 5.0
"""Seconds between two lines about the same kind of work."""

SHOWN = 8
"""Digits of an id that are shown and are enough to name a take or a job."""

Say = Callable[[Event], None]


def tell_error(error: ArtistError, *, as_json: bool = False) -> None:
    """Print an error: title, what happened, what to do; or one `failed` event with --json."""
    if as_json:
        _json_line(Failed(error))
        return
    try:
        console = Console(stderr=True, soft_wrap=True, highlight=False)
        console.print(f"[bold red]{escape(error.title)}[/]")
        console.print(escape(error.message))
        console.print(f"[bold]{escape(error.fix)}[/]")
    except MemoryError:
        print(error.title, error.message, error.fix, sep="\n", file=sys.stderr)


def tell(text: str) -> None:
    """Print one line of a command's answer."""
    print(text)


def tell_json(content: object) -> None:
    """Print a command's answer as one JSON document."""
    print(json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False))


@contextmanager
def telling(*, quiet: bool = False, as_json: bool = False) -> Iterator[Say]:
    """Give the function that tells events while a job runs.

    Meanwhile what libraries print goes to the error stream, so that the output stays pure JSON lines.
    """
    answer = sys.stdout
    with redirect_stdout(sys.stderr):
        if as_json:
            yield lambda event: _json_line(event, answer) if _is_said(event, quiet) else None
        else:
            yield from _for_people(quiet)


def _is_said(event: Event, quiet: bool) -> bool:
    return not quiet or isinstance(event, (Failed, Finished, Warned))


def _for_people(quiet: bool) -> Iterator[Say]:
    if quiet:
        yield _warnings_only
    elif Console(stderr=True).is_terminal:
        with _bar() as bar:
            yield _Terminal(bar).say
    else:
        yield Lines().say


def _bar() -> Bar:
    return Bar(
        TextColumn("{task.description:<16}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


class _Terminal:
    """One bar per kind of work, with the time left."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._note = ""
        self._task = None

    def say(self, event: Event) -> None:
        if isinstance(event, Progress):
            self._progress(event)
        elif isinstance(event, Warned):
            self._bar.console.print(f"[yellow]Note:[/] {escape(event.message)}", highlight=False)

    def _progress(self, event: Progress) -> None:
        if self._task is None or event.note != self._note:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._note = event.note
            self._task = self._bar.add_task(escape(event.note or "working"), total=event.of)
        self._bar.update(self._task, completed=event.frame, total=event.of)


class Lines:
    """Lines for logs: how far each kind of work is and how long it will take, not more often than useful."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Measure time in seconds by `clock`."""
        self._clock = clock
        self._note = ""
        self._begun = (0.0, 0)
        self._said = 0.0
        self._last: Progress | None = None

    def say(self, event: Event) -> None:
        """Print what is worth a line."""
        if isinstance(event, Progress):
            self._progress(event)
        elif isinstance(event, Warned):
            print(f"Note: {event.message}", file=sys.stderr)
        elif isinstance(event, Queued):
            _tell_take(event)

    def _progress(self, event: Progress) -> None:
        now = self._clock()
        if event == self._last:
            return
        if event.note != self._note:
            self._note, self._begun = event.note, (now, event.frame)
        elif now - self._said < PAUSE and (event.frame < event.of or now == self._said):
            return
        self._said, self._last = now, event
        print(
            f"{event.note or 'working'} {event.frame}/{event.of}{self._left(event, now)}",
            file=sys.stderr,
            flush=True,
        )

    def _left(self, event: Progress, now: float) -> str:
        begun, first = self._begun
        done, missing = event.frame - first, event.of - event.frame
        # The first one opens files and compiles, so it says nothing about the others.
        if done < 2 or missing <= 0:
            return ""
        seconds = (now - begun) * missing / done
        return f", about {seconds:.0f} s left" if seconds < 90 else f", about {seconds / 60:.0f} min left"


def _tell_take(event: Queued) -> None:
    """Name the take by as much of its id as commands want; a preview makes none."""
    if event.take:
        print(f"take {event.take[:SHOWN]}", file=sys.stderr)


def _warnings_only(event: Event) -> None:
    if isinstance(event, Warned):
        print(f"Note: {event.message}", file=sys.stderr)


def _json_line(event: Event, stream: TextIO | None = None) -> None:
    print(json.dumps(event.to_json(), sort_keys=True, ensure_ascii=False), file=stream, flush=True)
