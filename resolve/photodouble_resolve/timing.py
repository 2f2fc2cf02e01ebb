"""Which frames of its media a clip shows: Resolve's numbers differ by version, rate and speed.

At its own speed `GetLeftOffset` is exact, while `GetSourceStartFrame` is one off at times; retimed, the
offset is divided by the speed and only the span of the source frames tells it. `GetSourceEndFrame` is
exclusive where media and timeline have the same rate, and the last frame where they differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Optional, Tuple

from .calls import ask, text, whole
from .media import Held, rate_text

UNKNOWN = 0.0


@dataclass(frozen=True)
class Shown:
    """The first and last frame of the media that are shown, counted from 0, and how fast they are played."""

    first: int
    last: int
    speed: float = 1.0
    is_known: bool = True
    is_between_frames: bool = False


def ratio(rate: str, timeline_rate: str) -> Fraction:
    """Give the media frames that pass in one frame of the timeline at the media's own speed."""
    media, timeline = exact(rate), exact(timeline_rate)
    return media / timeline if media and timeline else Fraction(1)


def exact(rate: str) -> Optional[Fraction]:
    """Give a rate exactly: 23.976 is 24000/1001; None where it is none."""
    try:
        return Fraction(rate_text(rate) if "/" not in rate else rate)
    except (ValueError, ZeroDivisionError):
        return None


def shown(item: Any, record: Tuple[int, int], held: Held, pace: Fraction) -> Shown:
    """Say what a clip shows; `record` is its place on the timeline, `pace` what `ratio` gives."""
    length = record[1] - record[0]
    left = whole(item, "GetLeftOffset") or 0
    plain = Shown(left, left + _last(length, pace, Fraction(0)), is_between_frames=_is_between(item))
    start, end = whole(item, "GetSourceStartFrame"), whole(item, "GetSourceEndFrame")
    if start is None or end is None:
        return _by_offsets(item, plain, length, held, pace)
    if start == 0 and end == 0:
        return _unknown(plain)
    span = end - start + ((1 if end >= start else 0) if pace != 1 else 0)
    speed = Fraction(span) / length / pace
    if abs(speed - 1) * length <= 2 and speed > 0:
        return plain
    return _retimed(start, span, _nice(speed, length))


def unseen(item: Any) -> Tuple[str, ...]:
    """Say what of a clip's time no script sees in this version: before 19.0 backwards looks like forwards."""
    if whole(item, "GetSourceStartFrame") is not None:
        return ()
    return (
        "Before Resolve 19 no script sees that a clip plays backwards: if this one does, cancel the job "
        "and work by files.",
    )


def _by_offsets(item: Any, plain: Shown, length: int, held: Held, pace: Fraction) -> Shown:
    """Go by the handles where a version names no source frames: at its own speed they and the clip add up."""
    right = whole(item, "GetRightOffset")
    if right is None or not held.frames:
        return plain
    whole_media = (plain.last + 1) + right
    if abs(whole_media - held.frames) <= 1 + abs(int(length * (pace - 1))):
        return plain
    return _unknown(plain)


def _unknown(plain: Shown) -> Shown:
    return Shown(plain.first, plain.last, UNKNOWN, False)


def _retimed(start: int, span: int, speed: float) -> Shown:
    """Give the range of a retimed clip in the media's own direction."""
    if span < 0:
        return Shown(start + span + 1, start, speed)
    return Shown(start, start + max(span, 1) - 1, speed)


def _nice(speed: Fraction, length: int) -> float:
    """Round a speed, which the whole frames of its span blur, to a whole one or to a hundredth."""
    for steps in (1, 100):
        near = Fraction(round(speed * steps), steps)
        if near and abs(near - speed) * length <= 1:
            return float(near)
    return float(speed)


def _last(length: int, pace: Fraction, left: Fraction) -> int:
    """Number the last frame shown: the one that is nearest in time."""
    return int(left + (length - 1) * pace + Fraction(1, 2))


def _is_between(item: Any) -> bool:
    """Whether the clip begins between two frames of its media, as versions from 19.0 on tell."""
    if whole(item, "GetSourceStartFrame") is None:
        return False
    exactly = ask(item, "GetLeftOffset", True)
    return isinstance(exactly, float) and abs(exactly - round(exactly)) > 0.01


def playhead(timeline: Any, rate: str) -> int:
    """Give the frame under the playhead, counted from midnight; -1 where Resolve does not say."""
    return frames_of(text(timeline, "GetCurrentTimecode"), rate)


def frames_of(timecode: str, rate: str) -> int:
    """Count the frames of a timecode from midnight, drop-frame too; -1 for what is no timecode."""
    parts = timecode.replace(";", ":").replace(".", ":").split(":")
    speed = exact(rate)
    if len(parts) != 4 or not all(part.isdigit() for part in parts) or speed is None:
        return -1
    hours, minutes, seconds, frames = (int(part) for part in parts)
    nominal = int(speed + Fraction(1, 2))
    count = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
    if ";" in timecode:
        total = hours * 60 + minutes
        count -= (nominal // 15) * (total - total // 10)
    return count


def timecode_at(start: str, frames: int, rate: str) -> str:
    """Give the timecode that many frames after a start; empty where the start is no timecode."""
    begin, speed = frames_of(start, rate), exact(rate)
    if begin < 0 or speed is None:
        return ""
    nominal = int(speed + Fraction(1, 2))
    count, sign = begin + frames, ";" if ";" in start else ":"
    if sign == ";":
        dropped = nominal // 15
        minute, ten = nominal * 60 - dropped, nominal * 600 - 9 * dropped
        tens, rest = divmod(count, ten)
        count += dropped * (9 * tens + max(0, (rest - dropped) // minute))
    seconds, left = divmod(count, nominal)
    return "{:02d}:{:02d}:{:02d}{}{:02d}".format(
        seconds // 3600 % 24, seconds // 60 % 60, seconds % 60, sign, left
    )
