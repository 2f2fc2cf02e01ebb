"""Run a job in this process: its steps in a row. One function for the command line, the farm and tests."""

from __future__ import annotations

import threading
from collections.abc import Callable

from photodouble.ops.operation import Reporter
from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, FrameDone, Progress
from photodouble_client.request import JobRequest

from .guard import cleaning_up, take_log
from .opened_job import OpenedJob, log_frame, telling_stops
from .options import STEPS
from .options import JobOptions as JobOptions
from .options import JobResult as JobResult
from .pool import Crew
from .steps import begin, first_result, reporter


def run_job(
    request: JobRequest,
    options: JobOptions | None = None,
    *,
    on_event: Callable[[Event], None] | None = None,
    stop: threading.Event | None = None,
) -> JobResult:
    """Run a request to a take, the given frames of it, or one step of a farm.

    Everything is checked before anything is written. Finished frames survive any stop or crash; running the
    same request again, or a new one with `resume`, does only what is missing. The job that finds the whole
    range finished seals the take. Raises ArtistError; `engine.stopped` when `stop` was set.
    """
    options, say = options or JobOptions(), on_event or _say_nothing
    _check_step(options.step)
    report = reporter(say, stop or threading.Event())
    with telling_stops(None):
        job = begin(request, options, report, say)
    if options.step == "analyse":
        return JobResult(job.take, job.manifest)
    with cleaning_up(job.take, job.is_new):
        if options.step != "finish" and job.analysis is not None:
            with job.noting_failure(report), telling_stops(job.take), take_log(job.take):
                _render(job, report, say)
        return job.seal(report)


def _render(job: OpenedJob, report: Reporter, say: Callable[[Event], None]) -> None:
    missing, of = job.missing(), len(job.frames)
    done = of - len(missing)
    report.progress(done, of, "rendering")
    crew = Crew(job.options.settings.workers, job.options.settings.threads)
    for record in crew.finish(missing, job.work, job.elsewhere, report):
        done += 1
        log_frame(job.take, record)
        say(FrameDone(record.frame, str(first_result(job.take, record))))
        say(Progress(done, of, "rendering"))


def _check_step(step: str) -> None:
    if step not in STEPS:
        raise ArtistError(
            "usage.bad_value",
            "There is no such step",
            f"{step!r} was given as the step of a job.",
            "Use one of: " + ", ".join(STEPS[1:]) + ".",
        )


def _say_nothing(_event: Event) -> None:
    """Tell nobody."""
