"""Tracks as documents: JSON files of points or of a plane that an artist, a host or another program edits.

`{"schema": 1, "kind": "plane", "reference": 1001, "shutter": 0.5, "frames": {"1001": {"corners":
[[x, y], ...], "error": 0.02, "visible": 1.0, "lost": false}}}`, four corners in order around, or
`"kind": "points"` with `"points": [{"name": "1", "frames": {"1001": {"place": [x, y], "quality": 1.0,
"visible": true}}}]`. Places are pixels from the left and upper edge of the plate, so that
the centre of the first pixel is 0.5, 0.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from photodouble.image.documents import bad_document, number, place
from photodouble.image.piece import Matrix
from photodouble.image.track import PlaneTrack, Tracks

SCHEMA = 1
CENTRE = 0.5
"""What a document's places are more than those of the trackers, whose pixel centres are whole numbers."""


def plane_document(track: PlaneTrack) -> dict[str, Any]:
    """Write a plane's track as plain JSON values."""
    frames = {}
    for at, index in enumerate(track.indices):
        error = float(track.error[at])
        frames[str(index)] = {
            "corners": (np.round(track.corners[at] + CENTRE, 4)).tolist(),
            "error": round(error, 4) if np.isfinite(error) else None,
            "visible": round(float(track.visible[at]), 4),
            "lost": index in track.lost,
        }
    shutter = round(track.shutter, 4)
    return {"schema": SCHEMA, "kind": "plane", "reference": track.start, "shutter": shutter, "frames": frames}


def plane_from_document(stored: Mapping[str, Any], path: Path | str = "track") -> PlaneTrack:
    """Read a plane's track; only the corners of each frame must be there.

    Raises ArtistError `input.bad_document` naming the field that is wrong.
    """
    _check(stored, "plane", {"schema", "kind", "reference", "shutter", "frames"}, path)
    frames = stored.get("frames")
    if not isinstance(frames, Mapping) or not frames:
        raise bad_document(path, "It holds no frames.")
    read = {_frame(text, path): _plane_frame(one, text, path) for text, one in frames.items()}
    indices = tuple(sorted(read))
    start = stored.get("reference", indices[0])
    if start not in indices or isinstance(start, bool):
        raise bad_document(path, f"Its reference frame {start!r} is none of its frames.")
    shutter = number(stored.get("shutter", 0.0), path, "the shutter")
    if not 0 <= shutter <= 1:
        raise bad_document(path, f"Its shutter is {shutter:g} and not from 0 to 1.")
    return PlaneTrack(
        indices,
        int(start),
        np.stack([read[index][0] for index in indices]),
        np.array([read[index][1] for index in indices]),
        np.array([read[index][2] for index in indices]),
        tuple(index for index in indices if read[index][3]),
        shutter,
    )


def points_document(tracks: Tracks) -> dict[str, Any]:
    """Write followed points as plain JSON values."""
    points = []
    for one in range(len(tracks.positions)):
        frames = {
            str(index): {
                "place": np.round(tracks.positions[one, at] + CENTRE, 4).tolist(),
                "quality": round(float(tracks.quality[one, at]), 4),
                "visible": bool(tracks.visible[one, at]),
            }
            for at, index in enumerate(tracks.indices)
        }
        points.append({"name": str(one + 1), "frames": frames})
    return {"schema": SCHEMA, "kind": "points", "reference": tracks.start, "points": points}


def _plane_frame(one: Any, frame: str, path: Path | str) -> tuple[Matrix, float, float, bool]:
    if not isinstance(one, Mapping) or set(one) - {"corners", "error", "visible", "lost"}:
        raise bad_document(path, f"Frame {frame} has other fields than corners, error, visible and lost.")
    corners = one.get("corners")
    if not isinstance(corners, list) or len(corners) != 4:
        raise bad_document(path, f"Frame {frame} does not have four corners.")
    found = np.array([place(corner, path, f"a corner of frame {frame}") for corner in corners]) - CENTRE
    if not _is_four_sided(found):
        raise bad_document(path, f"The corners of frame {frame} do not go around a four-sided figure.")
    error = one.get("error")
    known = np.inf if error is None else number(error, path, f"the error of frame {frame}")
    visible = number(one.get("visible", 1.0), path, f"the visible share of frame {frame}")
    return found, known, visible, bool(one.get("lost", False))


def _is_four_sided(corners: Matrix) -> bool:
    sides = np.roll(corners, -1, axis=0) - corners
    turns = sides[:, 0] * np.roll(sides[:, 1], -1) - sides[:, 1] * np.roll(sides[:, 0], -1)
    return bool((turns > 0).all() or (turns < 0).all())


def _check(stored: Mapping[str, Any], kind: str, known: set[str], path: Path | str) -> None:
    if stored.get("schema") != SCHEMA or stored.get("kind") != kind:
        said = f"schema {stored.get('schema')!r}, kind {stored.get('kind')!r}"
        raise bad_document(path, f"It is no track of a {kind} of schema {SCHEMA}: {said}.")
    if set(stored) - known:
        raise bad_document(path, f"It has unknown fields: {', '.join(sorted(set(stored) - known))}.")


def _frame(text: Any, path: Path | str) -> int:
    try:
        return int(text)
    except (TypeError, ValueError):
        raise bad_document(path, f"{text!r} is no frame number.") from None
