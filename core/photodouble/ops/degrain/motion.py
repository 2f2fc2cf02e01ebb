"""Bring a neighbouring frame over along the motion, so that the same thing lies on the same pixel."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.encoding import encode
from photodouble.image.frame import Frame
from photodouble.image.proxy import enlarge, reduce
from photodouble.image.window import Box
from photodouble.ops.inpaint.flow import dense_motion

Picture = NDArray[np.float32]
Mask = NDArray[np.bool_]

_CALM = 1.0
"""Grain is blurred by so many working pixels before motion is measured."""
_DARK = 0.02
"""Pixels below this scene-linear value say nothing about exposure."""
_FEWEST = 64


@dataclass(frozen=True)
class Moved:
    """How a neighbour lies on a frame: flow (h, w, 2) of working pixels over `area`, and its exposure.

    `gain` (3,) brings the neighbour's scene-linear values to the frame's.
    """

    flow: Picture
    area: Box
    scale: int
    gain: Picture

    def places(self, box: Box) -> Picture:
        """Return where the pixels of `box` are in the neighbour, (h, w, 2) float32 x, y in plate pixels."""
        first = (box.y0 - self.area.y0) // self.scale - 1, (box.x0 - self.area.x0) // self.scale - 1
        top, left = max(first[0], 0), max(first[1], 0)
        bottom = -(-(box.y1 - self.area.y0) // self.scale) + 1
        right = -(-(box.x1 - self.area.x0) // self.scale) + 1
        part = np.ascontiguousarray(self.flow[top:bottom, left:right])
        whole = enlarge(part, self.scale, (part.shape[0] * self.scale, part.shape[1] * self.scale))
        y, x = box.y0 - self.area.y0 - top * self.scale, box.x0 - self.area.x0 - left * self.scale
        moved = whole[y : y + box.height, x : x + box.width] * np.float32(self.scale)
        moved[..., 0] += np.arange(box.x0, box.x1, dtype=np.float32)
        moved[..., 1] += np.arange(box.y0, box.y1, dtype=np.float32)[:, None]
        return np.asarray(moved, np.float32)


def moved(here: Frame, there: Frame, area: Box, scale: int) -> Moved:
    """Measure how `there` lies on `here` over `area`, on pictures reduced by `scale`."""
    near, far = (_reduced(frame, area, scale) for frame in (here, there))
    flow = dense_motion(_grey(near), _grey(far))
    y, x = np.mgrid[: flow.shape[0], : flow.shape[1]].astype(np.float32)
    laid = cv2.remap(
        far,
        x + flow[..., 0],
        y + flow[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(0, 0, 0),
    )
    return Moved(flow, area, scale, _gain(near, np.asarray(laid, np.float32)))


def brought(there: Frame, moved: Moved, box: Box) -> tuple[Picture, Mask]:
    """Return the neighbour's pixels on `box` (h, w, 3) scene-linear in the frame's exposure, and where."""
    places = moved.places(box)
    low, high = np.floor(places.min(axis=(0, 1))) - 3, np.ceil(places.max(axis=(0, 1))) + 4
    wanted = Box(int(low[0]), int(low[1]), int(high[0]), int(high[1])).intersect(there.data_window)
    if wanted.is_empty or max(wanted.size) >= 32767:
        return np.zeros((*box.size, 3), np.float32), np.zeros(box.size, np.bool_)
    source, sound = there.linear(wanted), there.valid(wanted)
    source[~sound] = 0
    x, y = places[..., 0] - np.float32(wanted.x0), places[..., 1] - np.float32(wanted.y0)
    found = cv2.remap(source, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    open_ = cv2.erode(sound.astype(np.float32), np.ones((3, 3), np.uint8), borderValue=0)
    known = cv2.remap(open_, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(found * moved.gain, np.float32), np.asarray(known > 0.999)


def _reduced(frame: Frame, area: Box, scale: int) -> Picture:
    values = frame.linear(area)
    return reduce(np.where(np.isfinite(values), values, np.float32(0)), scale)


def _grey(linear: Picture) -> NDArray[np.uint8]:
    level = cv2.GaussianBlur(encode(linear).mean(axis=2), (0, 0), _CALM) * 200
    return np.asarray(np.clip(level, 0, 255), np.uint8)


def _gain(here: Picture, there: Picture) -> Picture:
    """Return the change of exposure between two pictures that lie upon each other; 1 where too dark."""
    known = (np.minimum(here, there) > _DARK).all(axis=2)
    if int(known.sum()) < _FEWEST:
        return np.ones(3, np.float32)
    stops = np.log2(here[known].astype(np.float64) / there[known])
    return np.asarray(np.exp2(np.median(stops, axis=0)), np.float32)
