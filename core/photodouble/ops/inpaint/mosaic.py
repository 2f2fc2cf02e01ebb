"""Lay the shot's frames round one key frame, so that invented pixels may be copied from any of them.

What other frames show beyond the edge of the key frame is brought there along the shot's plane; what was
really found behind the matte is open, too; and a few other frames lie beside it as they are, for things
that have moved on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint.clean_plate import filled
from photodouble.ops.inpaint.confidence import ARTIST, SYNTHESISED
from photodouble.ops.inpaint.exemplar import Page
from photodouble.ops.inpaint.footage import Footage, Picture
from photodouble.ops.inpaint.motion import Motion
from photodouble.ops.inpaint.sampling import plane_map
from photodouble.ops.inpaint.scratch import Scratch

_LOOKED_AT = 12
"""Frames on each side that are asked for what lies beyond the key frame's edge."""
_APART = 4
"""Frames between two of them."""
_PAGES = 2
"""Further frames that lie beside the mosaic as they are."""
_LEAST_CHANGE = 0.02
"""A frame that differs less than this (mean, encoded) from the key frame holds nothing new."""


@dataclass(frozen=True)
class Mosaic:
    """The picture to copy from over `box` (key frame's pixels, may reach beyond it), and further pages.

    `source` (h, w) int16 footage index of every pixel or -1, `place` (h, w, 2) float32 where in that
    frame; page n is the whole frame `indices[n - 1]`.
    """

    box: Box
    page: Page
    source: NDArray[np.int16]
    place: NDArray[np.float32]
    pages: tuple[Page, ...] = ()
    indices: tuple[int, ...] = ()

    def origins(
        self, page: NDArray[np.int16], place: NDArray[np.float32]
    ) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
        """Turn pages and places in them into footage indices and places in those frames."""
        x, y = (np.clip(np.rint(place[:, :, c]).astype(np.intp), 0, None) for c in (0, 1))
        own = page == 0
        row, column = np.where(own, y, 0), np.where(own, x, 0)
        source = np.append(np.asarray(self.indices, np.int16), np.int16(-1))[page - 1]
        source = np.where(own, self.source[row, column], source).astype(np.int16)
        there = np.where(own[:, :, None], self.place[row, column], place)
        return source, there.astype(np.float32)


def mosaic_around(footage: Footage, scratch: Scratch, index: int, picture: Picture, box: Box) -> Mosaic:
    """Gather what can be copied into frame `index` from the shot.

    `picture` is the whole key frame (h, w, 3), working encoded, guesses in its unseen pixels; `box` says
    how far around the unseen pixels to look, beyond the frame's edge as well.
    """
    frame = Box.of_size(*footage.size)
    source, place = _shown(footage, scratch, index)
    inside, own = box.intersect(frame).slices_in(box), box.intersect(frame).slices_in(frame)
    sheet = np.full((*box.size, 3), 0.5, np.float32)
    sheet[inside] = picture[own]
    from_where = np.full(box.size, -1, np.int16)
    from_where[inside] = source[own]
    from_place = np.zeros((*box.size, 2), np.float32)
    from_place[inside] = place[own]
    beyond = np.ones(box.size, bool)
    beyond[inside] = False
    for other, plane in _neighbours(footage, scratch, index):
        if not beyond.any():
            break
        _look_beyond(
            footage, other, plane_map(plane, box.x0, box.y0, *box.size), beyond, sheet, from_where, from_place
        )
    pages, indices = _pages(footage, index, picture)
    page = Page(sheet, np.asarray(from_where < 0, np.uint8))
    return Mosaic(box, page, from_where, from_place, pages, indices)


