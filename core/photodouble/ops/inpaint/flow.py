"""Measure the dense motion that the homography leaves over, and continue it through the matte.

The other frame is first brought over by the homography, so only a small residual is left to the dense
method (DIS, Kroeger et al. 2016); where either frame is hidden both show the same pixels and the
residual is completed from its surroundings instead.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint.complete import blur_known, continue_inwards
from photodouble.ops.inpaint.footage import Mask
from photodouble.ops.inpaint.homography import Plane
from photodouble.ops.inpaint.sampling import plane_map
from photodouble.ops.inpaint.views import grow_cross

Residual = NDArray[np.float32]
_SMALLEST = 24
_SLIMMEST = 8
"""Times the shorter side that the longer one may be: DIS halves both until the longer one is small."""


def residual(
    grey: tuple[Mask, Mask], blind: tuple[Mask, Mask], plane: Plane, box: Box, edge_blur: float
) -> Residual:
    """Return the completed residual flow over `plane` inside `box`, (h, w, 2) float32 in pixels.

    `grey` and `blind` are (here, there); the flow of a pixel p of `here` is plane(p) - p + residual(p).
    """
    here = grey[0][box.y0 : box.y1, box.x0 : box.x1]
    place = plane_map(plane, box.x0, box.y0, *box.size)
    there = cv2.remap(grey[1], place, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    hidden_there = _hidden(blind[1], place)
    hidden_here = blind[0][box.y0 : box.y1, box.x0 : box.x1]
    a = np.where(hidden_here > 0, there, here)
    b = np.where(hidden_there > 0, a, there)
    measured = dense_motion(a, b)
    unknown = grow_cross(np.maximum(hidden_here, hidden_there), 2)
    if not unknown.any():
        return measured
    if unknown.all():
        return np.zeros_like(measured)
    known = blur_known(measured, unknown, edge_blur)
    inside = continue_inwards(known, unknown)
    return np.where(unknown[..., None] > 0, inside, measured)


def _hidden(blind: Mask, place: NDArray[np.float32]) -> Mask:
    h, w = blind.shape
    touched = cv2.remap(blind * 255, place, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) > 0
    x, y = place[..., 0], place[..., 1]
    outside = (x < 0) | (x > w - 1) | (y < 0) | (y > h - 1)
    return np.asarray(touched | outside, np.uint8)


def dense_motion(a: Mask, b: Mask, preset: int = cv2.DISOPTICAL_FLOW_PRESET_MEDIUM) -> Residual:
    """Measure the motion from `a` to `b`, as (h, w, 2) pixels; small pictures are padded."""
    h, w = a.shape
    least = max(_SMALLEST, max(h, w) // _SLIMMEST)
    if min(h, w) < least:
        pad = [(0, max(least - h, 0)), (0, max(least - w, 0))]
        a, b = np.pad(a, pad, mode="edge"), np.pad(b, pad, mode="edge")
    dense = cv2.DISOpticalFlow.create(preset)
    flow = dense.calc(np.ascontiguousarray(a), np.ascontiguousarray(b), None)
    return np.asarray(flow[:h, :w], np.float32)
