"""Draw a frame of the crowd: colour, alpha, depth, motion and who covers how much of every pixel."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd import kernel
from photodouble.ops.crowd.deck import Deck
from photodouble.ops.crowd.plan import DISC_TAPS, Floats, Whole, make_bins, make_plan
from photodouble.ops.crowd.sampling import Cards, make_row
from photodouble.ops.crowd.splats import Splats

SHARPNESS = 0.5
"""How many mip levels sharper than one texel a pixel a card is taken."""
_TILES_AT_ONCE = 8
_GOLDEN_ANGLE = 2.399963229728653


@dataclass(frozen=True)
class Ranked:
    """Who covers a pixel, the largest first.

    `ids`: (H, W, R) int32, -1 where nobody is left; `coverage`: (H, W, R) float32 of the pixel.
    """

    ids: Whole
    coverage: Floats


@dataclass(frozen=True)
class Drawn:
    """One drawn frame of (H, W).

    `beauty`: (H, W, 4) float32, scene-linear, premultiplied. `depth`: (H, W) float32 metres of the person
    with whom the alpha, gathered from the nearest on, reaches one half; infinite where it never does.
    `motion`: (H, W, 2) float32 pixels to the next frame, and `front`: (H, W) int32 row of the splats, both of
    the person who covers most of the pixel (0 and -1 where there is nobody).
    `people` (ids are `Splats.agent`), `elements` and `sections`: who covers how much; None if not asked for.
    """

    beauty: Floats
    depth: Floats
    motion: Floats
    front: Whole
    people: Ranked | None
    elements: Ranked | None
    sections: Ranked | None


def raster(
    splats: Splats,
    deck: Deck,
    size: tuple[int, int],
    *,
    holdout: npt.NDArray[np.floating] | None = None,
    holdout_depth: npt.NDArray[np.floating] | float | None = None,
    ranks: int = 6,
    group_ranks: int = 6,
    tile: int = 64,
    threads: int | None = None,
) -> Drawn:
    """Draw the people over each other, the nearest first, onto (height, width) pixels.

    `holdout`: (H, W) or (K, H, W) mattes from 0 to 1 that hide people; `holdout_depth`: metres, of the same
    shape or one number: only people from that depth on are hidden; without it the mattes are in front of
    everybody.
    `ranks` people, and `group_ranks` elements and sections, are kept per pixel; 0 leaves them out.
    The same pixels, bit for bit, at any `tile` size and any number of `threads`.
    """
    plan = make_plan(splats, deck, size, SHARPNESS)
    bins = make_bins(plan, size, tile)
    sheet = _empty_sheet(size, ranks, group_ranks)
    cards = Cards(deck.texels, deck.start, deck.width, deck.height, deck.rows, deck.first_row)
    looks = kernel.Looks(_tints(splats), splats.motion)
    held = _holdouts(holdout, holdout_depth, size)
    count = len(bins.first) - 1
    turns = itertools.count(0, _TILES_AT_ONCE)

    def work() -> None:
        scratch, row = kernel.make_scratch(tile, ranks, group_ranks), make_row(tile)
        while (first := next(turns)) < count:
            last = min(first + _TILES_AT_ONCE, count)
            kernel.draw_tiles(first, last, tile, bins, plan, cards, looks, held, _DISC, sheet, scratch, row)

    _share(work, threads or numba.get_num_threads())
    return Drawn(
        sheet.beauty,
        sheet.depth,
        sheet.motion,
        sheet.front,
        Ranked(sheet.ids, sheet.coverage) if ranks else None,
        Ranked(sheet.group_ids[0], sheet.group_coverage[0]) if group_ranks else None,
        Ranked(sheet.group_ids[1], sheet.group_coverage[1]) if group_ranks else None,
    )


def _tints(splats: Splats) -> Floats:
    """Give the tint, and beside it the light from a side where there is any."""
    if not len(splats.shade):
        return splats.tint
    return np.concatenate([splats.tint, splats.shade], axis=1).astype(np.float32)


def _share(work: Callable[[], None], threads: int) -> None:
    if threads <= 1:
        work()
        return
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work) for _ in range(threads)]:
            done.result()


def _empty_sheet(size: tuple[int, int], ranks: int, group_ranks: int) -> kernel.Sheet:
    """Make planes on which nobody is drawn; memory that stays zero is never touched."""
    return kernel.Sheet(
        np.zeros((*size, 4), np.float32),
        np.full(size, np.inf, np.float32),
        np.zeros((*size, 2), np.float32),
        np.full(size, -1, np.int32),
        np.full((*size, ranks), -1, np.int32),
        np.zeros((*size, ranks), np.float32),
        np.full((2, *size, group_ranks), -1, np.int32),
        np.zeros((2, *size, group_ranks), np.float32),
    )


def _holdouts(
    matte: npt.NDArray[np.floating] | None,
    depth: npt.NDArray[np.floating] | float | None,
    size: tuple[int, int],
) -> kernel.Holdouts:
    """Sort the mattes by depth at every pixel."""
    if matte is None:
        return kernel.Holdouts(np.zeros((0, 1, 1), np.float32), np.zeros((0, 1, 1), np.float32))
    mattes = np.clip(np.asarray(matte, np.float32).reshape(-1, *size), 0, 1)
    metres = np.broadcast_to(np.asarray(0 if depth is None else depth, np.float32), np.shape(matte))
    depths = metres.reshape(-1, *size)
    order = np.argsort(depths, axis=0, kind="stable")
    return kernel.Holdouts(
        np.ascontiguousarray(np.take_along_axis(mattes, order, 0)),
        np.ascontiguousarray(np.take_along_axis(depths, order, 0)),
    )


def _disc() -> Floats:
    """Give places spread evenly over a disc of radius 1 (Vogel's spiral, 1979)."""
    number = np.arange(DISC_TAPS)
    radius, angle = np.sqrt((number + 0.5) / DISC_TAPS), number * _GOLDEN_ANGLE
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).astype(np.float32)


_DISC = _disc()
