"""Motion blur of a tracked plane: how far it moves while the shutter is open, and what that does to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.image.align import align
from photodouble.image.encoding import decode, encode
from photodouble.image.piece import Level, Matrix, Picture, between, laid, pyramid

SHUTTERS = (0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0)


def corners_at(corners: Matrix, place: int, time: float) -> Matrix:
    """Return the corners (4, 2) at `time` frames from a place of a track (n, 4, 2), along a parabola."""
    last = len(corners) - 1
    before, here, after = corners[max(place - 1, 0)], corners[place], corners[min(place + 1, last)]
    if place == 0:
        before = 2 * here - after
    if place == last:
        after = 2 * here - before
    return np.asarray(here + time * (after - before) / 2 + time * time * (after - 2 * here + before) / 2)


def moments(length: float) -> NDArray[np.float64]:
    """Spread moments over an open shutter, from -0.5 to 0.5, one for each 0.7 px of the path, 33 at most."""
    count = int(np.clip(2 * np.ceil(length / 1.4) + 1, 1, 33))
    return (np.arange(count) + 0.5) / count - 0.5


def path_length(corners: Matrix, place: int) -> float:
    """Return how far the fastest corner moves within a frame's time, in pixels."""
    path = corners_at(corners, place, 0.5) - corners_at(corners, place, -0.5)
    return float(np.linalg.norm(path, axis=1).max())


def light_of(codes: Picture) -> Picture:
    """Turn grey codes of 0 to 255 into light: a shutter adds light up, not codes."""
    return decode(np.asarray(codes, np.float32) / np.float32(255))


def codes_of(light: Picture) -> Picture:
    """Turn light back into grey codes."""
    return encode(light) * np.float32(255)


def blurred_piece(piece: list[Level], corners: Matrix, start: int, place: int, shutter: float) -> list[Level]:
    """Blur the finest level of a piece as its path through a frame does; empty where nothing is left of it.

    `corners` (n, 4, 2) is the track, `start` and `place` its reference and the frame. The light that reaches
    a pixel of the frame is that of every place of the plane that passes it.
    """
    reference = corners[start]
    here = between(reference, corners[place])
    level = piece[0]
    light = light_of(level.picture)
    inverse = np.linalg.inv(level.place)
    picture: Picture = np.zeros_like(level.picture)
    base: Picture = np.zeros_like(level.base)
    times = moments(shutter * path_length(corners, place)) * shutter
    for time in times:
        there = between(reference, corners_at(corners, place, float(time)))
        back = inverse @ np.linalg.inv(there) @ here @ level.place
        shape = (picture.shape[0], picture.shape[1])
        picture += np.nan_to_num(laid(light, back, shape))
        base += np.nan_to_num(laid(level.base, back, shape))
    whole = (base > 0.999 * len(times)).astype(np.float32)
    if whole.sum() < 0.2 * level.base.sum():
        return []
    return [Level(codes_of(picture / np.float32(len(times))), whole, level.place)]


def guess_shutter(
    frames: Callable[[int], NDArray[np.generic]],
    piece: list[Level],
    indices: Sequence[int],
    corners: Matrix,
    start: int,
    chosen: Sequence[int],
) -> float:
    """Find the shutter, 0 to 1 of a frame's time, whose blur leaves the least difference in `chosen` frames.

    Without fast frames nothing can be told, and nothing depends on it: 0.
    """
    if not chosen:
        return 0.0
    scores = np.zeros(len(SHUTTERS))
    for index in chosen:
        place = indices.index(index)
        guess = between(corners[indices.index(start)], corners[place])
        sizes = pyramid(frames(index))
        found = []
        for shutter in SHUTTERS:
            blurred = blurred_piece(piece, corners, indices.index(start), place, shutter)
            fit = align(blurred, sizes, guess, steps=4, coarse=False) if blurred else None
            found.append(fit.likeness if fit is not None else -1.0)
        scores += np.array(found)
    return lowest(-scores)


def lowest(scores: NDArray[np.floating[Any]]) -> float:
    """Return the shutter with the lowest of the scores for all `SHUTTERS`, along a parabola between them."""
    best = int(np.argmin(scores))
    if 0 < best < len(SHUTTERS) - 1:
        low, mid, high = scores[best - 1 : best + 2]
        bend = low - 2 * mid + high
        return float(SHUTTERS[best] + 0.125 * (0.5 * (low - high) / bend if bend > 0 else 0.0))
    return SHUTTERS[best]
