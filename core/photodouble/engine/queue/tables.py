"""The tables of the list of jobs, and how an older list is brought up to date."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from photodouble.write_ahead import use_write_ahead_log
from photodouble_client.errors import ArtistError

# One step a version: the step at index n brings a list of version n to version n + 1.
UPGRADES: tuple[str, ...] = (
    """
    CREATE TABLE jobs (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        job TEXT NOT NULL UNIQUE,
        mark TEXT NOT NULL,
        submission TEXT NOT NULL,
        facts TEXT NOT NULL DEFAULT '',
        owner TEXT NOT NULL DEFAULT '',
        cancelling INTEGER NOT NULL DEFAULT 0,
        opened TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL DEFAULT 'queued',
        ended INTEGER NOT NULL DEFAULT 0,
        host TEXT NOT NULL DEFAULT '',
        script TEXT NOT NULL DEFAULT ''
    );
    CREATE INDEX jobs_unfinished ON jobs (ended, owner);
    CREATE TABLE events (
        job TEXT NOT NULL,
        number INTEGER NOT NULL,
        kind TEXT NOT NULL,
        event TEXT NOT NULL,
        PRIMARY KEY (job, number)
    ) WITHOUT ROWID;
    CREATE TABLE crashes (
        job TEXT NOT NULL,
        place TEXT NOT NULL,
        times INTEGER NOT NULL,
        PRIMARY KEY (job, place)
    ) WITHOUT ROWID;
    """,
)


def prepare_tables(path: Path, wait_s: float) -> sqlite3.Connection:
    """Open the list, check that it is whole, and bring it up to date.

    A change is forced to the disk before it counts (`synchronous=FULL`). Raises sqlite3.Error, and
    ArtistError `engine.start_failed` for a list that a newer version has written.
    """
    base = sqlite3.connect(path, timeout=wait_s, isolation_level=None)
    try:
        use_write_ahead_log(base, wait_s)
        base.execute("PRAGMA synchronous=FULL")
        found = base.execute("PRAGMA quick_check(1)").fetchone()
        if found is None or found[0] != "ok":
            problem = sqlite3.DatabaseError(f"the check found: {found}")
            problem.sqlite_errorname = "SQLITE_CORRUPT"
            raise problem
        _upgrade(base, path)
    except BaseException:
        base.close()
        raise
    return base


def _upgrade(base: sqlite3.Connection, path: Path) -> None:
    base.execute("BEGIN IMMEDIATE")
    try:
        version = int(base.execute("PRAGMA user_version").fetchone()[0])
        if version > len(UPGRADES):
            raise _too_new(path, version)
        for step in UPGRADES[version:]:
            for statement in filter(str.strip, step.split(";")):
                base.execute(statement)
        base.execute(f"PRAGMA user_version = {len(UPGRADES)}")
        base.execute("COMMIT")
    except BaseException:
        if base.in_transaction:
            base.execute("ROLLBACK")
        raise


def _too_new(path: Path, version: int) -> ArtistError:
    return ArtistError(
        "engine.start_failed",
        "A newer Photo Double wrote the list of jobs",
        f"{path} has version {version}; this one reads up to {len(UPGRADES)}.",
        "Start the newer version, or name another folder as engine_folder in the settings.",
    )


def place_of(path: Path) -> tuple[int, int]:
    """Tell one file from another that takes its name; a missing one is (0, 0)."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_dev, found.st_ino)


def put_back(base: sqlite3.Connection, path: Path) -> None:
    """Write what an open list holds to its path, from which it was removed, and close it.

    What the removed one left beside the path would be taken for a part of the new one. Raises sqlite3.Error.
    """
    fresh = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        base.execute("VACUUM INTO ?", [str(fresh)])
        base.close()
        for end in ("-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)
        fresh.replace(path)
    except OSError as error:
        raise sqlite3.OperationalError(str(error)) from error
