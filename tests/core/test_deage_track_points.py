"""A face held still by points that an artist placed, with the exact truth of how it moves."""

from __future__ import annotations

import moving_face
import numpy as np
import pytest

from photodouble.ops.deage.face import after, apply
from photodouble.ops.deage.points_track import track_face_points
from photodouble_client.errors import ArtistError


@pytest.fixture(scope="module")
def clip() -> moving_face.MovingFace:
    return moving_face.clip(12)


def _wobble(track, clip, frames) -> float:
    """Return how far places of the face move in face space over the frames, in pixels of the plate."""
    places = np.stack(
        [
            apply(after(track.to_face(frame), clip.truth[frame - 1001]), moving_face.LANDMARKS)
            for frame in frames
        ]
    )
    return float(np.abs(places - places.mean(axis=0)).max() / track.density)


def _keys(clip, *frames):
    return {frame: apply(clip.truth[frame - 1001], moving_face.LANDMARKS) for frame in frames}


def test_points_on_one_key_hold_the_face_still(clip) -> None:
    track = track_face_points(clip.picture, clip.numbers, _keys(clip, 1005))
    assert track.valid.all()
    assert track.kind == "points"
    assert _wobble(track, clip, clip.numbers) < 0.25


def test_a_point_placed_wrong_on_one_key_is_seen_in_the_wobble(clip) -> None:
    keys = _keys(clip, 1003, 1009)
    right = track_face_points(clip.picture, clip.numbers, keys)
    keys[1009] = keys[1009] + np.array([4.0, 0.0])
    wrong = track_face_points(clip.picture, clip.numbers, keys)
    assert _wobble(right, clip, clip.numbers) < 0.25
    assert _wobble(wrong, clip, clip.numbers) > 1.5


def test_face_space_is_finer_than_the_plate(clip) -> None:
    track = track_face_points(clip.picture, clip.numbers, _keys(clip, 1005))
    scales = [np.hypot(*track.to_face(frame)[:, 1]) for frame in clip.numbers]
    assert max(scales) >= 1.5
    assert track.density >= 1.49


def test_a_squeezed_plate_is_held_still_without_its_squeeze() -> None:
    clip = moving_face.clip(6, size=(240, 200), pixel_aspect=2.0, scale=1.2)
    track = track_face_points(clip.picture, clip.numbers, _keys(clip, 1003), pixel_aspect=2.0)
    assert _wobble(track, clip, clip.numbers) < 0.35
    whole = after(track.to_face(1003), clip.truth[2])[:, :2]
    assert abs(np.hypot(*whole[:, 0]) / np.hypot(*whole[:, 1]) - 1) < 0.01


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda points: points[:5], "5 points"),
        (lambda points: points * np.array([1, 0]) + np.array([0, 50]), "line"),
        (lambda points: points + np.array([400, 0]), "outside"),
    ],
)
def test_points_that_cannot_hold_anything_are_refused(clip, change, said) -> None:
    keys = {key: change(points) for key, points in _keys(clip, 1005).items()}
    with pytest.raises(ArtistError) as caught:
        track_face_points(clip.picture, clip.numbers, keys)
    assert caught.value.code == "input.few_points"
    assert said in caught.value.message


def test_frames_without_the_points_are_not_valid(clip) -> None:
    def hidden(frame: int):
        picture = clip.picture(frame)
        return np.full_like(picture, 0.2) if frame >= 1010 else picture

    track = track_face_points(hidden, clip.numbers, _keys(clip, 1004))
    assert track.valid[:9].all()
    assert not track.valid[9:].any()
    assert all(track.troubles[9:])
    assert np.isfinite(track.similarity).all()
