"""A job as it is written down, and the rows of the list that hold it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest
from photodouble_client.stored import Json
from photodouble_client.wire import ENDED, Job, Submission

logger = logging.getLogger(__name__)

Read = TypeVar("Read")


@dataclass(frozen=True)
class Kept:
    """A job as it is written down: its facts, what was submitted, and whose it is.

    `owner` is the nonce of the engine that runs it, `cancelling` whether the artist asked for its end,
    `opened` the private file by which workers open it.
    """

    job: Job
    submission: Submission
    owner: str
    cancelling: bool = False
    opened: str = ""

    @property
    def request(self) -> JobRequest:
        """What is asked for, with the take that it fills."""
        return self.submission.request.with_take(self.job.take)

    def with_facts(self, **facts: object) -> Kept:
        """Return the same with other facts of the job."""
        return dataclasses.replace(self, job=dataclasses.replace(self.job, **facts))  # type: ignore[arg-type]


def mark_of(submission: Submission) -> str:
    """Return what equal submissions have in common."""
    text = json.dumps(submission.to_json(), sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def update(base: sqlite3.Connection, kept: Kept) -> None:
    """Write what may change; what was submitted never does, and may be long."""
    job = kept.job
    base.execute(
        "UPDATE jobs SET facts = ?, owner = ?, cancelling = ?, opened = ?, state = ?, "
        "ended = ?, host = ?, script = ? WHERE job = ?",
        [
            json.dumps(job.to_json()),
            kept.owner,
            kept.cancelling,
            kept.opened,
            job.state,
            job.state in ENDED,
            job.host,
            job.script,
            job.job,
        ],
    )


def append(base: sqlite3.Connection, ident: str, events: Sequence[Json]) -> None:
    """Write events down behind those a job has."""
    for event in events:
        base.execute(
            "INSERT INTO events (job, number, kind, event) VALUES "
            "(?1, (SELECT COALESCE(MAX(number), 0) + 1 FROM events WHERE job = ?1), ?2, ?3)",
            [ident, event["event"], json.dumps(event)],
        )


def strike(base: sqlite3.Connection, idents: list[str]) -> None:
    """Strike jobs off the list with all that belongs to them."""
    for table in ("events", "crashes", "jobs"):
        base.executemany(f"DELETE FROM {table} WHERE job = ?", [[ident] for ident in idents])


def kept_of(facts: str, owner: str, submission: str, cancelling: int, opened: str, number: int) -> Kept:
    """Return the job of a row."""
    asked = Submission.from_json(json.loads(submission))
    return Kept(job_of(facts, number), asked, owner, bool(cancelling), opened)


def job_of(facts: str, number: int) -> Job:
    """Return the facts of a job in a row."""
    return dataclasses.replace(Job.from_json(json.loads(facts)), order=number)


def readable(read: Callable[..., Read], *row: Any) -> Iterator[Read]:
    """Give a job, or nothing if its row cannot be read: one of them must not hide the others."""
    try:
        yield read(*row)
    except (ArtistError, ValueError, TypeError, KeyError):
        logger.exception("a job in the list cannot be read and is passed over")
