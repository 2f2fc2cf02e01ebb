"""What a cut shows of a piece of media: the figures by which two cuts are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .shot import Shot

_NUMBER = re.compile(r"%0?\d*d|#+|@+|\$F\d*|\[-?\d+--?\d+\]")


@dataclass(frozen=True)
class Seen:
    """Hold what one clip shows: `frames` of `media`, one per record frame, from `record_first` on.

    `media` names the footage whatever its frame numbers are written like; `take` is the take that the clip
    carries, `made` the frames of the media that work exists for, those shown unless it is known better.
    """

    name: str
    track: str
    media: str
    frames: tuple[int, ...]
    record_first: int = 0
    speed: Fraction = Fraction(1)
    take: str = ""
    made: frozenset[int] = frozenset()
    shot: Shot | None = field(default=None, compare=False, repr=False)

    @cached_property
    def shown(self) -> frozenset[int]:
        """Give the frames without their order."""
        return frozenset(self.frames)

    @property
    def file(self) -> str:
        """Give the name of the media without its folder: what stays when footage is moved."""
        return self.media.rpartition("/")[2]

    @property
    def record_last(self) -> int:
        """Give the last frame in the cut."""
        return self.record_first + max(len(self.frames), 1) - 1


def media_key(pattern: str) -> str:
    """Return one name for all ways to write a sequence: `a.%04d.exr`, `a.####.exr`, `a.[1-9].exr`."""
    folder, slash, name = pattern.replace("\\", "/").rpartition("/")
    return folder + slash + _NUMBER.sub("#", name)
