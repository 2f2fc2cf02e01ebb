"""What every route may need: the queue, the engine's own facts, who is connected, and when to end."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass
from typing import Any

import photodouble
from photodouble.engine.code_version import code_version
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.wire import PROTOCOL

from .answers import Answer, error_answer
from .host_sessions import HostSessions
from .links import Links
from .reviews import Reviews
from .work_queue import WorkQueue

SCHEMA = 1


@dataclass(frozen=True)
class Identity:
    """Who this engine is: the facts of its endpoint that its answers and its guard need."""

    port: int
    token: str
    nonce: str
    machine: str


class Reception:
    """Holds what the routes share, for the life of one engine."""

    def __init__(self, queue: WorkQueue, identity: Identity, settings: Settings) -> None:
        self.queue = queue
        self.identity = identity
        self.settings = settings
        self.token = identity.token
        self.origin = f"http://127.0.0.1:{identity.port}".encode("ascii")
        self.hosts = {f"{name}:{identity.port}".encode("ascii") for name in ("127.0.0.1", "localhost")}
        self.request_limit = max(1024, int(settings.request_limit_mb * 1e6))
        self.sessions = HostSessions(queue.set_hosts_open)
        self.links = Links(identity.port)
        self.reviews = Reviews()
        self.ending = asyncio.Event()
        self.streams = 0
        self._heard = time.monotonic()

    def hello(self) -> dict[str, Any]:
        """Say who this engine is."""
        return {
            "schema": SCHEMA,
            "protocol": PROTOCOL,
            "version": photodouble.__version__,
            "nonce": self.identity.nonce,
            "pid": os.getpid(),
            "machine": self.identity.machine,
            "code_version": code_version(),
        }

    def hear(self) -> None:
        """Remember that somebody who may do so asked something just now."""
        self._heard = time.monotonic()

    def end(self) -> None:
        """Ask the engine to end: streams close, and nothing new is taken in."""
        self.ending.set()

    @property
    def idle_for(self) -> float:
        """Seconds without job, session, stream or request."""
        if self.streams or self.sessions.is_any or not self.queue.is_idle:
            return 0.0
        return min(self.queue.idle_for, time.monotonic() - self._heard)

    def ending_answer(self) -> Answer | None:
        """Refuse anything new while the engine ends, so that the host starts the next one."""
        return self.farewell() if self.ending.is_set() else None

    def farewell(self) -> Answer:
        """Tell a host that this engine ends."""
        error = ArtistError(
            "engine.unreachable",
            "The engine is ending",
            "It takes nothing new. Its jobs go on when the next engine starts.",
            "Try again: the next engine starts by itself.",
        )
        return error_answer(error, 503, {"connection": "close"})

    def page_refusal(self, method: str, headers: dict[bytes, list[bytes]]) -> Answer | None:
        """Refuse a page to anybody but the browser that came by a one-time link."""
        return self.links.refusal(method, headers, self.origin)
