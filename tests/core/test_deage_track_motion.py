"""Dense motion of a face in face space, measured against the exact truth of a face that smiles and moves."""

from __future__ import annotations

import cv2
import moving_face
import numpy as np
import pytest

from photodouble.image.window import Box
from photodouble.ops.deage.face import apply
from photodouble.ops.deage.motion import Motions, composed
from photodouble.ops.deage.occlude import occluded, references
from photodouble.ops.deage.points_track import track_face_points
from photodouble.ops.deage.resample import sample, sample_linear
from photodouble.ops.deage.space import (
    box_of,
    coverage,
    face_picture,
    grid,
    plate_of_face,
    plate_places,
    to_plate,
)

FRAME, KEY = 1002, 1005


@pytest.fixture(scope="module")
def clip() -> moving_face.MovingFace:
    return moving_face.clip(8, smiles=True)


@pytest.fixture(scope="module")
def track(clip):
    keys = {FRAME: apply(clip.truth[FRAME - 1001], moving_face.LANDMARKS)}
    still = moving_face.MovingFace(moving_face.clip(8).frames, clip.truth, [0.0] * 8)
    return track_face_points(still.picture, clip.numbers, keys)


def _on_face(clip, track, frame):
    """Return face space's pixels on the portrait's face, and where on the portrait they are."""
    there = clip.portrait_at(frame, plate_of_face(track, frame))
    away = (there - moving_face.CENTRE) / (36, 44)
    return (away**2).sum(axis=-1) < 1, there


def _miss(clip, track, place) -> np.ndarray:
    """Return by how much places in the key's face space miss the truth, in pixels of the plate."""
    face, there = _on_face(clip, track, FRAME)
    true = apply(track.to_face(KEY), clip.seen_at(KEY, there))
    return np.linalg.norm(place - true, axis=-1)[face] / track.density


def test_motion_finds_the_smile(clip, track) -> None:
    motion = Motions(track, clip.picture).to_key(FRAME, KEY)
    before = _miss(clip, track, grid(track.size, track.size))
    after = _miss(clip, track, motion.place)
    assert before.mean() > 0.8
    assert after.mean() < 0.3
    assert np.percentile(after, 95) < 0.75
    face, _ = _on_face(clip, track, FRAME)
    assert motion.valid[face].mean() > 0.95


def test_a_frame_lies_upon_itself(clip, track) -> None:
    motion = Motions(track, clip.picture).to_key(FRAME, FRAME)
    np.testing.assert_array_equal(motion.place, grid(track.size, track.size))


def test_the_one_map_leads_to_the_keys_plate(clip, track) -> None:
    motion = Motions(track, clip.picture).to_key(FRAME, KEY)
    box = Box(120, 80, 190, 150)
    place, valid = composed(motion, track, FRAME, KEY, box)
    there = clip.portrait_at(FRAME, grid(*box.size) + np.array([box.x0, box.y0]))
    true = clip.seen_at(KEY, there)
    near = ((there - moving_face.CENTRE) ** 2).sum(axis=-1) < 30**2
    assert place.shape == (70, 70, 2)
    assert np.linalg.norm(place - true, axis=-1)[near].mean() < 0.3
    assert valid[near].mean() > 0.9


def test_what_was_asked_before_changes_nothing(clip, track) -> None:
    roomy, tight = Motions(track, clip.picture), Motions(track, clip.picture, memory_mb=1)
    for other in (1003, 1007):
        tight.to_key(other, KEY)
    first, second = roomy.to_key(FRAME, KEY), tight.to_key(FRAME, KEY)
    np.testing.assert_array_equal(first.place, second.place)
    np.testing.assert_array_equal(first.valid, second.valid)


def _hand(frame: int, size: tuple[int, int]) -> np.ndarray:
    mask = np.zeros(size, np.float32)
    if frame == FRAME:
        cv2.ellipse(mask, (165, 140), (22, 30), 20, 0, 360, 1.0, -1)
    return mask


def _with_hand(clip):
    rng = np.random.default_rng(2)
    skin = cv2.GaussianBlur(rng.normal(size=(240, 320)).astype(np.float32), (0, 0), 3)[..., None]

    def picture(frame: int):
        hand = _hand(frame, (240, 320))[..., None]
        return (clip.picture(frame) * (1 - hand) + hand * (np.float32([0.5, 0.3, 0.2]) + 0.5 * skin)).astype(
            np.float32
        )

    return picture


