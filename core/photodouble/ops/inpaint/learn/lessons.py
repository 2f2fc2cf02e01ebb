"""Make lessons from a shot: pretend that its matte also hides parts that are known, and fill those.

The pretended mattes have the true one's shape and movement, shifted; nothing of what they hide is seen by
the analysis that fills them. Some are to learn from; the last is kept apart and only ever judged on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint import pipeline
from photodouble.ops.inpaint.confidence import SYNTHESISED
from photodouble.ops.inpaint.footage import Footage, Mask, Picture
from photodouble.ops.inpaint.motion import Motion, field
from photodouble.ops.inpaint.pipeline import Report
from photodouble.ops.inpaint.scratch import Record, Scratch
from photodouble.ops.inpaint.settings import Settings

PREFIX = "lesson_"
CANDIDATES = ("flow", "median", "mean", "still")
_MOST_FRAMES = 24
_MOST_HIDDEN = 0.45
"""At most this much of the frame is hidden, truly or by pretence."""
_LEAST_SEEN = 0.3
"""A pretended matte must show at least this share of itself inside the frame and beside the others."""
LOWEST, HIGHEST = -0.5, 2.5
"""What the network sees is bounded; what it adds to is not."""


@dataclass(frozen=True)
class Shift:
    """Say how far a pretended matte lies from the true one, in working pixels."""

    x: int
    y: int


class Pretence:
    """A shot whose matte also hides what lies under its shifted copies; implements `Footage`."""

    def __init__(self, footage: Footage, shifts: tuple[Shift, ...], targets: tuple[int, ...]) -> None:
        self._footage, self._shifts = footage, shifts
        self.count, self.size, self.numbers = footage.count, footage.size, footage.numbers
        self.painted, self.excluded = footage.painted, footage.excluded
        self.targets = targets

    def picture(self, index: int) -> Picture:
        """Return the shot's own picture; the analysis greys the hole itself."""
        return self._footage.picture(index)

    def hole(self, index: int) -> Mask:
        """Return the true hole with every pretended one."""
        hole = self._footage.hole(index)
        for shift in self._shifts:
            hole = np.maximum(hole, shifted(self._footage.hole(index), shift))
        return hole

    def banned(self, index: int) -> Mask:
        """Return what may not be sampled, the pretended holes too."""
        return np.maximum(self._footage.banned(index), self.hole(index))

    def truth(self, index: int, shift: Shift) -> Mask:
        """Mark the pixels under one pretended matte whose true colour is known, (h, w) uint8."""
        closed = self._footage.banned(index) | self._footage.hole(index)
        return np.asarray((shifted(self._footage.hole(index), shift) > 0) & (closed == 0), np.uint8)


class Apart:
    """Keep records beside the shot's own under other names."""

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch

    def save(self, stage: str, index: int, **arrays: NDArray[np.generic]) -> None:
        """Keep the arrays; pictures are the shot's own and kept once."""
        self._scratch.save(self._name(stage), index, **arrays)

    def load(self, stage: str, index: int) -> Record:
        """Return the arrays of a record; KeyError if there is none."""
        return self._scratch.load(self._name(stage), index)

    def has(self, stage: str, index: int) -> bool:
        """Say whether a complete record is there."""
        return self._scratch.has(self._name(stage), index)

    def _name(self, stage: str) -> str:
        return stage if stage == "view" else PREFIX + stage


