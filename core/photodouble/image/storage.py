"""Put finished files where they belong, whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from photodouble_client.errors import ArtistError

_RETRY_S = 0.05
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that no half of it is ever visible.

    Raises `ArtistError` engine.disk_full or input.unwritable_output; nothing is left behind then.
    """
    place_whole(path, lambda temporary: _write(temporary, content))


def place_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` make a file under a temporary name beside `path`, then give it its name.

    Errors as `write_whole`.
    """
    try:
        with beside(path) as temporary:
            write(temporary)
    except OSError as error:
        raise disk_error(error, path) or _unwritable(path, error) from error


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; when the block ends well, it takes the place of `path`.

    The temporary name keeps the suffix, so that image writers choose the same format, and starts with
    a dot, so that no sequence pattern finds it. On any error the temporary file is removed. Raises OSError.
    """
    temporary = path.with_name(f".{secrets.token_hex(6)}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        put_in_place(temporary, path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def put_in_place(
    temporary: Path, path: Path, *, patience: float = 5.0, readers_block: bool = os.name == "nt"
) -> None:
    """Give a finished file its name in one step, replacing what was there.

    Where `readers_block`, as on Windows, it is refused while a host still reads the old file: it is tried
    again for `patience` seconds. Raises OSError.
    """
    waited = 0.0
    while True:
        try:
            temporary.replace(path)
            return
        except PermissionError:
            if waited >= patience or not readers_block or not path.is_file():
                raise
        time.sleep(_RETRY_S)
        waited += _RETRY_S


def disk_error(error: OSError, path: Path) -> ArtistError | None:
    """Return the plain error for a full or read-only disk, or None when it is something else."""
    if error.errno in _FULL or "No space left" in str(error) or "too large" in str(error):
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
        return _unwritable(path, error)
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


def _unwritable(path: Path, error: OSError) -> ArtistError:
    return ArtistError(
        "input.unwritable_output",
        "The output folder cannot be written",
        f"{path.name} cannot be written in {path.parent}: {os.strerror(error.errno or errno.EIO)}.",
        "Choose another folder, or ask for permission to write in this one.",
        detail=str(error),
    )


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
