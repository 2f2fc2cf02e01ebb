"""Faces found by themselves, followed with an id and held still; and what is said where that cannot be."""

from __future__ import annotations

import importlib.util
import json
import os
import weakref

import cv2
import moving_face
import numpy as np
import pytest
from scipy.spatial import Delaunay

from photodouble.image.encoding import decode, encode
from photodouble.image.shapes import Shape, Shapes
from photodouble.ops.deage import networks
from photodouble.ops.deage.detect import detect
from photodouble.ops.deage.face import LEAVES, NO_FACE, PROFILE, Face, FaceTrack, after, apply
from photodouble.ops.deage.face_document import face_document, face_from_document, read_point_keys
from photodouble.ops.deage.landmarks import choose, told, track_faces
from photodouble.ops.deage.mesh import Mesh, mesh_of_seen
from photodouble.ops.deage.regions import ALONE, NAMES, drawn, leave_alone, regions, skin
from photodouble_client.errors import ArtistError

_SEES = all(importlib.util.find_spec(name) is not None for name in ("ai_edge_litert", "mediapipe"))
needs_networks = pytest.mark.skipif(not _SEES, reason="the face extra is not installed")


@pytest.fixture(scope="module")
def clip() -> moving_face.MovingFace:
    return moving_face.clip(12)


@pytest.fixture(scope="module")
def track(clip) -> FaceTrack:
    (found,) = track_faces(clip.picture, clip.numbers)
    return found


def _places(track, clip) -> np.ndarray:
    """Return where places of the face lie in face space, by frame, in pixels of the plate."""
    held = [
        apply(after(track.to_face(frame), clip.truth[frame - 1001]), moving_face.LANDMARKS)
        for frame in clip.numbers
    ]
    return np.stack(held) / track.density


@needs_networks
def test_networks_are_loaded_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    assert networks.load_networks().side(networks.MESH) > 0
    os.write(2, b"this is still heard")
    assert capfd.readouterr().err == "this is still heard"


@needs_networks
def test_a_face_is_found_and_held_still(clip, track) -> None:
    places = _places(track, clip)
    plain = np.stack([apply(truth, moving_face.LANDMARKS) for truth in clip.truth])
    assert track.valid.all()
    assert told(track) == ""
    assert np.abs(plain - plain.mean(axis=0)).mean() > 4
    assert np.abs(places - places.mean(axis=0)).mean() < 0.05
    assert np.abs(np.diff(places, axis=0)).max() < 0.15


@needs_networks
def test_landmarks_lie_where_the_face_is(clip, track) -> None:
    eyes = {(33, 133): (204, 101.5), (362, 263): (247, 103.5)}
    for corners, middle in eyes.items():
        expected = apply(clip.truth[3], np.array(middle, float))
        assert np.linalg.norm(track.points[3, list(corners)].mean(axis=0) - expected) < 2


@needs_networks
def test_the_same_shot_gives_the_same_track(clip, track) -> None:
    (again,) = track_faces(clip.picture, clip.numbers)
    np.testing.assert_array_equal(again.similarity, track.similarity)


@needs_networks
def test_a_squeezed_plate_gives_an_even_face() -> None:
    squeezed = moving_face.clip(12, size=(240, 160), pixel_aspect=2.0)
    (found,) = track_faces(squeezed.picture, squeezed.numbers, pixel_aspect=2.0)
    places = _places(found, squeezed)
    assert np.abs(places - places.mean(axis=0)).mean() < 0.15
    whole = after(found.to_face(1003), squeezed.truth[2])[:, :2]
    assert abs(np.hypot(*whole[:, 0]) / np.hypot(*whole[:, 1]) - 1) < 0.02
    (wrong,) = track_faces(squeezed.picture, squeezed.numbers, pixel_aspect=1.6)
    whole = after(wrong.to_face(1003), squeezed.truth[2])[:, :2]
    assert abs(np.hypot(*whole[:, 0]) / np.hypot(*whole[:, 1]) - 1) > 0.15


