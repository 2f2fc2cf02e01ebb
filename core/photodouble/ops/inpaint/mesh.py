"""Register a distant frame directly: how far the chain of homographies is off there, from long tracks.

A chain of homographies drifts, and the ground around a matte is seldom one plane. Features that are seen
all the way from the target to the source say by how much. Most of them agree on an affine correction
(weighted again and again by how well they agree: Geman and McClure 1987); what those that agree have in
common around a place bends it there, as in moving direct linear transforms (Zaragoza et al. 2013).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint.homography import Plane
from photodouble.ops.inpaint.motion import Motion
from photodouble.ops.inpaint.sampling import compiled, project

Points = tuple[NDArray[np.float64], NDArray[np.float64]]

_LINK = 4.0
"""A track goes on with the nearest feature of the next frame, if it is this near."""
_FEWEST = 12
_AGREE = 1.0
_ROW = 4096
_ROUNDS = (4.0, 2.0, 1.0, 1.0, 1.0, 1.0)
_STEADY = 2.0
_UNIT = 50.0
_CELL = 4
_NEAR, _FAR = 16.0, 40.0
_CONTEXT = 48
_PRIOR_NEAR, _PRIOR_FAR = 0.02, 1.0


class Mesh:
    """Follow the features of one frame in one direction and say how a source is bent against its plane."""

    def __init__(self, motion: Motion, index: int, direction: int, points: Points) -> None:
        self._motion, self._direction, self._at = motion, direction, index
        lows = [int(p.min()) - _CONTEXT for p in points]
        highs = [int(p.max()) + 1 + _CONTEXT for p in points]
        self._box = Box(lows[0], lows[1], highs[0], highs[1])
        self._wanted = self._arms(np.stack(points, axis=1))
        self._cells = [
            _in_rows(((p - low + 0.5) / _CELL - 0.5).astype(np.float32)) for p, low in zip(points, lows)
        ]
        self._start: NDArray[np.float64] | None = None
        self._now = np.empty((0, 2))

    def advance(self) -> None:
        """Follow every track one frame further; one that is lost stays lost."""
        here, there = self._motion.tracks(self._at, self._direction)
        if self._start is None:
            self._start, self._now = here.copy(), there.copy()
        else:
            kept = np.zeros(len(self._now), np.bool_)
            plane = self._motion.plane_step(self._at, self._direction)
            _follow(self._now, here, there, plane, kept)
            self._start, self._now = self._start[kept], self._now[kept]
        self._at += self._direction

    def shift(self, plane: Plane) -> NDArray[np.float64] | None:
        """Say what to add to each point before `plane` takes it to the source, (n, 2) pixels.

        None where too few tracks are left to say.
        """
        if self._start is None or len(self._start) < _FEWEST:
            return None
        back = cv2.perspectiveTransform(self._now[:, None], np.linalg.inv(plane))[:, 0]
        apart = back - self._start
        known = (np.abs(apart) < 20).all(axis=1)
        if known.sum() < _FEWEST:
            return None
        start, apart = self._start[known], apart[known]
        matrix, trust = _agreed(self._arms(start), apart)
        left = apart - self._arms(start) @ matrix
        return np.asarray(self._wanted @ matrix + self._bent(start, left, trust), np.float64)

    def _arms(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        box = self._box
        middle = np.array([box.x0 + box.x1, box.y0 + box.y1]) / 2
        return np.concatenate([np.ones((len(places), 1)), (places - middle) / _UNIT], axis=1)

    def _bent(
        self, places: NDArray[np.float64], left: NDArray[np.float64], trust: NDArray[np.float64]
    ) -> NDArray[np.float32]:
        """Average what the tracks around every point have in common beyond the affine correction."""
        box = self._box
        height, width = -(-box.height // _CELL), -(-box.width // _CELL)
        column = np.floor((places[:, 0] - box.x0) / _CELL).astype(int)
        row = np.floor((places[:, 1] - box.y0) / _CELL).astype(int)
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        cell = (row * width + column)[inside]
        weighed = np.concatenate([trust[:, None], left * trust[:, None]], axis=1)[inside]
        sums = np.stack([np.bincount(cell, part, height * width) for part in weighed.T], axis=1)
        grid = sums.reshape(height, width, 3).astype(np.float32)
        far, near = (
            cv2.GaussianBlur(grid, (0, 0), sigma / _CELL, borderType=cv2.BORDER_CONSTANT)
            for sigma in (_FAR, _NEAR)
        )
        bend = far[..., 1:] / (far[..., :1] + _PRIOR_FAR)
        bend = (near[..., 1:] + _PRIOR_NEAR * bend) / (near[..., :1] + _PRIOR_NEAR)
        x, y = self._cells
        bent = cv2.remap(bend, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(bent.reshape(-1, 2)[: len(self._wanted)], np.float32)


def _in_rows(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Lay a long list out in rows, filled up with zeros: OpenCV takes no side beyond 32,767."""
    rows = -(-len(values) // _ROW)
    return np.pad(values, (0, rows * _ROW - len(values))).reshape(rows, _ROW)


def _agreed(
    arms: NDArray[np.float64], apart: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fit the correction most tracks agree on, (3, 2), and how much each is to be believed."""
    matrix: NDArray[np.float64] = np.zeros((3, 2))
    for scale in _ROUNDS:
        trust = _believed(apart - arms @ matrix, _AGREE * scale)
        power = arms.T @ (arms * trust[:, None]) + _STEADY * np.eye(3)
        matrix = np.asarray(np.linalg.solve(power, arms.T @ (apart * trust[:, None])), np.float64)
    return matrix, _believed(apart - arms @ matrix, _AGREE)


def _believed(left: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    return np.asarray((scale**2 / (scale**2 + (left**2).sum(axis=1))) ** 2)


@compiled
def _follow(now, here, there, plane, kept):  # type: ignore[no-untyped-def]
    """Move each place as the nearest feature moves against the plane; `kept` where one is near."""
    mine, its = np.empty(2), np.empty(2)
    order = np.argsort(here[:, 0])
    across = here[:, 0][order]
    for i in range(len(now)):
        nearest, best = -1, _LINK**2
        for j in range(np.searchsorted(across, now[i, 0] - _LINK), len(order)):
            k = order[j]
            if here[k, 0] - now[i, 0] > _LINK:
                break
            apart = (here[k, 0] - now[i, 0]) ** 2 + (here[k, 1] - now[i, 1]) ** 2
            if apart < best:
                nearest, best = k, apart
        if nearest < 0:
            continue
        project(plane, now[i, 0], now[i, 1], mine)
        project(plane, here[nearest, 0], here[nearest, 1], its)
        now[i, 0] = mine[0] + there[nearest, 0] - its[0]
        now[i, 1] = mine[1] + there[nearest, 1] - its[1]
        kept[i] = True
