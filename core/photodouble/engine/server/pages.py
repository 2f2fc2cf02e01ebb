"""Pages for a browser: the jobs with their pictures. They need nothing from outside and see no token."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble_client.wire import Job, checked_id

from .answers import Answer, answer, nowhere
from .bodies import fields
from .links import HTML
from .memory import memory_facts
from .paths import picture_of
from .schemas import ANYTHING, TEXT, listed, record
from .table import Answered, Asked, Json, Route

if TYPE_CHECKING:
    from .reception import Reception

FOLDER = Path(__file__).parent / "web"
FILES = {
    "jobs.html": HTML,
    "jobs.css": "text/css; charset=utf-8",
    "jobs.js": "text/javascript; charset=utf-8",
    "mark.svg": "image/svg+xml",
}
PAGES = ("/jobs.html",)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
MOST_JOBS = 100


def link(reception: Reception, asked: Asked) -> Answered:
    """Make a link to a page that works once."""
    page = fields(asked.body, page="/jobs.html")["page"]
    if page not in PAGES:
        raise nowhere(f"page {page!r:.100}")
    return answer({"url": reception.links.offer(page)}, 201)


def open_link(reception: Reception, asked: Asked) -> Answered:
    """Use a one-time link."""
    return reception.links.open(asked.places["code"])


def page(_reception: Reception, asked: Asked) -> Answered:
    """Send a file of the pages."""
    name = asked.places["file"]
    if name not in FILES:
        raise nowhere("such page")
    headers = {"content-security-policy": POLICY, "cross-origin-opener-policy": "same-origin"}
    return Answer(body=(FOLDER / name).read_bytes(), kind=FILES[name], headers=headers)


def state(reception: Reception, _asked: Asked) -> Answered:
    """Tell a page how all jobs are."""
    found = reception.queue.jobs()
    return answer(
        {
            "jobs": [_shown(job) for job in found[:MOST_JOBS]],
            "more": max(0, len(found) - MOST_JOBS),
            "workers": reception.queue.workers(),
            "memory": memory_facts(reception.settings),
        }
    )


async def picture(reception: Reception, asked: Asked) -> Answered:
    """Send a picture of a job's take. A file server may be slow, and nobody else is to wait for it."""
    job = reception.queue.job(checked_id(asked.places["job"]))
    body = await asyncio.to_thread(picture_of, job.take_folder, asked.places["picture"])
    return Answer(body=body, kind="image/png")


def cancel(reception: Reception, asked: Asked) -> Answered:
    """Cancel a job from the page."""
    return answer(_shown(reception.queue.cancel(checked_id(asked.places["job"]))))


def resume(reception: Reception, asked: Asked) -> Answered:
    """Let a job go on from the page."""
    return answer(_shown(reception.queue.resume(checked_id(asked.places["job"]))))


def _shown(job: Job) -> dict[str, Any]:
    return {**job.to_json(), "pictures": [Path(job.contact_sheet).name] if job.contact_sheet else []}


_FILE: Json = {"type": "string"}
_SHOWN: Json = {"type": "object", "required": ["job", "state", "pictures"]}
_STATE = record(
    "jobs", jobs=listed(_SHOWN), more={"type": "integer"}, workers=listed(ANYTHING), memory=ANYTHING
)
_JOB = "/pages/jobs/{job}"
ROUTES = (
    Route(
        "POST",
        "/links",
        "Make a link to a page that works once, within a minute.",
        link,
        {201: record("url", url=TEXT)},
        body=record(page={"enum": list(PAGES)}),
        failures=(404,),
    ),
    Route(
        "GET",
        "/open/{code}",
        "Use a one-time link.",
        open_link,
        {303: _FILE},
        failures=(404,),
        door="open",
        kind=HTML,
    ),
    Route(
        "GET", "/pages/{file}", "Look at a page.", page, {200: _FILE}, failures=(404,), door="page", kind=HTML
    ),
    Route("GET", "/pages/state/jobs", "See how all jobs are.", state, {200: _STATE}, door="page"),
    Route(
        "GET",
        _JOB + "/pictures/{picture}",
        "Look at a picture of a job's take.",
        picture,
        {200: _FILE},
        failures=(404,),
        door="page",
        kind="image/png",
    ),
    Route("POST", _JOB + "/cancel", "Cancel a job.", cancel, {200: _SHOWN}, failures=(404, 409), door="page"),
    Route(
        "POST", _JOB + "/resume", "Let a job go on.", resume, {200: _SHOWN}, failures=(404, 409), door="page"
    ),
)
