"""What a sequencer says of one strip: facts that can be read off it, without any reckoning of times."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from photodouble.image.pattern import parse_pattern

from .media import Media


@dataclass(frozen=True)
class StripFact:
    """Hold a strip: `frames` are the numbers of the files that it shows from record frame `first` on.

    A movie's frames count from 1 in its file, a still's are all alike. `there` are the lowest and highest
    file number that the strip has. `clip_text` is the clip that it was laid from, `speed` what it was laid
    with or is set to; 0 where nobody knows.
    """

    name: str
    track: int
    first: int
    frames: tuple[int, ...]
    kind: str
    pattern: str
    there: tuple[int, int]
    clip_text: str = ""
    speed: float = 0.0
    enabled: bool = True
    cut_first: int = 0
    cut_last: int = 0

    @property
    def last(self) -> int:
        """Return the last record frame at which the strip is seen."""
        return self.first + len(self.frames) - 1

    @property
    def cut_frames(self) -> tuple[int, ...]:
        """Return the files that are seen between the cuts, without what a dissolve adds."""
        return self.frames[self.cut_first - self.first : self.cut_last - self.first + 1]

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> StripFact:
        """Read it; raises KeyError, TypeError or ValueError for what is not as it should be."""
        frames = tuple(int(one) for one in given["frames"])
        first = int(given["first"])
        if not frames or given["kind"] not in ("sequence", "still", "movie") or int(given["track"]) < 0:
            raise ValueError(given["name"])
        low, high = given.get("there") or (min(frames), max(frames))
        return cls(
            str(given["name"]),
            int(given["track"]),
            first,
            frames,
            str(given["kind"]),
            str(given["pattern"]),
            (int(low), int(high)),
            str(given.get("clip_text", "")),
            float(given.get("speed", 0.0)),
            bool(given.get("enabled", True)),
            first,
            first + len(frames) - 1,
        )

    def number_in(self, media: Media, file: int) -> int:
        """Return a file's number, or a movie's frame, as the cut counts the media."""
        if self.kind == "movie":
            return file - media.movie_first + media.first
        return media.first if self.kind == "still" else file

    def is_shown(self, media: Media, number: int, file: int) -> bool:
        """Whether a clip that shows a frame of some media shows this file."""
        return number == self.number_in(media, file) and _files(media.pattern) == _files(self.pattern)


@functools.lru_cache(maxsize=8192)
def _files(pattern: str) -> tuple[str, ...]:
    if not pattern:
        return ()
    name = parse_pattern(pattern)
    return os.path.realpath(name.folder), name.prefix, name.suffix
