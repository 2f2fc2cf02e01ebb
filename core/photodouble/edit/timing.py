"""The media frame of every record frame of a clip, the span of media it needs, and its handles.

The rule for linear speeds: picture = floor(offset + i * pictures per record frame * speed), where i counts
record frames from the source start; a clip of n frames needs floor(ceil(n * |speed|) * pictures per record
frame) pictures. In reverse the source start is the low end, and the span is played from its top.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from .place import Place
from .ramp import Ramp
from .source import Source
from .times import NEAR, ceil_frame, floor_frame
from .warp import Warp

LONGEST_SHOT = 1_000_000
"""Record frames: a longer clip is damage, and not a shot."""


@dataclass(frozen=True)
class Timing:
    """Hold the frames of a shot. `frame_map` has one media frame per record frame, first to last.

    `media_first` and `media_last` are what the clip needs, handles not included; `handle_head` and
    `handle_tail` are how many media frames exist below and above them, of those that were asked for. `held`
    are record frames without media of their own; a still is held without a word. A `refused` shot has no
    frame map.
    """

    record_first: int
    record_last: int
    cut_first: int
    cut_last: int
    speed: Fraction = Fraction(1)
    frame_map: tuple[int, ...] = ()
    media_first: int = 0
    media_last: int = -1
    step: int = 1
    handle_head: int = 0
    handle_tail: int = 0
    held: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    refused: str = ""


def timing_of(source: Source | None, warp: Warp, place: Place, handles: int = 0) -> Timing:
    """Work out the frames of a clip; what cannot be known is refused in a sentence."""
    warnings = (*place.warnings, *warp.warnings)
    if place.last - place.first >= LONGEST_SHOT:
        raise ArtistError(
            "input.bad_edit",
            "A clip of the cut is impossibly long",
            f"A clip lasts {place.last - place.first + 1} frames.",
            "Export the cut again from the editing program.",
        )
    refused = place.refused or warp.refused
    speed = warp.speed * place.pace
    if source is None:
        refused = refused or "Neither the cut nor its media says which frames it shows."
    if source is None or refused:
        ends = (place.first, place.last, place.cut_first, place.cut_last)
        return Timing(*ends, speed, warnings=warnings, refused=refused)
    if warp.ramps:
        pictures = _ramped(source, warp, place)
        low, high = min(pictures), max(pictures)
        if not all(ramp.covers(place.last - place.first + 1) for ramp in warp.ramps):
            warnings += ("The speed ramp holds too few frames; its last speed goes on.",)
    else:
        pictures, low, high = _linear(source, warp.speed, place)
    return _within_media(source, place, speed, (pictures, low, high), handles, warnings)


def _linear(source: Source, speed: Fraction, place: Place) -> tuple[list[int], int, int]:
    """Return the picture of every record frame, and the lowest and highest that are needed."""
    pace = source.per_frame * abs(speed * place.pace)
    if not pace:
        picture = floor_frame(_picture_at(source, speed, place, place.cut_first))
        return [picture] * (place.last - place.first + 1), picture, picture
    forward = (speed < 0) == (place.pace < 0)
    length = place.last - place.first + 1
    if forward:
        start = _picture_at(source, speed, place, place.first)
        pictures = _floors(start, pace, 0, length)
        low = floor_frame(start)
        high = low + _needed(length, speed * place.pace, source) - 1
        return pictures, min(low, *pictures[:1]), max(high, pictures[-1])
    return _backward(source, speed, place, pace)


def _backward(source: Source, speed: Fraction, place: Place, pace: Fraction) -> tuple[list[int], int, int]:
    cut = place.cut_last - place.cut_first + 1
    low = floor_frame(_picture_at(source, speed, place, place.cut_first + cut))
    top = low + _needed(cut, speed * place.pace, source) - 1
    before, after = place.cut_first - place.first, place.last - place.cut_last
    counted = _floors(Fraction(0), pace, -before, cut + after)
    pictures = [top - passed for passed in counted]
    low -= ceil_frame(after * pace)
    return pictures, min(low, pictures[-1]), max(top, pictures[0])


def _needed(length: int, speed: Fraction, source: Source) -> int:
    """Count the pictures that a clip needs; at least one."""
    return max(1, floor_frame(ceil_frame(length * abs(speed)) * source.per_frame))


def _picture_at(source: Source, speed: Fraction, place: Place, frame: int) -> Fraction:
    """Give the place in the media, in pictures, at a record frame; in reverse the source start is the end."""
    local = place.local(frame)
    if speed < 0:
        local = local - source.length
    return source.offset + source.per_frame * speed * local


def _floors(start: Fraction, step: Fraction, begin: int, end: int) -> list[int]:
    """Return floor(start + i * step), in whole numbers only, which is fast and exact."""
    start = start + NEAR
    whole = math.lcm(start.denominator, step.denominator)
    base, pace = int(start * whole), int(step * whole)
    return [(base + i * pace) // whole for i in range(begin, end)]


def _ramped(source: Source, warp: Warp, place: Place) -> list[int]:
    """Bake a ramp: ramps above it are applied to the clip's own time, from the outermost inwards."""
    inner, *outer = warp.ramps
    pictures = []
    for frame in range(place.first, place.last + 1):
        local = float(place.local(frame))
        for ramp in reversed(outer):
            local += ramp.offset(local) if not ramp.is_curve else 0.0
        pictures.append(_ramp_picture(source, warp.speed, inner, local))
    return pictures


