"""Read the lines an artist drew for structure to follow where no frame shows any.

A guides document is JSON: `{"schema": 1, "lines": [{"frame": 1001, "points": [[x, y], ...]}, ...]}`, points
in plate pixels, (0, 0) the corner of the top left pixel of the display window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.image.documents import bad_document, number, place
from photodouble.image.window import Box
from photodouble.ops.inpaint.motion import Motion
from photodouble.ops.inpaint.native import Plates
from photodouble.ops.inpaint.scratch import Scratch

_NAME = "guides"
_MOST_LINES, _MOST_POINTS = 200, 2000
SCHEMA = 1


@dataclass(frozen=True)
class Guide:
    """One line: the footage index it was drawn on and its points (n, 2) float64 in working pixels."""

    index: int
    points: NDArray[np.float64]


def read_guides(document: Mapping[str, Any] | None, plates: Plates) -> tuple[Guide, ...]:
    """Turn a guides document into lines; those on frames the shot has not are passed over.

    Raises ArtistError `input.bad_document` where a line is not one.
    """
    if document is None:
        return ()
    if document.get("schema") != SCHEMA:
        raise bad_document(_NAME, f"Its schema is {document.get('schema')!r} and not {SCHEMA}.")
    lines = document.get("lines")
    if not isinstance(lines, list) or len(lines) > _MOST_LINES:
        raise bad_document(_NAME, f"It needs `lines`, a list of at most {_MOST_LINES} lines.")
    found = [_guide(line, f"line {count + 1}", plates) for count, line in enumerate(lines)]
    return tuple(guide for guide in found if guide is not None)


def frames_elsewhere(document: Mapping[str, Any] | None, plates: Plates) -> tuple[int, ...]:
    """Return the frames of a read document's lines that the shot has not."""
    lines = document.get("lines", []) if document is not None else []
    return tuple(sorted({int(line["frame"]) for line in lines} - set(plates.numbers)))


def lines_on(
    guides: Sequence[Guide], scratch: Scratch, index: int, window: Box
) -> tuple[NDArray[np.float32], ...]:
    """Bring every line to frame `index` along the shot's plane, in the pixels of `window`."""
    motion = Motion(scratch, "motion")
    found = []
    for guide in guides:
        plane = np.eye(3)
        way = 1 if index > guide.index else -1
        for at in range(guide.index, index, way):
            plane = motion.plane_step(at, way) @ plane
        moved = np.concatenate([guide.points, np.ones((len(guide.points), 1))], axis=1) @ plane.T
        points = moved[:, :2] / np.where(np.abs(moved[:, 2:]) < 1e-9, 1e-9, moved[:, 2:])
        found.append((points - (window.x0, window.y0)).astype(np.float32))
    return tuple(found)


def _guide(line: Any, what: str, plates: Plates) -> Guide | None:
    if not isinstance(line, dict) or set(line) != {"frame", "points"}:
        raise bad_document(_NAME, f"{what} needs `frame` and `points`, and nothing else.")
    frame = number(line["frame"], _NAME, f"the frame of {what}")
    points = line["points"]
    if not isinstance(points, list) or not 2 <= len(points) <= _MOST_POINTS:
        raise bad_document(_NAME, f"{what} needs from 2 to {_MOST_POINTS} points.")
    places = np.array([place(point, _NAME, f"a point of {what}") for point in points])
    if frame not in plates.numbers:
        return None
    corner = (plates.canvas.x0, plates.canvas.y0)
    return Guide(plates.numbers.index(int(frame)), (places - corner) / plates.scale - 0.5)
