"""Suggest keys: one for each thing the face does, best first, and never a frame that cannot be painted."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from photodouble.ops.deage.face import FaceTrack
from photodouble.ops.deage.motion import Motions
from photodouble.ops.deage.suggest import suggest_keys
from photodouble_client.errors import ArtistError

SIDE = 96


def acted(states: str) -> Motions:
    """Film a still patch of skin whose wrinkle depends on the letter of each frame."""
    noise = np.random.default_rng(8)
    texture = cv2.GaussianBlur(noise.normal(size=(SIDE, SIDE)).astype(np.float32), (0, 0), 2.0)
    skin = 0.3 * np.exp(0.1 * texture / texture.std())
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    lines = {
        "a": np.zeros_like(x),
        "b": np.exp(-((y - 30) ** 2) / 12) * (np.abs(x - 48) < 30),
        "c": np.exp(-((x - 66) ** 2) / 12) * (np.abs(y - 60) < 24),
    }
    plates = []
    for state in states:
        grain = noise.normal(size=(SIDE, SIDE)).astype(np.float32) * 0.002
        plates.append(np.repeat((skin * np.exp(-0.5 * lines[state]) + grain)[..., None], 3, axis=-1))
    count = len(states)
    track = FaceTrack(
        frames=tuple(range(101, 101 + count)),
        similarity=np.repeat(np.array([[[1.0, 0, 0], [0, 1.0, 0]]]), count, axis=0),
        size=SIDE,
        points=np.zeros((count, 0, 2)),
        names=(),
        valid=np.ones(count, bool),
        kind="points",
        density=1.0,
    )
    film: list[NDArray[np.float32]] = [plate.astype(np.float32) for plate in plates]
    return Motions(track, lambda frame: film[frame - 101])


def states_of(motions: Motions, count: int, states: str) -> set[str]:
    return {states[one.frame - 101] for one in suggest_keys(motions, count)}


def test_each_wrinkle_gets_a_key() -> None:
    states = "aabbbaacccaa"
    assert states_of(acted(states), 2, states) == {"b", "c"}


def test_a_face_that_does_one_thing_gets_no_key_for_another() -> None:
    states = "aaaabbbbaaaa"
    found = suggest_keys(acted(states), 3)
    assert states[found[0].frame - 101] == "b"
    assert found[2].gain_db < 1
    assert found[0].gain_db > 5


def test_one_more_key_is_never_predicted_to_be_worse() -> None:
    motions = acted("aabbbaacccaa")
    totals = [sum(one.gain_db for one in suggest_keys(motions, count)) for count in (1, 2, 3, 4)]
    assert totals == sorted(totals)


def test_what_is_painted_already_is_not_asked_for_again() -> None:
    states = "aabbbaacccaa"
    found = suggest_keys(acted(states), 1, already=(103,))
    assert states[found[0].frame - 101] == "c"


def test_every_frame_is_served_by_one_key() -> None:
    served = [frame for one in suggest_keys(acted("aabbbaaccc"), 3) for frame in one.serves]
    assert sorted(served) == list(range(101, 111))


def test_a_frame_that_does_not_show_the_face_is_not_suggested() -> None:
    motions = acted("aabbb")
    valid = np.array([True, True, False, False, True])
    hidden = Motions(replace(motions.track, valid=valid), motions._pictures)
    assert suggest_keys(hidden, 1)[0].frame in (101, 102, 105)


@pytest.mark.parametrize("count", [0, 9])
def test_as_many_keys_as_cannot_be_are_refused(count: int) -> None:
    with pytest.raises(ArtistError):
        suggest_keys(acted("aabbb"), count)
