"""Cameras of files: Nuke, .chan, USD and JSON, each against another library or a camera written out."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from photodouble.ops.crowd.camera import Camera, CameraMove, Screen, axes_of, looking
from photodouble.ops.crowd.camera_files import CameraOptions, camera_from_json, camera_to_json, read_camera
from photodouble_client.errors import ArtistError

HD = Screen(1920, 1080)
POINTS = np.random.default_rng(3).uniform((-5, -2, -40), (5, 4, -8), (50, 3))


def written_out(
    points: Any,
    place: Any,
    pan: float,
    tilt: float,
    roll: float,
    *,
    focal: float,
    film: float,
    shift: Any = (0, 0),
) -> Any:
    """Project by hand: undo the pan around y, then the tilt around x, then the roll around z."""
    found = []
    for point in np.asarray(points, float):
        x, y, z = point - place
        a, b, c = math.radians(pan), math.radians(tilt), math.radians(roll)
        x, z = x * math.cos(a) - z * math.sin(a), x * math.sin(a) + z * math.cos(a)
        y, z = y * math.cos(b) + z * math.sin(b), -y * math.sin(b) + z * math.cos(b)
        x, y = x * math.cos(c) + y * math.sin(c), -x * math.sin(c) + y * math.cos(c)
        across, up = focal * x / -z - shift[0], focal * y / -z - shift[1]
        found.append((960 + across * 1920 / film, 540 - up * 1920 / film))
    return np.array(found)


NUKE = """set cut_paste_input [stack 0]
version 13.2 v1
push $cut_paste_input
Camera2 {
 inputs 0
 translate {{curve x1001 1 1.5 x1003 2} 3 {curve i x1001 10 x1003 10}}
 rotate {-5 {curve x1001 10 11 12} 3}
 focal 40
 haperture 24
 vaperture 13.5
 win_translate {0.1 -0.05}
 focal_point 12
 fstop 2.8
 shutter 0.5
 shutteroffset centred
 label "a \\" brace } inside"
 name Shot_Camera
 xpos 10
}
"""


def test_a_nuke_camera_projects_as_written_out(tmp_path: Path) -> None:
    path = tmp_path / "shot.nk"
    path.write_text(NUKE, encoding="utf-8")
    move = read_camera(path)
    shift = (0.1 * 12, -0.05 * 12)
    for frame, x, pan in ((1001, 1, 10), (1002, 1.5, 11), (1003, 2, 12)):
        seen, depth = move.at(frame).see(POINTS, HD)
        true = written_out(POINTS, (x, 3, 10), pan, -5, 3, focal=40, film=24, shift=shift)
        np.testing.assert_allclose(seen, true, atol=1e-6)
        assert depth.min() > 0
    assert (move.at(1001).focus_distance, move.at(1001).f_stop) == (12, 2.8)
    assert (move.shutter_angle, move.shutter_phase) == (180, -90)
    assert move.shutter(1002) == (1001.75, 1002.25)


def test_another_rotation_order_of_nuke_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "shot.nk"
    path.write_text(NUKE.replace(" focal 40", " rot_order XYZ\n focal 40"), encoding="utf-8")
    from cv2 import Rodrigues

    turns = [Rodrigues(np.radians(angle) * np.eye(3)[axis])[0] for axis, angle in enumerate((-5, 10, 3))]
    np.testing.assert_allclose(read_camera(path).at(1001).axes, turns[2] @ turns[1] @ turns[0], atol=1e-12)


def test_a_nuke_matrix_and_braces_on_several_lines(tmp_path: Path) -> None:
    path = tmp_path / "shot.nk"
    path.write_text(
        "Camera3 {\n inputs 0\n useMatrix true\n matrix {\n  {1 0 0 4}\n  {0 1 0 5}\n"
        "  {0 0 1 6}\n  {0 0 0 1}\n }\n focal 30\n haperture 36\n name C\n}\n",
        encoding="utf-8",
    )
    camera = read_camera(path).at(1)
    np.testing.assert_allclose(camera.position, (4, 5, 6))
    np.testing.assert_allclose(camera.axes, np.eye(3))


def test_an_axis_above_the_camera_is_told(tmp_path: Path) -> None:
    path = tmp_path / "shot.nk"
    path.write_text(
        "Axis2 {\n inputs 0\n name Dolly\n}\n" + NUKE.replace(" inputs 0\n", ""), encoding="utf-8"
    )
    assert "Dolly" in read_camera(path).notes[0]


def test_keys_that_lie_apart_are_told(tmp_path: Path) -> None:
    path = tmp_path / "shot.nk"
    path.write_text(NUKE.replace("curve x1001 10 11 12", "curve x1001 10 x1010 12"), encoding="utf-8")
    assert "evenly" in read_camera(path).notes[-1]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no such camera"),
        (NUKE + NUKE.replace("Shot_Camera", "Other"), "Shot_Camera, Other"),
        (NUKE.replace("focal 40", "focal {{parent.zoom}}"), "focal"),
        (NUKE[:200], "cut short"),
        (NUKE.replace("win_translate {0.1 -0.05}", "win_translate {0.1 1 2}"), "win_translate has 3 numbers"),
        (NUKE.replace(" 3 {curve i", " {curve i"), "translate has 2 numbers"),
    ],
)
def test_a_script_that_cannot_be_used_is_told(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "shot.nk"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ArtistError) as caught:
        read_camera(path)
    assert told in caught.value.message and caught.value.code == "input.bad_document"


def test_one_of_several_cameras_is_chosen_by_name(tmp_path: Path) -> None:
    path = tmp_path / "shot.nk"
    path.write_text(
        NUKE + NUKE.replace("Shot_Camera", "Other").replace("focal 40", "focal 20"), encoding="utf-8"
    )
    assert read_camera(path, CameraOptions(node="Other")).at(1001).focal == 20


def test_a_chan_file_takes_its_focal_length_from_the_angle_of_view(tmp_path: Path) -> None:
    path = tmp_path / "shot.chan"
    path.write_text("# exported\n1 1 3 10 -5 10 3 40\n2 1 3 11 -5 10 3 40\n", encoding="utf-8")
    move = read_camera(path, CameraOptions(aperture=36, aperture_height=20.25, first_frame=1001))
    camera = move.at(1001)
    assert 2 * math.degrees(math.atan(20.25 / 2 / camera.focal)) == pytest.approx(40)
    seen, _ = camera.see(POINTS, HD)
    true = written_out(POINTS, (1, 3, 10), 10, -5, 3, focal=camera.focal, film=36)
    np.testing.assert_allclose(seen, true, atol=1e-6)
    np.testing.assert_allclose(move.at(1001.5).position, (1, 3, 10.5))


@pytest.mark.parametrize(
    "text", ["", "1 2 3\n", "1 0 0 0 0 0 0\n", "1 0 0 zero 0 0 0 40\n", "1 0 0 nan 0 0 0 40\n"]
)
def test_a_broken_chan_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "shot.chan"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ArtistError) as caught:
        read_camera(path)
    assert caught.value.code == "input.bad_document"


def test_a_usd_camera_projects_as_the_usd_library_does(tmp_path: Path) -> None:
    geometry, usd, gf = (
        pytest.importorskip("pxr.UsdGeom"),
        pytest.importorskip("pxr.Usd"),
        pytest.importorskip("pxr.Gf"),
    )
    stage = usd.Stage.CreateNew(str(tmp_path / "shot.usda"))
    geometry.SetStageMetersPerUnit(stage, 0.01)
    geometry.SetStageUpAxis(stage, geometry.Tokens.z)
    rig = geometry.Xform.Define(stage, "/rig")
    rig.AddTranslateOp().Set(gf.Vec3d(100, -1000, 300))
    turn = rig.AddRotateXYZOp()
    camera = geometry.Camera.Define(stage, "/rig/camera")
    for frame in (1, 2, 3):
        turn.Set(gf.Vec3f(85 + frame, 2, 10 * frame), frame)
    camera.GetHorizontalApertureAttr().Set(32.0)
    camera.GetVerticalApertureAttr().Set(18.0)
    camera.GetHorizontalApertureOffsetAttr().Set(2.0)
    camera.GetVerticalApertureOffsetAttr().Set(-1.0)
    camera.GetFocalLengthAttr().Set(28.0)
    camera.GetFocusDistanceAttr().Set(700.0)
    camera.GetFStopAttr().Set(4.0)
    camera.GetShutterOpenAttr().Set(-0.125)
    camera.GetShutterCloseAttr().Set(0.125)
    stage.Save()
    move = read_camera(tmp_path / "shot.usda")
    world = np.random.default_rng(0).uniform((-300, 0, 0), (300, 2000, 400), (40, 3))
    for frame in (1, 2, 3):
        matrix = (
            camera.GetCamera(frame).frustum.ComputeViewMatrix()
            * camera.GetCamera(frame).frustum.ComputeProjectionMatrix()
        )
        inside = np.array([matrix.Transform(gf.Vec3d(*map(float, point))) for point in world])
        true = np.stack([(inside[:, 0] + 1) * 960, (1 - inside[:, 1]) * 540], 1)
        metres = world[:, [0, 2, 1]] * (0.01, 0.01, -0.01)
        seen, depth = move.at(frame).see(metres, HD)
        ahead = depth > 0.5
        assert ahead.sum() > 10
        np.testing.assert_allclose(seen[ahead], true[ahead], atol=1e-3)
    assert (move.at(1).focus_distance, move.at(1).f_stop) == (7.0, 4.0)
    assert (move.shutter_angle, move.shutter_phase) == (90, -45)


@pytest.mark.parametrize(
    ("units", "film", "focal"), [(1.0, 0.36, 0.35), (1.0, 36.0, 35.0), (0.01, 36.0, 35.0)]
)
def test_film_of_usd_is_in_millimetres_whichever_way_it_was_written(
    tmp_path: Path, units: float, film: float, focal: float
) -> None:
    geometry, usd = pytest.importorskip("pxr.UsdGeom"), pytest.importorskip("pxr.Usd")
    stage = usd.Stage.CreateNew(str(tmp_path / "shot.usda"))
    geometry.SetStageMetersPerUnit(stage, units)
    camera = geometry.Camera.Define(stage, "/camera")
    camera.GetHorizontalApertureAttr().Set(film)
    camera.GetFocalLengthAttr().Set(focal)
    stage.Save()
    found = read_camera(tmp_path / "shot.usda").at(1)
    assert (found.aperture, found.focal) == pytest.approx((36, 35), rel=1e-6)


def test_a_broken_usd_file_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pxr.Usd")
    path = tmp_path / "shot.usda"
    for text in ("no usd at all", '#usda 1.0\ndef Camera "cut'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ArtistError) as caught:
            read_camera(path)
        assert caught.value.code == "input.bad_document"


def test_a_json_camera_projects_as_opencv_does() -> None:
    place, target = np.array([2.0, 5, 12]), np.array([0.0, 1, -10])
    axes = looking(place, target) @ axes_of(np.array([0, 0, 7.0]))
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = axes, place
    stored = {"matrix": matrix.ravel().tolist(), "focal": 35, "aperture": 36, "shift": [1.5, -0.7]}
    camera = camera_from_json({"schema": 1, "kind": "camera", "frames": {"1": stored}}).at(1)
    flip = np.diag([1.0, -1, -1])
    inner = np.array(
        [[35 * 1920 / 36, 0, 960 - 1.5 * 1920 / 36], [0, 35 * 1920 / 36, 540 - 0.7 * 1920 / 36], [0, 0, 1]]
    )
    turn = flip @ axes.T
    true, _ = cv2.projectPoints(POINTS, cv2.Rodrigues(turn)[0], -turn @ place, inner, None)
    np.testing.assert_allclose(camera.see(POINTS, HD)[0], true[:, 0], atol=1e-6)


def test_units_up_axis_and_first_frame_of_json() -> None:
    stored = {
        "schema": 1,
        "kind": "camera",
        "units": "cm",
        "up": "z",
        "first_frame": 1001,
        "focal": 30,
        "frames": {
            "1": {"position": [100, -500, 180], "rotation": [90, 0, 0]},
            "2": {"position": [100, -400, 180], "rotation": [90, 0, 0]},
        },
    }
    move = camera_from_json(stored)
    np.testing.assert_allclose(move.at(1001).position, (1, 1.8, 5))
    np.testing.assert_allclose(move.at(1002).position, (1, 1.8, 4))
    np.testing.assert_allclose(move.at(1001).axes, np.eye(3), atol=1e-12)


def test_a_camera_is_read_back_as_it_was_written() -> None:
    stored = {
        "schema": 1,
        "frames": {
            str(frame): {"position": [frame, 2, 3], "rotation": [1, frame, 2], "focal": 20 + frame}
            for frame in range(1, 5)
        },
    }
    move = camera_from_json(stored)
    back = camera_from_json(json.loads(json.dumps(camera_to_json(move))))
    for column in ("frames", "position", "axes", "focal", "aperture", "shift", "focus_distance", "f_stop"):
        np.testing.assert_allclose(getattr(back, column), getattr(move, column), rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"frames": {}}, "no frames"),
        ({"frames": {"one": {"position": [0, 0, 0], "focal": 30}}}, "'one' is no frame number"),
        ({"frames": {"1": {"position": [0, 0, 0]}}}, "no focal"),
        ({"frames": {"1": {"focal": 30}}}, "no position"),
        ({"frames": {"1": {"position": [0, 0], "focal": 30}}}, "position"),
        ({"frames": {"1": {"matrix": [0] * 16, "focal": 30}}}, "no rotation"),
        ({"frames": {"1": {"matrix": [1] * 9, "focal": 30}}}, "9 numbers"),
        ({"units": "yards"}, "yards"),
        ({"up": "x"}, "up is 'x'"),
        ({"schema": 9}, "schema 1"),
        ({"lens": 5}, "'lens' is not known"),
    ],
)
def test_a_wrong_field_of_json_is_named(change: dict[str, Any], told: str) -> None:
    stored = {"schema": 1, "kind": "camera", "frames": {"1": {"position": [0, 2, 0], "focal": 30}}, **change}
    with pytest.raises(ArtistError) as caught:
        camera_from_json(stored, "camera.json")
    assert told in caught.value.message


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtistError) as caught:
        read_camera(tmp_path / "camera.fbx")
    assert caught.value.code == "input.unsupported_format"


def test_between_frames_the_camera_turns_along_the_shortest_way() -> None:
    first, second = (Camera(np.zeros(3), axes_of(np.array([0.0, pan, 0])), 30, 36) for pan in (170, -170))
    move = CameraMove.still(first)
    both = CameraMove(
        np.array([1.0, 2]),
        *(np.concatenate([getattr(move, name)] * 2) for name in ("position",)),
        np.stack([first.axes, second.axes]),
        *(
            np.concatenate([getattr(move, name)] * 2)
            for name in ("focal", "aperture", "shift", "focus_distance", "f_stop")
        ),
    )
    np.testing.assert_allclose(both.at(1.5).axes, axes_of(np.array([0.0, 180, 0])), atol=1e-12)
    assert both.moves and not move.moves
