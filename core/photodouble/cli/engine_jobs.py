"""The engine's list of jobs as lines, and a job found by what an artist types."""

from __future__ import annotations

from collections.abc import Sequence

from photodouble_client.errors import ArtistError
from photodouble_client.wire import Job

SHOWN = 8
"""Digits of an id that are shown and are enough to name a job."""


def job_lines(jobs: Sequence[Job]) -> list[str]:
    """Write one line for each job, and a second one where something went wrong."""
    if not jobs:
        return ["There are no jobs."]
    lines: list[str] = []
    for job in jobs:
        what = job.take_label or f"{job.shot or 'a shot without a name'}/{job.operation}"
        host = f"  from {job.host}" if job.host else ""
        lines.append(
            f"{job.job[:SHOWN]}  {job.state:<9}  {job.done:>4}/{job.frames:<4}  {what}{_note(job)}{host}"
        )
        if job.error is not None and job.state == "failed":
            lines.append(f"          {job.error.title}: {job.error.message} {job.error.fix}")
    return lines


def chosen_job(jobs: Sequence[Job], named: str) -> Job:
    """Find the one job that an id, its first digits or the name of its take stands for.

    Raises ArtistError `engine.no_job` if there is none, `usage.arguments` if there are several.
    """
    wanted = named.strip().lower()
    found = [
        job for job in jobs if wanted and (job.job.startswith(wanted) or job.take_label.lower() == wanted)
    ]
    if not found:
        raise ArtistError(
            "engine.no_job",
            "There is no such job",
            f"No job's id begins with {named!r}, and none makes a take of that name.",
            "See the jobs with: photodouble engine jobs",
        )
    if len(found) > 1:
        raise ArtistError(
            "usage.arguments",
            "Several jobs are meant",
            f"{named!r} stands for {len(found)} jobs: {', '.join(job.job[:SHOWN] for job in found)}.",
            "Give more digits of the id.",
        )
    return found[0]


def _note(job: Job) -> str:
    return f"  ({job.note})" if job.note and not job.has_ended else ""
