"""Invent a region from the rest of the shot: every invented pixel takes its texture from a real one.

Coarse to fine, patches that best agree with what surrounds and underlies the region are searched in
the known part (PatchMatch: Barnes et al., SIGGRAPH 2009) and vote for its colours (Wexler, Shechtman
and Irani, PAMI 2007). Patches are compared by colour and by how rough they are, so that flat ones do
not win everywhere (Newson et al., SIAM J. Imaging Sci. 2014).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.proxy import reduce
from photodouble.ops.inpaint import exemplar_match as match
from photodouble.ops.inpaint.complete import blur_known
from photodouble.ops.inpaint.exemplar_lines import Line, lanes_of
from photodouble.ops.inpaint.footage import Mask, Picture

_INWARDS, _DEEPEST = 0.72, 0.06
"""How fast and how far trust in invented pixels falls with their depth: the edge decides, not the middle."""
_MOST_LEVELS = 6
_GRID = 1 << (_MOST_LEVELS - 1)
_ROUGHNESS = 12.0
"""Weight of the roughness of a place, beside its colour."""
_ROUGH_SPREAD = 3.0
_TASTE, _TASTE_SPREAD = 0.6, 24.0
"""How much dearer a seed may make a source, and over how many pixels its taste changes."""
_MOST_TRIED = 8000
"""Sources that each pixel of the coarsest level is compared with, spread over all."""
_FAR = 0.01
"""Cost of a source a whole picture away: of two that fit as well the nearer one is likelier."""


@dataclass(frozen=True)
class Page:
    """One more picture to copy from: (h, w, 3) working encoded; `closed` (h, w) uint8."""

    picture: Picture
    closed: Mask


@dataclass(frozen=True)
class Example:
    """Hold what a region was made of.

    `place` (h, w, 2) float32 x, y of the known pixel each invented one copies (its own place elsewhere);
    `page` (h, w) int16 where that is: 0 the picture itself, n the n-th page; `colour` (h, w, 3) working
    encoded, invented inside the region, else unchanged.
    """

    place: NDArray[np.float32]
    page: NDArray[np.int16]
    colour: Picture


def fill_by_example(
    picture: Picture,
    region: Mask,
    closed: Mask,
    *,
    seed: int,
    pages: Sequence[Page] = (),
    lines: Sequence[Line] = (),
) -> Example | None:
    """Invent the pixels of `region` from pixels that are not `closed`, and from further pages.

    `picture` (h, w, 3) working encoded; `region` and `closed` (h, w) uint8; `lines` in its pixels: what
    lies beside a line outside the region goes on beside it inside. None where too little is open.
    """
    deep = cv2.distanceTransform(np.pad(region, 1), cv2.DIST_L2, 3).max() > match.HALF + 1
    atlas = _Atlas(picture, region, closed, pages if deep else ())
    taste = _taste(atlas.feature.shape[:2], seed)
    levels = [_Level(atlas.feature, atlas.shut, atlas.unknown, taste)]
    while len(levels) < _MOST_LEVELS and levels[-1].is_deep:
        levels.append(levels[-1].halved())
    found: NDArray[np.int32] | None = None
    for number in range(len(levels) - 1, -1, -1):
        level = levels[number]
        if not level.sources.any():
            found = None
            continue
        lanes = lanes_of(lines, level.shut.shape, level.unknown, level.sources, 2**number)
        if found is not None:
            found = _finer(found, level.unknown.shape)
            _copy(level.feature, found, level.unknown)
        found = _settle(level, found, lanes, seed=seed + number, passes=min(3 + 3 * number, 15))
    if found is None:
        return None
    place = found[:, :, :2].copy()
    match.best_cover(found[:, :, :2], found[:, :, 2], atlas.unknown, place)
    height, width = region.shape
    place = place[:height, :width]
    page, place = atlas.pages_of(place)
    own = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=2)
    inside = region > 0
    colour = np.where(inside[:, :, None], levels[0].feature[:height, :width, :3], picture)
    return Example(
        np.where(inside[:, :, None], place, own).astype(np.float32),
        np.where(inside, page, 0).astype(np.int16),
        colour.astype(np.float32),
    )


class _Atlas:
    """Lay the picture and its pages side by side, closed gutters between them, on the coarsest grid."""

    def __init__(self, picture: Picture, region: Mask, closed: Mask, pages: Sequence[Page]) -> None:
        sheets = [Page(picture, np.maximum(closed, region > 0).astype(np.uint8)), *pages]
        height = _rounded(max(sheet.closed.shape[0] for sheet in sheets))
        self.corners = np.cumsum([0, *(_rounded(sheet.closed.shape[1]) + _GRID for sheet in sheets)])
        self.shut = np.ones((height, int(self.corners[-1])), np.uint8)
        self.feature = np.zeros((*self.shut.shape, 5), np.float32)
        for corner, sheet in zip(self.corners, sheets, strict=False):
            h, w = sheet.closed.shape
            self.shut[:h, corner : corner + w] = sheet.closed
            self.feature[:h, corner : corner + w, :3] = sheet.picture
            guessed = region if corner == 0 else sheet.closed
            self.feature[:h, corner : corner + w, 3:] = _roughness(sheet.picture, guessed)
        width = _rounded(region.shape[1])
        self.unknown = np.zeros((height, width), np.uint8)
        self.unknown[: region.shape[0], : region.shape[1]] = region > 0

    def pages_of(self, place: NDArray[np.int32]) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
        """Turn places in the atlas into pages and places in those."""
        page = np.clip(np.searchsorted(self.corners, place[:, :, 0], side="right") - 1, 0, None)
        inside = place.copy()
        inside[:, :, 0] -= self.corners[page].astype(np.int32)
        return page, inside


def _rounded(size: int) -> int:
    return -(-int(size) // _GRID) * _GRID


def _roughness(picture: Picture, guessed: Mask) -> NDArray[np.float32]:
    """Measure how steep a picture is around each pixel, across and down, (h, w, 2); guesses do not count."""
    luma = picture @ np.array([0.299, 0.587, 0.114], np.float32)
    across, down = cv2.Sobel(luma, cv2.CV_32F, 1, 0), cv2.Sobel(luma, cv2.CV_32F, 0, 1)
    steep = np.abs(np.stack([across, down], axis=2)) / 8
    edge = cv2.dilate((guessed > 0).astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.asarray(blur_known(steep, edge, _ROUGH_SPREAD) * _ROUGHNESS, np.float32)


def _taste(size: tuple[int, ...], seed: int) -> NDArray[np.float32]:
    """Give every source a price of 1 or more, smooth over the picture: what one seed likes, another shuns."""
    coarse = (size[0] // 8 + 1, size[1] // 8 + 1)
    noise = np.random.default_rng(seed).standard_normal(coarse).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), _TASTE_SPREAD / 8)
    soft = cv2.resize(soft / max(float(soft.std()), 1e-6), size[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(1 + _TASTE * np.clip(soft, -1.5, 1.5) / 3 + _TASTE / 2, np.float32)


class _Level:
    """One level of the pyramid: the atlas reduced, its closed pixels and the picture's unknown ones."""

    def __init__(self, feature: Picture, shut: Mask, unknown: Mask, taste: NDArray[np.float32]) -> None:
        self.feature, self.shut, self.unknown, self.taste = feature, shut, unknown, taste
        self.sources = _centres(shut)

    @property
    def is_deep(self) -> bool:
        """Whether the unknown region is deeper than a patch here."""
        depth = cv2.distanceTransform(np.pad(self.unknown, 1), cv2.DIST_L2, 3).max()
        return bool(depth > match.HALF + 1 and min(self.unknown.shape) >= 8 * match.HALF)

    def halved(self) -> _Level:
        """Reduce by two; a pixel made of any closed or unknown one is so itself."""
        some, none = (
            (reduce(m.astype(np.float32), 2) > 0).astype(np.uint8) for m in (self.unknown, self.shut)
        )
        return _Level(reduce(self.feature, 2), none, some, reduce(self.taste, 2))