def test_what_passes_in_front_is_not_believed_and_found(clip, track) -> None:
    motions = Motions(track, _with_hand(clip))
    face, _ = _on_face(clip, track, FRAME)
    hand = sample_linear(_hand(FRAME, (240, 320)), plate_of_face(track, FRAME)) > 0.5
    valid = motions.to_key(FRAME, KEY).valid
    assert valid[hand & face].mean() < 0.1
    covered = occluded(motions, FRAME, references(track)) > 0.5
    assert covered[hand].mean() > 0.95
    wide = cv2.dilate(hand.astype(np.uint8), np.ones((31, 31), np.uint8)) > 0
    assert covered[face & ~wide].mean() < 0.02


def test_nothing_is_covered_where_nothing_passes(clip, track) -> None:
    face, _ = _on_face(clip, track, FRAME)
    covered = occluded(Motions(track, clip.picture), FRAME, references(track))
    assert covered[face].mean() < 0.01


def test_an_artists_matte_of_what_stands_before_the_face_counts(clip, track) -> None:
    motions = Motions(track, clip.picture, occluders=lambda frame: _hand(frame, (240, 320)))
    hand = sample_linear(_hand(FRAME, (240, 320)), plate_of_face(track, FRAME)) > 0.99
    assert motions.to_key(FRAME, KEY).valid[hand].max() < 0.011
    assert motions.visible(KEY).max() == 1


def test_a_picture_is_read_exactly_at_its_pixels() -> None:
    rng = np.random.default_rng(0)
    picture = rng.normal(size=(17, 23, 3)).astype(np.float32) * 100
    np.testing.assert_array_equal(sample(picture, grid(17, 23)), picture)
    np.testing.assert_array_equal(sample_linear(picture, grid(17, 23)), picture)


def test_a_curve_is_read_between_its_pixels_as_it_runs() -> None:
    x = np.arange(40, dtype=np.float64)
    picture = np.repeat((0.02 * x**2 - x + 3)[None].astype(np.float32), 8, axis=0)
    places = np.stack([np.linspace(2, 37, 500), np.full(500, 3.3)], axis=-1)
    true = 0.02 * places[:, 0] ** 2 - places[:, 0] + 3
    np.testing.assert_allclose(sample(picture, places), true, atol=2e-5)


def test_beyond_the_picture_its_edge_or_nothing_is_read() -> None:
    picture = np.arange(12, dtype=np.float32).reshape(3, 4)
    places = np.array([[-0.6, 1], [3.6, 2], [1, 2.6], [np.nan, 0]])
    np.testing.assert_array_equal(sample(picture, places, outside=-7), [-7, -7, -7, -7])
    np.testing.assert_array_equal(sample(picture, places[:3], outside=None), [4, 11, 9])


def test_there_and_back_through_face_space_keeps_the_plate(clip, track) -> None:
    plate = cv2.GaussianBlur(clip.picture(FRAME), (0, 0), 1.0)
    box = Box(130, 90, 190, 150)
    back = to_plate(face_picture(plate, track, FRAME), track, FRAME, box)
    there = plate[box.y0 : box.y1, box.x0 : box.x1]
    error = float(np.sqrt(((back - there) ** 2).mean()) / there.std())
    assert error < 0.02


def test_face_space_tells_where_the_plate_ends(clip, track) -> None:
    narrow = clip.picture(FRAME)[:, :170]
    inside = coverage(narrow.shape, track, FRAME)
    places = plate_of_face(track, FRAME)
    np.testing.assert_array_equal(inside == 0, (places[..., 0] >= 169.5) | (places[..., 1] < -0.5))
    assert 0.2 < inside.mean() < 0.9


def test_the_box_holds_all_that_face_space_reaches(clip, track) -> None:
    box = box_of(track, FRAME, (240, 320))
    places = plate_places(track, FRAME, Box(0, 0, 320, 240))
    reached = ((places > -0.5) & (places < track.size - 0.5)).all(axis=-1)
    rows, columns = np.nonzero(reached)
    assert box.contains(Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1))
