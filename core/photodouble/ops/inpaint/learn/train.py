"""Train the network on the lessons: small crops, drawn by the seed and the step, so that a stop loses little.

Weights and optimiser are kept as safetensors inside the record `learn_state` every fifty steps; a run that
goes on from there ends with the weights of one that was never stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint.footage import Footage
from photodouble.ops.inpaint.learn import net
from photodouble.ops.inpaint.learn.lessons import HIGHEST, LOWEST, Pretence, Shift, seen_by_net, targets_of
from photodouble.ops.inpaint.pipeline import Report
from photodouble.ops.inpaint.scratch import Scratch
from photodouble.ops.training import Course, go_through, one_thread

STATE = "learn_state"
STEPS_A_MINUTE = 240
"""What one core of 2023 does; fixed, so that a request means the same work everywhere."""
_CROP, _BATCH = 48, 6
_MOST_CROPS = 600
_EVERY = 50
_RATE = 1.5e-3
_EDGE = 0.01
"""Differences below this (encoded) count squared, above it straight (Charbonnier)."""


@dataclass(frozen=True)
class Bank:
    """Crops to learn from: `seen` (n, 24, s, s), `truth` (n, 3, s, s), `asked` (n, 1, s, s), float16."""

    seen: NDArray[np.float16]
    truth: NDArray[np.float16]
    asked: NDArray[np.float16]


def bank_of(
    footage: Footage,
    pretence: Pretence,
    scratch: Scratch,
    shifts: tuple[Shift, ...],
    seed: int,
    report: Report,
) -> Bank | None:
    """Cut crops out of all lessons, evenly over frames and pretended mattes; None where there are too few."""
    frames = list(targets_of(pretence, scratch))
    if not frames:
        return None
    rng = np.random.default_rng([seed, 7])
    each = max(_MOST_CROPS // (len(frames) * len(shifts)), 1)
    seen, truth, asked = [], [], []
    for index in frames:
        report.check()
        whole, box = seen_by_net(pretence, scratch, index)
        known = np.nan_to_num(footage.picture(index))[box.slices_in(Box.of_size(*footage.size))]
        for shift in shifts:
            open_pixels = pretence.truth(index, shift)[box.slices_in(Box.of_size(*footage.size))]
            for y, x in _corners(open_pixels, each, rng):
                cut = (slice(y, y + _CROP), slice(x, x + _CROP))
                seen.append(_square(whole[:, cut[0], cut[1]]))
                truth.append(_square(known[cut].transpose(2, 0, 1)))
                bounded = (known[cut].min(axis=2) > LOWEST) & (known[cut].max(axis=2) < HIGHEST)
                asked.append(_square((open_pixels[cut] * bounded)[None]))
    if len(seen) < _BATCH:
        return None
    return Bank(*(np.stack(part).astype(np.float16) for part in (seen, truth, asked)))


def train(
    bank: Bank, scratch: Scratch, *, steps: int, seed: int, report: Report, show: Callable[[Any, int], None]
) -> Any:
    """Train for `steps` steps from where the scratch left off; returns the network.

    `show(network, step)` is called whenever the state is kept.
    """
    import torch

    model = net.build(seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=_RATE)

    def loss_of(step: int) -> Any:
        seen, truth, asked = (torch.from_numpy(part) for part in _drawn(bank, seed, step))
        error = seen[:, :3] + 0.5 + model(seen) - truth
        return (torch.sqrt(error**2 + _EDGE**2) * asked).sum() / (3 * asked.sum() + 1)

    course = Course(steps, _RATE, _EVERY, STATE)
    with one_thread():
        go_through(course, model, optimiser, loss_of, records=scratch, report=report, show=show)
    return model


def _corners(open_pixels: NDArray[np.uint8], count: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Draw crops around open pixels, kept inside where the picture is large enough."""
    rows, columns = np.nonzero(open_pixels)
    if len(rows) < 64:
        return []
    picks = rng.integers(0, len(rows), count)
    jitter = rng.integers(-_CROP // 4, _CROP // 4 + 1, (count, 2))
    height, width = open_pixels.shape
    found = []
    for pick, (down, across) in zip(picks, jitter, strict=True):
        y = min(max(int(rows[pick]) + int(down) - _CROP // 2, 0), max(height - _CROP, 0))
        x = min(max(int(columns[pick]) + int(across) - _CROP // 2, 0), max(width - _CROP, 0))
        found.append((y, x))
    return found


def _square(part: NDArray[np.generic]) -> NDArray[np.generic]:
    """Fill a crop up to its full size where the picture was smaller; what is added is asked of nobody."""
    short = [(0, _CROP - part.shape[1]), (0, _CROP - part.shape[2])]
    return np.pad(part, [(0, 0), *short])


def _drawn(
    bank: Bank, seed: int, step: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Draw one batch, turned and mirrored by chance; the same for the same seed and step."""
    rng = np.random.default_rng([seed, step])
    picks = rng.integers(0, len(bank.seen), _BATCH)
    parts = [np.asarray(part[picks], np.float32) for part in (bank.seen, bank.truth, bank.asked)]
    if rng.random() < 0.5:
        parts = [part[:, :, :, ::-1] for part in parts]
    if rng.random() < 0.25:
        parts = [part[:, :, ::-1] for part in parts]
    first, second, third = (np.ascontiguousarray(part) for part in parts)
    return first, second, third
