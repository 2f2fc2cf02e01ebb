"""The reference by which a clip shows a take: the plate's own frames, whatever the clip does with time."""

from __future__ import annotations

import opentimelineio as otio

from photodouble.image.pattern import parse_pattern
from photodouble_client.frames import FrameRange

from .address import folder_url
from .metadata import stamp
from .rate import exact_rate
from .shot import Shot
from .take_media import TakeMedia


def take_reference(take: TakeMedia, shot: Shot, offset: int) -> otio.schema.ImageSequenceReference:
    """Return a take as media of a clip. `offset` is a take's frame number less that of the plate.

    The time warps of a clip stay on the clip. The take's first frame lies at the moment of the media's time
    at which the plate has the same frame, so that the clip's source range means the same picture in both.
    """
    first, last = _span(take, shot, offset)
    name = parse_pattern(str(take.pattern))
    reference = otio.schema.ImageSequenceReference(
        target_url_base=folder_url(str(name.folder)),
        name_prefix=name.prefix,
        name_suffix=name.suffix,
        start_frame=first,
        frame_step=shot.available.step,
        rate=_images_rate(shot),
        frame_zero_padding=name.width,
        available_range=_available_range(shot, first - offset, last - offset),
    )
    reference.name = f"{take.take.stem}{name.suffix}"
    stamp(
        reference,
        {
            **take.facts,
            "state": take.standing.state,
            "decisions": [one.record for one in take.standing.approvals],
            "offset": offset,
            "colourspace": take.facts["colourspace"] or shot.media.colourspace,
            "rate": take.facts["rate"] or str(shot.available.rate),
        },
    )
    return reference


def _span(take: TakeMedia, shot: Shot, offset: int) -> tuple[int, int]:
    """Return the first and last frame of the take's media: its own, and all that the clip passes over.

    A fast clip passes over frames that it does not show, and that a take may lack; programs that look for
    them at its ends would call the media too short.
    """
    first, last = take.frames.first, take.frames.last
    if take.missing(FrameRange(frame + offset for frame in shot.timing.frame_map)):
        return first, last
    timing = shot.timing
    return min(first, timing.media_first + offset), max(last, timing.media_last + offset)


def _available_range(shot: Shot, first: int, last: int) -> otio.opentime.TimeRange:
    """Return when, in the time of the clip's media, its frames `first` to `last` are seen.

    Rates stay as they are written in the cut: a program that compares them finds them equal.
    """
    available, said = shot.available, shot.clip.media_reference.available_range
    pace = available.rate
    per_number = pace / exact_rate(_images_rate(shot))
    start = available.start + (first - available.first) * per_number
    length = (last - first + available.step) * per_number
    rates = (said.start_time.rate, said.duration.rate) if said is not None else (float(pace), float(pace))
    one = otio.opentime.RationalTime
    return otio.opentime.TimeRange(one(float(start), rates[0]), one(float(length), rates[1]))


def _images_rate(shot: Shot) -> float:
    """Return the rate at which the plate's pictures follow each other, as the cut writes it."""
    own = getattr(shot.clip.media_reference, "rate", 0)
    if isinstance(shot.clip.media_reference, otio.schema.ImageSequenceReference) and own > 2:
        return float(own)
    return float(shot.available.rate)
