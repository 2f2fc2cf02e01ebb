"""The engine's door, open for a test: the real application on a real socket, before a queue in memory."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from short_queue import ShortQueue

from photodouble.engine.server.reception import Identity, Reception
from photodouble.engine.server.serving import listening_socket, serve
from photodouble.settings import Settings

TOKEN = "0123456789abcdef" * 4


class Door:
    """Speaks to one running server."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.listener = listening_socket()
        self.port = self.listener.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self.reception: Reception
        self.queue: ShortQueue
        self.loop: asyncio.AbstractEventLoop
        self._open = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def open(self) -> None:
        """Begin to serve."""
        self._thread.start()
        assert self._open.wait(20)

    def close(self) -> None:
        """End the server as the engine would, and wait for it."""
        self.loop.call_soon_threadsafe(self.reception.end)
        self.wait()

    def wait(self) -> None:
        """Wait until the server has ended by itself."""
        self._thread.join(20)
        assert not self._thread.is_alive()

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.queue = ShortQueue()
        self.reception = Reception(self.queue, Identity(self.port, TOKEN, "nonce", "machine"), self.settings)
        await serve(self.reception, self.listener, on_listening=self._open.set)

    def connect(self) -> http.client.HTTPConnection:
        """Connect as a host does."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def ask(
        self,
        method: str,
        path: str,
        content: Any = None,
        *,
        token: str | None = TOKEN,
        body: Any = None,
        **headers: str,
    ) -> Answer:
        """Ask one thing on a connection of its own; `content` goes as JSON, `body` as it is."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if content is not None:
            body = json.dumps(content).encode()
        connection = self.connect()
        try:
            connection.request(method, path, body, sent)
            found = connection.getresponse()
            return Answer(
                found.status, found.read(), {key.lower(): value for key, value in found.getheaders()}
            )
        finally:
            connection.close()

    def do(self, coroutine: Any) -> Any:
        """Do something on the server's event loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)


class Answer:
    """What the server answered."""

    def __init__(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.status, self.body, self.headers = status, body, headers

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of the error that came."""
        return str(self.json["error"]["code"])


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[Door]:
    """Serve for a while."""
    door = Door(settings or Settings())
    door.open()
    try:
        yield door
    finally:
        if door._thread.is_alive():
            door.close()
