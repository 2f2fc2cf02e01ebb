"""Find the part of a performance that loops without a jump: video textures (Schodl 2000), by dynamics.

Two frames may look alike while a hand moves up in one and down in the other; so what is compared is a run of
frames around each. A period that repeats all through the take counts more than one lucky pair.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Traits = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.float64]
TALL = 40
"""The height in pixels at which frames are compared."""

_RUN = (1.0, 4.0, 6.0, 4.0, 1.0)
"""How much the frames around a pair count (binomial, as in the paper)."""

_SAME = 0.04
"""How far above the deepest dip of the profile a shorter period may lie, as a share of the depth."""

_RETURN = 0.6
"""How far the profile must come down from where it was, for a movement that comes back and not a slow one."""

_SEAMLESS, _BETTER = 0.5, 0.5
"""A seam of less than this share of a step is none; it must be this much smaller than the one found."""


@dataclass(frozen=True)
class Loop:
    """A loop of cards `first` to `last`, inclusive.

    `period`: frames after which the movement repeats, 0 where it never does. `seam`: how far the frame that
    is shown after the last lies from the one that was filmed there; `step`: how far two neighbours lie apart.
    """

    first: int
    last: int
    period: int
    seam: float
    step: float

    @property
    def length(self) -> int:
        """Count the frames."""
        return self.last - self.first + 1

    @property
    def ratio(self) -> float:
        """Give the jump at the seam as a share of an ordinary step; below 1 nobody sees it."""
        return self.seam / max(self.step, 1e-9)


def trait_of(card: npt.NDArray[np.float32]) -> Traits:
    """Reduce a premultiplied card (h, w, 5) to what is compared, a row of numbers."""
    scale = min(1.0, TALL / max(card.shape[0], 1))
    size = (max(round(card.shape[1] * scale), 1), max(round(card.shape[0] * scale), 1))
    small = cv2.resize(np.ascontiguousarray(card[..., :4]), size, interpolation=cv2.INTER_AREA)
    small = np.sqrt(np.maximum(cv2.GaussianBlur(small, (0, 0), 0.7), 0))
    return np.asarray(small.ravel(), np.float32)


def find_loop(traits: Iterable[Traits], *, shortest: int = 8, longest: int = 400, at_least: int = 0) -> Loop:
    """Find the best loop of a take; fewer than `shortest` + 4 frames loop as a whole.

    A loop of a movement that repeats is one period long, or as many whole periods as `at_least` frames need.
    """
    rows = np.stack(list(traits)).astype(np.float32)
    count = len(rows)
    longest = min(longest, count - len(_RUN) // 2 - 1)
    if longest <= shortest + 2:
        return whole(rows)
    apart = _by_lag(rows, longest)
    run = _along_runs(apart)
    profile = _profile(run)
    period = _period(profile, shortest)
    if period:
        wanted = -(-max(at_least, shortest) // period) * period
        lengths = _near(min(wanted, longest // period * period), profile, period)
    else:
        lengths = list(range(max(shortest, min(at_least, longest)), longest + 1))
    first, length = _best(run, apart, lengths, count)
    found = _measured(rows, first, first + length - 1, period)
    return _at_the_end(rows, max(shortest, at_least), found)


def _at_the_end(rows: Traits, shortest: int, found: Loop) -> Loop:
    """Return the loop that was found, or one nearly as long as the take, where that has no seam at all.

    So few frames are left beyond it that no run can be compared; two pairs must be alike instead.
    """
    count = len(rows)
    best = found
    for length in range(max(count - len(_RUN) - 1, shortest), count - 1):
        seams = _distance(rows[length:], rows[:-length])
        pairs = np.maximum(seams[1:], seams[:-1])
        first = int(pairs.argmin())
        made = _measured(rows, first, first + length - 1, length)
        if pairs[first] < _SEAMLESS * made.step and made.ratio < _BETTER * best.ratio:
            best = made
    return best


def whole(rows: Traits) -> Loop:
    """Return the whole take as a loop, whatever its seam."""
    return _measured(rows, 0, len(rows) - 1, 0)


def _by_lag(rows: Traits, longest: int) -> Numbers:
    """Return (lag, frame) distances: between a frame and the one `lag` later; NaN beyond the end.

    Memory grows with frames times the longest loop, never with the square of the frames.
    """
    count = len(rows)
    apart = np.full((longest + 1, count), np.nan)
    for lag in range(1, longest + 1):
        difference = rows[lag:] - rows[:-lag]
        apart[lag, : count - lag] = np.sqrt(np.einsum("ij,ij->i", difference, difference) / rows.shape[1])
    return apart


def _along_runs(apart: Numbers) -> Numbers:
    """Average the squares of the distances along runs of frames, so that the direction of movement counts."""
    half = len(_RUN) // 2
    weights = np.array(_RUN) / sum(_RUN)
    run = np.full(apart.shape, np.nan)
    padded = apart**2
    total = np.zeros((apart.shape[0], apart.shape[1] - 2 * half))
    for offset, weight in enumerate(weights):
        total += weight * padded[:, offset : offset + total.shape[1]]
    run[:, half : half + total.shape[1]] = total
    return run


def _profile(run: Numbers) -> Numbers:
    """Return per lag how alike frames that far apart usually are; one gesture hardly counts."""
    profile = np.full(run.shape[0], np.inf)
    for lag in range(1, run.shape[0]):
        there = run[lag][~np.isnan(run[lag])]
        if len(there) >= 3:
            profile[lag] = np.median(there)
    return profile


def _period(profile: Numbers, shortest: int) -> int:
    """Return the shortest lag at which the take repeats nearly as well as it ever does; 0 if it does not."""
    long_enough = profile[shortest:]
    finite = long_enough[np.isfinite(long_enough)]
    if len(finite) < 3:
        return 0
    middle, lowest = float(np.median(finite)), float(finite.min())
    if middle <= 0 or (middle - lowest) / middle < 0.3:
        return 0
    for lag in range(shortest, len(profile) - 1):
        dips = profile[lag] <= profile[lag - 1] and profile[lag] <= profile[lag + 1]
        returns = profile[lag] < _RETURN * float(profile[1:lag].max())
        if dips and returns and profile[lag] - lowest <= _SAME * (middle - lowest):
            return lag
    return 0


def _near(length: int, profile: Numbers, period: int) -> list[int]:
    """Return the length, and its neighbours where several periods add up to a fraction more or less."""
    if length <= period:
        return [period]
    beside = [lag for lag in range(length - 2, length + 3) if 0 < lag < len(profile)]
    return [min(beside, key=lambda lag: float(profile[lag]))]


def _best(run: Numbers, apart: Numbers, lengths: list[int], count: int) -> tuple[int, int]:
    """Return first frame and length of the loop whose seam is least; inside it nothing happens only once."""
    chosen, least = (0, lengths[0]), np.inf
    for length in lengths:
        seams = run[length]
        usual = np.nancumsum(np.nan_to_num(apart[length] ** 2))
        for first in range(count - length):
            if np.isnan(seams[first]):
                continue
            inside = (usual[min(first + length, count - 1)] - usual[first]) / length
            cost = seams[first] + 0.25 * inside + 1e-12 * first
            if cost < least:
                chosen, least = (first, length), cost
    return chosen


def _measured(rows: Traits, first: int, last: int, period: int) -> Loop:
    """Measure the seam: against what was filmed after the last, or before the first, or as a step."""
    part = rows[first : last + 1]
    step = float(np.median(_distance(part[1:], part[:-1]))) if len(part) > 1 else 0.0
    if last + 1 < len(rows):
        seam = float(_distance(rows[last + 1 : last + 2], rows[first : first + 1])[0])
    elif first > 0:
        seam = float(_distance(rows[last : last + 1], rows[first - 1 : first])[0])
    else:
        seam = float(_distance(rows[last : last + 1], rows[:1])[0])
    return Loop(first, last, period, seam, step)


def _distance(ones: Traits, others: Traits) -> Numbers:
    difference = (ones - others).astype(np.float64)
    return np.asarray(np.sqrt((difference**2).mean(axis=1)))
