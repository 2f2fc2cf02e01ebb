"""Bring a picture over by a place per pixel on a graphics card: the twin of warp.py."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.ops.compute import Use, join
from photodouble.ops.torch_arrays import here, there


def warp(use: Use, picture: NDArray[np.float32], place: NDArray[np.float32]) -> NDArray[np.float32]:
    """Read (H, W, c) float32 at `place` (h, w, 2), bilinear, edges repeated."""
    device, torch = use.device, use.device.torch
    height, width, channels = picture.shape
    flat = use.held.tensor(device, picture).reshape(-1, channels)
    at = place.reshape(-1, 2)

    def run(part: slice) -> tuple[NDArray[Any], ...]:
        places = there(device, at[part])
        left, top = torch.floor(places[:, 0]), torch.floor(places[:, 1])
        fx, fy = (places[:, 0] - left)[:, None], (places[:, 1] - top)[:, None]
        x0, x1 = (torch.clamp(left.long() + step, 0, width - 1) for step in (0, 1))
        y0, y1 = (torch.clamp(top.long() + step, 0, height - 1) * width for step in (0, 1))
        upper = flat[y0 + x0] * (1 - fx) + flat[y0 + x1] * fx
        lower = flat[y1 + x0] * (1 - fx) + flat[y1 + x1] * fx
        return (here(upper * (1 - fy) + lower * fy),)

    found = use.batches(len(at), run)
    colour = join(found)[0] if found else np.zeros((0, channels), np.float32)
    return np.ascontiguousarray(colour.reshape(*place.shape[:2], channels))
