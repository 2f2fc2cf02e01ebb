"""What lies in folders, looked up once: a cut of thousands of clips must not list a folder for each."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable
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
    _listings: dict[str, Listing] = field(default_factory=dict)
    _below: list[str] | None = None

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

    def below(self) -> Iterable[Path]:
        """Walk through the folders that are searched, up to `MOST_FILES` files."""
        if self._below is None:
            self._below = []
            left = MOST_FILES
            for root in self.search:
                for folder, folders, names in os.walk(root):
                    folders.sort()
                    left -= len(names)
                    self._below.append(folder)
                    if left < 0:
                        break
        return [Path(folder) for folder in dict.fromkeys(self._below)]


def _listed(folder: Path) -> Listing:
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if not entry.is_dir())
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


def _add(run: Frames, frame: int, name: str) -> None:
    """Keep one name for a frame: the longer one, which is padded."""
    if frame not in run or len(name) > len(run[frame]):
        run[frame] = name
