"""Judge what was learned on painted frames that were kept apart: it is used only where it brings more.

Every judged frame is one whose paint the network that corrects it has never seen. The share of the correction
that is best over all of them is taken; each frame is judged with the share that the others find.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from photodouble.ops.deage.face import Picture
from photodouble.ops.deage.learn.lessons import Lesson

_LEAST_GAIN = 0.2
"""A smaller gain in dB is chance."""
_MOST_LOSS = 0.5
"""Where any frame loses more dB than this, what was learned is not trusted on frames that nobody painted."""


@dataclass(frozen=True)
class Judged:
    """One frame that was kept apart: energies of its paint, of the error of what is carried, of the
    correction, and of correction times error.
    """

    key: int
    paint: float
    error: float
    correction: float
    common: float

    def after(self, share: float) -> float:
        """Return the energy of the error with a share of the correction."""
        return max(self.error - 2 * share * self.common + share**2 * self.correction, 1e-12)


@dataclass(frozen=True)
class Verdict:
    """Say which share of the correction is used, 0 for none, and the dB before and after on judged frames.

    `frames` are (frame, before, after).
    """

    share: float
    before: float
    after: float
    frames: tuple[tuple[int, float, float], ...]

    @property
    def helps(self) -> bool:
        """Whether what was learned is used."""
        return self.share > 0

    def words(self) -> str:
        """Say in a sentence what was found."""
        among = f"on {len(self.frames)} painted frames that were kept apart"
        figures = f"{self.before:.1f} -> {self.after:.1f} dB"
        if self.helps:
            return f"Learning is used: {figures} {among}, with {100 * self.share:.0f} % of what was learned."
        return f"Learning is not used: {figures} {among}, so the paint is carried as without it."


def judged(lesson: Lesson, factor: Picture, rest: Picture) -> Judged:
    """Hold a correction against what is painted on a frame that was kept apart."""
    weight = lesson.sight.light * lesson.asked[..., None]
    error = (lesson.truth - lesson.sight.given) * weight
    correction = (lesson.sight.given * (factor[..., None] - 1) + rest) * weight
    return Judged(
        lesson.key,
        _energy(lesson.truth * weight),
        _energy(error),
        _energy(correction),
        float((error * correction).sum(dtype=np.float64)),
    )


def verdict_on(rows: Sequence[Judged]) -> Verdict:
    """Weigh all judged frames against each other."""
    after = [row.after(_share([one for one in rows if one is not row] or rows)) for row in rows]
    total = sum(row.paint for row in rows)
    found = tuple(
        (row.key, decibel(row.paint, row.error), decibel(row.paint, left))
        for row, left in zip(rows, after, strict=True)
    )
    before, then = decibel(total, sum(row.error for row in rows)), decibel(total, sum(after))
    good = then - before >= _LEAST_GAIN and all(b - a <= _MOST_LOSS for _, b, a in found)
    return Verdict(_share(rows) if good else 0.0, before, then, found)


def decibel(signal: float, noise: float) -> float:
    """Return a ratio of energies in dB."""
    return float(10 * np.log10(max(signal, 1e-12) / max(noise, 1e-12)))


def _share(rows: Sequence[Judged]) -> float:
    energy = sum(row.correction for row in rows)
    return float(np.clip(sum(row.common for row in rows) / max(energy, 1e-12), 0, 1))


def _energy(picture: Picture) -> float:
    return float((picture.astype(np.float64) ** 2).sum())
