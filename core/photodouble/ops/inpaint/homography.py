"""Follow the shot's dominant plane from frame to frame: features outside the matte, tracked, RANSAC."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.ops.inpaint.footage import Mask
from photodouble.ops.inpaint.views import grow_cross

Plane = NDArray[np.float64]
Points = NDArray[np.float32]

_FEATURES = 800
_FEWEST = 12
_ROUND_TRIP = 0.7
_INLIER = 1.0


def track(first: Mask, second: Mask, blind: Mask) -> tuple[Points, Points]:
    """Track features of one grey frame into the next and back; keep those that return.

    `blind` marks pixels of the first frame that may not be looked at. Returns two (n, 2) arrays.
    """
    open_pixels = ((1 - grow_cross(blind, 1)) * 255).astype(np.uint8)
    found = cv2.goodFeaturesToTrack(first, _FEATURES, 0.005, 5, mask=open_pixels)
    if found is None:
        return np.empty((0, 2), np.float32), np.empty((0, 2), np.float32)
    there, ok_there, _ = cv2.calcOpticalFlowPyrLK(first, second, found, None, winSize=(15, 15), maxLevel=4)
    back, ok_back, _ = cv2.calcOpticalFlowPyrLK(second, first, there, None, winSize=(15, 15), maxLevel=4)
    trip = np.abs(back - found).reshape(-1, 2).max(1)
    kept = (ok_there[:, 0] > 0) & (ok_back[:, 0] > 0) & (trip < _ROUND_TRIP)
    return found.reshape(-1, 2)[kept], there.reshape(-1, 2)[kept]


def visible(points: Points, blind: Mask) -> NDArray[np.bool_]:
    """Say which points lie inside the frame and outside the blind pixels."""
    h, w = blind.shape
    x, y = np.rint(points[:, 0]).astype(int), np.rint(points[:, 1]).astype(int)
    inside = (x >= 0) & (x < w) & (y >= 0) & (y < h)
    inside[inside] &= blind[y[inside], x[inside]] == 0
    return np.asarray(inside, bool)


def fit(start: Points, end: Points) -> Plane:
    """Fit the homography most tracks agree on (3x3 float64); identity when there are too few."""
    if len(start) < _FEWEST:
        return np.eye(3)
    plane, _ = cv2.findHomography(start, end, cv2.RANSAC, _INLIER)
    if plane is None or not np.isfinite(plane).all() or abs(np.linalg.det(plane)) < 1e-3:
        return np.eye(3)
    return np.asarray(plane, np.float64)
