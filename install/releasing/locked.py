"""The libraries of the lock files: which version of each, and for which extra."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

CORE = "core"
EXTRAS = ("c2pa", "crowd", "face", "farm", "models", "movie", "qt", "report")
"""The extras that artists install; tests, benches and documents are nobody's but ours."""
_LINE = re.compile(r"([A-Za-z0-9._-]+)==([^\s;#]+)")


@dataclass(frozen=True)
class Library:
    """One library of the lock: its name, version, and the extras it comes with; none: it always comes."""

    name: str
    version: str
    extras: tuple[str, ...] = ()

    @property
    def is_core(self) -> bool:
        """Whether every installation has it."""
        return not self.extras


def libraries(root: Path) -> tuple[Library, ...]:
    """Return every library that an artist may come to install, by name."""
    core = read(root / "install" / "locks" / f"{CORE}.txt")
    versions = dict(core)
    extras: dict[str, list[str]] = {name: [] for name in core}
    for extra in EXTRAS:
        for name, version in read(root / "install" / "locks" / f"{extra}.txt").items():
            versions.setdefault(name, version)
            extras.setdefault(name, [])
            if name not in core:
                extras[name].append(extra)
    return tuple(Library(name, versions[name], tuple(extras[name])) for name in sorted(versions))


def read(lock: Path) -> dict[str, str]:
    """Return the versions that a lock file names."""
    return dict(_LINE.findall(lock.read_text(encoding="utf-8")))
