"""What is dear to open and is kept for the next order: opened jobs now, models in time."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

Kept = TypeVar("Kept")


def _nothing(_kept: Any) -> None:
    """Close what needs no closing."""


class Warm(Generic[Kept]):
    """Keeps a few opened things by name; the least used is closed first."""

    def __init__(self, limit: int, close: Callable[[Kept], None] = _nothing) -> None:
        """Keep no more than `limit`; `close` is called with each that is let go."""
        self._limit = limit
        self._close = close
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def get(self, name: str, open_it: Callable[[], Kept]) -> Kept:
        """Return what is kept under a name, opened now if it is not."""
        if name not in self._kept:
            self.put(name, open_it())
        self._kept.move_to_end(name)
        return self._kept[name]

    def put(self, name: str, kept: Kept) -> None:
        """Keep something just opened; what was kept under the name before is closed."""
        self.close(name)
        while len(self._kept) >= self._limit:
            self.close(next(iter(self._kept)))
        self._kept[name] = kept

    def close(self, name: str) -> None:
        """Close what is kept under a name, if anything is."""
        kept = self._kept.pop(name, None)
        if kept is not None:
            self._close(kept)

    def free(self) -> None:
        """Close everything."""
        for name in list(self._kept):
            self.close(name)


def give_back() -> None:
    """Hand freed memory back to the system, where the C library can (glibc)."""
    gc.collect()
    if sys.platform != "linux":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
