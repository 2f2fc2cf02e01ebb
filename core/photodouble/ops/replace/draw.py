"""Draw a flat picture where the sign is: resampled once, its edge exact, blurred and soft like the plate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.coverage import polygon_coverage
from photodouble.image.piece import Matrix
from photodouble.image.shutter import corners_at, moments, path_length
from photodouble.image.window import Box
from photodouble.ops.replace.sign import Lens, on_plate, to_unit

Picture = NDArray[np.float32]


@dataclass(frozen=True)
class Pose:
    """Where the sign is while the shutter is open: its corners (4, 2), flat, at every moment of it."""

    corners: Sequence[Matrix]
    lens: Lens

    @property
    def box(self) -> Box:
        """Return the box of plate pixels that the sign touches."""
        outline = np.concatenate([on_plate(corners, self.lens) for corners in self.corners])
        low, high = np.floor(outline.min(axis=0) + 0.5), np.ceil(outline.max(axis=0) + 0.5)
        return Box(int(low[0]), int(low[1]), int(high[0]), int(high[1]))


def pose_of(corners: Matrix, place: int, shutter: float, lens: Lens) -> Pose:
    """Return the sign's pose at a place of its track (n, 4, 2), for a shutter of 0 to 1 frame."""
    times = moments(shutter * path_length(corners, place)) * shutter
    return Pose([corners_at(corners, place, float(time)) for time in times], lens)


def coverage(pose: Pose, box: Box) -> Picture:
    """Return how much of every pixel (h, w) the sign covers, as long as the shutter is open."""
    total = np.zeros(box.size, np.float32)
    for corners in pose.corners:
        total += polygon_coverage(on_plate(corners, pose.lens) + 0.5, box)
    return total / np.float32(len(pose.corners))


def draw(flat: Picture, pose: Pose, box: Box, place: Matrix) -> Picture:
    """Draw a picture (h, w, c) float32 over `box`; its edge pixels go on outside it.

    `place` (3, 3) takes the sign's own coordinates of 0 to 1 to pixels of the picture, centres at whole
    numbers. A picture that is finer than the plate is averaged down first.
    """
    flat, place = _reduced(flat, pose.corners[len(pose.corners) // 2], place)
    height, width = flat.shape[:2]
    at = pose.lens.flat(box).reshape(-1, 2).astype(np.float64)
    total = np.zeros((*box.size, flat.shape[2]), np.float32)
    for corners in pose.corners:
        whole = place @ to_unit(corners)
        z = at @ whole[2, :2] + whole[2, 2]
        z = np.where(np.abs(z) < 1e-9, 1e-9, z)
        x = np.clip((at @ whole[0, :2] + whole[0, 2]) / z, 0, width - 1)
        y = np.clip((at @ whole[1, :2] + whole[1, 2]) / z, 0, height - 1)
        found = cv2.remap(
            flat,
            np.nan_to_num(x).reshape(box.size).astype(np.float32),
            np.nan_to_num(y).reshape(box.size).astype(np.float32),
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
        total += found.reshape(total.shape)
    return total / np.float32(len(pose.corners))


def softened(picture: Picture, deviation: float) -> Picture:
    """Blur by a Gaussian of this many pixels."""
    if deviation < 0.15:
        return picture
    blurred = cv2.GaussianBlur(picture, (0, 0), deviation, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(blurred, np.float32).reshape(picture.shape)


def _reduced(flat: Picture, corners: Matrix, place: Matrix) -> tuple[Picture, Matrix]:
    """Average a picture down until its pixels are about as large as the plate's."""
    height, width = flat.shape[:2]
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    shown = np.array([max(sides[0], sides[2]), max(sides[1], sides[3])])
    used = np.abs(np.array([place[0, 0], place[1, 1]]))
    share = np.minimum(shown / np.maximum(used, 1e-6), 1.0)
    wide, tall = (
        max(int(np.ceil(size * part / 4)) * 4, 1) for size, part in zip((width, height), share, strict=True)
    )
    wide, tall = min(wide, width), min(tall, height)
    if (wide, tall) == (width, height):
        return flat, place
    small = cv2.resize(flat, (wide, tall), interpolation=cv2.INTER_AREA).reshape(tall, wide, flat.shape[2])
    across, down = wide / width, tall / height
    shrink = np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]])
    return np.asarray(small, np.float32), shrink @ place
