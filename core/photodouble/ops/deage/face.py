"""A face through a shot: which one it is, where it lies in every frame, and the square it is held still in.

*Face space* is a square of `size` pixels in which the face keeps its place, its turn and its size; it is
finer than the plate (`density` pixels for each of the plate's where the face is largest). All arrays here
count pixels with their centres at whole numbers, in the plate as well as in face space.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Picture = NDArray[np.float32]
Kind = Literal["auto", "points", "import"]

NO_FACE = "no face"
PROFILE = "profile"
LEAVES = "leaves the frame"
ALONE = "too few points"
"""Why a frame cannot be trusted: nothing was seen, the face is seen from the side, a part of it lies outside
the picture, or too few of the given points are visible."""


@dataclass(frozen=True)
class Face:
    """One face of a shot: its id, which stays the same through the shot, and the performer it belongs to."""

    ident: str
    performer: str = ""


@dataclass(frozen=True)
class FaceTrack:
    """Where one face lies in every frame.

    `similarity` (n, 2, 3) float64 takes places of the plate (x, y, squeezed as the plate is) to face space.
    `points` (n, k, 2) float64 are places in the plate, smoothed as `similarity` is: with `kind` "auto" the k
    landmarks of `names` (numbers of the 468 point mesh), otherwise the artist's or imported points. `valid`
    (n,) bool tells the frames that can be trusted; `troubles` says of the others what is wrong with them.
    A frame without a face has the place between its neighbours.
    """

    frames: tuple[int, ...]
    similarity: Matrix
    size: int
    points: Matrix
    names: tuple[int, ...]
    valid: NDArray[np.bool_]
    kind: Kind
    face: Face = field(default_factory=lambda: Face("1"))
    troubles: tuple[str, ...] = ()
    density: float = 1.5
    pixel_aspect: float = 1.0

    def at(self, frame: int) -> int:
        """Return the row of a frame; raises ValueError for a frame that was not tracked."""
        row = int(np.searchsorted(self.frames, frame))
        if row == len(self.frames) or self.frames[row] != frame:
            raise ValueError(f"frame {frame} was not tracked")
        return row

    def to_face(self, frame: int) -> Matrix:
        """Return (2, 3): from the plate to face space."""
        return np.asarray(self.similarity[self.at(frame)], np.float64)

    def to_plate(self, frame: int) -> Matrix:
        """Return (2, 3): from face space to the plate."""
        return inverse(self.to_face(frame))

    def points_in_face(self, frame: int) -> Matrix:
        """Return the points of a frame (k, 2) in face space."""
        return apply(self.to_face(frame), self.points[self.at(frame)])

    def width_at(self, frame: int) -> float:
        """Return how many pixels of the unsqueezed plate face space is wide in a frame."""
        return self.size / scale_of(self.to_face(frame))


def apply(matrix: Matrix, places: Matrix) -> Matrix:
    """Take places (..., 2) through a matrix (2, 3)."""
    return np.asarray(places @ matrix[:, :2].T + matrix[:, 2])


def inverse(matrix: Matrix) -> Matrix:
    """Return the matrix (2, 3) that undoes another."""
    back = np.linalg.inv(matrix[:, :2])
    return np.concatenate([back, -(back @ matrix[:, 2])[:, None]], axis=1)


def after(second: Matrix, first: Matrix) -> Matrix:
    """Return the matrix (2, 3) that does `first` and then `second`."""
    turn = second[:, :2] @ first[:, :2]
    return np.concatenate([turn, (second[:, :2] @ first[:, 2] + second[:, 2])[:, None]], axis=1)


def scale_of(matrix: Matrix) -> float:
    """Return by how much a matrix (2, 3) enlarges, up and down (a squeezed plate is not scaled there)."""
    return float(np.hypot(matrix[0, 1], matrix[1, 1]))


def unsqueezed(pixel_aspect: float) -> Matrix:
    """Return (2, 3): from the squeezed plate to one with square pixels, first pixel's left edge kept."""
    return np.array([[pixel_aspect, 0, (pixel_aspect - 1) / 2], [0, 1, 0]], np.float64)
