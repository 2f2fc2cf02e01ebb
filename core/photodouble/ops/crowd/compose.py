"""Put the drawn crowd over its plate: the shadows first, then the people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.float32]

_LEAST = 1 / 4096
"""A pixel that changes by less than this share stays the plate's own, bit for bit."""


@dataclass(frozen=True)
class Composed:
    """The crowd as fill and matte: `plate * (1 - matte) + fill * matte` is the plate with the crowd in it.

    `fill` (h, w, 3) is not premultiplied; `matte` (h, w) is 0 wherever neither people nor shadows are.
    """

    fill: Plane
    matte: Plane


def compose(plate: Plane, beauty: Plane, shadow: Plane) -> Composed:
    """Compose a crowd over a plate, both scene-linear: the plate in shadow, then the people over it.

    `plate` (h, w, 3); `beauty` (h, w, 4) premultiplied; `shadow` (h, w), the share of light taken away.
    """
    kept = (1 - np.clip(shadow, 0, 1)) * (1 - np.clip(beauty[..., 3], 0, 1))
    matte = np.where(np.isfinite(plate).all(axis=2), 1 - kept, 0).astype(np.float32)
    matte[matte < _LEAST] = 0
    covered = matte > 0
    fill = np.zeros_like(plate)
    fill[covered] = beauty[covered][:, :3] / matte[covered][:, None]
    return Composed(fill, matte)
