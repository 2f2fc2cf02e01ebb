"""The engine's list of jobs as lines, and a job found by what an artist types."""

from __future__ import annotations

from collections.abc import Sequence

from photodouble_client.errors import ArtistError
from photodouble_client.wire import Job

from .telling import SHOWN


def job_lines(jobs: Sequence[Job]) -> list[str]:
    """Write one line for each job, and a second one where something went wrong."""
    if not jobs:
        return ["There are no jobs."]
    lines: list[str] = []
    for job in jobs:
        host = f"  from {job.host}" if job.host else ""
        count = f"{job.done:>4}/{job.frames:<4}"
        lines.append(f"{job.job[:SHOWN]}  {job.state:<9}  {count}  {shown_name(job)}{_note(job)}{host}")
        if job.error is not None and job.state == "failed":
            lines.append(f"          {job.error.title}: {job.error.message} {job.error.fix}")
    return lines


def shown_name(job: Job) -> str:
    """Return the name of the job's take; until the shot is analysed, the shot and the operation."""
    return job.take_label or f"{job.shot or 'a shot without a name'}/{job.operation}"


def chosen_job(jobs: Sequence[Job], named: str) -> Job:
    """Find the one job that an id, its first digits, or its name in the list stands for.

    The shot alone is a name, too. Of several jobs of one name the one that has not ended is meant.
    Raises ArtistError `engine.no_job` if there is none, `usage.arguments` if there are several.
    """
    wanted = named.strip().lower()
    found = [job for job in jobs if wanted and (job.job.startswith(wanted) or wanted in _names(job))]
    if len(found) > 1:
        found = [job for job in found if not job.has_ended] or found
    if not found:
        raise ArtistError(
            "engine.no_job",
            "There is no such job",
            f"No job's id begins with {named!r}, and none makes a take or a shot of that name.",
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


def command_line(action: str, job: str) -> str:
    """Write the command that does something to a job."""
    return f"photodouble engine {action} {job[:SHOWN]}"


def _names(job: Job) -> tuple[str, ...]:
    names = (job.take_label, f"{job.shot}/{job.operation}", job.shot)
    return tuple(name.lower() for name in names if name)


def _note(job: Job) -> str:
    return f"  ({job.note})" if job.note and not job.has_ended else ""
