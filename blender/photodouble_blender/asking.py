# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions and tasks beside the jobs: asked without waiting, answered in a later tick of the timer."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import listening
from ._vendor.photodouble_client.errors import ArtistError
from ._vendor.photodouble_client.events import Answered, Failed
from ._vendor.photodouble_client.jobs import Follower
from ._vendor.photodouble_client.settings import ClientSettings
from ._vendor.photodouble_client.watch import Watcher
from ._vendor.photodouble_client.wire import new_id
from .connecting import Answer, connector, give_up
from .listening import Heard, Listener

if TYPE_CHECKING:
    from ._vendor.photodouble_client.engine import Engine

Then = Callable[[Any], None]
Refused = Callable[[ArtistError], None]


@dataclass(frozen=True)
class Asked:
    """Something that was asked of the engine, and who is told what came of it."""

    watcher: Watcher
    then: Then
    refused: Refused


_asked: dict[str, Asked] = {}


def ask(
    what: str, settings: ClientSettings, question: Callable[[Engine], Any], then: Then, refused: Refused
) -> None:
    """Ask the engine one thing, such as its jobs; `then` gets the answer on Blender's thread.

    `what` names what is asked: asking it again gives up the question before.
    """
    _ask(what, settings, lambda engine: Answer(question, engine), then, refused)


def ask_task(
    name: str, arguments: Mapping[str, Any], settings: ClientSettings, then: Then, refused: Refused
) -> None:
    """Let the engine do a task, such as `takes.list`."""
    _ask(name, settings, lambda engine: engine.task_events(name, arguments, new_id()), then, refused)


def is_asking(what: str) -> bool:
    """Whether the answer to a question or task is still to come."""
    return what in _asked


def _ask(
    what: str, settings: ClientSettings, follow: Callable[[Engine], Follower], then: Then, refused: Refused
) -> None:
    before = _asked.pop(what, None)
    if before is not None:
        give_up([before.watcher])
    _asked[what] = Asked(Watcher("", connector(settings), follow), then, refused)
    listening.listen()


def _poll() -> Heard:
    """Tell whoever asked what was answered; an answer may ask the next thing."""
    heard = False
    for what, asked in list(_asked.items()):
        for report in asked.watcher.poll():
            heard = True
            if isinstance(report.event, (Answered, Failed)):
                _end(what, asked)
                _tell(asked, report.event)
        if asked.watcher.is_done:
            _end(what, asked)
    return Heard(heard, bool(_asked))


def _end(what: str, asked: Asked) -> None:
    if _asked.get(what) is asked:
        del _asked[what]
        give_up([asked.watcher])


def _tell(asked: Asked, event: Answered | Failed) -> None:
    if isinstance(event, Failed):
        asked.refused(event.error)
        return
    try:
        asked.then(event.answer)
    except ArtistError as problem:
        asked.refused(problem)
    except ReferenceError as problem:
        asked.refused(_gone(problem))
    except Exception as problem:  # noqa: BLE001, the edge of an answer: the artist is told, the timer goes on
        traceback.print_exc()
        asked.refused(_fault(problem))


def _gone(problem: Exception) -> ArtistError:
    return ArtistError(
        "usage.arguments",
        "What the answer was meant for is gone",
        "It was deleted, or undone, while the engine worked.",
        "Bring it back and press the button again. What the engine made is kept.",
        detail=str(problem),
    )


def _fault(problem: Exception) -> ArtistError:
    return ArtistError(
        "engine.unexpected",
        "Something went wrong inside Photo Double",
        f"The engine's answer could not be taken over: {problem}.",
        "Try again; if it happens again, send us what Blender's console says.",
        detail=f"{type(problem).__name__}: {problem}",
    )


def _forget() -> None:
    """Give every question up."""
    give_up(asked.watcher for asked in _asked.values())
    _asked.clear()


def register() -> None:
    """Be looked at by the timer."""
    listening.add(Listener(_poll, _forget))


def unregister() -> None:
    """Give every question up."""
    _forget()
