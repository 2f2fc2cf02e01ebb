"""A face's track as a document, and the points an artist places: JSON files that people and programs edit.

A track is `{"schema": 1, "kind": "face", "face": "1", "performer": "", "made": "auto", "size": 816,
"density": 1.5, "pixel_aspect": 1.0, "landmarks": [33, ...], "frames": {"1001": {"matrix": [a, b, c, d, e, f],
"valid": true, "trouble": "", "points": [[x, y], ...]}}}`. The matrix takes a place of the plate to face
space; both count pixels from the left upper edge, with the centre of the first at 0.5, 0.5. Points to start
from are a document of kind "points": a frame on which every point has a place is a key frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from photodouble.image.documents import bad_document, number, place, read_document
from photodouble.image.track_document import CENTRE
from photodouble.ops.deage.face import Face, FaceTrack, Kind, Matrix, apply

SCHEMA = 1
_KINDS: tuple[Kind, ...] = ("auto", "points", "import")


def face_document(track: FaceTrack) -> dict[str, Any]:
    """Write a face's track as plain JSON values."""
    frames = {}
    for row, frame in enumerate(track.frames):
        frames[str(frame)] = {
            "matrix": [round(float(value), 9) for value in _in_document(track.similarity[row]).ravel()],
            "valid": bool(track.valid[row]),
            "trouble": track.troubles[row] if track.troubles else "",
            "points": np.round(track.points[row] + CENTRE, 3).tolist(),
        }
    return {
        "schema": SCHEMA,
        "kind": "face",
        "face": track.face.ident,
        "performer": track.face.performer,
        "made": track.kind,
        "size": track.size,
        "density": round(track.density, 6),
        "pixel_aspect": track.pixel_aspect,
        "landmarks": list(track.names),
        "frames": frames,
    }


def face_from_document(stored: Mapping[str, Any], path: Path | str = "track") -> FaceTrack:
    """Read a face's track; raises ArtistError `input.bad_document` naming the field that is wrong."""
    if stored.get("schema") != SCHEMA or stored.get("kind") != "face":
        raise bad_document(path, f'It is no track of schema {SCHEMA} and of the kind "face".')
    frames = stored.get("frames")
    if not isinstance(frames, Mapping) or not frames:
        raise bad_document(path, "It holds no frames.")
    size = number(stored.get("size"), path, "the size")
    if not 16 <= size <= 16384 or stored.get("made") not in _KINDS:
        raise bad_document(path, "Its size or what made it is none that can be.")
    names = tuple(int(number(one, path, "a landmark")) for one in stored.get("landmarks", []))
    read = {_frame(text, path): _row(one, text, path) for text, one in frames.items()}
    rows = [read[frame] for frame in sorted(read)]
    counts = {len(row[1]) for row in rows}
    if len(counts) != 1 or (names and counts != {len(names)}):
        raise bad_document(path, "Its frames do not hold the same points.")
    return FaceTrack(
        tuple(sorted(read)),
        np.stack([row[0] for row in rows]),
        int(size),
        np.stack([row[1] for row in rows]),
        names,
        np.array([row[2] for row in rows]),
        stored["made"],
        Face(str(stored.get("face", "1")), str(stored.get("performer", ""))),
        tuple(row[3] for row in rows),
        number(stored.get("density", 1.5), path, "the density"),
        number(stored.get("pixel_aspect", 1.0), path, "the pixel aspect"),
    )


def read_face(path: Path) -> FaceTrack:
    """Read the file of a face's track; raises ArtistError `input.bad_document`."""
    return face_from_document(read_document(path), path)


def read_point_keys(path: Path) -> dict[int, Matrix]:
    """Read the points an artist placed: (k, 2) by key frame, with centres at whole numbers.

    A key frame is one on which every point of the document has a place. Raises ArtistError
    `input.bad_document` where there is none.
    """
    stored = read_document(path)
    points = stored.get("points")
    if stored.get("schema") != 1 or stored.get("kind") != "points" or not isinstance(points, list):
        raise bad_document(path, 'It is no document of schema 1 and of the kind "points".')
    found = []
    for at, one in enumerate(points):
        frames = one.get("frames") if isinstance(one, Mapping) else None
        if not isinstance(frames, Mapping):
            raise bad_document(path, f"points[{at}] holds no frames.")
        found.append(
            {
                _frame(text, path): place(
                    held.get("place") if isinstance(held, Mapping) else held, path, f"points[{at}]"
                )
                for text, held in frames.items()
            }
        )
    keys = sorted(set.intersection(*(set(one) for one in found))) if found else []
    if not keys:
        raise bad_document(path, "There is no frame on which every point has a place.")
    return {key: np.array([one[key] for one in found]) - CENTRE for key in keys}


def _row(one: Any, text: str, path: Path | str) -> tuple[Matrix, Matrix, bool, str]:
    if not isinstance(one, Mapping):
        raise bad_document(path, f"Frame {text} is no set of fields.")
    values = one.get("matrix")
    if not isinstance(values, list) or len(values) != 6:
        raise bad_document(path, f"Frame {text} has no matrix of six numbers.")
    matrix = np.array([number(value, path, f"the matrix of frame {text}") for value in values]).reshape(2, 3)
    if abs(np.linalg.det(matrix[:, :2])) < 1e-9:
        raise bad_document(path, f"The matrix of frame {text} squeezes the face to nothing.")
    places = [place(point, path, f"a point of frame {text}") for point in one.get("points", [])]
    points = np.array(places, np.float64).reshape(-1, 2) - CENTRE
    trouble = str(one.get("trouble", ""))
    return _from_document(matrix), points, bool(one.get("valid", True)), trouble


def _in_document(matrix: Matrix) -> Matrix:
    """Count from the edge of the first pixel instead of its centre, on both sides."""
    moved = matrix.copy()
    moved[:, 2] = apply(matrix, np.array([-CENTRE, -CENTRE])) + CENTRE
    return moved


def _from_document(matrix: Matrix) -> Matrix:
    moved = matrix.copy()
    moved[:, 2] = apply(matrix, np.array([CENTRE, CENTRE])) - CENTRE
    return moved


def _frame(text: Any, path: Path | str) -> int:
    try:
        return int(text)
    except (TypeError, ValueError):
        raise bad_document(path, f"{text!r} is no frame number.") from None
