"""Limbs that a key cut off stay with their person, names are never made up, and a head is no wardrobe."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from photodouble.demo.figures import people, write_figures
from photodouble.engine.crowd_ingest import remove_elements
from photodouble.ops.crowd.cutting import Cutter
from photodouble.ops.crowd.library import ElementWriter, read_library
from photodouble.ops.crowd.wardrobe import HueCounter, wardrobe_of
from photodouble_client.errors import ArtistError
from photodouble_client.runtime import FileLock


def plate(*bodies: tuple[int, int, int, int]) -> np.ndarray:
    """Return an alpha (h, w) with boxes x0, y0, x1, y1 filled."""
    alpha = np.zeros((240, 400), np.float32)
    for x0, y0, x1, y1 in bodies:
        alpha[y0:y1, x0:x1] = 1
    return alpha


THREE = ((40, 60, 90, 220), (160, 60, 210, 220), (280, 60, 330, 220))
ARM = (100, 40, 112, 90)


def test_an_arm_that_the_key_cut_off_belongs_to_its_person() -> None:
    cutter = Cutter((400, 240), wanted=3)
    owner, seen = cutter.follow(plate(*THREE, ARM))
    assert cutter.people == 3
    assert owner[60, 105] == owner[150, 60] == 0
    assert owner[150, 180] == 1
    assert seen[0].box is not None
    assert seen[0].box[2] >= 112


def test_an_arm_alone_makes_nobody_where_everybody_is_taken() -> None:
    cutter = Cutter((400, 240))
    cutter.follow(plate(*THREE, ARM))
    assert cutter.people == 3


def test_a_child_is_a_person() -> None:
    cutter = Cutter((400, 240))
    cutter.follow(plate(*THREE[:2], (280, 140, 312, 220)))
    assert cutter.people == 3


@pytest.mark.parametrize("wanted", [2, 4])
def test_other_people_than_were_named_are_told_with_their_places(wanted: int) -> None:
    with pytest.raises(ArtistError) as caught:
        Cutter((400, 240), wanted=wanted).follow(plate(*THREE))
    assert f"{wanted} names were given" in caught.value.message
    assert "40,60,90,220" in caught.value.message


def worn(figure: int, *states: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a card and the guessed wardrobe as a share of its alpha."""
    cards, _ = people(12, states)[figure].cards(80)
    counter = HueCounter()
    counter.add(cards[0])
    clothes = counter.clothes()
    card = cards[len(cards) // 2]
    matte = wardrobe_of(card, clothes) if clothes else np.zeros(card.shape[:2], np.float32)
    return card, matte


@pytest.mark.parametrize("figure", range(12))
def test_a_head_is_no_wardrobe(figure: int) -> None:
    card, matte = worn(figure, "idle")
    rows = np.flatnonzero((card[..., 3] > 0.5).any(axis=1))
    top, tall = int(rows[0]), int(rows[-1] - rows[0])
    face = np.s_[top + int(0.03 * tall) : top + int(0.11 * tall)]
    assert matte[face].sum() < 0.03 * card[face][..., 3].sum()


def test_a_red_jumper_is_wardrobe_and_the_trousers_are_not() -> None:
    card, matte = worn(0, "idle")
    true = card[..., 4]
    assert (np.minimum(matte, true)).sum() > 0.8 * true.sum()
    assert matte.sum() < 1.15 * true.sum()


def test_elements_are_taken_out_by_name(tmp_path: Path) -> None:
    write_figures(tmp_path, people(3, ("idle",)), height=40)
    names = [element.name for element in read_library(tmp_path).elements]
    for card in (tmp_path / names[1]).iterdir():
        card.unlink()
    with pytest.raises(ArtistError, match="crowd remove"):
        read_library(tmp_path)
    answer = remove_elements(str(tmp_path), names[1])
    assert answer["left"] == [names[0], names[2]]
    assert [element.name for element in read_library(tmp_path).elements] == [names[0], names[2]]
    assert not (tmp_path / names[1]).exists()
    with pytest.raises(ArtistError, match="no element called"):
        remove_elements(str(tmp_path), f"{names[0]},nobody")
    assert len(read_library(tmp_path).elements) == 2


def test_two_who_write_one_element_at_once_leave_a_whole_library(tmp_path: Path) -> None:
    figures = people(2, ("idle",))
    write_figures(tmp_path, figures[:1], height=40)
    element = read_library(tmp_path).elements[0]
    cards = [read_library(tmp_path).card(0, index) for index in range(2)]
    with ElementWriter(tmp_path, element.name) as first, ElementWriter(tmp_path, element.name) as second:
        first.add(cards[0])
        second.add(cards[0])
        second.add(cards[1])
        first.add(cards[1])
        first.finish(element)
        second.finish(element)
    assert [one.frames for one in read_library(tmp_path).elements] == [2]
    assert not list(tmp_path.glob(".*.part"))


def test_a_library_that_another_program_changes_is_waited_for(tmp_path: Path) -> None:
    write_figures(tmp_path, people(2, ("idle",)), height=40)
    names = [element.name for element in read_library(tmp_path).elements]
    lock = FileLock(str(tmp_path / ".library.lock"))
    assert lock.acquire()
    with ThreadPoolExecutor(1) as pool:
        removal = pool.submit(remove_elements, str(tmp_path), names[0])
        with pytest.raises(TimeoutError):
            removal.result(timeout=0.3)
        lock.release()
        assert removal.result(timeout=60)["left"] == [names[1]]
