"""Distant frames are registered directly, by features that are seen all the way to them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from photodouble.ops.inpaint.mesh import Mesh
from photodouble.ops.inpaint.motion import Motion
from photodouble.ops.inpaint.scratch import MemoryScratch


def drifting(count: int, drift: float, others: int) -> tuple[Motion, NDArray[np.float64]]:
    """Tracks that rest, except `others` of an object; the chain of homographies drifts to the right."""
    rng = np.random.default_rng(5)
    places = rng.uniform((0, 0), (160, 96), (120, 2))
    scratch = MemoryScratch()
    plane = np.eye(3)
    plane[0, 2] = drift
    for i in range(count):
        moved = np.zeros_like(places)
        moved[:others, 1] = 2.5
        ends = np.concatenate([places + moved * i, places + moved * (i + 1)], 1).astype(np.float32)
        scratch.save("motion", i, homography=plane, tracks=ends)
    return Motion(scratch, "motion"), plane


@pytest.mark.parametrize("others", [0, 30])
def test_a_drifting_chain_is_set_right_whatever_an_object_does(others: int) -> None:
    motion, plane = drifting(10, 0.12, others)
    points = (np.linspace(60, 100, 50), np.linspace(30, 60, 50))
    mesh, chain = Mesh(motion, 0, 1, points), np.eye(3)
    for _ in range(10):
        mesh.advance()
        chain = plane @ chain
    shift = mesh.shift(chain)
    assert shift is not None
    assert np.abs(shift - [-1.2, 0]).max() < 0.1


def test_without_tracks_the_mesh_says_nothing() -> None:
    motion, plane = drifting(3, 0.1, 0)
    points = (np.array([50.0, 60.0]), np.array([40.0, 50.0]))
    assert Mesh(motion, 0, 1, points).shift(plane) is None


def test_a_matte_of_many_pixels_is_bent_as_a_part_of_it_would_be() -> None:
    motion, plane = drifting(4, 0.1, 10)
    x, y = (each.ravel() for each in np.meshgrid(np.linspace(20, 140, 400), np.linspace(10, 86, 100)))
    shifts = []
    some = np.r_[0, len(x) - 50 : len(x)]
    for chosen in (slice(None), some):
        mesh = Mesh(motion, 0, 1, (x[chosen], y[chosen]))
        for _ in range(4):
            mesh.advance()
        shifts.append(mesh.shift(plane @ plane @ plane @ plane))
    many, few = shifts
    assert many is not None
    assert few is not None
    assert many.shape == (40_000, 2)
    assert np.allclose(many[some], few)
