"""One picture file in memory: every channel as it lies in the file, untouched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box

Metadata = Mapping[str, Any]
Pixels = NDArray[Any]


@dataclass(frozen=True)
class Plane:
    """Hold one channel: its pixels in the file's own type, and where it belongs.

    `pixels` is (h, w) over `window`; a subsampled channel holds every `sampling`-th pixel only.
    `white` is the code value that means 1.0, or None for float and id channels.
    """

    name: str
    pixels: Pixels
    window: Box
    part: int = 0
    part_name: str = ""
    view: str = ""
    sampling: tuple[int, int] = (1, 1)
    white: int | None = None
    is_left_out: bool = False

    @property
    def is_float(self) -> bool:
        """Tell whether the values are floating point (half or float)."""
        return self.pixels.dtype.kind == "f"

    def with_pixels(self, pixels: Pixels) -> Plane:
        """Exchange the pixels, which must keep shape and type."""
        if pixels.shape != self.pixels.shape or pixels.dtype != self.pixels.dtype:
            raise ValueError(f"channel {self.name} must stay {self.pixels.dtype} {self.pixels.shape}")
        return replace(self, pixels=pixels)

    def left_out(self) -> Plane:
        """Forget the pixels to save memory, keeping name, type and window."""
        return replace(self, pixels=np.empty((0, 0), self.pixels.dtype), is_left_out=True)


@dataclass(frozen=True)
class Picture:
    """Hold one picture file: its planes, windows and metadata.

    `structure` belongs to the format's own module (EXR headers, an OpenImageIO specification, the
    bytes of a DPX header): what a writer needs to make the same file again.
    """

    path: Path
    format: str
    planes: tuple[Plane, ...]
    display_window: Box
    data_window: Box
    pixel_aspect: float = 1.0
    metadata: Metadata = field(default_factory=dict)
    structure: Any = None
    is_lossy: bool = False
    is_premultiplied: bool = False
    default_view: str = ""
    alpha_names: tuple[str, ...] = ("A",)

    def with_planes(self, planes: tuple[Plane, ...]) -> Picture:
        """Exchange the planes; everything else stays."""
        return replace(self, planes=planes)

    def only(self, planes: tuple[Plane, ...]) -> Picture:
        """Forget the pixels of all other planes."""
        kept = {id(plane) for plane in planes}
        return self.with_planes(tuple(p if id(p) in kept else p.left_out() for p in self.planes))
