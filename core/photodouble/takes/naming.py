"""Where a take lies and what its files are called: templates filled with shot, operation and version."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from photodouble_client.errors import ArtistError

TAKE_FOLDER = "{shot}/{operation}/v{version:03d}"
FILE_NAME = "{shot}_{operation}_v{version:03d}"

_UNSAFE = re.compile(r'[<>:"/\\|?*#@%\x00-\x1f]+')
"""What a file system refuses, and the signs that stand for a frame number in a pattern."""

_LONGEST = 100
"""Bytes of a name: file systems take 255, and a file of a take is called after shot, operation and frame."""


@dataclass(frozen=True)
class Naming:
    """The two templates: the folder of a take under its root, and the stem of its picture files.

    Fields: show, sequence, shot, task, operation (also as `op`) and version, which must be the last folder.
    """

    folder: str = TAKE_FOLDER
    file: str = FILE_NAME

    def takes_folder(self, root: Path, names: ShotNames) -> Path:
        """Return the folder that holds every version of one shot and operation."""
        return root / Path(_fill(str(Path(self.folder).parent), names, 0))

    def version_folder(self, names: ShotNames, version: int) -> str:
        """Return the last folder's name for a version, such as `v003`."""
        return _fill(Path(self.folder).name, names, version)

    def stem(self, names: ShotNames, version: int) -> str:
        """Return the stem of the take's picture files, such as `sh010_inpaint_v003`."""
        return _fill(self.file, names, version)

    def version_of(self, names: ShotNames, folder_name: str) -> int | None:
        """Return the version which a folder name stands for, or None if it is not a take's."""
        pattern = re.escape(Path(self.folder).name)
        pattern = re.sub(r"\\\{version[^}]*\\?\}", r"(?P<version>[0-9]+)", pattern, count=1)
        for key, text in names.fields().items():
            pattern = pattern.replace(re.escape("{" + key + "}"), re.escape(text))
        found = re.fullmatch(pattern, folder_name)
        return int(found["version"]) if found and "version" in found.groupdict() else None


@dataclass(frozen=True)
class ShotNames:
    """The names that a take is filed under; an empty one is replaced by a plain word."""

    shot: str
    operation: str
    show: str = ""
    sequence: str = ""
    task: str = ""

    def fields(self) -> dict[str, str]:
        """Return the template fields, made safe for every file system."""
        operation = safe_name(self.operation, "take")
        return {
            "show": safe_name(self.show, "show"),
            "sequence": safe_name(self.sequence, "sequence"),
            "shot": safe_name(self.shot, "shot"),
            "task": safe_name(self.task, self.operation),
            "operation": operation,
            "op": operation,
        }


def safe_name(text: str, otherwise: str) -> str:
    """Return `text` as a file name: path separators and reserved signs become `_`, never `.` or empty."""
    short = _UNSAFE.sub("_", text.strip()).encode("utf-8")[:_LONGEST].decode("utf-8", "ignore")
    return short.strip(". ") or otherwise


def frame_text(frame: int) -> str:
    """Return a frame number as four digits or more, the minus sign in front: `0007`, `-0012`."""
    return f"-{-frame:04d}" if frame < 0 else f"{frame:04d}"


def _fill(template: str, names: ShotNames, version: int) -> str:
    try:
        return template.format(version=version, **names.fields())
    except (KeyError, ValueError, IndexError) as error:
        raise ArtistError(
            "usage.bad_value",
            "The naming template does not work",
            f"The template {template!r} names a field that does not exist.",
            "Use show, sequence, shot, task, operation and version in the take template.",
            detail=repr(error),
        ) from error