@needs_networks
def test_a_dark_plate_is_made_bright_enough_to_see_the_face(clip, track) -> None:
    (dark,) = track_faces(lambda frame: clip.picture(frame) / 64, clip.numbers[:4])
    middle = dark.points[0].mean(axis=0)
    assert np.linalg.norm(middle - track.points[0].mean(axis=0)) < 3


@needs_networks
def test_one_frame_with_pixels_that_are_no_numbers_is_enough(clip, track) -> None:
    broken = clip.picture(1003).copy()
    broken[::9, ::7] = np.nan
    broken[4::9, 3::7] = np.inf
    (found,) = track_faces(lambda frame: broken, [1003])
    assert found.valid.all()
    assert np.isfinite(found.similarity).all()
    assert np.linalg.norm(found.points[0].mean(axis=0) - track.points[2].mean(axis=0)) < 6


@needs_networks
def test_progress_runs_to_its_end(clip) -> None:
    told: list[tuple[int, int]] = []
    track_faces(clip.picture, clip.numbers[:3], on_frame=lambda done, of: told.append((done, of)))
    assert told == [(done, 6) for done in range(1, 7)]


@needs_networks
def test_one_frame_is_held_at_a_time(clip) -> None:
    held: list[weakref.ref[np.ndarray]] = []
    most = 0

    def picture(frame: int):
        nonlocal most
        made = clip.picture(frame).copy()
        held.append(weakref.ref(made))
        most = max(most, sum(one() is not None for one in held))
        return made

    track_faces(picture, clip.numbers)
    assert len(held) >= 12
    assert most <= 2


def _two():
    """Two people beside each other: the portrait, and it mirrored, of another colour."""
    left = moving_face.clip(8, scale=1.0)
    right = moving_face.clip(8, scale=0.9)

    def picture(frame: int):
        other = right.picture(frame)[:, ::-1] * np.float32([0.6, 0.5, 0.45])
        return np.concatenate([left.picture(frame), other], axis=1)

    return picture, left.numbers


@needs_networks
def test_two_faces_have_ids_from_left_to_right() -> None:
    picture, frames = _two()
    found = track_faces(picture, frames)
    assert [one.face.ident for one in found] == ["1", "2"]
    assert all(one.valid.all() for one in found)
    middles = [one.points.mean(axis=(0, 1))[0] for one in found]
    assert middles[0] < 320 < middles[1]
    assert choose(found, "2", "Ada").face == Face("2", "Ada")


@needs_networks
@pytest.mark.parametrize("wanted", ["", "3"])
def test_of_two_faces_one_must_be_chosen(wanted) -> None:
    found = track_faces(*_two())
    with pytest.raises(ArtistError) as caught:
        choose(found, wanted)
    assert caught.value.code == "input.which_face"
    assert "face 1 at" in caught.value.message
    assert "face 2 at" in caught.value.message


@needs_networks
def test_a_face_that_comes_back_keeps_its_id(clip) -> None:
    def picture(frame: int):
        gone = 1005 <= frame <= 1008
        return np.full_like(clip.picture(frame), 0.2) if gone else clip.picture(frame)

    (found,) = track_faces(picture, clip.numbers)
    assert found.valid.tolist() == [True] * 4 + [False] * 4 + [True] * 4
    assert told(found) == f"{NO_FACE} in frames 1005-1008"
    assert np.isfinite(found.similarity).all()


@needs_networks
def test_a_face_that_leaves_the_frame_is_told(clip) -> None:
    (found,) = track_faces(lambda frame: _slid(clip, frame), clip.numbers)
    assert found.valid[:6].all()
    assert not found.valid[-1]
    assert LEAVES in found.troubles or NO_FACE in found.troubles
    assert "frames" in told(found)


def _slid(clip, frame: int):
    """Slide the picture to the left, further with every frame from the sixth on."""
    far = max(frame - 1006, 0) * 26
    picture = clip.picture(frame)
    return np.concatenate([picture[:, far:], np.full_like(picture[:, :far], 0.3)], axis=1)


