"""Find the media of a clip on this machine, and learn its frames, rate, timecode, colour and shape."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from photodouble.image.movie_facts import MovieFacts, movie_facts
from photodouble.image.pattern import NamePattern, number_in_name
from photodouble.image.suffixes import MOVIE_SUFFIXES, PICTURE_SUFFIXES
from photodouble.image.timecode import Timecode
from photodouble_client.frames import FrameRange
from photodouble_client.pathmap import PathMap

from .folders import Folders, Frames
from .numbering import counted, numbered
from .paths import here, is_foreign, path_readings, pattern_of, pattern_text
from .probe import Probed, probe_picture
from .raw import is_raw_name, raw_words
from .reference import Asked, asked_of
from .relink import Lost, Relinked, relink

_NUMBERED = re.compile(r"(.*?)(\d+)(\.[^.]+)")
_RATE = Fraction(24)
"""The rate that counts a timecode where neither the cut nor the file says one."""


@dataclass(frozen=True)
class Media:
    """Hold the pictures behind a clip. `kind` is sequence, still, movie, raw, missing or generator.

    `first` and `last` are frame numbers as in the file names, and `first` is the one that lies at the start
    of the reference's available range; without one, the first on disk. `origin` is that frame even if no file
    has its number. A movie is counted as the cut counts it, by its available range, else its timecode, else
    from 0: `movie_first` is the place of `first` in the file, from 1. `frames` are those found on disk (none:
    not looked for). `start_timecode` is that of `first`. `trouble` says in a sentence what is wrong, `fix`
    what to do.
    """

    pattern: str
    first: int = 0
    last: int = -1
    kind: str = "sequence"
    rate: Fraction | None = None
    start_timecode: Timecode | None = None
    reel: str = ""
    step: int = 1
    movie_first: int = 1
    origin: int = 0
    colourspace: str = ""
    pixel_aspect: float = 1.0
    trouble: str = ""
    fix: str = ""
    frames: tuple[int, ...] = field(default=(), repr=False)

    @property
    def on_disk(self) -> bool:
        """Whether something was found where the cut says, or where it was searched for."""
        return self.kind in ("sequence", "still", "movie", "raw") and bool(self.frames)

    def to_json(self) -> dict[str, Any]:
        """Write what was found as plain JSON values."""
        return {
            "colourspace": self.colourspace,
            "first": self.first,
            "fix": self.fix,
            "kind": self.kind,
            "last": self.last,
            "movie_first": self.movie_first,
            "pattern": self.pattern,
            "pixel_aspect": self.pixel_aspect,
            "rate": str(self.rate or ""),
            "reel": self.reel,
            "start_timecode": self.start_timecode.to_text() if self.start_timecode else "",
            "trouble": self.trouble,
        }


class MediaFinder:
    """Find media: where the cut says, as the path maps translate it, else by name and hash below `search`.

    With `probe` the header of the first picture is read. What was found once is remembered.
    """

    def __init__(
        self,
        search: Sequence[Path | str] = (),
        path_maps: Sequence[Mapping[str, str]] = (),
        *,
        pairs: Sequence[tuple[str, str]] = (),
        probe: bool = True,
    ) -> None:
        self._folders = Folders(tuple(Path(folder) for folder in search))
        self._maps = PathMap(path_maps, pairs=pairs)
        self._probe = probe
        self._known: dict[str, Media] = {}
        self._movies: dict[Path, MovieFacts | None] = {}
        self._headers: dict[tuple[Path, Fraction], Probed] = {}

    def of(self, reference: Any, near: Path, *, name: str = "") -> Media:
        """Find the media of a reference; `near` is the edit's file, `name` the clip's own name.

        Never raises for media that cannot be used: `trouble` says why.
        """
        asked = asked_of(reference, name)
        key = f"{near.parent}\0{asked}"
        if key not in self._known:
            self._known[key] = self._found(asked, near.parent)
        return self._known[key]

    def _found(self, asked: Asked, near: Path) -> Media:
        if asked.is_generator:
            trouble = f"{asked.name or 'It'} is made by the editing program."
            return Media("", kind="generator", trouble=trouble)
        readings = [here(one, near, self._maps) for one in path_readings(asked.url)]
        places = [pattern_of(one) for one in readings]
        for pattern, written in places:
            frames = self._frames(pattern)
            if frames:
                return self._told(_as_written(asked, written), pattern, frames)
        wanted = places[0][0] if places else None
        lost = relink(self._folders, wanted, Lost(asked.name, asked.first_number, asked.hashes))
        if lost.pattern is not None:
            asked = _as_written(asked, places[0][1] if places else None)
            told = self._told(asked, lost.pattern, self._frames(lost.pattern))
            return replace(told, trouble=" ".join(filter(None, (lost.trouble, told.trouble))))
        return _missing(asked, readings, places[0] if places else None, lost)

    def _frames(self, pattern: NamePattern) -> Frames:
        """List the files of a pattern; a file with a number of a longer run stands for the run."""
        if not pattern.is_single:
            return self._folders.frames(pattern)
        if not self._folders.holds(pattern.path(0)):
            return {}
        return {number_in_name(pattern.prefix): pattern.prefix}

    def _told(self, asked: Asked, pattern: NamePattern, frames: Frames) -> Media:
        name = next(iter(frames.values()))
        if is_raw_name(name):
            trouble, fix = raw_words(name)
            kind = Media(pattern_text(pattern), kind="raw", trouble=trouble, fix=fix, frames=tuple(frames))
            return numbered(kind, asked, None)
        if Path(name).suffix.lower() in MOVIE_SUFFIXES:
            return self._movie(asked, pattern.folder / name)
        run = self._run_around(asked, pattern)
        pattern, frames = run or (pattern, frames)
        found = Media(
            pattern_text(pattern),
            kind="still" if pattern.is_single else "sequence",
            frames=tuple(frames),
            step=asked.step,
            colourspace=asked.colourspace,
            pixel_aspect=asked.pixel_aspect or 1.0,
            rate=asked.rate,
        )
        if not self._probe:
            return numbered(found, asked, None)
        probed = self._header(pattern.folder / next(iter(frames.values())), asked.rate or _RATE)
        found = replace(
            found,
            rate=asked.rate or probed.rate,
            reel=probed.reel,
            colourspace=asked.colourspace or probed.colourspace,
            pixel_aspect=asked.pixel_aspect or probed.pixel_aspect,
            trouble=probed.trouble,
        )
        return numbered(found, asked, probed.timecode)

    def _header(self, path: Path, rate: Fraction) -> Probed:
        key = (path, rate)
        if key not in self._headers:
            self._headers[key] = probe_picture(path, rate)
        return self._headers[key]

    def _run_around(self, asked: Asked, pattern: NamePattern) -> tuple[NamePattern, Frames] | None:
        """Find the sequence that a single numbered file stands for, where the cut shows many frames."""
        if not pattern.is_single or asked.length == 1:
            return None
        path = pattern.folder / pattern.prefix
        for (prefix, suffix), frames in self._folders.listing(pattern.folder).runs.items():
            if path.name in frames.values() and len(frames) > 1:
                digits = len(path.name) - len(prefix) - len(suffix)
                run = NamePattern(pattern.folder, prefix, suffix, digits, None, False)
                return run, dict(sorted(frames.items()))
        return None

    def _movie(self, asked: Asked, path: Path) -> Media:
        found = Media(str(path), kind="movie", rate=asked.rate, colourspace=asked.colourspace)
        if not self._probe:
            return counted(replace(found, frames=(1,)), asked, None)
        if path not in self._movies:
            self._movies[path] = movie_facts(path)
        facts = self._movies[path]
        if facts is None or not facts.is_decodable or not facts.length:
            if path.suffix.lower() == ".mxf":
                trouble, fix = raw_words(path.name)
                return numbered(replace(found, kind="raw", trouble=trouble, fix=fix), asked, None)
            trouble = f"{path.name} is a movie that cannot be read here."
            fix = "Install the movie extra (pip install 'photodouble[movie]'), or use image frames."
            return counted(replace(found, trouble=trouble, fix=fix), asked, None)
        rate = asked.rate or facts.rate
        found = replace(
            found,
            rate=rate,
            reel=facts.reel,
            pixel_aspect=asked.pixel_aspect or facts.pixel_aspect,
            frames=tuple(range(1, facts.length + 1)),
        )
        return counted(found, asked, Timecode.from_text(facts.timecode, facts.rate or rate or _RATE))


def _as_written(asked: Asked, written: FrameRange | None) -> Asked:
    """Let frames written in the name, such as [1001-1100], count where the reference says nothing."""
    if not written or asked.first_number is not None:
        return asked
    return replace(asked, first_number=written.first, length=asked.length or len(written))


def _missing(
    asked: Asked, readings: list[str], place: tuple[NamePattern, FrameRange | None] | None, lost: Relinked
) -> Media:
    path = readings[0] if readings else ""
    wanted, written = place or (None, None)
    asked = _as_written(asked, written)
    number, length = asked.first_number, asked.length
    if number is None and wanted is not None and length > 1:
        wanted, number = _run_of_first(wanted)
    if number is None and asked.start is not None:
        number = int(asked.start)
    first = number or 0
    last = first + (length - 1) * asked.step if length else first - 1
    trouble, fix = lost.trouble, "Bring it back, name a folder to search (--search), or map its path."
    if is_raw_name(path):
        trouble, fix = raw_words(path)
        trouble = f"{trouble} It was not found either."
    elif not trouble and not asked.url:
        trouble, fix = "The cut names no media for this clip.", "Name a folder to search (--search)."
    elif not trouble and not readings:
        trouble, fix = f"{asked.url} does not lie in a folder.", "Copy it to disk and relink the cut."
    elif not trouble and is_foreign(path):
        trouble = f"{path} is a path of another system."
        fix = "Say where it lies here: path_maps in the settings, or --path-map FROM=TO."
    elif not trouble:
        trouble = f"{path} is not there."
    pattern = pattern_text(wanted) if wanted is not None else ""
    return Media(
        pattern,
        first,
        last,
        "raw" if is_raw_name(path) else "missing",
        rate=asked.rate,
        step=asked.step,
        origin=first,
        colourspace=asked.colourspace,
        pixel_aspect=asked.pixel_aspect or 1.0,
        trouble=trouble,
        fix=fix,
    )


def _run_of_first(pattern: NamePattern) -> tuple[NamePattern, int | None]:
    """Read a picture's file that stands for a run as its first one: some programs write sequences so."""
    match = _NUMBERED.fullmatch(pattern.prefix) if pattern.is_single else None
    if match is None or match[3].lower() not in PICTURE_SUFFIXES:
        return pattern, None
    return NamePattern(pattern.folder, match[1], match[3], len(match[2]), None, False), int(match[2])