def _ramp_picture(source: Source, speed: Fraction, ramp: Ramp, local: float) -> int:
    per_frame = float(source.per_frame)
    if ramp.is_curve:
        rate = float(source.rate) if ramp.in_seconds else 1.0
        begin = ramp.curve[0][0]
        seconds = ramp.source(begin + local / rate) - ramp.source(begin)
        return floor_frame(source.offset + Fraction(seconds * rate * per_frame))
    factor = float(speed)
    passed = local - float(source.length) if factor < 0 else local
    place = float(source.offset) + per_frame * factor * passed + factor * ramp.offset(local)
    return math.floor(place + float(NEAR)) if factor >= 0 else math.ceil(place - float(NEAR)) - 1


def _within_media(
    source: Source,
    place: Place,
    speed: Fraction,
    needed: tuple[Sequence[int], int, int],
    handles: int,
    warnings: tuple[str, ...],
) -> Timing:
    """Number the pictures as the media does, and hold the nearest one where there is no media."""
    pictures, low, high = needed
    count = source.available.count
    held: list[int] = []
    if not count:
        warnings += ("Nobody knows how much media there is, so no handles were given.",)
    elif high < 0 or low >= count:
        warnings += (_elsewhere(source, low, high),)
    elif count == 1:
        pictures, low, high = [0] * len(pictures), 0, 0
    elif low < 0 or high >= count:
        held = [place.first + n for n, one in enumerate(pictures) if not 0 <= one < count]
        pictures = [min(max(one, 0), count - 1) for one in pictures]
        low, high = max(low, 0), min(high, count - 1)
        if held:
            text = FrameRange(held).to_text()
            warnings += (f"There is no media for record frames {text}; the nearest frame is held there.",)
    wanted = ceil_frame(handles * abs(speed))
    first, step = source.available.first, source.available.step
    return Timing(
        place.first,
        place.last,
        place.cut_first,
        place.cut_last,
        speed,
        tuple([first + one * step for one in pictures]),
        first + low * step,
        first + high * step,
        step,
        max(0, min(wanted, low)) if count else 0,
        max(0, min(wanted, count - 1 - high)) if count else 0,
        tuple(held),
        warnings,
    )


def _elsewhere(source: Source, low: int, high: int) -> str:
    first, step = source.available.first, source.available.step
    return (
        f"The clip shows frames {first + low * step} to {first + high * step}, "
        f"but its media has {source.available.first} to {source.available.last}."
    )
