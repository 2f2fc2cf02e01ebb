"""Standing people: inside the polygon, beside the obstacles, and never moved by dragging a corner."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from scipy.spatial import cKDTree

from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.areas import KINDS
from photodouble.ops.crowd.areas_json import area_from_json
from photodouble.ops.crowd.places import places
from photodouble_client.errors import ArtistError

FIELD: dict[str, Any] = {
    "id": "field",
    "kind": "standing",
    "polygon": [[3, 4], [90, -10], [120, 70], [40, 30]],
    "spacing": 0.7,
}


def by_ident(agents: Agents) -> dict[int, tuple[float, ...]]:
    return {
        int(one): (rank, *foot) for one, rank, foot in zip(agents.ident, agents.rank, agents.foot.tolist())
    }


def test_people_stand_inside_as_another_library_sees_it() -> None:
    import cv2

    agents = places([area_from_json(FIELD)])
    outline = np.array(FIELD["polygon"], np.float32)
    signed = [cv2.pointPolygonTest(outline, (float(x), float(z)), True) for x, _, z in agents.foot]
    assert min(signed) > -1e-3
    area = cv2.contourArea(outline)
    assert len(agents) * 0.49 == pytest.approx(area, rel=0.01)


def test_dragging_a_corner_moves_and_renames_nobody_who_stays() -> None:
    dragged = {**FIELD, "polygon": [[3, 4], [90, -10], [150, 90], [40, 30]]}
    before, after = (by_ident(places([area_from_json(one)])) for one in (FIELD, dragged))
    both = before.keys() & after.keys()
    assert len(both) > 0.9 * len(before)
    assert all(before[one] == after[one] for one in both)


def test_an_obstacle_takes_away_only_those_inside_it() -> None:
    stage = [[40, 10], [60, 10], [60, 20], [40, 20]]
    free, beside = (by_ident(places([area_from_json({**FIELD, "obstacles": one})])) for one in ([], [stage]))
    assert beside.items() <= free.items()
    gone = np.array([free[one][1:] for one in free.keys() - beside.keys()])
    assert len(gone) * 0.49 == pytest.approx(200, rel=0.04)
    assert (
        gone[:, 0].min() >= 40
        and gone[:, 0].max() <= 60
        and gone[:, 2].min() >= 10
        and gone[:, 2].max() <= 20
    )


def test_nobody_stands_inside_another_also_across_the_edges_of_tiles() -> None:
    wide = {**FIELD, "polygon": [[-200, -200], [200, -200], [200, 200], [-200, 200]], "groups": 0}
    agents = places([area_from_json(wide)])
    assert len(np.unique(agents.ident)) == len(agents) > 300_000
    nearest = cKDTree(agents.foot).query(agents.foot, 2)[0][:, 1]
    assert nearest.min() > 0.7 * 0.6
    grouped = places([area_from_json({**wide, "groups": 0.3})])
    closer = cKDTree(grouped.foot).query(grouped.foot, 2)[0][:, 1]
    assert 0.7 * 0.5 < closer.min() < nearest.min() and closer.mean() < 0.95 * nearest.mean()


def test_groups_move_people_but_rename_nobody_and_a_corner_still_moves_nobody() -> None:
    even, grouped = (by_ident(places([area_from_json({**FIELD, "groups": one})])) for one in (0, 0.5))
    both = even.keys() & grouped.keys()
    assert len(both) > 0.98 * len(even)
    steps = [np.hypot(even[one][1] - grouped[one][1], even[one][3] - grouped[one][3]) for one in both]
    assert 0 < max(steps) < 0.7 and np.mean(np.array(steps) == 0) == pytest.approx(1 / 3, abs=0.02)
    dragged = {**FIELD, "polygon": [[3, 4], [90, -10], [150, 90], [40, 30]], "groups": 0.5}
    after = by_ident(places([area_from_json(dragged)]))
    assert all(after[one] == grouped[one] for one in grouped.keys() & after.keys())


def test_ground_that_two_areas_cover_belongs_to_the_first() -> None:
    other = {**FIELD, "id": "more", "polygon": [[60, 0], [140, 0], [140, 60], [60, 60]]}
    agents = places([area_from_json(FIELD), area_from_json(other)])
    assert cKDTree(agents.foot).query(agents.foot, 2)[0][:, 1].min() > 0
    alone = places([area_from_json(FIELD)])
    assert set(alone.ident) <= set(agents.ident)


def test_ids_reach_below_zero_and_differ_between_tiles() -> None:
    wide = {**FIELD, "polygon": [[-300, -300], [300, -300], [300, 300]], "spacing": 2.0}
    agents = places([area_from_json(wide)])
    assert len(np.unique(agents.ident)) == len(agents)


@pytest.mark.parametrize(
    ("polygon", "told"),
    [
        ([], "neither"),
        ([[0, 0], [1, 1]], "2 corners"),
        ([[0, 0], [10, 10], [10, 0], [0, 10]], "crosses itself"),
        ([[0, 0], [10, 0], [5, 0]], "one line"),
        ([[0, 0], [10, 0], [float("nan"), 5]], "no number"),
        ([[0, 0], [10, 0], "corner"], "no pair"),
        ([[0, 0], [10, 0], [10, 10], [0, 0], [-5, 5]], "crosses itself"),
    ],
)
def test_a_polygon_that_cannot_be_used_is_told(polygon: Any, told: str) -> None:
    with pytest.raises(ArtistError) as caught:
        area_from_json({**FIELD, "polygon": polygon}, "crowd.json", 'areas[0] "field"')
    assert told in caught.value.message and caught.value.code == "input.bad_document"


def test_a_corner_beyond_all_maps_is_told() -> None:
    with pytest.raises(ArtistError) as caught:
        area_from_json({"id": "f", "kind": "standing", "polygon": [[0, 0], [1e308, 0], [1e308, 1e308]]})
    assert caught.value.code == "input.bad_document"
    assert "farthest" in caught.value.message


def test_a_polygon_smaller_than_a_person_is_empty_but_allowed() -> None:
    agents = places([area_from_json({**FIELD, "polygon": [[0, 0], [0.01, 0], [0, 0.01]]})])
    assert len(agents) == 0


def test_ten_million_people_on_a_field_are_refused_before_they_are_made() -> None:
    wide = {**FIELD, "polygon": [[0, 0], [2500, 0], [2500, 2000], [0, 2000]]}
    with pytest.raises(ArtistError, match="fit on this machine") as caught:
        places([area_from_json(wide)])
    assert "spacing" in caught.value.fix


def test_a_sliver_across_the_country_is_refused_before_it_is_looked_through() -> None:
    sliver = {**FIELD, "polygon": [[0, 0], [90_000, 90_000], [90_000, 90_000.5]]}
    with pytest.raises(ArtistError, match="reaches over 90,000 x 90,000 m"):
        places([area_from_json(sliver)])


def test_a_polygon_drawn_on_the_plate_needs_a_camera() -> None:
    drawn = {key: value for key, value in FIELD.items() if key != "polygon"}
    area = area_from_json({**drawn, "plate_polygon": [[0, 0], [10, 0], [10, 10]]})
    with pytest.raises(ArtistError, match="drawn in pixels"):
        places([area])
    agents = places([area], ground=lambda _: ((0.0, 0.0), (30.0, 0.0), (30.0, 30.0)))
    assert len(agents) * 0.49 == pytest.approx(450, rel=0.02)


def test_the_schema_for_editors_knows_every_field_of_an_area() -> None:
    from photodouble.generate.crowd_schema import crowd_schema

    kinds = crowd_schema()["properties"]["areas"]["items"]["oneOf"]
    described = {one["properties"]["kind"]["const"]: set(one["properties"]) for one in kinds}
    for kind, made in KINDS.items():
        read = {field.name for field in fields(made)} - {"density_map"}
        read |= {"kind", "map"} if kind == "standing" else {"kind"}
        assert described[kind] == read
