"""Measure how the light changes from one frame to another on what both show, in cells of working pixels."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.encoding import decode, encode
from photodouble.ops.inpaint.homography import Plane
from photodouble.ops.inpaint.views import CODE, View

Grid = NDArray[np.float32]

_HELD = 64
_CELLS = 120
"""Cells along the longer side, at most."""
_LEAST_CELL = 4
_SMOOTH, _LEAST_SMOOTH = 1 / 16, 3.0
"""Part of the longer side over which light changes smoothly (a sigma), and the least number of cells."""
_SOFT = 1.0
_KNOWN = 0.6
_FLOOR = 0.004
"""Scene-linear level below which a ratio says little."""
_ROUNDS = 4
_LEAST_SCALE = 0.01
_RIDGE = 0.05
"""Relative variance of the levels in a neighbourhood below which gain and offset are not told apart."""
_LARGEST_SLOPE = 0.1
_FEWEST = 40
_CAP = (24 / 255) ** 2


@dataclass(frozen=True)
class LightStep:
    """How the light changes between two frames: `there = gain * here + offset`, over the cells of the first.

    `plain` is the gain where no offset is allowed; `plane` the homography between the frames.
    """

    gain: Grid
    offset: Grid
    plain: Grid
    plane: Plane


@dataclass(frozen=True)
class _Pair:
    """Scene-linear cell means of two frames over the cells of the first, and which cells both know."""

    here: Grid
    there: Grid
    weight: Grid


class Meter:
    """Read frames of a view as cell means, scene-linear; the latest are kept, for each is compared often."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._held: OrderedDict[int, tuple[Grid, Grid]] = OrderedDict()

    def cells(self, index: int) -> tuple[Grid, Grid]:
        """Return the means (h, w, 3) of a frame's known pixels in every cell, and the known part (h, w)."""
        if index not in self._held:
            self._held[index] = _cells(self.view, index)
            while len(self._held) > _HELD:
                self._held.popitem(last=False)
        self._held.move_to_end(index)
        return self._held[index]