@needs_networks
def test_after_a_cut_to_somebody_else_the_id_is_another(clip) -> None:
    """The mirrored portrait stands for another person: another parting, light from the other side."""

    def picture(frame: int):
        return clip.picture(frame) if frame < 1006 else clip.picture(frame)[:, ::-1]

    found = track_faces(picture, clip.numbers)
    assert [one.valid.sum() for one in found] == [5, 7]


@needs_networks
def test_no_face_is_an_error() -> None:
    rng = np.random.default_rng(1)
    noise = rng.uniform(size=(120, 160, 3)).astype(np.float32)
    with pytest.raises(ArtistError) as caught:
        track_faces(lambda frame: noise, range(1001, 1004))
    assert caught.value.code == "input.no_face"
    assert "profile" in caught.value.fix


def _turned(degrees: float) -> np.ndarray:
    """Return the portrait's face bent over its mesh and turned to a side, (400, 400, 3) scene-linear."""
    source = (encode(moving_face.portrait())[20:220, 120:330] * 255).astype(np.uint8)
    source = cv2.resize(source, None, fx=2.0, fy=2.0, interpolation=cv2.INTER_CUBIC)
    loaded = networks.load_networks()
    points = mesh_of_seen(source, detect(source, loaded)[0], loaded).points
    a = np.radians(degrees)
    turn = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    laid = (points - points.mean(axis=0)) @ turn.T + [200, 200, 0]
    corners = Delaunay(points[:, :2]).simplices
    picture = np.full((400, 400, 3), 70, np.uint8)
    for three in corners[np.argsort(-laid[corners][:, :, 2].mean(axis=1))]:
        flat, aim = points[three, :2].astype(np.float32), laid[three, :2].astype(np.float32)
        sides = [np.linalg.det((one[1:] - one[0]).astype(float)) for one in (flat, aim)]
        if sides[0] * sides[1] <= 0:
            continue
        low = np.floor(aim.min(axis=0)).astype(int) - 1
        wide, high = np.ceil(aim.max(axis=0)).astype(int) + 2 - low
        piece = cv2.warpAffine(
            source, cv2.getAffineTransform(flat, aim - low.astype(np.float32)), (wide, high)
        )
        mask = np.zeros((high, wide), np.uint8)
        cv2.fillConvexPoly(mask, np.rint((aim - low) * 16).astype(np.int32), 255, cv2.LINE_8, 4)
        picture[low[1] : low[1] + high, low[0] : low[0] + wide][mask > 0] = piece[mask > 0]
    return decode((picture / 255).astype(np.float32))


@needs_networks
def test_a_head_that_turns_into_profile_is_told() -> None:
    pictures = {frame: _turned(angle) for frame, angle in ((1, 0), (2, 30), (3, 62), (4, 68))}
    tracks = track_faces(lambda frame: pictures[frame], pictures)
    seen = {frame: one.troubles[frame - 1] for one in tracks for frame in pictures if one.valid[frame - 1]}
    assert sorted(seen) == [1, 2]
    assert any(PROFILE in one.troubles for one in tracks)


def test_a_turned_head_is_a_profile() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(468, 3)) * [40, 50, 10]
    points[234], points[454] = (-50, 0, 5), (50, 0, 5)
    for angle, turned in ((0, 0), (35, 35), (-70, 70)):
        a = np.radians(angle)
        turn = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
        assert abs(Mesh(points @ turn.T, 1.0).turn - turned) < 1e-6


def _never_seen(trouble: str) -> FaceTrack:
    still = np.repeat(np.array([[[1.5, 0, 0], [0, 1.5, 0]]]), 3, axis=0)
    return FaceTrack(
        (1, 2, 3), still, 64, np.zeros((3, 4, 2)), (), np.zeros(3, bool), "auto", Face("1"), (trouble,) * 3
    )


