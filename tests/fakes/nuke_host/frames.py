"""Ranges of frames (stubs nuke/classes/FrameRange.py, FrameRanges.py; facts section 7)."""

from __future__ import annotations

import re
from typing import Any, Iterator, List


class FrameRange:
    """Frames from a first to a last by a step: `FrameRange(1, 10, 2)` or `FrameRange('1-10x2')`."""

    def __init__(self, *given: Any) -> None:
        if len(given) == 1 and isinstance(given[0], str):
            match = re.match(r"^(-?\d+)(?:-(-?\d+))?(?:x(\d+))?$", given[0].strip())
            if match is None:
                raise ValueError("%r is no frame range" % given[0])
            first = int(match.group(1))
            last = int(match.group(2)) if match.group(2) else first
            given = (first, last, int(match.group(3) or 1))
        elif len(given) == 2:
            given = (*given, 1)
        elif len(given) not in (0, 3):
            raise TypeError("FrameRange takes a text, or first, last and increment")
        self._first, self._last, self._by = (int(one) for one in (given or (0, 0, 1)))
        if self._by == 0:
            raise ValueError("a range cannot go by 0")

    def __str__(self) -> str:
        by = "" if self._by == 1 else "x%d" % self._by
        return "%d" % self._first if self._first == self._last else "%d-%d%s" % (self._first, self._last, by)

    def __iter__(self) -> Iterator[int]:
        return iter(range(self._first, self._last + (1 if self._by > 0 else -1), self._by))

    def first(self) -> int:
        return self._first

    def last(self) -> int:
        return self._last

    def increment(self) -> int:
        return self._by

    def setFirst(self, frame: int) -> None:
        self._first = int(frame)

    def setLast(self, frame: int) -> None:
        self._last = int(frame)

    def setIncrement(self, by: int) -> None:
        self._by = int(by)

    def frames(self) -> int:
        return len(list(self))

    def getFrame(self, number: int) -> int:
        return list(self)[number]

    def isInRange(self, frame: int) -> bool:
        return frame in list(self)

    def minFrame(self) -> int:
        return min(self)

    def maxFrame(self) -> int:
        return max(self)

    def stepFrame(self) -> int:
        return abs(self._by)


class FrameRanges:
    """Several ranges: `FrameRanges('1-10 20-30x5')` or a list of them."""

    def __init__(self, given: Any = ()) -> None:
        if isinstance(given, str):
            given = [FrameRange(word) for word in given.split()]
        elif isinstance(given, FrameRange):
            given = [given]
        elif given and isinstance(list(given)[0], int):
            given = [FrameRange(frame, frame, 1) for frame in given]
        self._ranges: List[FrameRange] = list(given)

    def __str__(self) -> str:
        return " ".join(str(one) for one in self._ranges)

    def __iter__(self) -> Iterator[FrameRange]:
        return iter(self._ranges)

    def size(self) -> int:
        return len(self._ranges)

    def add(self, one: FrameRange) -> None:
        self._ranges.append(one)

    def clear(self) -> None:
        del self._ranges[:]

    def getRange(self, number: int) -> FrameRange:
        return self._ranges[number]

    def toFrameList(self) -> List[int]:
        return [frame for one in self._ranges for frame in one]

    def minFrame(self) -> int:
        return min(self.toFrameList())

    def maxFrame(self) -> int:
        return max(self.toFrameList())
