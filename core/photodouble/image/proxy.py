"""Reduced pictures for motion, and the smooth way back to the plate's size.

Working pixel (x, y) has its centre at plate pixel `scale * (x + 0.5) - 0.5`.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def working_scale(size: tuple[int, int], longest: int) -> int:
    """Choose the whole-number reduction that brings the long side of (h, w) to at most `longest`."""
    return max(1, -(-max(size) // longest))


def reduced_size(size: tuple[int, int], scale: int) -> tuple[int, int]:
    """Give (h, w) after `reduce`: edges that do not fill a whole block still count as one pixel."""
    return -(-size[0] // scale), -(-size[1] // scale)


def reduce(picture: NDArray[np.float32], scale: int) -> NDArray[np.float32]:
    """Shrink a picture by averaging blocks of `scale` x `scale` pixels.

    (h, w) or (h, w, c) float32 in, `reduced_size` out; a block cut by the edge is filled up with
    the edge pixel, so a picture of any size keeps the alignment above.
    """
    if scale == 1:
        return np.array(picture, dtype=np.float32)
    height, width = picture.shape[:2]
    rows, columns = reduced_size((height, width), scale)
    missing = (rows * scale - height, columns * scale - width)
    values = np.asarray(picture, dtype=np.float32)
    if any(missing):
        around = ((0, missing[0]), (0, missing[1])) + ((0, 0),) * (picture.ndim - 2)
        values = np.pad(values, around, mode="edge")
    return np.asarray(cv2.resize(values, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.float32)


def enlarge(picture: NDArray[np.float32], scale: int, size: tuple[int, int]) -> NDArray[np.float32]:
    """Bring a reduced picture back to (h, w) plate pixels, smoothly and in register.

    Linear interpolation between working pixel centres, the edge held outside them. Reducing the
    result gives a slightly softer picture; a constant picture comes back.
    """
    if scale == 1:
        return np.array(picture[: size[0], : size[1]], dtype=np.float32)
    whole = (picture.shape[1] * scale, picture.shape[0] * scale)
    enlarged = cv2.resize(np.asarray(picture, dtype=np.float32), whole, interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(enlarged[: size[0], : size[1]], dtype=np.float32)
