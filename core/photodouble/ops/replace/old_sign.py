"""The old sign as the reference frame shows it, laid flat: what light, focus and covers are measured by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.piece import Matrix, between, project
from photodouble.image.plane_track import PlaneTrack
from photodouble.image.stmap import Map
from photodouble.image.window import Box
from photodouble.ops.operation import Scratch
from photodouble.ops.replace.draw import Pose, draw
from photodouble.ops.replace.sign import UNIT, lens_of
from photodouble.ops.shot import Shot

Picture = NDArray[np.float32]
_INSET = 1.5
"""Pixels along the sign's edge that are left out of the old sign: they are mixed with what lies behind."""
_FINEST = 1600
FINER = 1.5
"""The old sign is kept this much finer than the reference frame shows it."""


@dataclass(frozen=True)
class OldSign:
    """The old sign as the reference frame shows it, laid flat, without its mixed edge.

    `picture` (h, w, 3) float32 scene-linear; `place` (3, 3) takes the sign's own coordinates to its pixels.
    """

    picture: Picture
    place: Matrix
    is_known: bool

    def drawn(self, pose: Pose, box: Box, light: Picture) -> Picture:
        """Draw the old sign in a frame's light (rows, columns, 3), as it would be there uncovered."""
        return draw(self.picture, pose, box, self.place) * draw(light, pose, box, grid_place(light))


def read_old(shot: Shot, track: PlaneTrack) -> OldSign:
    """Read the old sign from the reference frame."""
    corners = track.at(track.start)
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    shown = np.array([max(sides[0], sides[2]), max(sides[1], sides[3])])
    width, height = (int(np.clip(np.ceil(FINER * side), 8, _FINEST)) for side in shown)
    rim = np.minimum(_INSET / shown, 0.2)
    across = [(1 - 2 * rim[0]) / (width - 1), 0, rim[0]]
    down = [0, (1 - 2 * rim[1]) / (height - 1), rim[1]]
    unit = np.array([across, down, [0, 0, 1]])
    picture = laid_flat(shot, track.start, corners, (height, width), unit)
    sound = np.isfinite(picture)
    is_known = bool(sound.all(axis=2).mean() > 0.5)
    middle = np.nanmedian(picture, axis=(0, 1)) if is_known else np.zeros(3)
    filled = np.nan_to_num(np.where(sound, picture, middle)).astype(np.float32)
    return OldSign(filled, np.linalg.inv(unit).astype(np.float64), is_known)


def load_old(scratch: Scratch) -> OldSign:
    """Return the old sign that the analysis kept."""
    record = scratch.load("old", 0)
    return OldSign(record["picture"], record["place"], bool(record["known"]))


def grid_place(grid: Picture) -> Matrix:
    """Return the map from the sign's own coordinates to the pixels of a picture that covers it whole."""
    height, width = grid.shape[:2]
    return np.array([[width, 0, -0.5], [0, height, -0.5], [0, 0, 1]], np.float64)


def laid_flat(
    shot: Shot,
    frame: int,
    corners: Matrix,
    size: tuple[int, ...],
    to_unit: NDArray[np.floating[Any]] | None = None,
) -> Picture:
    """Lay the sign of a frame flat, (h, w, 3) scene-linear; NaN where the frame does not show it.

    `corners` (4, 2) are flat. `to_unit` (3, 3) takes pixels to the sign's own coordinates; without it they
    cover the sign.
    """
    height, width = size
    own = np.linalg.inv(grid_place(np.empty((height, width, 1), np.float32))) if to_unit is None else to_unit
    rows, columns = np.mgrid[0:height, 0:width]
    pixels = np.stack([columns.ravel(), rows.ravel()], axis=1).astype(np.float64)
    flat = project(between(UNIT, corners) @ own, pixels)
    at: Map = lens_of(shot, frame).to_plate(flat).reshape(height, width, 2).astype(np.float32)
    known = at[np.isfinite(at).all(axis=2)]
    empty = np.full((height, width, 3), np.nan, np.float32)
    if not len(known):
        return empty
    low, high = np.floor(known.min(axis=0)).astype(int), np.ceil(known.max(axis=0)).astype(int)
    box = Box(int(low[0]), int(low[1]), int(high[0]) + 1, int(high[1]) + 1).grow(2).intersect(shot.canvas)
    if box.is_empty:
        return empty
    plate = shot.plate_linear(frame, box)
    at = np.nan_to_num(at - np.array([box.x0, box.y0], np.float32), nan=-1e6)
    return np.asarray(
        cv2.remap(
            plate,
            at[..., 0],
            at[..., 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(float("nan"),) * 4,
        ),
        np.float32,
    )
