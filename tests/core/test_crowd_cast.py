"""Casting: copies are kept apart, and nobody is recast when the crowd grows."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from crowd_cast import filmed, made, stand
from scipy.spatial import cKDTree

from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.cast import cast
from photodouble.ops.crowd.choices import choices_by_state, table_of
from photodouble.ops.crowd.dealing import deal
from photodouble.ops.crowd.document import CrowdDocument
from photodouble.ops.crowd.draw import draw, draw_whole, salt_of
from photodouble.ops.crowd.look import Look
from photodouble.ops.crowd.neighbours import MOST_BUCKETS, Hand, Seating
from photodouble.ops.crowd.places import places
from photodouble_client.errors import ArtistError

COLUMNS = (
    "element", "offset", "speed", "mirror", "scale", "gain", "tint", "tint_amount", "state", "foot",
)  # fmt: skip

INDEPENDENT = """
import sys
import numpy as np
sys.path.insert(0, {fakes!r})
from crowd_cast import filmed, made, stand
from photodouble.ops.crowd.names import crypto_names
seats = {{"id": "north", "kind": "seats", "sections": 40, "rows": 50, "seats": 50, "fill": {fill}}}
document = stand(areas=[seats], waves=[{{"state": "cheer", "period": 20}}])
agents, cast = made(document, filmed(12) + filmed(12, "cheer"))
there = np.flatnonzero(cast.present)
columns = {{key: getattr(cast, key)[there] for key in {columns!r}}}
columns["wave"] = cast.waves[0].element[there]
named = crypto_names(agents)
columns.update(ident=agents.ident[there], names=np.array(named.names)[there], ids=named.ids[there])
np.savez({out!r}, **columns)
"""


def repeats(agents: Agents, rows: np.ndarray, person: np.ndarray) -> float:
    """Measure how many of the six nearest are the same person, by a tree of another library."""
    near = cKDTree(agents.foot[rows]).query(agents.foot[rows], k=7)[1][:, 1:]
    return float(np.mean(person[rows][near] == person[rows][:, None]))


@pytest.mark.parametrize("fill", [0.2, 0.9, 1.0])
@pytest.mark.parametrize("count", [8, 12, 24, 48])
def test_neighbours_are_other_people(count: int, fill: float) -> None:
    agents, found = made(stand(fill), filmed(count))
    there = np.flatnonzero(found.present)
    assert repeats(agents, there, found.element) <= 0.15 / count
    by_chance = draw_whole(agents.ident, "anyone", count).astype(np.int32)
    assert repeats(agents, there, by_chance) > 0.5 / count


def test_every_forced_copy_is_counted() -> None:
    """Count copies of the same person, moment and side in a graph built on its own, from pairs."""
    elements = filmed(3, frames=1)
    agents, found = made(stand(1.0, look={"*": {"radius": 1.0}}), elements)
    pairs = cKDTree(agents.foot).query_pairs(1.0 / np.sqrt(1 / 64), output_type="ndarray")
    later = pairs.max(axis=1)
    away = np.linalg.norm(agents.foot[pairs[:, 0]] - agents.foot[pairs[:, 1]], axis=1)
    close = away <= 1.0 / np.sqrt(np.maximum(agents.rank[later], 1 / 64))
    one, two = pairs[:, 0], pairs[:, 1]
    person = found.element[one] == found.element[two]
    alike = person & (found.mirror[one] == found.mirror[two])
    expected = np.zeros(len(agents), np.int8)
    expected[later[close & person]] = 1
    expected[later[close & alike]] = 2
    assert found.forced > 0
    np.testing.assert_array_equal(found.repeat, expected)
    assert found.forced == np.count_nonzero(expected == 2)


def test_everybody_in_the_library_is_taken_about_as_often() -> None:
    _, found = made(stand(1.0), filmed(24))
    uses = np.bincount(found.element, minlength=24)
    assert uses.min() > 0.8 * 3000 / 24
    assert uses.max() < 1.2 * 3000 / 24


def test_weights_set_how_often_an_element_is_taken() -> None:
    _, found = made(stand(1.0, look={"*": {"weights": {"sit_00*": 0.25, "sit_01*": 0}}}), filmed(24))
    uses = np.bincount(found.element, minlength=24)
    assert uses[1] == 0
    assert 0.15 * np.mean(uses[2:]) < uses[0] < 0.4 * np.mean(uses[2:])


def test_a_fuller_crowd_moves_recasts_and_renames_nobody(tmp_path: Path) -> None:
    """Compare runs of two processes that know nothing of each other: 100,000 seats filled .90 and .95."""
    runs = {}
    for fill in (0.90, 0.95):
        out = tmp_path / f"{fill}.npz"
        fakes = str(Path(__file__).parents[1] / "fakes")
        code = INDEPENDENT.format(fakes=fakes, fill=fill, columns=COLUMNS, out=str(out))
        subprocess.run([sys.executable, "-c", code], check=True, timeout=300)
        runs[fill] = dict(np.load(out))
    before, after = runs[0.90], runs[0.95]
    place = {ident: at for at, ident in enumerate(after["ident"].tolist())}
    kept = np.array([place.get(ident, -1) for ident in before["ident"].tolist()])
    assert np.count_nonzero(kept < 0) == 0
    assert len(after["ident"]) > len(before["ident"]) + 4500
    for key in (*COLUMNS, "wave", "names", "ids"):
        changed = np.any((before[key] != after[key][kept]).reshape(len(kept), -1), axis=1)
        assert np.count_nonzero(changed) == 0, key


def test_dealing_in_any_other_order_recasts_people() -> None:
    """The control of the test above: the same dealing in the order of a hash, over who is there."""
    agents = places(stand().areas)
    order = draw(agents.ident, "another order")
    dealt = {fill: _dealt_in_order(agents, agents.rank < fill, order) for fill in (0.90, 0.95)}
    both = agents.rank < 0.90
    assert np.count_nonzero(dealt[0.90][both] != dealt[0.95][both]) > 20
    ranked = {fill: _dealt_in_order(agents, agents.rank < fill, agents.rank) for fill in (0.90, 0.95)}
    assert np.count_nonzero(ranked[0.90][both] != ranked[0.95][both]) == 0


def _dealt_in_order(agents: Agents, present: np.ndarray, order: np.ndarray) -> np.ndarray:
    elements, document = filmed(12), stand()
    there = np.flatnonzero(present)
    few = agents.only(there)
    seating = Seating(
        few.ident, few.rank, few.foot, np.ones(len(few)), np.full(len(few), np.nan), np.ones(len(few), bool)
    )
    nobody = np.zeros(len(few), np.int32)
    choices = choices_by_state(nobody, nobody, document.areas, ["sit"], elements, [Look()])
    hand = Hand.empty(len(few))
    rows = np.argsort(order[there], kind="stable").astype(np.int64)
    deal(rows, seating, table_of(elements), choices, hand, salt=salt_of("deal", 0))
    found = np.full(len(agents), -1, np.int32)
    found[there] = hand.element
    return found


def test_a_new_seed_recasts_everybody_and_moves_nobody() -> None:
    agents, one = made(stand(), filmed(24), seed=1)
    _, two = made(stand(), filmed(24), seed=2)
    assert np.mean(one.element != two.element) > 0.9
    np.testing.assert_array_equal(one.foot, two.foot)
    np.testing.assert_array_equal(one.present, two.present)
    assert np.mean(one.gain != two.gain) > 0.9
    assert len(agents) == 3000


def test_one_more_filmed_person_leaves_most_of_the_others_where_they_are() -> None:
    _, before = made(stand(), filmed(24))
    _, after = made(stand(), filmed(25))
    taken = np.mean(after.element == 24)
    assert 0.02 < taken < 0.06
    assert np.mean(before.element != after.element) < 3 * taken


def test_the_order_of_the_library_does_not_matter() -> None:
    elements = filmed(24)
    _, one = made(stand(), elements)
    _, two = made(stand(), elements[::-1])
    np.testing.assert_array_equal(one.element, 23 - two.element)
    np.testing.assert_array_equal(one.offset, two.offset)


def test_a_further_state_only_takes_people_from_the_others() -> None:
    areas = [{"id": "a", "kind": "seats", "rows": 40, "seats": 50, "states": {"sit": 0.7, "clap": 0.3}}]
    two = CrowdDocument.from_json({"schema": 1, "areas": areas})
    areas[0]["states"] = {"sit": 0.7, "clap": 0.3, "cheer": 0.5}
    three = CrowdDocument.from_json({"schema": 1, "areas": areas})
    elements = filmed(12) + filmed(12, "clap") + filmed(12, "cheer")
    _, before = made(two, elements)
    _, after = made(three, elements)
    stayed = after.state != after.states.index("cheer")
    np.testing.assert_array_equal(before.state[stayed], after.state[stayed])
    assert np.mean(before.state == before.states.index("clap")) == pytest.approx(0.3, abs=0.03)
    assert {elements[k].state for k in before.element[before.state == 1]} == {before.states[1]}


@pytest.mark.parametrize(("towards", "state"), [(0.0, 0.0), (90.0, 90.0), (180.0, 180.0)])
def test_people_face_where_the_layout_says(towards: float, state: float) -> None:
    """A camera far off in +z sees who faces +z from the front, and who faces +x looking to its right."""
    elements = [one for facing in (0.0, 90.0, 180.0) for one in filmed(12, facing=facing)]
    document = stand(1.0, areas=[{"id": "north", "kind": "seats", "facing": towards, "seats": 40}])
    _, found = made(document, elements, viewpoint=(0.0, 2.0, 1e6))
    facing = np.array([element.facing for element in elements])[found.element]
    shown = np.where(found.mirror, -facing, facing)
    off = np.abs((shown - state + 180) % 360 - 180)
    assert np.mean(off < 1) > 0.97
    if towards == 90.0:
        assert not found.mirror[off < 1].any()


def test_who_faces_the_other_way_is_shown_mirrored() -> None:
    document = stand(1.0, areas=[{"id": "north", "kind": "seats", "facing": -90, "seats": 40}])
    elements = filmed(12, facing=90.0) + filmed(12, facing=0.0)
    _, found = made(document, elements, viewpoint=(0.0, 2.0, 1e6))
    assert np.mean(found.mirror & (found.element < 12)) > 0.95


def test_mirroring_can_be_switched_off() -> None:
    _, found = made(stand(look={"*": {"mirror": False}}), filmed(24))
    assert not found.mirror.any()
    _, usual = made(stand(), filmed(24))
    assert 0.4 < usual.mirror.mean() < 0.6


def test_a_palette_colours_the_share_of_wardrobes_that_is_asked_for() -> None:
    look = {"*": {"palette": [[0.8, 0, 0], [0, 0, 0.8]], "dyed": 0.5, "wardrobe": 0.6}}
    elements = filmed(24)
    _, found = made(stand(1.0, look=look), elements)
    assert set(map(tuple, np.round(found.tint * 0.18, 9).tolist())) == {(0.8, 0, 0), (0, 0, 0.8)}
    assert np.mean(found.tint_amount > 0) == pytest.approx(0.5, abs=0.04)
    assert set(found.tint_amount.tolist()) == {0.0, 0.6}


def test_a_palette_is_reached_from_dark_and_from_light_cloth() -> None:
    """Cloth of luminance c times the tint is the palette's colour, whatever the cloth was filmed with."""
    look = {"*": {"palette": [[0.3, 0.1, 0.05]], "dyed": 1, "wardrobe": 1}}
    elements = [replace(one, cloth=0.05 + 0.03 * at) for at, one in enumerate(filmed(12))]
    _, found = made(stand(1.0, look=look), elements)
    cloth = np.array([element.cloth for element in elements])[found.element]
    np.testing.assert_allclose(found.tint * cloth[:, None], [[0.3, 0.1, 0.05]] * len(cloth))


