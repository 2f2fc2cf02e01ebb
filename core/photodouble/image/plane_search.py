"""Where to look for a plane in the next frame: by its motion, by its own marked points, or all over.

Pixel centres lie at whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.align import Fit, align
from photodouble.image.piece import Level, Matrix, Picture, between, laid, project

Frames = Callable[[int], NDArray[np.generic]]


@dataclass
class Found:
    """What is known of a frame: how the plane lies there, and what of it is seen."""

    homography: Matrix
    fit: Fit | None = None


@dataclass
class Search:
    """The plane that is looked for, what was found of it so far, and how the pictures are read."""

    frames: Frames
    piece: list[Level]
    corners: Matrix
    found: dict[int, Found] = field(default_factory=dict)
    deviations: list[float] = field(default_factory=list)

    @property
    def typical(self) -> float:
        """The residual of the frames so far, in codes; 0 before there are any."""
        return float(np.median(self.deviations)) if len(self.deviations) >= 3 else 0.0


def guesses(
    search: Search, before: int, picture: NDArray[np.generic], guess: Matrix, last: Found
) -> Iterable[tuple[Matrix, bool]]:
    """Yield places to start from, the likeliest first, and whether to search them from coarse to fine.

    Points that were followed lead so near that small pictures, in which all is mixed, can only mislead.
    """
    if last.fit is not None:
        followed = _by_features(search, before, picture, guess, last)
        if followed is not None:
            yield followed, False
            yield followed, True
    yield guess, True
    if not np.array_equal(guess, last.homography):
        yield last.homography, True


def carried_on(search: Search, before: Sequence[int]) -> Matrix:
    """Guess a place from the last two, as if the motion went on."""
    last = project(search.found[before[-1]].homography, search.corners)
    if len(before) < 2 or search.found[before[-1]].fit is None:
        return search.found[before[-1]].homography
    earlier = project(search.found[before[-2]].homography, search.corners)
    span = abs(before[-1] - before[-2])
    ahead = last + (last - earlier) / max(span, 1)
    return between(search.corners, ahead) if is_sound(ahead, last) else search.found[before[-1]].homography


def _by_features(
    search: Search, before: int, picture: NDArray[np.generic], guess: Matrix, last: Found
) -> Matrix | None:
    """Carry the plane from the frame before by its own marked points, each followed there and back."""
    if last.fit is None:
        return None
    earlier, now = _codes(search.frames(before)), _codes(picture)
    level = search.piece[0]
    shape = (earlier.shape[0], earlier.shape[1])
    to_piece = np.linalg.inv(last.homography @ level.place)
    seen = np.nan_to_num(laid(last.fit.weight, to_piece, shape)) > 0.4
    points = cv2.goodFeaturesToTrack(earlier, 200, 0.01, 5, mask=seen.astype(np.uint8))
    if points is None or len(points) < 6:
        return None
    first = points.reshape(-1, 2)
    ahead = project(guess @ np.linalg.inv(last.homography), first.astype(np.float64)).astype(np.float32)
    there, ok, _ = _step(earlier, now, first, ahead)
    back, ok_back, _ = _step(now, earlier, there, first.copy())
    good = (ok[:, 0] > 0) & (ok_back[:, 0] > 0) & (np.abs(back - first).max(axis=1) < 0.7)
    if good.sum() < 6:
        return None
    moved, _ = cv2.estimateAffinePartial2D(first[good], there[good], ransacReprojThreshold=1.5)
    if moved is None:
        return None
    homography = np.vstack([np.asarray(moved, np.float64), [0, 0, 1]]) @ last.homography
    now_at, was_at = project(homography, search.corners), project(last.homography, search.corners)
    return homography / homography[2, 2] if is_sound(now_at, was_at) else None


def _step(first: NDArray[np.uint8], second: NDArray[np.uint8], points: Picture, ahead: Picture) -> tuple:  # type: ignore[type-arg]
    return cv2.calcOpticalFlowPyrLK(
        first, second, points, ahead, winSize=(21, 21), maxLevel=4, flags=cv2.OPTFLOW_USE_INITIAL_FLOW
    )


def looked_for(search: Search, sizes: list[Picture], guess: Matrix) -> Fit | None:
    """Look for a lost plane over the whole picture, in the shape it had last."""
    level = min(len(sizes) - 1, 2)
    small = sizes[level]
    shrink = np.diag([0.5**level, 0.5**level, 1.0])
    ends = project(shrink @ guess, search.corners)
    low, size = np.floor(ends.min(axis=0)), np.ceil(np.ptp(ends, axis=0)).astype(int) + 1
    if (size < 8).any() or (size[::-1] >= small.shape).any():
        return None
    move = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]])
    to_level = np.linalg.inv(move @ shrink @ guess @ search.piece[0].place)
    shape = (int(size[1]), int(size[0]))
    pattern = laid(search.piece[0].picture, to_level, shape)
    base = (np.nan_to_num(laid(search.piece[0].base, to_level, shape)) > 0.5) & np.isfinite(pattern)
    if base.sum() < 40:
        return None
    pattern, mask = np.nan_to_num(pattern), base.astype(np.float32)
    score = cv2.matchTemplate(small, pattern, cv2.TM_CCOEFF_NORMED, mask=mask)
    score = np.where(np.isfinite(score), score, -1)
    row, column = np.unravel_index(int(np.argmax(score)), score.shape)
    shift = np.array([column - low[0], row - low[1]]) / 0.5**level
    moved = np.array([[1, 0, shift[0]], [0, 1, shift[1]], [0, 0, 1]]) @ guess
    fit = align(search.piece, sizes, moved, typical=search.typical)
    if fit is None or fit.share < 0.25 or fit.likeness < 0.8:
        return None
    return fit if is_sound(project(fit.homography, search.corners), None) else None


def bent(corners: Matrix, before: Matrix) -> float:
    """Return how much a figure changes its shape, as a share of its diagonal; where it moves is no matter."""
    moved = (corners - corners.mean(axis=0)) - (before - before.mean(axis=0))
    return float(np.linalg.norm(moved, axis=1).max() / np.linalg.norm(np.ptp(before, axis=0)))


def is_sound(corners: Matrix, before: Matrix | None) -> bool:
    """Whether four corners make a four-sided figure without a twist, not far in size from the one before."""
    if not np.isfinite(corners).all():
        return False
    sides = np.roll(corners, -1, axis=0) - corners
    turns = sides[:, 0] * np.roll(sides[:, 1], -1) - sides[:, 1] * np.roll(sides[:, 0], -1)
    if not ((turns > 0).all() or (turns < 0).all()):
        return False
    area = cv2.contourArea(corners.astype(np.float32))
    if area < 60:
        return False
    return before is None or 0.6 < area / max(cv2.contourArea(before.astype(np.float32)), 1e-6) < 1.6


def _codes(picture: NDArray[np.generic]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(picture), 0, 255), np.uint8)
