"""Compare sharpness and grain of a fill with the truth, where they can be told from each other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.frame import Frame

Picture = NDArray[np.float32]
_RING = 96


@dataclass(frozen=True)
class Shown:
    """One frame, working encoded (h, w, 3): result, truth, matte (h, w), and truth without grain if known."""

    result: Picture
    truth: Picture
    matte: Picture
    clean: Picture | None = None

    @property
    def window(self) -> tuple[slice, slice]:
        """Give the rows and columns around the matte."""
        left, top, width, height = cv2.boundingRect((self.matte > 0).astype(np.uint8))
        rows = slice(max(top - _RING, 0), top + height + _RING)
        return rows, slice(max(left - _RING, 0), left + width + _RING)

    def cut(self) -> Shown:
        """Keep only the surroundings of the matte."""
        inside = self.window
        clean = None if self.clean is None else self.clean[inside]
        return Shown(self.result[inside], self.truth[inside], self.matte[inside], clean)


def matte_of(frame: Frame) -> Picture:
    """Read a matte frame's alpha or brightness over its whole picture."""
    if frame.alpha_plane is not None:
        return frame.alpha(frame.display_window)
    return np.ascontiguousarray(frame.linear(frame.display_window)[:, :, 0])


def measure(pairs: list[tuple[Shown, Shown]]) -> dict[str, float]:
    """Give detail_ratio, grain_ratio (the channel farthest from 1) and grain_corr of neighbouring frames."""
    cut = [frame.cut() for pair in pairs for frame in pair]
    ratios = np.mean([grain_ratios(frame) for frame in cut], axis=0)
    correlation = float(np.mean([grain_correlation(a, b) for a, b in pairs]))
    figures = {
        "detail_ratio": float(np.mean([detail_ratio(frame) for frame in cut])),
        "grain_ratio": float(ratios[np.argmax(np.abs(ratios - 1))]),
        "grain_corr": abs(correlation),
    }
    return {name: round(value, 3) for name, value in figures.items()}


def detail_ratio(frame: Shown) -> float:
    """Give the rms above a quarter of Nyquist inside the matte, fill over truth."""
    inside = frame.matte >= 1
    values = [np.sqrt(np.mean(_above(p, 0.125)[inside] ** 2)) for p in (frame.result, frame.truth)]
    return float(values[0] / values[1])


def grain_ratios(frame: Shown) -> NDArray[np.float64]:
    """Give the variance of the fill's grain over that of the surround, per channel, in smooth parts.

    With a known grain-free truth grain is what differs from it, and what lies outside the matte is the
    surround. Else grain is the finest band where a picture is smoothest, and the hidden truth stands
    for the surround: a codec leaves other grain elsewhere. Levels are matched class by class.
    """
    whole = frame.matte >= 1
    if frame.clean is None:
        fill, plate = ((frame.result, whole), (frame.truth, whole))
    else:
        fill, plate = ((frame.result, whole), (frame.result, frame.matte <= 0))
    parts = []
    for picture, where in (fill, plate):
        found = _finest(_grain_of(frame, picture))
        level = cv2.GaussianBlur(picture if frame.clean is None else frame.clean, (0, 0), 2)
        mask = where & _smooth(frame, picture)
        parts.append((found[mask], level[mask]))
    return np.array([_matched(*(part[:, c] for pair in parts for part in pair)) for c in range(3)])


def apart(frame: Shown, fill: Picture, plate: Picture) -> tuple[Picture, Picture, Picture]:
    """Give grain (n, 3) of a fill and of its plate, and the level, where the clean truth is smoothest.

    `fill` and `plate` are differences of two pictures that differ in nothing but the grain.
    """
    assert frame.clean is not None
    mask = (frame.matte >= 1) & _smooth(frame, frame.clean)
    return _finest(fill)[mask], _finest(plate)[mask], cv2.GaussianBlur(frame.clean, (0, 0), 2)[mask]


