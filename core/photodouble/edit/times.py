"""Times of a cut as exact numbers of frames."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from photodouble_client.errors import ArtistError

from .rate import exact_rate

LONGEST = 10**12
"""Frames: a time beyond it is damage, and not a place in a cut."""

NEAR = Fraction(1, 10**6)
"""How far below a whole frame a time counts as that frame: files hold times as rounded numbers."""


def rate_of(time: Any) -> Fraction:
    """Return the exact rate of a time. Raises ArtistError `input.edit_rate`."""
    return exact_rate(time.rate)


def frames_of(time: Any) -> Fraction:
    """Return the frames of a time at its own rate. Raises ArtistError `input.bad_edit`."""
    value = time.value
    if not math.isfinite(value) or abs(value) > LONGEST:
        raise ArtistError(
            "input.bad_edit",
            "The cut holds an impossible time",
            f"A time of {value} frames stands in the cut.",
            "Export the cut again from the editing program.",
        )
    return Fraction(int(value)) if value.is_integer() else Fraction(value)


def frames_at(time: Any, rate: Fraction) -> Fraction:
    """Return the frames of a time at another rate. A rate that is only written differently is the same."""
    frames = frames_of(time)
    if not frames:
        return frames
    own = rate_of(time)
    return frames if own is rate or own == rate else frames * rate / own


def floor_frame(frames: Fraction) -> int:
    """Return the frame in which a time lies."""
    return math.floor(frames + NEAR)


def ceil_frame(frames: Fraction) -> int:
    """Return the first frame that begins at a time or later."""
    return math.ceil(frames - NEAR)


def nearly_whole(frames: Fraction) -> bool:
    """Whether a time lies on a frame, as far as rounded numbers can say."""
    return abs(frames - round(frames)) < Fraction(1, 1000)
