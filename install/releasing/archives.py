"""Zip archives that are the same bytes for the same files: sorted, one date, plain rights."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .moment import date_of

_LAST = 2107
"""The last year that a zip archive knows."""


@dataclass(frozen=True)
class Content:
    """What one file of an archive holds, and whether it is a program."""

    data: bytes
    is_program: bool = False


def write_zip(path: Path, files: Mapping[str, Content], seconds: int, first: str = "") -> None:
    """Write an archive of files by their path inside; `first` comes first, the rest by name."""
    date = date_of(seconds)
    stamp = (min(date.year, _LAST), date.month, date.day, date.hour, date.minute, date.second // 2 * 2)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files, key=lambda each: (each != first, each)):
            entry = zipfile.ZipInfo(name, stamp)
            # The system that writes it says so otherwise, and the bytes would differ.
            entry.create_system = 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if files[name].is_program else 0o100644) << 16
            archive.writestr(entry, files[name].data)
    part.replace(path)


def held(path: Path) -> dict[str, bytes]:
    """Return what an archive holds, by path inside."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
