"""The element library on disk: what is written comes back, what is broken is said, no half is left."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photodouble.image.exr import write_planes
from photodouble.image.window import Box
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.library import ElementWriter, Library, read_library, remove_element, write_element
from photodouble.ops.crowd.mips import chain_of, layout_of
from photodouble_client.errors import ArtistError

_ADA = Element("ada", "p1", "clap", 25.0, 3, (9, 14), (4.5, 13.0), 1.7, 8.0, loop_last=2)


def _cards(count: int = 3, seed: int = 0) -> list[Any]:
    dice = np.random.default_rng(seed)
    cards = []
    for _ in range(count):
        card = np.zeros((14, 9, 5), np.float32)
        card[1:-1, 1:-1] = dice.random((12, 7, 5)).astype(np.float16)
        cards.append(card)
    return cards


@pytest.fixture(name="library")
def _library(tmp_path: Path) -> Library:
    write_element(tmp_path, _ADA, _cards())
    write_element(tmp_path, dataclasses.replace(_ADA, name="ben"), _cards(seed=1))
    return read_library(tmp_path)


def _refused(folder: Path) -> ArtistError:
    with pytest.raises(ArtistError) as caught:
        read_library(folder)
    return caught.value


def test_cards_and_facts_come_back_as_they_were_written(library: Library) -> None:
    assert library.elements == (_ADA, dataclasses.replace(_ADA, name="ben"))
    for index, card in enumerate(_cards()):
        np.testing.assert_array_equal(library.card(0, index), card)
    assert library.files()[0].name == "library.json"
    assert all(path.is_file() for path in library.files())


def test_a_deck_holds_the_chains_of_the_wanted_cards(library: Library) -> None:
    deck = library.deck([(1, 2), (0, 0)])
    layout = layout_of(_ADA.size)
    wanted = chain_of(_cards(seed=1)[2]).astype(np.float16).astype(np.float32)
    np.testing.assert_array_equal(deck.texels[: layout.texels, :5], wanted)
    assert tuple(deck.width[0]) == tuple(layout.width)
    np.testing.assert_allclose(deck.foot, [_ADA.foot, _ADA.foot])


def test_every_level_keeps_the_light_and_has_an_empty_gutter() -> None:
    card = _cards(1)[0]
    chain, layout = chain_of(card), layout_of((9, 14))
    for start, width, height in zip(layout.start, layout.width, layout.height, strict=True):
        level = chain[start : start + (width + 2) * (height + 2)].reshape(height + 2, width + 2, 5)
        assert not level[0].any() and not level[-1].any() and not level[:, 0].any() and not level[:, -1].any()
        share = (9 * 14) / (width * height) if start == 0 else None
        assert share is None or np.isclose(level.sum(), card.sum())


def test_few_chains_are_kept_in_memory(tmp_path: Path) -> None:
    size = (200, 300)
    big = dataclasses.replace(_ADA, name="big", size=size, frames=20, loop_last=19)
    write_element(tmp_path, big, [np.ones((300, 200, 5), np.float32)] * 20)
    library = read_library(tmp_path, memory_mb=4)
    for index in range(20):
        library.deck([(0, index)])
    assert sum(chain.nbytes for chain in library._kept.values()) <= 4 << 20


def test_chains_are_made_anew_when_a_card_changed(library: Library, tmp_path: Path) -> None:
    library.deck([(0, 0)])
    changed = _cards(seed=5)
    write_element(tmp_path, _ADA, changed)
    deck = read_library(tmp_path).deck([(0, 0)])
    wanted = chain_of(changed[0]).astype(np.float16).astype(np.float32)
    np.testing.assert_array_equal(deck.texels[: len(wanted), :5], wanted)


def test_damaged_chains_are_made_anew(library: Library, tmp_path: Path) -> None:
    library.deck([(0, 0)])
    (tmp_path / "ada" / "mips.npy").write_bytes(b"no array")
    deck = read_library(tmp_path).deck([(0, 0)])
    assert deck.texels[:, 3].sum() > 0


def test_an_element_that_was_broken_off_leaves_nothing(tmp_path: Path) -> None:
    write_element(tmp_path, _ADA, _cards())
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt), ElementWriter(tmp_path, "cut") as writer:
        writer.add(_cards()[0])
        raise KeyboardInterrupt
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert [one.name for one in read_library(tmp_path).elements] == ["ada"]


def test_replacing_an_element_keeps_its_place(library: Library, tmp_path: Path) -> None:
    write_element(tmp_path, dataclasses.replace(_ADA, state="sit"), _cards(2))
    again = read_library(tmp_path)
    assert [one.name for one in again.elements] == ["ada", "ben"]
    assert (again.elements[0].state, again.elements[0].frames, again.elements[0].loop_last) == ("sit", 2, 1)


def test_an_element_without_cards_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtistError) as caught:
        write_element(tmp_path, _ADA, [])
    assert caught.value.code == "input.empty_range"
    assert not list(tmp_path.iterdir())


def test_a_removed_element_is_gone(library: Library, tmp_path: Path) -> None:
    remove_element(tmp_path, "ada")
    assert [one.name for one in read_library(tmp_path).elements] == ["ben"]
    assert not (tmp_path / "ada").exists()


def test_a_missing_library_is_told(tmp_path: Path) -> None:
    assert _refused(tmp_path / "nowhere").code == "input.missing_sequence"


def test_missing_cards_are_named(library: Library, tmp_path: Path) -> None:
    (tmp_path / "ada" / "card.0001.exr").unlink()
    error = _refused(tmp_path)
    assert error.code == "input.missing_frames"
    assert "ada" in error.message and "1" in error.message


def test_an_element_without_alpha_is_told(library: Library, tmp_path: Path) -> None:
    planes = {name: np.ones((14, 9), np.float32) for name in "RGB"}
    window = Box(0, 0, 9, 14)
    write_planes(tmp_path / "ada" / "card.0000.exr", planes, data_window=window, display_window=window)
    error = _refused(tmp_path)
    assert error.code == "input.unknown_channel"
    assert "alpha" in error.title


def test_cards_of_another_size_are_told(library: Library, tmp_path: Path) -> None:
    other = dataclasses.replace(_ADA, name="other", size=(5, 5))
    write_element(tmp_path, other, _cards())
    assert _refused(tmp_path).code == "input.size_mismatch"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"schema": 9}, "schema"),
        ({"elements": []}, "nobody"),
        ({"elements": "all"}, "no list"),
        ({"elements": [{"name": "ada"}]}, "lacks"),
    ],
)
def test_a_broken_list_says_what_is_wrong(
    library: Library, tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    path = tmp_path / "library.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    error = _refused(tmp_path)
    assert error.code == "input.bad_document"
    assert says in error.message


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "../up"),
        ("size", [0, 5]),
        ("loop_last", 9),
        ("height", -1),
        ("rate", "fast"),
        ("identifiable", 1),
        ("frames", 2),
        ("surprise", 1),
    ],
)
def test_a_wrong_fact_is_named(library: Library, tmp_path: Path, key: str, value: Any) -> None:
    path = tmp_path / "library.json"
    document = json.loads(path.read_text())
    document["elements"][0][key] = value
    path.write_text(json.dumps(document))
    error = _refused(tmp_path)
    assert error.code == "input.bad_document"
    assert "elements[0]" in error.message


def test_a_list_that_is_no_json_is_told(library: Library, tmp_path: Path) -> None:
    (tmp_path / "library.json").write_text("{")
    assert _refused(tmp_path).code == "input.bad_document"
