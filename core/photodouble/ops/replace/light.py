"""The light on the sign: how it differs from that on the reference frame, smoothly over the sign.

The ratio of frame to reference is taken in low frequencies only, so that what is printed on the sign does
not come back; pixels that something covers lose their say, as in the tracker.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]

GRID = (48, 64)
"""Rows and columns of the sign on which light is measured."""
_SMOOTH = 0.14
"""Deviation of the smoothing, as a share of the grid's longer side."""
_FLOOR = np.float32(1e-3)


def light_ratio(now: Picture, reference: Picture) -> Picture:
    """Return the light (rows, columns, 3) of a frame over that of the reference, both sampled on the grid.

    NaN where a picture shows nothing. A sign that is covered all over keeps the reference's light: 1.
    """
    known = np.asarray(np.isfinite(now).all(axis=2) & np.isfinite(reference).all(axis=2))
    if known.mean() < 0.02:
        return np.ones_like(reference)
    here = np.where(known[..., None], np.maximum(now, 0), 0).astype(np.float32)
    there = np.where(known[..., None], np.maximum(reference, 0), 0).astype(np.float32)
    said = known.astype(np.float32)
    middle = _commonest(here[known], there[known])
    ratio = np.broadcast_to(middle.astype(np.float32), there.shape).copy()
    for smooth in (2.0, 1.5, 1.0, 1.0):
        expected = ratio * there
        away = np.abs(here - expected) / (0.12 * (expected + 0.02 + 0.1 * middle.max()))
        said = (known / np.square(1 + np.square(away.max(axis=2)))).astype(np.float32)
        if said.sum() < 0.02 * said.size:
            return ratio
        deviation = smooth * _SMOOTH * max(GRID)
        top = _spread(here * said[..., None], deviation) + _FLOOR * 1e-3 * middle
        low = _spread(there * said[..., None], deviation) + _FLOOR * 1e-3
        ratio = np.clip(top / low, 0.02, 50).astype(np.float32)
    return ratio


def _commonest(here: Picture, there: Picture) -> NDArray[np.float32]:
    """Return the ratio (3,) that most pixels (n, 3) agree on: up to most of the sign may be covered."""
    each = (here + _FLOOR).mean(axis=1) / (there + _FLOOR).mean(axis=1)
    tried = np.quantile(each, (0.15, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85))
    agree = [float((np.abs(np.log(each / one)) < 0.2).sum()) for one in tried]
    near = np.abs(np.log(each / tried[int(np.argmax(agree))])) < 0.2
    ratio = np.median((here[near] + _FLOOR) / (there[near] + _FLOOR), axis=0)
    return np.asarray(ratio, np.float32)


def level(artwork: Picture, reference: Picture, how: str) -> NDArray[np.float32]:
    """Return what the artwork's channels (3,) are multiplied by to sit in the reference's light.

    Both are (..., 3) scene-linear. `automatic` matches how bright the brightest twentieth is, `same_design`
    the mean of every channel.
    """
    ours = np.maximum(artwork.reshape(-1, 3), 0)
    theirs = reference.reshape(-1, 3)
    theirs = np.maximum(theirs[np.isfinite(theirs).all(axis=1)], 0)
    if how not in ("automatic", "same_design") or not len(theirs):
        return np.ones(3, np.float32)
    if how == "same_design":
        factor = (theirs.mean(axis=0) + _FLOOR) / (ours.mean(axis=0) + _FLOOR)
    else:
        weights = np.array([0.2126, 0.7152, 0.0722], np.float32)
        bright = [float(np.quantile(one @ weights, 0.95)) + 1e-3 for one in (theirs, ours)]
        factor = np.full(3, bright[0] / bright[1])
    return np.asarray(np.clip(factor, 0.001, 1000), np.float32)


def edge_softness(grey: Picture) -> float:
    """Estimate how soft the sharpest edges of a picture (h, w) are: the deviation of their blur in pixels.

    At an edge of height `a` blurred by s the steepest slope is a / (s sqrt(2 pi)). What smoothing and a slope
    over two pixels add is taken off again.
    """
    if min(grey.shape) < 12:
        return 0.0
    smooth = cv2.GaussianBlur(np.nan_to_num(grey), (0, 0), 0.6)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=1, scale=0.5)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=1, scale=0.5)
    slope = np.hypot(across, down)
    kernel = np.ones((9, 9), np.uint8)
    height = cv2.dilate(smooth, kernel) - cv2.erode(smooth, kernel)
    strong = (slope >= cv2.dilate(slope, np.ones((3, 3), np.uint8))) & (height > 0.35 * float(height.max()))
    strong[:5], strong[-5:], strong[:, :5], strong[:, -5:] = False, False, False, False
    if strong.sum() < 12 or float(height.max()) < 0.02:
        return 0.0
    found = height[strong] / (np.maximum(slope[strong], 1e-6) * np.sqrt(2 * np.pi))
    deviation = float(np.quantile(found, 0.25))
    return float(np.sqrt(max(deviation**2 - 0.6**2 - 1 / 3, 0.0)))


def _spread(values: Picture, deviation: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), deviation, borderType=cv2.BORDER_REFLECT), np.float32)
