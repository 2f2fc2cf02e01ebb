"""The note beside staged pictures, `node.txt`: what a node that only reads needs to know, a word a line.

No picture library is loaded here: the engine reads such notes, too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from photodouble_client.errors import ArtistError

NOTE, WISH, NEWEST, FOLDER = "node.txt", "wish.json", "newest.txt", "ofx"
FIRST_LINE = "photodouble_stage 1"
LARGEST = 64 * 1024


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
    `begin` the number of the first file. With `origin` each pixel says where it came from.
    """

    space: str
    format: tuple[int, int] | None = None
    pixel_aspect: float | None = None
    fit: str = "fit"
    compression: str = "none"
    order: tuple[int, ...] = ()
    begin: int | None = None
    origin: bool = True

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
            "begin": -1 if self.begin is None else self.begin,
            "origin": self.origin,
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
            with (folder / NOTE).open("rb") as file:
                content = file.read(LARGEST + 1)
            text = content.decode("utf-8")
        except (OSError, ValueError):
            return None
        lines = text.split("\n")
        if len(content) > LARGEST or lines[0] != FIRST_LINE:
            return None
        return cls({key: value for key, _, value in (line.partition(" ") for line in lines[1:] if line)})


def wish_of(folder: Path) -> StageWish:
    """Read how staged pictures were wanted; raises ArtistError `input.bad_request`."""
    try:
        return StageWish.from_json(json.loads((folder / WISH).read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return StageWish.from_json(None)
