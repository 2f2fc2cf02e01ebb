"""Find the lines of a face: valleys that are long and narrow, with brighter skin on both of their sides.

Each scale and direction smooths the skin along a short stroke and asks how much darker the stroke is than
its brighter banks: the *smaller* of the two differences counts, so that an edge (a lip's border, a shadow)
is no line, and what is as dark in every direction (a spot, a pore) is no line either. After the steerable
and elongated line operators of Freeman and Adelson (1991) and Lindeberg (1998), with two-sided contrast.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

SCALES = (0.0050, 0.0085, 0.0140)
"""Half the width of the lines looked for, as shares of the face's width."""
DIRECTIONS = 8
_LONG = 3.0
"""How many times longer than wide a stroke is."""
_APART = 2.2
"""How far a bank lies from the middle of its line, in half widths of the line."""
_WORK = 1.6
"""Half width in pixels a scale is looked at with: wider lines are found in a smaller picture."""


@dataclass(frozen=True)
class Lines:
    """The lines of a picture (H, W): how deep each is in stops, and the dark spots beside them.

    `depth` and `spot` are 0 where nothing lies; `reach` is 0 to 1, how much a pixel belongs to a line.
    """

    depth: Plane
    spot: Plane
    reach: Plane


def find_lines(stops: Plane, width: float, *, faint: float = 0.03, sure: float = 0.09) -> Lines:
    """Find long narrow valleys in the brightness of skin.

    `stops` (H, W) float32 is log2 brightness, `width` the face's in pixels. What is less deep than `faint`
    stops is no line, what is deeper than `sure` belongs to one wholly.
    """
    depth = np.zeros(stops.shape, np.float32)
    spot = np.zeros(stops.shape, np.float32)
    reach = np.zeros(stops.shape, np.float32)
    for scale in SCALES:
        half = scale * width
        shrink = max(half / _WORK, 1.0)
        small = _resized(stops, 1 / shrink)
        line, round_ = _at_scale(small, half / shrink)
        line, round_ = _back(line, stops.shape), _back(round_, stops.shape)
        # A line is as wide as its scale: pixels beside its middle belong to it, less and less.
        wide = cv2.GaussianBlur(_rise(line, faint, sure), (0, 0), 0.8 * half)
        reach = np.maximum(reach, np.minimum(1.8 * wide, 1))
        depth = np.maximum(depth, line)
        spot = np.maximum(spot, round_)
    return Lines(depth, spot, reach.astype(np.float32))


def _at_scale(stops: Plane, half: float) -> tuple[Plane, Plane]:
    """Return the depth of lines and of spots of one half width in pixels."""
    most = np.full(stops.shape, -np.inf, np.float32)
    least, spot = (np.full(stops.shape, np.inf, np.float32) for _ in range(2))
    dot = np.asarray(cv2.GaussianBlur(stops, (0, 0), 0.8 * half, borderType=cv2.BORDER_REPLICATE))
    for turn in range(DIRECTIONS):
        angle = np.pi * turn / DIRECTIONS
        stroke = cv2.filter2D(stops, -1, _stroke(half, angle), borderType=cv2.BORDER_REPLICATE)
        off = (-np.sin(angle) * _APART * half, np.cos(angle) * _APART * half)
        one, other = _shifted(stroke, *off), _shifted(stroke, -off[0], -off[1])
        valley = np.minimum(one, other) - stroke
        most, least = np.maximum(most, valley), np.minimum(least, valley)
        if turn % 2 == 0:
            bank = np.minimum(_shifted(dot, *off), _shifted(dot, -off[0], -off[1]))
            spot = np.minimum(spot, bank - dot)
    return np.maximum(most - np.maximum(least, 0), 0), np.maximum(spot, 0)


def _stroke(half: float, angle: float) -> Plane:
    """Return the kernel of a short soft stroke along `angle`, of sum 1."""
    along, across = _LONG * half, 0.6 * half
    reach = int(np.ceil(2.5 * along))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    u, v = x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)
    drawn = np.exp(-0.5 * ((u / along) ** 2 + (v / across) ** 2))
    return np.asarray(drawn / drawn.sum(), np.float32)


def _shifted(picture: Plane, x: float, y: float) -> Plane:
    """Return the picture as seen (x, y) pixels further on; what lies beyond its border repeats."""
    matrix = np.array([[1, 0, x], [0, 1, y]], np.float64)
    size = (picture.shape[1], picture.shape[0])
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(picture, matrix, size, flags=how, borderMode=cv2.BORDER_REPLICATE))


def _rise(value: Plane, low: float, high: float) -> Plane:
    share = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def _resized(picture: Plane, factor: float) -> Plane:
    if factor >= 1:
        return picture
    height, width = picture.shape
    size = (max(round(width * factor), 1), max(round(height * factor), 1))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def _back(picture: Plane, shape: tuple[int, ...]) -> Plane:
    if picture.shape == shape:
        return picture
    return np.asarray(cv2.resize(picture, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR))
