"""The main thread's queue and the progress bar (facts section 6)."""

from __future__ import annotations

import threading
import traceback
from typing import Any, Callable, Dict, Optional

from . import session
from .session import Answer


def executeInMainThread(
    call: Callable[..., Any], args: Any = (), kwargs: Optional[Dict[str, Any]] = None
) -> None:
    """Hand a call to the main thread, which runs it when it idles (stubs nuke_internal/executeInMain.py)."""
    session.now().queue.append((call, _many(args), dict(kwargs or {}), None))


def executeInMainThreadWithResult(
    call: Callable[..., Any], args: Any = (), kwargs: Optional[Dict[str, Any]] = None
) -> Any:
    """Hand a call to the main thread and wait; what it raised is printed there, and the answer is None.

    In Nuke this never returns when it is called on the main thread; the fake raises RuntimeError there.
    """
    running = session.now()
    if threading.current_thread() is running.main_thread:
        raise RuntimeError("executeInMainThreadWithResult on the main thread waits for itself for ever")
    answer = Answer()
    running.queue.append((call, _many(args), dict(kwargs or {}), answer))
    if not answer.given.wait(timeout=60):
        raise RuntimeError("nobody let the main thread idle: host.idle()")
    return answer.value


def pump() -> int:
    """Run what waits for the main thread, as Nuke does when it idles; says how many calls ran."""
    running = session.now()
    running.main_only("idle")
    ran = 0
    while running.queue:
        call, args, kwargs, answer = running.queue.popleft()
        ran += 1
        try:
            value = call(*args, **kwargs)
            if answer is not None:
                answer.value = value
        except BaseException:
            running.printed.append(traceback.format_exc())
            if answer is not None:
                answer.value = None
        finally:
            if answer is not None:
                answer.given.set()
    return ran


class ProgressTask:
    """A progress bar, from any thread; it goes when the object does (facts section 6)."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.percent = 0
        self.message = ""
        session.now().progress.append(self)

    def setProgress(self, percent: int) -> None:
        if not isinstance(percent, int) or not 0 <= percent <= 100:
            raise TypeError("setProgress takes an int from 0 to 100, not %r" % (percent,))
        self.percent = percent

    def setMessage(self, message: str) -> None:
        self.message = str(message)

    def isCancelled(self) -> bool:
        return session.now().cancel_progress


def _many(args: Any) -> Any:
    return args if isinstance(args, tuple) else (args,)