def beyond_frame(footage: Footage, scratch: Scratch, index: int) -> Box:
    """Bound what frames around `index` show, in its own pixels: at most half a frame past each edge."""
    frame = Box.of_size(*footage.size)
    shown = frame
    corners = np.array([[0, 0, 1], [frame.x1, 0, 1], [0, frame.y1, 1], [frame.x1, frame.y1, 1]], np.float64)
    for _, plane in _neighbours(footage, scratch, index):
        there = corners @ np.linalg.inv(plane).T
        if (there[:, 2] < 0.2).any():
            continue
        x, y = (there[:, c] / there[:, 2] for c in (0, 1))
        shown = shown.union(Box(int(x.min()), int(y.min()), int(x.max()), int(y.max())))
    limit = Box(-frame.x1 // 2, -frame.y1 // 2, frame.x1 * 3 // 2, frame.y1 * 3 // 2)
    return shown.intersect(limit)


def _neighbours(footage: Footage, scratch: Scratch, index: int) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Give every fourth frame around, nearest first, with the homography that leads there."""
    motion = Motion(scratch, "motion")
    planes = {1: np.eye(3), -1: np.eye(3)}
    for distance in range(1, _LOOKED_AT * _APART + 1):
        for way in (1, -1):
            other, pair = index + way * distance, index + way * distance - (way > 0)
            if way not in planes or not 0 <= other < footage.count or not scratch.has("motion", pair):
                planes.pop(way, None)
                continue
            planes[way] = motion.plane_step(other - way, way) @ planes[way]
            if distance % _APART == 0 and other not in footage.excluded:
                yield other, planes[way]


def _shown(footage: Footage, scratch: Scratch, index: int) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    """Give source and place of every pixel of the key frame that is really seen, its own ones included."""
    frame = Box.of_size(*footage.size)
    open_pixels = footage.banned(index) == 0
    if index in footage.excluded:
        open_pixels[:] = False
    source = np.where(open_pixels, np.int16(index), np.int16(-1))
    place = np.stack(np.meshgrid(np.arange(frame.x1), np.arange(frame.y1)), axis=2).astype(np.float32)
    if scratch.has("fill", index):
        fill = filled(scratch, index)
        inside = Box(*(int(v) for v in fill["box"])).slices_in(frame)
        real = ~np.isin(fill["kind"], (SYNTHESISED, ARTIST)) & (fill["source"] >= 0) & ~open_pixels[inside]
        real &= footage.hole(index)[inside] > 0
        source[inside] = np.where(real, fill["source"], source[inside])
        place[inside] = np.where(real[:, :, None], fill["map"], place[inside])
    return source.astype(np.int16), place


def _look_beyond(
    footage: Footage,
    other: int,
    there: NDArray[np.float32],
    beyond: NDArray[np.bool_],
    sheet: Picture,
    source: NDArray[np.int16],
    place: NDArray[np.float32],
) -> None:
    """Take from one frame what it shows of the pixels still missing; all arrays but `there` change."""
    height, width = footage.size
    x, y = there[:, :, 0], there[:, :, 1]
    seen = beyond & (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    if not seen.any():
        return
    closed = cv2.remap(
        footage.banned(other), x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=1
    )
    seen &= cv2.dilate(closed, np.ones((3, 3), np.uint8)) == 0
    colour = cv2.remap(footage.picture(other), x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    sheet[seen] = colour[seen]
    source[seen], place[seen] = other, there[seen]
    beyond &= ~seen


def _pages(footage: Footage, index: int, picture: Picture) -> tuple[tuple[Page, ...], tuple[int, ...]]:
    """Choose frames spread over the shot that show something else than the key frame."""
    pages: list[Page] = []
    indices: list[int] = []
    allowed = [n for n in range(footage.count) if n not in footage.excluded and n != index]
    spread = sorted({allowed[0], allowed[-1], *allowed[:: max(len(allowed) // 4, 1)]}) if allowed else []
    for other in sorted(spread, key=lambda n: (-abs(n - index), n)):
        if len(pages) == _PAGES:
            break
        shown, closed = footage.picture(other), footage.banned(other)
        both = (closed == 0) & (footage.banned(index) == 0)
        if both.any() and float(np.abs(shown - picture)[both].mean()) < _LEAST_CHANGE:
            continue
        pages.append(Page(np.nan_to_num(shown), np.ascontiguousarray(closed, np.uint8)))
        indices.append(other)
    return tuple(pages), tuple(indices)
