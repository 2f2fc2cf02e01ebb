"""Tasks of the engine, such as its list of takes: asked without waiting, answered in the main thread."""

from __future__ import annotations

from typing import Any, Callable, List, Mapping

from photodouble_client.errors import ArtistError
from photodouble_client.events import Answered, Failed
from photodouble_client.jobs import Report
from photodouble_client.watch import watch_task

from . import connecting
from .gathering import HOST
from .listening import Listener

Done = Callable[[Any], None]
Refused = Callable[[ArtistError], None]

_listeners: List[Listener] = []


def ask(name: str, arguments: Mapping[str, Any], done: Done, failed: Refused) -> None:
    """Let the engine do a task; one of the two functions is called with what came of it, never at once.

    Raises ArtistError where the settings are broken.
    """
    watcher = watch_task(name, arguments, HOST, **connecting.connecting())

    def take_over(reports: List[Report], _note: str) -> None:
        for report in reports:
            if isinstance(report.event, (Answered, Failed)):
                _forget(listener)
            if isinstance(report.event, Answered):
                done(report.event.answer)
            elif isinstance(report.event, Failed):
                failed(report.event.error)

    listener = Listener(watcher, take_over)
    _listeners.append(listener)


def forget() -> None:
    """Wait for no answer any more."""
    for listener in list(_listeners):
        _forget(listener)


def _forget(listener: Listener) -> None:
    if listener in _listeners:
        _listeners.remove(listener)
        listener.close()
