# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs of the open scenes: the client's watchers do all the waiting, `poll` takes over what they heard.

A timer calls `poll` while there is something to hear. Blender without a window runs no timers: a script calls
it by itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import bpy

from . import progress
from ._vendor.photodouble_client.engine import Engine
from ._vendor.photodouble_client.errors import ArtistError
from ._vendor.photodouble_client.events import Answered, Failed
from ._vendor.photodouble_client.jobs import Follower, Report
from ._vendor.photodouble_client.request import JobRequest
from ._vendor.photodouble_client.settings import ClientSettings, engine_interpreter
from ._vendor.photodouble_client.watch import Watcher, watch_submission
from ._vendor.photodouble_client.wire import Submission
from .progress import Shown

HOST = "blender"
INTERVAL = 0.1
RESTART = "restart_engine"
"""The action of an error that a restart of the engine puts right."""
_EDITORS = ("CLIP_EDITOR", "IMAGE_EDITOR", "PREFERENCES")

Connect = Callable[..., Engine]


@dataclass(frozen=True)
class EngineCheck:
    """What the Check button of the preferences found."""

    sentence: str = ""
    error: ArtistError | None = None
    python: str = ""


@dataclass
class _Desk:
    """Everything that lives only as long as Blender runs; scenes by their `session_uid`."""

    shown: dict[int, Shown]
    watchers: dict[int, Watcher]
    check: EngineCheck
    checker: Watcher | None = None


_desk = _Desk({}, {}, EngineCheck())


def shown(scene: Any) -> Shown:
    """Give what the panel of a scene shows."""
    return _desk.shown.get(scene.session_uid, Shown())


def refuse(scene: Any, error: ArtistError) -> None:
    """Show an error that was found before anything was sent; a job that is at work stays in sight."""
    _desk.shown[scene.session_uid] = dataclasses.replace(shown(scene), error=error)
    _redraw()


def submit(scene: Any, request: JobRequest, settings: ClientSettings) -> None:
    """Hand a request over and begin to watch it."""
    watcher = watch_submission(Submission(request), HOST, **_connecting(settings))
    _watch(scene, watcher, Shown(job=watcher.job, state=progress.SENDING))


def cancel(scene: Any, settings: ClientSettings) -> None:
    """Stop the job of a scene; one that was not handed over yet is not sent."""
    now = dataclasses.replace(shown(scene), state=progress.STOPPING, error=None)
    _ask(scene, now, settings, lambda engine: engine.cancel(now.job).job)


def resume(scene: Any, settings: ClientSettings) -> None:
    """Let the job of a scene go on with what is missing."""
    now = dataclasses.replace(shown(scene), state=progress.SENDING, error=None)
    _ask(scene, now, settings, lambda engine: engine.resume(now.job).job)


def connect(scene: Any, settings: ClientSettings) -> None:
    """Follow the job that a scene remembers from before Blender was closed."""
    job = scene.photodouble.job
    _ask(scene, Shown(job=job, state=progress.SENDING), settings, lambda engine: engine.job(job).job)


def check_engine(settings: ClientSettings) -> None:
    """Ask for the engine, starting it if need be; `engine_check` tells what came of it.

    A path that is wrong is said, even if an engine that was started by another program answers: raises
    ArtistError `engine.not_installed`.
    """
    _look_for_engine(settings, Engine.connect)


def restart_engine(settings: ClientSettings) -> None:
    """End whatever engine runs and start the installed one; raises as `check_engine`. Jobs go on after."""
    _look_for_engine(settings, Engine.connect_anew)


def is_looking() -> bool:
    """Whether an engine is being looked for, ended or started."""
    return _desk.checker is not None


def refuse_engine(error: ArtistError) -> None:
    """Show why the engine could not be asked for."""
    _desk.check = EngineCheck(error=error)
    _redraw()


def engine_check() -> EngineCheck:
    """Give what the Check button found."""
    return _desk.check


def poll() -> bool:
    """Take over what was heard since the last time, without waiting; says whether there is more to come."""
    heard = False
    for uid, watcher in list(_desk.watchers.items()):
        for report in watcher.poll():
            heard = True
            _take_over(uid, report)
        if watcher.is_done:
            del _desk.watchers[uid]
            watcher.close()
    heard = _poll_check() or heard
    if heard:
        _redraw()
    return bool(_desk.watchers) or _desk.checker is not None


