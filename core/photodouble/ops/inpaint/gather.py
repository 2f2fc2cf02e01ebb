"""Gather colours for a list of pixels from other frames along the dense motion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photodouble.ops.compute import on_device
from photodouble.ops.inpaint.motion import Motion
from photodouble.ops.inpaint.sampling import REFUSED, compiled, project, residual_at, sample, tap_kind
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.inpaint.views import View

Points = tuple[NDArray[np.float64], NDArray[np.float64]]

PAINTED_TRUST = 1e4
"""How much more an artist's frame weighs than any other source."""
_LOST = 5.0


@dataclass(frozen=True)
class Found:
    """Colours found for n pixels, which were found at all, and the best source and place of each."""

    colour: NDArray[np.float32]
    seen: NDArray[np.bool_]
    source: NDArray[np.int16]
    place: NDArray[np.float32]


def along_flow(view: View, motion: Motion, index: int, points: Points, settings: Settings) -> Found:
    """Follow the dense motion both ways; average the first sources met, by distance and consistency.

    An artist's frame within reach is followed to, past the first sources, and outweighs them.
    """
    n = len(points[0])
    total, weight = np.zeros((n, 3), np.float64), np.zeros(n, np.float64)
    source, place, best = np.full(n, -1, np.int16), np.zeros((n, 2), np.float32), np.zeros(n, np.float64)
    for direction in (1, -1):
        at = np.stack(points, 1).copy()
        drift, count, alive = np.zeros(n), np.zeros(n, np.int32), np.ones(n, np.uint8)
        awaited = painted_within(view, index, direction, settings.reach)
        for distance in range(1, settings.reach + 1):
            here, there = index + direction * (distance - 1), index + direction * distance
            if not 0 <= there < view.footage.count or not alive.any():
                break
            out, back = motion.step(here, direction), motion.step(there, -direction)
            _hop(
                at, drift, alive, out.plane, out.residual, np.array([out.box.x0, out.box.y0]),
                back.plane, back.residual, np.array([back.box.x0, back.box.y0]), view.footage.size,
            )  # fmt: skip
            is_painted = there in view.footage.painted
            if not view.is_shut(there):
                _collect(
                    at, drift, alive, count, PAINTED_TRUST / distance if is_painted else 1 / distance, there,
                    view.codes(there), view.closed(there), n if is_painted else settings.flow_samples,
                    total, weight, source, place, best,
                )  # fmt: skip
            if distance >= awaited:
                alive[count >= settings.flow_samples] = 0
    seen = weight > 0
    colour = total / np.maximum(weight, 1e-12)[:, None]
    return Found(colour.astype(np.float32), seen, source, place)


def painted_within(view: View, index: int, direction: int, reach: int) -> int:
    """Give the distance of the farthest artist's frame on that side within reach; 0 if there is none."""
    ahead = [direction * (p - index) for p in view.footage.painted]
    return max((d for d in ahead if 0 < d <= reach), default=0)


@on_device("photodouble.ops.inpaint.torch_sampling:hop")
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
        away_x, away_y = r[0] + d[0] - at[i, 0], r[1] + d[1] - at[i, 1]
        drift[i] += np.sqrt(away_x * away_x + away_y * away_y)
        at[i, 0], at[i, 1] = x, y
        if not (0 <= x <= w - 1 and 0 <= y <= h - 1) or drift[i] >= _LOST:
            alive[i] = 0


@on_device("photodouble.ops.inpaint.torch_sampling:collect")
@compiled
def _collect(  # type: ignore[no-untyped-def]
    at, drift, alive, count, share, there, picture, closed, most, total, weight, source, place, best
):
    colour = np.empty(3, np.float64)
    for i in range(len(at)):
        if not alive[i] or count[i] >= most:
            continue
        x, y = at[i, 0], at[i, 1]
        kind = tap_kind(closed, x, y)
        if kind == REFUSED:
            continue
        sample(picture, x, y, kind, colour)
        trust = np.exp(-drift[i]) * share
        for c in range(3):
            total[i, c] += trust * colour[c]
        weight[i] += trust
        if trust > best[i]:
            best[i], source[i] = trust, there
            place[i, 0], place[i, 1] = x, y
        count[i] += 1
