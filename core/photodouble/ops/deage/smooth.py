"""Calm what is carried over time, only along the motion: places and amounts are averaged, never the picture.

Averaging where a pixel lies in a key, and how much of its delta is wanted, takes the noise of the motion and
of the grain away and leaves the delta as sharp as it was painted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from photodouble.ops.deage.face import Picture
from photodouble.ops.deage.measured import Measured
from photodouble.ops.deage.resample import sample_linear
from photodouble.ops.deage.space import grid

REACH = 2
"""So many frames to either side are looked at."""
_SHARES = (1.0, 0.67, 0.33)
_APART = 0.75
"""A place that differs from the frame's own by this many pixels of the study counts half."""


def smoothed(near: Mapping[int, Measured], frame: int) -> Measured:
    """Return a frame's places and amounts, averaged with its neighbours' along the motion.

    `near` holds the frame and whichever of its neighbours there are. A keyed frame is left as it is.
    """
    own = near[frame]
    if frame in own.keys:
        return own
    shift, amount = own.shift * np.float32(_SHARES[0]), own.amount * np.float32(_SHARES[0])
    total = np.full((*own.shift.shape[:3], 1), _SHARES[0], np.float32)
    for other, distance, place, belief in _neighbours(near, frame):
        here = grid(*place.shape[:2]).astype(np.float32)
        for row in range(len(own.keys)):
            moved = sample_linear(other.shift[row], place, outside=None) + place - here
            wanted = sample_linear(other.amount[row], place, outside=None)
            share = (_SHARES[distance] * belief * _close(moved, own.shift[row]))[..., None]
            shift[row] += share * moved
            amount[row] += share * wanted
            total[row] += share
    return replace(
        own, shift=np.asarray(shift / total, np.float32), amount=np.asarray(amount / total, np.float32)
    )


def along_motion(near: Mapping[int, Measured], frame: int, planes: Mapping[int, Picture]) -> Picture:
    """Return a frame's own plane (s, s, c), averaged with those of its neighbours along the motion."""
    own = planes[frame]
    total, weight = own * np.float32(_SHARES[0]), np.full((*own.shape[:2], 1), _SHARES[0], np.float32)
    for other, distance, place, belief in _neighbours(near, frame):
        if other.frame in planes:
            share = (_SHARES[distance] * belief)[..., None]
            total = total + share * sample_linear(planes[other.frame], place, outside=None)
            weight = weight + share
    return np.asarray(total / weight, np.float32)


def _neighbours(near: Mapping[int, Measured], frame: int) -> Iterator[tuple[Measured, int, Picture, Picture]]:
    """Follow the motion both ways: each neighbour, how far off, where it shows a pixel, and how surely."""
    own = near[frame]
    for way in (-1, 1):
        before, size = own, own.confidence.shape[0]
        place = grid(size, size).astype(np.float32)
        belief = np.ones((size, size), np.float32)
        for distance in range(1, REACH + 1):
            other = near.get(frame + way * distance)
            if other is None or other.keys != own.keys or other.frame not in before.steps:
                break
            step = sample_linear(before.steps[other.frame], place, outside=None)
            place, belief = place + step[..., :2], belief * step[..., 2]
            yield other, distance, place, belief
            before = other


def _close(place: Picture, other: Picture) -> Picture:
    apart = ((place - other) ** 2).sum(axis=-1)
    return np.asarray(1 / (1 + apart / _APART**2), np.float32)
