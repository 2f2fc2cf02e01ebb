"""The drawn people of the demo: exact alpha, loops without a seam, and nobody like the other."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import numpy as np
import pytest

from photodouble.demo.figure_motion import STATES, joints_of
from photodouble.demo.figure_people import HAIRS, person_numbered
from photodouble.demo.figures import Figure, people, write_figures
from photodouble.ops.crowd.library import read_library

_SCALE = 60.0


@pytest.mark.parametrize("state", sorted(STATES))
def test_a_loop_closes_as_smoothly_as_it_runs(state: str) -> None:
    cards, _ = Figure(person_numbered(4), state).cards(_SCALE)
    steps = [np.abs(a - b).mean() for a, b in itertools.pairwise(cards)]
    assert np.abs(cards[-1] - cards[0]).mean() <= 1.05 * max(steps)
    assert max(steps) > 0


@pytest.mark.parametrize("state", sorted(STATES))
def test_limbs_keep_their_length(state: str) -> None:
    person = person_numbered(7)
    joints = joints_of(person, state, np.linspace(0, 1, 40))
    for start, end in (
        (joints.shoulder, joints.elbow),
        (joints.hip, joints.knee),
        (joints.knee, joints.ankle),
    ):
        length = np.linalg.norm(end - start, axis=-1)
        assert np.ptp(length) < 1e-6


def test_colour_is_premultiplied_and_alpha_is_a_share() -> None:
    card = Figure(person_numbered(2), "cheer").cards(_SCALE)[0][0]
    alpha = card[..., 3]
    assert alpha.min() == 0 and alpha.max() == pytest.approx(1)
    assert not card[alpha == 0].any()
    assert (card[..., 4] <= alpha + 1e-6).all()
    np.testing.assert_allclose(alpha * 9, np.rint(alpha * 9), atol=1e-4)


def test_alpha_agrees_with_a_drawing_four_times_as_fine() -> None:
    """The area a body covers does not depend on the size it is drawn at."""
    small, _ = Figure(person_numbered(2), "idle").cards(40.0, shutter=0.0)
    large, _ = Figure(person_numbered(2), "idle").cards(160.0, shutter=0.0)
    assert small[0][..., 3].sum() * 16 == pytest.approx(large[0][..., 3].sum(), rel=0.01)


@pytest.mark.parametrize("number", [0, 3, 10])
def test_height_and_foot_are_as_said(number: int) -> None:
    figure = Figure(person_numbered(number), "idle")
    cards, foot = figure.cards(_SCALE)
    rows = np.flatnonzero(cards[0][..., 3].max(axis=1) > 0.5)
    assert foot[1] - rows[0] == pytest.approx(figure.person.height * _SCALE, rel=0.06)
    assert abs(rows[-1] + 1 - foot[1]) <= 4


def test_turning_around_shows_the_other_side() -> None:
    front, back = (Figure(person_numbered(2), "idle", turn).cards(_SCALE)[0][0] for turn in (0.0, 180.0))
    assert front.shape[1] == pytest.approx(back.shape[1], abs=4)
    heads = [card[: int(0.13 * len(card))] for card in (front, back)]
    faces = [head[..., 0][head[..., 3] > 0.9].mean() for head in heads]
    assert abs(faces[0] - faces[1]) > 0.1 * max(faces)


def test_the_same_number_is_the_same_person_and_others_differ() -> None:
    assert person_numbered(5) == person_numbered(5)
    seen = {(one.cloth, one.hair, one.height) for one in (person_numbered(number) for number in range(48))}
    assert len(seen) == 48


def test_a_library_is_written_and_read(tmp_path: Path) -> None:
    library = write_figures(tmp_path, people(2, ("sit", "cheer")), height=40)
    assert [one.name for one in library.elements] == ["p000_sit", "p000_cheer", "p001_sit", "p001_cheer"]
    assert all(one.has_wardrobe and not one.identifiable for one in library.elements)
    again = read_library(tmp_path)
    assert again.deck([(0, 0), (3, 5)]).ppm.tolist() == pytest.approx([40 / 1.75] * 2)


def test_drawing_twice_gives_the_same_pixels() -> None:
    first, second = (Figure(person_numbered(3), "clap").cards(30.0)[0] for _ in range(2))
    assert all((a == b).all() for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("hair", HAIRS)
def test_no_hair_hides_the_face_of_who_looks_into_the_camera(hair: str) -> None:
    plain = dataclasses.replace(
        person_numbered(1), skin=(0.6, 0.02, 0.02), beard=0.0, glasses=False, scarf=False,
        cloth=(0.02, 0.02, 0.4), second=(0.02, 0.02, 0.4), hat=(0.02, 0.02, 0.4),
        hair_colour=(0.02, 0.3, 0.02),
    )  # fmt: skip

    def face(kind: str) -> int:
        cards, _ = Figure(dataclasses.replace(plain, hair=kind), "idle").cards(_SCALE)
        card = cards[0]
        top = int(np.flatnonzero(card[..., 3].max(axis=1) > 0.5)[0])
        head = card[top : top + int(0.3 * _SCALE)]
        return int(np.count_nonzero((head[..., 0] > 2 * head[..., 1]) & (head[..., 0] > 2 * head[..., 2])))

    assert face(hair) > 0.35 * face("crop")
