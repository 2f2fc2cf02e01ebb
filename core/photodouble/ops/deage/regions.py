"""The regions of a face as soft masks in face space: what may be worked on, and what must be left alone.

They follow the landmarks of each frame, or are drawn: a shape that is drawn on one frame goes with the face.
Masks are (S, S) float32, 0 to 1; pixel centres lie at whole numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.shapes import Shape, Shapes, rasterise
from photodouble.image.window import Box
from photodouble.ops.deage import anatomy
from photodouble.ops.deage.face import FaceTrack, Matrix, Picture, apply

NAMES = ("forehead", "crows_feet", "under_eye", "nasolabial", "marionette", "cheeks", "neck")
ALONE = ("lids", "lips", "nostrils", "brows", "teeth")

_CANVAS = 640
"""Masks are soft: they are drawn at no more than this many pixels across and enlarged."""
_SOFT, _TIGHT = 0.018, 0.008
"""How soft the edge of a region and of what is left alone is, as a share of the face's width."""
_GROWN: Mapping[str, float] = {"lids": 0.03, "lips": 0.02, "brows": 0.02, "nostrils": 0.025}
"""What is left alone reaches further than its landmarks by this share of the face's width."""
_FAN = (-42.0, -20.0, 0.0, 20.0, 42.0)
"""Crow's feet spread over these angles from the corner of the eye, in degrees,"""
_FAN_REACH = (0.14, 0.85)
"""from and to these multiples of the eye's width."""
_NECK, _NECK_WIDTH = 0.32, 0.78
"""The neck reaches this much of the face's height below the jaw, narrowed to this share of it."""


def regions(track: FaceTrack, frame: int) -> Mapping[str, Picture]:
    """Return the masks of NAMES for a frame; empty for a track that holds no landmarks."""
    if not track.names:
        return {}
    draw = _Drawing(track, frame)
    alone = draw.filled([draw.at(one) for one in (*anatomy.BROWS, *anatomy.LIDS)], _TIGHT)
    lips = draw.filled([draw.at(anatomy.LIPS)], _TIGHT)
    found = {
        "forehead": draw.filled([draw.at(anatomy.FOREHEAD)], _SOFT) * (1 - alone),
        "crows_feet": draw.filled([draw.fan(side) for side in (0, 1)], _SOFT) * (1 - alone),
        "under_eye": draw.filled([draw.at(one) for one in anatomy.UNDER_EYE], _SOFT) * (1 - alone),
        "nasolabial": draw.stroked([draw.at(one) for one in anatomy.NASOLABIAL], 0.11) * (1 - lips),
        "marionette": draw.stroked([draw.line(one) for one in anatomy.MOUTH_TO_JAW], 0.10) * (1 - lips),
        "cheeks": draw.filled([draw.at(one) for one in anatomy.CHEEKS], _SOFT),
        "neck": draw.filled([draw.neck()], _SOFT) * (1 - draw.filled([draw.at(anatomy.OVAL)], _TIGHT)),
    }
    return {name: draw.enlarged(mask) for name, mask in found.items()}


def leave_alone(track: FaceTrack, frame: int) -> Mapping[str, Picture]:
    """Return the masks of ALONE for a frame: what keeps its edges; empty without landmarks."""
    if not track.names:
        return {}
    draw = _Drawing(track, frame)
    mouth = draw.filled([draw.at(anatomy.MOUTH)], _TIGHT)
    lips = draw.filled([draw.at(anatomy.LIPS)], _TIGHT, grow=_GROWN["lips"])
    found = {
        "lids": draw.filled([draw.at(one) for one in anatomy.LIDS], _TIGHT, grow=_GROWN["lids"]),
        "lips": lips * (1 - mouth),
        "nostrils": draw.filled([draw.at(anatomy.NOSTRILS)], _TIGHT, grow=_GROWN["nostrils"]),
        "brows": draw.filled([draw.at(one) for one in anatomy.BROWS], _TIGHT, grow=_GROWN["brows"]),
        "teeth": mouth,
    }
    return {name: draw.enlarged(mask) for name, mask in found.items()}


def skin(track: FaceTrack, frame: int, *, neck: bool = False) -> Picture:
    """Return the face from hairline to chin, with the neck where asked; all of face space without landmarks.

    Without landmarks the mask fades out towards the edge of face space.
    """
    if not track.names:
        line = np.minimum(np.arange(track.size), np.arange(track.size)[::-1]) / (0.08 * track.size)
        fade = np.clip(line, 0, 1)
        return np.asarray(np.minimum(fade[:, None], fade[None]), np.float32)
    draw = _Drawing(track, frame)
    mask = draw.filled([draw.at(anatomy.OVAL)], _SOFT)
    if neck:
        mask = np.maximum(mask, draw.filled([draw.neck()], _SOFT))
    return draw.enlarged(mask)


