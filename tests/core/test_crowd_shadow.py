"""Contact shadows: where they fall, and that many are no darker than one."""

from __future__ import annotations

import numpy as np
import pytest

from photodouble.ops.crowd.camera import Camera, CameraMove, Screen, looking
from photodouble.ops.crowd.project import View
from photodouble.ops.crowd.shadow import contact_shadows, ellipse_shadows
from photodouble_client.specs.crowd_light import SHADOW

SIZE = (80, 120)


def view() -> View:
    position = np.array([0.0, 6.0, 12.0])
    camera = Camera(position, looking(position, np.zeros(3)), 35.0, 36.0)
    return View(CameraMove.still(camera, 1001), Screen(120, 80))


def middle_of(shadow: np.ndarray) -> np.ndarray:
    y, x = np.mgrid[0 : SIZE[0], 0 : SIZE[1]] + 0.5
    return np.array([(x * shadow).sum(), (y * shadow).sum()]) / shadow.sum()


def test_a_round_shadow_lies_around_the_foot() -> None:
    foot = np.array([[1.0, 0.0, -0.5]])
    shadow = contact_shadows(foot, np.array([1.8]), view(), 1001, SIZE)
    seen, _ = view().see(foot, view().move.at(1001))
    assert middle_of(shadow) == pytest.approx(seen[0], abs=0.5)
    assert 0.2 < shadow.max() <= 1


def near() -> View:
    """Look down on the middle from six metres, in HD."""
    position = np.array([0.0, 3.0, 6.0])
    camera = Camera(position, looking(position, np.zeros(3)), 35.0, 36.0)
    return View(CameraMove.still(camera, 1001), Screen(1920, 1080))


def test_as_delivered_the_shadow_is_under_the_shoes_not_before_them() -> None:
    plain = {one.key.removeprefix("shadow_"): one.default for one in SHADOW if one.key.startswith("shadow_")}
    shadow = contact_shadows(np.zeros((1, 3)), np.array([1.75]), near(), 1001, (1080, 1920), **plain)
    (x, y), (_, before) = near().see(np.array([[0.0, 0, 0], [0, 0, 0.1]]), near().move.at(1001))[0]
    rows, columns = np.nonzero(shadow > 0.05)
    assert rows.max() < before, "it reaches more than ten centimetres out before the shoes"
    assert shadow[: int(y)].sum() > 1.5 * shadow[int(y) :].sum(), "most of it lies before the shoes"
    assert shadow[int(y) - 2, int(x)] > 0.9, "it is not darkest at the soles"
    assert 2 * np.ptp(rows) < np.ptp(columns), "it is not flat"


def test_a_long_shadow_begins_dark_at_the_soles() -> None:
    long = contact_shadows(
        np.zeros((1, 3)), np.array([1.75]), near(), 1001, (1080, 1920), direction=90, length=2.0
    )
    x, y = near().see(np.zeros((1, 3)), near().move.at(1001))[0][0]
    assert long[int(y) - 2, int(x)] > 0.7


@pytest.mark.parametrize(("direction", "side"), [(90.0, 1), (-90.0, -1)])
def test_a_long_shadow_falls_away_from_the_light(direction: float, side: int) -> None:
    foot = np.zeros((1, 3))
    near = contact_shadows(foot, np.array([1.8]), view(), 1001, SIZE)
    long = contact_shadows(foot, np.array([1.8]), view(), 1001, SIZE, direction=direction, length=2.0)
    assert side * (middle_of(long) - middle_of(near))[0] > 5


def test_many_shadows_on_one_place_are_no_darker_than_one() -> None:
    one = contact_shadows(np.zeros((1, 3)), np.array([1.8]), view(), 1001, SIZE)
    many = contact_shadows(np.zeros((50, 3)), np.full(50, 1.8), view(), 1001, SIZE)
    assert np.array_equal(one, many)


def test_the_order_of_people_changes_no_bit() -> None:
    make = np.random.default_rng(1)
    foot = make.uniform(-4, 4, (80, 3)) * (1, 0, 1)
    there, back = (
        contact_shadows(f, np.full(80, 1.7), view(), 1001, SIZE, length=1.0) for f in (foot, foot[::-1])
    )
    assert there.tobytes() == back.tobytes()


def test_nobody_behind_the_camera_casts_a_shadow() -> None:
    shadow = contact_shadows(np.array([[0.0, 0.0, 40.0]]), np.array([1.8]), view(), 1001, SIZE)
    assert not shadow.any()


def test_a_hard_ellipse_covers_its_area() -> None:
    axes = np.array([[20.0, 0.0]]), np.array([[0.0, 10.0]])
    shadow = ellipse_shadows(np.array([[60.3, 40.2]]), *axes, SIZE, softness=0.02)
    assert shadow.sum() == pytest.approx(np.pi * 20 * 10, rel=0.04)


def test_a_shadow_smaller_than_a_pixel_neither_vanishes_nor_grows() -> None:
    sums = []
    for shift in np.linspace(0, 1, 9):
        axes = np.array([[0.2, 0.0]]), np.array([[0.0, 0.1]])
        sums.append(ellipse_shadows(np.array([[30 + shift, 30.5]]), *axes, SIZE).sum())
    assert min(sums) > 0
    assert max(sums) < 0.5
