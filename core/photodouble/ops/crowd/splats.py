"""What the rasteriser draws on one frame: people as flat cards, placed in the pixels of the plate."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Splats:
    """N cards of one frame as columns, in any order; they are sorted by depth, then by `agent`.

    Pixels are those of the raster, from its left upper edge; the first pixel's centre is (.5, .5).
    `foot`: (N, 2), where the foot point of the card lies.
    `right`, `up`: (N, 2), the pixels that one metre to the right, and one metre up, takes there; they hold
    lens, pixel aspect, roll and the person's own size. A card pixel (x, y) of a card with the foot at
    (fx, fy) and `ppm` pixels a metre lies at foot + right * (x - fx) / ppm + up * (fy - y) / ppm.
    `depth`: (N,) metres along the view. `card`: (N,) int32, the card of the deck. `mirror`: (N,) bool.
    `gain`: (N, 3) on the colour. `tint`: (N, 3) the colour of the wardrobe for luminance 1, and
    `tint_amount`: (N,) 0 keeps the filmed wardrobe.
    `agent`: (N,) int32, the row of the agent. `element`, `section`: (N,) int32, further ids.
    `motion`: (N, 2) pixels to the next frame. `smear`: (N, 2) pixels while the shutter is open, centred.
    `defocus`: (N,) radius of the blur disc in pixels.
    `shade`: (N, 3) light from one side: the factor on the colour at the foot point, and by how much it grows
    per pixel to the right and down; without rows nobody is shaded.
    """

    foot: Numbers
    right: Numbers
    up: Numbers
    depth: Numbers
    card: npt.NDArray[np.int32]
    mirror: npt.NDArray[np.bool_]
    gain: Numbers
    tint: Numbers
    tint_amount: Numbers
    agent: npt.NDArray[np.int32]
    element: npt.NDArray[np.int32]
    section: npt.NDArray[np.int32]
    motion: Numbers
    smear: Numbers
    defocus: Numbers
    shade: Numbers = field(default_factory=lambda: np.zeros((0, 3), np.float32))

    def __len__(self) -> int:
        return len(self.depth)
