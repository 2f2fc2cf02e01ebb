"""Gather colours along the homography, each source weighed by how well it agrees beside the matte.

Every source is first brought to the target's level by one offset, then its squared error on the known
pixels around the matte is spread inwards; a source that does not fit here weighs little here.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.ops.compute import on_device
from photodouble.ops.inpaint.gather import PAINTED_TRUST, Found, Points, painted_within
from photodouble.ops.inpaint.mesh import Mesh
from photodouble.ops.inpaint.motion import Motion
from photodouble.ops.inpaint.sampling import REFUSED, compiled, project, sample, tap_kind
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.inpaint.views import View

_CELL = 4
_FEWEST = 30
_PRIOR = 0.02
_FLOOR = (8 / 255) ** 2
_CAP = (60 / 255) ** 2


@dataclass(frozen=True)
class Known:
    """What is known at the asked pixels: the target's colours, and which of them lie outside the matte."""

    colour: NDArray[np.float32]
    outside: NDArray[np.bool_]


@dataclass(frozen=True)
class PlaneSources:
    """Two fills along the homography, and the level offset of every source frame used."""

    median: Found
    mean: Found
    offsets: NDArray[np.float32]


@dataclass(frozen=True)
class _Look:
    """What a source shows at the asked pixels: colours, how each was sampled, and where."""

    colour: NDArray[np.float32]
    kind: NDArray[np.uint8]
    place: NDArray[np.float32]

    def take(self, other: _Look, where: NDArray[np.bool_]) -> None:
        """Take over what another look has shown already, at some of the pixels."""
        _copy(other.colour, other.kind, other.place, where, self.colour, self.kind, self.place)


class _Sums:
    """What is added up per asked pixel, source after source."""

    def __init__(self, count: int, few: int) -> None:
        self.nearest = np.zeros((count, few, 3), np.float32)
        self.seen = np.zeros(count, np.int32)
        self.sides = np.zeros((2, count), np.int32)
        self.total, self.weight = np.zeros((count, 3), np.float64), np.zeros(count, np.float64)
        self.best, self.source = np.zeros(count, np.float64), np.full(count, -1, np.int16)
        self.place = np.zeros((count, 2), np.float32)


def along_plane(
    view: View, motion: Motion, index: int, points: Points, known: Known, settings: Settings
) -> PlaneSources:
    """Project by homography, nearest frames first: median of a few, trust-weighted mean of many."""
    sums = _Sums(len(points[0]), settings.median_samples)
    offsets = np.zeros((view.footage.count, 3), np.float32)
    if not len(points[0]):
        return _finished(view, sums, offsets)
    cells = _Cells(points, known.outside, settings.trust_spread)
    awaited = [painted_within(view, index, direction, settings.reach) for direction in (-1, 1)]
    planes = [np.eye(3), np.eye(3)]
    meshes = [Mesh(motion, index, direction, points) for direction in (-1, 1)]
    for distance in range(1, settings.reach + 1):
        for side, direction in ((0, -1), (1, 1)):
            there = index + direction * distance
            if not 0 <= there < view.footage.count:
                continue
            planes[side] = motion.plane_step(there - direction, direction) @ planes[side]
            full = (sums.sides[side] >= settings.mean_samples).all() and distance > awaited[side]
            if full:
                continue
            meshes[side].advance()
            if view.is_shut(there):
                continue
            painted = there in view.footage.painted
            most = len(points[0]) if painted else settings.mean_samples
            shift = None
            beside = _looked(points, shift, planes[side], view, there, known.outside)
            offset, trust = _agreement(beside.colour, beside.kind, known, cells, settings)
            bent = meshes[side].shift(planes[side])
            if bent is not None:
                at_bend = _looked(points, bent, planes[side], view, there, known.outside)
                bent_offset, bent_trust = _agreement(at_bend.colour, at_bend.kind, known, cells, settings)
                if bent_trust.mean() > trust.mean():
                    shift, offset, trust, beside = bent, bent_offset, bent_trust, at_bend
            offsets[there] = offset
            wanted = sums.sides[side] < most
            chosen = _looked(points, shift, planes[side], view, there, wanted & ~known.outside)
            chosen.take(beside, known.outside)
            _add(
                chosen.colour, chosen.kind, chosen.place, offset,
                trust * (PAINTED_TRUST if painted else 1.0) / distance, there, most,
                sums.sides[side], sums.nearest, sums.seen, sums.total, sums.weight,
                sums.best, sums.source, sums.place,
            )  # fmt: skip
    return _finished(view, sums, offsets)


def _looked(
    points: Points,
    shift: NDArray[np.float64] | None,
    plane: NDArray[np.float64],
    view: View,
    there: int,
    wanted: NDArray[np.bool_],
) -> _Look:
    n = len(points[0])
    look = _Look(np.zeros((n, 3), np.float32), np.zeros(n, np.uint8), np.zeros((n, 2), np.float32))
    x, y = points if shift is None else (points[0] + shift[:, 0], points[1] + shift[:, 1])
    _look(x, y, plane, view.codes(there), view.closed(there), wanted, look.colour, look.kind, look.place)
    return look


