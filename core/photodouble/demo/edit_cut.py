"""Cut three rendered plates together as an editor would, then change the cut as editors do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import opentimelineio as otio

from photodouble.demo.plate import FIRST_FRAME

RATE = 24
START = 86400
"""The cut begins at one hour: 01:00:00:00."""


@dataclass(frozen=True)
class Piece:
    """One clip: the plate of a shot from a media frame on, so many record frames long."""

    shot: str
    first: int
    length: int
    speed: int = 1
    name: str = ""


OLD = (Piece("sh010", 1003, 8), Piece("sh020", 1004, 6, speed=2), Piece("sh030", 1007, 8))
NEW = (
    Piece("sh030", 1007, 8, name="A003C001"),
    Piece("sh010", 1003, 12, name="A001C001"),
    Piece("sh020", 1006, 5, speed=2, name="A002C001"),
)
"""sh030 goes to the front, sh010 stands four frames longer than its handles, sh020 is trimmed at its head."""


def write_cut(
    path: Path, pieces: Sequence[Piece], folder: Path, frames: int, *, dissolve: int = -1, half: int = 2
) -> Path:
    """Write a cut as OTIO: the plate of every shot lies in a folder of its name below `folder`.

    `dissolve` is the number of the clip that is mixed into the next one, `half` frames to each side.
    """
    timeline = otio.schema.Timeline(path.stem, global_start_time=otio.opentime.RationalTime(START, RATE))
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    for number, piece in enumerate(pieces):
        track.append(_clip(piece, folder / piece.shot / "plate", frames))
        if number == dissolve:
            offset = otio.opentime.RationalTime(half, RATE)
            track.append(otio.schema.Transition("Dissolve", "SMPTE_Dissolve", offset, offset))
    timeline.tracks.append(track)
    path.write_text(otio.adapters.write_to_string(timeline, "otio_json"), encoding="utf-8")
    return path


def _clip(piece: Piece, plate: Path, frames: int) -> otio.schema.Clip:
    clip = otio.schema.Clip(
        piece.name or piece.shot,
        otio.schema.ImageSequenceReference(
            target_url_base=plate.absolute().as_uri() + "/",
            name_prefix="plate.",
            name_suffix=".exr",
            start_frame=FIRST_FRAME,
            rate=RATE,
            frame_zero_padding=4,
            available_range=_span(FIRST_FRAME, frames),
        ),
        _span(piece.first, piece.length),
    )
    if piece.speed != 1:
        clip.effects.append(otio.schema.LinearTimeWarp("", piece.speed))
    return clip


def _span(first: int, length: int) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(
        otio.opentime.RationalTime(first, RATE), otio.opentime.RationalTime(length, RATE)
    )
