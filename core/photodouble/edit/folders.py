"""What lies in folders, looked up once: a cut of thousands of clips must not list a folder for each."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from photodouble.image.pattern import NamePattern

MOST_FILES = 300_000
"""How many files are looked at below the folders that are searched."""

_NUMBERED = re.compile(r"(.*?)(\d+)(\.[^.]+)\Z", re.DOTALL)

Frames = dict[int, str]


@dataclass
class Listing:
    """Hold the names in one folder; numbered ones are grouped by what stands around the number."""

    names: frozenset[str]
    runs: dict[tuple[str, str], Frames]


@dataclass
class Folders:
    """Remember what lies where. `search` are the folders below which lost media is looked for."""

    search: tuple[Path, ...] = ()
    stems: dict[str, list[NamePattern]] = field(default_factory=dict)
    """What lies below `search` by its name without number and suffix; filled by whoever asks first."""
    _listings: dict[str, Listing] = field(default_factory=dict)
    _below: list[Path] | None = None
    _places: dict[tuple[str, str], list[Path]] = field(default_factory=dict)

    def frames(self, pattern: NamePattern) -> Frames:
        """List the frames of a pattern on disk: number to file name, ascending."""
        found = self.listing(pattern.folder).runs.get((pattern.prefix, pattern.suffix))
        if found is not None:
            return dict(sorted(found.items()))
        if not pattern.prefix[-1:].isdigit() and pattern.suffix.count(".") == 1:
            return {}
        return {frame: path.name for frame, path in pattern.find().items()}

    def holds(self, path: Path) -> bool:
        """Say whether there is a file of that very name."""
        return path.name in self.listing(path.parent).names

    def listing(self, folder: Path) -> Listing:
        """List a folder; one that cannot be read is empty."""
        key = str(folder)
        if key not in self._listings:
            self._listings[key] = _listed(folder)
        return self._listings[key]

    def below(self) -> list[Path]:
        """List the folders that are searched, up to `MOST_FILES` files in all."""
        if self._below is None:
            found: list[str] = []
            left = MOST_FILES
            for root in self.search:
                for folder, folders, names in os.walk(root):
                    folders.sort()
                    left -= len(names)
                    found.append(folder)
                    if left < 0:
                        break
            self._below = [Path(folder) for folder in dict.fromkeys(found)]
        return self._below

    def places_of(self, prefix: str, suffix: str = "") -> list[Path]:
        """List the folders below `search` that hold a run, or a file, of that name in whatever case."""
        if not self._places:
            for folder in self.below():
                listing = self.listing(folder)
                for key in {*((name, "") for name in listing.names), *listing.runs}:
                    self._places.setdefault((key[0].casefold(), key[1].casefold()), []).append(folder)
        return list(dict.fromkeys(self._places.get((prefix.casefold(), suffix.casefold()), ())))


def _listed(folder: Path) -> Listing:
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if _is_file(entry))
    except OSError:
        return Listing(frozenset(), {})
    runs: dict[tuple[str, str], Frames] = defaultdict(dict)
    for name in names:
        match = _NUMBERED.match(name)
        if match is None:
            continue
        prefix, digits, suffix = match.groups()
        _add(runs[prefix, suffix], int(digits), name)
        if prefix.endswith("-"):
            _add(runs[prefix[:-1], suffix], -int(digits), name)
    return Listing(frozenset(names), dict(runs))


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether something is a file that ends: a pipe would never, and a link to itself leads nowhere."""
    try:
        return entry.is_file()
    except OSError:
        return False


def _add(run: Frames, frame: int, name: str) -> None:
    """Keep one name for a frame: the longer one, which is padded."""
    if frame not in run or len(name) > len(run[frame]):
        run[frame] = name
