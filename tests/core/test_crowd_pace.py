"""Walkers' feet: the drawn ones know their pace, and in a street a foot on the ground stays where it is."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from crowd_cast import made
from numpy.typing import NDArray

from photodouble.demo.figure_motion import STANCE, joints_of
from photodouble.demo.figures import RATE, Figure, people, write_figures
from photodouble.ops.crowd.document import CrowdDocument
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.library import read_library
from photodouble_client.errors import ArtistError

STREET: dict[str, Any] = {
    "schema": 1,
    "areas": [{"id": "street", "kind": "street", "curves": [[[0, 0], [60, 0]]], "width": 3, "speed": 0.8}],
    "look": {"*": {"scale": 0.08}},
}


def walkers() -> list[Figure]:
    return people(6, ("walk",), facings=(90.0,))


def stance(figure: Figure) -> NDArray[np.float64]:
    """Return the velocity of the foot on the ground along the walk, metres a second as drawn."""
    moments = np.arange(400) / 400
    joints = joints_of(figure.person, "walk", moments)
    speed = np.gradient(joints.ankle[..., 2], axis=1) * 400 / figure.frames * RATE
    low = joints.ankle[..., 1] < np.percentile(joints.ankle[..., 1], 40)
    return np.asarray(speed[low & (speed < 0)])


def test_a_drawn_walker_knows_its_pace(tmp_path: Path) -> None:
    write_figures(tmp_path, walkers()[:2], height=40)
    for figure, element in zip(walkers(), read_library(tmp_path).elements, strict=False):
        assert element.pace == pytest.approx(-np.median(stance(figure)), rel=0.03)
        assert 0.9 < element.pace < 1.6 and 0 < STANCE < 1


def test_a_foot_on_the_ground_of_a_street_stays_where_it_is(tmp_path: Path) -> None:
    write_figures(tmp_path, walkers(), height=40)
    elements = read_library(tmp_path).elements
    slides = {}
    for name, known in (("known", elements), ("unknown", [_pace(one, 0.0) for one in elements])):
        agents, cast = made(CrowdDocument.from_json(STREET), known)
        walked = np.hypot(agents.velocity[:, 0], agents.velocity[:, 2])
        filmed = np.array([-np.median(stance(figure)) for figure in walkers()])[cast.element]
        slides[name] = np.abs(walked - filmed * cast.scale * cast.speed) / walked
    assert np.percentile(slides["known"], 95) < 0.03
    assert np.median(slides["unknown"]) > 0.2


def test_a_retimed_walker_slides_as_asked_and_the_rest_does_not() -> None:
    element = _pace(_plain(), 1.2)
    _, plain = made(CrowdDocument.from_json(STREET), [element])
    faster = {**STREET, "edits": [{"do": "retime", "region": {"area": "street"}, "speed": 2.0}]}
    np.testing.assert_allclose(made(CrowdDocument.from_json(faster), [element])[1].speed, 2 * plain.speed)


@pytest.mark.parametrize("pace", [-1, 1e6, "quick"])
def test_a_pace_that_nobody_walks_is_refused(tmp_path: Path, pace: object) -> None:
    write_figures(tmp_path, walkers()[:1], height=40)
    stored = json.loads((tmp_path / "library.json").read_text())
    stored["elements"][0]["pace"] = pace
    (tmp_path / "library.json").write_text(json.dumps(stored))
    with pytest.raises(ArtistError) as refused:
        read_library(tmp_path)
    assert refused.value.code == "input.bad_document"


def test_a_library_without_paces_is_read(tmp_path: Path) -> None:
    write_figures(tmp_path, walkers()[:1], height=40)
    stored = json.loads((tmp_path / "library.json").read_text())
    del stored["elements"][0]["pace"]
    (tmp_path / "library.json").write_text(json.dumps(stored))
    assert read_library(tmp_path).elements[0].pace == 0.0


def _pace(element: Element, pace: float) -> Element:
    return dataclasses.replace(element, pace=pace)


def _plain() -> Element:
    return Element("w", "w", "walk", 25.0, 24, (64, 128), (32.0, 120.0), 1.75, 60.0, loop_last=23)
