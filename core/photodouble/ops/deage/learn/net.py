"""The network that learns a shot's paint: how much deeper or lighter it must be, and a little that is added.

A U-Net (Ronneberger et al., MICCAI 2015) of some forty thousand weights over the study's face space. It
begins by leaving the carried paint alone. What it adds can never be large.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from photodouble.ops.deage.face import Picture
from photodouble.ops.deage.learn.lessons import CHANNELS, Sight

STRIDE = 4
"""Pictures given to the network have sides divisible by this."""
_WIDTHS = (16, 24, 32)
_MOST_GAIN = 1.0
"""Paint is never deepened or lightened by more than this power of e."""
_MOST_REST = 0.3
"""Nothing above this share of the light is added."""


def build(seed: int) -> Any:
    """Make the network, its first weights drawn by `seed`.

    Takes (n, CHANNELS, h, w) float32 and gives (n, 4, h, w): logarithm of a factor on the carried paint, and
    what is added, as a share of the light.
    """
    import torch
    from torch import nn

    def block(inside: int, outside: int) -> nn.Module:
        return nn.Sequential(
            nn.Conv2d(inside, outside, 3, padding=1), nn.LeakyReLU(0.1),
            nn.Conv2d(outside, outside, 3, padding=1), nn.LeakyReLU(0.1),
        )  # fmt: skip

    class Painter(nn.Module):  # type: ignore[misc, unused-ignore]  # torch may be absent where types are read
        def __init__(self) -> None:
            super().__init__()
            fine, middle, coarse = _WIDTHS
            self.first, self.second, self.deep = (
                block(CHANNELS, fine),
                block(fine, middle),
                block(middle, coarse),
            )
            self.up, self.out = block(coarse + middle, middle), block(middle + fine, fine)
            self.last = nn.Conv2d(fine, 4, 3, padding=1)
            nn.init.zeros_(self.last.weight)
            nn.init.zeros_(self.last.bias)

        def forward(self, seen: torch.Tensor) -> torch.Tensor:
            halved = nn.functional.avg_pool2d
            fine = self.first(seen)
            middle = self.second(halved(fine, 2))
            deep = self.deep(halved(middle, 2))
            middle = self.up(torch.cat([_doubled(deep), middle], 1))
            fine = self.out(torch.cat([_doubled(middle), fine], 1))
            told = torch.tanh(self.last(fine))
            return torch.cat([told[:, :1] * _MOST_GAIN, told[:, 1:] * _MOST_REST], 1)

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Painter()


def corrected(given: Any, told: Any) -> Any:
    """Return the paint (n, 3, h, w) that the network means, from what was carried and what it told."""
    return given * told[:, :1].exp() + told[:, 1:]


def ask(net: Any, sight: Sight, where: str) -> tuple[Picture, Picture]:
    """Ask about one frame: the factor (s, s) on its paint, and what is added (s, s, 3) of the light."""
    import torch

    height, width = sight.near.shape
    padded = np.pad(sight.seen, ((0, 0), (0, -height % STRIDE), (0, -width % STRIDE)), mode="edge")
    with torch.no_grad():
        told = net(torch.from_numpy(np.ascontiguousarray(padded))[None].to(where))[0].cpu().numpy()
    told = told[:, :height, :width]
    rest = np.ascontiguousarray(told[1:].transpose(1, 2, 0)) * sight.near[..., None]
    return np.exp(told[0]).astype(np.float32), rest.astype(np.float32)


def _doubled(picture: Any) -> Any:
    """Double the sides by repeating, then a small blur: what a card does to this is always the same."""
    from torch.nn import functional

    return functional.avg_pool2d(functional.interpolate(picture, scale_factor=2.0), 3, 1, 1)
