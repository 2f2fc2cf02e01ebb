"""Frame lists as artists type them: `1-80,90`, `-5--1`, `1-100x2`."""

from __future__ import annotations

import re
from typing import Any, Iterable, Iterator, List, Sequence, Tuple

from .errors import ArtistError

LONGEST_RANGE = 1000000
_PART = re.compile(r"(-?\d{1,18})(?:-(-?\d{1,18})(?:x(\d{1,18}))?)?\Z")


class FrameRange:
    """Hold an ordered list of frame numbers, each once, that never changes.

    The order is ascending whatever the order of typing, so that equal sets of frames are equal ranges and are
    written as the same text.
    """

    __slots__ = ("_frames", "_members")

    def __init__(self, frames: Iterable[int] = ()) -> None:
        self._members = frozenset(int(frame) for frame in frames)
        self._frames: Tuple[int, ...] = tuple(sorted(self._members))

    @classmethod
    def from_text(cls, text: str) -> FrameRange:
        """Read a frame list such as `1-80,90,-5--1,1-100x2`; empty text is the empty range.

        Raises ArtistError `usage.frames` on anything else.
        """
        frames: List[int] = []
        for part in text.replace(" ", "").split(","):
            if part:
                frames.extend(_frames_of(part))
            elif text.strip():
                raise _unreadable(text, "There is a comma with nothing beside it.")
            if len(frames) > LONGEST_RANGE:
                raise _unreadable(text, f"That is more than {LONGEST_RANGE} frames.")
        return cls(frames)

    def to_text(self) -> str:
        """Write the range as the shortest plain frame list; `from_text` reads it back."""
        parts: List[str] = []
        start = 0
        while start < len(self._frames):
            length = _run_length(self._frames, start)
            parts.append(_run_text(self._frames[start : start + length]))
            start += length
        return ",".join(parts)

    @property
    def first(self) -> int:
        """Give the first frame; an empty range raises ArtistError `input.empty_range`."""
        return self._filled()[0]

    @property
    def last(self) -> int:
        """Give the last frame; an empty range raises ArtistError `input.empty_range`."""
        return self._filled()[-1]

    def without(self, others: Iterable[int]) -> FrameRange:
        """Leave out the given frames."""
        return FrameRange(self._members.difference(others))

    def _filled(self) -> Tuple[int, ...]:
        if not self._frames:
            raise ArtistError(
                "input.empty_range",
                "There are no frames to work on",
                "The frame range is empty.",
                "Give at least one frame, for example 1001-1048.",
            )
        return self._frames

    def __iter__(self) -> Iterator[int]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)

    def __contains__(self, frame: object) -> bool:
        return frame in self._members

    def __eq__(self, other: Any) -> bool:
        return self._frames == other._frames if isinstance(other, FrameRange) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._frames)

    def __repr__(self) -> str:
        return f"FrameRange.from_text({self.to_text()!r})"


def _frames_of(part: str) -> Iterable[int]:
    found = _PART.match(part)
    if found is None:
        raise _unreadable(part, "It is not a frame, a range or a stepped range.")
    first = int(found.group(1))
    last = int(found.group(2) or first)
    step = int(found.group(3) or 1)
    if last < first:
        raise _unreadable(part, "The last frame comes before the first.")
    if step < 1:
        raise _unreadable(part, "The step must be at least 1.")
    if (last - first) // step >= LONGEST_RANGE:
        raise _unreadable(part, f"That is more than {LONGEST_RANGE} frames.")
    return range(first, last + 1, step)


def _run_length(frames: Sequence[int], start: int) -> int:
    """Count how many frames from a place on share one step.

    Two frames with a gap are not a run, and a stepped run leaves its last frame to a plain one that follows.
    """
    if start + 1 == len(frames):
        return 1
    step = frames[start + 1] - frames[start]
    end = start + 2
    while end < len(frames) and frames[end] - frames[end - 1] == step:
        end += 1
    if step > 1 and end < len(frames) and frames[end] == frames[end - 1] + 1:
        end -= 1
    return end - start if step == 1 or end - start > 2 else 1


def _run_text(frames: Sequence[int]) -> str:
    if len(frames) == 1:
        return str(frames[0])
    text = f"{frames[0]}-{frames[-1]}"
    step = frames[1] - frames[0]
    return text if step == 1 else f"{text}x{step}"


def _unreadable(text: str, reason: str) -> ArtistError:
    return ArtistError(
        "usage.frames",
        "The frame list cannot be read",
        f"{text!r} was given as frames. {reason}",
        "Write frames as 1001-1048, 1001-1048x2 or 1001,1005,1010-1020.",
    )
