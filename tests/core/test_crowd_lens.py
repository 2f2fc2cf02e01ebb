"""The crowd on a distorted, squeezed plate: held to a lens that is written out, through real ST maps."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import brentq

from photodouble.image.sequence import Sequence
from photodouble.image.stmap import read_stmap, write_stmap
from photodouble.image.window import Box
from photodouble.ops.crowd.areas import GroundRectangle
from photodouble.ops.crowd.areas_json import area_from_json
from photodouble.ops.crowd.camera import Camera, CameraMove, Screen, looking
from photodouble.ops.crowd.ground import solve_rectangle
from photodouble.ops.crowd.lens import Lens, flat_screen
from photodouble.ops.crowd.places import places
from photodouble.ops.crowd.project import View, project
from photodouble_client.errors import ArtistError

Points = npt.NDArray[np.float64]
PLATE = Screen(512, 429, 2.0)
"""A scope plate of half the usual size, squeezed two to one."""
BARREL = 0.05
"""How much nearer to the middle the lens shows what lies in a corner."""


def flat_of(points: Points) -> Points:
    """Take the distortion off: a point at radius r of the plate (1 in a corner) belongs at r (1 + k r^2)."""
    half = np.array([PLATE.width / 2, PLATE.height / 2])
    own = (points - half) * (PLATE.pixel_aspect, 1)
    corner = np.hypot(PLATE.width * PLATE.pixel_aspect / 2, PLATE.height / 2)
    radius = np.hypot(*own.T)[:, None] / corner
    k = 1 / (1 - BARREL) - 1
    return np.asarray(own * (1 + k * radius**2) / (PLATE.pixel_aspect, 1) + half)


def plate_of(points: Points) -> Points:
    """Put the distortion on, solved for every single point."""
    half = np.array([PLATE.width / 2, PLATE.height / 2])
    own = (points - half) * (PLATE.pixel_aspect, 1)
    corner = np.hypot(PLATE.width * PLATE.pixel_aspect / 2, PLATE.height / 2)
    k = 1 / (1 - BARREL) - 1
    found = []
    for one in own:
        wanted = np.hypot(*one) / corner
        radius = brentq(lambda r, w=wanted: r * (1 + k * r * r) - w, 0, 10, xtol=1e-14) if wanted > 0 else 0
        found.append(one * (radius / wanted if wanted > 0 else 1))
    return np.asarray(np.array(found) / (PLATE.pixel_aspect, 1) + half)


def centres(box: Box) -> Points:
    down, across = np.mgrid[box.y0 : box.y1, box.x0 : box.x1]
    return np.stack([across.ravel() + 0.5, down.ravel() + 0.5], 1)


@pytest.fixture(scope="module")
def maps(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """The pair as EXR files, written and read back, so that the half pixels are those of the files."""
    folder = tmp_path_factory.mktemp("lens")
    box = Box(0, 0, PLATE.width, PLATE.height)
    for name, function in (("redistort", flat_of), ("undistort", plate_of)):
        told = (function(centres(box)) - 0.5).reshape(*box.size, 2).astype(np.float32)
        write_stmap(folder / f"{name}.1001.exr", told, box, box)
    read = [
        read_stmap(Sequence.find(str(folder / f"{name}.####.exr")), 1001, box)
        for name in ("redistort", "undistort")
    ]
    return read[0], read[1]


def stand_and_camera() -> tuple[Any, Camera]:
    stand = area_from_json(
        {
            "id": "n",
            "kind": "seats",
            "sections": 6,
            "rows": 12,
            "seats": 15,
            "origin": [0, 0, -20],
            "aisle": 1,
        }
    )
    place = np.array([3.0, 6, 14])
    return stand, Camera(place, looking(place, np.array([0.0, 2, -22])), 30, 24)


def test_seats_lie_where_the_distorted_squeezed_plate_shows_them(maps: tuple[Any, Any]) -> None:
    stand, camera = stand_and_camera()
    agents = places([stand])
    view = View(CameraMove.still(camera), PLATE, Lens.of(*maps), PLATE)
    seen = project(agents.foot, view, 1)
    true = plate_of(camera.see(agents.foot[seen.agent], PLATE)[0])
    away = np.hypot(*(seen.foot - true).T)
    inside = np.all((true > 0) & (true < (PLATE.width, PLATE.height)), axis=1)
    assert inside.sum() > 500 and (~inside).sum() > 5
    assert away[inside].max() < 0.02
    assert away.max() < 0.3


def test_leaving_the_lens_out_would_put_seats_pixels_away() -> None:
    """The control: the figure above fails by far without the lens."""
    stand, camera = stand_and_camera()
    agents = places([stand])
    seen = project(agents.foot, View(CameraMove.still(camera), PLATE), 1)
    true = plate_of(camera.see(agents.foot[seen.agent], PLATE)[0])
    assert np.hypot(*(seen.foot - true).T).max() > 3


def test_the_wrong_pixel_aspect_would_put_seats_pixels_away(maps: tuple[Any, Any]) -> None:
    stand, camera = stand_and_camera()
    agents = places([stand])
    square = Screen(PLATE.width, PLATE.height)
    seen = project(agents.foot, View(CameraMove.still(camera), square, Lens.of(*maps), square), 1)
    true = plate_of(camera.see(agents.foot[seen.agent], PLATE)[0])
    assert np.hypot(*(seen.foot - true).T).max() > 3


def test_heads_lie_where_the_plate_shows_them(maps: tuple[Any, Any]) -> None:
    stand, camera = stand_and_camera()
    agents = places([stand])
    view = View(CameraMove.still(camera), PLATE, Lens.of(*maps), PLATE)
    seen = project(agents.foot, view, 1, height=1.3)
    head = plate_of(camera.see(agents.foot[seen.agent] + (0, 1.3, 0), PLATE)[0])
    inside = np.all((head > 0) & (head < (PLATE.width, PLATE.height)), axis=1)
    away = np.hypot(*(seen.foot + 1.3 * seen.up - head).T)
    assert away[inside].max() < 0.05


def test_redistort_alone_is_enough(maps: tuple[Any, Any]) -> None:
    points = np.random.default_rng(1).uniform((0, 0), (PLATE.width, PLATE.height), (200, 2))
    lens = Lens.of(maps[0])
    np.testing.assert_allclose(lens.to_plate(flat_of(points)), points, atol=0.01)
    np.testing.assert_allclose(lens.to_flat(points), flat_of(points), atol=0.01)


def test_a_map_with_overscan_reaches_further(maps: tuple[Any, Any]) -> None:
    box = Box(-60, -50, PLATE.width + 60, PLATE.height + 50)
    told = (flat_of(centres(box)) - 0.5).reshape(*box.size, 2).astype(np.float32)
    lens = Lens.of(told, corner=(box.x0, box.y0))
    points = np.array([[-50.0, -40], [PLATE.width + 50, 100], [100, PLATE.height + 45], [200.0, 200]])
    np.testing.assert_allclose(lens.to_plate(flat_of(points)), points, atol=0.01)


def test_just_outside_the_frame_the_lens_is_still_followed(maps: tuple[Any, Any]) -> None:
    """People below the frame reach into it, so their feet have to lie right too."""
    points = np.array([[100.0, PLATE.height + 100], [-60, 200], [PLATE.width + 60, 50], [300, -80]])
    away = Lens.of(*maps).to_plate(flat_of(points)) - points
    assert np.abs(away).max() < 0.3


def test_the_ground_is_solved_through_the_lens(maps: tuple[Any, Any]) -> None:
    _, camera = stand_and_camera()
    corners = np.array([[-4, 0, -4], [4, 0, -4], [4, 0, -16], [-4, 0, -16]], float)
    plate = plate_of(camera.see(corners, PLATE)[0])
    drawn = tuple((float(x), float(y)) for x, y in plate)
    through = solve_rectangle(GroundRectangle(1, drawn, 8, 12, None, 24), PLATE, Lens.of(*maps))
    without = solve_rectangle(GroundRectangle(1, drawn, 8, 12, None, 24), PLATE)
    assert through.move.at(1).focal == pytest.approx(30, rel=1e-3)
    assert abs(without.move.at(1).focal - 30) > 0.3


@pytest.mark.parametrize(
    ("size", "aspect"), [((512, 429), 2.0), ((1024, 429), 1.0), ((600, 500), 2.0), ((1150, 480), 1.0)]
)
def test_a_flat_picture_with_room_around_it_or_unsqueezed_shows_the_same(size: Any, aspect: float) -> None:
    _, camera = stand_and_camera()
    points = np.random.default_rng(8).uniform((-5, 0, -25), (5, 5, -15), (100, 3))
    flat = flat_screen(PLATE, *size)
    assert flat.pixel_aspect == aspect
    middle = np.array(size) / 2
    shown = (camera.see(points, flat)[0] - middle) * (aspect / 2, 1) + (PLATE.width / 2, PLATE.height / 2)
    np.testing.assert_allclose(shown, camera.see(points, PLATE)[0], atol=1e-9)


def test_maps_that_cannot_be_used_are_told(maps: tuple[Any, Any]) -> None:
    holed = maps[0].copy()
    holed[3, 4] = np.nan
    for broken, told in (
        (holed, "without a place"),
        (maps[0][:, ::-1], "backwards"),
        (maps[0][:1], "two pixels"),
    ):
        with pytest.raises(ArtistError, match=told):
            Lens.of(broken)
