"""The shape of a face on one frame of a shot: the dials, as they move its pixels in the plate.

Boxes lie in the plate's display window; pixel centres lie at whole numbers there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.deage.face import FaceTrack, after
from photodouble.ops.deage.first import face_width
from photodouble.ops.deage.given import has_occluder, occluder
from photodouble.ops.deage.resample import sample_linear
from photodouble.ops.deage.shape import field_of, move_face, pushes, taken_from
from photodouble.ops.deage.space import plate_of_face
from photodouble.ops.deage.worn import shape_dials
from photodouble.ops.shot import Shot
from photodouble_client.errors import ArtistError

Picture = NDArray[np.float32]


def is_reshaped(shot: Shot) -> bool:
    """Whether any part is moved on any frame."""
    return any(not shape_dials(shot, frame).is_none for frame in shot.frames)


def check_shape(shot: Shot, track: FaceTrack) -> None:
    """Refuse to move parts of a face that has no landmarks; raises ArtistError `usage.bad_value`."""
    if track.names or not is_reshaped(shot):
        return
    raise ArtistError(
        "usage.bad_value",
        "The shape needs a face that was found",
        "The dials of the shape hang on landmarks, and this track holds points only.",
        "Let the face be found (--tracker landmarks), or leave the shape's dials at 0.",
    )


def reshaped(shot: Shot, track: FaceTrack, frame: int, picture: Picture, box: Box) -> Picture:
    """Return a picture (h, w, 3) float32 of the plate's pixels in a box with the face's parts moved.

    Where nothing moves it is the picture bit for bit; what lies over the face stays.
    """
    dials = shape_dials(shot, frame)
    if dials.is_none or not track.valid[track.at(frame)]:
        return picture
    places = track.points_in_face(frame)
    points = {name: (float(x), float(y)) for name, (x, y) in zip(track.names, places.tolist(), strict=True)}
    pins = None
    if has_occluder(shot):
        pins = np.clip(sample_linear(occluder(shot, frame), plate_of_face(track, frame)), 0, 1)
    field = field_of(pushes(points, face_width(track), dials), track.size, pins=pins)
    corner = np.array([[1.0, 0.0, box.x0], [0.0, 1.0, box.y0]])
    return move_face(picture, taken_from(field), after(track.to_face(frame), corner)).picture
