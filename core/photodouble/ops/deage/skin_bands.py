"""Skin taken apart by size: structure, wrinkles and pores, in widths of the face, and blurs that stay inside.

Brightness is log2 of scene-linear; all arrays are float32.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
Picture = NDArray[np.float32]

_BESIDE = 0.05
"""A pixel that is no number is filled from close by where so large a share of that is known."""
PORE = 0.004
WRINKLE = 0.022
STRUCTURE = 0.07
"""Where the bands end, as shares of the face's width (the blur's standard deviation)."""
BLACK = 0.02
"""Added before stops are taken, so that the dark end of a plate does not shout."""

_PLAIN = 3.0


@dataclass(frozen=True)
class Bands:
    """Skin taken apart, (H, W) each, in stops of brightness, and its smoothed colour (H, W, 3) in stops."""

    structure: Plane
    wrinkle: Plane
    pore: Plane
    stops: Picture


def in_bands(picture: Picture, skin: Plane, width: float) -> Bands:
    """Take the skin of a picture (H, W, 3), scene-linear, apart; `width` is the face's in pixels."""
    sound = np.nan_to_num(picture[..., :3], nan=0, posinf=0, neginf=0).astype(np.float32)
    stops = stops_of(sound, PORE * width)
    grey = stops.mean(axis=2)
    near = within(grey, skin, WRINKLE * width)
    all_of_it = np.log2(np.maximum(sound, 0) + BLACK).mean(axis=2)
    return Bands(
        np.asarray(near - within(near, skin, STRUCTURE * width), np.float32),
        np.asarray(grey - near, np.float32),
        np.asarray(all_of_it - grey, np.float32),
        stops,
    )


def stops_of(plate: Picture, spread: float) -> Picture:
    """Return log2 of a picture (H, W, 3) that was blurred by `spread` pixels."""
    return np.log2(np.maximum(blurred(plate, spread), 0) + BLACK).astype(np.float32)


def whole(picture: Picture, width: float) -> Picture:
    """Return a picture (H, W, 3) in which pixels that are no numbers look as those beside them.

    A hole that is taken for black would be a deep line of the skin around it.
    """
    known = np.asarray(np.isfinite(picture[..., :3]).all(axis=2))
    sound = np.where(known[..., None], picture[..., :3], 0).astype(np.float32)
    if known.all():
        return sound
    weight = np.asarray(known, np.float32)
    near, far = (within(sound, weight, spread * width) for spread in (WRINKLE, STRUCTURE))
    beside = np.where((blurred(weight, WRINKLE * width) > _BESIDE)[..., None], near, far)
    return np.asarray(np.where(known[..., None], sound, beside), np.float32)


def within(picture: NDArray[np.float32], weight: Plane, spread: float) -> NDArray[np.float32]:
    """Blur what lies under a weight, with nothing from outside it."""
    held = blurred(weight, spread) + np.float32(1e-4)
    deep = picture.ndim == 3
    drawn = blurred(picture * (weight[..., None] if deep else weight), spread)
    return np.asarray(drawn / (held[..., None] if deep else held), np.float32)


def blurred(picture: Picture, spread: float) -> Picture:
    """Blur by `spread` pixels; the border repeats. A wide blur is made in a smaller picture."""
    if spread < 0.2:
        return picture
    border = cv2.BORDER_REPLICATE
    if spread < 2 * _PLAIN:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), spread, borderType=border))
    height, width = picture.shape[:2]
    share = _PLAIN / spread
    size = (max(round(width * share), 1), max(round(height * share), 1))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    # Making it smaller and larger again blurs too, by about half a pixel of the small picture.
    small = cv2.GaussianBlur(small, (0, 0), np.sqrt(_PLAIN**2 - 0.25), borderType=border)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