def _finished(view: View, sums: _Sums, offsets: NDArray[np.float32]) -> PlaneSources:
    seen = sums.seen > 0
    mean = (sums.total / np.maximum(sums.weight, 1e-12)[:, None]).astype(np.float32)
    median = _median(sums.nearest, sums.seen)
    by_artist = np.isin(sums.source, sorted(view.footage.painted))
    median[by_artist] = mean[by_artist]
    return PlaneSources(
        Found(median, seen, sums.source, sums.place), Found(mean, seen, sums.source, sums.place), offsets
    )


class _Cells:
    """Spread values of known pixels over all asked pixels, on a coarse grid."""

    def __init__(self, points: Points, outside: NDArray[np.bool_], spread: float) -> None:
        x, y = ((p - p.min()).astype(np.int64) // _CELL for p in points)
        self._size = (int(y.max()) + 1, int(x.max()) + 1)
        self._cell = y * self._size[1] + x
        self._spread = spread / _CELL
        self.outside = outside

    def spread(self, values: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Average `values` of the known pixels around each asked pixel; far from any, their mean."""
        grid = _summed(values, known, self._cell, *self._size)
        grid = cv2.GaussianBlur(grid, (0, 0), self._spread, borderType=cv2.BORDER_CONSTANT)
        grid = (grid[..., 0] + values[known].mean() * _PRIOR) / (grid[..., 1] + _PRIOR)
        return np.asarray(grid.ravel()[self._cell], np.float32)


def _agreement(
    colour: NDArray[np.float32], kind: NDArray[np.uint8], known: Known, cells: _Cells, settings: Settings
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    tested = known.outside & (kind != REFUSED)
    if tested.sum() < _FEWEST:
        return np.zeros(3, np.float32), np.full(len(kind), 1 / (_CAP + _FLOOR) ** 2, np.float32)
    offset = np.zeros(3, np.float32)
    if settings.exposure_match:
        offset = np.median(_differences(known.colour, colour, tested), axis=1).astype(np.float32)
    squared = _squared(known.colour, colour, offset, tested)
    trust = (cells.spread(squared, tested) + _FLOOR) ** -settings.trust
    return offset, trust.astype(np.float32)


def _median(samples: NDArray[np.float32], count: NDArray[np.int32]) -> NDArray[np.float32]:
    out = np.zeros((len(samples), 3), np.float32)
    for n in range(1, samples.shape[1] + 1):
        these = np.minimum(count, samples.shape[1]) == n
        if these.any():
            out[these] = np.median(samples[these, :n], axis=1)
    return out


@on_device("photodouble.ops.inpaint.torch_sampling:look")
@compiled
def _look(xs, ys, plane, picture, closed, wanted, colour, kind, place):  # type: ignore[no-untyped-def]
    q, one = np.empty(2), np.empty(3, np.float64)
    for i in range(len(xs)):
        kind[i] = REFUSED
        if not wanted[i]:
            continue
        project(plane, xs[i], ys[i], q)
        kind[i] = tap_kind(closed, q[0], q[1])
        if kind[i] == REFUSED:
            continue
        sample(picture, q[0], q[1], kind[i], one)
        place[i, 0], place[i, 1] = q[0], q[1]
        for c in range(3):
            colour[i, c] = one[c]


@compiled
def _differences(truth, colour, tested):  # type: ignore[no-untyped-def]
    out = np.empty((3, tested.sum()), np.float32)
    n = 0
    for i in range(len(tested)):
        if tested[i]:
            for c in range(3):
                out[c, n] = truth[i, c] - colour[i, c]
            n += 1
    return out


@compiled
def _squared(truth, colour, offset, tested):  # type: ignore[no-untyped-def]
    out = np.zeros(len(tested), np.float32)
    third = np.float32(3)
    for i in range(len(tested)):
        if tested[i]:
            a = truth[i, 0] - colour[i, 0] - offset[0]
            b = truth[i, 1] - colour[i, 1] - offset[1]
            c = truth[i, 2] - colour[i, 2] - offset[2]
            out[i] = min((a * a + b * b + c * c) / third, np.float32(_CAP))
    return out


@compiled
def _summed(values, known, cell, height, width):  # type: ignore[no-untyped-def]
    """Add up values and their number per cell, (height, width, 2) float32."""
    sums = np.zeros((height * width, 2))
    for i in range(len(known)):
        if known[i]:
            sums[cell[i], 0] += values[i]
            sums[cell[i], 1] += 1
    return sums.reshape(height, width, 2).astype(np.float32)


@compiled
def _copy(from_colour, from_kind, from_place, where, colour, kind, place):  # type: ignore[no-untyped-def]
    for i in range(len(where)):
        if where[i]:
            kind[i] = from_kind[i]
            place[i, 0], place[i, 1] = from_place[i, 0], from_place[i, 1]
            for c in range(3):
                colour[i, c] = from_colour[i, c]


@compiled
def _add(  # type: ignore[no-untyped-def]
    colour, kind, where, offset, trust, there, most, side, nearest, seen, total, weight, best, source, place
):
    few = nearest.shape[1]
    for i in range(len(kind)):
        if kind[i] == REFUSED or side[i] >= most:
            continue
        for c in range(3):
            if seen[i] < few:
                nearest[i, seen[i], c] = colour[i, c] + offset[c]
            total[i, c] += trust[i] * (colour[i, c] + offset[c])
        weight[i] += trust[i]
        if trust[i] > best[i]:
            best[i], source[i] = trust[i], there
            place[i, 0], place[i, 1] = where[i, 0], where[i, 1]
        seen[i] += 1
        side[i] += 1
