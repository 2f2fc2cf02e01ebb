"""Measure a removal against the exact truth: error, flicker, grain, and whether anything else changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.demo.textures import Picture
from photodouble.image.encoding import encode
from photodouble.image.window import Box

_ENOUGH = 1500
"""How many pixels the grain is measured on at least."""


@dataclass(frozen=True)
class Moment:
    """One frame of a result beside what is true: (H, W, 3) float32 scene-linear and the matte (H, W).

    `truth` has the plate's own grain, `clean` has none.
    """

    plate: Picture
    matte: Picture
    result: Picture
    truth: Picture
    clean: Picture


@dataclass(frozen=True)
class Figures:
    """What was measured over all frames with a matte.

    `psnr` in dB: mean over frames of 20 log10(1 / rms) inside the matte, in the working encoding, grain
    included; `warp`: mean squared difference along the true motion inside the matte; `grain`: variance of
    the finest grain inside the matte over the truth's; `untouched`: outside the matte every bit is the
    plate's; `worst` is the lowest PSNR of a single frame and `worst_place` where in the run it is, from 0.
    """

    psnr: float
    warp: float
    grain: float
    untouched: bool
    frames: int
    worst: float
    worst_place: int


def measure(moments: Iterable[Moment]) -> Figures:
    """Measure a run of frames in order; two frames are held at a time."""
    decibels: list[float] = []
    warps: list[float] = []
    grains: list[float] = []
    untouched, last, places = True, None, []
    for place, moment in enumerate(moments):
        untouched = untouched and is_untouched(moment)
        if (moment.matte > 0).any():
            decibels.append(masked_psnr(moment))
            places.append(place)
            grains.append(grain_ratio(moment))
        if last is not None and (last.matte > 0).any():
            warps.append(warp_error(last, moment))
        last = moment
    worst = min(zip(decibels, places), default=(float("nan"), 0))
    return Figures(_mean(decibels), _mean(warps), _mean(grains), untouched, len(decibels), *worst)


def is_untouched(moment: Moment) -> bool:
    """Tell whether every pixel outside the matte is the plate's, bit for bit."""
    outside = moment.matte == 0
    return bool(moment.result[outside].tobytes() == moment.plate[outside].tobytes())


def masked_psnr(moment: Moment) -> float:
    """Give 20 log10(1 / rms) in dB over the pixels where the matte is above 0, in the working encoding."""
    inside = moment.matte > 0
    error = encode(moment.result[inside]).astype(np.float64) - encode(moment.truth[inside])
    return float(-10 * np.log10(max(float(np.mean(error**2)), 1e-12)))


def warp_error(here: Moment, there: Moment) -> float:
    """Compare the result with the next frame's along the true motion: mean squared difference, encoded.

    The motion is measured on the grain-free truths; pixels whose motion forth and back does not close
    within one pixel (occlusion) are left out. NaN if none is left. Method: Lai et al., "Learning Blind
    Video Temporal Consistency", 2018.
    """
    box = _around(here.matte, 48)
    rows, columns = slice(box.y0, box.y1), slice(box.x0, box.x1)
    pair = [np.clip(encode(m.clean[rows, columns]), 0, 1) for m in (here, there)]
    grey = [cv2.cvtColor((picture * 255).astype(np.uint8), cv2.COLOR_RGB2GRAY) for picture in pair]
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    forward, backward = search.calc(grey[0], grey[1], None), search.calc(grey[1], grey[0], None)
    closes = np.linalg.norm(forward + _follow(backward, forward), axis=2) < 1
    kept = closes & (here.matte[rows, columns] > 0)
    if not kept.any():
        return float("nan")
    results = [encode(m.result[rows, columns]) for m in (here, there)]
    difference = results[0] - _follow(results[1], forward)
    return float(np.mean(difference[kept] ** 2))


def grain_ratio(moment: Moment) -> float:
    """Give the variance of the finest grain in the fill over that of the truth, at the same pixels.

    Grain is what a result differs from the grain-free truth in its finest band, taken where the truth is
    smoothest (texture filled a little out of place would count as grain), by the median absolute value.
    NaN where the matte is too small for a figure that means anything.
    """
    box = _around(moment.matte, 8)
    part = np.s_[box.y0 : box.y1, box.x0 : box.x1]
    clean = encode(moment.clean[part])
    texture = cv2.GaussianBlur(np.abs(_finest(clean)).max(axis=2), (0, 0), 1.5)
    inside = moment.matte[part] >= 1
    if inside.sum() < _ENOUGH:
        return float("nan")
    smooth = inside & (texture <= np.quantile(texture[inside], 0.2))
    pictures = (moment.result[part], moment.truth[part])
    spreads = [float(np.median(np.abs(_finest(encode(p) - clean)[smooth]))) for p in pictures]
    return (spreads[0] / spreads[1]) ** 2 if spreads[1] > 0 else float("nan")


def _finest(picture: Picture) -> Picture:
    return np.asarray(picture - cv2.GaussianBlur(picture, (0, 0), 1.0))


def _around(matte: Picture, margin: int) -> Box:
    rows, columns = np.flatnonzero((matte > 0).any(axis=1)), np.flatnonzero((matte > 0).any(axis=0))
    whole = Box(0, 0, matte.shape[1], matte.shape[0])
    inner = Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    return inner.grow(margin).intersect(whole)


def _follow(picture: Picture, flow: NDArray[np.float32]) -> Picture:
    height, width = flow.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    at = (x + flow[..., 0], y + flow[..., 1])
    return np.asarray(cv2.remap(picture, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def _mean(values: list[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")