def drawn(shapes: Shapes, track: FaceTrack, frame: int) -> Picture:
    """Return drawn shapes as a mask that goes with the face.

    A shape's points at each of its key frames are taken to face space, and there they move from key to key:
    drawn once, it stays where it was drawn on the face.
    """
    laid = Shapes(tuple(_in_face(one, track) for one in shapes.shapes))
    return rasterise(laid, frame, Box.of_size(track.size, track.size))


def _in_face(shape: Shape, track: FaceTrack) -> Shape:
    keys = {}
    for key, points in shape.keys.items():
        nearest = min(track.frames, key=lambda frame: (abs(frame - key), frame))
        matrix = track.to_face(nearest)
        flat = points.reshape(-1, points.shape[1] // 2, 2)
        moved = flat @ matrix[:, :2].T
        moved[:, 0] = apply(matrix, flat[:, 0] - 0.5) + 0.5
        keys[key] = moved.reshape(points.shape)
    return replace(shape, keys=keys, feather=shape.feather * track.density)


class _Drawing:
    """Draw on a small canvas of one frame's face space."""

    def __init__(self, track: FaceTrack, frame: int) -> None:
        self._size = track.size
        self._side = min(track.size, _CANVAS)
        scale = self._side / track.size
        self._points = (track.points_in_face(frame) + 0.5) * scale - 0.5
        self._width = float(np.hypot(*(self._points[454] - self._points[234])))

    def at(self, names: Sequence[int]) -> Matrix:
        return self._points[list(names)]

    def filled(self, outlines: Sequence[Matrix], soft: float, grow: float = 0.0) -> Picture:
        mask = np.zeros((self._side, self._side), np.uint8)
        for outline in outlines:
            places = np.rint(outline * 256).astype(np.int32)
            cv2.fillPoly(mask, [places], 255, cv2.LINE_AA, 8)
            if grow:
                thick = max(round(2 * grow * self._width), 1)
                cv2.polylines(mask, [places], True, 255, thick, cv2.LINE_AA, 8)
        return self._softened(mask, soft)

    def stroked(self, lines: Sequence[Matrix], thick: float) -> Picture:
        mask = np.zeros((self._side, self._side), np.uint8)
        for line in lines:
            places = np.rint(line * 256).astype(np.int32)
            cv2.polylines(mask, [places], False, 255, max(round(thick * self._width), 1), cv2.LINE_AA, 8)
        return self._softened(mask, _SOFT)

    def fan(self, side: int) -> Matrix:
        """Outline the fan of lines beside an eye."""
        outer, inner = self.at(anatomy.EYE_CORNERS[side])
        along = outer - inner
        rims = []
        for reach, angles in zip(_FAN_REACH, (_FAN, _FAN[::-1])):
            turned = [_turned(along, angle) for angle in angles]
            rims += [outer + reach * one for one in turned]
        return np.stack(rims)

    def line(self, ends: tuple[int, int]) -> Matrix:
        """Draw from the corner of the mouth a good part of the way to the jaw."""
        mouth, jaw = self.at(ends)
        return np.stack([mouth + share * (jaw - mouth) for share in (0.12, 0.4, 0.75)])

    def neck(self) -> Matrix:
        """Outline the neck: what lies under the jaw, along the face's own axis."""
        jaw = self.at(anatomy.JAW)
        down = self._points[152] - self._points[10]
        middle = jaw.mean(axis=0)
        below = middle + (jaw - middle) * _NECK_WIDTH + _NECK * down
        below -= ((below - below.mean(axis=0)) @ down)[:, None] * down / float(down @ down)
        return np.concatenate([jaw, below[::-1]])

    def enlarged(self, mask: Picture) -> Picture:
        size = (self._size, self._size)
        return np.asarray(np.clip(cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR), 0, 1), np.float32)

    def _softened(self, mask: NDArray[np.uint8], soft: float) -> Picture:
        deviation = max(soft * self._width, 0.5)
        return np.asarray(cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), deviation), np.float32)


def _turned(vector: Matrix, degrees: float) -> Matrix:
    a = np.radians(degrees)
    return np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]) @ vector
