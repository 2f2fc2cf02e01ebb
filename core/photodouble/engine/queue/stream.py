"""Events to whoever listens: each listener reads at its own pace, and a slow one costs no memory."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

from photodouble_client.stored import Json

LOOK_S = 1.0


class Stream:
    """The events of one job, preview or task.

    `read(after)` returns a batch of the lasting events behind a number; `is_over()` says whether none will
    follow. Progress is not kept: a listener hears the newest, under the number of the event before it.
    """

    def __init__(
        self, ident: str, read: Callable[[int], list[Json]], is_over: Callable[[], bool], *, near: bool = True
    ) -> None:
        """Name whose events these are; `near` is False where another engine writes them."""
        self.ident = ident
        self.read = read
        self.is_over = is_over
        self.pause = None if near else LOOK_S
        self.progress: Json | None = None
        self.progress_count = 0
        self.is_closed = False
        self._changed = asyncio.Event()

    @property
    def changed(self) -> asyncio.Event:
        """What is set at the next change."""
        return self._changed

    def tell(self) -> None:
        """Wake every listener, because there is something new to read."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def tell_progress(self, event: Json) -> None:
        """Tell how far the work is, in place of what was told before."""
        self.progress = event
        self.progress_count += 1
        self.tell()

    def close(self) -> None:
        """End every listener, because the engine ends."""
        self.is_closed = True
        self.tell()


class Listener(AsyncIterator[Json]):
    """Hears the events behind a number, first those of the past, until the last one.

    Waiting may be cancelled at any time and taken up again; nothing is lost by it.
    """

    def __init__(self, stream: Stream, after: int) -> None:
        """Listen to a stream; `after` is the number of the event that was heard last, 0 for none."""
        self._stream = stream
        self._after = after
        self._heard_progress = 0
        self._waiting: deque[Json] = deque()

    async def __anext__(self) -> Json:
        """Return the next event, or end behind the last one."""
        stream = self._stream
        while not stream.is_closed:
            changed, is_over = stream.changed, stream.is_over()
            if not self._waiting:
                self._waiting.extend(stream.read(self._after))
            if self._waiting:
                event = self._waiting.popleft()
                self._after = int(event["seq"])
                return event
            if is_over:
                break
            if stream.progress is not None and self._heard_progress < stream.progress_count:
                self._heard_progress = stream.progress_count
                return {**stream.progress, "job": stream.ident, "seq": self._after}
            await self._wait(changed)
        raise StopAsyncIteration

    async def _wait(self, changed: asyncio.Event) -> None:
        try:
            await asyncio.wait_for(changed.wait(), self._stream.pause)
        except TimeoutError:
            return
