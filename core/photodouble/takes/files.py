"""Files that are never seen half written: a temporary name first, then one atomic rename."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from photodouble.image.storage import beside, disk_error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, as `storage.beside`, and tell of full and read-only disks.

    Raises as `telling_disk_errors`.
    """
    with telling_disk_errors(path), beside(path) as temporary:
        yield temporary


@contextmanager
def telling_disk_errors(path: Path) -> Iterator[None]:
    """Turn a full or read-only disk met while writing `path` into one plain error.

    Raises ArtistError `engine.disk_full` or `input.unwritable_output`; any other error passes through.
    """
    try:
        yield
    except OSError as error:
        told = disk_error(error, path)
        if told is None:
            raise
        raise told from error


def write_json(path: Path, content: Mapping[str, object]) -> None:
    """Write one JSON document with sorted keys, so that equal content is equal bytes."""
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def link_or_copy(source: Path, target: Path) -> None:
    """Put the same file at `target`: a hard link where the disk allows it, otherwise a copy."""
    with replacing(target) as temporary:
        try:
            temporary.hardlink_to(source)
        except OSError:
            shutil.copy2(source, temporary)


def sweep_leftovers(folder: Path, *, older_than: float = 60.0) -> int:
    """Remove the hidden temporary files that a killed job left under `folder`; return how many.

    Younger ones, in seconds, may belong to a job that is writing right now, and stay.
    """
    leftovers = [
        path for path in folder.rglob(".*") if path.is_file() and path.suffix and _age(path) > older_than
    ]
    for path in leftovers:
        path.unlink(missing_ok=True)
    return len(leftovers)


def _age(path: Path) -> float:
    """Return the seconds since a file was written; 0 when it has just gone."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def files_below(folder: Path) -> list[Path]:
    """Return the files under a folder, sorted; what goes away or may not be read is passed over."""
    found = sorted(Path(place, name) for place, _, names in os.walk(folder) for name in names)
    return [path for path in found if path.is_file()]


def folder_size(folder: Path) -> int:
    """Return the bytes that the files under `folder` hold."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
