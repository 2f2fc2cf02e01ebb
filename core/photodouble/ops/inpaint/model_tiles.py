"""Show a picture of any size to a model, in tiles of a size that it likes and that fits into memory.

A window that is larger than the model is made for is first filled small and whole, so that the parts agree;
a model that heeds a strength then works over it in tiles at full size. Tiles overlap, and each sees what
the ones before it made. Where memory runs out, all is done again with tiles half as large.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.bounded import bound, bounds_of, unbound
from photodouble.image.proxy import enlarge, reduce
from photodouble.models.fill import FillModel, Holes, Pictures, Wish
from photodouble.ops.inpaint.complete import continue_inwards
from photodouble.ops.inpaint.footage import Picture

USUAL = 768
"""The longest side of a tile of a model that was made for no particular size."""
LEAST = 64
"""Tiles are never made smaller than this."""
_OVERLAP = 4
"""A tile overlaps its neighbour by a quarter of its side."""
_FINER_STRENGTH = 0.35
"""How far a model may go from the whole picture when it works over it in tiles."""
_RING = 6
"""Pixels around the hole on which the model's own shift of colour is measured."""
_RING_BLUR = 6.0


@dataclass(frozen=True)
class Plan:
    """How a window is shown to a model: reduced by a whole `factor`, in tiles of `side` pixels."""

    factor: int
    side: int


