"""Where pictures of takes lie that a person asked for, and how much room those of sealed takes may use."""

from __future__ import annotations

import contextlib
import hashlib
import re
from pathlib import Path

from photodouble.settings import Settings

from .store import Take

LIMIT_BYTES = 500_000_000
"""Room for the pictures of all sealed takes together; the oldest go first."""

_TAKE = re.compile(r"[0-9a-f]{32}")


def picture_folder(take: Take, settings: Settings) -> Path:
    """Return where pictures of a take may be written: a sealed take never changes, so beside the cache."""
    return kept_pictures(settings) / _name(take) if take.is_sealed else take.folder / "pictures"


def kept_pictures(settings: Settings) -> Path:
    """Return the folder of the pictures of sealed takes: beside the analysis cache, by its name."""
    cache = settings.cache_path()
    return cache.with_name(f"{cache.name}-pictures")


def keep_room(folder: Path, newest: Path, limit_bytes: int = LIMIT_BYTES) -> int:
    """Remove the oldest pictures of sealed takes until the limit holds; return how many went.

    `newest` stays whatever its size. What does not look like our own picture is left alone.
    """
    held, gone = 0, 0
    for path, size in _newest_first(folder):
        held += size
        if held > limit_bytes and path != newest:
            path.unlink(missing_ok=True)
            gone += 1
            with contextlib.suppress(OSError):  # it holds others
                path.parent.rmdir()
    return gone


def _name(take: Take) -> str:
    """Return the take's id; a strange one, which could lead out of the folder, only as a hash."""
    if _TAKE.fullmatch(take.take_id):
        return take.take_id
    return hashlib.sha256(take.take_id.encode()).hexdigest()[:32]


def _newest_first(folder: Path) -> list[tuple[Path, int]]:
    found = []
    for path in (*folder.glob("*/*.png"), *folder.glob("*/*.html")):
        if _TAKE.fullmatch(path.parent.name):
            with contextlib.suppress(FileNotFoundError):  # another process has just removed it
                state = path.stat()
                found.append((-state.st_mtime_ns, path, state.st_size))
    return [(path, size) for _, path, size in sorted(found)]
