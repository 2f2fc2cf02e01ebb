"""Keys are held to exact truth: drawn people over a lit screen with grain, alpha known to the last sample."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from green_screen import BLUE, GREEN, backdrop

from photodouble.demo.figure_people import person_numbered
from photodouble.demo.figures import Figure
from photodouble.ops.crowd.keying import Screen, find_screen, key_screen, rough_alpha
from photodouble.ops.crowd.keying_difference import key_difference, matched_clean, rough_difference
from photodouble_client.errors import ArtistError

Picture = np.ndarray[Any, Any]
_PEOPLE = ((2, "cheer"), (5, "clap"), (10, "sit"), (16, "idle"))


def _people() -> list[Picture]:
    found = []
    for number, state in _PEOPLE:
        cards, _ = Figure(person_numbered(number), state).cards(110.0)
        found.append(np.pad(cards[5], ((16, 16), (30, 30), (0, 0))))
    return found


@pytest.fixture(scope="module", name="people")
def _drawn() -> list[Picture]:
    return _people()


def _filmed(card: Picture, behind: Picture, *, spill: float = 0.0, grain: float = 1.0) -> Picture:
    """Photograph a card over a backdrop: spilled screen light near its outline, and grain."""
    alpha = card[..., 3:4]
    near = np.clip(1 - cv2.erode(np.ascontiguousarray(card[..., 3]), np.ones((9, 9))), 0, 1)[..., None]
    picture = card[..., :3] + spill * alpha * near * behind + (1 - alpha) * behind
    level = 0.003 + 0.008 * np.sqrt(np.maximum(picture, 0))
    return (picture + grain * level * np.random.default_rng(7).normal(0, 1, picture.shape)).astype(np.float32)


def _errors(card: Picture, colour: Picture, alpha: Picture) -> dict[str, float]:
    truth = card[..., 3]
    edge = cv2.dilate(((truth > 0) & (truth < 1)).astype(np.uint8), np.ones((3, 3))) > 0
    inside, outside = ~edge & (truth == 1), ~edge & (truth == 0)
    return {
        "edge": float(np.abs(alpha - truth)[edge].mean()),
        "bias": float((alpha - truth)[edge].mean()),
        "inside": float(np.abs(alpha - truth)[inside].mean()),
        "outside": float(np.abs(alpha - truth)[outside].mean()),
        "colour": float(np.abs(colour - card[..., :3])[edge].mean()),
    }


def _mean(rows: list[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


def _keyed(
    card: Picture, screen: tuple[float, float, float], *, fine: bool = True, spill: float = 0.0
) -> Any:
    behind = backdrop((card.shape[1], card.shape[0]), screen)
    picture = _filmed(card, behind, spill=spill)
    return key_screen(picture, find_screen(picture), fine=fine)


@pytest.mark.parametrize(
    ("screen", "cast"), [(GREEN, slice(None)), (BLUE, slice(1, 2)), (BLUE, slice(3, None))]
)
def test_edges_are_keyed_close_to_the_truth(
    people: list[Picture], screen: tuple[float, float, float], cast: slice
) -> None:
    """The two who wear blue are no truth for a blue screen, as on any set."""
    found = _mean([_errors(card, *_keyed(card, screen)) for card in people[cast]])
    assert found["edge"] < 0.03
    assert abs(found["bias"]) < 0.015
    assert found["inside"] < 0.005
    assert found["outside"] < 0.001
    assert found["colour"] < 0.008


def test_the_matting_library_beats_the_colour_difference(people: list[Picture]) -> None:
    fine = _mean([_errors(card, *_keyed(card, GREEN)) for card in people])
    plain = _mean([_errors(card, *_keyed(card, GREEN, fine=False)) for card in people])
    assert fine["edge"] < 0.8 * plain["edge"]
    assert fine["inside"] < plain["inside"]


def test_spill_is_taken_off_and_leaving_it_on_shows(people: list[Picture]) -> None:
    for card in people:
        behind = backdrop((card.shape[1], card.shape[0]), GREEN)
        picture = _filmed(card, behind, spill=0.25)
        screen = find_screen(picture)
        colour, alpha = key_screen(picture, screen)
        left_on = picture - (1 - alpha[..., None]) * screen.colour
        edge = (alpha > 0.2) & (card[..., 3] < 1)
        assert _greenness(colour)[edge].mean() <= _greenness(card)[edge].mean() + 1e-4
        assert _greenness(left_on)[edge].mean() > _greenness(card)[edge].mean() + 0.01
        truth = card[..., :3]
        assert np.abs(colour - truth)[edge].mean() < np.abs(left_on - truth)[edge].mean()


def test_the_cut_out_fits_over_another_background(people: list[Picture]) -> None:
    card = people[1]
    colour, alpha = _keyed(card, GREEN)
    red = np.array([0.5, 0.05, 0.05], np.float32)
    wanted = card[..., :3] + (1 - card[..., 3:4]) * red
    fringe = _filmed(card, backdrop((card.shape[1], card.shape[0]), GREEN)) * alpha[..., None]
    edge = (card[..., 3] > 0) & (card[..., 3] < 1)
    over = np.abs(colour + (1 - alpha[..., None]) * red - wanted)[edge].mean()
    naive = np.abs(fringe + (1 - alpha[..., None]) * red - wanted)[edge].mean()
    assert over < 0.03
    assert over < 0.75 * naive, "alpha laid on the plate keeps the screen in its soft edge"


def test_a_wrong_screen_colour_fails_the_same_check(people: list[Picture]) -> None:
    card = people[0]
    behind = backdrop((card.shape[1], card.shape[0]), GREEN)
    picture = _filmed(card, behind)
    planted = Screen(1, behind * np.float32(2.2))
    found = _errors(card, *key_screen(picture, planted))
    assert found["outside"] > 0.05


def test_a_screen_lit_unevenly_is_followed(people: list[Picture]) -> None:
    card = people[2]
    across = np.linspace(0.45, 1.5, card.shape[1], dtype=np.float32)[None, :, None]
    behind = np.broadcast_to(np.array(GREEN, np.float32) * across, (*card.shape[:2], 3)).astype(np.float32)
    picture = _filmed(card, behind)
    screen = find_screen(picture)
    outside = card[..., 3] == 0
    assert np.abs(screen.colour - behind)[outside].mean() < 0.02
    assert rough_alpha(picture, screen)[outside].mean() < 0.03


def test_a_plate_without_a_screen_is_refused() -> None:
    grey = np.full((80, 120, 3), 0.2, np.float32)
    with pytest.raises(ArtistError) as caught:
        find_screen(grey, "green")
    assert caught.value.code == "input.bad_request"
    assert "key colour" in caught.value.title


@pytest.mark.parametrize("gain", [1.0, 1.12])
def test_the_difference_to_a_clean_plate_cuts_people_out(people: list[Picture], gain: float) -> None:
    rows = []
    for card in people:
        behind = backdrop((card.shape[1], card.shape[0]), None)
        picture = np.float32(gain) * _filmed(card, behind)
        clean = matched_clean(picture, _filmed(np.zeros_like(card), behind))
        colour, alpha = key_difference(picture, clean, rough_difference(picture, clean))
        rows.append(_errors(card * np.float32([gain, gain, gain, 1, 1]), colour, alpha))
    found = _mean(rows)
    assert found["edge"] < 0.13
    assert found["inside"] < 0.01
    assert found["outside"] < 0.008


def test_without_matching_exposure_the_difference_fails(people: list[Picture]) -> None:
    card = people[0]
    behind = backdrop((card.shape[1], card.shape[0]), None)
    picture = np.float32(1.25) * _filmed(card, behind)
    outside = card[..., 3] == 0
    matched = matched_clean(picture, behind)
    assert rough_difference(picture, matched)[outside].mean() < 0.02
    assert np.abs(picture - behind)[outside].mean() > 5 * np.abs(picture - matched)[outside].mean()


def _greenness(picture: Picture) -> Picture:
    return np.maximum(picture[..., 1] - np.maximum(picture[..., 0], picture[..., 2]), 0)
