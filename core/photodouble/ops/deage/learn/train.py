"""Train the network on lessons: small crops, drawn by the step alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.models.devices import CUDA, PROCESSOR
from photodouble.ops.deage.learn import net
from photodouble.ops.deage.learn.lessons import Lesson
from photodouble.ops.training import Course, Records, Report, go_through, one_thread, unpack

STATE = "learn_state"
_CROP, _BATCH = 64, 6
_EVERY = 50
_RATE = 2e-3
_FADE = 1e-2
_SMALL = 3e-3
"""Differences below this share of the light count squared, above it straight (Charbonnier)."""
_TRIES = 8
_SEED = 7


@dataclass(frozen=True)
class Schooling:
    """How to learn: steps of each training, where torch computes, and weights to begin with."""

    steps: int
    where: str = PROCESSOR
    begin: bytes = b""


def train(
    lessons: Sequence[Lesson],
    schooling: Schooling,
    *,
    records: Records,
    report: Report,
    show: Callable[[Any, int], None],
    number: int = 0,
    of: int = 1,
) -> Any:
    """Train a network on lessons, from where the records left off; `number` of `of` trainings."""
    import torch

    model = net.build(_SEED)
    if schooling.begin:
        unpack(model, schooling.begin)
    model = model.to(schooling.where)
    optimiser = torch.optim.AdamW(model.parameters(), lr=_RATE, weight_decay=_FADE)
    steps = schooling.steps
    course = Course(steps, _RATE, _EVERY, STATE, number, before=number * steps, of=of * steps)

    def loss_of(step: int) -> Any:
        seen, given, truth, asked = (
            torch.from_numpy(part).to(schooling.where) for part in _drawn(lessons, step)
        )
        error = (net.corrected(given, model(seen)) - truth) * asked
        edges = error.diff(dim=3).abs().mean() + error.diff(dim=2).abs().mean()
        return torch.sqrt(error**2 + _SMALL**2).mean() + 0.5 * edges

    with one_thread() if schooling.where == PROCESSOR else nullcontext(), _same_every_time(schooling.where):
        go_through(course, model, optimiser, loss_of, records=records, report=report, show=show)
    return model.eval()


def _drawn(lessons: Sequence[Lesson], step: int) -> tuple[NDArray[np.float32], ...]:
    """Draw one batch of crops that show paint, mirrored by chance; the same for the same step."""
    rng = np.random.default_rng([_SEED, step])
    size = lessons[0].asked.shape[0]
    side = min(_CROP, size - size % net.STRIDE)
    rows = []
    for _ in range(_BATCH):
        lesson, cut = _cut(lessons, side, rng)
        parts = (
            lesson.sight.seen[:, *cut],
            lesson.sight.given[cut].transpose(2, 0, 1),
            lesson.truth[cut].transpose(2, 0, 1),
            lesson.asked[cut][None],
        )
        rows.append([part[:, :, ::-1] for part in parts] if rng.random() < 0.5 else parts)
    return tuple(np.ascontiguousarray(np.stack(part), np.float32) for part in zip(*rows, strict=True))


def _cut(
    lessons: Sequence[Lesson], side: int, rng: np.random.Generator
) -> tuple[Lesson, tuple[slice, slice]]:
    """Choose a lesson and a place in it; the place of most paint among a few that were drawn."""
    lesson = lessons[int(rng.integers(len(lessons)))]
    size = lesson.asked.shape[0]
    best: tuple[slice, slice] = (slice(0, side), slice(0, side))
    for _ in range(_TRIES):
        top, left = (int(at) for at in rng.integers(0, size - side + 1, 2))
        best = (slice(top, top + side), slice(left, left + side))
        if float(lesson.asked[best].mean()) > 0.2:
            break
    return lesson, best


def _same_every_time(where: str) -> Any:
    """Let a card compute in the one order that repeats; the processor always does."""
    if where != CUDA:
        return nullcontext()
    import torch

    return torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False)