def test_amounts_of_nothing_leave_everybody_as_filmed() -> None:
    look = {"*": {"brightness": 0, "balance": 0, "scale": 0, "wardrobe": 0}}
    _, found = made(stand(look=look), filmed(24))
    assert (found.gain == 1).all()
    assert (found.scale == 1).all()
    assert (found.tint_amount == 0).all()


def test_brightness_stays_within_its_stops_and_cloth_is_muted() -> None:
    _, found = made(stand(look={"*": {"brightness": 0.5, "balance": 0}}), filmed(24))
    assert np.abs(np.log2(found.gain)).max() <= 0.5
    assert np.log2(found.gain).std() > 0.2
    stops = np.log2(found.tint @ (0.2126, 0.7152, 0.0722))
    assert -1.3 <= stops.min() < -1.2
    assert 0.2 < stops.max() <= 0.3
    assert found.tint.min() > 0
    assert np.median(found.tint.max(axis=1) / found.tint.min(axis=1)) < 3


def test_time_buckets_of_near_copies_differ() -> None:
    """One element for everybody: those side by side run at other moments or are flipped."""
    agents, found = made(stand(1.0), filmed(1))
    bucket = np.floor(found.offset / 48 * MOST_BUCKETS).astype(int)
    key = bucket * 2 + found.mirror
    assert repeats(agents, np.arange(len(agents)), key) < 0.02
    assert found.forced == 0


