"""Lay one pass upon the master: where every pixel of the master lies in the pass.

Features that agree (SIFT: Lowe, IJCV 2004; RANSAC homography) over several pairs of frames together, so that
people, who stand elsewhere in every pass, are outvoted by the stand they sit in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.encoding import encode

Picture = NDArray[np.float32]
Grey = NDArray[np.uint8]
Plane = NDArray[np.float64]

_FEATURES = 4000
_FEWEST = 20
"""Fewer agreeing features than this say nothing."""
_AWAY = 1.5
"""A feature agrees when it lies within this many pixels of where the homography puts it."""


@dataclass(frozen=True)
class Registration:
    """How a pass lies: `plane` (3, 3) takes a master pixel to the pass; pixel centres at whole numbers.

    `agreeing` features were used; `error` is their root-mean-square distance in pixels.
    """

    plane: Plane
    agreeing: int
    error: float


def register(pairs: Iterable[tuple[Picture, Picture]]) -> Registration | None:
    """Find the homography from master to pass over pairs of scene-linear pictures; None if none fits.

    Each picture is (h, w, 3). All pairs must lie upon each other in the same way: frames of two locked
    cameras, or one pair alone.
    """
    here, there = [], []
    for master, other in pairs:
        found = _matched(_grey(master), _grey(other))
        here.append(found[0])
        there.append(found[1])
    start = np.concatenate(here) if here else np.empty((0, 2), np.float32)
    end = np.concatenate(there) if there else np.empty((0, 2), np.float32)
    if len(start) < _FEWEST:
        return None
    plane, inliers = cv2.findHomography(start, end, cv2.USAC_MAGSAC, _AWAY, maxIters=5000, confidence=0.999)
    if plane is None or not np.isfinite(plane).all() or int(inliers.sum()) < _FEWEST:
        return None
    return _refined(np.asarray(plane, np.float64), start, end)


def _refined(plane: Plane, start: NDArray[np.float32], end: NDArray[np.float32]) -> Registration | None:
    """Fit again by least squares to what agrees, twice."""
    for _ in range(2):
        away = np.linalg.norm(_through(plane, start) - end, axis=1)
        near = away < _AWAY
        if near.sum() < _FEWEST:
            return None
        near = away < max(3 * float(np.median(away[near])), 0.3)
        again, _mask = cv2.findHomography(start[near], end[near], 0)
        if again is None:
            return None
        plane = np.asarray(again, np.float64)
    error = float(np.sqrt(np.mean(np.square(_through(plane, start[near]) - end[near]).sum(axis=1))))
    return Registration(plane, int(near.sum()), error)


def _through(plane: Plane, points: NDArray[np.float32]) -> NDArray[np.float64]:
    taken = cv2.perspectiveTransform(points.astype(np.float64)[:, None], plane)
    return np.asarray(taken[:, 0], np.float64)


def _matched(first: Grey, second: Grey) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    nothing = np.empty((0, 2), np.float32), np.empty((0, 2), np.float32)
    mine, others = _features(first), _features(second)
    if mine[1] is None or others[1] is None or min(len(mine[0]), len(others[0])) < 2:
        return nothing
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(mine[1], others[1], k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < 0.8 * pair[1].distance]
    if not good:
        return nothing
    return mine[0][[match.queryIdx for match in good]], others[0][[match.trainIdx for match in good]]


def _features(grey: Grey) -> tuple[NDArray[np.float32], Any]:
    points, described = cv2.SIFT.create(_FEATURES).detectAndCompute(
        cv2.createCLAHE(2.0, (8, 8)).apply(grey), None
    )
    return np.array([point.pt for point in points], np.float32).reshape(-1, 2), described


def _grey(picture: Picture) -> Grey:
    level = encode(np.nan_to_num(picture, nan=0, posinf=1, neginf=0)).mean(axis=2) * 200
    return np.asarray(np.clip(level, 0, 255), np.uint8)
