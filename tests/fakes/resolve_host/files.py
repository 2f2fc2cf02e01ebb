"""What lies on a disk as Resolve sees it: single pictures, numbered sequences, movies and camera raw."""

from __future__ import annotations

import json
import os
import re
from fractions import Fraction
from typing import Any, Dict, List, Optional, Tuple

from .timecodes import frames_of, rate_of

PICTURES = (".exr", ".dpx", ".tif", ".tiff", ".png", ".jpg", ".jpeg")
MOVIES = (".mov", ".mp4", ".mxf")
RAW = (".braw", ".r3d", ".ari")
_NUMBERED = re.compile(r"^(.*?)(\d+)(\.[A-Za-z0-9]+)$")
_BRACKETS = re.compile(r"^(.*)\[(\d+)-(\d+)\](.*)$")
_PERCENT = re.compile(r"^(.*)%0?(\d*)d(.*)$")


class Media:
    """Say which files are a clip, how many frames it has, how fast and from which timecode it runs."""

    def __init__(self, path: str, files: List[str], first: int) -> None:
        self.path = path
        self.files = files
        self.first = first
        self.rate: Optional[Fraction] = None
        self.start: Optional[int] = None
        self.size: Optional[Tuple[int, int]] = None
        self.channels: Tuple[str, ...] = ()
        self.depth = ""
        self.pixel_aspect = 1.0
        self.is_raw, self.has_sound = False, False
        self.frames = len(files)

    @property
    def is_online(self) -> bool:
        return any(os.path.exists(file) for file in self.files)

    def file(self, number: int) -> Optional[str]:
        """Give the file of a frame counted from 0; None outside or where it is gone."""
        if 0 <= number < len(self.files) and os.path.exists(self.files[number]):
            return self.files[number]
        return None


def sequence(head: str, padding: int, tail: str, first: int, last: int) -> Media:
    """Name the files of a numbered sequence as Resolve prints it: `plate.[1001-1008].exr`."""
    width = f"0{padding}d" if padding else "d"
    files = [f"{head}{number:{width}}{tail}" for number in range(first, last + 1)]
    shown = f"{head}[{first:{width}}-{last:{width}}]{tail}"
    return Media(files[0] if len(files) == 1 else shown, files, first)


def wanted(entry: Any) -> List[Media]:
    """Find the clips that an entry of ImportMedia means; nothing where there are none."""
    if isinstance(entry, dict):
        return _from_clip_info(entry)
    path = str(entry)
    if os.path.isdir(path):
        return _in_folder(path)
    brackets = _BRACKETS.match(path)
    if brackets:
        head, first, last, tail = brackets.groups()
        return _checked(sequence(head, len(first), tail, int(first), int(last)))
    if not os.path.exists(path):
        return []
    if path.lower().endswith(RAW):
        return [_raw(path)]
    numbered = _NUMBERED.match(path)
    first_number = int(numbered.group(2)) if numbered and path.lower().endswith(PICTURES) else 0
    return _checked(Media(path, [path], first_number))


def _from_clip_info(entry: Dict[str, Any]) -> List[Media]:
    path = str(entry.get("FilePath") or entry.get("media") or "")
    percent = _PERCENT.match(path)
    if percent is None:
        return wanted(path) if path else []
    head, padding, tail = percent.groups()
    first, last = int(entry.get("StartIndex", 0)), int(entry.get("EndIndex", 0))
    if last < first:
        return []
    return _checked(sequence(head, int(padding or 0), tail, first, last))


def _in_folder(folder: str) -> List[Media]:
    groups: Dict[Tuple[str, int, str], List[int]] = {}
    found: List[Media] = []
    for name in sorted(os.listdir(folder)):
        numbered = _NUMBERED.match(name)
        if numbered and name.lower().endswith(PICTURES):
            head, digits, tail = numbered.groups()
            groups.setdefault((head, len(digits), tail), []).append(int(digits))
        elif name.lower().endswith(PICTURES + MOVIES + RAW):
            found += wanted(os.path.join(folder, name))
    for (head, padding, tail), numbers in groups.items():
        runs: List[List[int]] = []
        for number in sorted(numbers):
            if runs and number == runs[-1][-1] + 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        for run in runs:
            found += _checked(sequence(os.path.join(folder, head), padding, tail, run[0], run[-1]))
    return found


def _checked(media: Media) -> List[Media]:
    if not media.is_online or not media.path.lower().endswith(PICTURES + MOVIES):
        return []
    _measure(media)
    return [media]


def _raw(path: str) -> Media:
    """Read the made-up camera raw: a text that names the pictures which the camera's decoder would give."""
    with open(path, encoding="utf-8") as text:
        said = json.load(text)
    media = sequence(said["head"], said["padding"], said["tail"], said["first"], said["last"])
    _measure(media)
    media.path, media.is_raw = path, True
    media.rate = rate_of(said.get("rate", "24"))
    media.start = frames_of(said.get("timecode", "00:00:00:00"), media.rate)
    return media


def _measure(media: Media) -> None:
    """Read size, rate, timecode and channels from the first file that is there."""
    try:
        from . import pictures
    except ImportError:  # a Python without picture libraries: the clip has no size
        return
    file = next(file for file in media.files if os.path.exists(file))
    pictures.measure(media, file)
