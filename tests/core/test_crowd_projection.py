"""Where the plate shows the crowd: places, sizes, speed and sharpness against another library's camera."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from photodouble.ops.crowd.areas_json import area_from_json
from photodouble.ops.crowd.camera import Camera, CameraMove, Screen, axes_of, looking
from photodouble.ops.crowd.places import places
from photodouble.ops.crowd.project import View, project

HD = Screen(1920, 1080)
PLACE = np.array([4.0, 9, 40])
CAMERA = Camera(
    PLACE,
    looking(PLACE, np.array([0.0, 3, 0])) @ axes_of(np.array([0, 0, 2.0])),
    40,
    36,
    np.array([0.5, -0.3]),
)


def opencv(points: Any, camera: Camera, screen: Screen = HD) -> Any:
    """Project with OpenCV: x to the right, y down, z away from the camera."""
    across = camera.focal * screen.width / camera.aperture
    down = across * screen.pixel_aspect
    shift = camera.shift * screen.width / camera.aperture
    inner = np.array(
        [
            [across, 0, screen.width / 2 - shift[0]],
            [0, down, screen.height / 2 + shift[1] * screen.pixel_aspect],
            [0, 0, 1],
        ]
    )
    turn = np.diag([1.0, -1, -1]) @ camera.axes.T
    return cv2.projectPoints(
        np.asarray(points), cv2.Rodrigues(turn)[0], -turn @ camera.position, inner, None
    )[0][:, 0]


def stand() -> Any:
    return places(
        [
            area_from_json(
                {"id": "n", "kind": "seats", "sections": 6, "rows": 20, "seats": 20, "origin": [0, 0, -5]}
            )
        ]
    )


@pytest.mark.parametrize(
    "screen", [HD, Screen(2048, 1716, 2.0), Screen(720, 576, 1.094)], ids=["HD", "scope", "PAL"]
)
def test_feet_and_heads_lie_where_another_library_sees_them(screen: Screen) -> None:
    agents = stand()
    seen = project(agents.foot, View(CameraMove.still(CAMERA), screen), 1, height=1.2)
    foot, head = (opencv(agents.foot[seen.agent] + (0, high, 0), CAMERA, screen) for high in (0, 1.2))
    assert len(seen) > 1500
    assert np.abs(seen.foot - foot).max() < 0.05
    height = np.hypot(*(head - foot).T)
    assert np.abs(np.hypot(*(1.2 * seen.up).T) / height - 1).max() < 0.005
    assert np.abs(seen.foot + 1.2 * seen.up - head).max() < 0.05


def test_a_wrong_film_back_would_be_caught() -> None:
    """The control: half a per cent of film back puts feet further away than the bar."""
    agents = stand()
    wrong = Camera(CAMERA.position, CAMERA.axes, CAMERA.focal, 36.18, CAMERA.shift)
    seen = project(agents.foot, View(CameraMove.still(wrong), HD), 1)
    assert np.abs(seen.foot - opencv(agents.foot[seen.agent], CAMERA)).max() > 0.5


def test_cards_are_as_wide_as_somebody_who_faces_the_camera() -> None:
    agents = stand()
    seen = project(agents.foot, View(CameraMove.still(CAMERA), HD), 1, height=1.2, width=0.6)
    to = CAMERA.position - agents.foot[seen.agent]
    right = np.stack([to[:, 2], np.zeros(len(to)), -to[:, 0]], 1)
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    belly = agents.foot[seen.agent] + (0, 0.6, 0)
    true = (opencv(belly + 0.3 * right, CAMERA) - opencv(belly - 0.3 * right, CAMERA)) / 0.6
    np.testing.assert_allclose(seen.right, true, atol=1e-3)


def test_the_size_of_a_person_is_in_the_axes_and_not_in_the_place() -> None:
    agents = stand()
    view = View(CameraMove.still(CAMERA), HD)
    size = np.linspace(0.9, 1.1, len(agents))
    plain, sized = project(agents.foot, view, 1), project(agents.foot, view, 1, scale=size)
    both, one, two = np.intersect1d(plain.agent, sized.agent, return_indices=True)
    assert len(both) > 1500
    np.testing.assert_array_equal(plain.foot[one], sized.foot[two])
    longer = np.hypot(*sized.up[two].T) / np.hypot(*plain.up[one].T)
    np.testing.assert_allclose(longer, size[both], rtol=0.01)


def test_squeezed_plates_show_people_half_as_wide() -> None:
    agents = stand()
    wide = project(agents.foot, View(CameraMove.still(CAMERA), Screen(2048, 858)), 1)
    squeezed = project(agents.foot, View(CameraMove.still(CAMERA), Screen(1024, 858, 2.0)), 1)
    both, one, two = np.intersect1d(wide.agent, squeezed.agent, return_indices=True)
    assert len(both) > 1500
    np.testing.assert_allclose(squeezed.right[two] * (2, 1), wide.right[one], atol=1e-3)
    np.testing.assert_allclose(squeezed.foot[two] * (2, 1), wide.foot[one], atol=1e-2)


def test_nobody_behind_the_camera_or_out_of_the_frame_is_drawn_and_nobody_in_it_is_missed() -> None:
    chance = np.random.default_rng(6)
    foot = chance.uniform((-80, 0, -80), (80, 0, 80), (4000, 3))
    seen = project(foot, View(CameraMove.still(CAMERA), HD), 1, height=1.75, width=0.8)
    ahead = (foot - CAMERA.position) @ -CAMERA.axes[:, 2] > 0.5
    body = [np.array([0, high, 0]) + foot for high in (0, 0.5, 1, 1.75)]
    shown = np.zeros(len(foot), bool)
    for points in body:
        at = opencv(points, CAMERA)
        shown |= ahead & np.all((at > 0) & (at < (1920, 1080)), axis=1)
    assert shown.sum() > 300
    assert set(np.flatnonzero(shown)) <= set(seen.agent.tolist())
    far = opencv(foot[seen.agent], CAMERA)
    assert np.all(ahead[seen.agent])
    assert far[:, 0].min() > -400 and far[:, 0].max() < 2320


def moving() -> CameraMove:
    still = CameraMove.still(CAMERA)
    frames = np.arange(1.0, 6)
    columns = {
        name: np.repeat(getattr(still, name), 5, axis=0)
        for name in ("position", "axes", "focal", "aperture", "shift", "focus_distance", "f_stop")
    }
    columns["position"] = columns["position"] + np.arange(5)[:, None] * (0.3, 0.05, -0.4)
    return CameraMove(frames, **columns)


def test_motion_is_where_they_will_be_on_the_next_frame() -> None:
    agents = stand()
    move = moving()
    velocity = np.tile((0.5, 0, -1.0), (len(agents), 1))
    now = project(agents.foot, View(move, HD), 2, velocity=velocity, rate=24)
    foot = agents.foot[now.agent]
    then = opencv(foot + np.array([0.5, 0, -1.0]) / 24, move.at(3))
    np.testing.assert_allclose(now.foot + now.motion, then, atol=2e-3)


def test_smear_is_the_way_while_the_shutter_is_open_with_the_place_in_its_middle() -> None:
    agents = stand()
    for angle, phase in ((180.0, -90.0), (180.0, 0.0), (90.0, -45.0)):
        move = moving()
        move = CameraMove(**{**vars(move), "shutter_angle": angle, "shutter_phase": phase})
        seen = project(agents.foot, View(move, HD), 3)
        foot = agents.foot[seen.agent]
        opened, closed = 3 + phase / 360, 3 + (phase + angle) / 360
        ends = [opencv(foot, move.at(time)) for time in (opened, closed)]
        np.testing.assert_allclose(seen.smear, ends[1] - ends[0], atol=2e-3)
        np.testing.assert_allclose(seen.foot, opencv(foot, move.at((opened + closed) / 2)), atol=2e-3)


def test_defocus_grows_away_from_where_the_lens_is_focused() -> None:
    """The disc of confusion of a thin lens: f^2 |z - s| / (N z (s - f))."""
    camera = Camera(CAMERA.position, CAMERA.axes, 85, 36, focus_distance=40, f_stop=2)
    agents = stand()
    seen = project(agents.foot, View(CameraMove.still(camera), HD), 1)
    focal, away = 0.085, seen.depth.astype(float)
    true = focal**2 * np.abs(away - 40) / (2 * away * (40 - focal)) * 1000 * 1920 / 36 / 2
    np.testing.assert_allclose(seen.defocus, true, atol=1e-3)
    assert project(agents.foot, View(CameraMove.still(CAMERA), HD), 1).defocus.max() == 0


def test_a_crowd_cut_in_parts_lies_in_the_same_places() -> None:
    agents = stand()
    view = View(moving(), HD)
    whole = project(agents.foot, view, 2)
    parts = [project(agents.foot[part], view, 2) for part in (slice(0, 1000), slice(1000, None))]
    np.testing.assert_array_equal(np.concatenate([part.foot for part in parts]), whole.foot)
    np.testing.assert_array_equal(np.concatenate([part.up for part in parts]), whole.up)
