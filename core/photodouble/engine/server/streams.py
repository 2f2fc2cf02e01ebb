"""Sending events as they come: one JSON object a line, an empty line as heartbeat."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING, Any

from starlette.types import Receive, Send

from .answers import ALWAYS, plain

if TYPE_CHECKING:
    from .reception import Reception

KIND = "application/x-ndjson"
HEARTBEAT = 4.0


async def send_stream(
    events: AsyncIterator[dict[str, Any]], reception: Reception, receive: Receive, send: Send
) -> None:
    """Send events until there are no more, the host hangs up, or the engine ends."""
    headers = [(b"content-type", KIND.encode("ascii")), *ALWAYS]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    ends: list[asyncio.Future[Any]] = [
        asyncio.ensure_future(until_gone(receive)),
        asyncio.ensure_future(reception.ending.wait()),
    ]
    reception.streams += 1
    try:
        async with contextlib.aclosing(_lines(events, ends)) as lines:
            async for line in lines:
                await send({"type": "http.response.body", "body": line, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        reception.streams -= 1
        reception.hear()
        for end in ends:
            end.cancel()


async def until_gone(receive: Receive) -> None:
    """Wait until the host hangs up."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _lines(
    events: AsyncIterator[dict[str, Any]], ends: list[asyncio.Future[Any]]
) -> AsyncGenerator[bytes, None]:
    coming = asyncio.ensure_future(_next(events))
    try:
        while True:
            await asyncio.wait([coming, *ends], timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
            if coming.done():
                event = coming.result()
                if event is None:
                    return
                coming = asyncio.ensure_future(_next(events))
                yield plain(event) + b"\n"
            elif any(end.done() for end in ends):
                return
            else:
                yield b"\n"
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        if hasattr(events, "aclose"):
            await events.aclose()


async def _next(events: AsyncIterator[dict[str, Any]]) -> dict[str, Any] | None:
    return await anext(events, None)
