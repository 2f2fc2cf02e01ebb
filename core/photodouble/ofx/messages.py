"""Messages of a plug-in, and memory for it (manual, "Message Suite" and "Memory Suite")."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass

from photodouble.ofx.abi import MEMORY_CALLS, MESSAGE_CALLS, Status, Suite, write_pointer
from photodouble.ofx.conduct import Refused, Witness

KINDS = frozenset(f"OfxMessage{kind}" for kind in ("Fatal", "Error", "Warning", "Message", "Log"))


@dataclass(frozen=True)
class Message:
    """One message: the effect it is about, its kind, its text."""

    effect: int
    kind: str
    text: str


class MessageSuite:
    """OfxMessageSuiteV1, and the second version where a host has it.

    The pattern must be "%s" alone, or hold no % at all: a pattern with a file's words in it is a hole.
    """

    def __init__(self, witness: Witness, *, version: int, entries_empty: bool) -> None:
        self._witness = witness
        self._persistent = version > 1 and not entries_empty
        self.messages: list[Message] = []
        self.standing: dict[int, Message] = {}
        self.suite = Suite(MESSAGE_CALLS[: 1 if version == 1 else 3], self._function)

    def _function(self, name: str) -> Callable[..., int] | None:
        if name != "message" and not self._persistent:
            return None
        return self._witness.watched("message", getattr(self, f"_{name}"), name)

    def _read(self, effect: int | None, kind: bytes, pattern: bytes, words: int | None) -> Message:
        if kind is None or kind.decode() not in KINDS:
            raise Refused(Status.FAILED, f"there is no kind of message {kind!r}")
        if pattern == b"%s":
            text = ctypes.c_char_p(words).value or b""
        elif b"%" not in pattern:
            text = pattern
        else:
            raise Refused(Status.FAILED, f"the pattern of a message is {pattern!r}")
        return Message(effect or 0, kind.decode(), text.decode())

    def _message(
        self, effect: int | None, kind: bytes, name: bytes | None, pattern: bytes, words: int | None
    ) -> None:
        self.messages.append(self._read(effect, kind, pattern, words))

    def _set_persistent(
        self, effect: int | None, kind: bytes, name: bytes | None, pattern: bytes, words: int | None
    ) -> None:
        message = self._read(effect, kind, pattern, words)
        self.standing[effect or 0] = message

    def _clear_persistent(self, effect: int | None) -> None:
        self.standing.pop(effect or 0, None)


class MemorySuite:
    """OfxMemorySuiteV1, counted."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness
        self._held: dict[int, ctypes.Array[ctypes.c_char]] = {}
        self.suite = Suite(MEMORY_CALLS, self._function)

    @property
    def kept(self) -> int:
        """Return how many pieces the plug-in never gave back."""
        return len(self._held)

    def _function(self, name: str) -> Callable[..., int]:
        return self._witness.watched("memory", getattr(self, f"_{name}"), name)

    def _memory_alloc(self, effect: int | None, size: int, place: int) -> None:
        buffer = ctypes.create_string_buffer(max(size, 1))
        self._held[ctypes.addressof(buffer)] = buffer
        write_pointer(place, ctypes.addressof(buffer))

    def _memory_free(self, address: int | None) -> None:
        if self._held.pop(address or 0, None) is None:
            raise Refused(Status.BAD_HANDLE, "memory is given back that was not taken")
