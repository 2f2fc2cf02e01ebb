"""Previews: one frame at reduced size, quickly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photodouble_client.wire import PreviewWanted, checked_id

from .answers import answer
from .consent import check_consent
from .jobs import AFTER, events
from .paths import check_pictures
from .schemas import ID, named, record
from .streams import KIND
from .table import Answered, Asked, Route

if TYPE_CHECKING:
    from .reception import Reception


def preview(reception: Reception, asked: Asked) -> Answered:
    """Begin a preview; a newer one for the same slot cancels the older."""
    wanted = PreviewWanted.from_json(asked.body)
    wanted.request.checked()
    check_pictures(wanted.request)
    check_consent(wanted.request, reception.settings)
    return answer({"preview": reception.queue.preview(wanted)}, 201)


def cancel(reception: Reception, asked: Asked) -> Answered:
    """Cancel a preview."""
    ident = checked_id(asked.places["preview"])
    reception.queue.cancel_other(ident)
    return answer({"preview": ident})


_PREVIEW = record("preview", preview=ID)
ROUTES = (
    Route(
        "POST",
        "/previews",
        "Ask for one frame at reduced size, quickly.",
        preview,
        {201: _PREVIEW},
        body=named("PreviewWanted"),
        failures=(409, 422),
    ),
    Route(
        "GET",
        "/previews/{preview}/events",
        "Follow a preview to its end.",
        events,
        {200: named("Event")},
        query=AFTER,
        failures=(404,),
        kind=KIND,
    ),
    Route(
        "POST",
        "/previews/{preview}/cancel",
        "Cancel a preview.",
        cancel,
        {200: _PREVIEW},
        failures=(404, 409),
    ),
)
