"""Pull a shot into a folder of its own: the request as a file, and the plate if it is numbered anew."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from pathlib import Path
from typing import Any

from photodouble.ops.operation import Reporter
from photodouble.takes.files import write_json
from photodouble_client.errors import ArtistError

from .clips import show_plates
from .edit import Edit
from .pull import Pulled, PullWish, pull
from .shot import Shot
from .shots import list_shots

_LONGEST = 120
"""Bytes of a folder's name: disks take 255 for a file, whose name begins with it."""


def pull_to(
    edit: Edit, shot: Shot, wish: PullWish, output: Path, report: Reporter | None = None
) -> tuple[Pulled, Path]:
    """Pull a shot below `output` and return what was pulled, and the file of its request.

    Raises ArtistError `input.output_exists`, and as `pull.pull`.
    """
    wish = dataclasses.replace(wish, folder=output / folder_name(shot))
    path = wish.folder / f"{wish.operation}.json"
    if path.exists() and not wish.overwrite:
        raise ArtistError(
            "input.output_exists",
            "The shot was pulled before",
            f"{path} is already there.",
            "Choose another folder (--output), or allow overwriting (--overwrite).",
        )
    pulled = pull(edit, shot, wish, report)
    write_json(path, pulled.request.to_json())
    return pulled, path


def plate_shots(edit: Edit, **listing: Any) -> tuple[Shot, ...]:
    """List the shots of a cut as they are seen with their plates; arguments as of `shots.list_shots`.

    Where a clip shows a take, work starts from its plate all the same. Only the edit in memory is changed.
    """
    show_plates(edit.root)
    return list_shots(edit, **listing)


def folder_name(shot: Shot) -> str:
    """Return a shot's name as that of a folder; signs that paths and patterns use become underscores."""
    name = re.sub(r"[^\w.-]+", "_", shot.name).strip("._-")
    if len(name.encode()) > _LONGEST:
        mark = hashlib.sha256(name.encode()).hexdigest()[:8]
        name = f"{name.encode()[:_LONGEST].decode('utf-8', 'ignore')}_{mark}"
    return name or f"at_{shot.timing.record_first}"
