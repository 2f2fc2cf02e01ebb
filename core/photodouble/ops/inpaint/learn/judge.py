"""Judge what was learned on known pixels that were kept apart, kind of place by kind of place.

For every kind of place (seen or not, by expected error and by depth in the hole) the share of the residual
that lowers the error most is known in closed form; where even that gains too little, none is taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.ops.inpaint.footage import Picture

ERROR_EDGES = ((8.0 / 255) ** 2, (20.0 / 255) ** 2)
DEPTH_EDGE = 8.0
KINDS = 2 * (len(ERROR_EDGES) + 1) * 2
_FEWEST = 300
"""Fewer judged pixels than this say nothing about a kind of place."""
_LEAST_GAIN = 0.02
_CAP = (60.0 / 255) ** 2


@dataclass(frozen=True)
class Verdict:
    """Say, per kind of place, which share of the residual to take, and the squared errors it was judged on.

    Arrays (KINDS,) float64: `share` 0 to 1, `before` and `after` mean squared error, encoded, `count`.
    """

    share: NDArray[np.float64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    count: NDArray[np.float64]

    @property
    def helps(self) -> bool:
        """Whether any kind of place gains."""
        return bool((self.share > 0).any())

    def share_at(self, kinds: NDArray[np.intp]) -> NDArray[np.float32]:
        """Give the share for every pixel."""
        return np.asarray(self.share[kinds], np.float32)

    def words(self) -> str:
        """Say in a sentence what was found, errors as the root of the mean square in 8-bit codes."""
        used, judged = int((self.share > 0).sum()), int((self.count >= _FEWEST).sum())
        if not self.helps:
            return (
                f"Learning did not beat its input on known pixels kept apart, in none of {judged} kinds of "
                "place, so the fill is left as it was."
            )
        before, after = (float(np.sqrt((e * self.count).sum() / self.count.sum())) for e in self._errors())
        return (
            f"Learning lowers the error on known pixels kept apart from {255 * before:.1f} to "
            f"{255 * after:.1f} codes; it is used in {used} of {judged} kinds of place, elsewhere the fill "
            "is left as it was."
        )

    def _errors(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self.before, np.where(self.share > 0, self.after, self.before)


def judge(lessons: Iterable[tuple[Picture, Picture, Picture, NDArray[np.intp]]]) -> Verdict:
    """Weigh lessons of (input, residual, truth, kind), each (n, 3) or (n,) of judged pixels.

    Half of the frames find the share, the other half judge it, both ways round.
    """
    sums = np.zeros((2, 4, KINDS))
    for number, (given, residual, truth, kinds) in enumerate(lessons):
        wanted = truth - given
        parts = (wanted * residual, residual**2, np.minimum(wanted**2, _CAP), np.ones_like(wanted))
        for row, part in enumerate(parts):
            sums[number % 2, row] += np.bincount(kinds, part.mean(axis=1), KINDS)
    total = sums.sum(axis=0)
    share = _share(total)
    count, before = total[3], total[2] / np.maximum(total[3], 1)
    after = before - _gain(total, share)
    crossed = sum(_gain(sums[half], _share(sums[1 - half])) * sums[half, 3] for half in (0, 1))
    crossed = crossed / np.maximum(count, 1)
    good = (count >= _FEWEST) & (crossed > _LEAST_GAIN * before)
    return Verdict(np.where(good, share, 0), before, np.where(good, after, before), count)


def _share(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.clip(sums[0] / np.maximum(sums[1], 1e-9), 0, 1), np.float64)


def _gain(sums: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give how much the mean squared error falls with a share of the residual."""
    return np.asarray((2 * share * sums[0] - share**2 * sums[1]) / np.maximum(sums[3], 1))


def kinds_of(hole: NDArray[np.bool_], error: Picture, unseen: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Number the kind of place of every pixel, (h, w), from 0 to KINDS - 1."""
    depth = cv2.distanceTransform(np.pad(hole, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    level = np.digitize(error, ERROR_EDGES)
    return np.asarray((unseen * (len(ERROR_EDGES) + 1) + level) * 2 + (depth > DEPTH_EDGE), np.intp)
