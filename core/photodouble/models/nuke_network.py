"""The part around a network that Nuke's Inference needs: scene pixels in, scene pixels out, one tensor each.

Nuke hands over (1, channels, H, W) of scene-linear values, of any size, as float or half, and knows nothing
of encodings. Every number here is an attribute, for a control in CatFileCreator has an attribute's name.
Only operators of torch 1.6 and later are used, because Nuke 13 has that one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_SMALLEST = 4
"""Multiples that a picture has at least on either side: deeper levels of a network mirror their edges."""


@dataclass(frozen=True)
class Numbers:
    """How a network is fed: what its values are multiplied by and shifted, and what sides it takes."""

    scale: float
    offset: float
    gives_scale: float
    gives_offset: float
    multiple: int
    hole_is_black: bool = False
    is_masked: bool = False


def around_fill(torch: Any, network: Any, numbers: Numbers) -> Any:
    """Return the module of a network that fills holes: rgb and matte in, the filled rgb out."""
    part = _parts(torch)

    class FillForNuke(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.network = network
            self.light = part.light
            self.edge = part.edge
            self.brightest = 0.0
            self.scale, self.offset = numbers.scale, numbers.offset
            self.gives_scale, self.gives_offset = numbers.gives_scale, numbers.gives_offset
            self.multiple = numbers.multiple
            self.hole_is_black, self.is_masked = numbers.hole_is_black, numbers.is_masked

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            height, width = x.shape[2], x.shape[3]
            scene, matte = x.narrow(1, 0, 3), x.narrow(1, 3, 1).float()
            matte = torch.where(torch.isfinite(matte), matte, torch.zeros_like(matte)).clamp(0.0, 1.0)
            encoded = self.light.encode(scene.float())
            low, high = self.light.bounds(encoded, self.brightest)
            picture = self.edge(self.light.bound(encoded, low, high), self.multiple)
            hole = self.edge((matte > 0).float(), self.multiple)
            if self.is_masked:
                picture = picture * (1.0 - hole)
            shown = 1.0 - hole if self.hole_is_black else hole
            fed = picture * self.scale + self.offset
            made = self.network(fed.to(x.dtype), shown.to(x.dtype)).float()
            made = made.narrow(1, 0, 3).narrow(2, 0, height).narrow(3, 0, width)
            made = (made - self.gives_offset) / self.gives_scale
            fill = self.light.decode(self.light.unbound(made, low, high))
            fill = torch.where(torch.isfinite(fill), fill, torch.zeros_like(fill))
            plate = torch.where(torch.isfinite(scene), scene, torch.zeros_like(scene)).float()
            laid = (plate + (fill - plate) * matte).to(x.dtype)
            return torch.where((matte > 0).expand(-1, 3, -1, -1), laid, scene)

    return FillForNuke().eval()


def around_reager(torch: Any, network: Any, numbers: Numbers, ages: tuple[float, float]) -> Any:
    """Return the module of a re-ageing network: rgb in, rgb of the other age out."""
    part = _parts(torch)

    class AgeForNuke(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.network = network
            self.light = part.light
            self.edge = part.edge
            self.age_now, self.age_wanted = ages
            self.amount = 1.0
            self.brightest = 0.0
            self.scale, self.offset = numbers.scale, numbers.offset
            self.multiple = numbers.multiple

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            height, width = x.shape[2], x.shape[3]
            encoded = self.light.encode(x.float())
            low, high = self.light.bounds(encoded, self.brightest)
            bounded = self.light.bound(encoded, low, high)
            picture = self.edge(bounded, self.multiple) * self.scale + self.offset
            one = torch.ones_like(picture.narrow(1, 0, 1))
            ages = [one * (self.age_now / 100.0), one * (self.age_wanted / 100.0)]
            delta = self.network(torch.cat([picture, ages[0], ages[1]], 1).to(x.dtype)).float()
            delta = delta.narrow(1, 0, 3).narrow(2, 0, height).narrow(3, 0, width) / self.scale
            there = self.light.decode(self.light.unbound(bounded, low, high))
            wanted = self.light.decode(self.light.unbound(bounded + delta, low, high))
            change = (wanted - there) * self.amount
            change = torch.where(torch.isfinite(change), change, torch.zeros_like(change))
            return torch.where(change == 0.0, x, (x.float() + change).to(x.dtype))

    return AgeForNuke().eval()


def first_of(torch: Any, network: Any, takes: int) -> Any:
    """Return a network that gives the first of the pictures that another gives; it takes 1 or 2 tensors."""

    class FirstOfOne(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, picture: torch.Tensor) -> torch.Tensor:
            return self.network(picture)[0]

    class FirstOfTwo(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, picture: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
            return self.network(picture, hole)[0]

    return (FirstOfOne() if takes == 1 else FirstOfTwo()).eval()


@dataclass(frozen=True)
class _Parts:
    light: Any
    edge: Any


def _parts(torch: Any) -> _Parts:
    class Light(torch.nn.Module):  # type: ignore[misc]
        """The working encoding (`image.encoding`) and the bounded one (`image.bounded`), in torch.

        Every step ends with a copy: torch 1.12, which Nuke 14 has, makes one kernel of what follows upon
        each other and needs minutes for the chain of all.
        """

        def __init__(self) -> None:
            super().__init__()
            self.shoulder, self.toe, self.slope = 0.8, 0.06, 0.3047

        def encode(self, scene: torch.Tensor) -> torch.Tensor:
            x = torch.where(torch.isfinite(scene), scene, torch.zeros_like(scene))
            curve = (x.clamp(0.0031308, 1.0).pow(1.0 / 2.4) * 1.055 - 0.055).clone()
            curve = torch.where(x <= 0.0031308, x * 12.92, curve).clone()
            return torch.where(x > 1.0, 1.0 + self.slope * torch.log2(x.clamp(min=1.0)), curve).clone()

        def decode(self, x: torch.Tensor) -> torch.Tensor:
            curve = ((x.clamp(0.04045, 1.0) + 0.055) / 1.055).pow(2.4).clone()
            curve = torch.where(x <= 0.04045, x / 12.92, curve)
            return torch.where(x > 1.0, self.two_to((x.clamp(min=1.0) - 1.0) / self.slope), curve).clone()

        def two_to(self, x: torch.Tensor) -> torch.Tensor:
            return (x * 0.6931471805599453).exp().clone()

        def bounds(self, x: torch.Tensor, brightest: float) -> tuple[torch.Tensor, torch.Tensor]:
            high = x.max().clamp(min=1.0)
            if brightest > 0.0:
                high = self.encode(torch.full_like(high, brightest)).clamp(min=1.0)
            return x.min().clamp(max=0.0), high

        def bound(self, x: torch.Tensor, low: torch.Tensor, high: torch.Tensor) -> torch.Tensor:
            x = torch.max(torch.min(x, high), low)
            x = x.clone()
            room = 1.0 - self.shoulder
            bright = self.press((x - self.shoulder) / room, (high - self.shoulder) / room)
            dark = self.press((self.toe - x) / self.toe, (self.toe - low) / self.toe)
            x = torch.where(x > self.shoulder, self.shoulder + room * bright, x).clone()
            return torch.where(x < self.toe, self.toe - self.toe * dark, x).clamp(0.0, 1.0).clone()

        def unbound(self, x: torch.Tensor, low: torch.Tensor, high: torch.Tensor) -> torch.Tensor:
            x = x.clamp(0.0, 1.0)
            room = 1.0 - self.shoulder
            bright = self.spread((x - self.shoulder) / room, (high - self.shoulder) / room)
            dark = self.spread((self.toe - x) / self.toe, (self.toe - low) / self.toe)
            lifted = torch.where(x > self.shoulder, self.shoulder + room * bright, x).clone()
            return torch.where(x < self.toe, self.toe - self.toe * dark, lifted).clone()

        def press(self, x: torch.Tensor, most: torch.Tensor) -> torch.Tensor:
            x = x.clamp(min=0.0)
            return (x * (1.0 + x / (most * most)) / (1.0 + x)).clone()

        def spread(self, x: torch.Tensor, most: torch.Tensor) -> torch.Tensor:
            y = x.clamp(0.0, 1.0)
            square = most * most
            return (square / 2.0 * (((1.0 - y) * (1.0 - y) + 4.0 * y / square).sqrt() - (1.0 - y))).clone()

    class Edge(torch.nn.Module):  # type: ignore[misc]
        """Repeat the last row and column until the sides are a multiple."""

        def forward(self, x: torch.Tensor, multiple: int) -> torch.Tensor:
            height, width = x.shape[2], x.shape[3]
            taller = max((height + multiple - 1) // multiple, self.least) * multiple
            wider = max((width + multiple - 1) // multiple, self.least) * multiple
            rows = torch.arange(taller, device=x.device).clamp(max=height - 1)
            columns = torch.arange(wider, device=x.device).clamp(max=width - 1)
            return x.index_select(2, rows).index_select(3, columns)

        def __init__(self) -> None:
            super().__init__()
            self.least = _SMALLEST

    return _Parts(Light(), Edge())
