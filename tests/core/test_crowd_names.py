"""Draws and names: the same everywhere, even, and never two people under one id."""

from __future__ import annotations

import mmh3
import numpy as np
import pytest
from crowd_cast import filmed, made, stand
from scipy import stats

from photodouble.image.cryptomatte import name_id
from photodouble.ops.crowd.document import CrowdDocument
from photodouble.ops.crowd.draw import draw, draw_bits, draw_whole
from photodouble.ops.crowd.idents import ident_of
from photodouble.ops.crowd.names import crypto_id, crypto_names, name_of, names_of, rows_of, safe_names
from photodouble.ops.crowd.places import places

FROZEN = ["5a49593d3473a71d", "a8639ba92e8742bc", "ec446169f9009591"]
IDENTS = ident_of("north", np.arange(100_000))


def test_draws_are_even_and_of_every_salt_their_own() -> None:
    one, two = draw(IDENTS, "tall"), draw(IDENTS, "bright")
    assert stats.kstest(one, "uniform").pvalue > 0.001
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.015
    assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < 0.015
    assert 0 <= one.min() < one.max() < 1
    assert abs(np.corrcoef(one, draw(IDENTS, "tall", 1))[0, 1]) < 0.015


def test_whole_draws_are_even_and_below_their_count() -> None:
    drawn = draw_whole(IDENTS, "card", 7)
    assert stats.chisquare(np.bincount(drawn, minlength=7)).pvalue > 0.001
    assert set(drawn.tolist()) == set(range(7))


def test_draws_never_change() -> None:
    """Frozen: another number here recasts every crowd that artists have saved."""
    frozen = draw_bits(np.array([0, 1, 2**64 - 1], np.uint64), "tall", 5)
    assert [f"{int(bits):016x}" for bits in frozen] == FROZEN


def test_every_bit_of_an_id_changes_half_of_a_draw() -> None:
    for bit in (0, 31, 63):
        other = draw_bits(IDENTS ^ np.uint64(1 << bit), "tall")
        flipped = np.unpackbits((draw_bits(IDENTS, "tall") ^ other).view(np.uint8)).mean()
        assert flipped == pytest.approx(0.5, abs=0.005)


def test_seats_are_called_by_section_row_and_seat() -> None:
    agents = places(stand().areas)
    names = names_of(agents)
    assert len(set(names)) == len(agents) == 3000
    assert set(names) == {f"north/{s}/{r}/{n}" for s in range(4) for r in range(30) for n in range(25)}
    assert [name_of(agents, row) for row in range(20)] == names[:20]


def test_who_has_no_seat_is_called_by_a_permanent_id() -> None:
    field = {"id": "my field", "kind": "standing", "polygon": [[0, 0], [20, 0], [20, 20], [0, 20]]}
    wider = {**field, "polygon": [[0, 0], [30, 0], [20, 20], [0, 20]]}
    one, two = (
        places(CrowdDocument.from_json({"schema": 1, "areas": [area]}).areas) for area in (field, wider)
    )
    assert set(names_of(one)) < set(names_of(two))
    assert len(set(names_of(two))) == len(two)


def test_names_find_their_people() -> None:
    agents = places(stand().areas)
    names = names_of(agents)
    asked = [names[5], "north/99/0/0", names[0], "", names[5], "a/b/c/d/e"]
    assert rows_of(agents, asked).tolist() == [5, -1, 0, -1, 5, -1]


@pytest.mark.parametrize("name", ["torus", "равнина", "north/3/12/27", ""])
def test_ids_are_those_of_the_cryptomatte_specification(name: str) -> None:
    assert crypto_id(name) == name_id(name)


def test_every_id_is_a_plain_float_and_nobody_shares_one() -> None:
    areas = [{"id": "north", "kind": "seats", "sections": 40, "rows": 50, "seats": 50}]
    agents = places(CrowdDocument.from_json({"schema": 1, "areas": areas}).areas)
    named = crypto_names(agents)
    assert len(np.unique(named.ids)) == len(set(named.names)) == 100_000
    as_floats = named.ids.view(np.float32)
    assert np.isfinite(as_floats).all()
    assert (np.abs(as_floats) >= np.finfo(np.float32).tiny).all()
    salted = [name for name in named.names if "~" in name]
    plain = {mmh3.hash(name.split("~")[0].encode(), signed=False) for name in salted}
    assert salted
    assert len(plain) == len(salted)


def test_a_name_that_shares_an_id_is_salted_and_the_earlier_one_kept() -> None:
    taken: dict[int, str] = {}
    for number in range(400_000):
        name = f"north/0/0/{number}"
        other = taken.setdefault(crypto_id(name), name)
        if other != name:
            break
    named = safe_names([other, "somebody", name], np.array([2, 1, 0]))
    assert named.names == [f"{other}~1", "somebody", name]
    assert len(np.unique(named.ids)) == 3
    assert named.ids[0] == crypto_id(f"{other}~1")


def test_a_further_area_renames_nobody() -> None:
    one = {"id": "north", "kind": "seats", "sections": 40, "rows": 50, "seats": 50}
    first = places(CrowdDocument.from_json({"schema": 1, "areas": [one]}).areas)
    both = places(CrowdDocument.from_json({"schema": 1, "areas": [one, {**one, "id": "south"}]}).areas)
    before = dict(zip(first.ident.tolist(), crypto_names(first).names, strict=True))
    after = dict(zip(both.ident.tolist(), crypto_names(both).names, strict=True))
    assert {ident: after[ident] for ident in before} == before


def test_casting_draws_nothing_from_a_generator() -> None:
    np.random.seed(1)
    _, one = made(stand(), filmed(12))
    np.random.seed(2)
    _, two = made(stand(), filmed(12))
    np.testing.assert_array_equal(one.element, two.element)
    np.testing.assert_array_equal(one.gain, two.gain)
