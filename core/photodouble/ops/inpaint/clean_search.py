"""Find the frame of a clean plate that shows a target's hidden part best, and lay it over roughly."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint.clean_source import PAINTED, canvas_of, numbers_of, read_whole, scale_of
from photodouble.ops.inpaint.native import Plates

_MOST_TRIED = 16
_FEATURES = 1200
_FEWEST_MATCHES = 14
_HELD = 24
_LOYALTY = 1.15
"""Another frame must be this much better before the choice changes: a change may be seen."""

Features = tuple[NDArray[np.float32], Any]


class Search:
    """Match targets with the frames of one clean plate (SIFT: Lowe, IJCV 2004; RANSAC homography)."""

    def __init__(self, plates: Plates, port: int) -> None:
        self.port = port
        self._plates = plates
        numbers = numbers_of(plates, port)
        step = 1 if port == PAINTED else max(1, -(-len(numbers) // _MOST_TRIED))
        self._tried = numbers[step // 2 :: step] or numbers
        self._features: OrderedDict[int, Features] = OrderedDict()

    def best(
        self, index: int, hole: NDArray[np.bool_], box: Box, before: int | None
    ) -> tuple[int, NDArray[np.float64]] | None:
        """Choose a frame number and the homography from the target's working pixels to it; None if none fits.

        `hole` covers `box`. Judged by the number of agreeing features and by how much of the hole
        the frame shows. The frame chosen `before` is kept while it is nearly as good.
        """
        mine = _detect(self._plates.picture(index), self._plates.banned(index) == 0)
        chosen: tuple[float, int, NDArray[np.float64]] | None = None
        for number in self._order(index, before):
            plane, agreeing = _agree(mine, self._of(number))
            if plane is None:
                continue
            score = agreeing * self._shown(plane, number, hole, box)
            score *= _LOYALTY if number == before else 1.0
            if score > 0 and (chosen is None or score > chosen[0]):
                chosen = (score, number, plane)
        return None if chosen is None else chosen[1:]

    def _order(self, index: int, before: int | None) -> tuple[int, ...]:
        """Try the former choice and its neighbours, or everything; of painted frames the nearest."""
        if self.port == PAINTED:
            return tuple(sorted(self._tried, key=lambda number: (abs(number - index), number))[:2])
        if before is None or before not in self._tried:
            return self._tried
        at = self._tried.index(before)
        return self._tried[max(at - 2, 0) : at + 3]

    def _of(self, number: int) -> Features:
        if number not in self._features:
            picture, open_pixels = read_whole(self._plates, self.port, number)
            self._features[number] = _detect(picture, open_pixels > 0)
            while len(self._features) > _HELD:
                self._features.popitem(last=False)
        return self._features[number]

    def _shown(self, plane: NDArray[np.float64], number: int, hole: NDArray[np.bool_], box: Box) -> float:
        rows, columns = np.nonzero(hole)
        if rows.size == 0:
            return 0.0
        every = max(1, rows.size // 500)
        points = np.stack([columns[::every] + box.x0, rows[::every] + box.y0], axis=1)
        there = cv2.perspectiveTransform(points.astype(np.float64)[:, None], plane)[:, 0]
        canvas = canvas_of(self._plates, self.port, number)
        scale = scale_of(self._plates, self.port, number)
        inside = (there >= 0).all(axis=1) & (there[:, 0] < canvas.width / scale)
        return float((inside & (there[:, 1] < canvas.height / scale)).mean())


def _detect(picture: NDArray[np.float32], open_pixels: NDArray[np.bool_]) -> Features:
    """Find features of a working picture, exposure evened out; places (n, 2) and descriptions."""
    grey = np.clip(picture.mean(axis=2) * 200, 0, 255).astype(np.uint8)
    grey = cv2.createCLAHE(2.0, (8, 8)).apply(grey)
    inner = cv2.erode(open_pixels.astype(np.uint8), np.ones((7, 7), np.uint8))
    points, described = cv2.SIFT.create(_FEATURES).detectAndCompute(grey, inner * 255)
    places = np.array([point.pt for point in points], np.float32).reshape(-1, 2)
    return places, described


def _agree(mine: Features, others: Features) -> tuple[NDArray[np.float64] | None, int]:
    """Match features both ways and fit a homography; with it the number that agree."""
    if mine[1] is None or others[1] is None or min(len(mine[0]), len(others[0])) < _FEWEST_MATCHES:
        return None, 0
    matcher = cv2.BFMatcher(cv2.NORM_L2)
    pairs = matcher.knnMatch(mine[1], others[1], k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < 0.8 * pair[1].distance]
    if len(good) < _FEWEST_MATCHES:
        return None, 0
    here = mine[0][[match.queryIdx for match in good]]
    there = others[0][[match.trainIdx for match in good]]
    plane, inliers = cv2.findHomography(here, there, cv2.RANSAC, 3.0, maxIters=2000, confidence=0.999)
    if plane is None or int(inliers.sum()) < _FEWEST_MATCHES:
        return None, 0
    return np.asarray(plane, np.float64), int(inliers.sum())
