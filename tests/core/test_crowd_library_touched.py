"""A library that somebody touched after the ingest: what lies on disk is what is drawn, or it is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.areas_json import area_from_json
from photodouble.ops.crowd.cast import cast
from photodouble.ops.crowd.document import CrowdDocument
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.library import Library, read_library, write_element
from photodouble.ops.crowd.library_cards import write_card
from photodouble.ops.crowd.mips import chain_of
from photodouble.ops.crowd.places import places
from photodouble.ops.crowd.records import load_crowd, save_crowd
from photodouble_client.errors import ArtistError

_ADA = Element("ada", "p1", "clap", 25.0, 3, (9, 14), (4.5, 13.0), 1.7, 8.0, loop_last=2)


def _card(shade: float) -> Any:
    card = np.zeros((14, 9, 5), np.float32)
    card[1:-1, 1:-1] = shade
    return card


@pytest.fixture(name="library")
def _library(tmp_path: Path) -> Library:
    write_element(tmp_path, _ADA, [_card(0.25)] * 3)
    library = read_library(tmp_path)
    library.deck([(0, 0)])
    return library


def test_a_card_that_was_painted_on_is_what_is_drawn(library: Library, tmp_path: Path) -> None:
    write_card(tmp_path / "ada" / "card.0001.exr", _card(0.75))
    deck = read_library(tmp_path).deck([(0, 1)])
    wanted = chain_of(_card(0.75)).astype(np.float16).astype(np.float32)
    np.testing.assert_array_equal(deck.texels[: len(wanted), :5], wanted)


def test_a_later_card_of_another_size_is_told(library: Library, tmp_path: Path) -> None:
    write_card(tmp_path / "ada" / "card.0001.exr", _card(0.5)[:-2, :-1])
    with pytest.raises(ArtistError) as caught:
        read_library(tmp_path).deck([(0, 1)])
    assert caught.value.code == "input.size_mismatch"
    assert "Card 1 of ada is 8x12" in caught.value.message


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rate", 1e300),
        ("pixels_per_metre", 1e300),
        ("height", 1e300),
        ("cloth", 1e300),
        ("foot", [1e300, 0.0]),
        ("facing", 1e300),
        ("person", "\x1b[31mada"),
    ],
)
def test_a_fact_beyond_sense_is_refused(library: Library, tmp_path: Path, key: str, value: Any) -> None:
    path = tmp_path / "library.json"
    stored = json.loads(path.read_text())
    stored["elements"][0][key] = value
    path.write_text(json.dumps(stored))
    with pytest.raises(ArtistError) as caught:
        read_library(tmp_path)
    assert caught.value.code == "input.bad_document"
    assert f"elements[0].{key}" in caught.value.message


class _Kept:
    """What an analysis writes, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}

    def save(self, kind: str, frame: int, **arrays: Any) -> None:
        self.kept[f"{kind} {frame}"] = arrays

    def load(self, kind: str, frame: int) -> dict[str, Any]:
        return self.kept[f"{kind} {frame}"]


def test_a_crowd_without_any_place_is_kept_like_another() -> None:
    area = {"id": "field", "kind": "standing", "polygon": [[0, 0], [4, 0], [4, 4], [0, 4]]}
    over_all = [[-9, -9], [9, -9], [9, 9], [-9, 9]]
    document = CrowdDocument((area_from_json({**area, "obstacles": [over_all]}),))
    agents: Agents = places(document.areas)
    kept: Any = _Kept()
    save_crowd(kept, agents, cast(agents, [_ADA], document))
    assert len(agents) == 0
    assert len(load_crowd(kept)[0]) == 0
