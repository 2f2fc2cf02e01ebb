"""Density: what is asked for comes, where it is asked for, and painting touches nobody else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.areas import Area
from photodouble.ops.crowd.areas_json import area_from_json
from photodouble.ops.crowd.density import density_at, thresholds
from photodouble.ops.crowd.places import places
from photodouble_client.errors import ArtistError

FIELD: dict[str, Any] = {
    "id": "field",
    "kind": "standing",
    "polygon": [[-150, -150], [150, -150], [150, 150], [-150, 150]],
    "spacing": 0.8,
}
CELLS = np.linspace(-150, 150, 6)


def present(area: Area, agents: Agents | None = None, **more: Any) -> Agents:
    found = places([area]) if agents is None else agents
    return found.only(np.flatnonzero(found.rank < thresholds([area], found, **more)))


def counted(agents: Agents) -> Any:
    return np.histogram2d(agents.foot[:, 0], agents.foot[:, 2], (CELLS, CELLS))[0]


@pytest.mark.parametrize("density", [0.1, 0.35, 0.5, 0.8, 1.0])
def test_as_many_come_to_every_part_of_the_ground_as_are_asked_for(density: float) -> None:
    area = area_from_json({**FIELD, "density": density})
    asked = density * 60 * 60 / 0.8**2
    np.testing.assert_allclose(counted(present(area)) / asked, 1, atol=0.02)


def test_white_noise_of_the_same_number_misses_that() -> None:
    """The control: people placed by chance clump, and some part of the ground has too few of them."""
    chance = np.random.default_rng(2).uniform(-150, 150, (round(0.1 * 300 * 300 / 0.64), 2))
    counts = np.histogram2d(*chance.T, (CELLS, CELLS))[0] / (0.1 * 60 * 60 / 0.64)
    assert np.abs(counts - 1).max() > 0.02


def test_a_ramp_of_a_density_map_is_followed_cell_by_cell() -> None:
    area = area_from_json({**FIELD, "map": {"path": "ramp", "corner": [-150, -150], "size": [300, 300]}})
    ramp = np.broadcast_to(np.linspace(0.1, 1, 300, dtype=np.float32), (200, 300))
    agents = present(area, read=lambda path: ramp)
    fine = np.linspace(-150, 150, 3001)[:-1] + 0.05
    true = np.interp((fine + 150) / 300 * 300 - 0.5, np.arange(300), ramp[0])
    asked = true.reshape(5, 600).mean(1) * 60 * 60 / 0.64
    np.testing.assert_allclose(counted(agents) / asked[:, None], 1, atol=0.02)


def test_a_map_lies_where_it_is_put_with_its_first_row_at_its_corner() -> None:
    area = area_from_json({**FIELD, "map": {"path": "m", "corner": [-10, 20], "size": [20, 40]}})
    picture = np.array([[1, 0], [0, 0.5]], np.float32)
    points = np.array([[-9.0, 21], [9, 21], [-9, 59], [9, 59], [-11, 21], [0, 61]])
    found = density_at(area, points, lambda path: picture)
    np.testing.assert_allclose(found, [1, 0, 0, 0.5, 0, 0], atol=1e-9)


def test_paint_adds_only_inside_the_brush_and_loses_nobody() -> None:
    bare = area_from_json({**FIELD, "density": 0.5})
    painted = area_from_json(
        {**FIELD, "density": 0.5, "paint": [{"at": [20, -30], "radius": 12, "amount": 0.3}]}
    )
    before, after = present(bare), present(painted)
    assert set(before.ident) <= set(after.ident)
    new = after.only(~np.isin(after.ident, before.ident))
    away = np.hypot(new.foot[:, 0] - 20, new.foot[:, 2] + 30)
    assert away.max() < 12
    inner = np.hypot(*(after.foot[:, [0, 2]] - (20, -30)).T) < 8
    assert inner.sum() / (np.pi * 64 / 0.64) == pytest.approx(0.8, abs=0.02)


def test_paint_below_nothing_removes_only_inside_the_brush() -> None:
    bare = area_from_json(FIELD)
    erased = area_from_json({**FIELD, "paint": [{"at": [0, 0], "radius": 10, "amount": -1}]})
    before, after = present(bare), present(erased)
    gone = before.only(~np.isin(before.ident, after.ident))
    assert np.hypot(gone.foot[:, 0], gone.foot[:, 2]).max() < 10
    assert np.hypot(after.foot[:, 0], after.foot[:, 2]).min() > 10 * 2 / 3 - 0.01
    assert set(after.ident) <= set(before.ident)


def test_a_higher_density_keeps_everybody_where_they_are() -> None:
    agents = places([area_from_json(FIELD)])
    kept: set[int] = set()
    for density in (0.05, 0.2, 0.5, 0.51, 0.9, 1.0):
        there = present(area_from_json({**FIELD, "density": density}), agents)
        assert kept <= set(there.ident.tolist())
        kept = set(there.ident.tolist())
    assert len(kept) == len(agents)


def test_a_brush_is_checked() -> None:
    for paint in (
        [{"at": [1], "radius": 2}],
        [{"at": [1, 2], "radius": 0}],
        [{"at": [1, 2], "amount": 3}],
        ["dab"],
    ):
        with pytest.raises(ArtistError, match=r"paint\[0\]"):
            area_from_json({**FIELD, "paint": paint})


def test_an_outline_of_thousands_of_corners_is_refused_at_once() -> None:
    turns = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    ring = [[float(5 * np.cos(turn)), float(5 * np.sin(turn))] for turn in turns]
    with pytest.raises(ArtistError, match="20000 corners"):
        area_from_json({"id": "ring", "kind": "standing", "polygon": ring, "spacing": 1.0})
