"""The one door to Nuke's main thread: Nuke itself may be touched nowhere else."""

from __future__ import annotations

import threading
import traceback
from typing import Any, Callable, NamedTuple, Optional

import nuke


class Told(NamedTuple):
    """What a call gave: whether it went well, its value, and what it raised otherwise."""

    ok: bool
    value: Any = None
    error: Optional[Exception] = None


def in_main_thread(call: Callable[[], Any]) -> Told:
    """Run a call in the main thread and wait for it; what it raises is told, which Nuke would swallow.

    From the main thread itself it is run at once, because waiting there would never end.
    """
    if threading.current_thread() is threading.main_thread():
        return _told(call)
    told = nuke.executeInMainThreadWithResult(_told, (call,))
    return told if isinstance(told, Told) else Told(False, None, RuntimeError("Nuke did not run the call"))


def soon(call: Callable[[], Any]) -> None:
    """Let the main thread run a call when it has time. A fault is printed and goes no further."""
    try:
        nuke.executeInMainThread(_printed, (call,))
    except RuntimeError:
        # A Nuke that is closing runs nothing any more; who hears of a job opens the script again.
        return


def _told(call: Callable[[], Any]) -> Told:
    try:
        return Told(True, call())
    except Exception as problem:  # noqa: BLE001, the edge of a thread: who waits is told
        return Told(False, None, problem)


def _printed(call: Callable[[], Any]) -> None:
    told = _told(call)
    if told.error is not None:
        problem = told.error
        lines = traceback.format_exception(type(problem), problem, problem.__traceback__)
        nuke.tprint("Photo Double: " + "".join(lines))
