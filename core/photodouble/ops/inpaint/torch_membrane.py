"""Continue a field into a hole on a graphics card: the twin of complete.py, level by level.

Only the finest levels are worth a card; the coarser ones are solved by the compiled kernel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.ops.compute import Use, computing_on
from photodouble.ops.inpaint import complete
from photodouble.ops.inpaint.complete import OVER
from photodouble.ops.torch_arrays import here, there

FEWEST = 16384
"""Pixels of a hole below which a level is left to the processor."""


def solve(use: Use, field: NDArray[np.float32], hole: NDArray[np.uint8], sweeps: int) -> NDArray[np.float32]:
    """Return (h, w, c) `field` with its hole solved (complete.solve).

    A hole of few pixels is the processor's: a card waits longer than it computes.
    """
    if np.count_nonzero(hole) < FEWEST or min(hole.shape) <= complete.COARSEST:
        with computing_on(None):
            return complete.solve(field, hole, sweeps)
    known, unknown = there(use.device, field), there(use.device, hole) > 0
    return here(_solved(use, known, unknown, sweeps))


def _solved(use: Use, field: Any, hole: Any, sweeps: int) -> Any:
    if min(hole.shape) <= complete.COARSEST or int(hole.sum()) < FEWEST:
        with computing_on(None):
            coarse = complete.solve(here(field), here(hole).astype(np.uint8), sweeps)
        return there(use.device, coarse)
    start = _spread(use, _solved(use, *_halve(use, field, hole), sweeps), field, hole)
    return _relaxed(use, start, hole, sweeps)


def _halve(use: Use, field: Any, hole: Any) -> tuple[Any, Any]:
    """Average the known of every two by two pixels; what has none stays a hole."""
    torch = use.device.torch
    height, width, channels = field.shape
    size = ((height + 1) // 2, (width + 1) // 2)
    total = torch.zeros((*size, channels), dtype=torch.float32, device=field.device)
    count = torch.zeros(size, dtype=torch.int64, device=field.device)
    known = torch.where(hole[..., None], torch.zeros_like(field), field)
    for down in (0, 1):
        for across in (0, 1):
            part, open_part = known[down::2, across::2], ~hole[down::2, across::2]
            total[: part.shape[0], : part.shape[1]] += part
            count[: part.shape[0], : part.shape[1]] += open_part
    mean = total.to(use.device.real) / torch.clamp(count, min=1)[..., None]
    return mean.to(torch.float32), count == 0


def _spread(use: Use, small: Any, field: Any, hole: Any) -> Any:
    """Start the hole with the coarser level's answer, bilinear."""
    torch, real = use.device.torch, use.device.real
    out = field.clone()
    ys, xs = torch.nonzero(hole, as_tuple=True)
    y, x = (ys.to(real) - 0.5) / 2, (xs.to(real) - 0.5) / 2
    top, left = torch.floor(y), torch.floor(x)
    fy, fx = (y - top)[:, None], (x - left)[:, None]
    last_y, last_x = small.shape[0] - 1, small.shape[1] - 1
    y0, y1 = torch.clamp(top.long(), min=0), torch.clamp(top.long() + 1, max=last_y)
    x0, x1 = torch.clamp(left.long(), min=0), torch.clamp(left.long() + 1, max=last_x)
    wide = small.to(real)
    upper = wide[y0, x0] * (1 - fx) + wide[y0, x1] * fx
    lower = wide[y1, x0] * (1 - fx) + wide[y1, x1] * fx
    out[ys, xs] = (upper * (1 - fy) + lower * fy).to(torch.float32)
    return out


def _relaxed(use: Use, field: Any, hole: Any, sweeps: int) -> Any:
    """Sweep over the hole like a chessboard: all of one colour at once, then all of the other."""
    torch, real = use.device.torch, use.device.real
    width = hole.shape[1]
    flat = field.reshape(-1, field.shape[2])
    ys, xs = torch.nonzero(hole, as_tuple=True)
    boards = []
    for colour in (0, 1):
        y, x = (value[(xs + ys) % 2 == colour] for value in (ys, xs))
        boards.append((y * width + x, *_neighbours(torch, y, x, hole.shape, real)))
    for _ in range(sweeps):
        for at, around, shares, near in boards:
            total = torch.zeros((len(at), flat.shape[1]), dtype=real, device=flat.device)
            for place, share in zip(around, shares, strict=True):
                total += share * flat[place].to(real)
            now = flat[at].to(real)
            flat[at] = (now + OVER * (total / near - now)).to(torch.float32)
    return flat.reshape(field.shape)


def _neighbours(
    torch: Any, y: Any, x: Any, shape: tuple[int, int], real: Any
) -> tuple[list[Any], list[Any], Any]:
    """Give the places of the four neighbours, 1 for each inside and 0 beyond the edge, and their number."""
    height, width = shape
    places, shares = [], []
    for down, across in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        v, u = y + down, x + across
        inside = (v >= 0) & (v < height) & (u >= 0) & (u < width)
        places.append(torch.clamp(v, 0, height - 1) * width + torch.clamp(u, 0, width - 1))
        shares.append(inside.to(real)[:, None])
    return places, shares, torch.clamp(sum(shares[1:], shares[0]), min=1.0)
