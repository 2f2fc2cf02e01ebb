"""Where a pass shows its people, told from the empty stand that the other passes show there."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]
Plane = NDArray[np.float32]

_SPREAD = 0.003
"""How far evidence reaches, as a share of the picture's longer side: a person's arm belongs to the person."""
_QUIET = 0.012
"""Differences below this, in the working encoding, are grain and rounding."""
_SURE = 4.0
"""A difference this many times the quiet one is surely a person."""


def presence(films: Sequence[NDArray[np.float32]]) -> list[Plane]:
    """Say of every picture how surely each pixel shows people, (h, w) float32, 0 to 1.

    `films` are the master and the passes, laid upon each other and in one light: each (t, h, w, 3), working
    encoded, NaN where it shows nothing. With three or more the empty stand is what most of them show. With
    two, the one that moves more and is busier there is taken to show the people.
    """
    still = [_middle(film) for film in films]
    moves = [_movement(film, middle) for film, middle in zip(films, still, strict=True)]
    if len(films) < 3:
        return _of_two(still, moves)
    stack = np.stack(still)
    empty, calm = _middle(stack), _middle(np.stack(moves))
    shown = []
    for picture, moved in zip(still, moves, strict=True):
        away = np.nan_to_num(np.abs(picture - empty).max(axis=2))
        away += np.nan_to_num(np.maximum(moved - calm, 0))
        shown.append(_evidence(away, picture))
    return shown


def _of_two(still: Sequence[Picture], moves: Sequence[Plane]) -> list[Plane]:
    differ = np.nan_to_num(np.abs(still[0] - still[1]).max(axis=2))
    busy = [_busy(picture) + 2 * np.nan_to_num(moved) for picture, moved in zip(still, moves, strict=True)]
    wide = _deviation(still[0].shape) * 3
    blurred = [cv2.GaussianBlur(one, (0, 0), wide) for one in busy]
    return [
        _evidence(differ * (blurred[place] > blurred[1 - place]), picture)
        for place, picture in enumerate(still)
    ]


def _middle(stack: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the median over the first axis of what is known; NaN where nothing is."""
    ordered = np.sort(stack, axis=0)
    count = np.isfinite(stack).sum(axis=0)
    low = np.take_along_axis(ordered, np.maximum((count - 1) // 2, 0)[None], axis=0)[0]
    high = np.take_along_axis(ordered, np.maximum(count // 2, 0)[None] * (count[None] > 0), axis=0)[0]
    high = np.where(count % 2 == 0, high, low)
    return np.asarray(np.where(count > 0, (low + high) / 2, np.nan), np.float32)


def _movement(film: NDArray[np.float32], middle: Picture) -> Plane:
    if len(film) < 2:
        return np.zeros(middle.shape[:2], np.float32)
    away = np.abs(film - middle).mean(axis=3)
    known = np.isfinite(away)
    total = np.where(known, away, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.asarray(total, np.float32)


def _busy(picture: Picture) -> Plane:
    grey = np.nan_to_num(picture.mean(axis=2)).astype(np.float32)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return np.asarray(np.hypot(across, down) / 8, np.float32)


def _evidence(away: Plane, picture: Picture) -> Plane:
    """Turn differences into evidence that has the size of people: spread, then cut."""
    strength = np.clip((away - _QUIET) / (_QUIET * (_SURE - 1)), 0, 1).astype(np.float32)
    cleaned = cv2.morphologyEx(strength, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    spread = cv2.GaussianBlur(cleaned, (0, 0), _deviation(picture.shape))
    known = np.isfinite(picture).all(axis=2)
    return np.asarray(np.clip(spread * 2.5, 0, 1) * known, np.float32)


def _deviation(shape: tuple[int, ...]) -> float:
    return max(_SPREAD * max(shape[:2]), 1.0)
