"""The files that a look stands for: its document, and the age map beside it."""

from __future__ import annotations

from pathlib import Path

from photodouble.image.documents import read_document


def look_files(path: Path) -> tuple[Path, ...]:
    """Return the files of a look; raises ArtistError `input.bad_document`."""
    named = read_document(path).get("age_map")
    beside = path.parent / Path(str(named)).name
    return (path, beside) if isinstance(named, str) and beside.is_file() else (path,)
