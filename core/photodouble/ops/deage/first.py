"""The first pass on one frame of a shot: the dials' work, made in face space and laid into the plate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.deage.bands import Dials, FirstPass, first_pass, relief_of
from photodouble.ops.deage.face import FaceTrack
from photodouble.ops.deage.given import has_occluder, occluder, plate, skin_given
from photodouble.ops.deage.marked import left_alone, marked_skin, regions_at
from photodouble.ops.deage.regions import leave_alone
from photodouble.ops.deage.resample import sample_linear
from photodouble.ops.deage.space import coverage, face_picture, plate_of_face, plate_places, to_plate
from photodouble.ops.shot import Shot

Picture = NDArray[np.float32]
Plane = NDArray[np.float32]

_CHEEKS = (234, 454)
"""The landmarks at either side of a face."""
_RIM = 0.03
"""How wide the soft rim of face space is, as a share of it."""
_WIDE = 0.5
"""The face's share of face space's width where no landmarks tell it."""


def face_width(track: FaceTrack) -> float:
    """Return how many pixels of face space the face is wide."""
    if not set(_CHEEKS) <= set(track.names):
        return _WIDE * track.size
    ends = [track.names.index(one) for one in _CHEEKS]
    seen = [frame for frame, valid in zip(track.frames, track.valid, strict=True) if valid]
    places = [track.points_in_face(frame)[ends] for frame in seen or track.frames]
    return float(np.median([np.hypot(*(there - here)) for here, there in places]))


def skin_in_face(shot: Shot, track: FaceTrack, frame: int) -> Plane:
    """Return the skin that may change (S, S) float32, 0 to 1: face, neck and what was drawn, or what the
    artist's matte says; uncovered.
    """
    window = shot.display_window
    own = skin_given(shot, frame, Box(0, 0, window.width, window.height))
    places = plate_of_face(track, frame)
    if own is None:
        here = face_picture(plate(shot, frame), track, frame)
        found = marked_skin(shot, track, frame, here, face_width(track))
    else:
        found = sample_linear(own, places)
    found = found * coverage(window.size, track, frame)
    if has_occluder(shot):
        found = found * (1 - np.clip(sample_linear(occluder(shot, frame), places), 0, 1))
    return np.asarray(found, np.float32)


def square(track: FaceTrack, frame: int, box: Box) -> Plane:
    """Return face space (h, w) float32 in the plate's pixels in a box: 1 inside, with a soft rim."""
    places = plate_places(track, frame, box)
    inside = np.minimum(places, track.size - 1 - places).min(axis=-1)
    return np.asarray(np.clip(inside / (_RIM * track.size), 0, 1), np.float32)


def features(track: FaceTrack, frame: int) -> Plane:
    """Return where nothing may change (S, S) float32: lids, lips, nostrils, brows, teeth."""
    kept = list(leave_alone(track, frame).values())
    nothing = np.zeros((track.size, track.size), np.float32)
    return np.asarray(np.max([nothing, *kept], axis=0), np.float32)


def calm_of(shot: Shot, track: FaceTrack, frame: int) -> float:
    """Measure the relief of the face's calm skin on a frame, in stops."""
    here = face_picture(plate(shot, frame), track, frame)
    skin_here = skin_in_face(shot, track, frame)
    return relief_of(here, skin_here, face_width(track), leave=left_alone(shot, track, frame))


def first_in_face(shot: Shot, track: FaceTrack, frame: int, calm: float, wanted: Dials) -> FirstPass:
    """Return the layers of the first pass of a frame by itself, in face space, with the dials wanted."""
    return first_pass(
        face_picture(plate(shot, frame), track, frame),
        skin_in_face(shot, track, frame),
        face_width(track),
        leave=left_alone(shot, track, frame),
        regions=regions_at(shot, track, frame),
        dials=wanted,
        calm_level=calm,
    )


def skin_in_plate(shot: Shot, track: FaceTrack, frame: int, box: Box) -> Plane:
    """Return the skin that may change (h, w) float32 for the plate's pixels in a box of the window."""
    return np.clip(to_plate(skin_in_face(shot, track, frame), track, frame, box, smooth=True), 0, 1)
