"""Sample pictures between the pixels on a graphics card: the twins of sampling.py and of its callers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.ops.compute import Use, join
from photodouble.ops.inpaint.sampling import BILINEAR, CUBIC, REFUSED, RESIDUAL_STEP
from photodouble.ops.torch_arrays import here, places, there

_STEP = 1 / 4096
_LOST = 5.0


def look(
    use: Use,
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
    plane: NDArray[np.float64],
    picture: NDArray[np.int16],
    closed: NDArray[np.uint8],
    wanted: NDArray[np.bool_],
    colour: NDArray[np.float32],
    kind: NDArray[np.uint8],
    place: NDArray[np.float32],
) -> None:
    """Look up the wanted points of a frame in another, over a homography (plane_sources._look)."""
    device = use.device
    flat, shut = use.held.tensor(device, picture), there(device, closed)
    asked = np.flatnonzero(wanted)

    def run(part: slice) -> tuple[NDArray[Any], ...]:
        points = asked[part]
        x, y = project(use, plane, places(device, xs[points]), places(device, ys[points]))
        how, seen = _seen(use, flat, shut, x, y)
        return here(how), here(seen), here(device.torch.stack([x, y], 1))

    found = use.batches(len(asked), run)
    kind[...] = REFUSED
    if not found:
        return
    how, seen, at = join(found)
    kind[asked] = how
    open_points = how != REFUSED
    colour[asked[open_points]] = seen[open_points]
    place[asked[open_points]] = at[open_points]


def hop(
    use: Use,
    at: NDArray[np.float64],
    drift: NDArray[np.float64],
    alive: NDArray[np.uint8],
    plane: NDArray[np.float64],
    residual: NDArray[np.int16],
    corner: NDArray[np.int64],
    back_plane: NDArray[np.float64],
    back_residual: NDArray[np.int16],
    back_corner: NDArray[np.int64],
    size: tuple[int, int],
) -> None:
    """Move every living point along the dense motion, and note how far the way back misses (gather._hop)."""
    device, torch = use.device, use.device.torch
    field, back = use.held.tensor(device, residual), use.held.tensor(device, back_residual)
    asked = np.flatnonzero(alive)

    def run(part: slice) -> tuple[NDArray[Any], ...]:
        start = places(device, at[asked[part]])
        x0, y0 = start[:, 0], start[:, 1]
        more = _residual_at(use, field, x0 - float(corner[0]), y0 - float(corner[1]))
        x, y = project(use, plane, x0, y0)
        x, y = x + more[:, 0], y + more[:, 1]
        less = _residual_at(use, back, x - float(back_corner[0]), y - float(back_corner[1]))
        back_x, back_y = project(use, back_plane, x, y)
        missed = torch.hypot(back_x + less[:, 0] - x0, back_y + less[:, 1] - y0)
        return here(torch.stack([x, y], 1)), here(missed)

    found = use.batches(len(asked), run)
    if not found:
        return
    moved, missed = join(found)
    at[asked] = moved
    drift[asked] += missed
    height, width = size
    inside = (moved >= 0).all(1) & (moved[:, 0] <= width - 1) & (moved[:, 1] <= height - 1)
    alive[asked[~inside | (drift[asked] >= _LOST)]] = 0


def collect(
    use: Use,
    at: NDArray[np.float64],
    drift: NDArray[np.float64],
    alive: NDArray[np.uint8],
    count: NDArray[np.int32],
    share: float,
    frame: int,
    picture: NDArray[np.int16],
    closed: NDArray[np.uint8],
    most: int,
    total: NDArray[np.float64],
    weight: NDArray[np.float64],
    source: NDArray[np.int16],
    place: NDArray[np.float32],
    best: NDArray[np.float64],
) -> None:
    """Add what the points that still seek a source see where they stand (gather._collect).

    The sums stay with the processor: they are a few additions a point, and it reads them.
    """
    device = use.device
    flat, shut = use.held.tensor(device, picture), there(device, closed)
    asked = np.flatnonzero((alive > 0) & (count < most))

    def run(part: slice) -> tuple[NDArray[Any], ...]:
        start = places(device, at[asked[part]])
        how, seen = _seen(use, flat, shut, start[:, 0], start[:, 1])
        return here(how), here(seen)

    found = use.batches(len(asked), run)
    if not found:
        return
    how, seen = join(found)
    met = how != REFUSED
    asked, seen = asked[met], seen[met]
    trust = np.exp(-drift[asked]) * share
    total[asked] += trust[:, None] * seen
    weight[asked] += trust
    better = trust > best[asked]
    winners = asked[better]
    best[winners], source[winners], place[winners] = trust[better], frame, at[winners]
    count[asked] += 1


def project(use: Use, plane: NDArray[np.float64], x: Any, y: Any) -> tuple[Any, Any]:
    """Return where a homography takes points; far away if behind the horizon (sampling.project)."""
    torch = use.device.torch
    p = [[float(value) for value in row] for row in plane]
    z = p[2][0] * x + p[2][1] * y + p[2][2]
    behind = z.abs() < 1e-9
    z = torch.where(behind, torch.ones_like(z), z)
    to_x = (p[0][0] * x + p[0][1] * y + p[0][2]) / z
    to_y = (p[1][0] * x + p[1][1] * y + p[1][2]) / z
    far = torch.full_like(z, -1e9)
    return torch.where(behind, far, to_x), torch.where(behind, far, to_y)


def _seen(use: Use, picture: Any, closed: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """Return how every place may be sampled, and its colour (zero where it may not)."""
    torch = use.device.torch
    how = tap_kind(use, closed, x, y)
    colour = torch.zeros((len(x), 3), dtype=use.device.real, device=use.device.where)
    for kind, sample in ((CUBIC, _cubic), (BILINEAR, _bilinear)):
        these = torch.nonzero(how == kind)[:, 0]
        if len(these):
            colour[these] = sample(use, picture, x[these], y[these])
    return how, colour


def tap_kind(use: Use, closed: Any, x: Any, y: Any) -> Any:
    """Say which sampling the mask allows at every place (sampling.tap_kind)."""
    torch = use.device.torch
    height, width = closed.shape
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    x, y = (torch.where(inside, value, torch.zeros_like(value)) for value in (x, y))
    left, top = x.long(), y.long()
    right = torch.clamp(left + (x > left), max=width - 1)
    below = torch.clamp(top + (y > top), max=height - 1)
    flat = closed.reshape(-1)
    near = flat[top * width + left] | flat[top * width + right]
    near = near | flat[below * width + left] | flat[below * width + right]
    around = near
    for down in range(-1, 3):
        row = torch.clamp(top + down, 0, height - 1) * width
        for across in range(-1, 3):
            around = around | flat[row + torch.clamp(left + across, 0, width - 1)]
    how = torch.where(around > 0, BILINEAR, CUBIC)
    return torch.where(inside & (near == 0), how, REFUSED).to(torch.uint8)


def _bilinear(use: Use, picture: Any, x: Any, y: Any) -> Any:
    torch, real = use.device.torch, use.device.real
    height, width = picture.shape[:2]
    flat = picture.reshape(-1, 3)
    left, top = torch.floor(x), torch.floor(y)
    fx, fy = x - left, y - top
    left, top = left.long(), top.long()
    total = torch.zeros((len(x), 3), dtype=real, device=x.device)
    for down, share_y in ((0, 1 - fy), (1, fy)):
        row = torch.clamp(top + down, 0, height - 1) * width
        for across, share_x in ((0, 1 - fx), (1, fx)):
            taps = flat[row + torch.clamp(left + across, 0, width - 1)].to(real)
            total += (_STEP * share_y * share_x)[:, None] * taps
    return total


def _cubic(use: Use, picture: Any, x: Any, y: Any) -> Any:
    torch, real = use.device.torch, use.device.real
    height, width = picture.shape[:2]
    flat = picture.reshape(-1, 3)
    left, top = torch.floor(x), torch.floor(y)
    share_x, share_y = _keys(x - left), _keys(y - top)
    left, top = left.long(), top.long()
    total = torch.zeros((len(x), 3), dtype=real, device=x.device)
    low: Any = None
    high: Any = None
    for down in range(4):
        row = torch.clamp(top + down - 1, 0, height - 1) * width
        for across in range(4):
            taps = flat[row + torch.clamp(left + across - 1, 0, width - 1)]
            total += (_STEP * share_y[down] * share_x[across])[:, None] * taps.to(real)
            low = taps if low is None else torch.minimum(low, taps)
            high = taps if high is None else torch.maximum(high, taps)
    return torch.minimum(torch.maximum(total, _STEP * low.to(real)), _STEP * high.to(real))


def _keys(f: Any) -> list[Any]:
    """Give the weights of the four cubic taps around places `f` (0..1) between the inner two (Keys 1981)."""

    def inner(d: Any) -> Any:
        return (1.5 * d - 2.5) * d * d + 1

    def outer(d: Any) -> Any:
        return ((-0.5 * d + 2.5) * d - 4) * d + 2

    return [outer(f + 1), inner(f), inner((f - 1).abs()), outer((f - 2).abs())]


def _residual_at(use: Use, field: Any, x: Any, y: Any) -> Any:
    """Give the bilinear value of a coded (h, w, 2) residual, edges repeated (sampling.residual_at)."""
    torch, real = use.device.torch, use.device.real
    height, width = field.shape[:2]
    flat = field.reshape(-1, 2)
    x = torch.clamp(torch.nan_to_num(x), 0.0, width - 1.0)
    y = torch.clamp(torch.nan_to_num(y), 0.0, height - 1.0)
    left = torch.clamp(x.long(), max=max(width - 2, 0))
    top = torch.clamp(y.long(), max=max(height - 2, 0))
    fx, fy = (x - left)[:, None], (y - top)[:, None]
    right, below = torch.clamp(left + 1, max=width - 1), torch.clamp(top + 1, max=height - 1)

    def tap(row: Any, column: Any) -> Any:
        return flat[row * width + column].to(real)

    upper = tap(top, left) * (1 - fx) + tap(top, right) * fx
    lower = tap(below, left) * (1 - fx) + tap(below, right) * fx
    return RESIDUAL_STEP * (upper * (1 - fy) + lower * fy)
