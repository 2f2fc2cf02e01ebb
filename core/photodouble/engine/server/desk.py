"""One address of the engine: reads what is asked there, calls the route, and answers whatever happens."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Mapping
from typing import Any

from starlette.types import Receive, Scope, Send

from photodouble_client.errors import ArtistError

from .answers import error_answer, refused
from .bodies import HostGoneError, read_body, read_json
from .guard import TooLargeError
from .queries import read_query
from .reception import Reception
from .streams import send_stream, until_gone
from .table import Answered, Asked, Route, Stream

logger = logging.getLogger(__name__)


class Desk:
    """All that can be asked at one address, by method."""

    def __init__(self, methods: Mapping[str, Route], reception: Reception) -> None:
        self.methods = methods
        self.reception = reception

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Nobody ever sees a traceback: it goes to the log."""
        try:
            answer = await self._answer(scope, receive)
        except ArtistError as error:
            answer = error_answer(error)
        except HostGoneError:
            return
        except TooLargeError:
            raise
        except Exception as error:  # the edge
            logger.exception("%s failed", scope["method"])
            answer = error_answer(_unexpected(error))
        if isinstance(answer, Stream):
            await send_stream(answer.lines, self.reception, receive, send)
        else:
            await answer.send(send)

    async def _answer(self, scope: Scope, receive: Receive) -> Answered:
        route = self.methods.get(scope["method"])
        if route is None:
            await read_body(receive)
            allowed = ", ".join(sorted(self.methods))
            error = refused(f"{scope['method']} cannot be done here.", f"Use {allowed}.")
            return error_answer(error, 405, {"allow": allowed})
        body = await (read_body(receive) if route.body is None else read_json(receive))
        asked = Asked(scope["path_params"], read_query(route.query, scope["query_string"]), body)
        called = route.call(self.reception, asked)
        if not inspect.isawaitable(called):
            return called
        if not route.waits:
            return await called
        return await _while_there(called, receive, self.reception)


async def _while_there(called: Awaitable[Answered], receive: Receive, reception: Reception) -> Answered:
    """Wait for an answer as long as the host waits for it, and the engine lives."""
    coming = asyncio.ensure_future(called)
    gone = asyncio.ensure_future(until_gone(receive))
    ending = asyncio.ensure_future(reception.ending.wait())
    waits: list[asyncio.Future[Any]] = [coming, gone, ending]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if coming.done():
            return coming.result()
        if gone.done():
            raise HostGoneError
        return reception.farewell()
    finally:
        for wait in waits:
            wait.cancel()


def _unexpected(error: Exception) -> ArtistError:
    return ArtistError(
        "engine.unexpected",
        "Something went wrong inside the engine",
        "The engine did not understand itself. Nothing was lost; the details are in its log.",
        "Try again; if it happens again, send us the engine's log.",
        detail=type(error).__name__,
    )
