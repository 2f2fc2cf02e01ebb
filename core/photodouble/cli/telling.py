"""How the command line talks: progress with time left on a terminal, JSON lines, or nothing at all."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, Failed, FrameDone, Progress, Queued, Warned

Say = Callable[[Event], None]


def tell_error(error: ArtistError, *, as_json: bool = False) -> None:
    """Print an error: title, what happened, what to do; or one `failed` event with --json."""
    if as_json:
        _json_line(Failed(error))
        return
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(f"[bold red]{escape(error.title)}[/]")
    console.print(escape(error.message))
    console.print(f"[bold]{escape(error.fix)}[/]")


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
            yield lambda event: _json_line(event, answer)
        else:
            yield from _for_people(quiet)


def _for_people(quiet: bool) -> Iterator[Say]:
    if quiet:
        yield _warnings_only
    elif Console(stderr=True).is_terminal:
        with _bar() as bar:
            yield _Terminal(bar).say
    else:
        yield _Plain().say


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


class _Plain:
    """One line per kind of work and per finished frame, for logs."""

    def __init__(self) -> None:
        self._note = ""

    def say(self, event: Event) -> None:
        if isinstance(event, Progress) and event.note != self._note:
            self._note = event.note
            print(event.note, file=sys.stderr)
        elif isinstance(event, Warned):
            print(f"Note: {event.message}", file=sys.stderr)
        elif isinstance(event, FrameDone):
            print(f"frame {event.frame}  {Path(event.path).name}", file=sys.stderr)
        elif isinstance(event, Queued):
            print(f"take {event.take}", file=sys.stderr)


def _warnings_only(event: Event) -> None:
    if isinstance(event, Warned):
        print(f"Note: {event.message}", file=sys.stderr)


def _json_line(event: Event, stream: TextIO | None = None) -> None:
    print(json.dumps(event.to_json(), sort_keys=True, ensure_ascii=False), file=stream, flush=True)
