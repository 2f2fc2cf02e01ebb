"""The kernels of a graphics card give the processor's pixels: each beside its compiled twin, on torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from photodouble.models.devices import NoDeviceError
from photodouble.ops import compute
from photodouble.ops.inpaint import gather, plane_sources, torch_membrane
from photodouble.ops.inpaint.complete import continue_inwards
from photodouble.ops.inpaint.resample import sample_sharp
from photodouble.ops.inpaint.warp import warp

TOLERANCE = {"torch": 2e-6, "cuda": 2e-6, "mps": 2e-3}
"""Largest difference of a colour, where 1 is white: single precision on Apple graphics, double elsewhere."""
SIZE = (37, 53)
FAR = 6


@pytest.fixture(params=["torch", "cuda", "mps"])
def use(request: pytest.FixtureRequest) -> compute.Use:
    """Give each device that is here; the others are skipped by name."""
    try:
        return compute.use_of(request.param)
    except NoDeviceError as error:
        pytest.skip(f"not run on {request.param}: {error}")


@dataclass(frozen=True)
class Looked:
    """A coded picture, its closed pixels, and points of another frame, some of them far outside."""

    picture: np.ndarray
    closed: np.ndarray
    xs: np.ndarray
    ys: np.ndarray


@pytest.fixture
def looked() -> Looked:
    chance = np.random.default_rng(5)
    height, width = SIZE
    closed = np.zeros(SIZE, np.uint8)
    closed[9:20, 14:31] = 1
    closed[chance.random(SIZE) < 0.01] = 1
    points = chance.uniform(-FAR, (width + FAR, height + FAR), (3000, 2))
    points[:300] = np.rint(points[:300])
    picture = chance.integers(-2000, 9000, (*SIZE, 3)).astype(np.int16)
    return Looked(picture, closed, points[:, 0].copy(), points[:, 1].copy())


PLANE = np.array([[1.02, 0.03, -2.0], [-0.02, 0.97, 1.5], [2e-4, -1e-4, 1.0]])


def both(use: compute.Use, work: Callable[[], Any]) -> tuple[Any, Any]:
    """Do the work with the compiled kernels, then on the device, which must not fail."""
    on_processor = work()
    with compute.computing_on(use):
        on_device = work()
    assert not use.is_lost, use.lost
    return on_processor, on_device


def differ(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.abs(first.astype(np.float64) - second).max(initial=0.0))


def test_colours_along_a_homography_are_those_of_the_processor(use, looked):
    wanted = np.random.default_rng(1).random(len(looked.xs)) < 0.8

    def work() -> tuple[np.ndarray, ...]:
        colour, kind = np.zeros((len(wanted), 3), np.float32), np.full(len(wanted), 9, np.uint8)
        place = np.zeros((len(wanted), 2), np.float32)
        plane_sources._look(
            looked.xs, looked.ys, PLANE, looked.picture, looked.closed, wanted, colour, kind, place
        )
        return colour, kind, place

    (colour, kind, place), (colour_too, kind_too, place_too) = both(use, work)
    assert {0, 1, 2} <= set(kind.tolist())
    assert np.array_equal(kind, kind_too)
    assert differ(colour, colour_too) <= TOLERANCE[use.device.name]
    assert differ(place, place_too) <= (1e-4 if use.device.name == "mps" else 1e-6)


def test_a_point_that_is_nowhere_is_refused(use, looked):
    """On a card a place that is no number would otherwise be read out of bounds."""
    xs, ys = looked.xs[:40].copy(), looked.ys[:40].copy()
    xs[::2] = np.nan

    def work() -> tuple[np.ndarray, ...]:
        kind = np.full(40, 9, np.uint8)
        colour, place, wanted = (
            np.zeros((40, 3), np.float32),
            np.zeros((40, 2), np.float32),
            np.ones(40, bool),
        )
        plane_sources._look(xs, ys, PLANE, looked.picture, looked.closed, wanted, colour, kind, place)
        return (kind,)

    kind, kind_too = (made[0] for made in both(use, work))
    assert (kind[::2] == 0).all() and np.array_equal(kind, kind_too)
    at, drift, alive = np.stack([xs, ys], 1), np.zeros(40), np.ones(40, np.uint8)
    field, corner = np.zeros((4, 5, 2), np.int16), np.array([0, 0])
    with compute.computing_on(use):
        gather._hop(at, drift, alive, PLANE, field, corner, np.linalg.inv(PLANE), field, corner, SIZE)
    assert not use.is_lost and not alive[::2].any()


def test_points_walk_the_dense_motion_as_on_the_processor(use, looked):
    chance = np.random.default_rng(2)
    field, back = (chance.integers(-300, 300, (20, 25, 2)).astype(np.int16) for _ in range(2))
    corner, inverse = np.array([3, 5]), np.linalg.inv(PLANE)

    def work() -> tuple[np.ndarray, ...]:
        at = np.stack([looked.xs, looked.ys], 1)
        drift, alive = np.full(len(at), 0.5), (looked.xs > 0).astype(np.uint8)
        gather._hop(at, drift, alive, PLANE, field, corner, inverse, back, corner + 1, SIZE)
        return at, drift, alive

    (at, drift, alive), (at_too, drift_too, alive_too) = both(use, work)
    assert 0 < alive.sum() < (looked.xs > 0).sum()
    assert np.array_equal(alive, alive_too)
    assert differ(at, at_too) < 1e-3 and differ(drift, drift_too) < 1e-3


def test_what_the_points_see_adds_up_as_on_the_processor(use, looked):
    def work() -> tuple[np.ndarray, ...]:
        count = len(looked.xs)
        at, drift = np.stack([looked.xs, looked.ys], 1), np.linspace(0, 3, count)
        alive, found = (np.arange(count) % 5 > 0).astype(np.uint8), (np.arange(count) % 4).astype(np.int32)
        total, weight = np.ones((count, 3)), np.ones(count)
        source, place, best = (
            np.full(count, -1, np.int16),
            np.zeros((count, 2), np.float32),
            np.full(count, 0.1),
        )
        gather._collect(
            at, drift, alive, found, 0.5, 7, looked.picture, looked.closed, 3,
            total, weight, source, place, best,
        )  # fmt: skip
        return total, weight, source, place, best, found

    on_processor, on_device = both(use, work)
    assert (on_processor[2] == 7).any() and (on_processor[2] == -1).any()
    for ours, theirs in zip(on_processor, on_device, strict=True):
        assert differ(ours, theirs) <= TOLERANCE[use.device.name] * 3


@pytest.mark.parametrize("size", [(61, 83), (5, 40), (1, 7)])
@pytest.mark.parametrize("fewest", [0, 150])
def test_a_field_continues_inwards_as_on_the_processor(use, size, fewest, monkeypatch):
    """Level for level on the device, and with the coarse levels left to the processor."""
    monkeypatch.setattr(torch_membrane, "FEWEST", fewest)
    chance = np.random.default_rng(3)
    field = chance.normal(size=(*size, 3)).astype(np.float32)
    hole = np.zeros(size, np.uint8)
    hole[size[0] // 4 : size[0] // 4 * 3 + 1, size[1] // 5 : size[1] // 5 * 4] = 1
    hole[0, -2:] = 1
    on_processor, on_device = both(use, lambda: continue_inwards(field, hole))
    assert differ(on_processor, field) > 0.5
    assert differ(on_processor, on_device) <= TOLERANCE[use.device.name] * 10


def test_the_sharp_resample_is_that_of_the_processor(use, looked):
    chance = np.random.default_rng(4)
    picture = chance.normal(1.0, 2.0, (*SIZE, 3)).astype(np.float32)
    usable = 1 - looked.closed
    x, y = (value.astype(np.float32).reshape(60, 50) for value in (looked.xs, looked.ys))
    (values, known), (values_too, known_too) = both(use, lambda: sample_sharp(picture, usable, x, y))
    assert 0.3 < known.mean() < 0.95
    assert np.array_equal(known, known_too)
    assert differ(values, values_too) <= TOLERANCE[use.device.name] * 10


def test_a_warp_is_that_of_the_processor(use):
    chance = np.random.default_rng(6)
    picture = chance.random((*SIZE, 3)).astype(np.float32)
    place = chance.uniform(-FAR, 60, (30, 40, 2)).astype(np.float32)
    on_processor, on_device = both(use, lambda: warp(picture, place))
    assert differ(on_processor, on_device) <= TOLERANCE[use.device.name]
