"""The job of every node: sent, followed, stopped, found again. What comes is shown on the node."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional

import nuke

from photodouble_client.errors import ArtistError
from photodouble_client.events import Answered, Failed
from photodouble_client.jobs import Report
from photodouble_client.request import JobRequest
from photodouble_client.watch import Watcher, watch_submission
from photodouble_client.wire import Job, Submission

from . import connecting, node, progress
from .gathering import HOST
from .listening import Listener
from .progress import Shown

if TYPE_CHECKING:
    from photodouble_client.engine import Engine

Told = Callable[[], None]
After = Callable[[Shown, Report], Shown]


NOBODYS = "-"
"""A choice that no node has made: the take of such a job is never shown by itself."""


@dataclass
class _Desk:
    """Everything that lives only as long as the script is open."""

    shown: Dict[str, Shown] = field(default_factory=dict)
    listeners: Dict[str, Listener] = field(default_factory=dict)
    told: List[Told] = field(default_factory=list)


_desk = _Desk()


def shown(pd: Any) -> Shown:
    """Give what is shown of the job of a node."""
    return _desk.shown.get(pd.ident, Shown())


def show(pd: Any, now: Shown) -> None:
    """Show a job on its node, and tell whoever wants to know."""
    _desk.shown[pd.ident] = now
    if now.words:
        pd.status(now.words, now.colour)
    for told in list(_desk.told):
        told()


def refuse(pd: Any, error: ArtistError) -> None:
    """Show an error; a job that is at work stays in sight."""
    now = shown(pd)
    if now.is_at_work and now.state != progress.RENDERING:
        show(pd, replace(now, error=error))
    else:
        show(pd, progress.ended_early(Shown(), error))


def tell(told: Told) -> None:
    """Call a function, in the main thread, whenever what is shown of a job changes."""
    if told not in _desk.told:
        _desk.told.append(told)


def tell_no_more(told: Told) -> None:
    """Take a function of `tell` back."""
    if told in _desk.told:
        _desk.told.remove(told)


def submit(pd: Any, request: JobRequest) -> None:
    """Hand a request over and follow it. Finding or starting the engine happens in a thread of the client."""
    watcher = watch_submission(Submission(request, job=request.take), HOST, **connecting.connecting())
    listen(pd, watcher, Shown(job=request.take, state=progress.SENDING, chosen=pd.folder))


def cancel(pd: Any) -> None:
    """Stop the job of a node; one that was not handed over yet is not sent."""
    now = shown(pd)
    listener = _desk.listeners.get(pd.ident)
    if listener is not None and not listener.watcher.has_asked:
        _close(pd.ident)
        if pd.job == now.job:
            pd.forget_job()
        show(pd, replace(now, job="", state=progress.CANCELLED, error=None))
        return
    now = replace(now, job=now.job or pd.job, state=progress.STOPPING, error=None)
    _ask(pd, now, lambda engine: str(engine.cancel(now.job).job))


def resume(pd: Any) -> None:
    """Let the job of a node go on with what is missing."""
    now = shown(pd)
    now = replace(now, job=now.job or pd.job, state=progress.SENDING, error=None, note="")
    _ask(pd, now, lambda engine: str(engine.resume(now.job).job))


def connect(pd: Any) -> None:
    """Find the latest job of a node again, as after Nuke was closed; one that is at work is followed."""
    job, script, name = pd.job, pd.script, pd.name

    def find(engine: Engine) -> Any:
        found = engine.job(job) if job else _latest(engine, script, name)
        if found is not None and not found.has_ended:
            return engine.events(found.job)
        return connecting.Answer(lambda _: None if found is None else found.to_json(), engine)

    # A job that ended and is remembered no more was seen to its end: the artist's choice since stays.
    now = Shown(job=job, chosen=pd.chosen_before(job) if job else NOBODYS)
    listen(pd, Watcher(job, connecting.connector(), find), now, _found)


def restart_engine(pd: Any) -> None:
    """End whatever engine runs, start the installed one, and follow the job of a node if it has one."""
    job = shown(pd).job or pd.job

    def find(engine: Engine) -> Any:
        known = [one.job for one in engine.jobs(host=HOST)]
        return engine.events(job) if job in known else connecting.Answer(lambda one: one.hello(), engine)

    now = Shown(job=job, state=progress.SENDING)
    listen(pd, Watcher(job, connecting.connector_anew(), find), now, _restarted)


def is_followed(ident: str) -> bool:
    """Whether the job of the node with this id is listened to."""
    return ident in _desk.listeners


def forget() -> None:
    """Follow nothing any more, as when the script is closed. The jobs go on in the engine."""
    for ident in list(_desk.listeners):
        _close(ident)
    _desk.shown.clear()


def _ask(pd: Any, now: Shown, question: Callable[[Engine], str]) -> None:
    """Ask the engine something about a job, then follow the job; what it told before is told again."""
    watcher = Watcher(now.job, connecting.connector(), lambda engine: engine.events(question(engine)))
    listen(pd, watcher, now)


def listen(pd: Any, watcher: Watcher, now: Shown, after: Optional[After] = None) -> None:
    """Show what a watcher tells on a node; `after` says what a report makes of what is shown."""
    ident, change = pd.ident, after or _after
    _close(ident)
    show(pd, now)
    _desk.listeners[ident] = Listener(watcher, lambda reports, note: _take_over(ident, reports, note, change))


def _close(ident: str) -> None:
    listener = _desk.listeners.pop(ident, None)
    if listener is not None:
        listener.close()


def _take_over(ident: str, reports: List[Report], note: str, after: After) -> None:
    """Change what a node shows. One that was deleted may come back by an undo, and then shows it, too."""
    pd = node.by_ident(ident)
    now = before = _desk.shown.get(ident, Shown())
    for report in reports:
        now = after(now, report)
    if pd is None:
        _keep_for_later(ident, now, bool(reports) and reports[-1].is_last)
        return
    if not reports and now.state == progress.SENDING:
        now = replace(now, note=note)
    if now != before:
        show(pd, now)
    if reports and reports[-1].is_last and now.is_finished:
        pd.forget_job()
        _choose(pd, now)


def _keep_for_later(ident: str, now: Shown, is_last: bool) -> None:
    """Follow the job of a node that is gone to its end; then Refresh finds it, should the node come back."""
    if is_last:
        _close(ident)
        _desk.shown.pop(ident, None)
    else:
        _desk.shown[ident] = now


def _after(now: Shown, report: Report) -> Shown:
    """Take a report over. Number 0 is said by the client: the engine was not reached, or refused."""
    if report.seq == 0 and isinstance(report.event, Failed):
        error = report.event.error
        if now.state == progress.STOPPING and error.code == "engine.no_job":
            return replace(now, state=progress.CANCELLED, error=None)
        return progress.ended_early(now, error)
    return progress.after(replace(now, job=report.job or now.job), report.event)


def _choose(pd: Any, now: Shown) -> None:
    """Show the new take on the node, unless the artist has chosen another one while it was made."""
    try:
        if pd.folder != now.chosen:
            pd.list_take(now.take_folder)
            return
        with nuke.Undo("Photo Double: {}".format(now.take_label)):
            pd.choose(now.take_folder)
    except ArtistError as error:
        refuse(pd, error)
        return
    if not pd.stale:
        pd.status(now.words, now.colour)


def _latest(engine: Engine, script: str, name: str) -> Optional[Job]:
    """Find the newest job that a script's node has sent, where the script was not saved after it was.

    A script without a name has none: any other's would be meant.
    """
    if not script:
        return None
    jobs = engine.jobs(host=HOST, script=script)
    return next((job for job in jobs if job.node == name), None)


def _found(now: Shown, report: Report) -> Shown:
    """Take over what the engine knows of a job that ended before; one that is unknown tells nothing."""
    if isinstance(report.event, Answered):
        if report.event.answer is None:
            return Shown()
        job = Job.from_json(report.event.answer)
        known = replace(now, job=job.job, done=job.done, of=job.frames, warnings=job.warnings)
        if job.error is not None:
            return progress.ended_early(known, job.error)
        return replace(known, state=job.state, take_label=job.take_label, take_folder=job.take_folder)
    now = replace(now, chosen="" if now.chosen == NOBODYS else now.chosen)
    is_unknown = isinstance(report.event, Failed) and report.event.error.code == "engine.no_job"
    return Shown() if is_unknown else _after(now, report)


def _restarted(now: Shown, report: Report) -> Shown:
    if isinstance(report.event, Answered):
        return Shown(state=progress.TOLD, note="The engine was restarted and answers. Press Run again.")
    return _after(now, report)
