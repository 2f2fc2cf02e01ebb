"""One row for each thing that can be asked of the engine: routing and description are both made from it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .answers import Answer

if TYPE_CHECKING:
    from .reception import Reception

Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """What was asked: the names in the address, the checked query, and the body as JSON."""

    places: Mapping[str, str]
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None


@dataclass(frozen=True)
class Stream:
    """An answer that goes on: one JSON object a line."""

    lines: AsyncIterator[dict[str, Any]]


Answered = Answer | Stream
Call = Callable[["Reception", Asked], Answered | Awaitable[Answered]]


@dataclass(frozen=True)
class Route:
    """One thing that can be asked.

    `body` is the JSON schema of what is sent; `query` the schemas of what may follow the `?`; `answers` maps
    each status to the schema of its answer; `failures` are the statuses an error may come with beside those
    that any request may meet; `door` says what opens it: the `token`, a `page` cookie, or nothing (`open`);
    `kind` is the media type; a route that `waits` is let go of when the host hangs up.
    """

    method: str
    path: str
    help: str
    call: Call
    answers: Mapping[int, Json]
    body: Json | None = None
    query: Mapping[str, Json] = field(default_factory=dict)
    failures: tuple[int, ...] = ()
    door: str = "token"
    kind: str = "application/json"
    waits: bool = False