def _look_for_engine(settings: ClientSettings, connect: Connect) -> None:
    python = engine_interpreter(settings)
    _close(_desk.checker)
    _desk.check = EngineCheck("Looking for the engine ...", python=python)
    _desk.checker = Watcher("", _connector(settings, connect), _Hello)
    _listen()


def _watch(scene: Any, watcher: Watcher, now: Shown) -> None:
    _close(_desk.watchers.get(scene.session_uid))
    _desk.watchers[scene.session_uid] = watcher
    _desk.shown[scene.session_uid] = now
    _listen()


def _ask(scene: Any, now: Shown, settings: ClientSettings, ask: Callable[[Engine], str]) -> None:
    """Ask the engine something about a job, then follow the job; what it told before is told again."""
    _close(_desk.watchers.pop(scene.session_uid, None))

    def follow(engine: Engine) -> Follower:
        return engine.events(ask(engine))

    _watch(scene, Watcher(now.job, _connector(settings), follow), now)


def _take_over(uid: int, report: Report) -> None:
    """Change what a scene shows. Number 0 is said by the client: the engine was not reached, or refused."""
    now = _desk.shown[uid]
    if report.seq == 0 and isinstance(report.event, Failed):
        never_sent = now.state == progress.STOPPING and report.event.error.code == "engine.no_job"
        _desk.shown[uid] = Shown(error=None if never_sent else report.event.error)
        return
    _remember(uid, now.job)
    _desk.shown[uid] = progress.after(now, report.event)


def _remember(uid: int, job: str) -> None:
    """Let the file know its latest job, so that it is found again after Blender was closed."""
    for scene in bpy.data.scenes:
        if scene.session_uid == uid and scene.photodouble.job != job:
            scene.photodouble.job = job


def _poll_check() -> bool:
    if _desk.checker is None:
        return False
    reports = _desk.checker.poll()
    for report in reports:
        _desk.check = _checked(report, _desk.check.python)
    if _desk.checker.is_done:
        _close(_desk.checker)
        _desk.checker = None
    return bool(reports)


def _checked(report: Report, python: str) -> EngineCheck:
    if isinstance(report.event, Answered):
        hello = report.event.answer
        _forget_restarts()
        answers = "The engine answers: Photo Double {version}, process {pid}.".format(**hello)
        return EngineCheck(f"{answers} Blender starts it with {python}")
    return EngineCheck(error=report.event.error if isinstance(report.event, Failed) else None)


def _forget_restarts() -> None:
    """Take back what was said of an engine that had to be restarted: this one answers."""
    for uid, now in _desk.shown.items():
        if now.error is not None and now.error.action == RESTART:
            _desk.shown[uid] = dataclasses.replace(now, error=None)


class _Hello:
    """Ask an engine who it is, as a follower that has one report."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __iter__(self) -> Iterator[Report]:
        yield Report(0, "", Answered(self._engine.hello()))

    def close(self) -> None:
        """Do nothing: the answer comes at once, and nothing is kept open."""


def _connecting(settings: ClientSettings) -> dict[str, Any]:
    return {"host_version": bpy.app.version_string, "settings": settings}


def _connector(settings: ClientSettings, connect: Connect = Engine.connect) -> Connect:
    return lambda say, stop: connect(HOST, on_progress=say, stop=stop, **_connecting(settings))


def _listen() -> None:
    if not bpy.app.timers.is_registered(_tick):
        bpy.app.timers.register(_tick, first_interval=INTERVAL, persistent=True)
    _redraw()


def _tick() -> float | None:
    return INTERVAL if poll() else None


def _redraw() -> None:
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in _EDITORS:
                area.tag_redraw()


def _close(watcher: Watcher | None) -> None:
    if watcher is not None:
        watcher.close()


def _forget() -> None:
    """Stop watching; the jobs go on in the engine."""
    for watcher in (*_desk.watchers.values(), _desk.checker):
        _close(watcher)
    _desk.watchers.clear()
    _desk.shown.clear()
    _desk.checker, _desk.check = None, EngineCheck()


@bpy.app.handlers.persistent
def _on_load(*_arguments: Any) -> None:
    """Forget the scenes of the file before: their numbers mean other scenes now."""
    _forget()


def register() -> None:
    """Begin to notice when another file is opened."""
    bpy.app.handlers.load_post.append(_on_load)


def unregister() -> None:
    """Stop watching, without a thread or a timer left behind."""
    _forget()
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    if _on_load in bpy.app.handlers.load_post:
        bpy.app.handlers.load_post.remove(_on_load)
