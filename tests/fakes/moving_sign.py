"""A sign on a moving plate with exactly known corners: small pictures for the tests of trackers."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.piece import between

WIDTH, HEIGHT = 256, 160
_FINE = 4
"""The sign's picture is drawn this much finer than it is shown."""


def rough(height: int, width: int, seed: int) -> NDArray[np.float32]:
    """Return a picture (h, w) with detail of several sizes, mean 128."""
    random = np.random.default_rng(seed)
    made = np.zeros((height, width), np.float32)
    for size in (3, 8, 24):
        noise = random.standard_normal((height // size + 2, width // size + 2)).astype(np.float32)
        made += cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC) * size**0.5
    return np.clip(128 + 35 * (made - made.mean()) / made.std(), 5, 240).astype(np.float32)


def sign_art() -> NDArray[np.float32]:
    """Return the sign's own picture, 120 x 80 pixels four times finer."""
    art = rough(80 * _FINE, 120 * _FINE, 7) * 0.4 + 60
    codes = art.astype(np.uint8)
    cv2.putText(codes, "OPEN", (30, 200), cv2.FONT_HERSHEY_DUPLEX, 5.5, 220, 22)
    return cv2.GaussianBlur(codes.astype(np.float32), (0, 0), 2.0)


_ART = sign_art()
_BACK = rough(HEIGHT + 100, WIDTH + 200, 3)


def corners_at(time: float, speed: float = 1.0) -> NDArray[np.float64]:
    """Return the sign's corners (4, 2) at a time in frames, pixel centres at whole numbers."""
    base = np.array([[70, 40], [182, 35], [188, 118], [66, 112]], np.float64)
    turn, size = 0.06 * np.sin(time / 9), 1 + 0.15 * np.sin(time / 14)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    moved = (base - base.mean(axis=0)) * size @ spin.T + base.mean(axis=0)
    moved[1, 1] += 4 * np.sin(time / 11)
    shift = np.array([18 * np.sin(speed * time / 12), 8 * np.sin(time / 10)])
    return np.asarray(moved + shift)


def picture_at(
    time: float, *, speed: float = 1.0, shutter: float = 0.0, person: bool = False, noise: float = 1.5
) -> NDArray[np.uint8]:
    """Photograph the sign: grey codes (h, w), with light that changes and grain."""
    samples = 1 if shutter == 0 else 9
    made = sum(
        _still(time + float(moment) * shutter, speed, person)
        for moment in (np.arange(samples) + 0.5) / samples - 0.5
    )
    lit = np.asarray(made, np.float32) / samples * (0.8 - 0.15 * np.sin(time / 8))
    grain = np.random.default_rng(int(time) + 1000).standard_normal(lit.shape) * noise
    return np.clip(np.rint(lit + grain), 0, 255).astype(np.uint8)


def _still(time: float, speed: float, person: bool) -> NDArray[np.float32]:
    height, width = _ART.shape
    own = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], np.float64)
    fine = 2
    place = between(own, corners_at(time, speed) * fine + (fine - 1) / 2)
    size = (WIDTH * fine, HEIGHT * fine)
    shown = cv2.warpPerspective(_ART, place, size, flags=cv2.INTER_LINEAR)
    covered = cv2.warpPerspective(np.ones_like(_ART), place, size, flags=cv2.INTER_LINEAR)
    shift = int(20 + 2 * time)
    back = cv2.resize(_BACK[20 : 20 + HEIGHT, shift : shift + WIDTH], size, interpolation=cv2.INTER_LINEAR)
    made = back * (1 - covered) + shown * covered
    if person:
        left = int((20 + 6 * time) * fine)
        cv2.rectangle(made, (left, 30 * fine), (left + 30 * fine, HEIGHT * fine), 30.0, -1)
    return np.asarray(cv2.resize(made, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.float32)
