"""Where in its media a clip begins, and how media frames follow record frames."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from .times import floor_frame, frames_at, frames_of, nearly_whole, rate_of


@dataclass(frozen=True)
class Available:
    """Hold the media behind a clip: media frame `first` is seen at source time `start`, at `rate`.

    `last` is before `first` where nobody knows how much media there is. `step` is the distance of frame
    numbers, such as 2 for a sequence on twos.
    """

    start: Fraction
    rate: Fraction
    first: int
    last: int
    step: int = 1

    @property
    def count(self) -> int:
        """Count the media frames; 0 if that is not known."""
        return max(0, (self.last - self.first) // self.step + 1)


@dataclass(frozen=True)
class Source:
    """Hold where a clip lies in its media, counted in pictures from `available.first`.

    `offset` is the picture at the clip's source start, `per_frame` how many pictures pass in one record frame
    at speed 1, `length` the clip's own length in record frames, of which there are `rate` a second.
    """

    offset: Fraction
    per_frame: Fraction
    length: Fraction
    available: Available
    rate: Fraction


def source_of(clip: otio.schema.Clip, media: Any, rate: Fraction) -> Source | None:
    """Work out where a clip lies in its media; None if neither clip nor media says any length.

    The picture at source time t is (t - available start) later than the first one. Rates that are merely
    written differently (23.976 and 24000/1001) are one rate, and times are not converted between them.
    """
    reference = clip.media_reference
    said = reference.available_range if reference is not None else None
    if said is not None and floor_frame(frames_of(said.duration)) < 1:
        said = None
    shown = clip.source_range or said
    if shown is None:
        return _whole(media, rate)
    start, pace = _available_start(said, shown, media)
    origin = _origin(reference, media, start)
    step = max(1, int(getattr(media, "step", 1) or 1))
    images = _images_rate(reference, pace)
    at = _source_start(shown.start_time, said.start_time if said is not None else None, pace)
    count = _count(said, media, pace, images, step)
    start = _relative_start(start, at, frames_at(shown.duration, pace), media, said, origin)
    last = origin + (count - 1) * step if count else origin - 1
    per_picture = images / pace / step
    return Source(
        (at - start) * per_picture,
        images / rate / step,
        frames_at(shown.duration, rate),
        Available(start, pace, origin, last, step),
        rate,
    )


def _whole(media: Any, rate: Fraction) -> Source | None:
    """Show the whole of media that the cut names without saying which part."""
    if media.last < media.first:
        return None
    step = max(1, int(media.step or 1))
    pace = media.rate or rate
    held = Available(Fraction(media.first), pace, media.first, media.last, step)
    return Source(Fraction(0), pace / rate / step, held.count * step * rate / pace, held, rate)


def _available_start(said: Any, shown: Any, media: Any) -> tuple[Fraction, Fraction]:
    """Return the source time of the first media frame, and the rate at which it is counted."""
    if said is not None:
        return frames_of(said.start_time), rate_of(said.duration)
    pace = media.rate or rate_of(shown.duration)
    at, length = frames_at(shown.start_time, pace), frames_at(shown.duration, pace)
    count = max(0, media.last - media.first + 1)
    starts = [Fraction(media.first)]
    if media.start_timecode is not None:
        starts.insert(0, Fraction(media.start_timecode.count))
    starts.append(Fraction(0))
    for start in starts:
        if count and start <= at and at + length <= start + count:
            return start, pace
    return (starts[0] if count else Fraction(floor_frame(at))), pace


def _origin(reference: Any, media: Any, start: Fraction) -> int:
    """Return the media frame at the start of the available range."""
    if isinstance(reference, otio.schema.ImageSequenceReference):
        return int(reference.start_frame)
    unsaid = reference is None or reference.available_range is None
    if media.kind == "generator" or (unsaid and media.last < media.first):
        return floor_frame(start)
    return int(media.origin)


def _images_rate(reference: Any, pace: Fraction) -> Fraction:
    """Return the rate of an image sequence's pictures; its own rate of 1 is what nobody filled in."""
    own = getattr(reference, "rate", 0) if isinstance(reference, otio.schema.ImageSequenceReference) else 0
    return rate_of(reference) if own > 2 else pace


def _source_start(time: Any, available: Any, pace: Fraction) -> Fraction:
    """Return the source start at the rate of the media.

    Programs convert times by the rates as they write them, 23.976 and not 24000/1001, and so does this: after
    ten hours of timecode that is a frame. Hiero even converts between 23.976 and 23.976024627685547, so that
    1937904 becomes 1937905.99. The exact conversion stands where it lands on a frame.
    """
    start = frames_at(time, pace)
    if available is None or nearly_whole(start) or time.rate == available.rate:
        return start
    literal = Fraction(time.value) * Fraction(available.rate) / Fraction(time.rate)
    if nearly_whole(literal):
        return Fraction(round(literal))
    return start if rate_of(time) == pace else literal


def _count(said: Any, media: Any, pace: Fraction, images: Fraction, step: int) -> int:
    if said is not None:
        return floor_frame(frames_at(said.duration, pace) * images / pace / step)
    return max(0, (int(media.last) - int(media.first)) // step + 1)


def _relative_start(
    start: Fraction, at: Fraction, length: Fraction, media: Any, said: Any, origin: int
) -> Fraction:
    """Find source ranges that count from the first picture, though the available range counts file numbers.

    Older AYON and Hiero files do so. A range that fits into the media that way is taken for one.
    """
    if said is None or media.kind == "movie" or start != origin or round(at) >= origin:
        return start
    count = frames_at(said.duration, rate_of(said.duration))
    fits = at >= 0 and at + length <= count + 1
    overlaps = at + length > start
    return Fraction(0) if fits or not overlaps else start
