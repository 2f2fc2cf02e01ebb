"""Pixels that a model made for one frame: a picture of their own at the plate's size, sampled as a plate is.

Records `invented`, one per footage index: `box` int32[4] in plate pixels, `picture` (h, w, 3) float32
scene-linear, the plate's own wherever nothing was made; `usable` (h, w) uint8 1 where something was, or
close to it; `tile` int32 the side of the tiles it was made with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from photodouble.image.encoding import encode
from photodouble.image.proxy import reduce
from photodouble.image.window import Box
from photodouble.ops.inpaint.footage import Mask, Picture
from photodouble.ops.inpaint.native import Plates
from photodouble.ops.inpaint.scratch import Record, Scratch

STAGE = "invented"


@dataclass(frozen=True)
class Patch:
    """A picture over `box` (absolute plate pixels), (h, w, 3) float32 scene-linear, and where to read it."""

    box: Box
    linear: Picture
    usable: Mask
    tile: int = 0

    def over(self, box: Box) -> tuple[Picture, Mask]:
        """Return the pixels of a part of it, and 1 where they may be read."""
        inside = box.slices_in(self.box)
        return np.ascontiguousarray(self.linear[inside]), np.ascontiguousarray(self.usable[inside])

    def record(self) -> Record:
        """Give the arrays to keep it under."""
        return {
            "box": np.array([self.box.x0, self.box.y0, self.box.x1, self.box.y1], np.int32),
            "picture": np.asarray(self.linear, np.float32),
            "usable": np.asarray(self.usable, np.uint8),
            "tile": np.array(self.tile, np.int32),
        }

    def working(self, plates: Plates) -> tuple[Box, Picture]:
        """Return the working pixels it covers wholly, and its picture there, working encoded."""
        scale, canvas = plates.scale, plates.canvas
        height, width = plates.size
        box = Box(
            -(-(self.box.x0 - canvas.x0) // scale),
            -(-(self.box.y0 - canvas.y0) // scale),
            width if self.box.x1 == canvas.x1 else (self.box.x1 - canvas.x0) // scale,
            height if self.box.y1 == canvas.y1 else (self.box.y1 - canvas.y0) // scale,
        )
        left, top = canvas.x0 + box.x0 * scale - self.box.x0, canvas.y0 + box.y0 * scale - self.box.y0
        part = self.linear[top : top + box.height * scale, left : left + box.width * scale]
        return box, encode(reduce(part, scale))


def load_patch(scratch: Scratch, index: int) -> Patch:
    """Return what a model made for a frame; KeyError if it made nothing."""
    record = scratch.load(STAGE, index)
    box = Box(*(int(value) for value in record["box"]))
    return Patch(box, record["picture"], record["usable"], int(record["tile"]))
