"""The warm engine of a farm session: one engine for all chunks that a machine takes in a row.

It lives in the session's own working folder, address, jobs and log, so that it never meets the engine of
somebody who works on that machine, and it ends with the session. Nothing depends on it: a chunk that
cannot have it makes the same pixels in its own process.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from photodouble.engine.options import JobOptions
from photodouble_client.engine import Engine
from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, Failed, Finished
from photodouble_client.frames import FrameRange
from photodouble_client.launcher import end, find_or_start
from photodouble_client.request import JobRequest
from photodouble_client.wire import Submission, new_id

from .lines import STATUS, VARIABLE, one_line

logger = logging.getLogger(__name__)

RUNTIME, STATE, PYTHON = "PHOTODOUBLE_RUNTIME", "PHOTODOUBLE_STATE", "PHOTODOUBLE_ENGINE"
NO_ENGINE = frozenset(
    {
        "engine.not_installed",
        "engine.start_failed",
        "engine.unreachable",
        "engine.version_mismatch",
        "engine.refused",
        "engine.no_job",
        "engine.runtime_folder",
    }
)
"""Errors of the engine itself, not of the work; the work then goes on without it."""
PAUSE_S = 0.2


def session_variables(folder: Path) -> dict[str, str]:
    """Return the variables by which the programs of a session find its engine, and no other."""
    own = folder / "engine"
    return {RUNTIME: str(own / "run"), STATE: str(own / "state"), PYTHON: sys.executable}


def start_engine(folder: Path) -> list[str]:
    """Start an engine in a session's folder; return what to tell the session: where it is, or why not."""
    variables = session_variables(folder)
    said = [f"{VARIABLE}: {name}={value}" for name, value in variables.items()]
    try:
        (folder / "engine").mkdir(mode=0o700, exist_ok=True)
        find_or_start(environment={**os.environ, **variables})
    except (ArtistError, OSError) as error:
        return [*said, f"{STATUS}: no warm engine, each chunk works by itself: {one_line(str(error))}"]
    return [*said, f"{STATUS}: the engine is warm"]


def stop_engine(folder: Path) -> list[str]:
    """Stop the engine of a session's folder, if one runs; return what to tell the session."""
    runtime = Path(session_variables(folder)[RUNTIME])
    try:
        if not runtime.is_dir() or not end(str(runtime), force=True):
            return []
    except (ArtistError, OSError) as error:
        return [f"{STATUS}: the engine was not stopped: {one_line(str(error))}"]
    return [f"{STATUS}: the engine is stopped"]


def run_by_engine(
    request: JobRequest,
    options: JobOptions,
    *,
    on_event: Callable[[Event], None],
    stop: threading.Event,
) -> bool:
    """Let the engine that runs already make the frames; return False if there is none that can.

    An engine that dies on the way is no failure: what it made is kept, and the caller makes the rest.
    Raises ArtistError as the job does.
    """
    if options.step not in ("", "frames"):
        return False
    submission = Submission(
        request,
        job=new_id(),
        frames=options.frames or FrameRange(),
        output=options.output,
        overwrite=options.overwrite,
        layers=options.layers,
        resume=options.resume,
    )
    try:
        # Without a host's name, because a request that named one would not be the take's own any more.
        with closing(Engine.connect(start=False)) as engine:
            engine.submit(submission)
            with _cancelling(submission.job, stop):
                return _follow(engine, submission.job, on_event)
    except ArtistError as error:
        if error.code not in NO_ENGINE:
            raise
        logger.info("take %s goes on without the engine: %s", request.take, error.title)
        return False


def _follow(engine: Engine, job: str, on_event: Callable[[Event], None]) -> bool:
    for report in engine.events(job):
        if isinstance(report.event, Failed):
            raise report.event.error
        on_event(report.event)
        if isinstance(report.event, Finished):
            return True
    return False


@contextmanager
def _cancelling(job: str, stop: threading.Event) -> Iterator[None]:
    """Cancel the job as soon as `stop` is set; a connection of its own, because the other one listens."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.is_set():
            if stop.wait(PAUSE_S):
                _cancel(job)
                return

    watcher = threading.Thread(target=watch, name="cancel", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _cancel(job: str) -> None:
    try:
        with closing(Engine.connect(start=False)) as engine:
            engine.cancel(job)
    except ArtistError as error:
        logger.info("the job was not cancelled: %s", error)
