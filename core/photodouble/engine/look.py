"""Look at a picture, a sequence or a movie on disk: what a host renders is believed when it is read back."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from photodouble.edit.probe import probe_picture
from photodouble.edit.rate import rate_text
from photodouble.image.frame import Frame
from photodouble.image.movie_facts import movie_facts
from photodouble.image.sequence import Sequence
from photodouble.ops.operation import Reporter
from photodouble_client.frames import FrameRange

_NO_RATE = Fraction(24)


@dataclass(frozen=True)
class Looked:
    """What lies on disk. `type` is half, float or the bits of a code.

    `missing` are wanted frames without a file; `blank` are frames whose every value is the same, such as the
    black that a failed render writes.
    """

    frames: FrameRange
    missing: FrameRange
    blank: FrameRange
    size: tuple[int, int]
    pixel_aspect: float
    type: str
    channels: tuple[str, ...]
    colourspace: str
    rate: str
    timecode: str
    is_movie: bool

    def to_json(self) -> dict[str, Any]:
        """Return the plain form; the size is (width, height)."""
        return {
            "blank": self.blank.to_text(),
            "channels": list(self.channels),
            "colourspace": self.colourspace,
            "frames": self.frames.to_text(),
            "is_movie": self.is_movie,
            "missing": self.missing.to_text(),
            "pixel_aspect": self.pixel_aspect,
            "rate": self.rate,
            "size": list(self.size),
            "timecode": self.timecode,
            "type": self.type,
        }


def look(path: str, wanted: FrameRange, report: Reporter, *, whole: bool = False) -> Looked:
    """Say what a path holds; with `whole` every wanted frame is read to its last pixel, else the first one.

    Raises ArtistError as `Sequence.find` and `read_picture`, and `input.size_mismatch` is not its business.
    """
    found = Sequence.find(path)
    there = [frame for frame in (wanted or found.frames) if frame in set(found.frames)]
    missing = FrameRange(found.missing(wanted)) if wanted else FrameRange()
    first = found.read(there[0] if there else found.frames[0])
    blank = []
    for number, frame in enumerate(there if whole else ()):
        report.check()
        if _is_blank(found.read(frame)):
            blank.append(frame)
        report.progress(number + 1, len(there), "reading back")
    rate, timecode = _times(found)
    return Looked(
        frames=FrameRange(found.frames),
        missing=missing,
        blank=FrameRange(blank),
        size=(first.display_window.width, first.display_window.height),
        pixel_aspect=first.pixel_aspect,
        type=_type(first),
        channels=first.channels,
        colourspace=first.colourspace,
        rate=rate,
        timecode=timecode,
        is_movie=found.is_movie,
    )


def _is_blank(frame: Frame) -> bool:
    values = frame.stored()
    return bool(values.size == 0 or (np.isfinite(values).all() and values.min() == values.max()))


def _type(frame: Frame) -> str:
    kinds = {np.dtype(np.float16): "half", np.dtype(np.float32): "float"}
    plane = frame.fill_planes[0]
    return kinds.get(plane.pixels.dtype) or f"{(plane.white or 0).bit_length()}-bit"


def _times(found: Sequence) -> tuple[str, str]:
    """Give rate and timecode of the first frame as the files say them; empty where they do not."""
    path = Path(found.path(found.frames[0]))
    if found.is_movie:
        facts = movie_facts(path)
        rate = facts.rate if facts else None
        return (rate_text(rate) if rate else "", facts.timecode if facts else "")
    said = probe_picture(path, _NO_RATE)
    if said.rate is not None:
        said = probe_picture(path, said.rate)
    timecode = said.timecode.to_text() if said.timecode is not None else ""
    return (rate_text(said.rate) if said.rate is not None else "", timecode)
