"""The repeat score: what it says of crowds whose copies are known, and what one more deal does for them."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from crowd_cast import filmed, made, stand

from photodouble.ops.crowd.cast import Cast, cast
from photodouble.ops.crowd.document import CrowdDocument
from photodouble.ops.crowd.draw import draw_whole
from photodouble.ops.crowd.names import rows_of
from photodouble.ops.crowd.score import redeal_worst, repeat_score
from photodouble.ops.crowd.study import notes


def test_a_crowd_without_copies_scores_a_hundred() -> None:
    agents, found = made(stand(), filmed(48))
    everybody = replace(found, element=np.arange(len(agents), dtype=np.int32))
    score = repeat_score(agents, everybody, filmed(len(agents)))
    assert score.score == 100
    assert score.rate == 0
    assert score.worst == ()


def test_a_crowd_of_one_exact_copy_scores_nothing() -> None:
    agents, found = made(stand(), filmed(1))
    alike = replace(
        found,
        offset=np.zeros(len(agents)),
        mirror=np.zeros(len(agents), bool),
        tint_amount=np.zeros(len(agents)),
    )
    score = repeat_score(agents, alike, filmed(1))
    assert score.score == pytest.approx(0, abs=1e-9)
    assert score.rate == 1
    assert score.exact == score.people == np.count_nonzero(found.present)


def test_the_rate_is_that_of_the_elements_drawn_by_chance() -> None:
    agents, found = made(stand(1.0), filmed(10))
    by_chance = replace(found, element=draw_whole(agents.ident, "anyone", 10).astype(np.int32))
    score = repeat_score(agents, by_chance, filmed(10))
    assert score.rate == pytest.approx(0.1, abs=0.015)
    assert score.chance == pytest.approx(0.1, abs=0.005)
    assert score.score < repeat_score(agents, found, filmed(10)).score - 20


def test_a_planted_pair_of_twins_is_the_worst_offender() -> None:
    agents, found = made(stand(1.0), filmed(48))
    one, two = rows_of(agents, ["north/1/3/7", "north/1/3/8"]).tolist()
    columns = {key: getattr(found, key).copy() for key in ("element", "offset", "mirror", "tint_amount")}
    for column in columns.values():
        column[two] = column[one]
    columns["tint_amount"][[one, two]] = 0
    worst = repeat_score(agents, replace(found, **columns), filmed(48)).worst[0]
    assert {worst.name, worst.copy} == {"north/1/3/7", "north/1/3/8"}
    assert worst.distance == pytest.approx(0.5, abs=0.1)
    assert worst.likeness == pytest.approx(1)


def test_two_elements_of_one_person_are_copies() -> None:
    agents, found = made(stand(1.0), filmed(1) + filmed(1, "clap"))
    assert repeat_score(agents, found, filmed(1) + filmed(1, "clap")).rate == 1


def test_one_click_deals_the_worst_anew() -> None:
    elements = filmed(7)
    document = stand(1.0)

    def casting(one: CrowdDocument) -> Cast:
        return cast(agents, elements, one)

    agents, before = made(document, elements)
    edits = redeal_worst(agents, elements, document, casting)
    assert edits
    after = casting(document.with_edits(*edits))
    named = set(rows_of(agents, edits[0].agents).tolist())
    assert set(np.flatnonzero(before.element != after.element).tolist()) <= named
    old, new = (repeat_score(agents, one, elements) for one in (before, after))
    assert new.score > old.score
    assert new.rate < old.rate


def test_nothing_is_dealt_anew_where_nothing_helps() -> None:
    elements, document = filmed(24), stand(0.9)
    agents, found = made(document, elements)
    everybody = replace(found, element=np.arange(len(agents), dtype=np.int32))
    assert redeal_worst(agents, filmed(len(agents)), document, lambda _: everybody) == ()


def test_one_filmed_person_is_told_in_words() -> None:
    document = stand(areas=[{"id": "north", "kind": "seats", "rows": 100, "seats": 100}])
    agents, found = made(document, filmed(1))
    score = repeat_score(agents, found, filmed(1))
    assert score.score < 25
    assert "100.0 % of neighbours are the same person" in score.sentence
    assert "film or ingest more" in score.sentence
    assert score.by_area == {"north": pytest.approx(score.score)}


@pytest.mark.parametrize("count", [0, 1, 2])
def test_hardly_anybody_is_scored(count: int) -> None:
    agents, found = made(stand(), filmed(3))
    few = replace(found, present=np.arange(len(agents)) < count)
    assert repeat_score(agents, few, filmed(3)).people == count


def test_people_on_one_spot_are_scored() -> None:
    agents, found = made(stand(1.0), filmed(2))
    heap = replace(found, foot=np.zeros_like(found.foot))
    score = repeat_score(agents, heap, filmed(2))
    assert 0 <= score.score < 100


def test_one_person_on_ten_thousand_seats_is_allowed_and_told() -> None:
    seats = {"id": "north", "kind": "seats", "sections": 10, "rows": 40, "seats": 25, "fill": 1.0}
    document = CrowdDocument.from_json({"schema": 1, "areas": [seats]})
    agents, found = made(document, filmed(1))
    assert found.present.sum() == len(agents) == 10_000
    assert found.copies > 9_900
    score = repeat_score(agents, found, filmed(1))
    assert score.rate == 1 and score.people == 10_000 and score.score < 30
    assert "of 1 filmed" in score.sentence and "film or ingest more" in score.sentence
    scene = SimpleNamespace(library=SimpleNamespace(elements=filmed(1)))
    assert any(score.sentence in said for said in notes(agents, found, scene))  # type: ignore[arg-type]
    many = made(document, filmed(24))
    assert repeat_score(*many, filmed(24)).score > 95
