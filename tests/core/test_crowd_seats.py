"""Seats: rows, rake, aisles and curves, and ids that no other number changes."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.areas import Seats
from photodouble.ops.crowd.areas_json import area_from_json
from photodouble.ops.crowd.density import thresholds
from photodouble.ops.crowd.places import azimuth_around, places
from photodouble_client.errors import ArtistError

STAND: dict[str, Any] = {
    "id": "north",
    "kind": "seats",
    "origin": [0, 1.5, -40],
    "facing": 0,
    "sections": 3,
    "rows": 4,
    "seats": 5,
    "seat_width": 0.5,
    "row_depth": 0.8,
    "rake": 0.4,
    "aisle": 1.2,
    "looseness": 0,
}

STANDS = {-90: [40, 0, 0], 180: [0, 0, 40], 90: [-40, 0, 0], 0: [0, 0, -40]}
"""The way each stand of a stadium faces and where its first row is: clockwise from the right."""


def test_rows_rise_and_go_back_from_the_middle_of_the_first() -> None:
    agents = places([area_from_json(STAND)])
    by_row = [agents.foot[agents.row == row] for row in range(4)]
    for row, feet in enumerate(by_row):
        np.testing.assert_allclose(feet[:, 1], 1.5 + 0.4 * row)
        np.testing.assert_allclose(feet[:, 2], -40 - 0.8 * row)
        np.testing.assert_allclose(feet[:, 0].mean(), 0, atol=1e-12)


def test_sections_count_from_the_left_and_have_aisles_between_them() -> None:
    agents = places([area_from_json(STAND)])
    front = agents.only(np.flatnonzero(agents.row == 0))
    order = np.lexsort((front.seat, front.section))
    gaps = np.diff(front.foot[order, 0])
    np.testing.assert_allclose(gaps, ([0.5] * 4 + [0.5 + 1.2]) * 2 + [0.5] * 4)


@pytest.mark.parametrize("facing", [0, 37, 90, 180, -120])
def test_people_look_where_the_stand_faces(facing: float) -> None:
    agents = places([area_from_json({**STAND, "facing": facing})])
    turn = np.radians(agents.facing)
    front, back = (agents.foot[agents.row == row].mean(0) for row in (0, 3))
    way = (front - back)[[0, 2]] / np.linalg.norm((front - back)[[0, 2]])
    np.testing.assert_allclose(
        np.stack([np.sin(turn), np.cos(turn)], 1), np.broadcast_to(way, (60, 2)), atol=1e-9
    )


def test_a_curved_stand_keeps_its_distance_and_looks_at_its_centre() -> None:
    stand = area_from_json({**STAND, "radius": 30, "origin": [0, 0, 0], "rows": 20})
    agents = places([stand])
    away = np.hypot(agents.foot[:, 0], agents.foot[:, 2] - 30)
    np.testing.assert_allclose(away, 30 + 0.8 * agents.row)
    to_centre = np.degrees(np.arctan2(-agents.foot[:, 0], 30 - agents.foot[:, 2]))
    np.testing.assert_allclose(agents.facing, to_centre, atol=1e-9)


def test_outer_rows_of_a_curved_stand_hold_more_seats_of_the_same_width() -> None:
    agents = places([area_from_json({**STAND, "radius": 10, "rows": 20, "sections": 1})])
    for row in (0, 10, 19):
        seats = agents.only(np.flatnonzero(agents.row == row))
        feet = seats.foot[np.argsort(seats.seat)]
        angle = 2 * np.arcsin(np.linalg.norm(np.diff(feet, axis=0), axis=1) / 2 / (10 + 0.8 * row))
        np.testing.assert_allclose(angle * (10 + 0.8 * row), 0.5, rtol=1e-9)
    assert (agents.row == 19).sum() > (agents.row == 0).sum()


def test_a_stand_cannot_be_longer_than_its_circle() -> None:
    with pytest.raises(ArtistError, match="once around"):
        area_from_json({**STAND, "radius": 1.5})


def test_azimuth_goes_from_left_to_right() -> None:
    agents = places([area_from_json({**STAND, "radius": 30})])
    for row in range(4):
        seats = agents.only(np.flatnonzero(agents.row == row))
        assert np.all(np.diff(seats.azimuth[np.argsort(seats.foot[:, 0])]) >= 0)
    assert 0 <= agents.azimuth.min() < 0.1 < 0.9 < agents.azimuth.max() < 1


def test_people_sit_a_little_off_their_seats_and_never_on_a_neighbours() -> None:
    neat, loose = (places([area_from_json({**STAND, "facing": 40, "looseness": much})]) for much in (0, 0.1))
    np.testing.assert_array_equal(loose.ident, neat.ident)
    off = loose.foot - neat.foot
    turn = np.radians(40)
    aside, ahead = off @ (np.cos(turn), 0, -np.sin(turn)), off @ (np.sin(turn), 0, np.cos(turn))
    assert 0.08 < np.abs(aside).max() <= 0.1 and 0.04 < np.abs(ahead).max() <= 0.05
    assert np.abs(off[:, 1]).max() == 0
    assert abs(aside.mean()) < 0.03


def test_a_wave_over_four_stands_goes_once_around() -> None:
    around = [{**STAND, "id": str(side), "facing": side, "origin": at} for side, at in STANDS.items()]
    agents = places([area_from_json(one) for one in around])
    azimuth = azimuth_around(agents)
    by_stand = [azimuth[agents.area == area] for area in range(4)]
    for one, following in pairwise(by_stand):
        turned = np.mod(np.median(following) - np.median(one) + 0.5, 1) - 0.5
        assert turned == pytest.approx(0.25, abs=0.02)
    north = agents.only(np.flatnonzero((agents.area == 3) & (agents.row == 0)))
    order = np.argsort(north.foot[:, 0])
    assert np.all(
        np.diff(np.mod(azimuth_around(agents)[(agents.area == 3) & (agents.row == 0)][order] + 0.5, 1)) > 0
    )


def test_agents_come_by_rank_and_no_two_share_an_id() -> None:
    agents = places([area_from_json({**STAND, "sections": 40, "rows": 50, "seats": 50})])
    assert len(agents) == 100_000 == len(np.unique(agents.ident))
    assert np.all(np.diff(agents.rank) >= 0)
    assert agents.rank.min() >= 0 and agents.rank.max() < 1
    np.testing.assert_allclose(np.histogram(agents.rank, 10, (0, 1))[0], 10_000, atol=400)


def test_more_rows_and_sections_rename_and_reseat_nobody() -> None:
    few, many = (places([area_from_json({**STAND, **more})]) for more in ({}, {"rows": 9, "seats": 5}))
    assert _by_ident(few).items() <= _by_ident(many).items()


def test_another_area_before_this_one_changes_nobody() -> None:
    other = area_from_json({**STAND, "id": "south", "facing": 180})
    alone, beside = places([area_from_json(STAND)]), places([other, area_from_json(STAND)])
    assert _by_ident(alone).items() <= _by_ident(beside).items()


PROGRAM = """
import json, sys, numpy as np
from photodouble.ops.crowd.areas_json import area_from_json
from photodouble.ops.crowd.places import places
from photodouble.ops.crowd.density import thresholds
areas = [area_from_json(json.loads(sys.argv[1]))]
agents = places(areas)
there = agents.only(np.flatnonzero(agents.rank < thresholds(areas, agents)))
print(json.dumps({str(one): foot.tobytes().hex() for one, foot in zip(there.ident, there.foot)}))
"""


def _filled(fill: float) -> dict[str, str]:
    stand = json.dumps({**STAND, "sections": 10, "rows": 20, "seats": 20, "fill": fill})
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, stand], capture_output=True, text=True, timeout=120, check=True
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_more_fill_moves_and_renames_nobody_between_independent_runs() -> None:
    less, more = _filled(0.9), _filled(0.95)
    assert len(more) > len(less) > 3000
    assert less.items() <= more.items()
    assert len(less) / 4000 == pytest.approx(0.9, abs=0.02)
    assert len(more) / 4000 == pytest.approx(0.95, abs=0.02)


def test_numbering_people_as_they_come_in_the_row_would_move_them() -> None:
    """The control: who is numbered by where they are in the filled list moves when the list grows."""
    stand = [
        area_from_json({**STAND, "sections": 10, "rows": 20, "seats": 20, "fill": fill})
        for fill in (0.9, 0.95)
    ]
    numbered = []
    for area in stand:
        agents = places([area])
        there = agents.only(np.flatnonzero(agents.rank < thresholds([area], agents)))
        seated = there.foot[np.lexsort((there.seat, there.row, there.section))]
        numbered.append(dict(enumerate(map(tuple, seated))))
    moved = sum(numbered[1][number] != place for number, place in numbered[0].items())
    assert moved > 3000


def test_ten_million_people_are_refused_and_it_is_said_how_many_fit() -> None:
    stand = area_from_json({**STAND, "sections": 1000, "rows": 100, "seats": 100})
    with pytest.raises(ArtistError, match=r"10,000,000 places, and up to 1,610,612 fit") as caught:
        places([stand], available=3 << 30)
    assert caught.value.code == "engine.memory"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"rows": 0}, "rows is 0"),
        ({"rows": 2.5}, "rows is 2.5"),
        ({"fill": 1.5}, "fill is 1.5"),
        ({"fill": "much"}, "fill is 'much'"),
        ({"rake": None}, "rake is None"),
        ({"origin": [1, 2]}, "origin is"),
        ({"row": 5}, "'row' is not known"),
        ({"kind": "sofas"}, "sofas"),
        ({"id": ""}, "id is ''"),
        ({"id": "a/b"}, "slash"),
        ({"states": {"clap": -1}}, "clap is -1"),
    ],
)
def test_a_wrong_field_is_named_with_its_place(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ArtistError, match="areas\\[2\\]") as caught:
        area_from_json({**STAND, **change}, "crowd.json", "areas[2]")
    assert told in caught.value.message
    assert caught.value.code == "input.bad_document"


def test_an_area_is_read_back_as_it_was_written() -> None:
    stand = area_from_json({**STAND, "radius": 50, "states": {"clap": 0.5}, "look_at": [0, 1, 0]})
    assert isinstance(stand, Seats)
    assert area_from_json(json.loads(json.dumps(stand.to_json()))) == stand


def test_who_looks_at_something_is_turned_to_it() -> None:
    agents = places([area_from_json({**STAND, "look_at": [5, 0, 10]})])
    turn = np.radians(agents.facing)
    to = (np.array([5, 10]) - agents.foot[:, [0, 2]]) / np.hypot(
        *(np.array([5, 10]) - agents.foot[:, [0, 2]]).T
    )[:, None]
    np.testing.assert_allclose(np.stack([np.sin(turn), np.cos(turn)], 1), to, atol=1e-9)


def _by_ident(agents: Agents) -> dict[int, tuple[float, ...]]:
    return {
        int(one): (rank, *foot) for one, rank, foot in zip(agents.ident, agents.rank, agents.foot.tolist())
    }
