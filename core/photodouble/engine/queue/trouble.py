"""What the queue says when a job, a worker or the list of jobs itself is in trouble."""

from __future__ import annotations

import shutil
import signal
import sqlite3
from pathlib import Path

from photodouble_client.errors import ArtistError

LEAST_SPACE = 2**20
DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


def no_such(ident: str) -> ArtistError:
    """Make the error for an id that the engine does not know."""
    return ArtistError(
        "engine.no_job",
        "The engine does not know that job",
        f"There is no job, preview or task {ident}.",
        "List the jobs and choose one of them. The take of a forgotten job is still on disk.",
    )


def taken(ident: str) -> ArtistError:
    """Make the error for an id under which something else was submitted before."""
    return _conflict(
        "The job exists and is another one",
        f"Under the id {ident} a different request was submitted before.",
        "Submit it under a new id.",
    )


def not_ours(ident: str) -> ArtistError:
    """Make the error for a job of the engine of another login session."""
    return _conflict(
        "Another login session runs that job",
        f"The job {ident} belongs to an engine of another login session of yours.",
        "Cancel or change it in that session, or end that session; this engine then takes the job over.",
    )


def not_ended(ident: str) -> ArtistError:
    """Make the error for forgetting a job that is not over."""
    return _conflict(
        "The job is not over",
        f"The job {ident} waits or runs, so it cannot be forgotten.",
        "Cancel it first.",
    )


def stopped(why: str, fix: str = "Resume the job to do what is missing.") -> ArtistError:
    """Make the error that a cancelled job, preview or task ends with."""
    return ArtistError("engine.stopped", "It was stopped before it was complete", why, fix)


def closing() -> ArtistError:
    """Make the error for work that is asked of an engine that ends."""
    return stopped("The engine is ending.", "Send it again; a new engine is started.")


def crashed(doing: str, how: str, times: int, detail: str) -> ArtistError:
    """Make the error for a worker that ended without a word; `doing` is such as "at frame 1005"."""
    often = "" if times == 1 else f" {times} times"
    return ArtistError(
        "engine.worker_crashed",
        "The worker ended without a word",
        f"The worker ended{often} {doing}. {how}",
        "Look at that frame; set fewer workers or a smaller analysis size if memory is short; resume.",
        detail=detail,
    )


def ending_of(code: int | None, why: str) -> str:
    """Say in plain words how a worker ended; `why` is set if the engine ended it."""
    if why:
        return why
    if code is not None and code < 0:
        if code == -9:
            return "The system killed it, most often because memory ran out."
        if code == -signal.SIGABRT:
            return "A library gave up in it (SIGABRT), as some do when they get no more memory."
        try:
            return f"It was ended by the signal {signal.Signals(-code).name}."
        except ValueError:
            return f"It was ended by signal {-code}."
    return "It could not be started." if code is None else f"It ended with status {code}."


def unexpected(doing: str, error: Exception) -> ArtistError:
    """Make the error for a fault of the engine itself."""
    return ArtistError(
        "engine.unexpected",
        "Something went wrong inside the engine",
        f"A fault of the program showed while {doing}. Finished frames are kept.",
        "Resume the job; if it stops at the same place, send us the log of the engine.",
        detail=f"{type(error).__name__}: {error}",
    )


def of_database(error: sqlite3.Error, path: Path) -> ArtistError:
    """Say plainly what keeps the list of jobs from being read or written."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_FULL") or (name.startswith("SQLITE_IOERR") and _is_full(path)):
        return ArtistError(
            "engine.disk_full",
            "The disk with the list of jobs is full",
            f"{path} cannot grow. Nothing that was accepted before is lost.",
            "Make room on that disk, or name another folder as engine_folder in the settings.",
            detail=str(error),
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return ArtistError(
            "engine.unreachable",
            "The list of jobs is busy",
            f"Another engine of yours holds {path}.",
            "Try again in a moment.",
            detail=str(error),
        )
    return ArtistError(
        "engine.unexpected",
        "The list of jobs cannot be used",
        f"{path} cannot be read or written.",
        "End the engine and start it again; a damaged list is then set aside. Takes are not touched.",
        detail=f"{name} {error}",
    )


def is_damaged(error: sqlite3.Error) -> bool:
    """Say whether the file itself is broken, and not its disk or its rights."""
    return str(getattr(error, "sqlite_errorname", "")).startswith(DAMAGED)


def _conflict(title: str, message: str, fix: str) -> ArtistError:
    """Say that what was asked does not fit the state of the job (HTTP 409)."""
    return ArtistError("engine.refused", title, message, fix)


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < LEAST_SPACE
    except OSError:
        return False


def vanished(frames: str) -> ArtistError:
    """Make the error for frames that vanish again and again before the take is sealed."""
    return ArtistError(
        "engine.frames_missing",
        "Frames of the take are missing",
        f"The frames {frames} were made and are not on disk any more.",
        "See whether the disk is full or another program removes them, and resume the job.",
        detail=frames,
    )


def still_ending(ident: str) -> ArtistError:
    """Make the error for resuming a job whose workers are still stopping."""
    return _conflict(
        "The job is still stopping",
        f"A worker is still at the job {ident}.",
        "Try again in a few seconds.",
    )
