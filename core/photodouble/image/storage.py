"""Put finished files where they belong, whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import time
from collections.abc import Callable
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

    The temporary name keeps the suffix, which format libraries go by. Errors as `write_whole`.
    """
    temporary = path.with_name(f".{path.stem}.{secrets.token_hex(6)}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(temporary)
        put_in_place(temporary, path)
    except OSError as error:
        raise _explain(path, error) from error
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


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)


def _explain(path: Path, error: OSError) -> ArtistError:
    if error.errno in _FULL or "No space left" in str(error) or "too large" in str(error):
        return ArtistError(
            "engine.disk_full",
            "The disk is full",
            f"{path.name} could not be written to {path.parent}. Nothing half-written was left behind.",
            "Free some space or choose another output folder, then resume: finished frames are kept.",
            detail=str(error),
        )
    return ArtistError(
        "input.unwritable_output",
        "The output folder cannot be written to",
        f"{path.name} could not be written to {path.parent}: {os.strerror(error.errno or errno.EIO)}.",
        "Choose a folder you may write to, or ask for the rights to this one.",
        detail=str(error),
    )