def ratios(fill: Picture, plate: Picture, level: Picture) -> NDArray[np.float64]:
    """Give the variance of the fill's grain over the plate's per channel; all (n, 3)."""
    return np.array([_matched(fill[:, c], level[:, c], plate[:, c], level[:, c]) for c in range(3)])


def grain_correlation(first: Shown, second: Shown) -> float:
    """Give the correlation of the fill's grain from frame to frame, in place or along the motion.

    The larger of the two. Where no grain-free truth is known, what the truth itself has in common
    from frame to frame (texture, the codec) is taken off.
    """
    flow = _flow(first.truth, second.truth)
    found = _correlations(first, second, flow, truth=False)
    if first.clean is None:
        found = found - _correlations(first, second, flow, truth=True)
    return float(found.max())


def _correlations(first: Shown, second: Shown, flow: Picture, *, truth: bool) -> NDArray[np.float64]:
    inside = _smooth(first, first.result) & (first.matte >= 1) & (second.matte >= 1)
    here, there = (
        _finest(_grain_of(frame, frame.truth if truth else frame.result)) for frame in (first, second)
    )
    followed = _follow(there, flow)
    covered = _follow((second.matte >= 1).astype(np.float32), flow) > 0.99
    pairs = ((there, inside), (followed, inside & covered))
    return np.array([np.corrcoef(here[mask].ravel(), other[mask].ravel())[0, 1] for other, mask in pairs])


def _grain_of(frame: Shown, picture: Picture) -> Picture:
    return picture if frame.clean is None else picture - frame.clean


def _matched(found: Picture, level: Picture, wanted: Picture, wanted_level: Picture) -> float:
    """Compare variances class by class of level, weighted by what lies in the fill."""
    edges = np.quantile(level, np.linspace(0, 1, 7))
    ratios, weights = [], []
    for low, high in pairwise(edges):
        first, second = (
            values[(at >= low) & (at <= high)] for values, at in ((found, level), (wanted, wanted_level))
        )
        if min(len(first), len(second)) >= 500:
            ratios.append(first.var() / second.var())
            weights.append(len(first))
    return float(np.average(ratios, weights=weights)) if ratios else float("nan")


def _smooth(frame: Shown, result: Picture) -> NDArray[np.bool_]:
    """Mark the smoothest fifth inside the matte, and what is as smooth outside."""
    structure = result if frame.clean is None else frame.clean
    soft = cv2.GaussianBlur(structure, (0, 0), 1.5 if frame.clean is None else 0.5)
    texture = cv2.GaussianBlur(np.abs(_finest(soft)).max(axis=2), (0, 0), 1.5)
    return np.asarray(texture <= np.quantile(texture[frame.matte >= 1], 0.2))


def _finest(picture: Picture) -> Picture:
    return np.asarray(picture - cv2.GaussianBlur(picture, (0, 0), 1.0), np.float32)


def _above(picture: Picture, cycles: float) -> Picture:
    """Keep what lies above a number of cycles a pixel, by Fourier transform with mirrored edges."""
    height, width = picture.shape[:2]
    padded = np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="reflect")
    spectrum = np.fft.rfft2(padded, axes=(0, 1))
    down = np.fft.fftfreq(padded.shape[0])[:, None]
    across = np.fft.rfftfreq(padded.shape[1])[None]
    spectrum[np.hypot(down, across) <= cycles] = 0
    return np.asarray(np.fft.irfft2(spectrum, padded.shape[:2], axes=(0, 1))[:height, :width], np.float32)


def _flow(first: Picture, second: Picture) -> Picture:
    dense = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    grey = [np.clip(picture.mean(axis=2) * 200, 0, 255).astype(np.uint8) for picture in (first, second)]
    return np.asarray(dense.calc(grey[0], grey[1], None), np.float32)


def _follow(picture: Picture, flow: Picture) -> Picture:
    height, width = flow.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.asarray(
        cv2.remap(
            picture, x + flow[..., 0], y + flow[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
    )
