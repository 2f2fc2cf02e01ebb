"""Write flipbook strips of eyes, forehead and mouth: plate, even keys, the tool's keys, and the truth.

And slices through time: one line on the skin, held still by the true motion, a column for every frame. What
slides is a wave there, what pops a step.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from _deage_clip import Array, Clip
from _deage_score import shown

CROPS = {"eyes": (33, 263, 1.0), "forehead": (104, 333, 1.1), "mouth": (61, 291, 1.2)}
_FRAMES = tuple(range(8, 34, 2))


def write_strips(
    folder: Path, title: str, clip: Clip, ours: Sequence[Sequence[Array]], frames: Sequence[int] = _FRAMES
) -> None:
    """Write one PNG for each crop: rows are plate, ours and the truth, columns the frames."""
    folder.mkdir(parents=True, exist_ok=True)
    frames = [t for t in frames if t in clip.frames]
    true = {t: clip.plate[t] + clip.delta[t] * shown(clip, t)[..., None] for t in frames}
    for name, (left, right, wide) in CROPS.items():
        rows = []
        for source in (clip.plate, *ours, true):
            rows.append(np.concatenate([_cut(clip, source[t], t, left, right, wide) for t in frames], axis=1))
        cv2.imwrite(str(folder / f"{title}_{name}.png"), np.concatenate(rows)[..., ::-1])


LINES = {"forehead": (10, 168), "crows_feet": (127, 33), "fold": (50, 61)}
"""Slices go from one landmark to another."""


def write_slices(folder: Path, title: str, clip: Clip, ours: Sequence[Sequence[Array]]) -> None:
    """Write one PNG for each line: rows are plate, ours, the truth, and what is wrong (four times)."""
    folder.mkdir(parents=True, exist_ok=True)
    true = [clip.plate[t] + clip.delta[t] * shown(clip, t)[..., None] for t in clip.frames]
    for name, ends in LINES.items():
        if not set(ends) <= set(clip.points):
            continue
        rows = [_slice(clip, one, ends) for one in (clip.plate, *ours, true)]
        wrong = [np.clip(4 * (one - rows[-1]) + 0.2, 0, 1) for one in rows[1:-1]]
        drawn = np.concatenate([_codes(one) for one in (*rows, *wrong)], axis=0)
        drawn = cv2.resize(drawn, None, fx=12, fy=2, interpolation=cv2.INTER_NEAREST)
        cv2.imwrite(str(folder / f"{title}_time_{name}.png"), drawn[..., ::-1])


def _slice(clip: Clip, pictures: Sequence[Array], ends: tuple[int, int]) -> Array:
    first, last = (clip.points[one] for one in ends)
    length = round(float(np.linalg.norm(last - first)))
    still = (first + np.linspace(0, 1, length)[:, None] * (last - first)).astype(np.float32)
    columns = []
    for t in clip.frames:
        there = clip.carried(still, t).astype(np.float32)[:, None]
        columns.append(cv2.remap(pictures[t], there, None, cv2.INTER_LINEAR))
    return np.concatenate(columns, axis=1)


def _cut(clip: Clip, picture: Array, frame: int, left: int, right: int, wide: float) -> np.ndarray:
    """Cut a crop that follows the true landmarks without turning, as an artist would watch it."""
    marks = clip.places(frame, (left, right))
    middle = marks.mean(axis=0)
    reach = float(np.linalg.norm(marks[1] - marks[0])) * wide / 2
    side = 150
    size = np.float32([[side / reach / 2, 0, 0], [0, side / reach / 2, 0]])
    size[:, 2] = side / 2 - size[:, :2] @ middle
    cut = cv2.warpAffine(picture, size, (side, round(side * 0.8)), flags=cv2.INTER_LINEAR)
    return _codes(cut)


def _codes(cut: Array) -> np.ndarray:
    share = np.clip(cut, 0, 1)
    codes = np.where(share <= 0.0031308, share * 12.92, 1.055 * share ** (1 / 2.4) - 0.055)
    return (codes * 255).astype(np.uint8)
