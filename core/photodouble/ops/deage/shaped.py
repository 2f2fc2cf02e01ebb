"""The shape dials on one frame of a track, and where a look finds its landmarks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from photodouble.ops.deage.face import FaceTrack
from photodouble.ops.deage.shape import Field, Moved, ShapeDials, field_of, move_face, pushes, taken_from
from photodouble_client.errors import ArtistError

Plane = NDArray[np.float32]
Picture = NDArray[np.float32]


def shape_face(
    picture: Picture,
    track: FaceTrack,
    frame: int,
    dials: ShapeDials,
    *,
    width: float,
    pins: Plane | None = None,
    head: Plane | None = None,
    behind: Picture | None = None,
) -> Moved:
    """Move the face's shape on a frame (H, W, 3), scene-linear, of the whole plate; see `shape.move_face`.

    `width` is the face's in pixels of face space, `pins` (S, S) what must not move, `head` (H, W) the matte
    of head and neck and `behind` the plate filled where it is revealed. Raises ArtistError
    `usage.bad_value` for a track without landmarks, because the dials hang on them.
    """
    if not track.names:
        raise ArtistError(
            "usage.bad_value",
            "The shape of this face cannot be dialled",
            "The shape dials hang on the landmarks of a face, and this track has only an artist's points.",
            "Track the face automatically, or set the shape dials to 0.",
        )
    field = field_at(track, frame, dials, width=width, pins=pins)
    return move_face(picture, taken_from(field), track.to_face(frame), head=head, behind=behind)


def field_at(
    track: FaceTrack, frame: int, dials: ShapeDials, *, width: float, pins: Plane | None = None
) -> Field:
    """Return how far the dials move each pixel of face space (S, S, 2); the track must have landmarks."""
    places = track.points_in_face(frame)
    points = {name: (float(x), float(y)) for name, (x, y) in zip(track.names, places.tolist(), strict=True)}
    return field_of(pushes(points, width, dials), track.size, pins=pins)


def landmark_shares(track: FaceTrack, frame: int) -> dict[int, tuple[float, float]]:
    """Return the landmarks of a frame as shares of face space (0 to 1); empty without landmarks."""
    places = (track.points_in_face(frame) + 0.5) / track.size if track.names else ()
    return {name: (float(x), float(y)) for name, (x, y) in zip(track.names, places, strict=True)}
