"""A plain U-Net from plate to delta, trained on the keys alone, as a compositor's copying node does it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

Array = np.ndarray[Any, np.dtype[np.float32]]
_CROP, _BATCH, _CHANNELS = 128, 2, (16, 32, 64, 96)


class _Pair(nn.Module):
    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(before, after, 3, padding=1)
        self.second = nn.Conv2d(after, after, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.leaky_relu(self.second(functional.leaky_relu(self.first(x), 0.1)), 0.1)


class _Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        c = _CHANNELS
        self.down = nn.ModuleList(_Pair(a, b) for a, b in zip((3, *c), c))
        self.up = nn.ModuleList(_Pair(c[i] + c[i - 1], c[i - 1]) for i in range(len(c) - 1, 0, -1))
        self.last = nn.Conv2d(c[0], 3, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = []
        for i, pair in enumerate(self.down):
            x = pair(x if i == 0 else functional.avg_pool2d(x, 2))
            kept.append(x)
        for i, pair in enumerate(self.up):
            x = functional.interpolate(x, size=kept[-2 - i].shape[-2:], mode="bilinear")
            x = pair(torch.cat([x, kept[-2 - i]], 1))
        out: torch.Tensor = self.last(x)
        return out


def trained(plates: Array, deltas: Array, mattes: Array, seconds: float) -> Callable[[Array], Array]:
    """Train for so many CPU seconds and give the function from a plate (h, w, 3) to its delta."""
    torch.manual_seed(0)
    chance = np.random.default_rng(0)
    x, d = (torch.from_numpy(a).permute(0, 3, 1, 2).contiguous() for a in (plates, deltas))
    m = torch.from_numpy(mattes)[:, None]
    unit = float(d.abs()[(m > 0.3).expand_as(d)].mean()) * 4
    net = _Net()
    rule = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=1e-4)
    start = time.process_time()
    while (spent := time.process_time() - start) < seconds:
        for group in rule.param_groups:
            group["lr"] = 2e-3 * max(1 - spent / seconds, 0.02)
        xs, ds, ms = zip(*(_cut(x, d, m, chance) for _ in range(_BATCH)))
        plate, delta, matte = torch.cat(xs), torch.cat(ds), torch.cat(ms)
        error = (net(_code(plate)) * unit - delta) * matte
        edges = (error[..., 1:] - error[..., :-1]).abs().mean() + (
            error[..., 1:, :] - error[..., :-1, :]
        ).abs().mean()
        loss = (error.abs().mean() + 0.5 * edges) / unit
        rule.zero_grad()
        loss.backward()
        rule.step()
    net.eval()

    def draw(plate: Array) -> Array:
        with torch.no_grad():
            made = net(_code(torch.from_numpy(plate).permute(2, 0, 1)[None]))[0] * unit
        return np.asarray(made.permute(1, 2, 0).numpy(), np.float32)

    return draw


def _code(plate: torch.Tensor) -> torch.Tensor:
    return torch.log2(1 + 16 * plate.clamp(min=0)) / 4.1 - 0.5


def _cut(
    x: torch.Tensor, d: torch.Tensor, m: torch.Tensor, chance: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Take a crop of one key, under another light and grain."""
    key = int(chance.integers(len(x)))
    top, left = (int(chance.integers(0, n - _CROP + 1)) for n in x.shape[-2:])
    box = (slice(key, key + 1), slice(None), slice(top, top + _CROP), slice(left, left + _CROP))
    gain = float(np.exp(chance.normal() * 0.25))
    plate = x[box] * gain
    plate = plate + torch.randn_like(plate) * 0.012 * plate.clamp(min=0.002).sqrt()
    return plate, d[box] * gain, m[box]
