"""Take grain off a part of a frame: average what the neighbours show too, then shrink what is left.

Neighbours count by how well their patches fit, measured in the grain's own deviation, so that what moved
otherwise, appeared or was lit otherwise is left out. What remains is told from texture by its cosine
coefficients (`image/blocks.py`), with the spectrum of this plate's grain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.blocks import keep_texture
from photodouble.image.encoding import decode, encode
from photodouble.image.grain import Grain
from photodouble.ops.degrain.study import PATCH

Picture = NDArray[np.float32]
Mask = NDArray[np.bool_]

MARGIN = 16
"""So many pixels around a part decide about it."""
_RESAMPLED = 0.7
"""The part of the grain's variance that is left in a picture which was brought over between its pixels."""
_PATCH_FITS, _PATCH_FALL = 1.05, 0.35
"""Up to the first a patch's mean square difference is grain; over so much more its weight falls."""
_MEAN_FITS, _MEAN_FALL = 2.0, 2.0
"""The same for the difference of the patches' means, which shows faint changes of light and place."""
_OPPONENT = np.array([[1, 1, 1], [1, 0, -1], [0.5, -1, 0.5]], np.float32)
_OPPONENT /= np.linalg.norm(_OPPONENT, axis=1, keepdims=True)
"""Brightness and two colours, orthonormal: a row each."""
_BLACK = np.float32(1e-4)


@dataclass(frozen=True)
class Amounts:
    """What the artist asks for: shares of the grain by brightness and colour, and how it is taken off."""

    strength: float
    luma: float
    chroma: float
    level: float
    spatial: float

    @property
    def shares(self) -> Picture:
        """Return the share that goes of brightness and of both colours, (3,)."""
        return np.array([self.luma, self.chroma, self.chroma], np.float32) * np.float32(self.strength)


@dataclass(frozen=True)
class Cleaned:
    """The pixels without grain (h, w, 3) scene-linear, and their expected squared error, encoded (h, w)."""

    linear: Picture
    error: Picture


def cleaned(
    here: Picture,
    neighbours: Iterable[tuple[Picture, Mask]],
    grain: Grain,
    calm: Picture,
    amounts: Amounts,
) -> Cleaned:
    """Take grain off pixels (h, w, 3) scene-linear, all finite, with neighbours brought onto them."""
    coded = encode(here)
    averaged, left = _averaged(here, coded, neighbours, grain, calm, amounts.level)
    mean = encode(averaged)
    deviation = grain.at(mean) * (np.float32(amounts.level) * np.sqrt(left))[..., None]
    quiet, kept = _shrunk(mean, deviation, grain)
    wished = mean + (quiet - mean) * np.float32(amounts.spatial)
    change = ((wished - coded) @ _OPPONENT.T * amounts.shares) @ _OPPONENT
    still = 1 - np.float32(amounts.spatial) * (1 - kept)
    error = np.mean(deviation**2 * still, axis=2)
    return Cleaned(decode((coded + change).astype(np.float32)), np.asarray(error, np.float32))


def _averaged(
    here: Picture,
    coded: Picture,
    neighbours: Iterable[tuple[Picture, Mask]],
    grain: Grain,
    calm: Picture,
    level: float,
) -> tuple[Picture, Picture]:
    """Return the mean of a frame and its neighbours, and the part of the grain's variance left (h, w)."""
    spread = np.maximum(grain.at(cv2.blur(coded, (PATCH, PATCH))) * np.float32(level), _BLACK)
    total, weights = np.array(here, np.float32), np.ones(here.shape[:2], np.float32)
    squares = np.ones(here.shape[:2], np.float32)
    for picture, known in neighbours:
        weight = _fit(encode(picture) - coded, known, spread, calm)
        total += np.where(weight[..., None] > 0, picture, np.float32(0)) * weight[..., None]
        weights += weight
        squares += weight * weight * np.float32(_RESAMPLED)
    return total / weights[..., None], squares / (weights * weights)


def _fit(difference: Picture, known: Mask, spread: Picture, calm: Picture) -> Picture:
    """Return how far a neighbour is to be believed, (h, w) 0 to 1; `spread` is the grain's deviation."""
    own = np.float32(1 + _RESAMPLED) * spread * spread
    size = (PATCH, PATCH)
    unlike = cv2.blur(np.mean(difference * difference / own, axis=2), size)
    shifted = np.mean(cv2.blur(difference, size) ** 2 / (own * np.maximum(calm, 1e-3)), axis=2)
    patch = np.maximum(unlike - np.float32(_PATCH_FITS), 0) / np.float32(_PATCH_FALL)
    mean = np.maximum(shifted - np.float32(_MEAN_FITS), 0) / np.float32(_MEAN_FALL)
    closed = cv2.dilate((~known).astype(np.uint8), np.ones(size, np.uint8)) > 0
    return np.where(closed, np.float32(0), np.exp(-(patch * patch) - mean * mean)).astype(np.float32)


def _shrunk(mean: Picture, deviation: Picture, grain: Grain) -> tuple[Picture, Picture]:
    """Take off what cosine coefficients tell from texture; return it and the share that was kept."""
    mixed = np.einsum("ki,kj,ij->kij", _OPPONENT, _OPPONENT, grain.likeness).astype(np.float32)
    power = np.einsum("hwi,hwj,kij->hwk", deviation, deviation, mixed, optimize=True)
    spectrum = np.einsum("ki,iuv->kuv", _OPPONENT**2, grain.spectrum).astype(np.float32)
    spectrum /= spectrum.mean(axis=(1, 2), keepdims=True)
    apart = np.ascontiguousarray(mean @ _OPPONENT.T)
    wanted = np.ones(mean.shape[:2], np.bool_)
    texture, kept = keep_texture(apart, np.sqrt(np.maximum(power, 0)).astype(np.float32), spectrum, wanted)
    return np.asarray(texture @ _OPPONENT, np.float32), np.asarray(kept, np.float32)
