"""Read a clean plate, or a frame the artist painted, as one kind of source: by port and number."""

from __future__ import annotations

import numpy as np

from photodouble.image.encoding import encode
from photodouble.image.proxy import reduce, working_scale
from photodouble.image.window import Box
from photodouble.ops.inpaint.footage import Mask, Picture
from photodouble.ops.inpaint.native import Plates

PAINTED = 3
"""The port that stands for the shot's own painted frames, counted by footage index."""
PORTS = 4


def ports_of(plates: Plates) -> tuple[int, ...]:
    """List the ports there are, the most trusted first: painted frames, then the clean plates."""
    painted = (PAINTED,) if plates.painted else ()
    return painted + tuple(range(plates.clean_count()))


def numbers_of(plates: Plates, port: int) -> tuple[int, ...]:
    """List the frame numbers of a port; footage indices for painted frames."""
    return tuple(sorted(plates.painted)) if port == PAINTED else plates.clean_frames(port)


def canvas_of(plates: Plates, port: int, number: int) -> Box:
    """Give the window of one frame of a port."""
    return plates.canvas if port == PAINTED else plates.clean_canvas(port, number)


def scale_of(plates: Plates, port: int, number: int) -> int:
    """Choose the factor that brings a frame near the shot's own working size."""
    return working_scale(canvas_of(plates, port, number).size, max(plates.size))


def read_whole(plates: Plates, port: int, number: int) -> tuple[Picture, Mask]:
    """Read a frame at its working size: encoded picture, and 1 where every pixel of a block is real."""
    canvas, scale = canvas_of(plates, port, number), scale_of(plates, port, number)
    if port == PAINTED:
        values, usable = plates.linear(number, canvas), plates.usable(number, canvas)
    else:
        values = plates.clean_linear(port, number, canvas)
        usable = plates.clean_usable(port, number, canvas)
    known = np.where(usable[:, :, None] > 0, values, np.float32(0))
    open_pixels = (reduce(usable.astype(np.float32), scale) > 0.999).astype(np.uint8)
    return encode(reduce(known, scale)), open_pixels
