"""The record of one finished frame: which files it wrote, their hashes, and what it was made from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from photodouble_client.stored import Upgrade, upgraded

from .files import write_json

UPGRADES: tuple[Upgrade, ...] = ()
SCHEMA = len(UPGRADES) + 1


@dataclass(frozen=True)
class WrittenFile:
    """One picture of a take: its path inside the take and its two hashes."""

    path: str
    file_sha256: str
    pixel_sha256: str

    def to_json(self) -> dict[str, Any]:
        """Return the plain form that records and manifests store."""
        return {"path": self.path, "file_sha256": self.file_sha256, "pixel_sha256": self.pixel_sha256}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> WrittenFile:
        """Read the plain form back."""
        return cls(str(stored["path"]), str(stored["file_sha256"]), str(stored["pixel_sha256"]))


@dataclass(frozen=True)
class FrameRecord:
    """One finished frame. `basis` names all that the frame was made from, each with a content hash.

    `linked_from` is the take that the files were linked from, empty when the frame was rendered here.
    `figures` holds what the frame says about itself: matte coverage, mean confidence, share per kind.
    """

    frame: int
    files: Mapping[str, WrittenFile]
    basis: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    linked_from: str = ""

    def file(self, output: str, view: str = "") -> WrittenFile | None:
        """Return the file of an output: that of the view where views have their own; None if not written."""
        return self.files.get(output_key(output, view)) or self.files.get(output)

    def to_json(self) -> dict[str, Any]:
        """Return the plain form."""
        return {
            "schema": SCHEMA,
            "frame": self.frame,
            "files": {key: self.files[key].to_json() for key in sorted(self.files)},
            "basis": dict(sorted(self.basis.items())),
            "figures": dict(sorted(self.figures.items())),
            "linked_from": self.linked_from,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> FrameRecord:
        """Read the plain form back, of this schema or an older one."""
        stored = upgraded(stored, UPGRADES, "frame record")
        return cls(
            frame=int(stored["frame"]),
            files={str(key): WrittenFile.from_json(value) for key, value in stored["files"].items()},
            basis={str(key): str(value) for key, value in stored.get("basis", {}).items()},
            figures={str(key): float(value) for key, value in stored.get("figures", {}).items()},
            linked_from=str(stored.get("linked_from", "")),
        )


def output_key(output: str, view: str = "") -> str:
    """Return the key of an output's file in a record: `fill`, or `fill.left` for one eye."""
    return f"{output}.{view}" if view else output


def write_record(folder: Path, record: FrameRecord) -> None:
    """Write the record of a frame; from this moment on the frame counts as finished."""
    write_json(record_path(folder, record.frame), record.to_json())


def read_record(folder: Path, frame: int) -> FrameRecord | None:
    """Return the record of a frame, or None while it is unfinished, unreadable or a file is gone."""
    try:
        stored = json.loads(record_path(folder, frame).read_text(encoding="utf-8"))
        if "schema" not in stored:
            return None
        record = FrameRecord.from_json(stored)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    present = all((folder / written.path).is_file() for written in record.files.values())
    return record if present else None


def record_path(folder: Path, frame: int) -> Path:
    """Return where a frame's record lies inside its take."""
    return folder / "frames" / f"{frame}.json"
