"""A dense flow for graphics cards, tried in place of OpenCV's DIS: inverse search over all pixels at once.

It is no part of the product: what it finds differs from DIS by more than any tolerance of pixels allows
(docs/decisions/010-devices.md). The bench shows by how much.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVELS, ROUNDS, WINDOW = 5, 6, 9


def dense_flow(torch: Any, where: str, a: NDArray[np.uint8], b: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Measure the motion from `a` to `b`, (h, w, 2) pixels: Lucas-Kanade windows, coarse to fine.

    After Baker and Matthews (2004), with one window around every pixel.
    """
    pyramids = [_pyramid(torch, torch.from_numpy(np.float32(p))[None, None].to(where)) for p in (a, b)]
    flow = torch.zeros((1, 2, *pyramids[0][-1].shape[2:]), device=where)
    for first, second in zip(reversed(pyramids[0]), reversed(pyramids[1])):
        size = first.shape[2:]
        grown = torch.nn.functional.interpolate(flow, size=size, mode="bilinear", align_corners=False)
        scale = torch.tensor([size[1] / flow.shape[3], size[0] / flow.shape[2]], device=where)
        flow = _refined(torch, first, second, grown * scale.view(1, 2, 1, 1))
    return np.asarray(flow[0].permute(1, 2, 0).cpu().numpy(), np.float32)


def _pyramid(torch: Any, picture: Any) -> list[Any]:
    levels = [picture]
    while len(levels) < LEVELS and min(levels[-1].shape[2:]) >= 2 * WINDOW:
        levels.append(torch.nn.functional.avg_pool2d(levels[-1], 2, ceil_mode=True))
    return levels


def _refined(torch: Any, first: Any, second: Any, flow: Any) -> Any:
    across = (torch.roll(first, -1, 3) - torch.roll(first, 1, 3)) / 2
    down = (torch.roll(first, -1, 2) - torch.roll(first, 1, 2)) / 2

    def around(values: Any) -> Any:
        return torch.nn.functional.avg_pool2d(values, WINDOW, 1, WINDOW // 2, count_include_pad=False)

    xx, xy, yy = around(across**2) + 1.0, around(across * down), around(down**2) + 1.0
    determinant = xx * yy - xy * xy
    for _ in range(ROUNDS):
        missed = _brought(torch, second, flow) - first
        x, y = around(across * missed), around(down * missed)
        step = torch.cat([yy * x - xy * y, xx * y - xy * x], 1) / determinant
        flow = around(flow - step.clamp(-1, 1))
    return flow


def _brought(torch: Any, picture: Any, flow: Any) -> Any:
    height, width = picture.shape[2:]
    ys, xs = torch.meshgrid(
        torch.arange(height, device=flow.device), torch.arange(width, device=flow.device), indexing="ij"
    )
    x = (xs + flow[0, 0]) * 2 / max(width - 1, 1) - 1
    y = (ys + flow[0, 1]) * 2 / max(height - 1, 1) - 1
    grid = torch.stack([x, y], -1)[None]
    return torch.nn.functional.grid_sample(picture, grid, padding_mode="border", align_corners=True)
