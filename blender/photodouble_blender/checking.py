# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine itself: found, checked and restarted from the preferences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import listening
from ._vendor.photodouble_client.errors import ArtistError
from ._vendor.photodouble_client.events import Answered, Failed
from ._vendor.photodouble_client.jobs import Report
from ._vendor.photodouble_client.settings import ClientSettings, engine_interpreter
from ._vendor.photodouble_client.watch import Watcher
from .connecting import Answer, connector, give_up
from .listening import Heard, Listener

if TYPE_CHECKING:
    from ._vendor.photodouble_client.engine import Engine

RESTART = "restart_engine"
"""The action of an error that a restart of the engine puts right."""


@dataclass(frozen=True)
class EngineCheck:
    """What the Check button of the preferences found."""

    sentence: str = ""
    error: ArtistError | None = None
    python: str = ""


@dataclass
class _Found:
    """The latest check, and the one that is under way."""

    check: EngineCheck
    watcher: Watcher | None = None
    answers: int = 0


_found = _Found(EngineCheck())


def check_engine(settings: ClientSettings) -> None:
    """Ask for the engine, starting it if need be; `engine_check` tells what came of it.

    A path that is wrong is said, even if an engine that was started by another program answers: raises
    ArtistError `engine.not_installed`.
    """
    _look_for_engine(settings, "connect")


def restart_engine(settings: ClientSettings) -> None:
    """End whatever engine runs and start the installed one; raises as `check_engine`. Jobs go on after."""
    _look_for_engine(settings, "connect_anew")


def is_looking() -> bool:
    """Whether an engine is being looked for, ended or started."""
    return _found.watcher is not None


def refuse_engine(error: ArtistError) -> None:
    """Show why the engine could not be asked for."""
    _found.check = EngineCheck(error=error)
    listening.redraw()


def engine_check() -> EngineCheck:
    """Give what the Check button found."""
    return _found.check


def answers() -> int:
    """Count how often an engine answered: an error that asked for a restart is over when this grows."""
    return _found.answers


def _look_for_engine(settings: ClientSettings, way: str) -> None:
    python = engine_interpreter(settings)
    _close()
    _found.check = EngineCheck("Looking for the engine ...", python=python)
    _found.watcher = Watcher("", connector(settings, way), lambda engine: Answer(_hello, engine))
    listening.listen()


def _hello(engine: Engine) -> Any:
    return engine.hello()


def _poll() -> Heard:
    if _found.watcher is None:
        return Heard(False, False)
    reports = _found.watcher.poll()
    for report in reports:
        _found.check = _checked(report, _found.check.python)
    if _found.watcher.is_done:
        _close()
    return Heard(bool(reports), _found.watcher is not None)


def _checked(report: Report, python: str) -> EngineCheck:
    if isinstance(report.event, Answered):
        _found.answers += 1
        said = "The engine answers: Photo Double {version}, process {pid}.".format(**report.event.answer)
        return EngineCheck(f"{said} Blender starts it with {python}")
    return EngineCheck(error=report.event.error if isinstance(report.event, Failed) else None)


def _close() -> None:
    if _found.watcher is not None:
        give_up([_found.watcher])
        _found.watcher = None


def _forget() -> None:
    _close()
    _found.check = EngineCheck()


def register() -> None:
    """Be looked at by the timer."""
    listening.add(Listener(_poll, _forget))


def unregister() -> None:
    """Stop looking."""
    _forget()
