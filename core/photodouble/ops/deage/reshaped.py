"""The shape of a face on one frame of a shot: the dials, as they move its pixels in the plate.

Boxes lie in the plate's display window; pixel centres lie at whole numbers there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.deage.behind import Ground, ground_at, has_head, head_at
from photodouble.ops.deage.face import FaceTrack, after
from photodouble.ops.deage.first import face_width
from photodouble.ops.deage.given import has_occluder, occluder, plate
from photodouble.ops.deage.resample import sample_linear
from photodouble.ops.deage.shape import move_face, taken_from
from photodouble.ops.deage.shaped import field_at
from photodouble.ops.deage.space import plate_of_face
from photodouble.ops.deage.worn import shape_dials
from photodouble.ops.operation import Scratch
from photodouble.ops.shot import Shot
from photodouble_client.errors import ArtistError

Picture = NDArray[np.float32]
Plane = NDArray[np.float32]


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


@dataclass(frozen=True)
class Reshaped:
    """A frame with the face's parts moved (h, w, 3); where background came free, 0 to 1, and its ground."""

    picture: Picture
    revealed: Plane
    ground: Ground | None


def reshaped(
    shot: Shot, scratch: Scratch, track: FaceTrack, frame: int, picture: Picture, box: Box
) -> Reshaped:
    """Move the face's parts in a picture (h, w, 3) float32 of the plate's pixels in a box.

    Where nothing moves it is the picture bit for bit; what lies over the face stays. With a head, the
    background stands still, too, and shows what is behind where it comes free.
    """
    pins = None
    if has_occluder(shot):
        pins = np.clip(sample_linear(occluder(shot, frame), plate_of_face(track, frame)), 0, 1)
    field = field_at(track, frame, shape_dials(shot, frame), width=face_width(track), pins=pins)
    corner = np.array([[1.0, 0.0, box.x0], [0.0, 1.0, box.y0]])
    head, ground = None, None
    if has_head(shot):
        head = head_at(shot, track, frame, box)
        ground = ground_at(shot, scratch, track, frame, box, plate(shot, frame, box))
    moved = move_face(
        picture,
        taken_from(field),
        after(track.to_face(frame), corner),
        head=head,
        behind=None if ground is None else ground.picture,
    )
    return Reshaped(moved.picture, moved.revealed, ground)
