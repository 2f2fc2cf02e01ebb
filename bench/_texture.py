"""Say how far the texture of a fill is from the truth's, wherever each blade of grass may stand.

A fill of pixels nobody saw cannot match the truth pixel by pixel; it can have its fineness (energy per
octave) and its kind of edges (distribution of gradients). A smooth fill has the best error and neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

Clip = list[NDArray[np.uint8]]
_SIGMAS = (0.0, 1.0, 2.0, 4.0, 8.0)
_QUANTILES = np.linspace(0.005, 0.995, 200)
_LEAST = 0.25 / 255
"""Energy below a quarter of a code is none: it keeps a flat sky from ruling the mean."""


@dataclass(frozen=True)
class Texture:
    """Two distances, 0 for the truth itself: octaves of energy off, share of gradients off."""

    spectrum: float
    gradients: float


def distance(truth: Clip, filled: Clip, holes: Clip) -> Texture:
    """Compare all frames of a row together, inside the holes, on 8-bit luma."""
    pairs = [(_luma(g), _luma(f), h > 0) for g, f, h in zip(truth, filled, holes) if h.any()]
    return Texture(_spectrum(pairs), _gradients(pairs))


Pair = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]


def _spectrum(pairs: list[Pair]) -> float:
    """Mean over four octaves of |log2(rms of the fill / rms of the truth)|."""
    off = []
    for fine, coarse in pairwise(_SIGMAS):
        energy = np.zeros(2)
        for truth, fill, inside in pairs:
            for side, picture in enumerate((truth, fill)):
                band = _blur(picture, fine) - _blur(picture, coarse)
                energy[side] += float((band[inside] ** 2).mean())
        rms = np.sqrt(energy / len(pairs)) + _LEAST
        off.append(abs(np.log2(rms[1] / rms[0])))
    return float(np.mean(off))


def _gradients(pairs: list[Pair]) -> float:
    """Mean, over two scales and two directions, of the earth mover's distance over the mean gradient."""
    off = []
    for sigma in (0.0, 2.0):
        for across in (0, 1):
            found: list[list[NDArray[np.float32]]] = [[], []]
            for truth, fill, inside in pairs:
                for side, picture in enumerate((truth, fill)):
                    slope = np.diff(_blur(picture, sigma), axis=across, append=0)
                    found[side].append(slope[_inner(inside)])
            quantiles = [np.quantile(np.concatenate(side), _QUANTILES) for side in found]
            mean = float(np.abs(quantiles[0]).mean()) + _LEAST / 4
            off.append(float(np.abs(quantiles[0] - quantiles[1]).mean()) / mean)
    return float(np.mean(off))


def _inner(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    kept = inside.copy()
    kept[-1], kept[:, -1] = False, False
    return kept


def _luma(frame: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(frame @ np.array([0.299, 0.587, 0.114]) / 255, np.float32)


def _blur(picture: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    return picture if sigma == 0 else np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)
