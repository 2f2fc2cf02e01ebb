"""Find where a person stands on the card, how tall they are, and the window that follows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Box = tuple[int, int, int, int]
Numbers = npt.NDArray[np.float64]
SEATED = 0.77
"""The height of a sitting person as a share of the standing one, floor to crown."""

_MARGIN = 0.06
_WALKS = 0.6
"""Somebody whose middle moves by more than this share of their height walks, and the window follows."""


_FASTEST = 15.0
_SLANTED = 0.5
"""Who crosses the frame and is said to face it more than this walks sideways all the same."""


@dataclass(frozen=True)
class Windows:
    """The window of a card on every frame: `left`, `top` (N,) plate pixels, may be fractional; all one size.

    `foot` is the foot point in card pixels; `tall` how many pixels the person is high; `follows` whether the
    window moves.
    """

    left: Numbers
    top: Numbers
    size: tuple[int, int]
    foot: tuple[float, float]
    tall: float
    follows: bool


def windows_of(boxes: Sequence[Box], middles: Sequence[float], frames: Sequence[int]) -> Windows:
    """Lay a window around the boxes (x0, y0, x1, y1) of a person, with the middle of the chest, on frames.

    The foot line is the lowest the person stands for at least a tenth of the time, so a jump leaves it.
    """
    sides = np.array(boxes, np.float64)
    tall_all = sides[:, 3] - sides[:, 1]
    middle = np.array(middles, np.float64)
    travel = float(middle.max() - middle.min())
    follows = travel > _WALKS * float(np.median(tall_all))
    ground = np.percentile(sides[:, 3], 90)
    tall = float(np.percentile(tall_all, 25))
    pad = int(np.ceil(_MARGIN * tall_all.max())) + 2
    if not follows:
        x0, x1 = int(sides[:, 0].min()) - pad, int(sides[:, 2].max()) + pad
        y0, y1 = int(sides[:, 1].min()) - pad, int(sides[:, 3].max()) + pad
        still = np.ones(len(boxes))
        foot = (float(np.median(middle)) - x0, float(ground) - y0)
        return Windows(x0 * still, y0 * still, (x1 - x0, y1 - y0), foot, tall, False)
    path, line = _path(middle, frames), _path(sides[:, 3], frames)
    half = int(np.ceil(max((path - sides[:, 0]).max(), (sides[:, 2] - path).max()))) + pad
    above = int(np.ceil((line - sides[:, 1]).max())) + pad
    below = int(np.ceil(max((sides[:, 3] - line).max(), 0))) + pad
    size = (2 * half, above + below)
    return Windows(path - half, line - above, size, (float(half), float(above)), tall, True)


def extent_of(alpha: npt.NDArray[np.float32]) -> Box | None:
    """Return x0, y0, x1, y1 of what a card shows for more than half, or None.

    The top is that of the head: of what stands above the middle of the body, so raised arms do not count.
    """
    solid = alpha > 0.5
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    if not len(rows):
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    trunk = solid[top + int(0.35 * (bottom - top)) : top + int(0.7 * (bottom - top)) + 1]
    middle = float(np.median(np.nonzero(trunk)[1])) if trunk.any() else float(np.median(columns))
    half = max(0.04 * (bottom - top), 1.0)
    above = solid[:, max(int(middle - half), 0) : int(middle + half) + 1]
    head = np.flatnonzero(above.sum(axis=1) >= 0.5 * above.shape[1])
    return int(columns[0]), int(head[0]) if len(head) else top, int(columns[-1]) + 1, bottom


def measured(windows: Windows, extents: Sequence[Box | None]) -> Windows:
    """Measure foot and height anew on the cards themselves, which are finer than what was followed."""
    sides = np.array([extent for extent in extents if extent is not None], np.float64)
    if not len(sides):
        return windows
    ground = float(np.percentile(sides[:, 3], 90))
    tall = float(np.median(sides[:, 3] - sides[:, 1]))
    across = windows.foot[0] if windows.follows else float(np.median((sides[:, 0] + sides[:, 2]) / 2))
    return replace(windows, foot=(across, ground), tall=tall)


def pace_of(windows: Windows, pixels_per_metre: float, rate: float, facing: float) -> float:
    """Return how fast somebody who crosses the frame walks, metres a second; 0 for who stays in place.

    Who walks at a slant, by `facing` in degrees, gets on faster than the picture shows.
    """
    if not windows.follows or len(windows.left) < 2:
        return 0.0
    across = abs(float(np.median(np.diff(windows.left))))
    seen = abs(float(np.sin(np.radians(facing))))
    return min(across / pixels_per_metre * rate / (seen if seen >= _SLANTED else 1.0), _FASTEST)


def _path(values: Numbers, frames: Sequence[int]) -> Numbers:
    """Return the walk behind the steps: a curve so smooth that the gait stays in the card."""
    at = np.asarray(frames, np.float64)
    at = (at - at.mean()) / max(float(np.ptp(at)), 1.0)
    order = min(1 + len(values) // 50, 6, len(values) - 1)
    return np.asarray(np.polyval(np.polyfit(at, values, order), at))
