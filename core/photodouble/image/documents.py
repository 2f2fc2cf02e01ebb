"""Documents an artist edits: JSON files of tracks, shapes and the like, read and written in one place."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from photodouble_client.errors import ArtistError

_LARGEST = 256 * 1024 * 1024
_LONGEST = 600
"""Letters of a reason: one that quotes a whole list helps nobody."""


def read_document(path: Path) -> dict[str, Any]:
    """Read a JSON object; raises ArtistError `input.bad_document` for anything else."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise bad_document(path, "It is no file: it has to lie on a disk, to be read more than once.")
        if path.stat().st_size > _LARGEST:
            raise bad_document(path, f"It is larger than {_LARGEST >> 20} MB.")
        found = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_refuse_constant)
    except OSError as problem:
        raise bad_document(path, f"It cannot be read: {problem.strerror}.") from problem
    except (ValueError, RecursionError) as problem:
        raise bad_document(path, f"It is not JSON: {problem}.") from problem
    if not isinstance(found, dict):
        raise bad_document(path, "It is not a JSON object with named fields.")
    return found


def bad_document(path: Path | str, reason: str) -> ArtistError:
    """Make the error for a document that cannot be used."""
    said = reason if len(reason) <= _LONGEST else f"{reason[:_LONGEST]} ..."
    return ArtistError(
        "input.bad_document",
        "A document cannot be used",
        f"{path}: {said}",
        "Correct the file, or write it again with the command that made it.",
    )


def number(value: Any, path: Path | str, what: str) -> float:
    """Return a finite number of a document; raises ArtistError `input.bad_document`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        raise bad_document(path, f"{what} is {value!r} and no number.")
    return float(value)


def place(value: Any, path: Path | str, what: str) -> tuple[float, float]:
    """Return an x, y pair of a document; raises ArtistError `input.bad_document`."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise bad_document(path, f"{what} is {value!r} and no pair of numbers x, y.")
    return number(value[0], path, what), number(value[1], path, what)


def _is_finite(value: int | float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _refuse_constant(text: str) -> Any:
    raise ValueError(f"{text} is no number")
