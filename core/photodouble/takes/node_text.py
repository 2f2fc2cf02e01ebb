"""The note beside staged pictures, `node.txt`: what a node that only reads needs to know, a word a line.

No picture library is loaded here: the engine reads such notes, too.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from photodouble_client.errors import ArtistError

NOTE, WISH, NEWEST, FOLDER = "node.txt", "wish.json", "newest.txt", "ofx"
FIRST_LINE = "photodouble_stage 1"
LARGEST = 64 * 1024
_LARGEST_WISH = 4 * 1024 * 1024
"""Room for the order of a long clip, frame by frame."""


@dataclass(frozen=True)
class Door:
    """Where a node leaves what it asks of the engine, a folder, and the file in which it is answered."""

    inbox: str = ""
    status: str = ""


NO_DOOR = Door()


@dataclass(frozen=True)
class StageWish:
    """What is wanted of staged pictures; everything that decides them, and nothing else.

    `format` is (width, height), None for that of the take; `order` are plate frames in the order played, and
    `begin` the number of the first file. With `origin` each pixel says where it came from. `view` is the eye
    of a stereo take, the first one if it is empty.
    """

    space: str
    format: tuple[int, int] | None = None
    pixel_aspect: float | None = None
    fit: str = "fit"
    compression: str = "none"
    order: tuple[int, ...] = ()
    begin: int | None = None
    origin: bool = True
    view: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the plain form."""
        return {
            "begin": self.begin,
            "compression": self.compression,
            "fit": self.fit,
            "format": list(self.format) if self.format else None,
            "order": list(self.order),
            "origin": self.origin,
            "pixel_aspect": self.pixel_aspect,
            "space": self.space,
            "view": self.view,
        }

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the task `stage` that asks for the same."""
        return {
            "space": self.space,
            "format": f"{self.format[0]}x{self.format[1]}" if self.format else "",
            "pixel_aspect": self.pixel_aspect or 0.0,
            "fit": self.fit,
            "compression": self.compression,
            "order": ",".join(str(frame) for frame in self.order),
            "begin": "" if self.begin is None else str(self.begin),
            "origin": self.origin,
            "view": self.view,
        }

    @classmethod
    def from_json(cls, stored: Any) -> StageWish:
        """Read the plain form; raises ArtistError `input.bad_request` for anything else."""
        try:
            given = dict(stored)
            size = given.pop("format")
            order = tuple(int(frame) for frame in given.pop("order"))
            return cls(**given, format=(int(size[0]), int(size[1])) if size else None, order=order)
        except (TypeError, ValueError, KeyError, IndexError) as error:
            raise ArtistError(
                "input.bad_request",
                "The staged pictures do not say how they were made",
                f"Their {WISH} is no list of what was wanted.",
                "Stage the take again.",
                detail=str(error),
            ) from error


@dataclass(frozen=True)
class NodeText:
    """The lines of a note, as words by key."""

    words: Mapping[str, str] = field(default_factory=dict)

    def to_text(self) -> str:
        """Write the note; a value is one line."""
        lines = [f"{key} {' '.join(value.splitlines())}" for key, value in self.words.items()]
        return "\n".join([FIRST_LINE, *lines]) + "\n"

    @classmethod
    def read(cls, folder: Path) -> NodeText | None:
        """Read the note of a folder; None where there is none, or something else."""
        try:
            lines = plain_bytes(folder / NOTE, LARGEST).decode("utf-8").split("\n")
        except (OSError, ValueError):
            return None
        if lines[0] != FIRST_LINE:
            return None
        return cls({key: value for key, _, value in (line.partition(" ") for line in lines[1:] if line)})


def wish_of(folder: Path) -> StageWish:
    """Read how staged pictures were wanted; raises ArtistError `input.bad_request`."""
    try:
        return StageWish.from_json(json.loads(plain_bytes(folder / WISH, _LARGEST_WISH)))
    except (OSError, ValueError, RecursionError):
        return StageWish.from_json(None)


def plain_bytes(path: Path, most: int, *, own: bool = False) -> bytes:
    """Read a small plain file; raises OSError for a link or a pipe, ValueError for more than `most` bytes.

    With `own` a file of another user is refused as well.
    """
    if stat.S_ISLNK(path.lstat().st_mode):
        raise OSError(f"{path.name} is a link")
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(f"{path.name} is no plain file")
        if own and hasattr(os, "getuid") and found.st_uid != os.getuid():
            raise OSError(f"{path.name} belongs to another user")
        content = b""
        while len(content) <= most and (piece := os.read(descriptor, most + 1 - len(content))):
            content += piece
    finally:
        os.close(descriptor)
    if len(content) > most:
        raise ValueError(f"{path.name} is larger than {most} bytes")
    return content
