"""The ground: a camera from four drawn corners and a length, and what is told when no camera fits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from photodouble.ops.crowd.areas import GroundRectangle, Standing
from photodouble.ops.crowd.camera import Camera, CameraMove, Screen, axes_of, looking
from photodouble.ops.crowd.ground import drawn_on, on_ground, solve_ground, solve_rectangle
from photodouble_client.errors import ArtistError

HD = Screen(1920, 1080)
SCOPE = Screen(2048, 1716, 2.0)


def drawn(camera: Camera, screen: Screen, width: float, depth: float, *, mirrored: bool = False) -> Any:
    corners = np.array([[0, 0, 0], [width, 0, 0], [width, 0, -depth], [0, 0, -depth]], float)
    corners = corners[[1, 0, 3, 2]] if mirrored else corners
    seen, away = camera.see(corners, screen)
    assert away.min() > 0
    return tuple((float(x), float(y)) for x, y in seen)


def cameras(count: int) -> list[Camera]:
    chance = np.random.default_rng(11)
    found = []
    for _ in range(count):
        place = np.array([chance.uniform(-5, 15), chance.uniform(1, 15), chance.uniform(10, 30)])
        target = np.array([chance.uniform(3, 8), 0, chance.uniform(-12, -4)])
        axes = looking(place, target) @ axes_of(np.array([0, 0, chance.uniform(-5, 5)]))
        found.append(Camera(place, axes, chance.uniform(18, 60), 36.0))
    return found


@pytest.mark.parametrize("screen", [HD, SCOPE], ids=["square", "squeezed"])
@pytest.mark.parametrize("known", ["both", "width", "depth", "width and focal"])
def test_the_camera_is_found_from_four_corners(screen: Screen, known: str) -> None:
    for at, camera in enumerate(cameras(20)):
        rectangle = GroundRectangle(
            1001,
            drawn(camera, screen, 10, 15, mirrored=at % 2 == 1),
            None if known == "depth" else 10.0,
            15.0 if known in ("both", "depth") else None,
            camera.focal if "focal" in known else None,
        )
        solved = solve_rectangle(rectangle, screen)
        found = solved.move.at(1001)
        assert found.focal == pytest.approx(camera.focal, rel=1e-5)
        assert found.position[1] == pytest.approx(camera.position[1], rel=1e-5)
        assert (solved.width, solved.depth) == pytest.approx((10, 15), rel=1e-5)
        assert solved.error < 1e-3
        assert np.linalg.det(found.axes) == pytest.approx(1)


def test_the_solved_world_begins_at_the_first_corner_and_runs_to_the_second() -> None:
    camera = cameras(1)[0]
    rectangle = GroundRectangle(1, drawn(camera, HD, 10, 15), 10)
    found = solve_ground(rectangle, HD).at(1)
    world = np.array([[0, 0, 0], [10, 0, 0], [10, 0, -15], [0, 0, -15], [5, 1.8, -7]])
    np.testing.assert_allclose(found.see(world, HD)[0], camera.see(world, HD)[0], atol=1e-3)


def test_corners_a_pixel_off_still_give_a_camera_near_the_true_one() -> None:
    camera = cameras(3)[2]
    chance = np.random.default_rng(4)
    corners = np.array(drawn(camera, HD, 10, 15)) + chance.normal(0, 1, (4, 2))
    solved = solve_rectangle(GroundRectangle(1, tuple(map(tuple, corners.tolist())), 10, 15), HD)
    found = solved.move.at(1)
    assert found.focal == pytest.approx(camera.focal, rel=0.1)
    assert found.position[1] == pytest.approx(camera.position[1], rel=0.1)
    assert solved.error < 3


def test_a_wrong_length_shows_in_the_error() -> None:
    camera = cameras(1)[0]
    true = solve_rectangle(GroundRectangle(1, drawn(camera, HD, 10, 15), 10, 15, camera.focal), HD)
    wrong = solve_rectangle(GroundRectangle(1, drawn(camera, HD, 10, 15), 10, 30, camera.focal), HD)
    assert true.error < 1e-3 < 5 < wrong.error


@pytest.mark.parametrize(
    ("corners", "more", "told"),
    [
        ([[0, 0], [100, 100], [100, 0], [0, 100]], {"width": 5}, "crosses itself"),
        ([[0, 0], [50, 50], [100, 100], [150, 150]], {"width": 5}, "line"),
        ([[400, 900], [1500, 900], [1200, 500], [700, 500]], {}, "Neither its width nor its depth"),
        ([[400, 900], [1500, 900], [900, 800], [700, 500]], {"width": 5}, "behind the camera"),
        ([[700, 400], [1200, 400], [1500, 100], [400, 100]], {"width": 5, "focal": 30}, "ceiling"),
        ([[400, 900], [1500, 900], [1500, 500], [400, 500]], {"width": 5}, "focal length does not follow"),
    ],
)
def test_corners_that_no_camera_above_the_ground_sees_are_told(corners: Any, more: Any, told: str) -> None:
    with pytest.raises(ArtistError) as caught:
        solve_ground(GroundRectangle(1, tuple(map(tuple, corners)), **more), HD)
    assert told in caught.value.message
    assert caught.value.code == "input.bad_document"


def test_a_rectangle_whose_sides_stay_parallel_needs_the_focal_length_or_both_lengths() -> None:
    camera = Camera(np.array([5.0, 6, 12]), looking(np.array([5.0, 6, 12]), np.array([5.0, 0, -5])), 35, 36)
    corners = drawn(camera, HD, 10, 15)
    with pytest.raises(ArtistError, match="focal length does not follow"):
        solve_ground(GroundRectangle(1, corners, 10), HD)
    for more in ({"depth": 15.0}, {"focal": 35.0}):
        found = solve_ground(GroundRectangle(1, corners, 10, **more), HD).at(1)
        np.testing.assert_allclose(found.position, camera.position, rtol=1e-4)


def test_plate_pixels_go_down_to_the_ground_they_show() -> None:
    camera = cameras(2)[1]
    world = np.random.default_rng(0).uniform((-3, 1, -20), (12, 1, -2), (50, 3))
    pixels, _ = camera.see(world, SCOPE)
    np.testing.assert_allclose(on_ground(pixels, camera, SCOPE, height=1.0), world[:, [0, 2]], atol=1e-8)


def test_a_corner_above_the_horizon_is_told() -> None:
    camera = Camera(np.array([0.0, 2, 0]), np.eye(3), 35, 36)
    area = Standing(id="field", plate_polygon=((0.0, 1000.0), (1900.0, 1000.0), (900.0, 500.0)))
    with pytest.raises(ArtistError, match="Corner 3 of the area 'field' lies above the horizon"):
        drawn_on(area, CameraMove.still(camera), HD)


def test_a_camera_below_the_ground_of_an_area_is_told() -> None:
    camera = Camera(np.array([0.0, 2, 0]), np.eye(3), 35, 36)
    area = Standing(id="roof", height=3.0, plate_polygon=((0.0, 100.0), (1900.0, 100.0), (900.0, 50.0)))
    with pytest.raises(ArtistError, match="below the ground"):
        drawn_on(area, CameraMove.still(camera), HD)
