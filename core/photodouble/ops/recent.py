"""Pictures that were used last, held up to a number of bytes."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

Content = TypeVar("Content")

_PART = 24
"""A cache holds at most this part of the memory that its process was given."""


class Recent(Generic[Content]):
    """Hold the pictures that were used last: as many as fit in a number of bytes, and a few at the least."""

    def __init__(self, limit: int, size: Callable[[Content], int], least: int = 4) -> None:
        """Start empty; `size` gives the bytes of a picture."""
        self._limit, self._size, self._least = at_most(limit), size, least
        self._held: OrderedDict[Any, tuple[Content, int]] = OrderedDict()
        self._bytes = 0

    def get(self, key: Any, read: Callable[[], Content]) -> Content:
        """Return what is held under a key, read now if it is not; the least used is let go."""
        if key not in self._held:
            made = read()
            self._held[key] = (made, self._size(made))
            self._bytes += self._held[key][1]
        self._held.move_to_end(key)
        while self._bytes > self._limit and len(self._held) > self._least:
            self._bytes -= self._held.popitem(last=False)[1][1]
        return self._held[key][0]


def at_most(limit: int) -> int:
    """Return a cache's limit in bytes: less where the process was given little memory (Linux)."""
    if sys.platform != "linux":
        return limit
    import resource

    given, _ = resource.getrlimit(resource.RLIMIT_DATA)
    return limit if given < 0 else min(limit, given // _PART)
