"""What the buttons of a node do: make a take, stop, go on, find the job again. Nothing here ever raises.

Whatever is wrong is one line on the node, with what to do about it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, Mapping

import nuke

from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest
from photodouble_client.wire import new_id

from . import (
    asked,
    asking,
    background,
    connecting,
    edge,
    farm,
    gathering,
    jobs,
    planning,
    progress,
    rendering,
    upgrade,
)
from .elements import Plan
from .node import PhotoDoubleNode
from .progress import Shown


def run(node: Any) -> None:
    """Make a take of a node: render what has to be rendered, then hand the request to the engine."""
    _at_the_edge(node, _run)


def cancel(node: Any) -> None:
    """Stop what a node has at work. Finished frames are kept, and the job can go on later."""
    _at_the_edge(node, _cancel)


def resume(node: Any) -> None:
    """Go on with a job that was stopped or failed: only what is missing is made."""
    _at_the_edge(node, _resume)


def connect(node: Any) -> None:
    """Find the latest job of a node in the engine again, as after Nuke was closed meanwhile."""
    _at_the_edge(node, _connect)


def restart_engine(node: Any) -> None:
    """End whatever engine runs and start the installed one; jobs go on where they were."""
    _at_the_edge(node, jobs.restart_engine)


def ask(
    name: str,
    arguments: Mapping[str, Any],
    done: Callable[[Any], None],
    failed: Callable[[ArtistError], None],
) -> None:
    """Let the engine do a task; the answer, or why there is none, comes later in the main thread."""
    try:
        connecting.refuse_terminal()
        asking.ask(name, arguments, done, failed)
    except ArtistError as error:
        failed(error)


def shown(node: Any) -> Shown:
    """Give what is shown of the job of a node."""
    return jobs.shown(_wrapped(node))


def forget() -> None:
    """Follow nothing any more, as when the script is closed. The jobs go on in the engine."""
    background.forget()
    asking.forget()
    jobs.forget()


def _at_the_edge(node: Any, do: Callable[[Any], None]) -> None:
    edge.guarded(_wrapped(node), lambda pd: _in_window(pd, do))


def _wrapped(node: Any) -> PhotoDoubleNode:
    """Take a node of Nuke's as well as one of ours. (A group has a method called `node`.)"""
    return node if isinstance(node, PhotoDoubleNode) else PhotoDoubleNode(node)


def _in_window(pd: Any, do: Callable[[Any], None]) -> None:
    connecting.refuse_terminal()
    nuke.addOnScriptClose(forget)
    do(pd)


def _run(pd: Any) -> None:
    if jobs.shown(pd).is_at_work:
        raise ArtistError(
            "usage.arguments",
            "A job of this node is at work",
            "{} is making a take.".format(pd.name),
            "Wait for it, or press Cancel.",
        )
    upgrade.mend(pd)
    connecting.check_engine()
    plan = planning.plan(pd)
    request = gathering.request_from(pd, plan).with_take(new_id())
    where = asked.text(pd.node, "render_where")
    if where == "farm":
        farm.write(pd, plan, request)
    elif where == "background" and plan.count:
        jobs.show(pd, Shown(state=progress.RENDERING, of=plan.count, note=plan.words))
        background.start(pd, plan, lambda there: _send(pd, there, request))
    elif not plan.count:
        _send(pd, plan, request)
    elif nuke.ask(plan.words + "\n\nNuke waits meanwhile. Render them now?"):
        jobs.show(pd, Shown(state=progress.RENDERING, of=plan.count))
        _send(pd, rendering.render(plan), request)


def _send(pd: Any, plan: Plan, request: JobRequest) -> None:
    """Hand over the request of the moment the button was pressed, less handles that were not to be had."""
    request = replace(request, inputs=plan.inputs, source_range=plan.source_range)
    pd.submitted(request, plan.fingerprints, request.take)
    jobs.submit(pd, request)


def _cancel(pd: Any) -> None:
    if background.is_rendering(pd):
        background.give_up(pd)
        jobs.show(pd, Shown(state=progress.CANCELLED))
    elif jobs.shown(pd).is_at_work or pd.job:
        jobs.cancel(pd)


def _resume(pd: Any) -> None:
    if not (jobs.shown(pd).job or pd.job):
        _run(pd)
    else:
        jobs.resume(pd)


def _connect(pd: Any) -> None:
    if not jobs.shown(pd).is_at_work:
        jobs.connect(pd)
