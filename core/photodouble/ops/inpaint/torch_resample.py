"""The one sharp resample on a graphics card: the twin of resample.py."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.ops.compute import Use, join
from photodouble.ops.torch_arrays import here, there


def sample(
    use: Use,
    picture: NDArray[np.float32],
    usable: NDArray[np.uint8],
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    values: NDArray[np.float32],
    known: NDArray[np.bool_],
) -> None:
    """Read a picture at fractional places (resample._sample); what cannot be read stays as it was."""
    device, torch = use.device, use.device.torch
    height, width, channels = picture.shape
    across, down = x.reshape(-1), y.reshape(-1)
    inside = (across >= -0.5) & (across <= width - 0.5) & (down >= -0.5) & (down <= height - 0.5)
    asked = np.flatnonzero(inside)
    flat, open_pixels = there(device, picture.reshape(-1, channels)), there(device, usable) != 0

    def run(part: slice) -> tuple[NDArray[Any], ...]:
        at_x, at_y = there(device, across[asked[part]]), there(device, down[asked[part]])
        left, top = torch.floor(at_x).long(), torch.floor(at_y).long()
        taps = _open_taps(torch, open_pixels, left, top)
        colour = torch.zeros((len(at_x), channels), dtype=torch.float32, device=at_x.device)
        seen = taps > 0
        for count in (6, 4):
            these = torch.nonzero(taps == count)[:, 0]
            if len(these):
                place = (at_x[these], at_y[these], left[these], top[these])
                colour[these] = _windowed(use, flat, width, place, count).to(torch.float32)
        these = torch.nonzero(taps == 0)[:, 0]
        if len(these):
            place = (at_x[these], at_y[these], left[these], top[these])
            colour[these], seen[these] = _nearest_four(use, flat, open_pixels, place)
        return here(colour), here(seen)

    found = use.batches(len(asked), run)
    if not found:
        return
    colour, seen = join(found)
    values.reshape(-1, channels)[asked] = colour
    known.reshape(-1)[asked[seen]] = True


def _open_taps(torch: Any, usable: Any, left: Any, top: Any) -> Any:
    """Say how many taps a side may be read around every place: 6, 4 or 0."""
    height, width = usable.shape
    flat = usable.reshape(-1)
    answer = torch.zeros_like(left)
    for count, before, after in ((4, 1, 2), (6, 2, 3)):
        free = (left >= before) & (top >= before) & (left + after < width) & (top + after < height)
        for j in range(-before, after + 1):
            row = torch.clamp(top + j, 0, height - 1) * width
            for i in range(-before, after + 1):
                if count == 4 or _is_tested(i, j):
                    free = free & flat[row + torch.clamp(left + i, 0, width - 1)]
        answer = torch.where(free & (answer == (0 if count == 4 else 4)), count, answer)
    return answer


def _is_tested(i: int, j: int) -> bool:
    """Say whether a tap lies on the rim of the six by six."""
    return i in (-2, 3) or j in (-2, 3)


def _windowed(use: Use, flat: Any, width: int, place: tuple[Any, ...], count: int) -> Any:
    torch, real = use.device.torch, use.device.real
    at_x, at_y, left, top = place
    weights_x = _weights(torch, at_x.to(real) - left, count)
    weights_y = _weights(torch, at_y.to(real) - top, count)
    first = count // 2 - 1
    total = torch.zeros((len(left), flat.shape[1]), dtype=real, device=flat.device)
    least: Any = None
    most: Any = None
    for j in range(count):
        for i in range(count):
            taps = flat[(top - first + j) * width + left - first + i]
            total += (weights_y[j] * weights_x[i])[:, None] * taps.to(real)
            if 0 <= j - first + 1 < 4 and 0 <= i - first + 1 < 4:
                least = taps if least is None else torch.minimum(least, taps)
                most = taps if most is None else torch.maximum(most, taps)
    return torch.minimum(torch.maximum(total, least.to(real)), most.to(real))


def _weights(torch: Any, t: Any, count: int) -> list[Any]:
    """Return the weights of 6 (Lanczos 3) or 4 (Catmull-Rom) taps around places `t` past the middle."""
    if count == 4:
        return [
            ((-0.5 * t + 1.0) * t - 0.5) * t,
            (1.5 * t - 2.5) * t * t + 1.0,
            ((-1.5 * t + 2.0) * t + 0.5) * t,
            (0.5 * t - 0.5) * t * t,
        ]
    weights = []
    for k in range(6):
        d = math.pi * (t + 2.0 - k)
        near = d.abs() < 1e-6
        d = torch.where(near, torch.ones_like(d), d)
        weights.append(
            torch.where(near, torch.ones_like(d), 3.0 * torch.sin(d) * torch.sin(d / 3.0) / (d * d))
        )
    total = weights[0]
    for weight in weights[1:]:
        total = total + weight
    return [weight / total for weight in weights]


def _nearest_four(use: Use, flat: Any, usable: Any, place: tuple[Any, ...]) -> tuple[Any, Any]:
    """Weigh the open ones of the nearest four taps; seen where they carry half the weight."""
    torch, real = use.device.torch, use.device.real
    height, width = usable.shape
    at_x, at_y, left, top = place
    share = torch.zeros(len(left), dtype=real, device=flat.device)
    total = torch.zeros((len(left), flat.shape[1]), dtype=torch.float32, device=flat.device)
    for j in (0, 1):
        for i in (0, 1):
            weight = (1.0 - (at_x.to(real) - (left + i)).abs()) * (1.0 - (at_y.to(real) - (top + j)).abs())
            at = torch.clamp(top + j, 0, height - 1) * width + torch.clamp(left + i, 0, width - 1)
            weight = torch.where((weight > 0) & usable.reshape(-1)[at], weight, torch.zeros_like(weight))
            share = share + weight
            tap = torch.where((weight > 0)[:, None], flat[at], torch.zeros_like(total)).to(real)
            total = (total.to(real) + weight[:, None] * tap).to(torch.float32)
    seen = share >= 0.5
    mean = (total.to(real) / torch.where(seen, share, torch.ones_like(share))[:, None]).to(torch.float32)
    return torch.where(seen[:, None], mean, torch.zeros_like(mean)), seen
