"""The portrait's skin and features where nobody drew them: the neck, a squeezed plate. Needs the networks."""

from __future__ import annotations

import importlib.util
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from photodouble.ops.deage.first import face_width
from photodouble.ops.deage.landmarks import track_faces
from photodouble.ops.deage.marked import meant, neck, regions_at
from photodouble.ops.deage.regions import skin
from photodouble.ops.deage.space import face_picture

networks = pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("ai_edge_litert", "mediapipe", "skimage")),
    reason="the networks or the portrait are not installed",
)
UNDRAWN: Any = SimpleNamespace(document=lambda _port: None)


def portrait() -> np.ndarray:
    from skimage import data

    codes = data.astronaut()[0:300, 90:370].astype(np.float32) / 255
    return np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4).astype(np.float32)


@networks
def test_the_neck_is_skin_and_its_collar_is_not() -> None:
    still = portrait()
    track = track_faces(lambda _frame: still, [1, 2])[0]
    width = face_width(track)
    seen = face_picture(still, track, 1)
    found = neck(track, 1, seen, skin(track, 1), width)
    below = regions_at(UNDRAWN, track, 1)["neck"] > 0.6
    bright = seen.mean(axis=2) > 0.12
    assert found[below & bright].mean() > 0.5
    assert found[below & (seen.mean(axis=2) < 0.02)].mean() < 0.05


@networks
def test_landmarks_of_a_squeezed_plate_lie_where_they_lie_on_the_whole_one() -> None:
    whole = portrait()
    squeezed = np.ascontiguousarray(whole.reshape(300, 140, 2, 3).mean(axis=2))
    one = track_faces(lambda _frame: whole, [1, 2])[0]
    two = track_faces(lambda _frame: squeezed, [1, 2], pixel_aspect=2.0)[0]
    places = (two.points[0] + 0.5) * (2, 1) - 0.5
    wide = np.ptp(one.points[0][:, 0])
    assert np.hypot(*(places - one.points[0]).T).mean() < 0.02 * wide
    round_face = face_picture(squeezed, two, 1)
    as_it_was = cv2.resize(face_picture(whole, one, 1), round_face.shape[1::-1])
    assert np.corrcoef(round_face.ravel(), as_it_was.ravel())[0, 1] > 0.97


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("Crow's feet 2", "crows_feet"),
        ("under-eye", "under_eye"),
        ("Neck", "neck"),
        ("leave ring", "leave"),
        ("LEAVE", "leave"),
        ("hand_left", "hand_left"),
        ("7", "7"),
    ],
)
def test_a_shape_s_name_says_what_it_stands_for(name: str, meaning: str) -> None:
    assert meant(name) == meaning
