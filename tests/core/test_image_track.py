"""The trackers against a sign whose corners are known exactly."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from moving_sign import corners_at, picture_at
from numpy.typing import NDArray

from photodouble.image.piece import between, project
from photodouble.image.track import track_plane, track_points
from photodouble.image.track_document import plane_document, plane_from_document, points_document
from photodouble_client.errors import ArtistError

FRAMES = range(24)
UNIT = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)


@functools.cache
def plain(index: int) -> NDArray[np.uint8]:
    return picture_at(index)


@functools.cache
def passed(index: int) -> NDArray[np.uint8]:
    return picture_at(index, person=True)


def corner_errors(track, speed: float = 1.0) -> NDArray[np.float64]:  # type: ignore[no-untyped-def]
    truth = np.stack([corners_at(index, speed) for index in track.indices])
    return np.asarray(np.linalg.norm(track.corners - truth, axis=2))


def test_corners_are_followed_to_a_small_part_of_a_pixel_and_do_not_drift() -> None:
    track = track_plane(plain, corners_at(0), 0, FRAMES)
    errors = corner_errors(track)
    assert errors.max() < 0.3
    assert errors[-6:].mean() < 2.5 * errors[1:7].mean() + 0.05
    assert track.lost == ()
    assert np.nanmax(track.error) < 0.3


@pytest.mark.parametrize("frames", [plain, passed])
def test_the_error_a_track_tells_is_kept_by_most_frames(frames) -> None:  # type: ignore[no-untyped-def]
    track = track_plane(frames, corners_at(0), 0, FRAMES)
    away = corner_errors(track).max(axis=1)[1:]
    told = track.error[1:]
    assert (away <= told).mean() >= 0.8
    assert np.median(told) < 5 * np.median(away)


def test_a_person_who_passes_in_front_does_not_pull_the_corners() -> None:
    track = track_plane(passed, corners_at(0), 0, FRAMES)
    assert corner_errors(track).max() < 0.3
    assert track.visible.min() < 0.85


def test_a_fast_blurred_sign_is_followed_and_its_shutter_found() -> None:
    def pictures(index: int) -> NDArray[np.uint8]:
        return picture_at(index, speed=4.0, shutter=0.5)

    track = track_plane(pictures, corners_at(0, 4.0), 0, range(9))
    # At time 0 the reference itself is smeared, as a shot may have it.
    assert corner_errors(track, 4.0).max() < 0.5


def test_it_is_followed_backwards_from_any_frame_with_the_same_result_each_time() -> None:
    track = track_plane(plain, corners_at(8), 8, range(2, 12))
    again = track_plane(plain, corners_at(8), 8, range(2, 12))
    assert corner_errors(track).max() < 0.3
    assert np.array_equal(track.corners, again.corners)


def test_frames_without_the_sign_are_told_as_lost_and_it_is_found_again() -> None:
    def pictures(index: int) -> NDArray[np.uint8]:
        return np.full_like(plain(0), 90) if index in (5, 6) else plain(index)

    track = track_plane(pictures, corners_at(0), 0, range(12))
    assert track.lost == (5, 6)
    errors = corner_errors(track)
    assert errors[[0, 1, 2, 3, 4, 7, 8, 9, 10, 11]].max() < 0.3
    assert errors[[5, 6]].max() < 3


def test_corners_that_span_nothing_are_refused() -> None:
    crossed = corners_at(0)[[0, 2, 1, 3]]
    with pytest.raises(ValueError, match="span nothing"):
        track_plane(plain, crossed, 0, FRAMES)
    with pytest.raises(ValueError, match="span nothing"):
        track_plane(lambda _: np.full((160, 256), 99, np.uint8), corners_at(0), 0, FRAMES)


def test_a_stop_is_obeyed_between_frames() -> None:
    class Enough(Exception):  # noqa: N818
        pass

    def tell(done: int, _of: int) -> None:
        if done >= 3:
            raise Enough

    with pytest.raises(Enough):
        track_plane(plain, corners_at(0), 0, FRAMES, on_frame=tell)


def points_at(index: int) -> NDArray[np.float64]:
    inside = np.array([[u, v] for u in (0.25, 0.5, 0.75) for v in (0.3, 0.65)])
    return project(between(UNIT, corners_at(index)), inside)


def test_points_are_followed_and_the_reference_keeps_them_from_drifting() -> None:
    tracks = track_points(plain, points_at(0), 0, FRAMES)
    truth = np.stack([points_at(index) for index in FRAMES], axis=1)
    errors = np.linalg.norm(tracks.positions - truth, axis=2)
    assert tracks.visible.mean() > 0.9
    assert np.median(errors[tracks.visible]) < 0.15


def test_a_hidden_point_is_said_to_be_hidden_and_found_again() -> None:
    tracks = track_points(passed, points_at(0), 0, FRAMES)
    truth = np.stack([points_at(index) for index in FRAMES], axis=1)
    errors = np.linalg.norm(tracks.positions - truth, axis=2)
    behind = (~tracks.visible).any(axis=1)
    assert behind.any()
    assert (behind & tracks.visible[:, -1] & (errors[:, -1] < 0.5)).any()
    assert np.quantile(errors[tracks.visible], 0.95) < 1.0


def test_a_point_outside_the_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        track_points(plain, np.array([[300.0, 10.0]]), 0, FRAMES)


def test_a_track_survives_its_document_and_places_count_from_the_edge() -> None:
    track = track_plane(plain, corners_at(0), 0, range(3))
    stored = plane_document(track)
    assert stored["frames"]["0"]["corners"][0] == [70.5, 40.5]
    back = plane_from_document(stored)
    assert np.abs(back.corners - track.corners).max() < 1e-3
    assert (back.indices, back.start, back.lost) == (track.indices, track.start, track.lost)


def test_points_become_a_document_with_every_frame() -> None:
    stored = points_document(track_points(plain, points_at(0)[:2], 0, range(3)))
    assert [sorted(point["frames"]) for point in stored["points"]] == [["0", "1", "2"]] * 2


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"schema": 2}, "schema"),
        ({"kind": "points"}, "plane"),
        ({"frames": {}}, "no frames"),
        ({"frames": {"x": {"corners": [[0, 0]] * 4}}}, "frame"),
        ({"frames": {"1": {"corners": [[0, 0], [1, 1]]}}}, "four corners"),
        ({"frames": {"1": {"corners": [[0, 0], [9, 9], [9, 0], [0, 9]]}}}, "four-sided"),
        ({"frames": {"1": {"corners": [[0, 0], [9, 0], [9, None], [0, 9]]}}}, "number"),
        ({"reference": 99}, "reference"),
        ({"shutter": 3}, "shutter"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_broken_track_is_refused_with_the_field_that_is_wrong(change: dict, named: str) -> None:  # type: ignore[type-arg]
    sound = {
        "schema": 1,
        "kind": "plane",
        "reference": 1,
        "frames": {"1": {"corners": [[0, 0], [9, 0], [9, 9], [0, 9]]}},
    }
    with pytest.raises(ArtistError, match=named) as caught:
        plane_from_document({**sound, **change})
    assert caught.value.code == "input.bad_document"
