"""A small U-Net with gated convolutions for picture and mask, read off the shapes of its weights.

Gates as in Yu et al., "Free-Form Image Inpainting with Gated Convolution" (ICCV 2019). The weights are
`down.N.weight`, `middle.weight`, `up.N.weight` and `last.weight` with their biases; N counts from 0.
"""

from __future__ import annotations

from typing import Any

from .architectures import Outline


def build(outline: Outline) -> Any:
    """Return the module for an outline of weights; raises ValueError where it is not this class."""
    import torch
    from torch import nn
    from torch.nn.functional import elu

    levels = sum(name.startswith("down.") and name.endswith(".weight") for name in outline)
    try:
        downs = [outline[f"down.{number}.weight"] for number in range(levels)]
        ups = [outline[f"up.{number}.weight"] for number in range(levels)]
        middle, last = outline["middle.weight"], outline["last.weight"]
    except KeyError as error:
        raise ValueError(f"there is no tensor {error.args[0]}") from error
    if not downs or any(len(shape) != 4 for shape in (*downs, *ups, middle, last)):
        raise ValueError("its tensors are not those of convolutions")

    def convolution(shape: tuple[int, ...], stride: int = 1) -> Any:
        return nn.Conv2d(shape[1], shape[0], shape[2], stride, shape[2] // 2)

    class MaskUnet(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.down = nn.ModuleList([convolution(shape, 2) for shape in downs])
            self.middle = convolution(middle)
            self.up = nn.ModuleList([convolution(shape) for shape in ups])
            self.last = convolution(last)

        def forward(self, picture: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            x = torch.cat([picture * (1 - mask), mask], 1)
            seen = []
            for layer in self.down:
                seen.append(x)
                x = _gated(layer(x))
            x = _gated(self.middle(x))
            for layer in self.up:
                there = seen.pop()
                larger = torch._C._nn.upsample_nearest2d(x, [there.shape[2], there.shape[3]])
                x = _gated(layer(torch.cat([larger, there], 1)))
            made = torch.sigmoid(self.last(x))
            return picture * (1 - mask) + made * mask

    def _gated(x: torch.Tensor) -> torch.Tensor:
        values, gates = x.chunk(2, 1)
        return elu(values) * torch.sigmoid(gates)

    return MaskUnet()
