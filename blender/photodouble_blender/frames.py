# SPDX-License-Identifier: GPL-3.0-or-later
"""Frame numbers: those in the plate's file names, and those of Blender's timeline."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import bpy

from ._vendor.photodouble_client.errors import ArtistError
from ._vendor.photodouble_client.frames import FrameRange

_NUMBER = re.compile(r"(.*?)((?:^|(?<=[._ ]))-?\d+|\d{4,})(\.[^.\d]\w*)\Z")
_PLACE = re.compile(r"#+|@+|%0?\d*d")
LONGEST = 200_000
"""Frames, more than two hours, beyond which a range was not meant: it would hold Blender up."""


def pattern_of(path: str) -> str:
    """Turn one file of a sequence into the pattern of all of it; anything else stays as it is.

    Blender's file browser gives the first file, `plate.1001.exr`; the sequence is `plate.####.exr`. A file
    without numbered neighbours is a still, and so is one whose number is a part of its name, `sh010.exr`.
    """
    chosen = Path(path)
    found = _NUMBER.match(chosen.name)
    # In the name of a file that is there, signs such as # are letters: `shot #1.1001.exr`.
    if found is None or (_place_in(chosen.name) and not _is_file(chosen)):
        return path
    before, number, after = found.groups()
    digits = len(number.lstrip("-"))
    place = "#" * digits if digits > 1 else "@"
    pattern = str(chosen.with_name(f"{before}{place}{after}"))
    return pattern if len(frames_on_disk(pattern)) > 1 else path


def frames_on_disk(pattern: str) -> FrameRange:
    """List the frames of a sequence that are on disk, by the numbers in their names."""
    name = Path(pattern).name
    place = _place_in(name)
    if place is None or _is_file(Path(pattern)):
        return FrameRange()
    before, after = re.escape(name[: place.start()]), re.escape(name[place.end() :])
    numbered = re.compile(rf"{before}(-?\d+){after}\Z")
    try:
        names = [path.name for path in Path(pattern).parent.iterdir()]
    except OSError:
        return FrameRange()
    return FrameRange(int(found.group(1)) for found in map(numbered.match, names) if found)


def file_of(pattern: str, frame: int) -> str:
    """Give the file of one frame of a sequence; a still or movie is its own file."""
    path = Path(pattern)
    place = _place_in(path.name)
    if place is None or _is_file(path):
        return pattern
    sign = place.group()
    digits = int(sign[1:-1] or 1) if sign.startswith("%") else len(sign)
    number = f"{frame:0{digits}d}" if digits > 1 else str(frame)
    return str(path.with_name(path.name[: place.start()] + number + path.name[place.end() :]))


def number_of(name: str) -> int | None:
    """Read the frame number in a file name; None if it has none."""
    found = _NUMBER.match(name)
    return int(found.group(2)) if found else None


def plate_frames(path: str) -> FrameRange:
    """List the frames of a plate; raises ArtistError `input.missing_sequence` if there are none."""
    found = _movie_frames(path) if _is_movie(path) else frames_on_disk(path)
    if not len(found) and _is_file(Path(path)):
        found = FrameRange([number_of(Path(path).name) or 1])
    if len(found):
        return found
    raise ArtistError(
        "input.missing_sequence",
        "The plate is not on disk",
        f"Nothing was found at {path}.",
        "Choose the first file of the plate again.",
    )


def wanted_frames(state: Any, scene: Any, plate: FrameRange) -> FrameRange:
    """Give the frames that the artist asks for, by the numbers in the plate's file names."""
    if state.frame_choice == "typed":
        return FrameRange.from_text(state.frames)
    if state.frame_choice == "plate":
        return plate
    shift = plate.first - state.plate_starts
    first, last = scene.frame_start + shift, scene.frame_end + shift
    if last - first >= LONGEST:
        raise _too_many(first, last)
    return FrameRange(range(first, last + 1))


def _too_many(first: int, last: int) -> ArtistError:
    return ArtistError(
        "usage.frames",
        "The range of the scene is longer than any plate",
        f"From its start to its end the scene has {last - first + 1} frames.",
        "Set the start and the end of the scene to the shot, or choose the whole plate under Frames.",
    )


def _place_in(name: str) -> re.Match[str] | None:
    """Find the sign for the frame number in a name: the last one, as the engine does."""
    return next(reversed(list(_PLACE.finditer(name))), None)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _is_movie(path: str) -> bool:
    return Path(path).suffix.lower() in bpy.path.extensions_movie


def _movie_frames(path: str) -> FrameRange:
    """Count a movie's frames from 1, as the engine does."""
    try:
        clip = bpy.data.movieclips.load(path)
    except RuntimeError:
        return FrameRange()
    duration = clip.frame_duration
    bpy.data.movieclips.remove(clip)
    return FrameRange(range(1, duration + 1))
