"""Streets: everybody walks along, keeps an id, and is where the time says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from photodouble.ops.crowd.areas_json import area_from_json
from photodouble.ops.crowd.places import moved, places
from photodouble.ops.crowd.street import smoothed
from photodouble_client.errors import ArtistError

STREET: dict[str, Any] = {
    "id": "street",
    "kind": "street",
    "curves": [[[0, 0], [30, 4], [60, -6], [100, 0]]],
    "width": 3,
    "speed": 1.3,
    "speed_spread": 0.2,
    "spacing": 1.0,
}


def test_people_walk_at_the_asked_pace_and_look_where_they_go() -> None:
    areas = [area_from_json(STREET)]
    agents = places(areas)
    pace = np.hypot(agents.velocity[:, 0], agents.velocity[:, 2])
    assert pace.mean() == pytest.approx(1.3, rel=0.1)
    assert pace.min() > 1.3 * 0.7 and pace.max() < 1.3 * 1.3
    turn = np.radians(agents.facing)
    way = agents.velocity[:, [0, 2]] / pace[:, None]
    np.testing.assert_allclose(np.stack([np.sin(turn), np.cos(turn)], 1), way, atol=1e-9)


def test_a_frame_later_they_are_where_their_velocity_takes_them() -> None:
    areas = [area_from_json(STREET)]
    now = places(areas, seconds=3)
    later = moved(now, areas, 3 + 1 / 24)
    step = later.foot - now.foot
    stayed = np.abs(step).max(1) < 1
    assert stayed.mean() > 0.98
    np.testing.assert_allclose(step[stayed] * 24, now.velocity[stayed], atol=0.05)
    np.testing.assert_array_equal(later.ident, now.ident)


def test_any_frame_is_made_without_the_ones_before_it() -> None:
    areas = [area_from_json(STREET)]
    there = places(areas, seconds=17.25)
    walked = moved(places(areas), areas, 17.25)
    np.testing.assert_array_equal(there.foot, walked.foot)


def test_both_ways_and_one_way() -> None:
    along = {
        both: places([area_from_json({**STREET, "both_ways": both})]).velocity[:, 0] for both in (True, False)
    }
    assert 0.4 < (along[True] > 0).mean() < 0.6
    assert (along[False] > 0).all()


def test_nobody_walks_through_another_of_the_same_lane() -> None:
    areas = [area_from_json({**STREET, "curves": [[[0, 0], [200, 0]]], "width": 0.7, "both_ways": False})]
    agents = places(areas)
    for seconds in (0, 10, 100, 1000):
        across = np.sort(moved(agents, areas, seconds).foot[:, 0])
        assert np.diff(across).min() > 0.05
        order = np.argsort(moved(agents, areas, seconds).foot[:, 0])
        start = int(np.argmin(agents.ident[order]))
        ring = tuple(np.roll(agents.ident[order], -start))
        assert ring == tuple(
            np.roll(
                agents.ident[np.argsort(agents.foot[:, 0])],
                -int(np.argmin(agents.ident[np.argsort(agents.foot[:, 0])])),
            )
        )


def test_people_keep_to_the_street() -> None:
    agents = places([area_from_json({**STREET, "curves": [[[0, 0], [100, 0]]]})])
    assert np.abs(agents.foot[:, 2]).max() < 1.5 + 0.1


def test_another_curve_renames_nobody_of_the_first() -> None:
    more = {**STREET, "curves": [*STREET["curves"], [[0, 20], [50, 20]]]}
    one, two = places([area_from_json(STREET)]), places([area_from_json(more)])
    first = two.only(np.flatnonzero(two.section == 0))
    np.testing.assert_array_equal(first.ident, one.ident)
    np.testing.assert_array_equal(first.foot, one.foot)


def test_a_curve_goes_through_its_points_without_corners() -> None:
    points = ((0.0, 0.0), (10.0, 3.0), (12.0, 20.0))
    line = smoothed(points)
    for point in points:
        assert np.hypot(*(line - point).T).min() < 1e-9
    way = np.diff(line, axis=0)
    turn = np.diff(np.unwrap(np.arctan2(way[:, 1], way[:, 0])))
    assert np.abs(turn).max() < 0.05


@pytest.mark.parametrize(
    ("curves", "told"),
    [
        ([[[0, 0], [1e9, 0], [0, 1e9]]], "km long"),
        ([], "at least one curve"),
        ([[[0, 0]]], "two points"),
        ([[[1, 1], [1, 1]]], "two points"),
        ([[1, 2]], "no pair"),
    ],
)
def test_a_street_without_a_way_is_told(curves: Any, told: str) -> None:
    with pytest.raises(ArtistError) as caught:
        area_from_json({**STREET, "curves": curves})
    assert told in caught.value.message or "list of points" in caught.value.message
