"""The analysis cache: finished analyses kept by the hash of what they were made from, up to a size."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from photodouble.takes.files import folder_size, link_or_copy
from photodouble_client.errors import ArtistError

GIGABYTE = 1_000_000_000


@dataclass(frozen=True)
class CachedAnalysis:
    """One entry: its key, its size in bytes and when it was last used (seconds since the epoch)."""

    key: str
    size: int
    used: float


@dataclass(frozen=True)
class AnalysisCache:
    """A folder with one sub-folder per analysis. Files are hard links where the disk allows it.

    An entry becomes visible whole, by one rename, and its files are replaced and never changed in place,
    so a take that was linked from the cache never changes when the cache does.
    """

    folder: Path
    limit_gb: float = 20.0

    def fetch(self, key: str, target: Path) -> bool:
        """Link a cached analysis into `target`; return False when there is none."""
        entry = self.folder / key
        if not entry.is_dir():
            return False
        try:
            for source in sorted(path for path in entry.rglob("*") if path.is_file()):
                link_or_copy(source, target / source.relative_to(entry))
            os.utime(entry)
        except FileNotFoundError:
            return False
        return True

    def keep(self, key: str, source: Path) -> None:
        """Keep a finished analysis; a disk that refuses costs nothing but the next analysis."""
        entry = self.folder / key
        if entry.is_dir() or self.limit_gb <= 0:
            return
        prepared = self.folder / f".{secrets.token_hex(6)}"
        try:
            for path in sorted(path for path in source.rglob("*") if path.is_file()):
                link_or_copy(path, prepared / path.relative_to(source))
            prepared.rename(entry)
        except (OSError, ArtistError):
            shutil.rmtree(prepared, ignore_errors=True)
        self.trim()

    def entries(self) -> tuple[CachedAnalysis, ...]:
        """Return what is kept, the latest used first."""
        if not self.folder.is_dir():
            return ()
        found = []
        for entry in self.folder.iterdir():
            if not entry.is_dir() or entry.name.startswith("."):
                continue
            with contextlib.suppress(FileNotFoundError):  # another job has just dropped it
                found.append(CachedAnalysis(entry.name, folder_size(entry), entry.stat().st_mtime))
        return tuple(sorted(found, key=lambda entry: (-entry.used, entry.key)))

    def trim(self) -> int:
        """Drop the longest unused entries until the limit holds; return how many were dropped."""
        held, dropped = 0, 0
        for entry in self.entries():
            held += entry.size
            if held > self.limit_gb * GIGABYTE:
                shutil.rmtree(self.folder / entry.key, ignore_errors=True)
                dropped += 1
        return dropped

    def clear(self) -> int:
        """Drop everything; return how many entries there were."""
        entries = self.entries()
        for entry in entries:
            shutil.rmtree(self.folder / entry.key, ignore_errors=True)
        return len(entries)
