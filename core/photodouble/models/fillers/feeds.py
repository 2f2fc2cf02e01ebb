"""The last step before a model and the first behind it: encodings and layouts of numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from photodouble.models.feeding import Feeding
from photodouble.models.fill import Holes, Pictures

_SCALES = {"unit": (1.0, 0.0), "signed": (2.0, -1.0), "bytes": (255.0, 0.0)}

THREADS = 4
"""How many threads a model works with on the processor: always the same, because other numbers of threads
add up in other orders and give other pixels."""


def picture_feed(pictures: Pictures, holes: Holes, feeding: Feeding) -> NDArray[np.float32]:
    """Return (frames, 3, h, w) float32 in the encoding that a model takes."""
    shown = np.where(holes[..., None] > 0, np.float32(0), pictures) if feeding.masked else pictures
    scale, offset = _SCALES[feeding.encoding]
    return np.ascontiguousarray((shown * np.float32(scale) + np.float32(offset)).transpose(0, 3, 1, 2))


def hole_feed(holes: Holes, feeding: Feeding) -> NDArray[np.float32]:
    """Return (frames, 1, h, w) float32: the hole in the colour that a model wants it."""
    white = holes if feeding.hole == "white" else 1 - holes
    return np.ascontiguousarray(white[:, None], np.float32)


def pictures_back(made: NDArray[np.floating], feeding: Feeding) -> Pictures:
    """Return (frames, h, w, 3) float32, 0 to 1, of the (frames, 3, h, w) that a model gave."""
    scale, offset = _SCALES[feeding.gives or feeding.encoding]
    plain = (np.asarray(made, np.float32) - np.float32(offset)) / np.float32(scale)
    return np.ascontiguousarray(plain.transpose(0, 2, 3, 1))
