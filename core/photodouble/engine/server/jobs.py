"""Jobs: hand in, list, look, cancel, resume, reorder, forget, and follow as they go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photodouble_client.stored import bad_request
from photodouble_client.wire import PRIORITIES, STATES, Submission, checked_id

from .answers import answer
from .bodies import fields
from .consent import check_consent
from .paths import check_submission
from .schemas import PRIORITY, named, record
from .streams import KIND
from .table import Answered, Asked, Route, Stream

if TYPE_CHECKING:
    from .reception import Reception

AFTER = {"after": {"type": "integer", "minimum": 0, "maximum": 2**53, "default": 0}}
_LOOKED_FOR = {"host": {"type": "string", "default": ""}, "script": {"type": "string", "default": ""}}
_STATE = {"state": {"type": "string", "enum": ["", *STATES], "default": ""}}


def submit(reception: Reception, asked: Asked) -> Answered:
    """Take a job in; it is safe on disk before the answer goes out."""
    submission = Submission.from_json(asked.body)
    check_submission(submission)
    check_consent(submission.request, reception.settings)
    job, is_new = reception.queue.submit(submission)
    return answer(job.to_json(), 201 if is_new else 200)


def jobs(reception: Reception, asked: Asked) -> Answered:
    """List jobs, newest first."""
    found = reception.queue.jobs(**asked.query)
    return answer({"jobs": [job.to_json() for job in found]})


def job(reception: Reception, asked: Asked) -> Answered:
    """Look at a job."""
    return answer(reception.queue.job(_id(asked)).to_json())


def request(reception: Reception, asked: Asked) -> Answered:
    """Read the request of a job."""
    return answer(reception.queue.request(_id(asked)).to_json())


def cancel(reception: Reception, asked: Asked) -> Answered:
    """Cancel a job."""
    return answer(reception.queue.cancel(_id(asked)).to_json())


def resume(reception: Reception, asked: Asked) -> Answered:
    """Let a job go on."""
    return answer(reception.queue.resume(_id(asked)).to_json())


def prioritise(reception: Reception, asked: Asked) -> Answered:
    """Let a job go before or after others."""
    priority = fields(asked.body, priority=int)["priority"]
    low, high = PRIORITIES
    if not low <= priority <= high:
        raise bad_request(f"priority was given {priority}.", f"Give a whole number from {low} to {high}.")
    return answer(reception.queue.prioritise(_id(asked), priority).to_json())


def forget(reception: Reception, asked: Asked) -> Answered:
    """Take an ended job off the list."""
    return answer(reception.queue.forget(_id(asked)).to_json())


def events(reception: Reception, asked: Asked) -> Answered:
    """Follow a job, preview or task."""
    ident = checked_id(next(iter(asked.places.values())))
    return Stream(reception.queue.events(ident, asked.query["after"]))


def _id(asked: Asked) -> str:
    return checked_id(asked.places["job"])


_JOB = named("Job")
_HERE = "/jobs/{job}"
ROUTES = (
    Route(
        "POST",
        "/jobs",
        "Hand in a job. The same job again is answered with 200 and changes nothing.",
        submit,
        {201: _JOB, 200: _JOB},
        body=named("Submission"),
        failures=(409, 422, 507),
    ),
    Route(
        "GET",
        "/jobs",
        "List jobs, newest first.",
        jobs,
        {200: named("Jobs")},
        query={**_LOOKED_FOR, **_STATE},
    ),
    Route("GET", _HERE, "Look at a job.", job, {200: _JOB}, failures=(404,)),
    Route(
        "DELETE",
        _HERE,
        "Take an ended job off the list; its take stays.",
        forget,
        {200: _JOB},
        failures=(404, 409),
    ),
    Route(
        "GET",
        _HERE + "/request",
        "Read the request of a job.",
        request,
        {200: named("Request")},
        failures=(404,),
    ),
    Route("POST", _HERE + "/cancel", "Cancel a job.", cancel, {200: _JOB}, failures=(404, 409)),
    Route(
        "POST",
        _HERE + "/resume",
        "Let a job go on that did not finish.",
        resume,
        {200: _JOB},
        failures=(404, 409),
    ),
    Route(
        "POST",
        _HERE + "/priority",
        "Let a job go before or after others.",
        prioritise,
        {200: _JOB},
        body=record("priority", priority=PRIORITY),
        failures=(404, 409),
    ),
    Route(
        "GET",
        _HERE + "/events",
        "Follow a job: what happened after a number, then live to its end.",
        events,
        {200: named("Event")},
        query=AFTER,
        failures=(404,),
        kind=KIND,
    ),
)
