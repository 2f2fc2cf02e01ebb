"""Review pages: a browser that came by a one-time link sees one take, and a person decides there.

The link opens the page; it approves nothing. A decision is signed with the key of the person named, and
that key opens only for its passphrase, which goes from the page to this process and nowhere else.
"""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.takes.review_words import SAYINGS
from photodouble_client.errors import ArtistError
from photodouble_client.stored import bad_request

from .answers import Answer, answer, nowhere
from .bodies import fields
from .links import HTML
from .schemas import TEXT, record
from .table import Answered, Asked, Json, Route

if TYPE_CHECKING:
    from .reception import Reception

MOST = 64
WRONG_PAUSE = 1.0
"""Seconds that a wrong passphrase costs, so that nobody tries many."""


class Reviews:
    """Remembers which take each review page shows."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}
        self._guessing = asyncio.Lock()

    def offer(self, folder: str) -> str:
        """Make the address of a review page of a take."""
        ident = secrets.token_hex(16)
        self._folders = dict([*self._folders.items()][-MOST + 1 :])
        self._folders[ident] = folder
        return f"/reviews/{ident}"

    def folder(self, ident: str) -> str:
        """Return the folder of the take of a page; raises ArtistError `engine.no_job`."""
        if ident not in self._folders:
            raise nowhere("such review page")
        return self._folders[ident]

    @property
    def guessing(self) -> asyncio.Lock:
        """Held while a passphrase is tried: one at a time."""
        return self._guessing


def link(reception: Reception, asked: Asked) -> Answered:
    """Make a link to the review page of a take that works once."""
    folder = fields(asked.body, take=str)["take"]
    if not Path(folder).is_absolute():
        raise bad_request("The take is not named by its whole path.", "Give the folder of the take.")
    return answer({"url": reception.links.offer(reception.reviews.offer(folder))}, 201)


async def page(reception: Reception, asked: Asked) -> Answered:
    """Make the review page anew and send it."""
    folder = reception.reviews.folder(asked.places["review"])
    task = reception.queue.task("takes.review", {"take": folder, "live": True})
    made = await _answer_of(reception, task)
    path = Path(made["page"])
    body = await asyncio.to_thread(path.read_bytes)
    headers = {"content-security-policy": _policy(), "cross-origin-opener-policy": "same-origin"}
    return Answer(body=body, kind=HTML, headers=headers)


async def decide(reception: Reception, asked: Asked) -> Answered:
    """Sign what a person decided on the page."""
    folder = reception.reviews.folder(asked.places["review"])
    wanted = fields(asked.body, word=str, person=str, reason="", passphrase="")
    if wanted["word"] not in SAYINGS:
        raise bad_request(f"{wanted['word']!r:.40} is no decision.", f"Use one of: {', '.join(SAYINGS)}.")
    async with reception.reviews.guessing:
        try:
            key = await asyncio.to_thread(_opened_key, wanted["person"], wanted["passphrase"])
        except ArtistError:
            await asyncio.sleep(WRONG_PAUSE)
            raise
    return answer(await asyncio.to_thread(_decided, folder, wanted["word"], wanted["reason"], key))


def _opened_key(person: str, passphrase: str) -> Any:
    from photodouble.provenance.keys import load_person_key

    return load_person_key(person, passphrase)


def _decided(folder: str, word: str, reason: str, key: Any) -> Json:
    from photodouble.takes.finding import found_take, store_at
    from photodouble.takes.review import Wish, decide, status

    store = store_at("", folder)
    take = found_take(folder, store)
    told = decide(store, take, Wish(word, reason), key).told()
    standing = status(take, store)
    return {
        "state": standing.state,
        "status_text": standing.text,
        "decision": told,
        "message": f"{told['word']}, {told['by']}.",
    }


async def _answer_of(reception: Reception, task: str) -> Json:
    """Wait for a task to end and return its answer; raises what it failed with."""
    async for event in reception.queue.events(task):
        if event["event"] == "answered":
            return dict(event["answer"])
        if event["event"] == "failed":
            raise ArtistError.from_json(event["error"])
    raise nowhere("answer: the engine is ending")


def _policy() -> str:
    from photodouble.takes.page_policy import policy

    return policy(is_live=True) + "; frame-ancestors 'none'"


_DECISION = record("word by reason", word=TEXT, by=TEXT, reason=TEXT)
ROUTES = (
    Route(
        "POST",
        "/reviews",
        "Make a link to the review page of a take that works once, within a minute.",
        link,
        {201: record("url", url=TEXT)},
        body=record("take", take=TEXT),
    ),
    Route(
        "GET",
        "/pages/reviews/{review}",
        "Look at the review page of a take.",
        page,
        {200: TEXT},
        failures=(404, 422, 500, 503),
        door="page",
        kind=HTML,
        waits=True,
    ),
    Route(
        "POST",
        "/pages/reviews/{review}/decide",
        "Decide about the take of a page, with the passphrase of the person's own key.",
        decide,
        {
            200: record(
                "state status_text decision message",
                state=TEXT,
                status_text=TEXT,
                decision=_DECISION,
                message=TEXT,
            )
        },
        body=record("word person", word={"enum": list(SAYINGS)}, person=TEXT, reason=TEXT, passphrase=TEXT),
        failures=(404, 409, 422, 503, 507),
        door="page",
    ),
)
