"""The clips of the de-ageing bench: the generator of the demo, whose bar clip nothing may change."""

from __future__ import annotations

from photodouble.demo.deage_clip import (
    BAR,
    EVEN_KEYS,
    SECOND,
    STABLE,
    Acting,
    Array,
    Clip,
    Recipe,
    acting,
    hopper_path,
)

__all__ = [
    "BAR",
    "EVEN_KEYS",
    "SECOND",
    "STABLE",
    "Acting",
    "Array",
    "Clip",
    "Recipe",
    "acting",
    "hopper_path",
]
