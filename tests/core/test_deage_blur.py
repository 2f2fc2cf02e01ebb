"""Match carried paint to the motion blur of its frame: as far as there is any, never sharper."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.deage.face import FaceTrack
from photodouble.ops.deage.keys import key_of_delta
from photodouble.ops.deage.motion import Motions
from photodouble.ops.deage.open_shutter import find_shutter, telling_pairs
from photodouble.ops.deage.propagate import Drawn, drawn, key_ring, measured
from photodouble.ops.deage.smear import longer, smeared, swept

Picture = NDArray[np.float32]
SIDE = 128
BOX = Box(0, 0, SIDE, SIDE)
PLACES = (0.0, 0.2, 0.4, 0.6, 2.0, 8.0, 18.0, 28.0, 38.0)
"""A face that stands, and then goes by 10 pixels a frame."""
FAST = 7


@dataclass(frozen=True)
class Pan:
    """A textured skin with a dark line across its way, filmed while it moves."""

    plates: tuple[Picture, ...]
    deltas: tuple[Picture, ...]
    track: FaceTrack

    def picture(self, frame: int) -> Picture:
        return self.plates[frame]


def pan(shutter: float, places: tuple[float, ...] = PLACES, grain: float = 0.002) -> Pan:
    noise = np.random.default_rng(4)
    texture = cv2.GaussianBlur(noise.normal(size=(240, 240)).astype(np.float32), (0, 0), 1.8)
    skin = 0.3 * np.exp(0.25 * texture / texture.std())
    y, x = np.mgrid[0:240, 0:240].astype(np.float32)
    line = np.exp(-((x - 118 - 6 * np.sin(y / 17)) ** 2) / (2 * 2.0**2)) * np.exp(-(((y - 120) / 34) ** 4))
    plates, deltas, moves = [], [], []
    for frame, place in enumerate(places):
        speed = float(np.gradient(np.array(places))[frame])
        young, old = (
            exposed(one, place, speed * shutter)
            for one in (skin, skin * np.exp(-0.5 * line).astype(np.float32))
        )
        plates.append((old + grain * noise.normal(size=old.shape)).astype(np.float32))
        deltas.append(young - old)
        moves.append([[1.0, 0.0, -place], [0.0, 1.0, 0.0]])
    count = len(places)
    track = FaceTrack(
        frames=tuple(range(count)),
        similarity=np.array(moves),
        size=SIDE,
        points=np.zeros((count, 0, 2)),
        names=(),
        valid=np.ones(count, bool),
        kind="points",
        density=1.0,
    )
    return Pan(tuple(plates), tuple(deltas), track)


def exposed(picture: Picture, place: float, way: float) -> Picture:
    total = np.zeros((SIDE, SIDE), np.float32)
    times = (np.arange(21) + 0.5) / 21 - 0.5
    for time in times:
        move = np.float32([[1, 0, -56 + place + way * time], [0, 1, -56]])
        total += cv2.warpAffine(picture, move, (SIDE, SIDE), flags=cv2.INTER_CUBIC)
    return np.repeat((total / len(times))[..., None], 3, axis=-1).astype(np.float32)


def carried(made: Pan, key: int, frame: int, shutter: float) -> Drawn:
    ring = key_ring([key_of_delta(key, made.deltas[key])], made.track, made.picture, shutter=shutter)
    motions = Motions(made.track, made.picture)
    return drawn(ring, {frame: measured(ring, frame, motions)}, frame, BOX)


def error(made: Pan, frame: int, found: Drawn) -> float:
    true = made.deltas[frame]
    return float(((found.delta - true) ** 2).sum() / (true**2).sum())


def test_paint_of_a_sharp_frame_is_blurred_as_a_fast_frame_is() -> None:
    made = pan(0.5)
    plain, matched = (error(made, FAST, carried(made, 1, FAST, one)) for one in (0.0, 0.5))
    assert matched < 0.3 * plain
    assert matched < 0.05


def test_paint_of_a_blurred_frame_is_never_sharpened() -> None:
    made = pan(0.5)
    soft = made.deltas[FAST].max()
    sharp = made.deltas[1].max()
    found = carried(made, FAST, 1, 0.5).delta.max()
    assert soft < 0.8 * sharp
    assert found < 1.1 * soft


def test_where_nothing_moves_no_bit_depends_on_the_shutter() -> None:
    made = pan(0.5, tuple(0.2 * t for t in range(6)))
    plain, matched = (carried(made, 0, 4, one) for one in (0.0, 0.5))
    assert np.array_equal(plain.delta.view(np.int32), matched.delta.view(np.int32))
    assert np.array_equal(plain.confidence, matched.confidence)


def test_a_painted_frame_stays_as_it_was_painted_in_the_blur() -> None:
    made = pan(0.5)
    assert np.array_equal(carried(made, FAST, FAST, 0.5).delta, made.deltas[FAST])


@pytest.mark.parametrize("shutter", [0.5, 0.8])
def test_the_shutter_is_read_off_the_plate(shutter: float) -> None:
    made = pan(shutter)
    found = find_shutter(made.track, Motions(made.track, made.picture), made.track.frames)
    assert found == pytest.approx(shutter, abs=0.12)


def test_a_sharp_fast_head_has_a_closed_shutter_whatever_its_grain() -> None:
    made = pan(0.0, grain=0.02)
    assert find_shutter(made.track, Motions(made.track, made.picture), made.track.frames) == 0


def test_a_steady_shot_is_not_asked_for_its_shutter() -> None:
    made = pan(0.0, tuple(0.2 * t for t in range(6)))
    assert telling_pairs(made.track, made.track.frames) == []


def test_a_path_is_told_by_the_frames_beside() -> None:
    made = pan(0.0)
    still = np.dstack([np.zeros((SIDE, SIDE, 2)), np.ones((SIDE, SIDE))]).astype(np.float32)
    found = swept(made.track, FAST, {FAST - 1: still, FAST + 1: still})
    assert np.allclose(found, [10, 0])


def test_blur_that_both_have_is_taken_off() -> None:
    frame, key = (np.full((4, 4, 2), one, np.float32) for one in ((5.0, 0.0), (3.0, 0.0)))
    assert np.allclose(longer(frame, key, 0.0), [4, 0], atol=1e-5)
    assert not longer(key, frame, 0.0).any()


def test_smearing_has_the_width_of_its_path() -> None:
    dot = np.zeros((41, 41), np.float32)
    dot[20, 20] = 1
    found = smeared(dot, np.full((41, 41, 2), (9.0, 0.0), np.float32))
    away = np.arange(41) - 20.0
    assert found.sum() == pytest.approx(1, abs=1e-3)
    assert (found.sum(axis=0) * away**2).sum() == pytest.approx(81 / 12, rel=0.1)
    assert (found.sum(axis=1) * away**2).sum() == pytest.approx(0, abs=0.01)
