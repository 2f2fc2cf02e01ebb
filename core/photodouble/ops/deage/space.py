"""Face space: cut the face out of a plate, held still, and find the way back.

Pixel centres lie at whole numbers in the plate and in face space.
"""

from __future__ import annotations

import cv2
import numpy as np

from photodouble.image.window import Box
from photodouble.ops.deage.face import FaceTrack, Matrix, Picture, after, apply, scale_of
from photodouble.ops.deage.resample import sample, sample_linear

_COARSE = 0.8
"""With fewer pixels than this for each of the plate's, the plate is blurred before the face is cut."""


def face_picture(picture: Picture, track: FaceTrack, frame: int) -> Picture:
    """Cut the face out of a plate (H, W) or (H, W, c), any float planes; (S, S) or (S, S, c) float32.

    Beyond the plate its edge is repeated; `coverage` tells where that is so.
    """
    places = plate_of_face(track, frame)
    box = _around(places, picture.shape[:2])
    cut = np.ascontiguousarray(picture[box.y0 : box.y1, box.x0 : box.x1], np.float32)
    density = scale_of(track.to_face(frame))
    if density < _COARSE:
        cut = np.asarray(cv2.GaussianBlur(cut, (0, 0), 0.5 * np.sqrt(1 / density**2 - 1)), np.float32)
    return sample(cut, places - (box.x0, box.y0), outside=None)


def coverage(shape: tuple[int, ...], track: FaceTrack, frame: int) -> Picture:
    """Tell which pixels of face space lie inside a plate of (H, W, ...): (S, S) float32 0 to 1, soft rim."""
    height, width = shape[:2]
    places = plate_of_face(track, frame)
    inside = np.minimum(places, np.array([width - 1.0, height - 1.0]) - places).min(axis=-1)
    return np.asarray(np.clip(inside + 0.5, 0, 1), np.float32)


def plate_of_face(track: FaceTrack, frame: int) -> Matrix:
    """Return where each pixel of face space lies in the plate, (S, S, 2) float64 x, y."""
    return apply(track.to_plate(frame), grid(track.size, track.size))


def plate_places(track: FaceTrack, frame: int, box: Box) -> Matrix:
    """Return where the plate's pixels in a box lie in face space, (h, w, 2) float64 x, y."""
    return apply(track.to_face(frame), grid(*box.size) + np.array([box.x0, box.y0]))


def to_plate(picture: Picture, track: FaceTrack, frame: int, box: Box, *, smooth: bool = False) -> Picture:
    """Lay a picture of face space (S, S) or (S, S, c) into the plate's pixels in a box; 0 beyond.

    `smooth` reads bilinear, for mattes that must not overshoot.
    """
    read = sample_linear if smooth else sample
    return read(picture, plate_places(track, frame, box))


def box_of(track: FaceTrack, frame: int, shape: tuple[int, ...]) -> Box:
    """Return the plate's pixels that face space reaches in a frame, inside a plate of (H, W, ...)."""
    end = track.size - 0.5
    corners = np.array([[-0.5, -0.5], [end, -0.5], [end, end], [-0.5, end]])
    return _around(apply(track.to_plate(frame), corners), (shape[0], shape[1]))


def between(track: FaceTrack, frame: int, other: int) -> Matrix:
    """Return (2, 3): from the plate of a frame to that of another, as the face is carried."""
    return after(track.to_plate(other), track.to_face(frame))


def grid(height: int, width: int) -> Matrix:
    """Return the places (h, w, 2) of the pixels of a picture."""
    return np.stack(np.meshgrid(np.arange(width, dtype=float), np.arange(height, dtype=float)), axis=-1)


def _around(places: Matrix, shape: tuple[int, ...]) -> Box:
    flat = places.reshape(-1, 2)
    low, high = np.floor(flat.min(axis=0)).astype(int) - 4, np.ceil(flat.max(axis=0)).astype(int) + 5
    height, width = shape[:2]
    x0, y0 = min(max(int(low[0]), 0), width - 1), min(max(int(low[1]), 0), height - 1)
    return Box(x0, y0, max(min(int(high[0]), width), x0 + 1), max(min(int(high[1]), height), y0 + 1))