def test_in_step_everybody_plays_the_same_moment() -> None:
    _, found = made(stand(), filmed(12), in_step=True)
    assert set(found.offset.tolist()) == {0.0}
    assert set(found.speed.tolist()) == {1.0}


def test_one_filmed_person_fills_ten_thousand_seats() -> None:
    document = stand(areas=[{"id": "north", "kind": "seats", "rows": 100, "seats": 100}])
    agents, found = made(document, filmed(1))
    assert len(agents) == 10_000
    assert found.copies == np.count_nonzero(found.present & (found.repeat > 0)) > 8000


def test_nobody_to_cast_is_told() -> None:
    with pytest.raises(ArtistError, match="library of elements is empty"):
        made(stand(), [])


def test_an_area_that_takes_unknown_elements_is_named() -> None:
    document = stand(areas=[{"id": "east", "kind": "seats", "elements": ["robot*"]}])
    with pytest.raises(ArtistError, match=r"'east' takes the elements robot\*"):
        made(document, filmed(2))


def test_a_state_that_nobody_plays_is_noted_and_the_usual_one_taken() -> None:
    document = stand(areas=[{"id": "a", "kind": "seats", "states": {"dance": 1}}])
    elements = filmed(6) + filmed(6, "walk")
    _, found = made(document, elements)
    assert "plays dance" in found.notes[0]
    assert set(found.element.tolist()) <= set(range(6))


