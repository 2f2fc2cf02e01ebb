"""What of a face may be worked on: by its landmarks, by its colour, and as an artist drew it.

A document of shapes names what each outline stands for. The name of a region (`neck`, `forehead`, ...) puts
the drawing in the place of what the landmarks say; `leave` stays as it is; `head` is the outline of head and
neck for the shape; any other name (`hand`, `chest`, `hairline`) is skin that may change beside the face.
Masks are (S, S) float32 of face space, 0 to 1; pixel centres lie at whole numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.shapes import Shape, Shapes
from photodouble.ops.deage.face import FaceTrack
from photodouble.ops.deage.regions import NAMES, drawn, leave_alone, regions, skin
from photodouble.ops.deage.skin_bands import PORE, stops_of
from photodouble.ops.deage.tone import skin_likeness
from photodouble.ops.shot import Shot

Plane = NDArray[np.float32]
Picture = NDArray[np.float32]

PORT = "regions"
LEAVE, HEAD, NECK = "leave", "head", "neck"
_NECK_LIGHT = (2.2, 3.2)
"""Stops: what is so much darker or brighter than the face is no neck, whatever its colour."""
_TORN = 0.02
"""Bits of a neck narrower than this share of the face's width are hair, a collar or a chain."""

_DRAWN: WeakKeyDictionary[Shot, Mapping[str, Shapes]] = WeakKeyDictionary()
"""The drawings of a shot live as long as the shot does."""


def drawings(shot: Shot) -> Mapping[str, Shapes]:
    """Return what the artist drew, by what it stands for; raises ArtistError `input.bad_document`."""
    stored = shot.document(PORT)
    if stored is None:
        return {}
    if shot not in _DRAWN:
        found: dict[str, list[Shape]] = {}
        for shape in Shapes.from_json(stored, str(shot.inputs.documents[PORT])).shapes:
            found.setdefault(meant(shape.name), []).append(shape)
        _DRAWN[shot] = {name: Shapes(tuple(shapes)) for name, shapes in found.items()}
    return _DRAWN[shot]


def meant(name: str) -> str:
    """Return what the name of a shape stands for: `Crow's feet 2` is `crows_feet`, `leave rim` is `leave`."""
    plain = "_".join(name.lower().replace("'", "").replace("-", " ").split()).rstrip("_0123456789")
    return LEAVE if plain.split("_")[0] == LEAVE else plain or name


def regions_at(shot: Shot, track: FaceTrack, frame: int) -> dict[str, Plane]:
    """Return the regions of a frame by name: those of the landmarks, or as the artist drew them."""
    found = dict(regions(track, frame))
    own = {name: one for name, one in drawings(shot).items() if name in NAMES}
    return found | {name: drawn(one, track, frame) for name, one in own.items()}


def left_alone(shot: Shot, track: FaceTrack, frame: int) -> Plane:
    """Return where nothing may change: lids, lips, nostrils, brows, teeth, and what was drawn to be left."""
    kept = list(leave_alone(track, frame).values())
    if LEAVE in drawings(shot):
        kept.append(drawn(drawings(shot)[LEAVE], track, frame))
    nothing = np.zeros((track.size, track.size), np.float32)
    return np.asarray(np.max([nothing, *kept], axis=0), np.float32)


def marked_skin(shot: Shot, track: FaceTrack, frame: int, picture: Picture, width: float) -> Plane:
    """Return the skin of a frame: the face with its neck, and whatever else was drawn.

    `picture` (S, S, 3) is the face, scene-linear, `width` the face's in its pixels. Without landmarks what
    was drawn is the skin, or all of face space where nothing was.
    """
    own = {name: one for name, one in drawings(shot).items() if name not in (LEAVE, HEAD)}
    laid = [drawn(one, track, frame) for one in own.values()]
    if not track.names and laid:
        return np.asarray(np.max(laid, axis=0), np.float32)
    face = skin(track, frame)
    if track.names and NECK not in own:
        laid.append(neck(track, frame, picture, face, width))
    return np.asarray(np.max([face, *laid], axis=0), np.float32)


def neck(track: FaceTrack, frame: int, picture: Picture, face: Plane, width: float) -> Plane:
    """Return the neck: what lies under the jaw and has the colour of the face, without collar and hair."""
    below = regions(track, frame)[NECK]
    stops = stops_of(np.nan_to_num(picture[..., :3]).astype(np.float32), PORE * width)
    sure = face > 0.6
    if np.count_nonzero(sure) < 64:
        return np.zeros_like(below)
    light = np.abs(stops.mean(axis=2) - np.median(stops[sure].mean(axis=1)))
    lit = np.clip((_NECK_LIGHT[1] - light) / (_NECK_LIGHT[1] - _NECK_LIGHT[0]), 0, 1)
    like = np.asarray(lit * skin_likeness(stops, face, width), np.float32)
    side = 2 * max(round(_TORN * width / 2), 1) + 1
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    whole = cv2.morphologyEx(cv2.morphologyEx(like, cv2.MORPH_CLOSE, brush), cv2.MORPH_OPEN, brush)
    soft = cv2.GaussianBlur(cv2.erode(whole, brush), (0, 0), max(0.35 * side, 0.5))
    return np.asarray(below * soft, np.float32)
