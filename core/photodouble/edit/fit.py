"""The speed and the start that show given pictures, one a record frame: the rule of `timing.py` backwards."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Fit:
    """Hold the speed of a clip, and the place of its source start in the media, in pictures."""

    speed: Fraction
    offset: Fraction


def fits(pictures: Sequence[int], per_frame: Fraction, hints: Sequence[Fraction] = ()) -> Iterator[Fit]:
    """Yield speeds and starts that may show these pictures, the likeliest first.

    `per_frame` is how many pictures pass in a record frame at speed 1; `hints` are speeds to try first.
    Whoever uses one proves it by the frame map that comes of it.
    """
    for speed in dict.fromkeys((*hints, Fraction(1))):
        found = _at_speed(pictures, per_frame, speed)
        if found is not None:
            yield found
    if len(set(pictures)) == 1:
        yield Fit(Fraction(0), Fraction(pictures[0]))
    elif (pace := _pace(pictures)) is not None:
        sign = 1 if pictures[-1] > pictures[0] else -1
        found = _at_speed(pictures, per_frame, sign * pace / per_frame)
        if found is not None:
            yield found


def even_runs(pictures: Sequence[int]) -> list[tuple[int, int]]:
    """Cut a list of pictures into runs that one speed each can show: (first place, length)."""
    runs: list[tuple[int, int]] = []
    start = 0
    while start < len(pictures):
        length = 1
        step = pictures[start + 1] - pictures[start] if start + 1 < len(pictures) else 0
        while start + length < len(pictures) and pictures[start + length] == pictures[start] + step * length:
            length += 1
        runs.append((start, length))
        start += length
    return runs


def _at_speed(pictures: Sequence[int], per_frame: Fraction, speed: Fraction) -> Fit | None:
    pace = abs(speed) * per_frame
    if not speed:
        return Fit(speed, Fraction(pictures[0])) if len(set(pictures)) == 1 else None
    if speed < 0:
        passed = [pictures[0] - one for one in pictures]
        if any(math.floor(pace * number) != one for number, one in enumerate(passed)):
            return None
        needed = max(1, math.floor(math.ceil(len(pictures) * -speed) * per_frame))
        return Fit(speed, Fraction(pictures[0] - needed + 1))
    low = max(one - pace * number for number, one in enumerate(pictures))
    high = min(one + 1 - pace * number for number, one in enumerate(pictures))
    if low >= high:
        return None
    whole = Fraction(math.ceil(low))
    return Fit(speed, whole if whole < high else (low + high) / 2)


def _pace(pictures: Sequence[int]) -> Fraction | None:
    """Find the simplest number of pictures a record frame that may show the list, up or down."""
    count = len(pictures)
    down = pictures[-1] < pictures[0]
    passed = [pictures[0] - one if down else one - pictures[0] for one in pictures]
    if down:
        low = max(Fraction(one, number) for number, one in enumerate(passed) if number)
        high = min(Fraction(one + 1, number) for number, one in enumerate(passed) if number)
        return low if low < high and low.denominator < count else _between(low, high)
    ends = [(0, number) for number in range(1, count)] + [(number, count - 1) for number in range(count - 1)]
    low = max(Fraction(passed[b] - passed[a] - 1, b - a) for a, b in ends)
    high = min(Fraction(passed[b] - passed[a] + 1, b - a) for a, b in ends)
    return _between(max(low, Fraction(0)), high)


def _between(low: Fraction, high: Fraction) -> Fraction | None:
    """Return the fraction with the smallest denominator strictly between two others."""
    if low >= high:
        return None
    whole = math.floor(low)
    if whole + 1 < high:
        return Fraction(whole + 1)
    rest = _between(1 / (high - whole), 1 / (low - whole) if low > whole else Fraction(10**9))
    return whole + 1 / rest if rest else None
