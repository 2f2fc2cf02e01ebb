"""What the media pool says of a clip's files: where they lie, how many frames, how fast, which timecode."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any, Optional, Tuple

from .calls import named

BRACKETS = re.compile(r"^(.*)\[(\d+)-(\d+)\](.*)$")
_NUMBERED = re.compile(r"^(.*?)(\d+)(\.[A-Za-z0-9]+)$")
_MARKS = re.compile(r"#+(?=[^#/\\]*\Z)")
PICTURES = (".exr", ".dpx", ".tif", ".tiff", ".png", ".jpg", ".jpeg")
MOVIES = (".mov", ".mp4", ".m4v", ".mxf", ".mkv", ".avi")
"""What the core reads by itself; anything else is camera raw or needs Resolve."""
_ASPECTS = {"square": 1.0, "cinemascope": 2.0, "16:9 anamorphic": 1.333333, "4:3 standard definition": 1.09}


@dataclass(frozen=True)
class Held:
    """The files of a clip. `pattern` is a movie, a picture, or a sequence with `####`; `first` its number."""

    pattern: str = ""
    kind: str = ""
    first: int = 0
    frames: int = 0
    rate: str = ""
    timecode: str = ""
    size: Tuple[int, int] = (0, 0)
    pixel_aspect: float = 1.0
    level: str = ""
    is_online: bool = False
    is_raw: bool = False
    first_file: str = ""


def held(clip: Any) -> Held:
    """Read the properties of a clip of the media pool; an empty answer for none."""
    said = named(clip, "GetClipProperty")
    if not said:
        return Held()
    path = str(said.get("File Path") or "")
    pattern, first, first_file = numbering(path)
    suffix = os.path.splitext(path)[1].lower()
    status = str(said.get("Online Status") or "").lower()
    return Held(
        pattern=pattern,
        kind=str(said.get("Type") or ""),
        first=first,
        frames=_whole(said.get("Frames")),
        rate=rate_text(said.get("FPS")),
        timecode=str(said.get("Start TC") or ""),
        size=_size(str(said.get("Resolution") or "")),
        pixel_aspect=_aspect(said.get("PAR")),
        level=str(said.get("Data Level") or ""),
        is_online=bool(path) and "offline" not in status and os.path.exists(first_file),
        is_raw=bool(path) and suffix not in PICTURES + MOVIES,
        first_file=first_file,
    )


def numbering(path: str) -> Tuple[str, int, str]:
    """Turn Resolve's path into the engine's pattern, its first number, and the path of the first file.

    `plate.[1001-1008].exr` becomes `plate.####.exr` and 1001. A movie is counted from 1, a single picture by
    the number in its name.
    """
    found = BRACKETS.match(path)
    if found:
        head, first, _, tail = found.groups()
        return head + "#" * len(first) + tail, int(first), head + first + tail
    if path.lower().endswith(MOVIES):
        return path, 1, path
    number = _NUMBERED.match(os.path.basename(path))
    return path, int(number.group(2)) if number else 1, path


def numbered(pattern: str, number: int) -> str:
    """Name one file of a pattern: only the last marks of its own name count, for folders have a # too."""
    marks = None if os.path.isfile(pattern) else _MARKS.search(pattern)
    if marks is None:
        return pattern
    width = len(marks.group())
    return "{}{:0{}d}{}".format(pattern[: marks.start()], number, width, pattern[marks.end() :])


def rate_text(value: Any) -> str:
    """Write a rate as requests do: 24, 24000/1001; Resolve says 23.976, '24.0' or '29.97 DF'."""
    try:
        number = float(str(value).split()[0])
    except (ValueError, IndexError):
        return ""
    if number <= 0:
        return ""
    near = round(number)
    if abs(number - near) < 1e-3:
        return str(near)
    if abs(number - near * 1000.0 / 1001.0) < 0.01:
        return "{}/1001".format(near * 1000)
    return "{:g}".format(number)


def rate_number(text: str) -> Optional[float]:
    """Give a rate as a number; None where it is none."""
    try:
        above, _, below = text.partition("/")
        return float(above) / float(below or 1)
    except (ValueError, ZeroDivisionError):
        return None


def _whole(value: Any) -> int:
    try:
        return int(float(str(value)))
    except ValueError:
        return 0


def _size(text: str) -> Tuple[int, int]:
    width, _, height = text.lower().partition("x")
    return (_whole(width), _whole(height))


def _aspect(value: Any) -> float:
    word = str(value or "").strip().lower()
    if word in _ASPECTS:
        return _ASPECTS[word]
    try:
        number = float(word)
    except ValueError:
        return 1.0
    return number if 0.1 <= number <= 10 else 1.0
