"""Gather colours for a list of pixels from other frames, along the homography or the dense motion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photodouble.ops.inpaint.motion import Motion
from photodouble.ops.inpaint.sampling import REFUSED, compiled, project, residual_at, sample, tap_kind
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.inpaint.views import View

Points = tuple[NDArray[np.float64], NDArray[np.float64]]

_LOST = 5.0


@dataclass(frozen=True)
class Found:
    """Colours found for n pixels, which were found at all, and the nearest source and place of each."""

    colour: NDArray[np.float32]
    seen: NDArray[np.bool_]
    source: NDArray[np.int16]
    place: NDArray[np.float32]


def along_flow(view: View, motion: Motion, index: int, points: Points, settings: Settings) -> Found:
    """Follow the dense motion both ways; average the first sources met, by distance and consistency."""
    n = len(points[0])
    total, weight = np.zeros((n, 3), np.float64), np.zeros(n, np.float64)
    source, place, best = np.full(n, -1, np.int16), np.zeros((n, 2), np.float32), np.zeros(n, np.float64)
    for direction in (1, -1):
        at = np.stack(points, 1).copy()
        drift, count, alive = np.zeros(n), np.zeros(n, np.int32), np.ones(n, np.uint8)
        here = index
        for distance in range(1, settings.reach + 1):
            there = here + direction
            if not 0 <= there < view.footage.count or not alive.any():
                break
            out, back = motion.step(here, direction), motion.step(there, -direction)
            _hop(
                at, drift, alive, out.plane, out.residual, np.array([out.box.x0, out.box.y0]),
                back.plane, back.residual, np.array([back.box.x0, back.box.y0]), view.footage.size,
            )  # fmt: skip
            closed = view.closed(there)
            if not closed.all():
                _collect(
                    at, drift, alive, count, distance, there, view.codes(there), closed,
                    settings.flow_samples, total, weight, source, place, best,
                )  # fmt: skip
            here = there
    seen = weight > 0
    colour = total / np.maximum(weight, 1e-12)[:, None]
    return Found(colour.astype(np.float32), seen, source, place)


def along_plane(
    view: View, motion: Motion, index: int, points: Points, settings: Settings
) -> tuple[Found, Found]:
    """Project by homography, nearest frames first: (median of a few, distance-weighted mean of many)."""
    n = len(points[0])
    nearest = np.zeros((n, settings.median_samples, 3), np.float32)
    count, sides = np.zeros(n, np.int32), np.zeros((2, n), np.int32)
    total, weight = np.zeros((n, 3), np.float64), np.zeros(n, np.float64)
    source, place = np.full(n, -1, np.int16), np.zeros((n, 2), np.float32)
    planes = [np.eye(3), np.eye(3)]
    for distance in range(1, settings.reach + 1):
        for side, direction in ((0, -1), (1, 1)):
            there = index + direction * distance
            if not 0 <= there < view.footage.count:
                continue
            planes[side] = motion.plane_step(there - direction, direction) @ planes[side]
            if (sides[side] >= settings.mean_samples).all() or view.closed(there).all():
                continue
            _project(
                points[0], points[1], planes[side], distance, there, view.codes(there), view.closed(there),
                nearest, count, sides[side], settings.mean_samples, total, weight, source, place,
            )  # fmt: skip
    seen = count > 0
    median = _median(nearest, count)
    mean = (total / np.maximum(weight, 1e-12)[:, None]).astype(np.float32)
    return Found(median, seen, source, place), Found(mean, seen, source, place)


def _median(samples: NDArray[np.float32], count: NDArray[np.int32]) -> NDArray[np.float32]:
    out = np.zeros((len(samples), 3), np.float32)
    for n in range(1, samples.shape[1] + 1):
        these = np.minimum(count, samples.shape[1]) == n
        if these.any():
            out[these] = np.median(samples[these, :n], axis=1)
    return out


@compiled
def _hop(  # type: ignore[no-untyped-def]
    at, drift, alive, plane, residual, corner, back_plane, back_residual, back_corner, size
):
    q, r, d = np.empty(2), np.empty(2), np.empty(2)
    h, w = size
    for i in range(len(at)):
        if not alive[i]:
            continue
        residual_at(residual, at[i, 0] - corner[0], at[i, 1] - corner[1], d)
        project(plane, at[i, 0], at[i, 1], q)
        x, y = q[0] + d[0], q[1] + d[1]
        residual_at(back_residual, x - back_corner[0], y - back_corner[1], d)
        project(back_plane, x, y, r)
        drift[i] += np.hypot(r[0] + d[0] - at[i, 0], r[1] + d[1] - at[i, 1])
        at[i, 0], at[i, 1] = x, y
        if not (0 <= x <= w - 1 and 0 <= y <= h - 1) or drift[i] >= _LOST:
            alive[i] = 0


@compiled
def _collect(  # type: ignore[no-untyped-def]
    at, drift, alive, count, distance, there, picture, closed, most, total, weight, source, place, best
):
    colour = np.empty(3, np.float64)
    for i in range(len(at)):
        if not alive[i]:
            continue
        x, y = at[i, 0], at[i, 1]
        kind = tap_kind(closed, x, y)
        if kind == REFUSED:
            continue
        sample(picture, x, y, kind, colour)
        trust = np.exp(-drift[i]) / distance
        for c in range(3):
            total[i, c] += trust * colour[c]
        weight[i] += trust
        if trust > best[i]:
            best[i], source[i] = trust, there
            place[i, 0], place[i, 1] = x, y
        count[i] += 1
        if count[i] >= most:
            alive[i] = 0


@compiled
def _project(  # type: ignore[no-untyped-def]
    xs, ys, plane, distance, there, picture, closed, nearest, count, side, most, total, weight, source, place
):
    q, colour = np.empty(2), np.empty(3, np.float64)
    few = nearest.shape[1]
    for i in range(len(xs)):
        if side[i] >= most:
            continue
        project(plane, xs[i], ys[i], q)
        kind = tap_kind(closed, q[0], q[1])
        if kind == REFUSED:
            continue
        sample(picture, q[0], q[1], kind, colour)
        if count[i] < few:
            for c in range(3):
                nearest[i, count[i], c] = colour[c]
        if count[i] == 0:
            source[i] = there
            place[i, 0], place[i, 1] = q[0], q[1]
        count[i] += 1
        side[i] += 1
        for c in range(3):
            total[i, c] += colour[c] / distance
        weight[i] += 1.0 / distance
