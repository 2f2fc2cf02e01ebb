"""Pictures at another size and place: how a host lays a clip into the format of its timeline.

One kernel for all: Catmull and Rom's cubic (1974), as wide as a pixel of the coarser picture. Edges are held.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from photodouble.image.window import Box

Plane = NDArray[np.float32]
FITS = ("none", "fit", "fill", "stretch")
"""Pixel for pixel in the middle; the whole picture; no empty edge; every edge on the format's edge."""
_REACH = 2.0
_EXACT = 1e-9


@dataclass(frozen=True)
class Placing:
    """Where a picture's pixels come to lie: x is `across * x + right`, y is `down * y + below`."""

    across: float = 1.0
    down: float = 1.0
    right: float = 0.0
    below: float = 0.0

    @property
    def is_exact(self) -> bool:
        """Whether pixels stay pixels: moved by whole ones, or not at all."""
        return all(abs(scale - 1) < _EXACT for scale in (self.across, self.down)) and all(
            abs(move - round(move)) < _EXACT for move in (self.right, self.below)
        )

    def covered(self, box: Box) -> Box:
        """Return the pixels that a box of the picture reaches, the kernel's width included."""
        x0, x1 = _reached(box.x0, box.x1, self.across, self.right)
        y0, y1 = _reached(box.y0, box.y1, self.down, self.below)
        return Box(x0, y0, x1, y1)

    def placed(self, box: Box) -> Box:
        """Return the pixels whose centres lie in a box of the picture."""
        x0, x1 = (math.ceil(self.across * x + self.right - 0.5 - _EXACT) for x in (box.x0, box.x1))
        y0, y1 = (math.ceil(self.down * y + self.below - 0.5 - _EXACT) for y in (box.y0, box.y1))
        return Box(x0, y0, x1, y1)

    def needed(self, box: Box, window: Box) -> Box:
        """Return the picture's own pixels that decide what lies in a box; inside `window`, never empty."""
        x0, x1 = _reached(box.x0, box.x1, 1 / self.across, -self.right / self.across)
        y0, y1 = _reached(box.y0, box.y1, 1 / self.down, -self.below / self.down)
        x0, x1 = _held(x0, x1, window.x0, window.x1)
        y0, y1 = _held(y0, y1, window.y0, window.y1)
        return Box(x0, y0, x1, y1)


def placing(window: Box, pixel_aspect: float, format: Box, format_aspect: float, fit: str) -> Placing:
    """Lay a display window into a format by one of FITS; pixel aspects are respected but for none, stretch.

    With none the picture keeps its pixels: it moves by whole ones.
    """
    wide, high = format.width / window.width, format.height / window.height
    across = down = 1.0
    if fit == "stretch":
        across, down = wide, high
    elif fit in ("fit", "fill"):
        squeeze = pixel_aspect / format_aspect
        choose = min if fit == "fit" else max
        down = choose(wide / squeeze, high)
        across = down * squeeze
    right = (format.x0 + format.x1) / 2 - across * (window.x0 + window.x1) / 2
    below = (format.y0 + format.y1) / 2 - down * (window.y0 + window.y1) / 2
    if fit == "none":
        right, below = float(math.floor(right)), float(math.floor(below))
    return Placing(across, down, right, below)


def resampled(picture: Plane, window: Box, how: Placing, box: Box, *, is_matte: bool = False) -> Plane:
    """Give (h, w, c) float32 over `box` of a picture (h, w, c) that covers `window`, laid as `how` says.

    A matte takes the weights without their signs: it stays from 0 to 1, and is above 0 wherever the picture
    under it may have changed. `window` must hold what `how.needed(box)` says, or reach the picture's edge.
    """
    rows = _weights(box.y0, box.y1, how.down, how.below, (window.y0, window.y1), is_matte)
    columns = _weights(box.x0, box.x1, how.across, how.right, (window.x0, window.x1), is_matte)
    count = picture.shape[2]
    tall = rows @ np.ascontiguousarray(picture, np.float32).reshape(window.height, -1)
    turned = np.ascontiguousarray(tall.reshape(box.height, window.width, count).transpose(1, 0, 2))
    wide = columns @ turned.reshape(window.width, -1)
    return np.ascontiguousarray(wide.reshape(box.width, box.height, count).transpose(1, 0, 2), np.float32)


def _weights(
    begin: int, end: int, scale: float, move: float, there: tuple[int, int], is_matte: bool
) -> sparse.csr_array:
    """Make the matrix that turns the picture's rows (or columns) into those from `begin` to `end`."""
    width = max(1.0, 1 / scale)
    middles = (np.arange(begin, end) + 0.5 - move) / scale - 0.5
    first = np.floor(middles - _REACH * width).astype(np.int64)
    taps = first[:, None] + np.arange(math.ceil(2 * _REACH * width) + 2)
    weights = _cubic((taps - middles[:, None]) / width)
    if is_matte:
        weights = np.abs(weights)
    weights /= weights.sum(axis=1, keepdims=True)
    columns = np.clip(taps, there[0], there[1] - 1) - there[0]
    rows = np.repeat(np.arange(end - begin), taps.shape[1])
    shape = (end - begin, there[1] - there[0])
    return sparse.csr_array((weights.astype(np.float32).ravel(), (rows, columns.ravel())), shape=shape)


def _cubic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    x = np.abs(x)
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


def _reached(begin: int, end: int, scale: float, move: float) -> tuple[int, int]:
    reach = _REACH * max(1.0, scale) + 1
    return math.floor(scale * begin + move - reach), math.ceil(scale * end + move + reach)


def _held(begin: int, end: int, first: int, last: int) -> tuple[int, int]:
    """Keep an interval inside another; one that lies outside becomes the nearest pixel."""
    begin, end = max(begin, first), min(end, last)
    return (begin, end) if begin < end else ((first, first + 1) if end <= first else (last - 1, last))
