"""A plate that a host dropped from a clip, when it kept the take alone, as a reference again."""

from __future__ import annotations

from dataclasses import dataclass

import opentimelineio as otio

from photodouble.image.files import is_movie_name
from photodouble.image.pattern import parse_pattern

from .address import folder_url
from .shot import Shot
from .take_media import TakeMedia


@dataclass(frozen=True)
class Plate:
    """Where a plate lies, its frames, and by how much the take's frame numbers are higher than its own."""

    pattern: str
    first: int
    last: int
    offset: int = 0

    @classmethod
    def of(cls, take: TakeMedia) -> Plate:
        """Return the plate that a take's own request names, numbered as the take is."""
        name = parse_pattern(take.plate)
        there = {} if name.is_single else name.find()
        return cls(
            take.plate,
            min(there, default=take.frames.first),
            max(there, default=take.frames.last),
        )


def plate_reference(plate: Plate, shot: Shot, shift: int) -> otio.core.MediaReference:
    """Return the plate as media of a clip that shows the take; each picture lies where the take's own does.

    `shift` is the take's frame number less that in the names of the pictures that the clip shows.
    """
    rate = float(shot.available.rate if shot.available is not None else shot.rate)
    there = _times(plate, shot, shift, rate)
    name = parse_pattern(plate.pattern)
    if name.is_single:
        url = folder_url(str(name.folder)) + name.prefix
        reference = otio.schema.ExternalReference(url, None if not is_movie_name(name.path(0)) else there)
        reference.name = name.prefix
        return reference
    reference = otio.schema.ImageSequenceReference(
        target_url_base=folder_url(str(name.folder)),
        name_prefix=name.prefix,
        name_suffix=name.suffix,
        start_frame=plate.first,
        frame_step=1,
        rate=rate,
        frame_zero_padding=name.width,
        available_range=there,
    )
    reference.name = f"{name.prefix.rstrip('._- ')}{name.suffix}"
    return reference


def _times(plate: Plate, shot: Shot, shift: int, rate: float) -> otio.opentime.TimeRange | None:
    """Return when the plate's frames are there, in the time that the clip's source range is written in."""
    if shot.available is None:
        return None
    seen_as = plate.first + plate.offset - shift
    return otio.opentime.TimeRange(
        otio.opentime.RationalTime(float(shot.available.start + seen_as - shot.available.first), rate),
        otio.opentime.RationalTime(plate.last - plate.first + 1, rate),
    )
