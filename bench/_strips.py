"""Strips to look at: the worst frame of every row, before, after, truth and difference."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import _clips
import cv2
import numpy as np
from numpy.typing import NDArray

Clip = list[NDArray[np.uint8]]
GAIN = 4
MOST = 10


@dataclass(frozen=True)
class Strip:
    """One row's worst frame: its masked PSNR in dB and the picture (h, w, 3) 8-bit RGB."""

    row: str
    frame: int
    psnr: float
    picture: NDArray[np.uint8]


def worst(row: _clips.Row, filled: Clip) -> Strip:
    """Find the frame whose fill is farthest from the truth."""
    errors = [_error(truth, fill, hole) for truth, fill, hole in zip(row.truth, filled, row.holes)]
    at = int(np.argmax(errors))
    truth, fill = row.truth[at], np.where(row.holes[at][..., None] > 0, filled[at], row.truth[at])
    apart = np.clip(GAIN * np.abs(fill.astype(np.int16) - truth), 0, 255)
    picture = np.hstack([row.greyed[at], fill, truth, apart]).astype(np.uint8)
    return Strip(row.name, at, float(10 * np.log10(255**2 / max(errors[at], 1e-9))), picture)


def write(strips: list[Strip], folder: Path) -> None:
    """Write every strip, named in the order of its error, and the ten worst under each other."""
    folder.mkdir(parents=True, exist_ok=True)
    ordered = sorted(strips, key=lambda strip: strip.psnr)
    for place, strip in enumerate(ordered):
        name = f"{place + 1:02d}_{strip.row.replace('/', '_')}_frame{strip.frame:03d}_{strip.psnr:.1f}dB.png"
        cv2.imwrite(str(folder / name), strip.picture[..., ::-1])
    sheet = np.vstack([_titled(strip) for strip in ordered[:MOST]])
    cv2.imwrite(str(folder / "worst_first.png"), sheet[..., ::-1])


def _error(truth: NDArray[np.uint8], fill: NDArray[np.uint8], hole: NDArray[np.uint8]) -> float:
    if not hole.any():
        return 0.0
    apart = (truth.astype(np.float64) - fill)[hole > 0]
    return float((apart**2).mean())


def _titled(strip: Strip) -> NDArray[np.uint8]:
    title = np.full((22, strip.picture.shape[1], 3), 24, np.uint8)
    words = f"{strip.row}, frame {strip.frame}, {strip.psnr:.1f} dB: before, after, truth, difference x{GAIN}"
    cv2.putText(title, words, (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (230, 230, 230), 1, cv2.LINE_AA)
    return np.vstack([title, strip.picture])
