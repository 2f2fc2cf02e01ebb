"""Estimate which part of a person is wardrobe: what is coloured like the clothes, and not like skin or hair.

It is a guess for the days when nobody drew a matte; a given matte is always better.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from .footing import extent_of

Card = npt.NDArray[np.float32]
Plane = npt.NDArray[np.float32]
_BINS = 36
_WIDTH = 15.0
"""Degrees of hue around the clothes' own that count whole."""

_SKIN, _LIKE_SKIN, _LOUD = 22.0, 32.0, 0.68
"""The hue of skin in degrees; clothes nearer to it than the second cannot be told from skin unless they are
louder than the third."""

_HEAD = (0.075, 0.105, 0.075)
"""Half the width and height of a head with its hair, and its middle below the crown, in body heights."""

_LEAST = 0.25
"""The saturation below which no hue can be trusted."""


@dataclass(frozen=True)
class Clothes:
    """The hue of somebody's clothes in degrees, and the share of the body that has it."""

    hue: float
    share: float


class HueCounter:
    """Count the colours of a person over the take."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self._counted = np.zeros(_BINS)
        self._loud = np.zeros(_BINS)
        self._body = 0.0

    def add(self, card: Card) -> None:
        """Count a card (h, w, 5)."""
        hue, saturation, alpha = _coloured(card)
        torso = _torso(alpha)
        weight = alpha * torso * np.clip((saturation - _LEAST) / 0.25, 0, 1) * (1 - _skin(hue, saturation))
        self._counted += np.histogram(hue, _BINS, (0, 360), weights=weight)[0]
        self._loud += np.histogram(hue, _BINS, (0, 360), weights=weight * saturation)[0]
        self._body += float((alpha * torso).sum())

    def clothes(self) -> Clothes | None:
        """Return the clothes' hue, or None where nothing coloured is worn, or nothing unlike skin."""
        ring = _ring(self._counted)
        best = int(ring.argmax())
        share = float(ring[best]) / max(self._body, 1e-9)
        hue = (best + 0.5) * 360 / _BINS
        loud = float(_ring(self._loud)[best]) / max(float(ring[best]), 1e-9)
        if share <= 0.12 or (_away(np.float32(hue), _SKIN) < _LIKE_SKIN and loud < _LOUD):
            return None
        return Clothes(hue, share)


def wardrobe_of(card: Card, clothes: Clothes) -> Plane:
    """Return the wardrobe matte of a card, premultiplied by alpha, (h, w)."""
    hue, saturation, alpha = _coloured(card)
    near = np.clip(1 - (_away(hue, clothes.hue) - _WIDTH) / _WIDTH, 0, 1)
    matte = near * np.clip((saturation - 0.15) / 0.2, 0, 1)
    matte *= (1 - _skin(hue, saturation)) * (1 - _head(alpha))
    smooth = cv2.medianBlur(matte.astype(np.float32), 5)
    return np.asarray(np.clip(smooth, 0, 1) * card[..., 3], np.float32)


def _coloured(card: Card) -> tuple[Plane, Plane, Plane]:
    """Return hue in degrees, saturation and alpha of a card."""
    alpha = np.clip(card[..., 3], 0, 1)
    own = np.clip(card[..., :3] / np.maximum(alpha, 1e-3)[..., None], 0, 4)
    seen = cv2.GaussianBlur(np.sqrt(own), (0, 0), 0.8)
    hsv = cv2.cvtColor(np.ascontiguousarray(np.clip(seen, 0, 1), np.float32), cv2.COLOR_RGB2HSV)
    return hsv[..., 0], hsv[..., 1], np.where(alpha > 0.9, alpha, 0)


def _ring(counted: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Add to every hue its two neighbours."""
    return np.asarray(counted + np.roll(counted, 1) + np.roll(counted, -1))


def _away(hue: Plane | np.float32, other: float) -> Plane:
    """Return how many degrees hues lie apart."""
    return np.asarray(np.abs((hue - other + 180) % 360 - 180), np.float32)


def _head(alpha: Plane) -> Plane:
    """Return where face and hair are, (h, w): a round place under the crown, wherever the arms are."""
    extent = extent_of(alpha)
    where = np.zeros(alpha.shape, np.float32)
    if extent is None:
        return where
    top, bottom = extent[1], extent[3]
    tall = bottom - top
    rows = alpha[top : top + max(int(0.12 * tall), 1)] > 0.5
    columns = np.nonzero(rows)[1]
    middle = float(np.median(columns)) if len(columns) else (extent[0] + extent[2]) / 2
    y, x = np.indices(alpha.shape, np.float32)
    far = np.hypot((x - middle) / (_HEAD[0] * tall), (y - top - _HEAD[2] * tall) / (_HEAD[1] * tall))
    return np.asarray(np.clip((1.25 - far) / 0.25, 0, 1), np.float32)


def _torso(alpha: Plane) -> Plane:
    """Weigh the rows where a body's clothes are: below the head, above the feet."""
    rows = np.flatnonzero(alpha.any(axis=1))
    weight = np.zeros(alpha.shape, np.float32)
    if len(rows):
        top, tall = rows[0], rows[-1] + 1 - rows[0]
        weight[top + int(0.17 * tall) : top + int(0.62 * tall)] = 1
    return weight


def _skin(hue: Plane, saturation: Plane) -> Plane:
    """Return how much a colour could be skin: orange, and not loud."""
    warm = np.clip(1.5 - _away(hue, _SKIN) / 16, 0, 1)
    return np.asarray(warm * np.clip((0.62 - saturation) / 0.15, 0, 1), np.float32)
