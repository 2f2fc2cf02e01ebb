"""What previews keep warm between each other: reduced pictures and analysis records, up to a size."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

Content = TypeVar("Content")

LIMIT_BYTES = 768 * 2**20


class PreviewStore:
    """Hold what was used last, so that only what a control changes is made again.

    Everything is kept under a key that names all it was made from (files by path, size and time), so
    nothing in here is ever out of date; the longest unused goes first when `limit_bytes` is reached.
    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        """Hold at most that many bytes of pictures and records."""
        self._limit = limit_bytes
        self._held: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.RLock()

    @property
    def held_bytes(self) -> int:
        """Count the bytes that are held."""
        return self._bytes

    def get(self, key: Hashable, make: Callable[[], Content]) -> Content:
        """Return what is held under a key, made now if it is not."""
        found: Content | None = self.peek(key)
        if found is None:
            found = make()
            self.keep(key, found)
        return found

    def peek(self, key: Hashable) -> Any:
        """Return what is held under a key, or None."""
        with self._lock:
            if key not in self._held:
                return None
            self._held.move_to_end(key)
            return self._held[key][0]

    def keep(self, key: Hashable, content: Any) -> None:
        """Hold something under a key; the longest unused is let go."""
        size = bytes_of(content)
        with self._lock:
            self.drop(key)
            self._held[key] = (content, size)
            self._bytes += size
            while self._bytes > self._limit and len(self._held) > 1:
                self._bytes -= self._held.popitem(last=False)[1][1]

    def drop(self, key: Hashable) -> None:
        """Forget one thing, if it is there."""
        with self._lock:
            if key in self._held:
                self._bytes -= self._held.pop(key)[1]

    def free(self) -> None:
        """Forget everything, to give memory back."""
        with self._lock:
            self._held.clear()
            self._bytes = 0


def bytes_of(content: Any) -> int:
    """Count the bytes of arrays, alone or inside tuples, mappings and pictures."""
    if isinstance(content, np.ndarray):
        return int(content.nbytes)
    if isinstance(content, Mapping):
        return sum(bytes_of(value) for value in content.values())
    if isinstance(content, tuple | list):
        return sum(bytes_of(value) for value in content)
    planes = getattr(content, "planes", ())
    return sum(bytes_of(plane.pixels) for plane in planes) + 256


def file_mark(path: Path) -> tuple[str, int, int]:
    """Return what a file is known by: path, size and time. A change of the file changes the mark."""
    state = path.stat()
    return str(path), state.st_size, state.st_mtime_ns
