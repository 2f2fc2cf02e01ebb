"""Whether the performance is still the performer's: mouth, lids and brows of the plate beside the result's.

Distances between landmarks of one frame are told in widths of the eyes' line, so that neither a turn of the
head nor a move of the camera counts. What must agree is how they *move*: velocities from frame to frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photodouble.ops.deage.face import FaceTrack

Curve = NDArray[np.float64]

_PAIRS: Mapping[str, tuple[tuple[int, int], ...]] = {
    "mouth opening": ((13, 14),),
    "mouth width": ((61, 291),),
    "lids": ((159, 145), (386, 374)),
    "brows": ((105, 33), (334, 263)),
}
"""Landmarks whose distance is a movement; of several pairs the mean counts."""
_EYES = (33, 263)
_STILL = 0.0015
"""What moves less than this from frame to frame does not move: there is nothing to agree with."""


@dataclass(frozen=True)
class Movement:
    """One movement: its curve on the plate and on the result (n,), in widths of the eyes' line.

    `agreement` is the correlation of the velocities, None where nothing moves; `apart` the largest
    difference of the curves.
    """

    name: str
    plate: Curve
    result: Curve
    agreement: float | None
    apart: float


def movements(plate: FaceTrack, result: FaceTrack) -> tuple[Movement, ...]:
    """Compare the movements of two tracks of one face over the frames in which both are trusted.

    Both must have landmarks.
    """
    return tuple(_movement(name, pairs, plate, result) for name, pairs in _PAIRS.items())


def shared_frames(plate: FaceTrack, result: FaceTrack) -> tuple[int, ...]:
    """Return the frames in which both tracks are trusted."""
    return tuple(
        frame
        for frame in plate.frames
        if frame in result.frames and plate.valid[plate.at(frame)] and result.valid[result.at(frame)]
    )


def _movement(name: str, pairs: tuple[tuple[int, int], ...], plate: FaceTrack, result: FaceTrack) -> Movement:
    frames = shared_frames(plate, result)
    first, second = (np.array([_distance(one, frame, pairs) for frame in frames]) for one in (plate, result))
    apart = float(np.abs(first - second).max()) if len(frames) else 0.0
    follow = np.diff(frames) == 1
    return Movement(name, first, second, _agreement(np.diff(first)[follow], np.diff(second)[follow]), apart)


def _distance(track: FaceTrack, frame: int, pairs: tuple[tuple[int, int], ...]) -> float:
    places = track.points_in_face(frame)

    def between(one: int, other: int) -> float:
        step = places[track.names.index(one)] - places[track.names.index(other)]
        return float(np.hypot(*step))

    return float(np.mean([between(*pair) for pair in pairs])) / between(*_EYES)


def _agreement(first: Curve, second: Curve) -> float | None:
    if len(first) < 3 or np.sqrt(np.mean(first**2)) < _STILL:
        return None
    first, second = first - first.mean(), second - second.mean()
    size = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum() / size) if size > 0 else 0.0
