"""Measure what an ID matte loses because it keeps only so many people per pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.float32]

LEAST = 0.01
"""A pixel that loses more coverage than this counts as lost."""
_ROUNDING = np.float32(1e-5)


@dataclass(frozen=True)
class Lost:
    """What the ranks of a frame leave out.

    `plane`: (H, W) float32 coverage in no rank; `most`: its largest value; `share`: of the covered pixels,
    how many lose more than a hundredth.
    """

    plane: Plane
    most: float
    share: float


def lost_coverage(alpha: Plane, coverage: Plane, ranks: int = 0) -> Lost:
    """Compare alpha (H, W) with the coverage (H, W, R) of the first `ranks` people, or of all kept."""
    kept = coverage[..., : ranks or coverage.shape[2]]
    plane = np.maximum(alpha - kept.sum(axis=2, dtype=np.float32), 0).astype(np.float32)
    plane[plane < _ROUNDING] = 0
    covered = np.count_nonzero(alpha > 0)
    lost = np.count_nonzero(plane > LEAST)
    return Lost(plane, float(plane.max(initial=0)), lost / covered if covered else 0.0)
