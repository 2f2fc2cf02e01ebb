# SPDX-License-Identifier: GPL-3.0-or-later
"""The job of every operation in every open scene: sent, watched, stopped, found again."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bpy

from . import checking, listening, progress
from ._vendor.photodouble_client.errors import ArtistError
from ._vendor.photodouble_client.events import Failed
from ._vendor.photodouble_client.jobs import Follower, Report
from ._vendor.photodouble_client.request import JobRequest
from ._vendor.photodouble_client.settings import ClientSettings
from ._vendor.photodouble_client.watch import Watcher, watch_submission
from ._vendor.photodouble_client.wire import Submission, checked_id
from .connecting import HOST, connecting, connector, give_up
from .listening import Heard, Listener
from .progress import Shown

if TYPE_CHECKING:
    from ._vendor.photodouble_client.engine import Engine

Place = tuple[int, str]
"""A scene by its `session_uid`, and an operation."""


@dataclass
class _Desk:
    """Everything that lives only as long as Blender runs."""

    shown: dict[Place, Shown]
    watchers: dict[Place, Watcher]
    sending: set[Place]
    answers: int = 0


_desk = _Desk({}, {}, set())


def shown(scene: Any, operation: str) -> Shown:
    """Give what the panel of an operation shows in a scene."""
    return _desk.shown.get((scene.session_uid, operation), Shown())


def refuse(scene: Any, operation: str, error: ArtistError) -> None:
    """Show an error that was found before anything was sent; a job that is at work stays in sight."""
    _desk.shown[scene.session_uid, operation] = dataclasses.replace(shown(scene, operation), error=error)
    listening.redraw()


def take_back(scene: Any, operation: str) -> None:
    """Show no error any more: what it was about went well this time."""
    _desk.shown[scene.session_uid, operation] = dataclasses.replace(shown(scene, operation), error=None)
    listening.redraw()


def submit(scene: Any, request: JobRequest, settings: ClientSettings) -> None:
    """Hand a request over and begin to watch it."""
    watcher = watch_submission(Submission(request), HOST, **connecting(settings))
    place = (scene.session_uid, request.operation)
    _watch(place, watcher, Shown(job=watcher.job, state=progress.SENDING))
    _desk.sending.add(place)


def show_drawing(scene: Any, operation: str, done: int, of: int) -> None:
    """Show how far the masks are that must be drawn before a request can be sent."""
    _desk.shown[scene.session_uid, operation] = Shown(state=progress.DRAWING, done=done, of=of)
    listening.redraw()


def stop_drawing(scene: Any, operation: str) -> None:
    """Show that nothing was sent."""
    _desk.shown[scene.session_uid, operation] = Shown()
    listening.redraw()


def cancel(scene: Any, operation: str, settings: ClientSettings) -> None:
    """Stop the job of an operation; one that was not handed over yet is not sent."""
    place = (scene.session_uid, operation)
    if place in _desk.sending:
        sending = _desk.watchers[place]
        _close(sending)
        if not sending.has_asked:
            del _desk.watchers[place]
            _desk.sending.discard(place)
            stop_drawing(scene, operation)
            return
    now = dataclasses.replace(shown(scene, operation), state=progress.STOPPING, error=None)
    _follow(scene, operation, now, settings, lambda engine: engine.cancel(now.job).job)


def resume(scene: Any, operation: str, settings: ClientSettings) -> None:
    """Let the job of an operation go on with what is missing."""
    now = dataclasses.replace(shown(scene, operation), state=progress.SENDING, error=None)
    _follow(scene, operation, now, settings, lambda engine: engine.resume(now.job).job)


def connect(scene: Any, operation: str, settings: ClientSettings) -> None:
    """Follow the job that a scene remembers from before Blender was closed; raises `engine.no_job`."""
    job = getattr(scene.photodouble, operation).job
    try:
        checked_id(job)
    except ArtistError as problem:
        raise ArtistError(
            "engine.no_job",
            "The latest job cannot be found",
            "What this file notes of its latest job is damaged.",
            "Press List the Jobs under Jobs, and follow it there.",
            detail=job[:100],
        ) from problem
    follow_job(scene, operation, job, settings)


def follow_job(scene: Any, operation: str, job: str, settings: ClientSettings) -> None:
    """Follow a job that the engine has, as if it had been sent from this scene."""
    now = Shown(job=job, state=progress.SENDING)
    _follow(scene, operation, now, settings, lambda engine: engine.job(job).job)


def _watch(place: Place, watcher: Watcher, now: Shown) -> None:
    _close(_desk.watchers.get(place))
    _desk.watchers[place] = watcher
    _desk.sending.discard(place)
    _desk.shown[place] = now
    listening.listen()


def _follow(
    scene: Any, operation: str, now: Shown, settings: ClientSettings, question: Callable[[Engine], str]
) -> None:
    """Ask the engine something about a job, then follow the job; what it told before is told again."""
    place = (scene.session_uid, operation)
    before = _desk.watchers.pop(place, None)
    _close(before)

    def follow(engine: Engine) -> Follower:
        # What is on its way to the engine comes there first, or not at all: a job that is being sent is
        # stopped, and not sent after it was stopped.
        if before is not None:
            before.close()
        return engine.events(question(engine))

    _watch(place, Watcher(now.job, connector(settings), follow), now)


def _poll() -> Heard:
    heard = _forget_restarts()
    for place, watcher in list(_desk.watchers.items()):
        for report in watcher.poll():
            heard = True
            _take_over(place, report)
        if watcher.is_done:
            del _desk.watchers[place]
            _desk.sending.discard(place)
            _close(watcher)
    return Heard(heard, bool(_desk.watchers))


def _take_over(place: Place, report: Report) -> None:
    """Change what a scene shows. Number 0 is said by the client: the engine was not reached, or refused."""
    now = _desk.shown[place]
    if report.seq == 0 and isinstance(report.event, Failed):
        never_sent = now.state == progress.STOPPING and report.event.error.code == "engine.no_job"
        _desk.shown[place] = Shown(error=None if never_sent else report.event.error)
        return
    _remember(place, now.job)
    _desk.shown[place] = progress.after(now, report.event)


def _remember(place: Place, job: str) -> None:
    """Let the file know its latest job, so that it is found again after Blender was closed.

    A scene that is linked from another file cannot be changed, and remembers nothing.
    """
    for scene in bpy.data.scenes:
        if scene.session_uid != place[0] or scene.library is not None:
            continue
        state = getattr(scene.photodouble, place[1])
        if state.job != job:
            state.job = job


def _forget_restarts() -> bool:
    """Take back what was said of an engine that had to be restarted, once one answers."""
    if checking.answers() == _desk.answers:
        return False
    _desk.answers = checking.answers()
    for place, now in _desk.shown.items():
        if now.error is not None and now.error.action == checking.RESTART:
            _desk.shown[place] = dataclasses.replace(now, error=None)
    return True


def _close(watcher: Watcher | None) -> None:
    if watcher is not None:
        give_up([watcher])


def _forget() -> None:
    """Stop watching; the jobs go on in the engine."""
    give_up(_desk.watchers.values())
    _desk.watchers.clear()
    _desk.sending.clear()
    _desk.shown.clear()


def register() -> None:
    """Be looked at by the timer, after the engine itself."""
    listening.add(Listener(_poll, _forget))


def unregister() -> None:
    """Stop watching; the jobs go on in the engine."""
    _forget()
