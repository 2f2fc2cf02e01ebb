"""A four-cornered piece of a picture at several sizes, and the plane maps that lay it elsewhere.

Pixel centres lie at whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]
Matrix = NDArray[np.float64]

_SMALLEST = 12
"""A level of the pyramid is not made when a side of it would be shorter, in pixels."""


@dataclass(frozen=True)
class Level:
    """One size of a piece: `picture` (h, w) float32, `base` (h, w) float32 0 or 1, where it may be looked at.

    `place` (3, 3) takes a pixel of the level to the picture that the piece was cut from.
    """

    picture: Picture
    base: Picture
    place: Matrix


def cut_piece(picture: Picture, corners: Matrix, *, most: int = 200_000, margin: float = 2.0) -> list[Level]:
    """Cut the four-cornered piece out of a grey picture (h, w), 0 to 255, as a pyramid, finest first.

    `corners` (4, 2) x, y. `most` bounds the pixels of the finest level; `margin` is the rim that is left out.
    """
    height, width = picture.shape
    low = np.floor(corners.min(axis=0)).astype(int)
    high = np.ceil(corners.max(axis=0)).astype(int) + 1
    low, high = np.maximum(low - 2, 0), np.minimum(high + 2, (width, height))
    if (high - low < 4).any():
        return []
    cut = np.ascontiguousarray(picture[low[1] : high[1], low[0] : high[0]], np.float32)
    place = np.array([[1, 0, low[0]], [0, 1, low[1]], [0, 0, 1]], np.float64)
    inside = _inside(cut.shape, corners - low, margin)
    levels = [Level(cut, inside, place)]
    while levels[-1].picture.size > most:
        levels = [_halved(levels[-1])]
    while min(levels[-1].picture.shape) >= 2 * _SMALLEST and levels[-1].base.sum() > 600:
        levels.append(_halved(levels[-1]))
    return [level for level in levels if level.base.any()]


def pyramid(picture: NDArray[np.generic], levels: int = 6) -> list[Picture]:
    """Return a grey picture (h, w) at its size, half, a quarter and so on, float32."""
    found = [np.ascontiguousarray(picture, np.float32)]
    while len(found) < levels and min(found[-1].shape) >= 2 * _SMALLEST:
        found.append(np.asarray(cv2.pyrDown(found[-1]), np.float32))
    return found


def project(homography: Matrix, points: Matrix) -> Matrix:
    """Take points (n, 2) through a homography (3, 3)."""
    flat = np.concatenate([points, np.ones((len(points), 1))], axis=1) @ homography.T
    return np.asarray(flat[:, :2] / flat[:, 2:])


def between(source: Matrix, target: Matrix) -> Matrix:
    """Return the homography (3, 3) that takes four points (4, 2) to four others, in float64."""
    rows = []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    solved = np.linalg.solve(np.array(rows), np.asarray(target, np.float64).ravel())
    return np.append(solved, 1.0).reshape(3, 3)


def laid(picture: Picture, homography: NDArray[np.floating[Any]], shape: tuple[int, int]) -> Picture:
    """Sample a picture through a homography that takes pixels of `shape` to it; NaN outside."""
    return np.asarray(
        cv2.warpPerspective(
            picture,
            homography,
            (shape[1], shape[0]),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(float("nan"),) * 4,
        ),
        np.float32,
    )


def _inside(shape: tuple[int, ...], corners: Matrix, margin: float) -> Picture:
    mask = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(mask, np.round(corners * 16).astype(np.int32), 1, cv2.LINE_8, 4)
    depth = cv2.distanceTransform(np.pad(mask, 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    return np.asarray(depth > margin, np.float32)


def _halved(level: Level) -> Level:
    picture = np.asarray(cv2.pyrDown(level.picture), np.float32)
    base = cv2.resize(level.base, picture.shape[::-1], interpolation=cv2.INTER_AREA)
    place = level.place @ np.array([[2, 0, 0], [0, 2, 0], [0, 0, 1]], np.float64)
    return Level(picture, (base > 0.99).astype(np.float32), place)
