"""Match carried paint to the motion blur of its frame: smear it where the frame is blurred more than the key.

How far a face moves while the shutter is open is known from its track and the motion to the frames beside.
What a shutter does to a picture is told by a *covariance*, v v' / 12 for a path v; a key's own is taken off
the frame's. What is left above zero is one path again, along which the paint is smeared. What is left below
zero says by how much the key is blurred more than the frame: nothing is ever sharpened, such a key counts
less. Paths are (s, s, 2), x and y in pixels of the study's face space.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from photodouble.image.shutter import moments
from photodouble.ops.deage.face import FaceTrack, Picture, apply, scale_of
from photodouble.ops.deage.space import grid

UNSEEN = 1.5
"""A path of so many pixels of the plate blurs nothing that can be seen, and is none."""


def swept(track: FaceTrack, frame: int, steps: Mapping[int, Picture]) -> Picture:
    """Say how far each pixel of the face moves in a frame's time, (s, s, 2).

    `track` is the study's; `steps` {frame beside: (s, s, 3)} the motion to it and how far it is believed.
    Without a frame beside that can be trusted it is 0.
    """
    here = grid(track.size, track.size)
    stands = apply(track.to_plate(frame), here)
    turn = track.to_face(frame)[:, :2]
    paths = []
    for other in (frame - 1, frame + 1):
        if other in steps and track.valid[track.at(other)] and track.valid[track.at(frame)]:
            step = steps[other]
            there = apply(track.to_plate(other), here + step[..., :2] * step[..., 2:])
            paths.append((there - stands) * (other - frame))
    if not paths:
        return np.zeros((*here.shape[:2], 2), np.float32)
    return np.asarray(np.mean(paths, axis=0) @ turn.T, np.float32)


def unseen_path(track: FaceTrack, frame: int) -> float:
    """Return `UNSEEN` in pixels of the study's face space."""
    return UNSEEN * scale_of(track.to_face(frame))


def smeared(picture: Picture, path: Picture) -> Picture:
    """Smear a picture (s, s) or (s, s, c) along paths; the same picture where there are none."""
    longest = float(np.hypot(path[..., 0], path[..., 1]).max())
    if longest == 0:
        return picture
    planes = picture if picture.ndim == 3 else picture[..., None]
    here, times = grid(*path.shape[:2]).astype(np.float32), moments(longest)
    total = np.zeros_like(planes, np.float32)
    for time in times:
        x, y = np.moveaxis(here + np.float32(time) * path, -1, 0)
        for plane in range(planes.shape[2]):
            # A path is smooth, and many places are averaged: OpenCV's rounding of places does no harm.
            total[..., plane] += cv2.remap(
                planes[..., plane], x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
            )
    return np.asarray(total / np.float32(len(times)), np.float32).reshape(picture.shape)


def longer(one: Picture, other: Picture, least: float) -> Picture:
    """Return the path whose covariance is that of `one` less that of `other`, as far as it is above zero.

    Paths shorter than `least` fade to exactly 0.
    """
    xx = one[..., 0] ** 2 - other[..., 0] ** 2
    xy = one[..., 0] * one[..., 1] - other[..., 0] * other[..., 1]
    yy = one[..., 1] ** 2 - other[..., 1] ** 2
    middle, spread = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    above = np.maximum(middle + spread - np.float32(least**2), 0)
    along = np.arctan2(2 * xy, xx - yy) / 2
    way = np.stack([np.cos(along), np.sin(along)], axis=-1)
    forward = np.where((way * one).sum(axis=-1) < 0, -1, 1)
    return np.asarray((forward * np.sqrt(above))[..., None] * way, np.float32)
