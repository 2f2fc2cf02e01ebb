"""The shape dials follow a tracked face: the same move on every frame, however the face lies on the plate."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from photodouble.ops.deage.face import FaceTrack, apply, inverse
from photodouble.ops.deage.shape import ShapeDials
from photodouble.ops.deage.shaped import landmark_shares, shape_face
from photodouble_client.errors import ArtistError

SIZE, WIDTH = 180, 90.0
FACE = {
    10: (90, 30), 152: (90, 140), 1: (90, 92), 61: (74, 112), 291: (106, 112), 172: (50, 108), 136: (55, 118),
    150: (64, 128), 149: (74, 136), 397: (130, 108), 365: (125, 118), 379: (116, 128), 378: (106, 136),
    205: (64, 98), 425: (116, 98), 159: (70, 72), 386: (110, 72), 145: (70, 77), 374: (110, 77), 0: (90, 107),
    17: (90, 120), 13: (90, 112), 14: (90, 114),
}  # fmt: skip
PLATE_TO_FACE = (
    np.array([[1.5, 0, 0], [0, 1.5, 0]]),
    np.array([[1.5 * np.cos(0.2), -1.5 * np.sin(0.2), 4], [1.5 * np.sin(0.2), 1.5 * np.cos(0.2), -20]]),
)


def track() -> FaceTrack:
    places = np.array(list(FACE.values()), float)
    points = np.stack([apply(inverse(one), places) for one in PLATE_TO_FACE])
    return FaceTrack(
        (1, 2), np.stack(PLATE_TO_FACE), SIZE, points, tuple(FACE), np.array([True, True]), "auto"
    )


def plate(frame: int) -> np.ndarray:
    """Draw a texture that lies still in face space."""
    fresh = np.random.default_rng(2).normal(size=(SIZE, SIZE, 3)).astype(np.float32)
    drawn = 0.5 + cv2.GaussianBlur(fresh, (0, 0), 3)
    how = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(
        drawn, PLATE_TO_FACE[frame - 1], (150, 150), flags=how, borderMode=cv2.BORDER_REFLECT
    )


def in_face(picture: np.ndarray, frame: int) -> np.ndarray:
    return cv2.warpAffine(picture, PLATE_TO_FACE[frame - 1], (SIZE, SIZE), flags=cv2.INTER_CUBIC)


def test_every_frame_gets_the_same_shape() -> None:
    shown = [
        in_face(shape_face(plate(f), track(), f, ShapeDials(jaw=1), width=WIDTH).picture, f) for f in (1, 2)
    ]
    still = [in_face(plate(f), f) for f in (1, 2)]
    jaw = (slice(100, 140), slice(45, 135))
    moved = np.abs(shown[0] - still[0])[jaw].mean()
    assert moved > 5 * np.abs(shown[0] - shown[1])[jaw].mean()


def test_dials_at_nought_give_the_plate() -> None:
    picture = plate(1)
    assert np.array_equal(shape_face(picture, track(), 1, ShapeDials(), width=WIDTH).picture, picture)


def test_a_track_without_landmarks_is_refused() -> None:
    bare = replace(track(), names=(), kind="points")
    with pytest.raises(ArtistError) as raised:
        shape_face(plate(1), bare, 1, ShapeDials(jaw=1), width=WIDTH)
    assert raised.value.code == "usage.bad_value"
    assert landmark_shares(bare, 1) == {}


def test_landmarks_are_told_as_shares_of_face_space() -> None:
    first, second = (landmark_shares(track(), frame) for frame in (1, 2))
    assert first[152] == pytest.approx((90.5 / 180, 140.5 / 180))
    assert second[152] == pytest.approx(first[152])
