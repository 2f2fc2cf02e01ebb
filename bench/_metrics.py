"""Measure a filled clip against the truth: masked PSNR and SSIM, whole PSNR, masked warping error."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Clip = list[NDArray[np.uint8]]
Flow = NDArray[np.float32]


@dataclass(frozen=True)
class Score:
    """Means over the frames: dB, 0..1, dB, and mean squared warping difference on values 0..1."""

    psnr_m: float
    ssim_m: float
    psnr: float
    warp: float


def score(truth: Clip, filled: Clip, holes: Clip, flows: tuple[list[Flow], list[Flow]] | None) -> Score:
    """Score a clip; the warping error follows the truth's own motion where it is consistent."""
    masked, whole, similar, warping = [], [], [], []
    for i, (g, o, m) in enumerate(zip(truth, filled, holes)):
        if not m.any():
            continue
        squared = (g.astype(np.float64) - o) ** 2
        masked.append(_decibel(squared[m > 0].mean()))
        whole.append(_decibel(squared.mean()))
        if i % 4 == 0:
            similar.append(_ssim_masked(g, o, m))
        if flows is not None and i + 1 < len(truth):
            value = _warping(o, filled[i + 1], m, flows[0][i], flows[1][i])
            warping += [] if value is None else [value]
    mean = lambda values: float(np.mean(values)) if values else float("nan")  # noqa: E731
    return Score(mean(masked), mean(similar), mean(whole), mean(warping))


def true_flows(truth: Clip) -> tuple[list[Flow], list[Flow]]:
    """Measure the truth's own motion, forwards and backwards, for the warping error."""
    dense = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    grey = [cv2.cvtColor(g, cv2.COLOR_RGB2GRAY) for g in truth]
    pairs = list(itertools.pairwise(grey))
    return [dense.calc(a, b, None) for a, b in pairs], [dense.calc(b, a, None) for a, b in pairs]


def _decibel(mean_square: float) -> float:
    return 99.0 if mean_square == 0 else float(10 * np.log10(255**2 / mean_square))


def _warping(
    here: NDArray[np.uint8], there: NDArray[np.uint8], hole: NDArray[np.uint8], forward: Flow, backward: Flow
) -> float | None:
    trip = np.linalg.norm(forward + _warp(backward, forward), axis=2)
    kept = (trip < 1.0) & (hole > 0)
    if not kept.any():
        return None
    difference = (here.astype(np.float32) - _warp(there.astype(np.float32), forward)) / 255
    return float((difference**2).mean(2)[kept].mean())


def _warp(picture: NDArray[np.float32], flow: Flow) -> NDArray[np.float32]:
    h, w = flow.shape[:2]
    x, y = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    return cv2.remap(
        picture, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def _ssim_masked(truth: NDArray[np.uint8], filled: NDArray[np.uint8], hole: NDArray[np.uint8]) -> float:
    ys, xs = np.nonzero(hole)
    y0, y1, x0, x1 = max(ys.min() - 8, 0), ys.max() + 9, max(xs.min() - 8, 0), xs.max() + 9
    a, b = truth[y0:y1, x0:x1].astype(np.float64), filled[y0:y1, x0:x1].astype(np.float64)
    blur = lambda v: cv2.GaussianBlur(v, (11, 11), 1.5)  # noqa: E731
    ma, mb = blur(a), blur(b)
    va, vb, vab = blur(a * a) - ma * ma, blur(b * b) - mb * mb, blur(a * b) - ma * mb
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    value = ((2 * ma * mb + c1) * (2 * vab + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2))
    return float(value.mean(2)[hole[y0:y1, x0:x1] > 0].mean())
