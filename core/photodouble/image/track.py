"""Follow points and planes through a shot: the only trackers of the core.

Points are followed from frame to frame there and back (Lucas and Kanade in a pyramid; dense flow where that
fails), then laid upon their patch of the reference frame, so that they do not drift. A point that is hidden
goes with its neighbours until its patch is found again. Pixel centres lie at whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.align import align
from photodouble.image.piece import Level, Matrix, Picture, cut_piece, project, pyramid
from photodouble.image.plane_search import Frames as Frames
from photodouble.image.plane_track import PlaneTrack as PlaneTrack
from photodouble.image.plane_track import track_plane as track_plane

Codes = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_THERE_AND_BACK = 0.6
"""A point that comes back further than this from where it left, in pixels, was not followed."""
_LIKE = 0.75
"""A patch that is less like its reference than this is not the point any more."""
_FOUND = 0.85
"""A lost point is found again where its patch is as like as this."""
_ALIKE = 0.75
"""The surroundings of a lost point must be this much like those in the reference,"""
_ALONE = 0.85
"""and no second place within reach may be as like as this share of it."""
_STEADY = 1.25
"""The contrast of a patch does not change by more than this factor from one frame to the next."""
_CORRECTED = 2.0
"""The reference may correct a followed point by this many pixels."""


@dataclass(frozen=True)
class Tracks:
    """Hold where points are in every frame.

    `positions` (n, frames, 2) float64 x, y; `quality` (n, frames) how like its reference the patch is, 0 to
    1; `visible` (n, frames) whether the point was seen. A hidden point lies where its neighbours lead it.
    """

    indices: tuple[int, ...]
    start: int
    positions: Matrix
    quality: Matrix
    visible: Mask


@dataclass
class _Now:
    """Where all points are in one frame."""

    places: Matrix
    quality: Matrix
    visible: Mask
    hidden: NDArray[np.int64]
    gain: Matrix


def track_points(
    frames: Frames,
    points: Matrix,
    start: int,
    indices: Iterable[int],
    *,
    size: int = 25,
    search: int = 24,
    on_frame: Callable[[int, int], None] | None = None,
) -> Tracks:
    """Follow `points` (n, 2), x and y at frame `start`, through `indices`.

    `frames(index)` gives a grey picture (h, w) of codes 0 to 255, uint8 or float32. `size` is the side of a
    patch, `search` how far a lost point is looked for, both in pixels. `on_frame(done, of)` may raise to
    stop. Raises ValueError for points outside the reference frame.
    """
    numbers = tuple(sorted({*indices, start}))
    points = np.asarray(points, np.float64).reshape(-1, 2)
    reference = np.asarray(frames(start), np.float32)
    height, width = reference.shape
    if not np.isfinite(points).all() or (points < 0).any() or (points > (width - 1, height - 1)).any():
        raise ValueError("a point lies outside the reference frame")
    patches = [_patch(reference, point, size) for point in points]
    contexts = [_context(reference, point, size) for point in points]
    count = len(points)
    held = np.array([bool(patch) for patch in patches], bool)
    found = {start: _Now(points.copy(), held.astype(float), held, np.zeros(count, np.int64), np.ones(count))}
    done = 1
    for way in ([i for i in numbers if i > start], [i for i in reversed(numbers) if i < start]):
        before, earlier = start, _codes(reference)
        for index in way:
            picture = np.asarray(frames(index))
            found[index] = _follow(found[before], earlier, picture, patches, contexts, points, search)
            before, earlier = index, _codes(picture)
            done += 1
            if on_frame is not None:
                on_frame(done, len(numbers))
    return Tracks(
        numbers,
        start,
        np.stack([found[index].places for index in numbers], axis=1),
        np.stack([found[index].quality for index in numbers], axis=1),
        np.stack([found[index].visible for index in numbers], axis=1),
    )


def _follow(
    last: _Now,
    earlier: Codes,
    picture: NDArray[np.generic],
    patches: list[list[Level]],
    contexts: list[Picture],
    points: Matrix,
    search: int,
) -> _Now:
    now, sizes = _codes(picture), pyramid(picture, 1)
    places, followed = _stepped(earlier, now, last.places)
    followed &= last.visible
    quality, visible = np.zeros(len(points)), np.zeros(len(points), bool)
    gain = last.gain.copy()
    for number in np.flatnonzero(followed):
        place, like, lit = _corrected(patches[number], points[number], places[number], sizes)
        steady = _STEADY > lit / gain[number] > 1 / _STEADY
        if like >= _LIKE and steady and np.abs(place - places[number]).max() <= _CORRECTED:
            places[number], quality[number], visible[number], gain[number] = place, like, True, lit
    led = _led(last.places, places, visible)
    for number in np.flatnonzero(~visible):
        places[number] = led[number]
        if not patches[number]:
            continue
        reach = min(search + 3 * int(last.hidden[number]), 4 * search)
        begin = _looked_for(contexts[number], led[number], now, reach)
        if begin is None:
            continue
        place, like, lit = _corrected(patches[number], points[number], begin, sizes)
        if like >= _FOUND and np.abs(place - begin).max() <= _CORRECTED:
            places[number], quality[number], visible[number], gain[number] = place, like, True, lit
    return _Now(places, quality, visible, np.where(visible, 0, last.hidden + 1), gain)


def _stepped(earlier: Codes, now: Codes, places: Matrix) -> tuple[Matrix, Mask]:
    """Follow places to the next frame; dense flow where there and back do not agree."""
    first = places.astype(np.float32)
    there, ok = _lucas_kanade(earlier, now, first)
    back, ok_back = _lucas_kanade(now, earlier, there)
    good = ok & ok_back & (np.abs(back - first).max(axis=1) < _THERE_AND_BACK)
    if good.all():
        return there.astype(np.float64), good
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    forth, home = flow.calc(earlier, now, None), flow.calc(now, earlier, None)
    ahead = first + _read(forth, first)
    agree = np.abs(ahead + _read(home, ahead) - first).max(axis=1) < _THERE_AND_BACK
    use = ~good & agree
    there[use] = ahead[use]
    return there.astype(np.float64), good | use


def _lucas_kanade(first: Codes, second: Codes, points: Picture) -> tuple[Picture, Mask]:
    if not len(points):
        return points, np.zeros(0, bool)
    there, ok, _ = cv2.calcOpticalFlowPyrLK(first, second, points, None, winSize=(21, 21), maxLevel=4)
    return np.asarray(there, np.float32), np.asarray(ok[:, 0] > 0)


def _read(flow: Picture, places: Picture) -> Picture:
    if not len(places):
        return np.zeros((0, 2), np.float32)
    at = np.ascontiguousarray(places[:, None], np.float32)
    return np.asarray(cv2.remap(flow, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[:, 0])


def _led(before: Matrix, after: Matrix, followed: Mask) -> Matrix:
    """Move every point as its followed neighbours move, the nearer the more; all stay where none is."""
    if not followed.any():
        return before.copy()
    moves, known = (after - before)[followed], before[followed]
    distance = ((before[:, None] - known[None]) ** 2).sum(axis=2)
    weight = 1 / (distance + 25.0)
    return np.asarray(before + (weight[..., None] * moves[None]).sum(axis=1) / weight.sum(axis=1)[:, None])


def _patch(reference: Picture, point: Matrix, size: int) -> list[Level]:
    """Cut a square patch around a point; empty where there is nothing to hold on to."""
    half = size / 2
    square = point + half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float64)
    patch = cut_piece(reference, square, margin=0.0)[:1]
    flat = bool(patch) and float(patch[0].picture[patch[0].base > 0].std()) < 1.5
    return [] if flat or not patch or patch[0].base.sum() < 0.3 * size * size else patch


def _corrected(
    patch: list[Level], point: Matrix, begin: Matrix, sizes: list[Picture]
) -> tuple[Matrix, float, float]:
    """Lay the patch of the reference where the point should be; returns its place, likeness and contrast."""
    shift = np.eye(3)
    shift[:2, 2] = begin - point
    fit = align(patch, sizes, shift, model="affine", steps=8, coarse=False)
    if fit is None or fit.share < 0.3 or not 0.3 < abs(np.linalg.det(fit.homography[:2, :2])) < 3:
        fit = align(patch, sizes, shift, model="translation", steps=8, coarse=False)
    if fit is None or not 0.2 < fit.light[0] < 5:
        return begin, -1.0, 1.0
    return project(fit.homography, point[None])[0], fit.plain, float(fit.light[0])


def _looked_for(context: Picture, led: Matrix, now: Codes, search: int) -> Matrix | None:
    """Find where the surroundings of a point look alike within `search` pixels; None where not, or twice."""
    height, width = now.shape
    half = np.array(context.shape[::-1]) // 2
    low = np.maximum(np.rint(led).astype(int) - half - search, 0)
    high = np.minimum(np.rint(led).astype(int) + half + search + 1, (width, height))
    if (high - low < context.shape[::-1]).any():
        return None
    region = now[low[1] : high[1], low[0] : high[0]].astype(np.float32)
    score = cv2.matchTemplate(region, context, cv2.TM_CCOEFF_NORMED)
    row, column = np.unravel_index(int(np.argmax(score)), score.shape)
    best = float(score[row, column])
    score[max(row - 5, 0) : row + 6, max(column - 5, 0) : column + 6] = -1
    if best < _ALIKE or float(score.max()) > _ALONE * best:
        return None
    return np.asarray(low + half + np.array([column, row]), np.float64)


def _context(reference: Picture, point: Matrix, size: int) -> Picture:
    """Cut the surroundings of a point, about twice the size of its patch, as far as the picture goes."""
    height, width = reference.shape
    half = min(size, *(int(side) for side in np.minimum(point, np.array([width, height]) - 1 - point)))
    x, y = np.rint(point).astype(int)
    return np.ascontiguousarray(reference[max(y - half, 0) : y + half + 1, max(x - half, 0) : x + half + 1])


def _codes(picture: NDArray[np.generic]) -> Codes:
    return np.asarray(np.clip(np.rint(picture), 0, 255), np.uint8)
