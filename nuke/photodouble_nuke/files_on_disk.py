"""Files as a host names them: patterns with a frame number, found in one look at their folder."""

from __future__ import annotations

import hashlib
import os
import re
from typing import Dict, List, Tuple

_NUMBER = re.compile(r"%0?(\d*)d|(#+)|(@+)")
_VIEW = re.compile(r"%[vV]")


def place_of(path: str) -> str:
    """Give the part of a path that stands for the frame number, such as `%04d`; empty for one file."""
    found = _NUMBER.search(os.path.basename(path))
    return found.group(0) if found else ""


def file_at(path: str, frame: int) -> str:
    """Give the file of one frame: `%04d` of -1 is `-0001`, as the engine names it."""
    folder, name = os.path.split(path)
    numbered = _NUMBER.sub(lambda found: _numbered(found, frame), name)
    return os.path.join(folder, numbered).replace("\\", "/")


def names_of(name: str, frame: int) -> List[str]:
    """List the names that a file of this frame may have: programs differ in how they count a minus sign."""
    printed = _NUMBER.sub(lambda found: "%0*d" % (_width(found), frame), name)
    return [file_at(name, frame), printed] if frame < 0 else [file_at(name, frame)]


def frames_on_disk(path: str) -> Dict[int, str]:
    """List the frames of a pattern that are there: number to path."""
    folder, name = os.path.split(path)
    pattern = _pattern(name)
    found: Dict[int, str] = {}
    for entry in _entries(folder):
        match = pattern.match(entry.name)
        if match is not None and match.groups():
            found[int(match.group(1))] = entry.path.replace("\\", "/")
    return found


def signature(path: str) -> str:
    """Write names, sizes and times of the files of a path or pattern, as a short text that tells a change."""
    folder, name = os.path.split(path)
    pattern = _pattern(name)
    met: List[Tuple[str, int, int]] = []
    for entry in _entries(folder):
        if pattern.match(entry.name) is not None:
            try:
                told = entry.stat()
            except OSError:
                continue
            met.append((entry.name, told.st_size, told.st_mtime_ns))
    return hashlib.sha256(repr(sorted(met)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _entries(folder: str) -> List["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []


def _pattern(name: str) -> "re.Pattern[str]":
    """Make the expression that the names of a pattern's files match."""
    text, place = "", 0
    for found in re.finditer(r"%0?\d*d|#+|@+|%[vV]", name):
        text += re.escape(name[place : found.start()])
        is_view = _VIEW.match(found.group(0)) is not None
        text += r"[^/\\]+" if is_view else r"(-?\d+)"
        place = found.end()
    return re.compile(text + re.escape(name[place:]) + r"\Z")


def _numbered(found: "re.Match[str]", frame: int) -> str:
    return ("-" if frame < 0 else "") + "%0*d" % (_width(found), abs(frame))


def _width(found: "re.Match[str]") -> int:
    text = found.group(0)
    return int(found.group(1) or 1) if text.startswith("%") else len(text)
