"""The list of jobs on disk: a job is written down, and safe from a crash, before anybody is told so."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from photodouble_client.stored import Json
from photodouble_client.wire import Job

from . import trouble
from .kept import Kept, append, job_of, kept_of, mark_of, readable, strike, update
from .tables import place_of, prepare_tables, put_back

logger = logging.getLogger(__name__)

FILE = "jobs.sqlite3"
WAIT_S = 1.0
KEPT_JOBS = 1000
LAST_KINDS = ("failed", "finished")
_COLUMNS = "facts, owner, submission, cancelling, opened, number"


class Store:
    """Jobs, their events and their crashes in one SQLite file, on disk before anything is answered.

    Every method raises ArtistError: `engine.disk_full`, `engine.unreachable` while another engine writes,
    `engine.unexpected` when the file is damaged.
    """

    def __init__(self, folder: Path) -> None:
        """Open the list in a folder; a damaged one is set aside, and a new one is begun."""
        self.path = folder / FILE
        self._base = self._open()
        self._place = place_of(self.path)

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def add(self, kept: Kept, event: Json) -> tuple[Kept, bool]:
        """Write down a new job and its first event, and say whether it is new.

        The same submission under the same id gives the job as it is; another one raises `engine.refused`.
        """
        mark = mark_of(kept.submission)
        with self._change() as base:
            found = base.execute("SELECT mark FROM jobs WHERE job = ?", [kept.job.job]).fetchone()
            if found is None:
                asked = json.dumps(kept.submission.to_json())
                base.execute(
                    "INSERT INTO jobs (job, mark, submission) VALUES (?, ?, ?)", [kept.job.job, mark, asked]
                )
                update(base, kept)
                append(base, kept.job.job, [event])
            elif found[0] != mark:
                raise trouble.taken(kept.job.job)
        return self.find(kept.job.job), found is None

    def find(self, ident: str) -> Kept:
        """Return a job; raises ArtistError `engine.no_job`."""
        rows = self._read(f"SELECT {_COLUMNS} FROM jobs WHERE job = ?", ident)
        if not rows:
            raise trouble.no_such(ident)
        return kept_of(*rows[0])

    def jobs(self, *, host: str = "", script: str = "", state: str = "") -> list[Job]:
        """Return the jobs of a host, a script and a state, newest first; an empty name means any."""
        rows = self._read(
            "SELECT facts, number FROM jobs WHERE (?1 = '' OR host = ?1) AND (?2 = '' OR script = ?2) "
            "AND (?3 = '' OR state = ?3) ORDER BY number DESC",
            host,
            script,
            state,
        )
        return [job for row in rows for job in readable(job_of, *row)]

    def counts(self) -> dict[str, int]:
        """Count the jobs of every state."""
        return {str(state): int(count) for state, count in self._read(_COUNTS)}

    def save(self, kept: Kept, events: Sequence[Json] = ()) -> None:
        """Write down what became of a job, together with the events that tell it.

        That a frame is finished need not be forced to the disk, because the take itself says so.
        """
        told = {str(event["event"]) for event in events}
        with self._change(is_forced=told != {"frame_done"}) as base:
            update(base, kept)
            append(base, kept.job.job, events)

    def forget(self, ident: str) -> None:
        """Strike a job off the list; its take stays where it is."""
        with self._change() as base:
            strike(base, [ident])

    def events(self, ident: str, after: int, limit: int = 100) -> list[Json]:
        """Return the events of a job behind a number, without an ending that a resume has overtaken."""
        rows = self._read(
            "SELECT number, event FROM events WHERE job = ?1 AND number > ?2 AND (kind NOT IN (?4, ?5) OR "
            "number = (SELECT MAX(number) FROM events WHERE job = ?1)) ORDER BY number LIMIT ?3",
            ident,
            after,
            limit,
            *LAST_KINDS,
        )
        return [{**json.loads(event), "job": ident, "seq": number} for number, event in rows]

    def told_frames(self, ident: str) -> set[int]:
        """Return the frames of a job that were told as finished."""
        rows = self._read("SELECT event FROM events WHERE job = ? AND kind = 'frame_done'", ident)
        return {int(json.loads(event)["frame"]) for (event,) in rows}

    def last_event(self, ident: str) -> int:
        """Return the number of the newest event of a job; 0 if there is none."""
        return int(self._read("SELECT COALESCE(MAX(number), 0) FROM events WHERE job = ?", ident)[0][0])

    def crash(self, ident: str, place: str) -> tuple[int, int]:
        """Count a crash of a worker; return how often it was at this place, and at places of this kind."""
        with self._change() as base:
            base.execute(
                "INSERT INTO crashes (job, place, times) VALUES (?, ?, 1) "
                "ON CONFLICT (job, place) DO UPDATE SET times = times + 1",
                [ident, place],
            )
        rows = self._read("SELECT place, times FROM crashes WHERE job = ?", ident)
        kind = place.split(" ")[0]
        alike = sum(times for other, times in rows if other.split(" ")[0] == kind)
        return dict(rows)[place], alike

    def clear_crashes(self, ident: str, kind: str = "") -> None:
        """Forget the crashes of a job: all, or those at places of a kind such as `begin`."""
        with self._change() as base:
            base.execute(
                "DELETE FROM crashes WHERE job = ?1 AND (?2 = '' OR place = ?2 OR place LIKE ?2 || ' %')",
                [ident, kind],
            )

    def owners(self) -> list[str]:
        """Return the engines that have unfinished jobs."""
        return [row[0] for row in self._read("SELECT DISTINCT owner FROM jobs WHERE NOT ended")]

    def unfinished(self, owner: str) -> list[Kept]:
        """Return the unfinished jobs of an engine, in order of submission."""
        query = f"SELECT {_COLUMNS} FROM jobs WHERE NOT ended AND owner = ? ORDER BY number"
        return [kept for row in self._read(query, owner) for kept in readable(kept_of, *row)]

    def all_unfinished(self) -> set[str]:
        """Return the ids of the unfinished jobs of every engine."""
        return {row[0] for row in self._read("SELECT job FROM jobs WHERE NOT ended")}

    def adopt(self, owners: Iterable[str], owner: str) -> int:
        """Hand the unfinished jobs of some engines to another one; return how many."""
        with self._change() as base:
            return sum(
                base.execute(
                    "UPDATE jobs SET owner = ? WHERE NOT ended AND owner = ?", [owner, dead]
                ).rowcount
                for dead in owners
            )

    def thin_out(self, kept: int = KEPT_JOBS) -> None:
        """Strike off the oldest ended jobs, so that the list does not grow for ever."""
        query = "SELECT job FROM jobs WHERE ended ORDER BY number DESC LIMIT -1 OFFSET ?"
        with self._change() as base:
            strike(base, [row[0] for row in base.execute(query, [kept]).fetchall()])

    def _open(self) -> sqlite3.Connection:
        try:
            try:
                return prepare_tables(self.path, WAIT_S)
            except sqlite3.Error as error:
                if not trouble.is_damaged(error):
                    raise
                aside = _set_aside(self.path)
                logger.error("the list of jobs was damaged (%s); it is kept as %s", error, aside)
                return prepare_tables(self.path, WAIT_S)
        except sqlite3.Error as error:
            raise trouble.of_database(error, self.path) from error

    @contextmanager
    def _change(self, *, is_forced: bool = True) -> Iterator[sqlite3.Connection]:
        """Change all or nothing. A kill never undoes it; nor does the loss of power if it is forced."""
        try:
            self._stay()
            self._base.execute(f"PRAGMA synchronous = {'FULL' if is_forced else 'NORMAL'}")
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield self._base
                self._base.execute("COMMIT")
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise trouble.of_database(error, self.path) from error

    def _stay(self) -> None:
        """Write the list anew where it was removed under a living engine: the open file still holds it."""
        if place_of(self.path) == self._place:
            return
        logger.warning("the list of jobs was removed from %s and is written again", self.path)
        put_back(self._base, self.path)
        self._base = self._open()
        self._place = place_of(self.path)

    def _read(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        try:
            return self._base.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise trouble.of_database(error, self.path) from error


_COUNTS = "SELECT state, COUNT(*) FROM jobs GROUP BY state"


def _set_aside(path: Path) -> Path:
    count = 1
    while (aside := path.with_name(f"{path.name}.damaged-{count}")).exists():
        count += 1
    for end in ("", "-wal", "-shm"):
        if Path(f"{path}{end}").exists():
            Path(f"{path}{end}").replace(f"{aside}{end}")
    return aside
