"""Loops are found where they are: exact periods under grain, drift and gestures (known-truth test E.9)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from photodouble.ops.crowd.loops import TALL, Traits, find_loop, trait_of, whole
from photodouble.ops.crowd.seam import blended_cards, morph

_ROWS, _COLUMNS = np.mgrid[0:64, 0:48].astype(np.float32)


def _clip(
    period: float,
    frames: int = 150,
    *,
    grain: float = 0.01,
    drift: float = 0.0,
    gesture: tuple[int, int] | None = None,
    seed: int = 0,
) -> list[np.ndarray[Any, Any]]:
    """Draw a body whose hands go round with a period, leaning more and more, with one wave of an arm."""
    dice = np.random.default_rng(seed)
    cards = []
    for frame in range(frames):
        turn = 2 * np.pi * frame / period
        card = np.zeros((64, 48, 5), np.float32)
        lean = drift * frame
        _dot(card, 24 + lean, 42, 11, (0.3, 0.2, 0.5))
        _dot(card, 24 + lean, 20, 7, (0.6, 0.4, 0.3))
        _dot(card, 24 + lean + 13 * np.sin(turn), 34 + 9 * np.cos(turn), 4, (0.6, 0.4, 0.3))
        _dot(card, 24 + lean - 13 * np.sin(turn), 34 + 5 * np.sin(2 * turn), 4, (0.6, 0.4, 0.3))
        if gesture and gesture[0] <= frame < gesture[1]:
            up = np.sin(np.pi * (frame - gesture[0]) / (gesture[1] - gesture[0]))
            _dot(card, 24 + 14 * up, 14 - 8 * up, 5, (0.6, 0.4, 0.3))
        card[..., :4] += dice.normal(0, grain, (64, 48, 4))
        cards.append(card)
    return cards


def _dot(card: Any, x: float, y: float, radius: float, colour: tuple[float, float, float]) -> None:
    share = np.clip(radius - np.hypot(_COLUMNS - x, _ROWS - y) + 0.5, 0, 1)[..., None]
    card[..., :4] = card[..., :4] * (1 - share) + share * np.array([*colour, 1])


def _traits(cards: list[Any]) -> list[Traits]:
    return [trait_of(card) for card in cards]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("period", "asked"),
    [
        (37, {}),
        (37, {"drift": 0.02}),
        (37, {"drift": 0.02, "gesture": (60, 85), "grain": 0.02}),
        (24, {"gesture": (10, 40)}),
        (13, {"frames": 100, "grain": 0.02}),
        (41, {"frames": 200, "grain": 0.02, "drift": 0.01, "gesture": (20, 50)}),
    ],
)
def test_the_period_is_recovered_exactly_and_the_seam_is_less_than_a_step(
    period: int, asked: dict[str, Any], seed: int
) -> None:
    loop = find_loop(_traits(_clip(period, seed=seed, **asked)))
    assert (loop.period, loop.length) == (period, period)
    assert loop.ratio < 1


def test_looping_the_whole_clip_jumps() -> None:
    traits = _traits(_clip(37, drift=0.02))
    assert whole(np.stack(traits)).ratio > 2


def test_single_frames_without_their_movement_are_fooled() -> None:
    """A pendulum is in the middle twice a period, once on its way to each side: a control for dynamics."""
    cards = []
    for frame in range(150):
        card = np.zeros((64, 48, 5), np.float32)
        _dot(card, 24 + 14 * np.sin(2 * np.pi * frame / 36), 32, 6, (0.6, 0.4, 0.3))
        cards.append(card)
    rows = np.stack(_traits(cards))
    loop = find_loop(list(rows))
    assert loop.length == 36
    middle, back = rows[36], rows[18 + 36]
    assert np.abs(middle - back).max() < 1e-3, "half a period later it looks the same and moves the other way"


def test_a_gesture_that_happens_once_is_not_in_the_loop() -> None:
    loop = find_loop(_traits(_clip(24, 150, gesture=(60, 84))))
    assert loop.last < 60 or loop.first >= 84


def test_a_longer_loop_is_made_of_whole_periods() -> None:
    loop = find_loop(_traits(_clip(24, 150)), at_least=60)
    assert loop.length == 72
    assert loop.ratio < 1


def test_a_movement_that_never_repeats_gets_the_least_jump_there_is() -> None:
    dice = np.random.default_rng(1)
    walk = np.cumsum(dice.normal(0, 1.2, (120, 2)), axis=0)
    walk = 8 * np.tanh(walk / 8)
    cards = []
    for x, y in walk:
        card = np.zeros((64, 48, 5), np.float32)
        _dot(card, 24 + x, 32 + y, 8, (0.6, 0.4, 0.3))
        cards.append(card)
    rows = np.stack(_traits(cards))
    loop = find_loop(list(rows))
    assert loop.period == 0
    assert loop.ratio < whole(rows).ratio


def test_thousands_of_frames_need_memory_for_the_longest_loop_only() -> None:
    trait = np.zeros(TALL * 20 * 4, np.float32)
    rows = [trait + np.float32(np.sin(2 * np.pi * n / 25)) for n in range(3000)]
    loop = find_loop(rows, longest=100)
    assert loop.period == 25


def test_a_jump_is_blended_and_a_smooth_seam_is_left_alone() -> None:
    cards = _clip(40, 60, drift=0.35, grain=0.0)
    loop = find_loop(_traits(cards))
    assert loop.ratio > 1
    softened = blended_cards(loop, len(cards))
    assert softened
    made = {card: morph(cards[card], cards[other], share) for card, other, share in softened}
    after = [made.get(n, cards[n]) for n in range(len(cards))]
    jump = _apart(after[loop.last], after[loop.first])
    assert jump < 0.75 * _apart(cards[loop.last], cards[loop.first])
    smooth = find_loop(_traits(_clip(37, grain=0.0)))
    assert blended_cards(smooth, 150) == []


def test_a_blend_moves_and_does_not_ghost() -> None:
    left, right = np.zeros((64, 48, 5), np.float32), np.zeros((64, 48, 5), np.float32)
    _dot(left, 21, 32, 7, (0.6, 0.4, 0.3))
    _dot(right, 27, 32, 7, (0.6, 0.4, 0.3))
    wanted = np.zeros((64, 48, 5), np.float32)
    _dot(wanted, 24, 32, 7, (0.6, 0.4, 0.3))
    ghost = 0.5 * (left + right)
    moved = morph(left, right, 0.5)
    assert np.abs(moved - wanted)[..., 3].mean() < 0.5 * np.abs(ghost - wanted)[..., 3].mean()


def _apart(one: Any, other: Any) -> float:
    return float(np.sqrt(((trait_of(one) - trait_of(other)) ** 2).mean()))


def test_a_period_that_nearly_fills_the_take_is_found() -> None:
    loop = find_loop(_traits(_clip(32, 36, grain=0.001)))
    assert loop.length == 32
    assert loop.ratio < 0.5


def test_a_take_that_never_repeats_gets_no_such_loop() -> None:
    found = find_loop(_traits(_clip(53, 36, grain=0.001)))
    assert found.length < 32
