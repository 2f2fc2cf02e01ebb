"""One frame of a plate as a picture to look at or to draw on, with no take of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from photodouble.image.pictures import write_png
from photodouble.image.proxy import reduce, working_scale
from photodouble.image.sequence import Sequence
from photodouble.ops.shot import held_frame
from photodouble.settings import Settings
from photodouble.takes.picture_folder import keep_room, kept_pictures


@dataclass(frozen=True)
class PlatePicture:
    """A picture of a frame: its file, the plate's own size in pixels, and how much it is reduced."""

    picture: Path
    width: int
    height: int
    scale: int

    def to_json(self) -> dict[str, Any]:
        """Write it as plain JSON values."""
        return {
            "height": self.height,
            "picture": str(self.picture),
            "scale": self.scale,
            "width": self.width,
        }


def plate_picture(
    path: str, frame: int, settings: Settings, *, size: int, colourspace: str = ""
) -> PlatePicture:
    """Write a frame's display window as a PNG of at most `size` pixels along, for the show's display.

    Raises ArtistError `input.missing_frames` and what else a sequence that cannot be read raises.
    """
    pictures = Sequence.find(path, colourspace=colourspace)
    pictures.require((frame,))
    read = pictures.read(held_frame(pictures, frame))
    linear = np.nan_to_num(read.linear(read.display_window), nan=0.0, posinf=1.0, neginf=0.0)
    height, width = linear.shape[:2]
    scale = working_scale((height, width), size)
    place = kept_pictures(settings) / _folder(path, colourspace, size) / f"{frame}.png"
    place.parent.mkdir(parents=True, exist_ok=True)
    write_png(place, reduce(linear, scale), settings)
    keep_room(kept_pictures(settings), place)
    return PlatePicture(place, width, height, scale)


def _folder(path: str, colourspace: str, size: int) -> str:
    """Name a folder as those of takes are, so that the oldest pictures of both go first."""
    key = "\n".join((path, colourspace, str(size)))
    return hashlib.sha256(key.encode()).hexdigest()[:32]