def plan_for(size: tuple[int, int], model: FillModel, room: int, most: int = 0) -> Plan:
    """Choose the reduction and the tiles for a window (h, w); `room` bytes are there (0: nobody knows).

    `most` is the longest side of a tile that may be tried. A model of fixed size has no choice.
    """
    liked = model.size or USUAL
    factor = max(1, -(-max(size) // liked))
    if model.fixed:
        return Plan(factor, model.size)
    side = _rounded(min(-(-max(size) // factor), most or liked), model.multiple)
    while room and side > LEAST and model.memory(side, side, model.window) > room:
        side = _rounded(side // 2, model.multiple)
    return Plan(factor, max(side, _rounded(LEAST, model.multiple)))


def smaller(plan: Plan, model: FillModel) -> Plan | None:
    """Return the plan with tiles half as large; None where they cannot be smaller."""
    side = _rounded(plan.side // 2, model.multiple)
    return None if model.fixed or side < LEAST or side >= plan.side else replace(plan, side=side)


def paint(
    model: FillModel,
    pictures: Pictures,
    holes: Holes,
    plan: Plan,
    wish: Wish,
    check: Callable[[], None],
) -> Pictures:
    """Let a model fill windows (frames, h, w, 3), working encoded; returns the same, working encoded.

    What the model changes is added to what was there, so that values beyond its range stay what they are;
    its shift of colour, seen beside the hole, is taken off. With a reduction the finest detail of what was
    there stays as far as the strength leaves it. Outside the holes nothing changes.
    """
    made = _painted(model, pictures, holes, plan, wish, check)
    if plan.factor > 1 and "strength" in model.hears:
        finer = replace(wish, strength=min(wish.strength, _FINER_STRENGTH))
        made = _painted(model, made, holes, Plan(1, plan.side), finer, check)
    return made


def _painted(
    model: FillModel, pictures: Pictures, holes: Holes, plan: Plan, wish: Wish, check: Callable[[], None]
) -> Pictures:
    """Let a model fill windows at one reduction, and bring what it made back to their size."""
    if plan.factor == 1:
        return _in_tiles(model, pictures, holes, plan.side, wish, check)
    small = np.stack([reduce(picture, plan.factor) for picture in pictures])
    small_holes = np.stack([_any(hole, plan.factor) for hole in holes])
    made = _in_tiles(model, small, small_holes, plan.side, wish, check)
    size, kept = pictures.shape[1:3], np.float32(1 - wish.strength if "strength" in model.hears else 0)
    whole = pictures.copy()
    for number, picture in enumerate(pictures):
        fine = (picture - enlarge(small[number], plan.factor, size)) * kept
        filled = enlarge(made[number], plan.factor, size) + fine
        whole[number] = np.where(holes[number][:, :, None] > 0, filled, picture)
    return whole


def _in_tiles(
    model: FillModel, pictures: Pictures, holes: Holes, side: int, wish: Wish, check: Callable[[], None]
) -> Pictures:
    """Let a model fill working-encoded pictures tile by tile; each tile sees what was made before."""
    bounds = bounds_of(pictures)
    made, size = pictures.copy(), pictures.shape[1:3]
    done = np.zeros(size, np.bool_)
    for number, (rows, columns) in enumerate(_tiles(size, side, holes.max(axis=0))):
        check()
        inside = (slice(None), rows, columns)
        tile, hole = made[inside], holes[inside]
        shown = bound(tile, bounds)
        answer = _asked(model, shown, hole, side, replace(wish, seed=_seed(wish.seed, number)), check)
        moved = np.stack([_shift(one, mask) for one, mask in zip(answer - shown, hole, strict=True)])
        change = unbound(answer - moved, bounds) - unbound(shown, bounds)
        fresh = ~done[rows, columns][None, :, :, None]
        share = np.where(fresh, np.float32(1), _feather(size, rows, columns)[None, :, :, None])
        made[inside] = np.where(hole[..., None] > 0, tile + share * change, tile)
        done[rows, columns] = True
    return made


def _shift(change: Picture, mask: NDArray[np.float32]) -> Picture:
    """Continue the change that a model made beside the hole, where it should have made none, into it."""
    ring = cv2.dilate(mask, np.ones((2 * _RING + 1,) * 2, np.uint8)) * (1 - mask)
    if not np.isfinite(change).all() or not ring.any():
        return np.zeros_like(change)
    weight = np.maximum(cv2.GaussianBlur(ring, (0, 0), _RING_BLUR), 1e-4)[:, :, None]
    soft = cv2.GaussianBlur(change * ring[:, :, None], (0, 0), _RING_BLUR) / weight
    return continue_inwards(soft, (ring == 0).astype(np.uint8))


def _asked(
    model: FillModel, tile: Pictures, hole: Holes, side: int, wish: Wish, check: Callable[[], None]
) -> Pictures:
    """Ask a model for one tile, made up to sides that it takes by mirrored pixels."""
    height, width = tile.shape[1:3]
    wanted = (side, side) if model.fixed else tuple(_rounded(one, model.multiple) for one in (height, width))
    missing = ((0, 0), (0, wanted[0] - height), (0, wanted[1] - width))
    mode = "reflect" if min(height, width) > max(wanted[0] - height, wanted[1] - width) else "edge"
    full = np.pad(tile, (*missing, (0, 0)), mode=mode)  # type: ignore[call-overload]
    answer = np.asarray(model.fill(full, np.pad(hole, missing), wish, check), np.float32)
    answer = np.where(np.isfinite(answer), answer, np.float32(np.nan))
    return np.ascontiguousarray(answer[:, :height, :width])


def _tiles(size: tuple[int, int], side: int, hole: NDArray[np.float32]) -> Iterator[tuple[slice, slice]]:
    """Give the tiles that hold something of the hole, row by row; all have the same size where they can."""
    for top in _starts(size[0], side):
        for left in _starts(size[1], side):
            rows, columns = slice(top, min(top + side, size[0])), slice(left, min(left + side, size[1]))
            if hole[rows, columns].any():
                yield rows, columns


def _starts(length: int, side: int) -> list[int]:
    if length <= side:
        return [0]
    step = side - side // _OVERLAP
    count = -(-(length - side) // step) + 1
    return [round(number * (length - side) / (count - 1)) for number in range(count)]


def _feather(size: tuple[int, int], rows: slice, columns: slice) -> NDArray[np.float32]:
    """Weigh a tile: 1 inside, falling to 0 at sides that other tiles continue."""
    height, width = rows.stop - rows.start, columns.stop - columns.start
    return np.outer(
        _ramp(height, rows.start > 0, rows.stop < size[0]),
        _ramp(width, columns.start > 0, columns.stop < size[1]),
    ).astype(np.float32)


def _ramp(length: int, before: bool, after: bool) -> NDArray[np.float32]:
    reach = max(length // _OVERLAP, 1)
    rise = np.minimum((np.arange(length) + 0.5) / reach, 1)
    return np.asarray((rise if before else 1) * (rise[::-1] if after else np.ones(length)), np.float32)


def _any(hole: NDArray[np.float32], factor: int) -> NDArray[np.float32]:
    return np.asarray(reduce(hole, factor) > 0, np.float32)


def _rounded(length: int, multiple: int) -> int:
    return max(-(-length // multiple), 1) * multiple


def _seed(seed: int, number: int) -> int:
    """Give every tile a seed of its own."""
    return (seed + 0x9E3779B1 * number) % 2**31
