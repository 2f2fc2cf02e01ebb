"""What goes back over the wire: JSON, and errors as an artist reads them, each with its HTTP status."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Send

from photodouble_client.errors import ArtistError

JSON = "application/json"
ALWAYS = (
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
_BY_CODE = {
    "input.bad_request": 400,
    "engine.no_job": 404,
    "engine.no_take": 404,
    "engine.refused": 409,
    "engine.take_sealed": 409,
    "engine.take_mismatch": 409,
    "engine.unexpected": 500,
    "engine.disk_full": 507,
}
_BY_FAMILY = {"engine": 503}


@dataclass(frozen=True)
class Answer:
    """One whole answer: a status, a body, and its headers."""

    status: int = 200
    body: bytes = b""
    kind: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)

    async def send(self, send: Send) -> None:
        """Send the answer."""
        headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in self.headers.items()]
        headers += [
            (b"content-type", self.kind.encode("ascii")),
            (b"content-length", str(len(self.body)).encode("ascii")),
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": [*headers, *ALWAYS]})
        await send({"type": "http.response.body", "body": self.body})


def answer(content: Any, status: int = 200) -> Answer:
    """Answer with plain JSON values."""
    return Answer(status, plain(content))


def plain(content: Any) -> bytes:
    """Write JSON as it goes over the wire: one line, UTF-8."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def status_of(error: ArtistError) -> int:
    """Return the HTTP status that an error goes with."""
    return _BY_CODE.get(error.code, _BY_FAMILY.get(error.family, 422))


def error_answer(error: ArtistError, status: int = 0, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with an error, under the status its code stands for unless another is given."""
    return Answer(status or status_of(error), plain({"error": error.to_json()}), headers=headers or {})


def refused(message: str, fix: str) -> ArtistError:
    """Make the error for a message that the engine does not take."""
    return ArtistError("engine.refused", "The engine refused a message", message, fix)


def nowhere(what: str) -> ArtistError:
    """Make the error for something the engine does not know."""
    return ArtistError(
        "engine.no_job",
        "The engine does not know that",
        f"There is no {what}.",
        "List what there is and choose again.",
    )
