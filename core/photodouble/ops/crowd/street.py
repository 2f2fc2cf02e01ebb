"""People who walk: lanes along curves, each lane at its own pace, everyone with a place of their own in it.

Where somebody is follows from the time alone, so any frame can be made without the ones before it, and
ids never change. Who comes to the end of a curve comes in again at its start: draw curves that begin and
end out of sight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.areas import Polygon, Street
from photodouble.ops.crowd.idents import Idents, ident_of, share_of

Numbers = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

_STEP = 0.05
"""Metres between the points of a smoothed curve."""
_LANE = 0.75
"""Metres; the narrowest lane in which two people pass each other."""
_STRIDE = 0.2
"""How far people stray ahead, back and aside within their place, as a share of spacing or lane."""


@dataclass(frozen=True)
class Walkers:
    """The people of a street as columns: `ident` (N,), `curve`, `lane`, `index` (N,), counted from 0."""

    ident: Idents
    curve: Whole
    lane: Whole
    index: Whole

    def __len__(self) -> int:
        return len(self.ident)


@dataclass(frozen=True)
class Strides:
    """Where walkers are: `foot` (N, 2) x, z, `velocity` (N, 2) metres a second, `along` (N,) 0 to 1."""

    foot: Numbers
    velocity: Numbers
    along: Numbers


def street_count(street: Street) -> int:
    """Count the walkers of a street without placing them."""
    lanes = _lanes(street)
    return sum(lanes * _room(street, _length(smoothed(curve))) for curve in street.curves)


def walkers_of(street: Street) -> Walkers:
    """Return everybody who walks along a street."""
    columns = []
    for number, curve in enumerate(street.curves):
        lanes, room = _lanes(street), _room(street, _length(smoothed(curve)))
        columns.append(
            (
                np.full(lanes * room, number),
                np.repeat(np.arange(lanes), room),
                np.tile(np.arange(room), lanes),
            )
        )
    curve_of, lane, index = (np.concatenate(column).astype(np.int64) for column in zip(*columns))
    return Walkers(ident_of(street.id, curve_of, lane, index), curve_of, lane, index)


def strides_at(street: Street, walkers: Walkers, seconds: float) -> Strides:
    """Return where everybody is at a time; the velocity is that of the very path."""
    foot, velocity, along = np.zeros((len(walkers), 2)), np.zeros((len(walkers), 2)), np.zeros(len(walkers))
    step = 1e-3
    for number, curve in enumerate(street.curves):
        rows = np.flatnonzero(walkers.curve == number)
        line = smoothed(curve)
        length = _length(line)
        way, aside, rate = _path(street, walkers, rows, length, seconds)
        before = _on(line, *_path(street, walkers, rows, length, seconds - step, way - rate * step)[:2])
        after = _on(line, *_path(street, walkers, rows, length, seconds + step, way + rate * step)[:2])
        foot[rows] = _on(line, way, aside)
        velocity[rows] = (after - before) / (2 * step)
        along[rows] = np.clip(way / length, 0, np.nextafter(1, 0))
    return Strides(foot, velocity, along)


def smoothed(curve: Polygon) -> Numbers:
    """Return a curve through all its points without corners (Catmull-Rom, centripetal), 5 cm by 5 cm."""
    points = np.asarray([one for at, one in enumerate(curve) if at == 0 or one != curve[at - 1]], np.float64)
    whole = np.concatenate([[2 * points[0] - points[1]], points, [2 * points[-1] - points[-2]]])
    knots = np.concatenate([[0], np.cumsum(np.sqrt(np.hypot(*np.diff(whole, axis=0).T)))])
    pieces = []
    for at in range(len(points) - 1):
        count = max(int(np.hypot(*(points[at + 1] - points[at])) / _STEP), 1)
        t = np.linspace(knots[at + 1], knots[at + 2], count, endpoint=False)[:, None]
        pieces.append(_catmull_rom(whole[at : at + 4], knots[at : at + 4], t))
    return np.concatenate([*pieces, points[-1:]])


def _catmull_rom(points: Numbers, knots: Numbers, t: Numbers) -> Numbers:
    """Interpolate between the two middle points (Barry and Goldman 1988)."""
    layer = list(points)
    for low, high in (((0, 1, 2), (1, 2, 3)), ((0, 1), (2, 3)), ((1,), (2,))):
        layer = [
            ((knots[b] - t) * layer[at] + (t - knots[a]) * layer[at + 1]) / (knots[b] - knots[a])
            for at, (a, b) in enumerate(zip(low, high))
        ]
    return np.asarray(layer[0])


def _lanes(street: Street) -> int:
    count = max(int(street.width / _LANE + 1e-9), 1)
    return max(count - count % 2, 2) if street.both_ways and street.width >= 2 * _LANE else count


def _room(street: Street, length: float) -> int:
    return max(int(length / street.spacing), 1)


def _length(line: Numbers) -> float:
    return float(np.hypot(*np.diff(line, axis=0).T).sum())


def _path(
    street: Street, walkers: Walkers, rows: Whole, length: float, seconds: float, near: Numbers | None = None
) -> tuple[Numbers, Numbers, Numbers]:
    """Return metres along the curve, metres aside of it, and the pace; `near` says which way round."""
    ident, lane = walkers.ident[rows], walkers.lane[rows]
    lanes = _lanes(street)
    of_lane = ident_of(street.id, walkers.curve[rows], lane)
    ahead = np.ones(len(rows))
    if street.both_ways:
        ahead = np.where(lane < (lanes + 1) // 2, 1.0, -1.0)
    rate = ahead * street.speed * (1 + street.speed_spread * (2 * share_of(of_lane, "pace") - 1))
    room = _room(street, length)
    start = (walkers.index[rows] + share_of(of_lane, "start")) * length / room
    turns = 2 * np.pi * (share_of(ident, "stray") + seconds * (0.03 + 0.04 * share_of(ident, "stray pace")))
    still = min(1.0, street.speed)
    stray = length / room * _STRIDE * np.sin(turns) * still
    way = start + (share_of(ident, "place") - 0.5) * 0.5 * length / room + rate * seconds + stray
    wrapped = np.mod(way, length)
    if near is not None:
        wrapped = wrapped + length * np.round((near - wrapped) / length)
    lane_width = street.width / lanes
    aside = (lane + 0.5) * lane_width - street.width / 2
    turns_aside = (
        2 * np.pi * (share_of(ident, "aside") + seconds * (0.02 + 0.04 * share_of(ident, "aside pace")))
    )
    drift = (share_of(ident, "lane place") - 0.5) * 0.3 + _STRIDE * np.sin(turns_aside) * still
    return wrapped, aside + lane_width * drift, rate


def _on(line: Numbers, way: Numbers, aside: Numbers) -> Numbers:
    """Return points (n, 2) a way along a curve and aside of it; past its ends it goes straight on."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    reached = np.concatenate([[0], np.cumsum(steps)])
    at = np.clip(np.searchsorted(reached, way, side="right") - 1, 0, len(steps) - 1)
    headings = np.gradient(line, reached, axis=0)
    share = ((way - reached[at]) / steps[at])[:, None]
    heading = headings[at] + np.clip(share, 0, 1) * (headings[at + 1] - headings[at])
    heading /= np.maximum(np.hypot(*heading.T), 1e-9)[:, None]
    middle = line[at] + share * (line[at + 1] - line[at])
    right = np.stack([-heading[:, 1], heading[:, 0]], axis=1)
    return np.asarray(middle + right * aside[:, None])