def test_walkers_walk_in_the_street_and_sitters_sit_in_seats() -> None:
    areas = [{"id": "a", "kind": "seats"}, {"id": "b", "kind": "street", "curves": [[[0, 9], [90, 9]]]}]
    agents, found = made(stand(areas=areas), filmed(6) + filmed(6, "walk"))
    assert (found.element[agents.area == 0] < 6).all()
    assert (found.element[agents.area == 1] >= 6).all()


def test_a_wave_is_played_by_the_same_people() -> None:
    document = stand(waves=[{"state": "cheer", "period": 20}])
    elements = filmed(12) + filmed(12, "cheer")
    _, found = made(document, elements)
    wave = found.waves[0]
    person = np.array([element.person for element in elements])
    assert (wave.element >= 12).all()
    assert np.mean(person[wave.element] == person[found.element]) > 0.99


def test_agents_in_another_order_than_their_rank_are_refused() -> None:
    document = stand()
    agents = places(document.areas)
    with pytest.raises(ValueError, match="rank"):
        cast(agents.only(np.arange(len(agents))[::-1]), filmed(2), document)


def test_an_empty_layout_is_cast() -> None:
    document = stand()
    nobody = places(document.areas).only(np.zeros(0, np.intp))
    assert not len(cast(nobody, filmed(2), document).element)


def test_who_would_look_the_wrong_way_is_not_taken_to_avoid_a_copy() -> None:
    """Three people filmed from the side, twenty from the front: a stand seen sideways takes the three."""
    document = stand(1.0, areas=[{"id": "north", "kind": "seats", "facing": 90, "seats": 40}])
    elements = filmed(3, facing=90.0) + [replace(one, person=f"front {one.person}") for one in filmed(20)]
    _, found = made(document, elements, viewpoint=(0.0, 2.0, 1e6))
    assert (found.element < 3).all()
    assert found.copies > 0


def test_a_wide_radius_in_one_area_leaves_a_dense_one_quick_and_right() -> None:
    areas = [
        {"id": "a", "kind": "seats", "seats": 40, "rows": 40},
        {"id": "b", "kind": "seats", "origin": [0, 0, 90]},
    ]
    document = stand(1.0, areas=areas, look={"b": {"radius": 15}})
    agents, found = made(document, filmed(60))
    wide = np.flatnonzero((agents.area == 1) & (agents.rank < 0.2))
    away = np.linalg.norm(agents.foot[wide][:, None] - agents.foot[wide][None], axis=2)
    same = found.element[wide][:, None] == found.element[wide][None]
    assert not (same & (away < 4) & (away > 0)).any()
    assert repeats(agents, np.flatnonzero(agents.area == 0), found.element) < 0.002


def test_who_plays_something_else_steps_in_before_a_copy_is_dealt() -> None:
    """Two clappers cannot serve a third of a stand without copies; sitters take the places beside them."""
    areas = [{"id": "a", "kind": "seats", "rows": 30, "seats": 60, "states": {"sit": 2, "clap": 1}}]
    clappers = [replace(one, person=f"clapper {one.person}") for one in filmed(2, "clap")]
    elements = filmed(20) + clappers
    agents, found = made(stand(areas=areas), elements)
    assert found.copies < 0.002 * len(agents)
    claps = found.state == found.states.index("clap")
    assert 0.1 < claps.mean() < 0.33
    np.testing.assert_array_equal(claps, found.element >= 20)


def test_everybody_can_be_told_to_play_one_state() -> None:
    areas = [{"id": "a", "kind": "seats", "states": {"sit": 1}}]
    elements = filmed(12) + filmed(12, "cheer")
    _, found = made(stand(areas=areas), elements, state="cheer")
    assert (found.element >= 12).all()
    _, noted = made(stand(areas=areas), elements, state="swim")
    assert "plays swim" in noted.notes[0]
