"""Hold the shape of a tracked plane to that of its neighbours where something hides a part of it.

A covered corner is said by nothing in the frame itself. The camera goes on, though: where the plane lies
whole in the frames around, a low curve through them says what shape it has here, and how well such a curve
says it. Only the shape is held; where the plane is, the frame says itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from photodouble.image.piece import Matrix

_REACH = 12
"""Frames before and after that a curve is drawn through."""
_FEWEST = 6
_COVERED = 0.93
"""A frame of which less than this share of what the clear ones show is seen, is covered."""


def covered_frames(visible: Matrix, lost: Sequence[bool]) -> NDArray[np.bool_]:
    """Return which frames (n,) something stands in front of, judged by what is seen in the others around."""
    found = np.zeros(len(visible), bool)
    for place in range(len(visible)):
        near = slice(max(place - 2 * _REACH, 0), place + 2 * _REACH + 1)
        clear = float(np.quantile(visible[near], 0.9))
        found[place] = not lost[place] and visible[place] < _COVERED * clear
    return found


def carried_shape(corners: Matrix, trust: Matrix, place: int) -> tuple[Matrix, float] | None:
    """Say where the corners (4, 2) of one place of a track (n, 4, 2) should be by their shape nearby.

    `trust` (n,) weighs the frames. Returns them around the middle they have now, and by how much such a
    curve misses the frames it is drawn through, in pixels; None where too few frames are near.
    """
    low, high = max(place - _REACH, 0), min(place + _REACH + 1, len(corners))
    near = np.array([one for one in range(low, high) if one != place and trust[one] > 0])
    if len(near) < _FEWEST:
        return None
    time = (near - place) / _REACH
    weight = np.sqrt(trust[near] * np.square(1 - np.square(time * 0.95)))
    shape = (corners[near] - corners[near].mean(axis=1, keepdims=True)).reshape(len(near), 8)
    powers = np.stack([np.ones_like(time), time, time * time], axis=1)
    solved = np.linalg.lstsq(powers * weight[:, None], shape * weight[:, None], rcond=None)[0]
    missed = np.square((powers @ solved - shape) * weight[:, None]).sum(axis=0) / np.square(weight).sum()
    said = solved[0].reshape(4, 2) + corners[place].mean(axis=0)
    return said, float(np.sqrt(missed.max()))
