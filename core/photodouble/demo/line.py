"""Look for the ghost of a removed wire: a line in the difference that the eye finds and an average hides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photodouble.demo.textures import Picture

AMPLIFIED = 8
"""How much a difference is amplified before it is looked at."""


@dataclass(frozen=True)
class Line:
    """Say how strong a line is left, on a scale where the whole range of the display is 1.

    `strength` is the mean difference along the wire, signed, amplified, against its surround inside the
    matte and beside it; `longest` is the same for the worst stretch of `STRETCH` rows, where a line shows
    first; `visible` is the share of all stretches stronger than `VISIBLE`.
    """

    strength: float
    longest: float
    visible: float


STRETCH = 90
"""Rows in a stretch."""

VISIBLE = 0.05
"""How strong a stretch must be for the eye to find a line in it: 13 of 255 codes, amplified."""


def find_line(difference: Picture, path: NDArray[np.float64], *, core: float, reach: float) -> Line:
    """Measure the line that a wire along `path` left in `difference` (H, W, 3), working encoding.

    `path` is the column of the wire's centre in every row, `core` half its width and `reach` the distance
    up to which the surround counts, both in pixels.
    """
    inner = _profile(difference, path, np.arange(-core, core + 0.5))
    beyond = np.arange(core + 2, reach + 0.5)
    outer = _profile(difference, path, np.concatenate([-beyond, beyond]))
    along = inner - outer
    known = along[np.isfinite(along)]
    if not known.size:
        return Line(0.0, 0.0, 0.0)
    window = min(STRETCH, known.size)
    stretches = AMPLIFIED * np.abs(np.convolve(known, np.full(window, 1 / window), mode="valid"))
    strength = float(AMPLIFIED * known.mean())
    return Line(strength, float(stretches.max()), float((stretches > VISIBLE).mean()))


def _profile(
    difference: Picture, path: NDArray[np.float64], offsets: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Average the difference over some offsets from the path in every row; NaN outside the picture."""
    height, width = difference.shape[:2]
    columns = np.rint(path[:, None] - 0.5 + offsets).astype(np.intp)
    inside = ((columns >= 0) & (columns < width)).all(axis=1)
    grey = difference.mean(axis=2)
    rows = np.arange(height)[:, None]
    values = grey[rows, np.clip(columns, 0, width - 1)].mean(axis=1)
    return np.where(inside, values, np.nan)
