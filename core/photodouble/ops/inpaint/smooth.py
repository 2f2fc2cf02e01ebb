"""Average the fill along its motion with both neighbours, so that it neither flickers nor swims.

Jacobi passes: pass k of a frame needs pass k - 1 of the frame and its neighbours. Values are computed on
demand and forgotten again, so a frame costs the same memory in a short shot as in a long one, and any
part of the shot gives the same pixels as the whole.
"""

from __future__ import annotations

from collections import OrderedDict

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint.motion import Motion, field
from photodouble.ops.inpaint.scratch import Record, Scratch
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.inpaint.views import View
from photodouble.ops.inpaint.warp import warp

Picture = NDArray[np.float32]


class Smoother:
    """Give the fill of any target after a number of passes, from the scratch records `blend`."""

    def __init__(self, view: View, motion: Motion, scratch: Scratch, settings: Settings) -> None:
        self._view, self._motion, self._scratch, self._settings = view, motion, scratch, settings
        self._fills: OrderedDict[tuple[int, int], Picture] = OrderedDict()
        self._places: OrderedDict[tuple[int, int], NDArray[np.float32]] = OrderedDict()
        self._whole: OrderedDict[tuple[int, int], Picture] = OrderedDict()

    def fill(self, index: int, passes: int) -> Picture:
        """Return the fill over the record's box after that many passes."""
        key = (index, passes)
        if key not in self._fills:
            value = self._blend(index)["base"] if passes == 0 else self._average(index, passes)
            _hold(self._fills, key, value, 8 * (self._settings.smooth_passes + 1))
        return self._fills[key]

    def _average(self, index: int, passes: int) -> Picture:
        before = self.fill(index, passes - 1)
        box = _box(self._blend(index))
        total, weight = before.copy(), np.ones(before.shape[:2], np.float32)
        for direction in (-1, 1):
            near = index + direction
            if not 0 <= near < self._view.footage.count:
                continue
            place = self._place(index, direction, box)
            seen = warp(self._picture(near, passes - 1), place)
            difference = cv2.GaussianBlur(((seen - before) ** 2).mean(2), (0, 0), 1.5)
            trust = np.exp(-difference / (2 * self._settings.smooth_gate**2)) * self._usable(near, place)
            total += trust[..., None] * seen
            weight += trust
        hole = self._view.hole(index)[box.y0 : box.y1, box.x0 : box.x1]
        return np.where(hole[..., None] > 0, total / weight[..., None], before).astype(np.float32)

    def _place(self, index: int, direction: int, box: Box) -> NDArray[np.float32]:
        key = (index, direction)
        if key not in self._places:
            share = self._blend(index)["flow_share"]
            motion = field(self._motion.step(index, direction), box, share)
            grid = np.stack(np.meshgrid(np.arange(box.x0, box.x1), np.arange(box.y0, box.y1)), 2)
            _hold(self._places, key, (grid + motion).astype(np.float32), 24)
        return self._places[key]

    def _picture(self, index: int, passes: int) -> Picture:
        key = (index, passes)
        if key not in self._whole:
            picture = self._view.picture(index)
            if self._is_filled(index):
                box = _box(self._blend(index))
                hole = self._view.hole(index)[box.y0 : box.y1, box.x0 : box.x1, None] > 0
                cut = picture[box.y0 : box.y1, box.x0 : box.x1]
                cut[...] = np.where(hole, self.fill(index, passes), cut)
            _hold(self._whole, key, picture, 12)
        return self._whole[key]

    def _usable(self, index: int, place: NDArray[np.float32]) -> NDArray[np.bool_]:
        h, w = self._view.footage.size
        x, y = place[..., 0], place[..., 1]
        inside = (x >= 0) & (x <= w - 1) & (y >= 0) & (y <= h - 1)
        closed = self._view.closed(index)
        if self._is_filled(index):
            closed = np.where(self._view.hole(index) > 0, 0, closed).astype(np.uint8)
        if not closed.any():
            return np.asarray(inside)
        return np.asarray(inside & (cv2.remap(closed * 255, place, None, cv2.INTER_LINEAR) == 0))

    def _is_filled(self, index: int) -> bool:
        return self._scratch.has("blend", index)

    def _blend(self, index: int) -> Record:
        return self._scratch.load("blend", index)


def _box(record: Record) -> Box:
    return Box(*(int(v) for v in record["box"]))


def _hold(
    cache: OrderedDict[tuple[int, int], Picture], key: tuple[int, int], value: Picture, most: int
) -> None:
    cache[key] = value
    while len(cache) > most:
        cache.popitem(last=False)
