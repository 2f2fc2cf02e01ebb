"""Which file frames of some media the available range of a reference means."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from photodouble.image.timecode import Timecode

from .reference import Asked

if TYPE_CHECKING:
    from .media import Media


def counted(media: Media, asked: Asked, code: Timecode | None) -> Media:
    """Count a movie as the cut does: by its available range, else by its timecode, else from 0."""
    length = len(media.frames) or asked.length
    if asked.start is None:
        first = code.count if code is not None else 0
        return replace(media, first=first, last=first + length - 1, origin=first, start_timecode=code)
    first = int(asked.start)
    if code is not None:
        place = first - code.count if 0 <= first - code.count < length else 0
        code = code.later(place)
    else:
        place = first if first > 0 and first + asked.length <= length else 0
    wanted = asked.length or length - place
    media = replace(media, first=first, last=first + wanted - 1, origin=first, start_timecode=code)
    media = replace(media, movie_first=place + 1)
    short = place + wanted - length
    if short <= 0 or not media.frames:
        return media
    trouble = f"The cut says {wanted} frames, but {short} of them are not in the movie."
    return replace(media, last=media.last - short, trouble=trouble)


def numbered(media: Media, asked: Asked, first_code: Timecode | None) -> Media:
    """Say which file frames the available range means; `first_code` is the timecode of the first on disk."""
    there = media.frames or (1,)
    first = _first(media, asked, first_code, there)
    code = first_code.later(first - there[0]) if first_code is not None else None
    last = there[-1]
    if asked.length:
        last = first + (asked.length - 1) * media.step
    media = replace(media, first=first, last=last, origin=first, start_timecode=code)
    if not media.frames or media.kind == "still" or (last <= there[-1] and first >= there[0]):
        return media
    kept = replace(media, first=max(first, there[0]), last=min(last, there[-1]))
    if code is not None:
        kept = replace(kept, start_timecode=code.later(kept.first - first))
    if media.kind == "raw":
        return media
    trouble = f"The cut says frames {first}-{last}, but only {there[0]}-{there[-1]} are on disk."
    return replace(kept, trouble=" ".join(filter(None, (media.trouble, trouble))))


def _first(media: Media, asked: Asked, code: Timecode | None, there: tuple[int, ...]) -> int:
    """Find the file frame at the start of the available range.

    By the reference, else by timecode, else by the number itself, else it is the first on disk.
    """
    if asked.first_number is not None:
        return asked.first_number
    if asked.start is None:
        return there[0]
    start = int(asked.start)
    if code is not None and there[0] <= there[0] + start - code.count <= there[-1]:
        return there[0] + start - code.count
    return start if media.kind == "sequence" and there[0] <= start <= there[-1] else there[0]
