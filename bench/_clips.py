"""Read the bench's clips as the protocol says: 432x240, first frames, mattes as they lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

SIZE = (432, 240)
REFERENCE = ("bmx-trees-480", "tennis", "bear", "rollercoaster")
TUNED_ON = ("bmx-trees-480", "bear", "schoolgirls")
MATTES = ("stationary_0", "moving")


@dataclass(frozen=True)
class Row:
    """One clip under one matte: 8-bit RGB truth, holes of 0 and 1."""

    clip: str
    matte: str
    truth: list[NDArray[np.uint8]]
    holes: list[NDArray[np.uint8]]

    @property
    def name(self) -> str:
        """Clip and matte in one word."""
        return f"{self.clip}/{self.matte}"

    @property
    def greyed(self) -> list[NDArray[np.uint8]]:
        """The plate as every method sees it: grey inside the hole."""
        return [np.where(m[..., None] > 0, 127, g).astype(np.uint8) for g, m in zip(self.truth, self.holes)]


def read_row(footage: Path, clip: str, matte: str, frames: int) -> Row:
    """Read one clip and one of its mattes."""
    paths = sorted((footage / clip / "frames").iterdir())[:frames]
    truth = [_rgb(path) for path in paths]
    mattes = footage / clip / "mattes_432x240"
    if matte == "moving":
        holes = [_hole(mattes / "moving" / f"{i + 1:04d}.png") for i in range(len(truth))]
    else:
        holes = [_hole(mattes / f"{matte}.png")] * len(truth)
    return Row(clip, matte, truth, holes)


def _rgb(path: Path) -> NDArray[np.uint8]:
    picture = cv2.resize(cv2.imread(str(path)), SIZE, interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(picture[..., ::-1])


def _hole(path: Path) -> NDArray[np.uint8]:
    return (cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) > 0).astype(np.uint8)
