"""Files that are never seen half written: a temporary name first, then one atomic rename."""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from photodouble.image.storage import put_in_place
from photodouble_client.errors import ArtistError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; when the block ends well, it takes the place of `path`.

    The temporary name keeps the suffix, so that image writers choose the same format, and starts with
    a dot, so that no sequence pattern finds it. On any error the temporary file is removed.
    """
    temporary = path.with_name(f".{secrets.token_hex(6)}-{path.name}")
    try:
        with telling_disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            yield temporary
            put_in_place(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


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


def disk_error(error: OSError, path: Path) -> ArtistError | None:
    """Return the plain error for a full or read-only disk, or None when it is something else."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return disk_full(path, str(error))
    if error.errno == errno.EISDIR:
        return ArtistError(
            "input.unwritable_output",
            "The output is a folder",
            f"{path} is a folder, so no file can be written there.",
            "Add the name of a file to it.",
            detail=str(error),
        )
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM, errno.ENOTDIR):
        return ArtistError(
            "input.unwritable_output",
            "The output folder cannot be written",
            f"Nothing can be written at {path.parent}.",
            "Choose another folder, or ask for permission to write in this one.",
            detail=str(error),
        )
    return None


def disk_full(path: Path, detail: str) -> ArtistError:
    """Return the error that says the disk is full and that the finished frames are safe."""
    return ArtistError(
        "engine.disk_full",
        "The disk is full",
        f"There is no room left to write {path.name} in {path.parent}. Finished frames are kept.",
        "Make room on the disk and resume the job (--resume).",
        detail=detail,
    )


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