def _centres(shut: Mask) -> Mask:
    """Mark the centres of patches that lie wholly on open pixels inside the picture."""
    half = match.HALF
    around = np.pad(shut, half, constant_values=1)
    size = 2 * half + 1
    grown = cv2.dilate(around, np.ones((size, size), np.uint8))
    return np.asarray(grown[half:-half, half:-half] == 0, np.uint8)


def _settle(
    level: _Level, carried: NDArray[np.int32] | None, lanes: NDArray[np.int32], *, seed: int, passes: int
) -> NDArray[np.int32]:
    """Alternate search and vote; the level's features change inside its unknown part. Gives x, y, cost."""
    size = 2 * match.HALF + 1
    unknown = level.unknown
    wanted = cv2.dilate(unknown, np.ones((size, size), np.uint8))
    depth = cv2.distanceTransform(np.pad(unknown, 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    trust = np.where(unknown > 0, np.maximum(_INWARDS**depth, _DEEPEST), 1).astype(np.float32)
    rows, columns = np.nonzero(level.sources)
    open_places = np.stack([columns, rows], axis=1).astype(np.int32)
    if carried is None:
        found = np.full((*unknown.shape, 2), -1, np.int32)
        some = open_places[:: -(-len(open_places) // _MOST_TRIED)]
        order = np.argsort(depth, axis=None, kind="stable")[-int(unknown.sum()) :].astype(np.int64)
        match.peel(level.feature, unknown, lanes, level.taste, some, order, found)
    else:
        found = carried[:, :, :2].copy()
    cost = np.full(unknown.shape, np.inf, np.float32)
    chance, far = np.uint64(seed % 2**32), np.float32(_FAR)
    match.start(found, wanted, level.sources, lanes, open_places, chance)
    for turn in range(passes):
        cost[:] = np.inf
        for step in range(2):
            match.search(
                level.feature, trust, level.taste, far, wanted, level.sources, lanes, found, cost,
                chance + np.uint64(97 * turn), step,
            )  # fmt: skip
        spread = np.float32(np.quantile(cost[wanted > 0], 0.6)) + np.float32(1e-6)
        match.vote(level.feature, unknown, wanted, found, cost, trust, spread)
    rank = np.where(np.isfinite(cost), np.minimum(cost * 1e6, 2**30), 2**30).astype(np.int32)
    return np.concatenate([found, rank[:, :, None]], axis=2)


def _finer(found: NDArray[np.int32], size: tuple[int, ...]) -> NDArray[np.int32]:
    """Carry matches to the next finer level, each to its four pixels."""
    own_y, own_x = np.mgrid[: size[0], : size[1]]
    coarse = found[own_y // 2, own_x // 2]
    finer = np.array(coarse, np.int32)
    finer[:, :, 0] = np.where(coarse[:, :, 0] < 0, -1, coarse[:, :, 0] * 2 + own_x % 2)
    finer[:, :, 1] = np.where(coarse[:, :, 0] < 0, -1, coarse[:, :, 1] * 2 + own_y % 2)
    return finer


def _copy(feature: Picture, found: NDArray[np.int32], unknown: Mask) -> None:
    """Begin a level with the features its carried matches point to."""
    height, width = feature.shape[:2]
    usable = (unknown > 0) & (found[:, :, 0] >= 0) & (found[:, :, 0] < width) & (found[:, :, 1] < height)
    target = feature[: unknown.shape[0], : unknown.shape[1]]
    target[usable] = feature[found[usable, 1], found[usable, 0]]
