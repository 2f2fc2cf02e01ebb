"""The network that learns one shot: a U-Net of a quarter of a million weights that adds a bounded residual.

It sees the fill of a frame, its neighbours' fills brought over by the motion, the candidates that were
blended, the hole and what the analysis expects of its own error (Ronneberger et al., MICCAI 2015, for the
shape). Only processor arithmetic on one thread: the same shot, request and machine give the same weights.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

CHANNELS = 24
"""Fill (3); what the previous and the next frame and four candidates differ from it (18); hole, root of the
expected squared error, unseen."""
STRIDE = 4
"""Pictures given to the network have sides divisible by this."""
_WIDTHS = (24, 52, 72)
_MOST = 0.5
"""The residual never exceeds this, working encoded."""


def build(seed: int) -> Any:
    """Make the network, its first weights drawn by `seed`; it returns its input's fill at first.

    Takes (n, 24, h, w) float32 and gives the residual (n, 3, h, w), working encoded.
    """
    import torch
    from torch import nn

    def block(inside: int, outside: int) -> nn.Module:
        return nn.Sequential(
            nn.Conv2d(inside, outside, 3, padding=1, padding_mode="replicate"), nn.LeakyReLU(0.1),
            nn.Conv2d(outside, outside, 3, padding=1, padding_mode="replicate"), nn.LeakyReLU(0.1),
        )  # fmt: skip

    class Refiner(nn.Module):  # type: ignore[misc, unused-ignore]  # torch may be absent where types are read
        def __init__(self) -> None:
            super().__init__()
            fine, middle, coarse = _WIDTHS
            self.first, self.second, self.deep = (
                block(CHANNELS, fine),
                block(fine, middle),
                block(middle, coarse),
            )
            self.up, self.out = block(coarse + middle, middle), block(middle + fine, fine)
            self.last = nn.Conv2d(fine + CHANNELS, 3, 3, padding=1, padding_mode="replicate")
            nn.init.zeros_(self.last.weight)
            nn.init.zeros_(self.last.bias)

        def forward(self, seen: torch.Tensor) -> torch.Tensor:
            grow = nn.functional.interpolate
            fine = self.first(seen)
            middle = self.second(nn.functional.avg_pool2d(fine, 2))
            deep = self.deep(nn.functional.avg_pool2d(middle, 2))
            middle = self.up(torch.cat([grow(deep, scale_factor=2.0), middle], 1))
            fine = self.out(torch.cat([grow(middle, scale_factor=2.0), fine], 1))
            return torch.tanh(self.last(torch.cat([fine, seen], 1))) * _MOST

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Refiner()


def residual(net: Any, seen: NDArray[np.float32]) -> NDArray[np.float32]:
    """Ask the network about one picture: (24, h, w) to the residual (h, w, 3), any size."""
    import torch

    height, width = seen.shape[1:]
    padded = np.pad(seen, ((0, 0), (0, -height % STRIDE), (0, -width % STRIDE)), mode="edge")
    with torch.no_grad():
        found = net(torch.from_numpy(np.ascontiguousarray(padded))[None])[0].numpy()
    return np.ascontiguousarray(found.transpose(1, 2, 0)[:height, :width])
