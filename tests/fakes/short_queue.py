"""A queue that keeps its jobs in memory and never works on them: the door can be tested without workers.

It keeps to the seam of the real one; a test tells it what happens by `say` and `finish`.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from typing import Any

from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest
from photodouble_client.wire import ENDED, Job, PreviewWanted, Submission, new_id


class ShortQueue:
    """Keeps jobs, previews and tasks with their events."""

    def __init__(self) -> None:
        self.submissions: dict[str, Submission] = {}
        self.known: dict[str, Job] = {}
        self.said: dict[str, list[dict[str, Any]]] = {}
        self.news = asyncio.Condition()
        self.hosts_open: list[bool] = []
        self.freed = 0
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.quiet_for = 0.0

    def submit(self, submission: Submission) -> tuple[Job, bool]:
        before = self.submissions.get(submission.job)
        if before is not None:
            if before != submission:
                raise ArtistError("engine.refused", "That job is another one", "It differs.", "Use a new id.")
            return self.known[submission.job], False
        request = submission.request.checked()
        job = Job(
            submission.job,
            operation=request.operation,
            shot=request.shot,
            take=request.take or new_id(),
            priority=submission.priority,
            order=len(self.known) + 1,
            host=request.host,
            script=request.script,
        )
        self.submissions[job.job], self.known[job.job] = submission, job
        self._add(job.job, {"event": "queued", "schema": 1, "take": job.take})
        return job, True

    def job(self, ident: str) -> Job:
        if ident not in self.known:
            raise ArtistError("engine.no_job", "No such job", f"There is no job {ident}.", "List the jobs.")
        return self.known[ident]

    def jobs(self, *, host: str = "", script: str = "", state: str = "") -> list[Job]:
        found = [
            job
            for job in self.known.values()
            if host in ("", job.host) and script in ("", job.script) and state in ("", job.state)
        ]
        return found[::-1]

    def request(self, ident: str) -> JobRequest:
        self.job(ident)
        return self.submissions[ident].request

    def cancel(self, ident: str) -> Job:
        job = self.job(ident)
        return job if job.has_ended else self.change(ident, state="cancelled")

    def resume(self, ident: str) -> Job:
        return self.change(ident, state="queued") if self.job(ident).can_resume else self.job(ident)

    def prioritise(self, ident: str, priority: int) -> Job:
        return self.change(ident, priority=priority)

    def forget(self, ident: str) -> Job:
        job = self.job(ident)
        if job.state not in ENDED:
            raise ArtistError("engine.refused", "The job has not ended", "It is at work.", "Cancel it first.")
        del self.known[ident], self.submissions[ident]
        return job

    def preview(self, wanted: PreviewWanted) -> str:
        self._add(wanted.preview, {"event": "queued", "schema": 1, "take": ""})
        return wanted.preview

    def task(self, name: str, arguments: Mapping[str, Any], ident: str = "") -> str:
        ident = ident or new_id()
        self.asked.append((name, arguments))
        self._add(ident, {"event": "answered", "schema": 1, "answer": {"name": name, **arguments}})
        return ident

    def cancel_other(self, ident: str) -> None:
        self._known(ident)

    def events(self, ident: str, after: int = 0) -> AsyncIterator[dict[str, Any]]:
        self._known(ident)
        return self._follow(ident, after)

    def workers(self) -> list[dict[str, Any]]:
        return []

    def counts(self) -> dict[str, int]:
        return dict(Counter(job.state for job in self.known.values()))

    def free_memory(self) -> None:
        self.freed += 1

    def set_hosts_open(self, open: bool) -> None:
        self.hosts_open.append(open)

    @property
    def is_idle(self) -> bool:
        return all(job.has_ended for job in self.known.values())

    @property
    def idle_for(self) -> float:
        return self.quiet_for

    def change(self, ident: str, **fields: Any) -> Job:
        """Change what is known of a job."""
        self.known[ident] = dataclasses.replace(self.job(ident), **fields)
        return self.known[ident]

    async def say(self, ident: str, event: dict[str, Any]) -> None:
        """Let something happen to a job."""
        async with self.news:
            self._add(ident, event)
            self.news.notify_all()

    def _add(self, ident: str, event: dict[str, Any]) -> None:
        events = self.said.setdefault(ident, [])
        events.append({**event, "seq": len(events) + 1, "job": ident})

    def _known(self, ident: str) -> list[dict[str, Any]]:
        if ident not in self.said:
            raise ArtistError("engine.no_job", "Unknown", f"There is no {ident}.", "List the jobs.")
        return self.said[ident]

    async def _follow(self, ident: str, after: int) -> AsyncIterator[dict[str, Any]]:
        while True:
            for event in self._known(ident)[after:]:
                after = event["seq"]
                yield event
                if event["event"] in ("finished", "failed", "answered", "previewed"):
                    return
            async with self.news:
                await self.news.wait_for(lambda after=after: len(self.said[ident]) > after)
