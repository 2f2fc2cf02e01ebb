"""Serving: one event loop that answers hosts, watches its sessions, and ends when nobody needs it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Iterator

import uvicorn

from .app import make_app
from .protocol import PatientProtocol
from .reception import Reception

KEEP_ALIVE = 60
FAREWELL = 3
LOOK_EVERY = 1.0
MOST_CONNECTIONS = 800
LARGEST_HEAD = 32 * 1024

logger = logging.getLogger(__name__)


async def serve(
    reception: Reception,
    listener: socket.socket,
    *,
    on_listening: Callable[[], None],
    is_standing: Callable[[], bool] = lambda: True,
) -> None:
    """Serve until `reception.end`; `on_listening` is called as soon as hosts can connect.

    `is_standing` is asked now and then; when it says no, another engine is in this one's place, and it ends.
    """
    server = _Server(_configuration(reception))
    serving = asyncio.ensure_future(server.serve([listener]))
    watching = asyncio.ensure_future(_watch(reception, server, is_standing))
    try:
        while not server.started and not serving.done():
            await asyncio.sleep(0.001)
        on_listening()
        await serving
    finally:
        watching.cancel()


def listening_socket() -> socket.socket:
    """Listen on a free port of this machine alone.

    The protocol is named, because otherwise asyncio leaves small packets waiting: 45 ms a request.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    listener.setblocking(False)
    return listener


def _configuration(reception: Reception) -> uvicorn.Config:
    return uvicorn.Config(
        make_app(reception),
        loop="asyncio",
        http=PatientProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=FAREWELL,
        limit_concurrency=MOST_CONNECTIONS,
        h11_max_incomplete_event_size=LARGEST_HEAD,
    )


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the engine."""
        yield


async def _watch(reception: Reception, server: uvicorn.Server, is_standing: Callable[[], bool]) -> None:
    """Let silent hosts go, and end the engine when it is told to or was idle for long enough."""
    limit = reception.settings.engine_idle_minutes * 60
    while not reception.ending.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY):
                await reception.ending.wait()
        reception.sessions.sweep()
        if 0 < limit <= reception.idle_for:
            logger.info("the engine was idle for %g minutes and ends", limit / 60)
            reception.end()
        elif server.started and not reception.ending.is_set() and not is_standing():
            logger.warning("another engine has taken this one's place, and this one ends")
            reception.end()
    server.should_exit = True
