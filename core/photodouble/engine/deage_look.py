"""Looks: what was dialled in on a hero frame is saved by name, and other takes are held against it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.engine.deage_take import DeagedTake
from photodouble.image.window import Box
from photodouble.ops.deage.figures import Figures, figures_of
from photodouble.ops.deage.first import calm_of, face_width, skin_in_face
from photodouble.ops.deage.given import age_at, key_frames, painted, painted_frames
from photodouble.ops.deage.look import Look, drift, read_look, write_look
from photodouble.ops.deage.marked import left_alone, regions_at
from photodouble.ops.deage.space import face_picture
from photodouble.ops.deage.worn import dials, points_as_shares, shape_dials, worn_ages
from photodouble.ops.operation import Reporter
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError

SEEN = 0.15
"""From so many stops on a drift can be seen side by side."""
_LOOKED_AT = 7


def save_look(take: Take, name: str, folder: Path, report: Reporter, *, frame: int = 0) -> dict[str, Any]:
    """Save the look of a take's hero frame (0: the middle one), with its picture and age map.

    Raises ArtistError as `write_look` and `DeagedTake.of` do, `usage.bad_value` for a frame it does not have.
    """
    made = DeagedTake.of(take, report)
    frame = frame or made.frames[len(made.frames) // 2]
    if frame not in made.frames or not made.track.valid[made.track.at(frame)]:
        raise ArtistError(
            "usage.bad_value",
            "The hero frame is none of the take's",
            f"{take.label} has no finished frame {frame} that shows the face well.",
            "Choose a frame of the take (--frame).",
        )
    shot, track = made.shot, made.track
    keys = {key: _figures(made, _key(made, key), key) for key in key_frames(shot) if key in made.frames}
    look = Look(
        name,
        shot.request.performers[0] if shot.request.performers else "",
        shot.request.shot,
        frame,
        dials(shot, frame),
        shape_dials(shot, frame),
        made.calm or calm_of(shot, track, frame),
        _figures(made, made.plate(frame), frame),
        _figures(made, made.result(frame), frame),
        keys,
        points_as_shares(track, frame),
        _ages(made, frame),
    )
    document = write_look(folder, look, made.result(frame))
    return {"look": str(document), "picture": str(folder / f"{name}.png"), "frame": frame}


def _key(made: DeagedTake, key: int) -> NDArray[np.float32]:
    """Return what a key frame shows: the artist's picture, or what a delta or a network made of the plate."""
    return painted(made.shot, key) if key in painted_frames(made.shot) else made.result(key)


def look_drift(take: Take, look: Path, report: Reporter) -> dict[str, Any]:
    """Say how far a take is from a look, in stops: on its worst frame, and by trait."""
    made, wanted = DeagedTake.of(take, report), read_look(look)
    good = [frame for frame in made.frames if made.track.valid[made.track.at(frame)]]
    spread = np.linspace(0, len(good) - 1, min(_LOOKED_AT, len(good))).astype(int)
    rows = []
    for done, at in enumerate(sorted({*spread.tolist()})):
        report.progress(done, len(spread), "measuring skin")
        frame = good[at]
        plate, result = _figures(made, made.plate(frame), frame), _figures(made, made.result(frame), frame)
        rows.append({"frame": frame, **drift(wanted, plate, result).to_json()})
    worst = max(rows, key=lambda row: abs(row["worst"]["stops"]), default=None)
    return {
        "take": str(take.folder),
        "look": wanted.name,
        "of": {"shot": wanted.shot, "frame": wanted.frame, "performer": wanted.performer},
        "frames": rows,
        "worst": None if worst is None else {"frame": worst["frame"], **worst["worst"]},
        "seen": worst is not None and abs(worst["worst"]["stops"]) >= SEEN,
    }


def _figures(made: DeagedTake, picture: np.ndarray[Any, np.dtype[np.float32]], frame: int) -> Figures:
    track = made.track
    return figures_of(
        face_picture(picture, track, frame),
        skin_in_face(made.shot, track, frame),
        face_width(track),
        leave=left_alone(made.shot, track, frame),
        regions=regions_at(made.shot, track, frame),
    )


def _ages(made: DeagedTake, frame: int) -> np.ndarray[Any, np.dtype[np.float32]] | None:
    """Return the age map in face space: the artist's own, or the one that the take wore already."""
    window = made.shot.display_window
    own = age_at(made.shot, made.track, frame, Box(0, 0, window.width, window.height))
    return (
        face_picture(own, made.track, frame) if own is not None else worn_ages(made.shot, made.track, frame)
    )
