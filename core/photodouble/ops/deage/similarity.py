"""Similarities (place, turn and one size) between sets of points, and how they run smoothly through a shot.

Umeyama, "Least-squares estimation of transformation parameters between two point patterns", PAMI 1991;
Savitzky and Golay, 1964.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import savgol_filter

from photodouble.ops.deage.face import Matrix, apply, inverse

_WINDOW, _DEGREE = 7, 2


def similarity_between(source: Matrix, target: Matrix, weights: Matrix | None = None) -> Matrix:
    """Return the similarity (2, 3) that lays points (k, 2) best upon others, weights (k,) where given."""
    share = np.full(len(source), 1 / len(source)) if weights is None else weights / weights.sum()
    middle, aim = share @ source, share @ target
    p, q = source - middle, target - aim
    spread = float((share[:, None] * p**2).sum())
    if spread < 1e-12:
        return np.array([[1, 0, aim[0] - middle[0]], [0, 1, aim[1] - middle[1]]], np.float64)
    a = float((share[:, None] * p * q).sum()) / spread
    b = float((share * (p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0])).sum()) / spread
    turn = np.array([[a, -b], [b, a]])
    return np.concatenate([turn, (aim - turn @ middle)[:, None]], axis=1)


def robust_similarity(source: Matrix, target: Matrix, weights: Matrix | None = None) -> Matrix:
    """Return the similarity that most points agree on: those far off lose their say."""
    first = np.ones(len(source)) if weights is None else np.asarray(weights, np.float64)
    say = first
    for _ in range(8):
        matrix = similarity_between(source, target, say)
        off = np.hypot(*(apply(matrix, source) - target).T)
        usual = max(1.4826 * float(np.median(off[first > 0])), 1e-3)
        say = first / (1 + (off / (2 * usual)) ** 2) ** 2
    return similarity_between(source, target, say)


def mean_shape(shapes: Matrix) -> Matrix:
    """Return the mean (k, 2) of shapes (n, k, 2) laid upon each other by similarities."""
    mean = np.asarray(shapes[0], np.float64)
    for _ in range(4):
        laid = np.stack([apply(similarity_between(one, mean), one) for one in shapes])
        mean = laid.mean(axis=0)
    return mean


def smoothed(values: Matrix, known: NDArray[np.bool_]) -> Matrix:
    """Smooth values (n, ...) along the first axis within every run of known rows; others are filled in.

    A run shorter than the window is smoothed by what fits it; a gap is bridged in straight lines.
    """
    rows = np.flatnonzero(known)
    result = np.array(values, np.float64)
    for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
        window = min(_WINDOW, len(run) - (len(run) + 1) % 2)
        if window > _DEGREE:
            result[run] = savgol_filter(values[run], window, _DEGREE, axis=0, mode="interp")
    flat = result.reshape(len(values), -1)
    every = np.arange(len(values))
    for column in range(flat.shape[1]):
        flat[:, column] = np.interp(every, rows, flat[rows, column])
    return flat.reshape(result.shape)


def bridged(matrices: Sequence[Matrix | None]) -> Matrix:
    """Fill the frames without a matrix: place, turn and size run evenly between those that have one."""
    known = [row for row, one in enumerate(matrices) if one is not None]
    found = np.stack([one if one is not None else np.zeros((2, 3)) for one in matrices])
    for row, one in enumerate(matrices):
        if one is None:
            back = np.stack([inverse(found[near]) for near in known])
            mixed = [np.interp(row, known, back[:, i, j]) for i in range(2) for j in range(3)]
            found[row] = inverse(np.array(mixed).reshape(2, 3))
    return found
