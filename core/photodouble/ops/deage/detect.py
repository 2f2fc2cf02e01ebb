"""Find the faces of one frame: where they are, how sure that is, and how the head is turned.

The picture is looked at whole, then in overlapping parts, so that a small face in a large frame is found
too (Bazarevsky et al., "BlazeFace", 2019; the anchors are those of the networks). Pixel centres lie at whole
numbers; the picture has square pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.ops.deage.face import Matrix
from photodouble.ops.deage.networks import FAR, NEAR, Networks

Codes = NDArray[np.uint8]

_SURE = 0.5
"""A face that is less sure than this is none."""
_SURE_ALONE = 0.72
"""Parts of a picture show many things that look a little like a face: there it must be as sure as this."""
_SAME = 0.3
"""Two boxes that share this much of their joint area are one face."""
_PART = 320
"""The picture is cut in halves, and they again, while a part is larger than this many pixels."""
_DEEPEST = 3


@dataclass(frozen=True)
class Seen:
    """A face that was seen: `box` x0, y0, x1, y1; `eyes` (2, 2) the performer's right and left eye."""

    box: Matrix
    eyes: Matrix
    score: float

    @property
    def width(self) -> float:
        """Return the width of the box in pixels."""
        return float(self.box[2] - self.box[0])


def detect(picture: Codes, networks: Networks) -> tuple[Seen, ...]:
    """Return the faces of a picture (H, W, 3) uint8 sRGB, the largest first."""
    height, width = picture.shape[:2]
    whole = (0.0, 0.0, float(max(width, height)))
    found = _looked(picture, whole, NEAR, networks, _SURE) + _looked(picture, whole, FAR, networks, _SURE)
    for part in _parts(width, height):
        found += _looked(picture, part, FAR, networks, _SURE_ALONE)
    return tuple(sorted(_joined(found), key=lambda one: -one.width))


def _parts(width: int, height: int) -> list[tuple[float, float, float]]:
    """Return overlapping squares x, y, side, each level half as large as the one before."""
    found, side = [], float(max(width, height))
    for _ in range(_DEEPEST):
        side /= 2
        if side < _PART:
            break
        for y in _starts(height, side):
            found += [(x, y, side) for x in _starts(width, side)]
    return found


def _starts(length: int, side: float) -> list[float]:
    if length <= side:
        return [(length - side) / 2]
    count = int(np.ceil((length - side) / (side * 0.6))) + 1
    return [float(at) for at in np.linspace(0, length - side, count)]


def _looked(
    picture: Codes, square: tuple[float, float, float], name: str, networks: Networks, sure: float
) -> list[Seen]:
    side = networks.side(name)
    x, y, length = square
    scale = side / length
    matrix = np.array([[scale, 0, -x * scale], [0, scale, -y * scale]], np.float64)
    matrix[:, 2] += (scale - 1) / 2
    small = shrunk(picture, matrix, side)
    boxes, scores = networks.run(name, small.astype(np.float32) / np.float32(127.5) - 1)
    boxes, sureness = boxes[0].astype(np.float64), _sigmoid(scores[0, :, 0])
    centres = _anchors(side)
    found = []
    for number in np.flatnonzero(sureness > sure):
        values = boxes[number].reshape(-1, 2)
        places = values + centres[number] * side
        half = values[1] / 2
        low, high = places[0] - half, places[0] + half
        corners = np.stack([low, high, places[2], places[3]]) / scale + (x, y) - 0.5
        found.append(Seen(corners[:2].ravel(), corners[2:], float(sureness[number])))
    return found


def _anchors(side: int) -> Matrix:
    """Return the centres of a network's anchors as shares of its side (n, 2)."""
    grids = [(48, 1)] if side == 192 else [(16, 2), (8, 6)]
    rows = []
    for count, each in grids:
        line = (np.arange(count) + 0.5) / count
        places = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
        rows.append(np.repeat(places, each, axis=0))
    return np.concatenate(rows)


def _sigmoid(values: NDArray[np.float32]) -> Matrix:
    return np.asarray(1 / (1 + np.exp(-np.clip(values.astype(np.float64), -80, 80))))


def _joined(found: list[Seen]) -> list[Seen]:
    """Keep one of several boxes around one face: the mean, the surer the more."""
    left, kept = sorted(found, key=lambda one: -one.score), []
    while left:
        same = [one for one in left if _shared(left[0], one) > _SAME]
        left = [one for one in left if not any(one is other for other in same)]
        weights = np.array([one.score for one in same])
        box = np.average([one.box for one in same], axis=0, weights=weights)
        eyes = np.average([one.eyes for one in same], axis=0, weights=weights)
        kept.append(Seen(box, eyes, same[0].score))
    return kept


def _shared(first: Seen, second: Seen) -> float:
    """Return the common area of two boxes as a share of the joint one; half a box inside counts, too."""
    low = np.maximum(first.box[:2], second.box[:2])
    high = np.minimum(first.box[2:], second.box[2:])
    common = float(np.prod(np.maximum(high - low, 0)))
    areas = [float(np.prod(one.box[2:] - one.box[:2])) for one in (first, second)]
    return max(common / (sum(areas) - common), 0.5 * common / max(min(areas), 1e-9))


def shrunk(picture: Codes, matrix: Matrix, side: int) -> Codes:
    """Cut a square out of a picture by a matrix (2, 3) from the picture to it, without aliasing."""
    matrix = matrix.copy()
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if scale < 0.5:
        corners = np.array([[-1, -1], [side, -1], [side, side], [-1, side]], np.float64)
        back = np.linalg.inv(matrix[:, :2])
        places = (corners - matrix[:, 2]) @ back.T
        low = np.maximum(np.floor(places.min(axis=0)).astype(int), 0)
        high = np.minimum(np.ceil(places.max(axis=0)).astype(int) + 1, picture.shape[1::-1])
        if (high - low < 4).any():
            return np.zeros((side, side, 3), np.uint8)
        picture = picture[low[1] : high[1], low[0] : high[0]]
        matrix[:, 2] += matrix[:, :2] @ low
    while scale < 0.5 and min(picture.shape[:2]) > 4:
        height, width = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
        picture = cv2.resize(
            picture[:height, :width], (width // 2, height // 2), interpolation=cv2.INTER_AREA
        )
        matrix[:, 2] += 0.5 * matrix[:, :2].sum(axis=1)
        matrix[:, :2] *= 2
        scale *= 2
    return np.asarray(cv2.warpAffine(picture, matrix, (side, side), flags=cv2.INTER_LINEAR), np.uint8)
