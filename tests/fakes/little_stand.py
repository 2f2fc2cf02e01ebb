"""A stand of seats, drawn, with one group of people that sits in another block in every pass."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.demo.slate import write_frame
from photodouble.image.encoding import decode, encode

Picture = NDArray[np.float32]
SIZE = (160, 288)
FIRST = 1001
_FINE = 2
_BLOCKS = 3


def plane(number: int) -> NDArray[np.float64]:
    """Return where pass `number` shows a pixel of the master, (3, 3), pixel centres at whole numbers."""
    scale, turn = 1 + 0.003 * number, 0.002 * number
    return np.array([[scale, turn, 2.0 * number], [-turn, scale, -1.5 * number], [0, 0, 1]])


def write_stand(folder: Path, frames: int = 4) -> None:
    """Write `pass_0` (the master), `pass_1`, `pass_2` and `truth`, in which all groups sit at once."""
    empty, noise = _empty(), np.random.default_rng(8)
    groups = [_group(block) for block in range(_BLOCKS)]
    for time in range(frames):
        for number, group in enumerate(groups):
            write_one(folder / f"pass_{number}", time, _shot(_with(empty, group, time), number, noise))
        whole = _with(empty, [one for group in groups for one in group], time)
        write_one(folder / "truth", time, _shot(whole, 0, noise))


def write_one(folder: Path, time: int, picture: Picture) -> None:
    """Write one frame of a pass."""
    folder.mkdir(parents=True, exist_ok=True)
    write_frame(folder / f"stand.{FIRST + time}.exr", picture, FIRST + time)


def _empty() -> Picture:
    height, width = SIZE[0] * _FINE, SIZE[1] * _FINE
    chance = np.random.default_rng(3)
    made = np.full((height, width, 3), 0.12, np.float32)
    rough = cv2.resize(
        chance.random((9, 48, 3)).astype(np.float32), (width, 70), interpolation=cv2.INTER_CUBIC
    )
    made[:70] = rough * 0.5 + 0.2
    for y in range(80, height - 24, 24):
        made[y : y + 2] = 0.3
        for x in range(0, width, 20):
            made[y + 4 : y + 20, x + 2 : x + 16] = np.array([0.08, 0.12, 0.3]) * (0.8 + 0.4 * chance.random())
    rough = chance.standard_normal(made.shape).astype(np.float32)
    return np.asarray(made + 0.015 * cv2.GaussianBlur(rough, (0, 0), 1.5), np.float32)


def _group(block: int) -> list[tuple[float, float, NDArray[np.float64], float]]:
    chance = np.random.default_rng(50 + block)
    width = SIZE[1] * _FINE // _BLOCKS
    return [
        (x + 9.0, y + 8.0, chance.random(3) * 0.6 + 0.05, chance.random() * 6)
        for y in range(80, SIZE[0] * _FINE - 24, 24)
        for x in range(block * width + 20, (block + 1) * width - 20, 20)
        if chance.random() < 0.8
    ]


def _with(empty: Picture, group: list[tuple[float, float, NDArray[np.float64], float]], time: int) -> Picture:
    made = empty.copy()
    for x, y, colour, phase in sorted(group, key=lambda one: (one[1], one[0])):
        across = x + 1.5 * np.sin(phase + time)
        body = (round(across * 16), round((y + 6) * 16))
        cv2.ellipse(made, body, (7 * 16, 10 * 16), 0, 0, 360, colour.tolist(), -1, cv2.LINE_AA, 4)
        head = (round(across * 16), round((y - 8) * 16))
        cv2.circle(made, head, 5 * 16, (0.5, 0.36, 0.28), -1, cv2.LINE_AA, 4)
    return made


def _shot(stand: Picture, number: int, noise: np.random.Generator) -> Picture:
    height, width = SIZE
    smaller = np.array([[1 / _FINE, 0, 0.5 / _FINE - 0.5], [0, 1 / _FINE, 0.5 / _FINE - 0.5], [0, 0, 1]])
    seen = cv2.warpPerspective(
        cv2.GaussianBlur(stand, (0, 0), 0.8),
        plane(number) @ smaller,
        (width, height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    across = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None, :, None]
    lit = seen * np.float32((1.0, 1.25, 0.8)[number]) * (1 + np.float32((0, 0.2, -0.15)[number]) * across)
    grain = cv2.GaussianBlur(noise.standard_normal(lit.shape).astype(np.float32), (0, 0), 0.6)
    return decode(encode(lit.astype(np.float32)) + 0.008 * grain)
