"""Plates that were pulled out of a cut under numbers of their own: made so here, or matched to it again.

A plate keeps its timecode in the headers whatever its files are called, so that finds the cut's frame.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from photodouble.image.files import is_movie_name
from photodouble.image.movie_facts import movie_facts
from photodouble.image.pattern import NamePattern, parse_pattern
from photodouble.image.timecode import Timecode
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

from .media import Media
from .paths import pattern_text
from .probe import timecode_of

if TYPE_CHECKING:
    from .shot import Shot

PULLED = "pull.json"
"""Lies beside a plate that was pulled here and says which media it is, for headers without timecode."""

_RATE = Fraction(24)


@dataclass(frozen=True)
class Matched:
    """Hold what is added to a media frame of the cut for the same picture of a plate, and how it is known."""

    offset: int
    how: str


def own_offset(media: Media) -> int:
    """Return what is added to a media frame for the number by which Photo Double reads the file itself.

    That is nothing but for a movie, whose frames are read from 1 whatever the cut calls them.
    """
    return media.movie_first - media.first if media.kind == "movie" else 0


def plate_offset(request: JobRequest, shot: Shot) -> int | None:
    """Return what is added to a media frame of a clip for the same one of a take's plate; None if unknown."""
    port = request.inputs.get("plate")
    if port is None:
        return None
    found = known_offset(port.path, shot, tuple(request.range))
    return None if found is None else found.offset


def known_offset(plate: str, shot: Shot, frames: Sequence[int] = ()) -> Matched | None:
    """Match a plate to the media of a shot: it is the media, was pulled here, or has the same timecode.

    `frames` are the plate's frames that matter; none: all of them. None where nothing tells.
    """
    pattern = parse_pattern(plate)
    if shot.media.pattern and _same_files(pattern, parse_pattern(shot.media.pattern)):
        return Matched(own_offset(shot.media), "it is the media of the cut")
    noted = _noted(pattern, shot.media)
    return noted or by_timecode(plate, shot, frames)


def by_timecode(plate: str, shot: Shot, frames: Sequence[int] = ()) -> Matched | None:
    """Match a plate to the cut by the timecode in its headers; None where they do not tell.

    Every frame looked at must lie at the same distance: a timecode that stands still or jumps proves nothing.
    """
    media = shot.media
    rate = media.rate or shot.rate or _RATE
    codes = plate_codes(plate, rate, frames)
    if not codes:
        return None
    offsets = {frame - _media_frame(code, shot) for frame, code in codes.items()}
    if len(offsets) != 1 or len({code.nominal for code in codes.values()} | {round(rate)}) != 1:
        return None
    offset = offsets.pop()
    shown = shot.timing.frame_map
    if not any(frame + offset in codes for frame in shown):
        return None
    return Matched(offset, "by the timecode in its headers")


def plate_codes(plate: str, rate: Fraction, frames: Sequence[int] = ()) -> dict[int, Timecode]:
    """Read the timecode of the frames of a plate; empty where one of them has none."""
    pattern = parse_pattern(plate)
    if pattern.is_single:
        return _movie_codes(pattern.path(0), rate) if is_movie_name(pattern.path(0)) else {}
    found = pattern.find()
    wanted = [frame for frame in frames if frame in found] or list(found)
    codes: dict[int, Timecode] = {}
    for frame in wanted:
        code = timecode_of(found[frame], rate)
        if code is None:
            return {}
        codes[frame] = code
    return codes


def plate_frames(plate: str) -> tuple[int, ...]:
    """List the frames of a plate; a movie's count from 1."""
    pattern = parse_pattern(plate)
    if not pattern.is_single:
        return tuple(pattern.find())
    facts = movie_facts(pattern.path(0)) if is_movie_name(pattern.path(0)) else None
    return tuple(range(1, facts.length + 1)) if facts is not None else ()


def note_pulled(plate: NamePattern, media: Media, offset: int, frames: FrameRange) -> Mapping[str, object]:
    """Return what is written beside a pulled plate.

    The offset is from the file's own numbers, so that it holds wherever a cut begins to count a movie.
    """
    code = media.start_timecode
    return {
        "frames": frames.to_text(),
        "media": media.pattern,
        "offset": offset - own_offset(media),
        "plate": Path(pattern_text(plate)).name,
        "schema": 1,
        "start_timecode": code.to_text() if code is not None else "",
    }


def frames_pulled(plate: NamePattern) -> FrameRange:
    """Return the frames that were pulled here under this name; empty where none were."""
    try:
        noted = json.loads((plate.folder / PULLED).read_text(encoding="utf-8"))
        if noted["plate"] != Path(pattern_text(plate)).name:
            return FrameRange()
        return FrameRange.from_text(str(noted["frames"]))
    except (OSError, ValueError, KeyError, TypeError, ArtistError):
        return FrameRange()


def no_match(plate: str, shot: Shot) -> ArtistError:
    """Return the error that asks by how much a plate's numbers differ from those of the cut's media."""
    return ArtistError(
        "input.edit_plate",
        "The plate could not be matched to the cut",
        f"The headers of {Path(plate).name} have no timecode that counts up through the frames of "
        f"{shot.name or 'the clip'}.",
        "Say what is added to a media frame for the plate's (--offset). The first that is shown is media "
        f"frame {shot.timing.media_first}: if that is plate frame 1009, it is "
        f"{1009 - shot.timing.media_first}.",
        detail=plate,
    )


def _media_frame(code: Timecode, shot: Shot) -> int:
    """Return the media frame that has a timecode: by its own headers, else by the cut's source time."""
    media, available = shot.media, shot.available
    if media.start_timecode is not None:
        return media.first + (code.count - media.start_timecode.count) * media.step
    start = available.start if available is not None else Fraction(media.origin)
    first = available.first if available is not None else media.origin
    return first + int(code.count - start) * media.step


def _movie_codes(path: Path, rate: Fraction) -> dict[int, Timecode]:
    facts = movie_facts(path)
    code = Timecode.from_text(facts.timecode, facts.rate or rate) if facts is not None else None
    if facts is None or code is None:
        return {}
    return {frame: code.later(frame - 1) for frame in range(1, facts.length + 1)}


def _noted(pattern: NamePattern, media: Media) -> Matched | None:
    try:
        noted = json.loads((pattern.folder / PULLED).read_text(encoding="utf-8"))
        if noted["plate"] != Path(pattern_text(pattern)).name:
            return None
        if not _same_files(parse_pattern(str(noted["media"])), parse_pattern(media.pattern)):
            return None
        return Matched(int(noted["offset"]) + own_offset(media), "it was pulled here")
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _same_files(one: NamePattern, other: NamePattern) -> bool:
    """Whether two patterns name the same files, however the place of the number is written."""
    return (one.prefix, one.suffix) == (other.prefix, other.suffix) and os.path.realpath(
        one.folder
    ) == os.path.realpath(other.folder)