def test_a_face_only_seen_in_profile_is_an_error_with_a_remedy() -> None:
    with pytest.raises(ArtistError) as caught:
        choose([_never_seen(PROFILE)])
    assert caught.value.code == "input.face_view"
    assert "profile in frames 1-3" in caught.value.message
    assert "import" in caught.value.fix


def test_without_the_extra_the_remedy_is_told(monkeypatch) -> None:
    monkeypatch.setattr(networks, "find_spec", lambda name: None)
    with pytest.raises(ArtistError) as caught:
        networks.load_networks()
    assert caught.value.code == "input.face_support"
    assert "face extra" in caught.value.fix


@needs_networks
def test_a_track_survives_its_document(track) -> None:
    read = face_from_document(json.loads(json.dumps(face_document(track))))
    np.testing.assert_allclose(read.similarity, track.similarity, atol=1e-6)
    np.testing.assert_allclose(read.points, track.points, atol=1e-3)
    assert (read.frames, read.names, read.face) == (track.frames, track.names, track.face)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "points"}, "kind"),
        ({"frames": {}}, "no frames"),
        ({"frames": {"a": {}}}, "frame number"),
        ({"frames": {"1": {"matrix": [1, 2]}}}, "six numbers"),
        ({"frames": {"1": {"matrix": [1, 1, 0, 1, 1, 0]}}}, "nothing"),
        ({"size": 0}, "size"),
    ],
)
def test_a_damaged_document_names_its_place(change, said) -> None:
    stored = {**face_document(_never_seen(PROFILE)), **change}
    with pytest.raises(ArtistError) as caught:
        face_from_document(stored)
    assert caught.value.code == "input.bad_document"
    assert said in caught.value.message


def test_frames_with_all_points_are_keys(tmp_path) -> None:
    path = tmp_path / "points.json"
    frames = [{"1001": {"place": [3.5, 4.5]}, "1005": {"place": [5, 6]}}, {"1001": {"place": [8, 9]}}]
    points = [{"name": str(at), "frames": one} for at, one in enumerate(frames)]
    path.write_text(json.dumps({"schema": 1, "kind": "points", "points": points}))
    keys = read_point_keys(path)
    assert list(keys) == [1001]
    np.testing.assert_array_equal(keys[1001], [[3, 4], [7.5, 8.5]])


@needs_networks
def test_regions_lie_where_their_names_say(track) -> None:
    found, alone = regions(track, 1003), leave_alone(track, 1003)
    assert tuple(found) == NAMES
    assert tuple(alone) == ALONE
    points = track.points_in_face(1003)
    height = {
        name: (np.arange(track.size)[:, None] * mask).sum() / mask.sum() for name, mask in found.items()
    }
    assert height["forehead"] < height["crows_feet"] < height["under_eye"] < height["cheeks"]
    assert height["cheeks"] < height["nasolabial"] < height["marionette"] < height["neck"]
    for number, name in ((13, "teeth"), (0, "lips"), (159, "lids"), (105, "brows"), (2, "nostrils")):
        x, y = np.rint(points[number]).astype(int)
        assert alone[name][y, x] > 0.4, name
    for one in (*found.values(), *alone.values()):
        assert one.dtype == np.float32
        assert 0 <= one.min() <= one.max() <= 1
    x, y = np.rint(points[151]).astype(int)
    assert skin(track, 1003)[y, x] == pytest.approx(1, abs=0.02)
    assert found["neck"][y, x] == 0


@needs_networks
def test_a_shape_that_is_drawn_once_stays_on_the_face(clip, track) -> None:
    square = np.array([[-6, -6], [6, -6], [6, 6], [-6, 6]]) + moving_face.CENTRE
    shape = Shape("mole", "polygon", {1002: apply(clip.truth[1], square) + 0.5})
    for frame in (1002, 1009):
        mask = drawn(Shapes((shape,)), track, frame)
        rows, columns = np.nonzero(mask > 0.5)
        middle = apply(after(track.to_face(frame), clip.truth[frame - 1001]), moving_face.CENTRE)
        assert np.abs(np.array([columns.mean(), rows.mean()]) - middle).max() < 0.75
