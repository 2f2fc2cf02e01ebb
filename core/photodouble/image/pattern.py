"""File-name patterns of sequences: `plate.####.exr`, `%04d`, `plate.[1001-1100].exr`, one file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import fileseq

from photodouble_client.frames import FrameRange

_PLACES = re.compile(r"#+|@+|%0?\d*d|\$F\d*")
_BRACKETS = re.compile(r"\[(-?\d+)-(-?\d+)\]")
_NUMBERED = re.compile(r"(?:^|[._ ])(-?\d+)\.[^.]+$")


@dataclass(frozen=True)
class NamePattern:
    """Hold a pattern taken apart: the folder, what stands before and after the frame number, its width.

    `frames` is the range written in the pattern itself, or None. Without a place for the number the
    pattern is one file, and `suffix` is empty.
    """

    folder: Path
    prefix: str
    suffix: str
    width: int
    frames: FrameRange | None
    is_single: bool

    def path(self, frame: int) -> Path:
        """Give the file name of one frame, padded with zeros as the pattern says."""
        if self.is_single:
            return self.folder / self.prefix
        sign = "-" if frame < 0 else ""
        return self.folder / f"{self.prefix}{sign}{abs(frame):0{self.width}d}{self.suffix}"

    def find(self) -> Mapping[int, Path]:
        """List the frames on disk: number to path, ascending. A name of the pattern's own width wins."""
        if not self.folder.is_dir():
            return {}
        number = re.compile(re.escape(self.prefix) + r"(-?\d+)" + re.escape(self.suffix) + r"\Z")
        found: dict[int, Path] = {}
        for path in sorted(self.folder.iterdir()):
            match = number.match(path.name)
            if match is None:
                continue
            frame = int(match.group(1))
            if frame not in found or path == self.path(frame):
                found[frame] = path
        return dict(sorted(found.items()))


def parse_pattern(pattern: str, view: str = "") -> NamePattern:
    """Take a pattern apart; `%V` becomes the view's name and `%v` its first letter.

    `#`, `####`, `@@@@`, `%04d`, `$F4`, `[1001-1100]` and `1001-1100#` mark the frame number.
    """
    path = Path(with_view(pattern, view)).expanduser()
    name = _BRACKETS.sub(_bracket_range, path.name)
    places = list(_PLACES.finditer(name))
    if not places or _is_file(path):
        return NamePattern(path.parent, path.name, "", 0, None, True)
    if len(places) > 1:
        return _of_last_place(path.parent, name, places[-1])
    style = fileseq.PAD_STYLE_HASH4 if name.count("#") == 1 else fileseq.PAD_STYLE_HASH1
    try:
        parsed = fileseq.FileSequence(name, pad_style=style)
    except fileseq.ParseException:
        return _of_last_place(path.parent, name, places[-1])
    frames = FrameRange(parsed.frameSet()) if parsed.frameSet() else None
    return NamePattern(
        path.parent, parsed.basename(), parsed.extension(), int(parsed.zfill()) or 1, frames, False
    )


def frame_path(pattern: str, frame: int, view: str = "") -> Path:
    """Give the file that holds one frame of a pattern; a pattern without a number is one file."""
    return parse_pattern(pattern, view).path(frame)


def sheet_beside(pattern: str) -> Path:
    """Return where the picture to look at of a sequence goes: `light.####.exr` gives `light_sheet.png`."""
    taken = parse_pattern(pattern)
    name = taken.prefix.rstrip("._- ") if not taken.is_single else Path(pattern).stem
    return taken.folder / f"{name or 'frames'}_sheet.png"


def number_in_name(name: str) -> int:
    """Read the frame number at the end of a file name; 1 if there is none."""
    match = _NUMBERED.search(name)
    return int(match.group(1)) if match else 1


def with_view(pattern: str, view: str) -> str:
    """Return a path for one view: `%V` becomes its name, `%v` its first letter."""
    return pattern.replace("%V", view).replace("%v", view[:1]) if view else pattern


def _of_last_place(folder: Path, name: str, place: re.Match[str]) -> NamePattern:
    """Take a name apart at its last sign for the number; those before it are letters: `shot #1.####.exr`."""
    sign, digits = place.group(), re.search(r"\d+", place.group())
    width = len(sign) if sign[0] in "#@" else int(digits.group()) if digits else 1
    width = 4 if sign == "#" else width
    return NamePattern(folder, name[: place.start()], name[place.end() :], width, None, False)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than the file system takes
        return False


def _bracket_range(match: re.Match[str]) -> str:
    first, last = match.group(1), match.group(2)
    return f"{first}-{last}" + "#" * max(2, len(first.lstrip("-")))
