"""How a fill model is fed: what its card says where the file itself does not."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

ENCODINGS = ("unit", "signed", "bytes")
"""Values from 0 to 1, from -1 to 1, or from 0 to 255."""
HOLES = ("white", "black")
_CHOICES = {"kind": ("", "image", "video"), "encoding": ENCODINGS, "gives": ("", *ENCODINGS), "hole": HOLES}


@dataclass(frozen=True)
class Feeding:
    """How pictures go into a fill model and come out; what is empty or 0 is found out from the file.

    `architecture` names the registered class of weights that lie in plain safetensors. `encoding` is what
    the model takes, `gives` what it returns (empty: the same). `hole` is the colour of what is to be filled
    in its mask; `masked` says that it wants these pixels black in the picture. `size` is the side, in
    pixels, for which it was made; `multiple` what sides are rounded up to; `window` how many frames a video
    model sees at once; `bytes_per_pixel` its memory beyond the weights, per pixel and frame.
    """

    kind: str = ""
    architecture: str = ""
    encoding: str = "unit"
    gives: str = ""
    hole: str = "white"
    masked: bool = False
    size: int = 0
    multiple: int = 0
    window: int = 0
    bytes_per_pixel: int = 0

    def fault(self) -> str:
        """Say what cannot be understood; empty where all can."""
        for field in fields(self):
            value: Any = getattr(self, field.name)
            wanted: type = type(field.default)
            if type(value) is not wanted:
                return f"fill.{field.name} is {value!r}"
            if field.name in _CHOICES and value not in _CHOICES[field.name]:
                return f"fill.{field.name} is {value!r}; it is one of {', '.join(_CHOICES[field.name])}"
            if isinstance(value, int) and not 0 <= int(value) <= 1_000_000:
                return f"fill.{field.name} is {value}"
        return ""
