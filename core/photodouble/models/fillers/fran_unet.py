"""The U-Net of re-ageing networks of FRAN's kind: five planes in, a delta out, read off its weights.

After Zoss et al., "Production-Ready Face Re-Aging for Visual Effects" (SIGGRAPH Asia 2022), with its blurred
pooling; the weights are named as open implementations do: `init_conv.0`, `downN.layer.2`, `upN.layer.0`,
`upN.blur_upsample.0`, `final_conv` and so on, N from 1.
"""

from __future__ import annotations

from typing import Any

from .architectures import Outline

_TAPS = (1.0, 3.0, 3.0, 1.0)
"""The blur at a change of size: Zhang, "Making Convolutional Networks Shift-Invariant Again" (ICML 2019)."""


def build(outline: Outline) -> Any:
    """Return the module for an outline of weights; raises ValueError where it is not this class."""
    import torch
    from torch import nn
    from torch.nn.functional import conv2d, conv_transpose2d

    widths = _widths(outline)

    class Blur(nn.Module):  # type: ignore[misc]
        def __init__(self, channels: int, stride: int, name: str) -> None:
            super().__init__()
            taps = torch.tensor(_TAPS)
            kernel = torch.outer(taps, taps) / taps.sum() ** 2
            is_stored = f"{name}.filt" in outline
            self.register_buffer("filt", kernel.repeat(channels, 1, 1, 1), persistent=is_stored)
            self.stride = stride

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            mirrored = torch._C._nn.reflection_pad2d(x, [1, 2, 1, 2])
            return conv2d(mirrored, self.filt, None, self.stride, 0, 1, x.shape[1])

    def twice(into: int, out: int) -> list[Any]:
        first, second = nn.Conv2d(into, out, 3, padding=1), nn.Conv2d(out, out, 3, padding=1)
        return [first, nn.LeakyReLU(), second, nn.LeakyReLU()]

    class Down(nn.Module):  # type: ignore[misc]
        def __init__(self, into: int, out: int, name: str) -> None:
            super().__init__()
            pooled = [nn.MaxPool2d(2, 1), Blur(into, 2, f"{name}.layer.1")]
            self.layer = nn.Sequential(*pooled, *twice(into, out))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.layer(x)

    class Larger(nn.ConvTranspose2d):  # type: ignore[misc]
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return conv_transpose2d(x, self.weight, self.bias, 2)

    class Up(nn.Module):  # type: ignore[misc]
        def __init__(self, into: int, out: int, name: str) -> None:
            super().__init__()
            self.blur_upsample = nn.Sequential(
                Larger(into, out, 2, 2), Blur(out, 1, f"{name}.blur_upsample.1")
            )
            self.layer = nn.Sequential(*twice(2 * out, out))

        def forward(self, x: torch.Tensor, skipped: torch.Tensor) -> torch.Tensor:
            joined = torch.cat([self.blur_upsample(x), skipped], 1)
            return self.layer(joined)

    class Ladder(nn.Module):  # type: ignore[misc]
        def __init__(self, first: Any, downs: list[Any], ups: list[Any], last: Any) -> None:
            super().__init__()
            self.first, self.last = first, last
            self.downs, self.ups = nn.ModuleList(downs), nn.ModuleList(ups)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.first(x)
            seen = []
            for down in self.downs:
                seen.append(x)
                x = down(x)
            for up in self.ups:
                x = up(x, seen.pop())
            return self.last(x)

    class FranUnet(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.init_conv = nn.Sequential(*twice(5, widths[0]))
            self.levels = len(widths) - 1
            for number in range(1, self.levels + 1):
                into, out = widths[number - 1], widths[number]
                setattr(self, f"down{number}", Down(into, out, f"down{number}"))
                into, out = widths[-number], widths[-number - 1]
                setattr(self, f"up{number}", Up(into, out, f"up{number}"))
            self.final_conv = nn.Conv2d(widths[0], 3, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.for_scripting()(x)

        def for_scripting(self) -> Any:
            """Return the same levels as lists, which TorchScript can go through."""
            downs = [getattr(self, f"down{number}") for number in range(1, self.levels + 1)]
            ups = [getattr(self, f"up{number}") for number in range(1, self.levels + 1)]
            return Ladder(self.init_conv, downs, ups, self.final_conv)

    return FranUnet()


def _widths(outline: Outline) -> list[int]:
    """Return the channels of every level, the finest first."""
    levels = sum(name.startswith("down") and name.endswith(".layer.2.weight") for name in outline)
    try:
        first, last = outline["init_conv.0.weight"], outline["final_conv.weight"]
        deeper = [outline[f"down{number}.layer.2.weight"] for number in range(1, levels + 1)]
    except KeyError as error:
        raise ValueError(f"there is no tensor {error.args[0]}") from error
    if not levels or any(len(shape) != 4 for shape in (first, last, *deeper)):
        raise ValueError("its tensors are not those of convolutions")
    if first[1] != 5 or last[0] != 3:
        raise ValueError(f"it takes {first[1]} planes and gives {last[0]}, not 5 and 3")
    return [first[0], *(shape[0] for shape in deeper)]
