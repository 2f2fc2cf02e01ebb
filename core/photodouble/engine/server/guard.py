"""Who may talk to the engine: this machine's own programs with the token, and its own pages with a cookie."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .answers import Answer, error_answer, refused

if TYPE_CHECKING:
    from .reception import Reception

PAGES, OPEN = "/pages/", "/open/"
_PATIENCE = 2.0
_FOREIGN = "Only programs and pages of this engine may talk to it."


class TooLargeError(Exception):
    """Say that a message is larger than the engine takes."""


class Guard:
    """Stands before every route: checks Host, Origin, token or cookie, and counts the bytes that come in."""

    def __init__(self, app: ASGIApp, reception: Reception) -> None:
        self.app = app
        self.reception = reception

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with a refusal."""
        limit = self.reception.request_limit
        counted = _Counted(receive, limit)
        refusal = self._refusal(scope)
        if refusal is None:
            if not scope["path"].startswith(PAGES):
                self.reception.hear()
            try:
                return await self.app(scope, counted, send)
            except TooLargeError:
                refusal = _too_large(limit)
        return await (await _after_rest(refusal, counted, limit)).send(send)

    def _refusal(self, scope: Scope) -> Answer | None:
        headers = _headers(scope)
        reception = self.reception
        if not {host.lower() for host in headers.get(b"host", [b""])} <= reception.hosts:
            return error_answer(refused("It was sent to another name than the engine's.", _FOREIGN), 421)
        if not set(headers.get(b"origin", [])) <= {reception.origin}:
            return error_answer(refused("It came from a foreign page.", _FOREIGN), 403)
        refusal = self._closed_door(scope, headers)
        if refusal is not None:
            return refusal
        length = headers.get(b"content-length", [b"0"])[0]
        if length.isdigit() and int(length[:20]) > reception.request_limit:
            return _too_large(reception.request_limit)
        return reception.ending_answer()

    def _closed_door(self, scope: Scope, headers: dict[bytes, list[bytes]]) -> Answer | None:
        path = scope["path"]
        if path.startswith(OPEN):
            return None
        if path.startswith(PAGES):
            return self.reception.page_refusal(scope["method"], headers)
        given = headers.get(b"authorization", [])
        wanted = b"Bearer " + self.reception.token.encode("ascii")
        if len(given) == 1 and secrets.compare_digest(given[0], wanted):
            return None
        error = refused("It carries no token, or a wrong one.", "Read the engine's address anew.")
        return error_answer(error, 401, {"www-authenticate": "Bearer"})


class _Counted:
    """Counts what comes in, and stops at the limit whether or not the length was told beforehand."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self.receive = receive
        self.left = limit
        self.has_ended = False

    async def __call__(self) -> Message:
        message = await self.receive()
        self.left -= len(message.get("body", b""))
        self.has_ended = message["type"] != "http.request" or not message.get("more_body", False)
        if self.left < 0:
            raise TooLargeError
        return message


async def _after_rest(refusal: Answer, counted: _Counted, limit: int) -> Answer:
    """Let a refused host finish its sentence, within bounds, because otherwise it never hears the answer."""
    counted.left = 4 * limit
    try:
        async with asyncio.timeout(_PATIENCE):
            while not counted.has_ended:
                await counted()
            return refusal
    except (TimeoutError, TooLargeError):
        headers = {**refusal.headers, "connection": "close"}
        return Answer(refusal.status, refusal.body, refusal.kind, headers)


def _headers(scope: Scope) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name, []).append(value)
    return found


def _too_large(limit: int) -> Answer:
    error = refused(
        f"It is larger than {limit / 1e6:g} MB.",
        "Send less at once: pictures are named by their paths. The setting request_limit_mb sets the limit.",
    )
    return error_answer(error, 413)
