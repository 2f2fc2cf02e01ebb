"""What a plug-in does against the manual, and the short life of what it is given.

Real hosts forgive much and then crash years later. This one writes down each broken rule, and makes short
lives shorter: a string is good until the thread's next call ("The Generic Core API", "Strings"), so it lies
in one buffer per thread that the next call overwrites.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from photodouble.ofx.abi import Status

Kind = TypeVar("Kind")

_BUFFER_BYTES = 1 << 16


class Refused(Exception):  # noqa: N818 (a refusal is an answer here, not an error of ours)
    """An answer other than OK, with the rule that was broken, if one was."""

    def __init__(self, status: Status, broken: str = "") -> None:
        super().__init__(broken)
        self.status = status
        self.broken = broken


class Conduct(threading.local):
    """What belongs to one thread: its string buffer and the actions that it is inside of."""

    def __init__(self) -> None:
        self.buffer = ctypes.create_string_buffer(_BUFFER_BYTES)
        self.used = 0
        self.actions: list[str] = []
        self.renders: list[Any] = []


class Witness:
    """Write down what a plug-in does wrong, and hand out strings that do not last."""

    def __init__(self) -> None:
        self.here = Conduct()
        self._complaints: list[str] = []
        self._lock = threading.Lock()

    @property
    def complaints(self) -> tuple[str, ...]:
        """Return every broken rule once, in the order found."""
        with self._lock:
            return tuple(dict.fromkeys(self._complaints))

    @property
    def action(self) -> str:
        """Return the action that this thread is inside of, or nothing."""
        return self.here.actions[-1] if self.here.actions else ""

    @contextmanager
    def acting(self, action: str) -> Iterator[None]:
        """Remember for a while which action this thread is inside of."""
        self.here.actions.append(action)
        try:
            yield
        finally:
            self.here.actions.pop()

    def complain(self, broken: str) -> None:
        """Write a broken rule down, with the action it was broken in."""
        with self._lock:
            self._complaints.append(f"{self.action or 'outside any action'}: {broken}")

    def lend(self, text: str) -> int:
        """Return the address of a string that the next call of this thread overwrites."""
        words = text.encode() + b"\0"
        if len(words) > _BUFFER_BYTES:
            raise Refused(Status.MEMORY)
        ctypes.memmove(self.here.buffer, words, len(words))
        self.here.used = len(words)
        return ctypes.addressof(self.here.buffer)

    def watched(self, suite: str, call: Callable[..., int | None], name: str) -> Callable[..., int]:
        """Return a suite function that spoils the last string, notes refusals and never raises into C."""

        def answer(*given: Any) -> int:
            self._spoil()
            if not self.here.actions:
                self.complain(f"{suite}.{name} was called")
            try:
                status = call(*given)
            except Refused as refused:
                if refused.broken:
                    self.complain(f"{suite}.{name}: {refused.broken}")
                return int(refused.status)
            except Exception as error:  # noqa: BLE001 (an exception cannot cross into C)
                self.complain(f"{suite}.{name}: the host stumbled: {error!r}")
                return int(Status.FATAL)
            return int(status or Status.OK)

        return answer

    def _spoil(self) -> None:
        ctypes.memset(self.here.buffer, ord("#"), self.here.used)
        if self.here.used:
            self.here.buffer[self.here.used - 1] = b"\0"
        self.here.used = 0


class Handles:
    """Opaque handles: numbers that are no address at all, so that looking inside one ends the process."""

    def __init__(self) -> None:
        self._things: dict[int, object] = {}
        self._gone: set[int] = set()
        self._next = 0x1000
        self._lock = threading.Lock()

    def give(self, thing: object) -> int:
        """Return a new handle of a thing."""
        with self._lock:
            self._next += 0x40
            self._things[self._next] = thing
            return self._next

    def end(self, handle: int) -> None:
        """End a handle; using it from now on is written down."""
        with self._lock:
            self._things.pop(handle, None)
            self._gone.add(handle)

    def thing(self, handle: int | None, kind: type[Kind]) -> Kind:
        """Return what a handle stands for, or refuse (`kOfxStatErrBadHandle`)."""
        thing = self._things.get(handle or 0)
        if isinstance(thing, kind):
            return thing
        if handle in self._gone:
            raise Refused(Status.BAD_HANDLE, f"a {kind.__name__.lower()} was used after its end")
        raise Refused(Status.BAD_HANDLE, f"{handle or 'NULL'} is no {kind.__name__.lower()}")
