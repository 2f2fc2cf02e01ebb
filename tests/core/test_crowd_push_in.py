"""A slow push-in: nobody pops when another mip level takes over."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from crowd_splats import figure, splats

from photodouble.ops.crowd.cards import deck_of
from photodouble.ops.crowd.raster import raster

SIZE = (64, 304)
PEOPLE = 8
FRAMES = 200
FINER = 16
PERSON = figure()
Picture = np.ndarray


def places(frame: int) -> tuple[np.ndarray, np.ndarray]:
    """Give feet (8, 2) and heights (8,): all grow from 18 to 30 pixels, through a change of level."""
    grown = 18 * (30 / 18) ** (frame / (FRAMES - 1))
    middle = np.linspace(22, SIZE[1] - 22, PEOPLE)
    across = SIZE[1] / 2 + (middle - SIZE[1] / 2) * (0.94 + 0.001 * grown)
    down = 50 + 0.13 * np.arange(PEOPLE) * (1 + 0.01 * grown) + 0.04 * grown
    return np.stack([across, down], 1), np.full(PEOPLE, grown)


def reference(frame: int) -> Picture:
    """Draw every person by OpenCV from the full card, 16 times as fine each way, and average."""
    out = np.zeros((*SIZE, 4), np.float32)
    for foot, height in zip(*places(frame), strict=True):
        out += drawn_by_cv2(PERSON[..., :4], foot, height, FINER)
    return out


def drawn_by_cv2(card: Picture, foot: np.ndarray, height: float, finer: int) -> Picture:
    step = height / card.shape[0]
    left, top = int(foot[0] - height / 4) - 2, int(foot[1] - height) - 2
    wide, tall = int(height / 2) + 6, int(height) + 6
    corner = (foot[0] - height / 4 - left, foot[1] - height - top)
    matrix = np.array([[step * finer, 0, corner[0] * finer], [0, step * finer, corner[1] * finer]])
    matrix[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
    fine = cv2.warpAffine(card, matrix, (wide * finer, tall * finer), flags=cv2.INTER_LINEAR)
    box = cv2.resize(fine, (wide, tall), interpolation=cv2.INTER_AREA) if finer > 1 else fine
    out = np.zeros((SIZE[0] + 80, SIZE[1] + 80, 4), np.float32)
    out[top + 40 : top + 40 + tall, left + 40 : left + 40 + wide] = box
    return out[40 : 40 + SIZE[0], 40 : 40 + SIZE[1]]


def nearest_level(frame: int) -> Picture:
    """Draw as a script would: from the nearest mip level alone, by OpenCV."""
    out = np.zeros((*SIZE, 4), np.float32)
    for foot, height in zip(*places(frame), strict=True):
        level = max(int(np.floor(np.log2(128 / height) + 0.5)), 0)
        card = PERSON[..., :4]
        for _ in range(level):
            card = cv2.resize(card, (card.shape[1] // 2, card.shape[0] // 2), interpolation=cv2.INTER_AREA)
        out += drawn_by_cv2(np.ascontiguousarray(card), foot, height, 1)
    return out


def jumps(draw: Callable[[int], Picture]) -> np.ndarray:
    """Give how much the error against the reference changes from each frame to the next, over the picture."""
    errors = [draw(frame) - reference(frame) for frame in range(FRAMES)]
    return np.array([np.sqrt(np.mean((b - a) ** 2)) for a, b in itertools.pairwise(errors)])


@pytest.mark.slow
def test_no_frame_of_a_push_in_jumps() -> None:
    deck = deck_of([PERSON], [(32.0, 128.0)], [128.0])

    def drawn(frame: int) -> Picture:
        foot, height = places(frame)
        return raster(
            splats(foot, height, np.arange(PEOPLE) + 5.0), deck, SIZE, ranks=0, group_ranks=0
        ).beauty

    own, script = jumps(drawn), jumps(nearest_level)
    assert own.max() <= 1.5 * np.median(own)
    assert script.max() > 1.5 * np.median(script)
