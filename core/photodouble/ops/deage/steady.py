"""Correct a face's similarity by the picture itself: every frame is laid upon one in which the face is usual.

Landmarks jitter by a third of a pixel and more, and smoothing their paths lags behind a quick head. The
dense motion of forehead, eyes and nose says the same to a twentieth of a pixel; what an expression moves
there is outvoted. Pixel centres lie at whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.ops.deage import anatomy
from photodouble.ops.deage.codes import codes_of
from photodouble.ops.deage.face import FaceTrack, Matrix, Picture, after, apply
from photodouble.ops.deage.motion import dense_motion
from photodouble.ops.deage.resample import sample_linear
from photodouble.ops.deage.similarity import robust_similarity, similarity_between
from photodouble.ops.deage.space import coverage, face_picture, grid

_SIDE = 320
"""The face is compared at no more than so many pixels across,"""
_STEP = 4
"""of which every so many-th is asked."""
_MOST = 0.06
"""A correction larger than this share of face space is none."""
_LEAST = 60
"""With fewer pixels that agree nothing is corrected."""
_BACK = 0.5
_BRIGHT = 0.25
_UPPER = (10, 338, 297, 332, 284, 251, 389, 356, 340, 330, 2, 101, 111, 127, 162, 21, 54, 103, 67, 109)
"""Goes around forehead, eyes and nose."""


def steadied(
    pictures: Callable[[int], Picture],
    tracks: Sequence[FaceTrack],
    *,
    on_frame: Callable[[int, int], None] | None = None,
) -> list[FaceTrack]:
    """Return the tracks of a shot's faces, corrected. Every plate (H, W, 3) scene-linear is read again."""
    small = [_small(one) for one in tracks]
    anchors = [_anchor(one) for one in small]
    codes, gains = [], []
    for one, anchor in zip(small, anchors):
        face = face_picture(pictures(anchor)[..., :3], one, anchor).mean(axis=-1)
        middle = face[one.size // 4 : -one.size // 4, one.size // 4 : -one.size // 4]
        gains.append(_BRIGHT / max(float(np.nanmedian(middle)), 1e-4))
        codes.append(_codes(face, gains[-1]))
    found = [list(one.similarity) for one in tracks]
    for row, frame in enumerate(tracks[0].frames):
        plate = pictures(frame)
        for number, one in enumerate(small):
            if not one.valid[row] or frame == anchors[number]:
                continue
            here = _codes(face_picture(plate[..., :3], one, frame).mean(axis=-1), gains[number])
            inside = coverage(plate.shape, one, frame)
            correction = _correction(here, codes[number], inside, one, anchors[number])
            if correction is not None:
                large = _enlarged(correction, tracks[number].size / one.size)
                found[number][row] = after(large, found[number][row])
        if on_frame is not None:
            on_frame(row + 1, len(tracks[0].frames))
    return [replace(one, similarity=np.stack(rows)) for one, rows in zip(tracks, found)]


def _small(track: FaceTrack) -> FaceTrack:
    """Return the same track in a smaller face space."""
    size = min(track.size, _SIDE)
    share = size / track.size
    matrices = np.stack([_scaled(one, share) for one in track.similarity])
    return replace(track, size=size, similarity=matrices, density=track.density * share)


def _scaled(matrix: Matrix, share: float) -> Matrix:
    return after(np.array([[share, 0, (share - 1) / 2], [0, share, (share - 1) / 2]]), matrix)


def _enlarged(correction: Matrix, factor: float) -> Matrix:
    """Turn a correction of the small face space into one of the large."""
    up = np.array([[factor, 0, (factor - 1) / 2], [0, factor, (factor - 1) / 2]])
    return after(up, after(correction, _scaled(np.eye(2, 3), 1 / factor)))


def _anchor(track: FaceTrack) -> int:
    """Return the valid frame whose landmarks lie most as they usually do."""
    rows = np.flatnonzero(track.valid)
    if not len(rows):
        return track.frames[0]
    laid = np.stack([track.points_in_face(track.frames[row]) for row in rows])
    usual = np.median(laid, axis=0)
    off = [
        float(((apply(similarity_between(one, usual), one) - usual) ** 2).sum(axis=1).mean()) for one in laid
    ]
    return track.frames[int(rows[int(np.argmin(off))])]


def _codes(face: Picture, gain: float) -> NDArray[np.uint8]:
    grey = np.nan_to_num(face, posinf=1e4, neginf=0.0) * np.float32(gain)
    return codes_of(np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.6), np.float32))


def _correction(
    here: NDArray[np.uint8], anchor: NDArray[np.uint8], inside: Picture, track: FaceTrack, frame: int
) -> Matrix | None:
    """Return the similarity (2, 3) that lays a frame's face upon the anchor's; None where nothing agrees."""
    forth, home = dense_motion(here, anchor, track.density), dense_motion(anchor, here, track.density)
    places = grid(track.size, track.size)
    aims = places + forth
    miss = np.linalg.norm(forth + sample_linear(home, aims, outside=None), axis=-1)
    say = np.where((miss < _BACK) & (inside > 0.99), _texture(here), 0.0) * _upper(track, frame)
    rows = (slice(_STEP // 2, None, _STEP),) * 2
    weights, source, target = say[rows].ravel(), places[rows].reshape(-1, 2), aims[rows].reshape(-1, 2)
    use = weights > 0
    if use.sum() < _LEAST:
        return None
    found = robust_similarity(source[use], target[use], weights[use])
    middle = np.full(2, (track.size - 1) / 2)
    moved = float(np.linalg.norm(apply(found, middle) - middle)) / track.size
    grown = abs(float(np.sqrt(np.linalg.det(found[:, :2]))) - 1)
    return found if max(moved, grown) < _MOST else None


def _texture(codes: NDArray[np.uint8]) -> Matrix:
    """Return how much each pixel's surroundings hold a motion in both directions, 0 to 1."""
    grey = codes.astype(np.float32)
    across, down = (cv2.Sobel(grey, cv2.CV_32F, *way, scale=0.125) for way in ((1, 0), (0, 1)))
    xx, yy, xy = (cv2.GaussianBlur(one, (0, 0), 2.0) for one in (across * across, down * down, across * down))
    least = (xx + yy) / 2 - np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    least = np.asarray(least, np.float64)
    return np.asarray(least / (least + 2.0), np.float64)


def _upper(track: FaceTrack, frame: int) -> Matrix:
    """Return where forehead, eyes and nose are in the anchor's face space, without the brows."""
    points = track.points_in_face(frame)
    mask = np.zeros((track.size,) * 2, np.uint8)
    cv2.fillPoly(mask, [np.rint(points[list(_UPPER)]).astype(np.int32)], 1)
    for brow in anatomy.BROWS:
        cv2.fillPoly(mask, [np.rint(points[list(brow)]).astype(np.int32)], 0)
    return mask.astype(np.float64)