def pretence_of(footage: Footage) -> tuple[Pretence, tuple[Shift, ...]] | None:
    """Choose frames and shifts; None where the matte leaves no room for two of its copies.

    The last shift is the one to judge on.
    """
    filled_frames = [t for t in footage.targets if footage.hole(t).any()]
    targets = tuple(filled_frames[:: -(-len(filled_frames) // _MOST_FRAMES)] if filled_frames else ())
    if not targets:
        return None
    probes = [footage.hole(t) for t in targets[:: max(len(targets) // 4, 1)]]
    shifts = _shifts(probes)
    if len(shifts) < 2:
        return None
    near = {u for t in targets for u in (t - 1, t, t + 1) if u in filled_frames}
    return Pretence(footage, shifts, tuple(sorted(near))), shifts


def prepare(pretence: Pretence, scratch: Scratch, settings: Settings, report: Report) -> Scratch:
    """Fill the pretended mattes as the true one is filled; returns where the records are."""
    apart = Apart(scratch)
    pipeline.analyse(pretence, apart, settings, report)
    return apart


def seen_by_net(footage: Footage, scratch: Scratch, index: int) -> tuple[NDArray[np.float32], Box]:
    """Gather what the network sees of a filled frame, (24, h, w) over the fill record's box."""
    fill = scratch.load("fill", index)
    box = Box(*(int(v) for v in fill["box"]))
    frame = Box.of_size(*footage.size)
    hole = footage.hole(index)[box.slices_in(frame)] > 0
    own = _bounded(_filled_picture(footage, scratch, index)[box.slices_in(frame)])
    others = [*_neighbours(footage, scratch, index, box), *_candidates(scratch, index, hole, own)]
    facts = np.stack(
        [hole, np.sqrt(np.where(hole, fill["error"], 0)) * 8, hole & (fill["kind"] == SYNTHESISED)]
    )
    differ = [(own if other is None else _bounded(other)) - own for other in others]
    seen = np.concatenate([own - 0.5, *differ], axis=2).transpose(2, 0, 1)
    return np.ascontiguousarray(np.concatenate([seen, facts]), np.float32), box


def _neighbours(footage: Footage, scratch: Scratch, index: int, box: Box) -> Iterator[Picture | None]:
    """Bring the fills of the previous and the next frame over by the motion; None where there is none.

    A neighbour whose hole is not filled would show what a lesson hides, so it counts as none.
    """
    motion = Motion(scratch, "motion")
    xs, ys = np.meshgrid(np.arange(box.x0, box.x1), np.arange(box.y0, box.y1))
    for way in (-1, 1):
        pair = index if way > 0 else index - 1
        other = index + way
        if not 0 <= other < footage.count or not scratch.has("motion", pair):
            yield None
            continue
        if footage.hole(other).any() and not scratch.has("fill", other):
            yield None
            continue
        there = field(motion.step(index, way), box)
        x, y = (there[:, :, 0] + xs).astype(np.float32), (there[:, :, 1] + ys).astype(np.float32)
        picture = _filled_picture(footage, scratch, other)
        yield cv2.remap(picture, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def _candidates(
    scratch: Scratch, index: int, hole: NDArray[np.bool_], own: Picture
) -> Iterator[Picture | None]:
    """Give the fills that were blended, inside the hole; None for one that was not made."""
    record = scratch.load("candidates", index) if scratch.has("candidates", index) else {}
    for name in CANDIDATES:
        fill = record.get(f"{name}_fill")
        if fill is None or fill.shape != own.shape:
            yield None
        else:
            yield np.where(hole[:, :, None], fill, own)


def _bounded(picture: Picture) -> Picture:
    return np.asarray(np.clip(picture, LOWEST, HIGHEST), np.float32)


def targets_of(pretence: Pretence, scratch: Scratch) -> Iterator[int]:
    """Give every frame that was filled under pretence."""
    return (t for t in pretence.targets if scratch.has("fill", t))


def shifted(hole: Mask, shift: Shift) -> Mask:
    """Move a mask; what leaves the frame is lost."""
    moved = np.zeros_like(hole)
    height, width = hole.shape
    y0, y1 = max(shift.y, 0), min(height, height + shift.y)
    x0, x1 = max(shift.x, 0), min(width, width + shift.x)
    if y0 < y1 and x0 < x1:
        moved[y0:y1, x0:x1] = hole[y0 - shift.y : y1 - shift.y, x0 - shift.x : x1 - shift.x]
    return moved


def _filled_picture(footage: Footage, scratch: Scratch, index: int) -> Picture:
    """Return a frame with its fill laid in; where it is not filled, its hole as smooth as it comes."""
    picture = np.nan_to_num(footage.picture(index)).copy()
    if scratch.has("fill", index):
        fill = scratch.load("fill", index)
        inside = Box(*(int(v) for v in fill["box"])).slices_in(Box.of_size(*footage.size))
        hole = footage.hole(index)[inside][:, :, None] > 0
        picture[inside] = np.where(hole, fill["base"], picture[inside])
    return picture


def _shifts(probes: list[Mask]) -> tuple[Shift, ...]:
    """Take up to three shifts, one after the other, that show most and overlap least."""
    height, width = probes[0].shape
    box = _span(probes)
    steps = [-1.0, -0.5, 0.0, 0.5, 1.0]
    across = {round(k * (box[1] + 12) * 1.1) for k in steps} | {round(k * width / 4) for k in (-2, -1, 1, 2)}
    down = {round(k * (box[0] + 12) * 1.1) for k in steps} | {round(k * height / 4) for k in (-1, 1)}
    taken = [probe > 0 for probe in probes]
    area = float(np.mean([probe.mean() for probe in probes]))
    chosen: list[Shift] = []
    while len(chosen) < 3 and area * (len(chosen) + 2) <= _MOST_HIDDEN:
        best, score = None, _LEAST_SEEN
        for x in sorted(across):
            for y in sorted(down):
                moved = [shifted(probe, Shift(x, y)) > 0 for probe in probes]
                free = sum(int((m & ~t).sum()) for m, t in zip(moved, taken, strict=True))
                share = free / max(sum(int(probe.sum()) for probe in probes), 1)
                if share > score + 1e-3:
                    best, score = Shift(x, y), share
        if best is None:
            break
        chosen.append(best)
        taken = [t | (shifted(p, best) > 0) for t, p in zip(taken, probes, strict=True)]
    return tuple(chosen)


def _span(probes: list[Mask]) -> tuple[int, int]:
    boxes = [cv2.boundingRect(probe) for probe in probes]
    return max(b[3] for b in boxes), max(b[2] for b in boxes)
