"""Watch a job from a host that must never wait: the one module with a thread, and a queue to ask it by.

The thread finds or starts the engine, hands the work over and follows it. The host calls `poll` from its own
timer and gets what came since; nothing of the host is touched from the thread.
"""

from __future__ import annotations

import atexit
import dataclasses
import queue
import threading
from typing import TYPE_CHECKING, Any, Callable, List, Mapping, Optional

from .errors import ArtistError
from .events import Failed
from .jobs import Follower, Report
from .wire import PreviewWanted, Submission, new_id

if TYPE_CHECKING:
    from .engine import Engine
    from .launcher import Say

    Connect = Callable[[Say, Callable[[], bool]], Engine]
    Follow = Callable[[Engine], Follower]

JOIN_TIMEOUT = 7.0


class Watcher:
    """Watch one job, preview or task. `poll` never waits; `close` ends the thread, not the job.

    `note` says in words what is being waited for until the first report comes; `job` is the id of what is
    watched. Where the engine itself fails, the last report has `seq` 0 and holds the error: the job may well
    go on when an engine runs again.
    """

    def __init__(self, job: str, connect: Connect, follow: Follow) -> None:
        """Begin to watch; the functions `watch_*` below are how this is usually made."""
        self.job = job
        self.note = ""
        self._connect = connect
        self._follow = follow
        self._reports: queue.Queue[Report] = queue.Queue()
        self._engine: Optional[Engine] = None
        self._follower: Optional[Follower] = None
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name=f"photodouble {job[:8]}", daemon=True)
        # A host that quits with the thread still at work crashes or hangs (Blender 4.2 and 4.5 do).
        atexit.register(self.close)
        self._thread.start()

    @property
    def is_done(self) -> bool:
        """Whether no report will come any more and every one that came was fetched."""
        return not self._thread.is_alive() and self._reports.empty()

    @property
    def has_asked(self) -> bool:
        """Whether anything can have come to the engine; once closed without, nothing ever will."""
        return self._engine is not None

    def poll(self) -> List[Report]:
        """Fetch the reports that came since the last time, without waiting."""
        found: List[Report] = []
        while True:
            try:
                found.append(self._reports.get_nowait())
            except queue.Empty:
                return found

    def wait(self, timeout: float) -> List[Report]:
        """Fetch the reports, waiting up to so many seconds for the first: for scripts and tests."""
        try:
            first = self._reports.get(timeout=timeout)
        except queue.Empty:
            return []
        return [first] + self.poll()

    def close(self, patience: float = JOIN_TIMEOUT) -> None:
        """Stop watching and end the thread. The job goes on, and can be watched again.

        `patience` is how many seconds the thread may take, which an engine that hangs holds up. A host that
        must not wait gives 0: nothing is heard any more, and the thread ends by itself.
        """
        self._is_closed = True
        engine, follower = self._engine, self._follower
        if follower is not None:
            follower.close()
        elif engine is not None:
            engine.interrupt()
        if self._thread is not threading.current_thread():
            self._thread.join(patience)
        if not self._thread.is_alive():
            atexit.unregister(self.close)

    def _run(self) -> None:
        try:
            engine = self._connect(self._say, lambda: self._is_closed)
            self._engine = engine
            try:
                # What was closed while the engine was looked for is not asked of it any more.
                if not self._is_closed:
                    self._tell_all(engine)
            finally:
                engine.close()
        except ArtistError as problem:
            self._tell_failure(problem)
        except Exception as problem:  # noqa: BLE001, the edge of the thread: the host is told
            self._tell_failure(_unexpected(problem))
        finally:
            atexit.unregister(self.close)

    def _tell_all(self, engine: Engine) -> None:
        follower = self._follow(engine)
        self._follower = follower
        if self._is_closed:
            follower.close()
        for report in follower:
            if self._is_closed:
                return
            self.note = ""
            self._reports.put(report)

    def _tell_failure(self, problem: ArtistError) -> None:
        if not self._is_closed:
            self._reports.put(Report(0, self.job, Failed(problem)))

    def _say(self, note: str) -> None:
        self.note = note


def watch_submission(submission: Submission, host: str = "", **connecting: Any) -> Watcher:
    """Hand a job over and watch it; finding or starting the engine happens in the thread, too.

    `connecting` is what `Engine.connect` takes beside the host. Its `job` is known at once.
    """
    submission = dataclasses.replace(submission, job=submission.job or new_id())

    def follow(engine: Engine) -> Follower:
        return engine.events(engine.submit(submission).job)

    return Watcher(submission.job, _connector(host, connecting), follow)


def watch_job(job: str, after: int = 0, host: str = "", **connecting: Any) -> Watcher:
    """Watch a job that the engine knows already: the reports after a number, then each as it comes."""
    return Watcher(job, _connector(host, connecting), lambda engine: engine.events(job, after))


def watch_preview(wanted: PreviewWanted, host: str = "", **connecting: Any) -> Watcher:
    """Ask for a preview and watch it."""
    wanted = dataclasses.replace(wanted, preview=wanted.preview or new_id())
    return Watcher(wanted.preview, _connector(host, connecting), lambda engine: engine.preview_events(wanted))


def watch_task(
    name: str, arguments: Optional[Mapping[str, Any]] = None, host: str = "", **connecting: Any
) -> Watcher:
    """Ask for a task, such as `takes.list`, and watch it."""
    task = new_id()
    return Watcher(
        task, _connector(host, connecting), lambda engine: engine.task_events(name, arguments, task)
    )


def _connector(host: str, connecting: Mapping[str, Any]) -> Connect:
    def connect(say: Say, stop: Callable[[], bool]) -> Engine:
        # The side that speaks with the engine brings sockets and processes of the standard library along. It
        # is loaded here, in the thread: a host that starts up, or its artist, never waits for it.
        from .engine import Engine

        return Engine.connect(host, **{**connecting, "on_progress": say, "stop": stop})

    return connect


def _unexpected(problem: Exception) -> ArtistError:
    return ArtistError(
        "engine.unexpected",
        "Something went wrong inside Photo Double",
        "Watching the job ended on a fault of the program. The job itself goes on.",
        "Open the list of jobs to see how it does; if it happens again, send us the detail.",
        detail=f"{type(problem).__name__}: {problem}",
    )
