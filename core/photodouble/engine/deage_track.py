"""Follow a face through a plate: write its track, and a picture that shows whom it found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.engine.tracking import Plate
from photodouble.image.display import shown
from photodouble.image.storage import write_whole
from photodouble.ops.deage.face import FaceTrack, apply
from photodouble.ops.deage.face_document import face_document
from photodouble.ops.deage.followed import Sought, follow_faces
from photodouble.ops.deage.landmarks import choose, told
from photodouble.ops.operation import Reporter
from photodouble.ops.shot import held_frame
from photodouble.takes.copies import check_apart
from photodouble.takes.lettering import INK, letter
from photodouble_client.errors import ArtistError

_SHOWN = 4
"""So many frames, spread over the shot, are on the picture."""
_COLOURS = ((255, 190, 60), (90, 200, 255), (250, 110, 140), (130, 230, 120), (200, 150, 255))
_TALL = 720


@dataclass(frozen=True)
class Followed:
    """What was followed: the track's file, the picture, every face that was seen, and what is wrong."""

    document: Path
    picture: Path
    faces: tuple[str, ...]
    chosen: str
    made: str
    trouble: str

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "track": str(self.document),
            "picture": str(self.picture),
            "faces": list(self.faces),
            "face": self.chosen,
            "made": self.made,
            "trouble": self.trouble,
        }


def write_face_track(
    plate: Plate, output: Path, sought: Sought, report: Reporter, *, overwrite: bool = False
) -> Followed:
    """Follow the face that is sought; write its track and a picture with every face and its number.

    The picture is written first, so that somebody who has to choose a face can see them all. Raises
    ArtistError `input.output_exists`, and as the trackers and `choose` do.
    """
    picture = output.with_suffix(".png")
    _check(output, plate, overwrite)
    first = plate.pictures.read(held_frame(plate.pictures, plate.frames[0]))
    sought = Sought(sought.tracker, sought.file, sought.face, sought.performer, first.pixel_aspect)
    found = follow_faces(plate.linear, plate.frames, first.display_window.size, sought, report)
    _draw(plate, picture, found)
    track = _chosen(found, sought, picture)
    write_whole(output, (json.dumps(face_document(track), allow_nan=False) + "\n").encode())
    ids = tuple(one.face.ident for one in found)
    return Followed(output, picture, ids, track.face.ident, track.kind, told(track))


def _chosen(found: Sequence[FaceTrack], sought: Sought, picture: Path) -> FaceTrack:
    """Return the face that is meant; who has to choose is told which picture shows them all."""
    try:
        return choose(found, sought.face if found[0].kind == "auto" else "", sought.performer)
    except ArtistError as problem:
        if problem.code != "input.which_face":
            raise
        fix = f"{problem.fix} They are drawn in {picture}."
        raise ArtistError(problem.code, problem.title, problem.message, fix) from problem


def _draw(plate: Plate, path: Path, tracks: Sequence[FaceTrack]) -> None:
    """Write frames of the plate with the square and the points of every face."""
    spread = np.linspace(0, len(plate.frames) - 1, min(_SHOWN, len(plate.frames))).astype(int)
    strips = [_frame(plate, plate.frames[at], tracks) for at in sorted({*spread})]
    done, encoded = cv2.imencode(".png", np.concatenate(strips, axis=1)[..., ::-1])
    if not done:
        raise ValueError("the picture cannot be encoded as PNG")
    write_whole(path, encoded.tobytes())


def _frame(plate: Plate, frame: int, tracks: Sequence[FaceTrack]) -> NDArray[np.uint8]:
    codes = np.ascontiguousarray(shown(plate.linear(frame)))
    # A squeezed plate is shown, and drawn on, as it is projected.
    high = min(_TALL / codes.shape[0], 1.0)
    scale = np.array([high * tracks[0].pixel_aspect, high])
    size = (max(round(codes.shape[1] * scale[0]), 1), max(round(codes.shape[0] * high), 1))
    picture = np.asarray(cv2.resize(codes, size, interpolation=cv2.INTER_AREA), np.uint8)
    for number, track in enumerate(tracks):
        if not track.valid[track.at(frame)]:
            continue
        colour = _COLOURS[number % len(_COLOURS)]
        side = track.size - 1.0
        corners = apply(track.to_plate(frame), np.array([[0, 0], [side, 0], [side, side], [0, side]]))
        edge = np.rint((corners + 0.5) * scale * 16).astype(np.int32)
        cv2.polylines(picture, [edge], True, colour, 1, cv2.LINE_AA, 4)
        for x, y in (track.points[track.at(frame)] + 0.5) * scale:
            cv2.circle(picture, (round(x * 16), round(y * 16)), 12, colour, -1, cv2.LINE_AA, 4)
        at = tuple(
            int(part) for part in np.clip(edge.min(axis=0) / 16 + (4, 20), (4, 20), np.array(size) - 24)
        )
        letter(picture, f"face {track.face.ident}", (at[0], at[1]), height=18, colour=colour)
    letter(picture, str(frame), (8, picture.shape[0] - 10), height=16, colour=INK)
    return picture


def _check(path: Path, plate: Plate, overwrite: bool) -> None:
    if path.suffix.lower() != ".json":
        raise ArtistError(
            "usage.bad_value",
            "A track is written as JSON",
            f"{path.name} does not end in .json.",
            "Name it such as face.json.",
        )
    check_apart([path.with_suffix(".png")], plate.files())
    if path.exists() and not overwrite:
        raise ArtistError(
            "input.output_exists",
            "The output already exists",
            f"{path} is already there.",
            "Choose another name, or allow overwriting (--overwrite).",
        )
