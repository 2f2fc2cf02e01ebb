"""Fingerprints of big files: read once in pieces, and remembered for as long as the file is untouched."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from photodouble.takes.files import write_json

from .folders import folder_bytes, folder_files, joined_hash

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

PIECE = 8 << 20
SCHEMA = 1
MOST_KEPT = 1000
FILE = "models.json"


def fingerprint(path: Path, report: Reporter | None = None) -> str:
    """Return the sha256 of a file as 64 hexadecimal digits, read in pieces, telling megabytes done."""
    digest, size, done = hashlib.sha256(), max(path.stat().st_size, 1), 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            done += len(piece)
            if report is not None:
                report.progress(done >> 20, size >> 20, f"reading {path.name}")
    return digest.hexdigest()


@dataclass(frozen=True)
class Fingerprints:
    """Remember fingerprints in one JSON file, each for a path, size, time of change and place on disk.

    A program may set a file's time of writing, but not its time of change, so both count.
    """

    file: Path

    @classmethod
    def of(cls, settings: Settings) -> Fingerprints:
        """Keep fingerprints beside the analysis cache, by its name."""
        cache = settings.cache_path()
        return cls(cache.with_name(f"{cache.name}-hashes") / FILE)

    def of_file(self, path: Path, report: Reporter | None = None, *, anew: bool = False) -> str:
        """Return the sha256 of a file, from memory where nothing says that it changed; `anew` reads it."""
        known, key, state = self._known(), str(path.resolve()), _state(path)
        remembered = known.get(key, {})
        if not anew and remembered.get("state") == state:
            return str(remembered["sha256"])
        sha256 = fingerprint(path, report)
        if _state(path) == state:
            known.pop(key, None)
            known[key] = {"sha256": sha256, "state": state}
            kept = dict(list(known.items())[-MOST_KEPT:])
            write_json(self.file, {"schema": SCHEMA, "files": kept})
        return sha256

    def of_model(self, path: Path, report: Reporter | None = None, *, anew: bool = False) -> str:
        """Return the sha256 of a model: of its file, or joined over all files of its folder."""
        if not path.is_dir():
            return self.of_file(path, report, anew=anew)
        hashes = {each: self.of_file(each, report, anew=anew) for each in folder_files(path)}
        return joined_hash(path, hashes)

    def _known(self) -> dict[str, dict[str, str]]:
        """Read what is remembered; what cannot be read is forgotten."""
        try:
            stored = json.loads(self.file.read_text(encoding="utf-8"))
            files = stored["files"] if stored["schema"] == SCHEMA else {}
            return {
                str(key): {"sha256": str(one["sha256"]), "state": str(one["state"])}
                for key, one in files.items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}


def model_bytes(path: Path) -> int:
    """Return the size of a model's file, or of all files of its folder."""
    return folder_bytes(path) if path.is_dir() else path.stat().st_size


def _state(path: Path) -> str:
    state = path.stat()
    return f"{state.st_size} {state.st_mtime_ns} {state.st_ctime_ns} {state.st_dev} {state.st_ino}"