def cells_of(size: tuple[int, int]) -> int:
    """Choose the side of a cell in working pixels."""
    return max(_LEAST_CELL, -(-max(size) // _CELLS))


def measure_step(meter: Meter, index: int, plane: Plane) -> LightStep:
    """Measure the change of light from a frame to the next."""
    pair = _pair(meter, (index, index + 1), plane)
    one = np.ones_like(pair.here)
    if pair.weight.sum() < _FEWEST:
        return LightStep(one, np.zeros_like(one), one, plane)
    ratio = np.log((np.maximum(pair.there, 0) + _FLOOR) / (np.maximum(pair.here, 0) + _FLOOR))
    weight = _believed(ratio, pair)
    plain = np.exp(_smoothed(ratio, weight))
    gain, offset = _with_offset(pair, plain, weight)
    return LightStep(gain, offset, plain, plane)


def compare(
    meter: Meter, indices: tuple[int, int], plane: Plane, lights: Sequence[Mapping[str, NDArray[Any]]]
) -> tuple[float, float] | None:
    """Give the mean squared difference of two frames, working encoded, without a light and with one.

    Either way one level offset is taken off first, as it is for every source. None where they share little.
    """
    pair = _pair(meter, indices, plane)
    known = pair.weight > 0
    if known.sum() < _FEWEST:
        return None
    cell = cells_of(meter.view.footage.size)
    gain, offset = (moved(lights[1][name], plane, cell) for name in ("gain", "offset"))
    lit = (pair.here - lights[0]["offset"]) / lights[0]["gain"] * gain + offset
    there = encode(pair.there)
    return _misfit(there - encode(pair.here), known), _misfit(there - encode(lit.astype(np.float32)), known)


def moved(grid: Grid, plane: Plane, cell: int) -> Grid:
    """Read a grid at where the homography (in working pixels) takes every cell's centre; edges repeated."""
    x, y = _places(plane, cell, grid.shape[:2])
    return np.asarray(
        cv2.remap(grid, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
    ).reshape(grid.shape)


def _misfit(difference: Grid, known: NDArray[np.bool_]) -> float:
    left = difference[known] - np.median(difference[known], axis=0)
    return float(np.minimum((left**2).mean(axis=1), _CAP).mean())


def _pair(meter: Meter, indices: tuple[int, int], plane: Plane) -> _Pair:
    here, known_here = meter.cells(indices[0])
    there, known_there = meter.cells(indices[1])
    x, y = _places(plane, cells_of(meter.view.footage.size), here.shape[:2])
    laid = cv2.remap(there, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    seen = cv2.remap(known_there, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    level = np.minimum(here.mean(axis=2), laid.mean(axis=2))
    weight = (known_here > _KNOWN) & (seen > _KNOWN) & (level > _FLOOR)
    return _Pair(here, np.asarray(laid, np.float32), weight.astype(np.float32))


def _cells(view: View, index: int) -> tuple[Grid, Grid]:
    """Average a frame's known pixels in cells, scene-linear, a little softened; and how much is known."""
    cell = cells_of(view.footage.size)
    known = (view.blind(index) == 0).astype(np.float32)
    linear = decode(view.codes(index) * CODE) * known[..., None]
    share = _averaged(known, cell)
    total, share = (cv2.GaussianBlur(each, (0, 0), _SOFT) for each in (_averaged(linear, cell), share))
    return np.asarray(total / np.maximum(share, 1e-3)[..., None], np.float32), np.asarray(share, np.float32)


def _averaged(picture: Grid, cell: int) -> Grid:
    height, width = picture.shape[:2]
    rows, columns = -(-height // cell), -(-width // cell)
    around = ((0, rows * cell - height), (0, columns * cell - width)) + ((0, 0),) * (picture.ndim - 2)
    padded = np.pad(picture, around)
    return np.asarray(cv2.resize(padded, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def _places(plane: Plane, cell: int, size: tuple[int, ...]) -> tuple[Grid, Grid]:
    """Give the cell place (x, y) in the other frame of every cell's centre."""
    columns, rows = np.meshgrid(np.arange(size[1]), np.arange(size[0]))
    centres = (np.stack([columns, rows], axis=2).reshape(-1, 1, 2) + 0.5) * cell - 0.5
    at = (cv2.perspectiveTransform(centres.astype(np.float64), plane).reshape(*size, 2) + 0.5) / cell - 0.5
    return at[..., 0].astype(np.float32), at[..., 1].astype(np.float32)


def _believed(ratio: Grid, pair: _Pair) -> Grid:
    """Weigh the cells: those whose ratio is unlike their neighbours' moved, or were covered, or clip."""
    known = pair.weight > 0
    weight = pair.weight
    for _ in range(_ROUNDS):
        off = np.abs(ratio - _smoothed(ratio, weight)).mean(axis=2)
        scale = max(1.48 * float(np.median(off[known])), _LEAST_SCALE)
        weight = (pair.weight / (1 + (off / scale) ** 2) ** 2).astype(np.float32)
    return weight


def _smoothed(values: Grid, weight: Grid) -> Grid:
    """Average the known cells smoothly; where none is near, ever wider, at last over all of them."""
    mean = (values * weight[..., None]).sum(axis=(0, 1)) / max(float(weight.sum()), 1e-6)
    out = np.broadcast_to(mean, values.shape).astype(np.float32)
    finest = max(_SMOOTH * max(weight.shape), _LEAST_SMOOTH)
    for sigma in (4 * finest, 2 * finest, finest):
        share = _blur(weight, sigma)[..., None]
        total = _blur(values * weight[..., None], sigma)
        prior = np.float32(0.05)
        out = (total + prior * out) / (share + prior)
    return np.asarray(out, np.float32)


def _with_offset(pair: _Pair, plain: Grid, weight: Grid) -> tuple[Grid, Grid]:
    """Find what of the change depends on the level: gain and offset, the offset 0 where levels are alike."""
    scaled = weight / np.maximum(pair.here.mean(axis=2), _FLOOR) ** 2
    left = pair.there - plain * pair.here
    x, u = _smoothed(pair.here, scaled), _smoothed(left, scaled)
    xx, xu = _smoothed(pair.here**2, scaled), _smoothed(pair.here * left, scaled)
    variance = np.maximum(xx - x * x, 0)
    slope = (xu - x * u) / (variance + _RIDGE * x * x + 1e-8)
    slope = np.clip(slope, -_LARGEST_SLOPE * plain, _LARGEST_SLOPE * plain)
    return (plain + slope).astype(np.float32), (u - slope * x).astype(np.float32)


def _blur(grid: Grid, sigma: float) -> Grid:
    return np.asarray(cv2.GaussianBlur(grid, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT), np.float32)
