"""Every place of a crowd: who could stand, sit or walk where, in the order in which they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.areas import Area, Polygon, Rows, Seats, Standing, Street
from photodouble.ops.crowd.blue_noise import TILE
from photodouble.ops.crowd.idents import Idents, ident_of, share_of
from photodouble.ops.crowd.limits import check_count
from photodouble.ops.crowd.rows import row_count, row_places
from photodouble.ops.crowd.seats import seat_count, seat_places
from photodouble.ops.crowd.standing import standing_count, standing_places
from photodouble.ops.crowd.street import street_count, strides_at, walkers_of
from photodouble_client.errors import ArtistError

Numbers = npt.NDArray[np.float64]
Ground = Callable[[Standing], Polygon]
"""Turns a polygon drawn on the plate into one on the ground (see `ground.drawn_on`)."""


@dataclass(frozen=True)
class _Columns:
    """The places of one area; `section`, `row`, `seat` are -1 where there are none."""

    ident: Idents
    rank: Numbers
    foot: Numbers
    facing: Numbers
    section: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    seat: npt.NDArray[np.int64]
    azimuth: Numbers
    velocity: Numbers


def places(
    areas: Sequence[Area], *, seconds: float = 0.0, ground: Ground | None = None, available: int | None = None
) -> Agents:
    """Return all potential places of the areas, sorted by rank; nobody's id or rank depends on the others.

    `seconds` is the time since the first frame, for people who walk. `available` is memory in bytes.
    Raises ArtistError `engine.memory` for more people than fit, `input.bad_document` for a polygon drawn
    on a plate without a camera.
    """
    known = [_on_ground(area, ground) for area in areas]
    wanted = 0
    for area in known:
        wanted += count_of(area)
        check_count(wanted, area.id, available=available)
    found = [_placed(area, known[:index], seconds) for index, area in enumerate(known)]
    return _joined(found, [area.id for area in areas])


def moved(agents: Agents, areas: Sequence[Area], seconds: float) -> Agents:
    """Return the same agents, in the same order, at another time: who walks is elsewhere."""
    foot, facing, velocity = agents.foot.copy(), agents.facing.copy(), agents.velocity.copy()
    for index, area in enumerate(areas):
        if not isinstance(area, Street):
            continue
        rows = np.flatnonzero(agents.area == index)
        walkers = walkers_of(area)
        order = np.argsort(walkers.ident)
        own = order[np.searchsorted(walkers.ident[order], agents.ident[rows])]
        at = _walking(area, seconds)
        foot[rows], facing[rows], velocity[rows] = at.foot[own], at.facing[own], at.velocity[own]
    return replace(agents, foot=foot, facing=facing, velocity=velocity)


def azimuth_around(agents: Agents) -> Numbers:
    """Return how far around the middle of the whole crowd everybody is, 0 up to 1, for a wave over all areas.

    It grows the way seats count: to the right of somebody in the middle who looks at a stand. The middle is
    that of all who stay in place. Give all places, present or not, so that it does not wander.
    """
    still = agents.foot[~agents.velocity.any(axis=1)]
    still = still if len(still) else agents.foot
    if len(still) == 0:
        return np.zeros(0)
    low, high = still.min(0), still.max(0)
    away = agents.foot - (low + high) / 2
    return np.asarray(np.mod(np.arctan2(away[:, 0], -away[:, 2]) / (2 * np.pi), 1))


def count_of(area: Area) -> int:
    """Count (or, on open ground, estimate) the places of an area without making them."""
    if isinstance(area, Seats):
        return seat_count(area)
    if isinstance(area, Rows):
        return row_count(area)
    if isinstance(area, Standing):
        return standing_count(area.polygon, area.spacing)
    return street_count(area) if isinstance(area, Street) else 0


def _on_ground(area: Area, ground: Ground | None) -> Area:
    if not isinstance(area, Standing) or area.polygon:
        return area
    if ground is None:
        raise ArtistError(
            "input.bad_document",
            "An area is drawn on the plate without a camera",
            f"The area {area.id!r} is drawn in pixels of the plate, and nothing says where those lie.",
            "Give a camera, or a ground with four corners and a length, in the crowd document.",
        )
    return replace(area, polygon=ground(area))


def _placed(area: Area, earlier: Sequence[Area], seconds: float) -> _Columns:
    if isinstance(area, Seats | Rows):
        return _sitting(area)
    if isinstance(area, Standing):
        return _standing(area, earlier)
    assert isinstance(area, Street)
    return _walking(area, seconds)


def _sitting(area: Seats | Rows) -> _Columns:
    at = seat_places(area) if isinstance(area, Seats) else row_places(area)
    ident = ident_of(area.id, at.section, at.row, at.seat)
    foot = at.foot + _loose(area, ident, at.facing)
    facing = _facing(area, ident, foot, at.facing)
    return _Columns(
        ident, share_of(ident, "rank"), foot, facing, at.section, at.row, at.seat, at.around, _still(ident)
    )


def _loose(area: Seats | Rows, ident: Idents, facing: Numbers) -> Numbers:
    """Return how far (n, 3) people sit off the middle of their seats."""
    turn = np.radians(facing)
    aside = area.looseness * (2 * share_of(ident, "aside") - 1)
    ahead = area.looseness / 2 * (2 * share_of(ident, "ahead") - 1)
    x, z = aside * np.cos(turn) + ahead * np.sin(turn), ahead * np.cos(turn) - aside * np.sin(turn)
    return np.stack([x, np.zeros(len(ident)), z], axis=1)


def _standing(area: Standing, earlier: Sequence[Area]) -> _Columns:
    """Place those who stand; ground that an earlier area of the same height covers is taken."""
    taken = [one.polygon for one in earlier if isinstance(one, Standing) and one.height == area.height]
    points, tiles, index = standing_places(
        area.polygon, area.spacing, [*area.obstacles, *taken], groups=area.groups
    )
    ident = ident_of(area.id, tiles[:, 0], tiles[:, 1], index)
    foot = np.stack([points[:, 0], np.full(len(points), area.height), points[:, 1]], axis=1)
    middle = np.mean(np.asarray(area.polygon, np.float64), axis=0)
    around = np.mod(np.arctan2(points[:, 0] - middle[0], points[:, 1] - middle[1]) / (2 * np.pi), 1)
    facing = _facing(area, ident, foot, np.full(len(points), area.facing))
    none = np.full(len(points), -1)
    rank = index / float(TILE * TILE)
    return _Columns(ident, rank, foot, facing, np.zeros_like(none), none, none, around, _still(ident))


def _walking(area: Street, seconds: float) -> _Columns:
    walkers = walkers_of(area)
    at = strides_at(area, walkers, seconds)
    foot = np.stack([at.foot[:, 0], np.full(len(walkers), area.height), at.foot[:, 1]], axis=1)
    velocity = np.stack([at.velocity[:, 0], np.zeros(len(walkers)), at.velocity[:, 1]], axis=1)
    heading = np.degrees(np.arctan2(velocity[:, 0], velocity[:, 2]))
    none = np.full(len(walkers), -1)
    rank = share_of(walkers.ident, "rank")
    return _Columns(walkers.ident, rank, foot, heading, walkers.curve, none, none, at.along, velocity)


def _facing(area: Area, ident: Idents, foot: Numbers, facing: Numbers) -> Numbers:
    """Turn people to what they look at, and away from it by as much as the artist lets them."""
    if area.look_at is not None:
        facing = np.degrees(np.arctan2(area.look_at[0] - foot[:, 0], area.look_at[2] - foot[:, 2]))
    return facing + area.facing_spread * (2 * share_of(ident, "facing") - 1)


def _still(ident: Idents) -> Numbers:
    return np.zeros((len(ident), 3))


def _joined(found: Sequence[_Columns], names: Sequence[str]) -> Agents:
    """Put the areas together and sort by rank; who has the same rank follows by id."""
    if not found:
        empty = np.zeros(0)
        return _agents([_Columns(empty.astype(np.uint64), *[empty] * 8)], names, np.zeros(0, np.int64))  # type: ignore[arg-type]
    ident = np.concatenate([one.ident for one in found])
    order = np.lexsort((ident, np.concatenate([one.rank for one in found])))
    return _agents(found, names, order)


def _agents(found: Sequence[_Columns], names: Sequence[str], order: npt.NDArray[np.intp]) -> Agents:
    whole = {key: np.concatenate([vars(one)[key] for one in found])[order] for key in vars(found[0])}
    area = np.repeat(np.arange(len(found)), [len(one.ident) for one in found])[order]
    small = {key: whole[key].astype(np.int32) for key in ("section", "row", "seat")}
    return Agents(
        whole["ident"],
        whole["rank"],
        whole["foot"],
        np.mod(whole["facing"] + 180, 360) - 180,
        area.astype(np.int32),
        small["section"],
        small["row"],
        small["seat"],
        whole["azimuth"],
        whole["velocity"],
        tuple(names),
    )
