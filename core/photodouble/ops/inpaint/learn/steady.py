"""Steady what the network adds: each frame's residual, averaged with its neighbours' along the motion."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint.footage import Footage, Picture
from photodouble.ops.inpaint.learn import net
from photodouble.ops.inpaint.learn.lessons import seen_by_net
from photodouble.ops.inpaint.motion import Motion, field
from photodouble.ops.inpaint.scratch import Scratch

_OWN = 2.0
"""Weight of a frame's own residual beside each neighbour's."""


class Steady:
    """Give the residual of any filled frame; what was asked of the network last is kept, a few frames."""

    def __init__(self, model: Any, footage: Footage, scratch: Scratch) -> None:
        self._model, self._footage, self._scratch = model, footage, scratch
        self._motion = Motion(scratch, "motion")
        self._held: OrderedDict[int, tuple[Picture, Box]] = OrderedDict()

    def residual(self, index: int) -> Picture:
        """Return the averaged residual (h, w, 3), working encoded, over the box of the fill record."""
        own, box = self._plain(index)
        total, weight = own * np.float32(_OWN), np.full(box.size, _OWN, np.float32)
        xs, ys = np.meshgrid(np.arange(box.x0, box.x1), np.arange(box.y0, box.y1))
        for way in (-1, 1):
            other, pair = index + way, index if way > 0 else index - 1
            if not self._scratch.has("fill", other) or not self._scratch.has("motion", pair):
                continue
            there, around = self._plain(other)
            flow = field(self._motion.step(index, way), box)
            x = (flow[:, :, 0] + xs - around.x0).astype(np.float32)
            y = (flow[:, :, 1] + ys - around.y0).astype(np.float32)
            hole = self._footage.hole(other)[around.slices_in(Box.of_size(*self._footage.size))]
            share = _moved(hole.astype(np.float32), x, y)
            total += _moved(there, x, y) * share[:, :, None]
            weight += share
        return np.asarray(total / weight[:, :, None], np.float32)

    def _plain(self, index: int) -> tuple[Picture, Box]:
        if index not in self._held:
            seen, box = seen_by_net(self._footage, self._scratch, index)
            inside = seen[-3][:, :, None]
            self._held[index] = (net.residual(self._model, seen) * inside, box)
            while len(self._held) > 3:
                self._held.popitem(last=False)
        self._held.move_to_end(index)
        return self._held[index]


def _moved(picture: NDArray[np.float32], x: NDArray[np.float32], y: NDArray[np.float32]) -> Picture:
    return np.asarray(
        cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(0, 0, 0)),
        np.float32,
    )
