"""The classes that plain safetensors weights may be for: ours, and those a studio has installed.

A studio offers its own as entry points of the group `photodouble.fill_models`: each names a function that
takes the weights' outline (name -> shape) and returns a torch module that takes picture and mask, or the
five planes of a re-ageing network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Any

GROUP = "photodouble.fill_models"
Outline = Mapping[str, tuple[int, ...]]
Build = Callable[[Outline], Any]


def architecture(name: str) -> Build | None:
    """Return the function that builds a class by its registered name; None where there is none."""
    if name == "mask-unet":
        from .mask_unet import build

        return build
    if name == "fran-unet":
        from .fran_unet import build as build_fran

        return build_fran
    found = [one for one in entry_points(group=GROUP) if one.name == name]
    return found[0].load() if len(found) == 1 else None


def known() -> tuple[str, ...]:
    """Name every registered class."""
    return tuple(sorted({"fran-unet", "mask-unet", *(one.name for one in entry_points(group=GROUP))}))
