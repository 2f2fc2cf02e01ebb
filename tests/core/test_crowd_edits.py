"""The stack of edits: each changes whom it names and nobody else, at any density and seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from crowd_cast import filmed, made, stand
from hypothesis import given, settings
from hypothesis import strategies as st

from photodouble.ops.crowd.cast import Cast
from photodouble.ops.crowd.document import CrowdDocument
from photodouble.ops.crowd.editing import lock
from photodouble.ops.crowd.names import names_of, rows_of
from photodouble_client.errors import ArtistError

ELEMENTS = filmed(24)
PICKED = ["north/1/3/7", "north/1/3/8", "north/2/29/24", "north/0/0/0"]
COLUMNS = (
    "element", "offset", "shift", "speed", "mirror", "scale", "gain", "tint", "tint_amount", "foot",
    "present",
)  # fmt: skip


def edited(*edits: dict[str, Any], fill: float = 1.0) -> CrowdDocument:
    return stand(fill, edits=list(edits))


def changed(before: Cast, after: Cast, columns: tuple[str, ...] = COLUMNS) -> set[int]:
    """List the rows that differ in any column."""
    found: set[int] = set()
    for key in columns:
        differs = getattr(before, key) != getattr(after, key)
        found |= set(np.flatnonzero(differs.reshape(len(differs), -1).any(axis=1)).tolist())
    return found


@pytest.mark.parametrize(
    ("edit", "columns"),
    [
        ({"do": "kill"}, {"present"}),
        ({"do": "nudge", "by": [0.1, 0, -0.2]}, {"foot"}),
        ({"do": "nudge", "scale": 1.2}, {"scale"}),
        ({"do": "retime", "shift": 0.5}, {"shift"}),
        ({"do": "retime", "speed": 1.5}, {"speed"}),
        ({"do": "swap", "element": "sit_05*"}, {"element", "offset", "mirror"}),
        ({"do": "redeal", "seed": 4}, {"element", "offset", "mirror"}),
    ],
)
def test_an_edit_changes_whom_it_names_and_nobody_else(edit: dict[str, Any], columns: set[str]) -> None:
    agents, before = made(edited(), ELEMENTS)
    _, after = made(edited({**edit, "agents": PICKED}), ELEMENTS)
    rows = set(rows_of(agents, PICKED).tolist())
    assert changed(before, after) <= rows
    assert len(changed(before, after)) >= 3
    assert not changed(before, after, tuple(set(COLUMNS) - columns))


def test_a_region_is_edited_inside_its_polygon_only() -> None:
    square = [[-3.1, -11.9], [3.1, -11.9], [3.1, 0.5], [-3.1, 0.5]]
    agents, before = made(edited(), ELEMENTS)
    _, after = made(edited({"do": "kill", "region": {"area": "north", "polygon": square}}), ELEMENTS)
    gone = before.present & ~after.present
    x, z = agents.foot[:, 0], agents.foot[:, 2]
    np.testing.assert_array_equal(gone, (np.abs(x) < 3.1) & (z > -11.9) & (z < 0.5))
    assert 50 < gone.sum() < 500


def test_edits_survive_another_fill_and_another_seed() -> None:
    edits = (
        {"do": "kill", "agents": PICKED[:1]},
        {"do": "swap", "agents": PICKED[1:2], "element": "sit_07_0"},
        {"do": "nudge", "agents": PICKED[2:3], "by": [0, 0, 1]},
    )
    for fill, seed in ((1.0, 0), (0.97, 0), (1.0, 9)):
        agents, found = made(edited(*edits, fill=fill), ELEMENTS, seed=seed)
        killed, swapped, nudged, _ = rows_of(agents, PICKED).tolist()
        assert not found.present[killed]
        assert ELEMENTS[found.element[swapped]].name == "sit_07_0"
        np.testing.assert_allclose(found.foot[nudged] - agents.foot[nudged], (0, 0, 1), atol=1e-12)


def test_a_swap_by_pattern_deals_among_the_elements_that_fit() -> None:
    region = {"do": "swap", "region": {"area": "north"}, "element": "sit_0*"}
    _, found = made(edited(region), ELEMENTS)
    assert set(found.element.tolist()) == set(range(10))
    assert found.forced == 0


def test_a_redealt_person_differs_from_all_neighbours() -> None:
    names = [f"north/1/{row}/{seat}" for row in range(5, 10) for seat in range(5, 10)]
    agents, before = made(edited(), ELEMENTS)
    _, after = made(edited({"do": "redeal", "agents": names, "seed": 1}), ELEMENTS)
    rows = rows_of(agents, names)
    assert np.mean(before.element[rows] != after.element[rows]) > 0.8
    away = np.linalg.norm(agents.foot[rows][:, None] - agents.foot[None], axis=2)
    same = (after.element[rows][:, None] == after.element[None]) & (away > 0) & (away < 1.0)
    assert not same.any()


def test_locked_people_keep_everything_when_the_seed_changes() -> None:
    agents, before = made(edited(), ELEMENTS, seed=1)
    rows = rows_of(agents, PICKED)
    kept = lock(agents, before, ELEMENTS, rows.tolist())
    document = CrowdDocument.from_json(edited().with_edits(kept).to_json())
    _, same = made(document, ELEMENTS, seed=1)
    assert not changed(before, same)
    _, other = made(document, ELEMENTS, seed=2)
    assert not changed(before, other) & set(rows.tolist())
    assert len(changed(before, other)) > 2500


def test_locks_hold_against_regions_and_yield_to_later_edits_by_name() -> None:
    agents, before = made(edited(), ELEMENTS)
    row = int(rows_of(agents, PICKED[:1])[0])
    kept = lock(agents, before, ELEMENTS, [row]).to_json()
    everywhere = [
        {"do": "redeal", "region": {"area": "*"}, "seed": 5},
        {"do": "retime", "region": {"area": "*"}, "speed": 2},
    ]
    for edits in ([kept, *everywhere], [everywhere[0], kept, everywhere[1]]):
        _, after = made(edited(*edits), ELEMENTS)
        assert row not in changed(before, after)
        assert len(changed(before, after)) > 2900
    by_name = {"do": "swap", "agents": PICKED[:1], "element": "sit_01_0"}
    _, after = made(edited(kept, by_name), ELEMENTS)
    assert ELEMENTS[after.element[row]].name == "sit_01_0"
    _, after = made(edited(by_name, kept), ELEMENTS)
    assert after.element[row] == before.element[row]


def test_a_lock_keeps_what_edits_below_it_made() -> None:
    below = [
        {"do": "retime", "agents": PICKED[:1], "shift": 0.4, "speed": 1.5},
        {"do": "nudge", "agents": PICKED[:1], "scale": 1.25},
    ]
    agents, before = made(edited(*below), ELEMENTS)
    row = int(rows_of(agents, PICKED[:1])[0])
    _, after = made(edited(*below, lock(agents, before, ELEMENTS, [row]).to_json()), ELEMENTS, seed=8)
    assert after.speed[row] == before.speed[row]
    assert after.scale[row] == before.scale[row]
    moment = [one.offset[row] + one.shift[row] * one.speed[row] * 25 for one in (before, after)]
    assert moment[0] == pytest.approx(moment[1], abs=1e-9)


def test_names_of_nobody_are_noted_and_wait() -> None:
    agents, found = made(edited({"do": "kill", "agents": ["north/9/9/9", "east/1", "north/0/0/0"]}), ELEMENTS)
    assert found.notes == ("2 names in the edits are of nobody in the layout; those edits wait for them.",)
    assert np.count_nonzero(~found.present) == 1
    assert not found.present[rows_of(agents, ["north/0/0/0"])[0]]


@pytest.mark.parametrize("do", ["swap", "lock"])
def test_an_element_that_is_gone_is_named_with_its_edit(do: str) -> None:
    agents, found = made(edited(), ELEMENTS)
    locked = lock(agents, found, ELEMENTS, [5])
    gone = ELEMENTS[found.element[5]]
    edit = locked.to_json() if do == "lock" else {"do": "swap", "agents": PICKED, "element": gone.name}
    others = [element for element in ELEMENTS if element.name != gone.name]
    with pytest.raises(ArtistError, match=rf"edits\[0\].*'{gone.name}'"):
        made(edited(edit), others)


def test_a_walker_is_edited_by_name_too() -> None:
    areas = [{"id": "street", "kind": "street", "curves": [[[0, 9], [90, 9]]]}]
    document = stand(areas=areas)
    agents, before = made(document, filmed(12, "walk"))
    name = names_of(agents)[7]
    killed = stand(areas=areas, edits=[{"do": "kill", "agents": [name]}])
    _, after = made(killed, filmed(12, "walk"))
    assert np.flatnonzero(before.present != after.present).tolist() == [7]


def test_an_edit_by_name_above_a_lock_frees_the_person_for_regions_above_it() -> None:
    agents, before = made(edited(), ELEMENTS)
    row = int(rows_of(agents, PICKED[:1])[0])
    kept = lock(agents, before, ELEMENTS, [row]).to_json()
    dealt = {"do": "redeal", "agents": PICKED[:1], "seed": 3}
    everywhere = {"do": "retime", "region": {"area": "*"}, "speed": 2}
    _, after = made(edited(kept, everywhere, dealt), ELEMENTS)
    assert after.speed[row] < 1.5
    _, after = made(edited(kept, dealt, everywhere), ELEMENTS)
    assert after.speed[row] > 1.5


def test_a_locked_person_is_still_killed_and_moved() -> None:
    agents, before = made(edited(), ELEMENTS)
    row = int(rows_of(agents, PICKED[:1])[0])
    kept = lock(agents, before, ELEMENTS, [row]).to_json()
    around = {"region": {"area": "*"}}
    _, after = made(edited(kept, {"do": "nudge", **around, "by": [1, 0, 0], "scale": 2}), ELEMENTS)
    assert after.foot[row, 0] == agents.foot[row, 0] + 1
    assert after.scale[row] == before.scale[row]
    _, after = made(edited(kept, {"do": "kill", **around}), ELEMENTS)
    assert not after.present.any()


def test_a_long_stack_of_swaps_is_applied_around_each_other() -> None:
    """Swap five hundred people one by one: every one plays what it was swapped to, nobody else changes."""
    agents, before = made(edited(), ELEMENTS)
    names = names_of(agents)[:500]
    swaps = [
        {"do": "swap", "agents": [name], "element": f"sit_{at % 24:02d}_0"} for at, name in enumerate(names)
    ]
    _, after = made(edited(*swaps), ELEMENTS)
    np.testing.assert_array_equal(after.element[:500], np.arange(500) % 24)
    assert changed(before, after) <= set(range(500))


EDITS = (
    st.fixed_dictionaries(
        {"do": st.just("kill")} | {"agents": st.lists(st.sampled_from(PICKED), min_size=1, max_size=3)}
    )
    | st.fixed_dictionaries(
        {
            "do": st.just("redeal"),
            "seed": st.integers(0, 5),
            "region": st.just({"area": "north", "polygon": [[-2, -5], [2, -5], [2, 0.5], [-2, 0.5]]}),
        }
    )
    | st.fixed_dictionaries(
        {
            "do": st.just("swap"),
            "element": st.sampled_from(["sit_00_0", "sit_1*"]),
            "agents": st.lists(st.sampled_from(PICKED), min_size=1, max_size=3),
        }
    )
)


@settings(max_examples=25, deadline=None)
@given(st.lists(EDITS, max_size=5))
def test_any_stack_leaves_the_same_people_at_another_fill(edits: list[dict[str, Any]]) -> None:
    _, thin = made(edited(*edits, fill=0.8), ELEMENTS)
    _, full = made(edited(*edits, fill=0.95), ELEMENTS)
    assert not changed(thin, full, tuple(set(COLUMNS) - {"present"}))
    assert (full.present >= thin.present).all()


def test_edits_that_pile_up_end_at_the_limits_of_one() -> None:
    stack = [
        {"do": "nudge", "region": {"area": "*"}, "scale": 100},
        {"do": "retime", "region": {"area": "*"}, "speed": 100, "shift": 1e5},
    ] * 200
    _, cast = made(edited(*stack), ELEMENTS)
    assert cast.scale.max() <= 200
    assert cast.speed.max() <= 200
    assert cast.shift.max() <= 1e5
