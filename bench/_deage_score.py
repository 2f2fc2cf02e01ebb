"""Score a de-aged clip against its exact truth.

All inside the skin matte unless said. A delta's error is told against the energy of the true delta: 0 dB is
"nothing was done". Flicker is read along the true motion; what the truth itself changes does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from _deage_clip import EVEN_KEYS, Array, Clip

_SKIN = 0.3
_APART = 3


@dataclass(frozen=True)
class Score:
    """The figures of one method: dB, dB, x1e-4, x1e-4, dB of the worst frame and at the 5th percentile."""

    psnr: float
    snr: float
    flicker: float
    excess: float
    worst: float
    low: float

    def line(self) -> str:
        """Give the figures in a row of text."""
        return (
            f"PSNR {self.psnr:5.1f}  SNR {self.snr:5.1f} dB (worst {self.worst:5.1f}, p5 {self.low:5.1f})"
            f"  flicker {self.flicker:5.1f}  excess {self.excess:5.1f}"
        )


def held_out(clip: Clip, keys: Sequence[int]) -> list[int]:
    """Name the frames that are scored: three or more from the even keys, and no key themselves."""
    return [t for t in clip.frames if min(abs(t - k) for k in EVEN_KEYS) >= _APART and t not in keys]


def shown(clip: Clip, frame: int) -> Array:
    """Give the matte every method's delta is laid under, (H, W) from 0 to 1."""
    return np.clip(clip.matte(frame) * 2, 0, 1).astype(np.float32)


def score(clip: Clip, deltas: Sequence[Array], keys: Sequence[int] = ()) -> Score:
    """Score one delta a frame, (H, W, 3) each, already under `shown`."""
    wrong, true, count, frames = 0.0, 0.0, 0, []
    for t in held_out(clip, keys):
        skin = clip.matte(t) > _SKIN
        error = float(((deltas[t] - clip.delta[t])[skin] ** 2).sum())
        energy = float((clip.delta[t][skin] ** 2).sum())
        wrong, true, count = wrong + error, true + energy, count + 3 * int(skin.sum())
        frames.append(decibel(energy, error))
    flicker, excess = flickers(clip, deltas)
    return Score(
        psnr=decibel(count, wrong),
        snr=decibel(true, wrong),
        flicker=flicker,
        excess=excess,
        worst=float(min(frames)),
        low=float(np.percentile(frames, 5)),
    )


def flickers(clip: Clip, deltas: Sequence[Array]) -> tuple[float, float]:
    """Tell mean |d_t - d_t-1 along the true motion| of the deltas and of their error, both x1e-4."""
    own = excess = 0.0
    count = 0
    for t in clip.frames[1:]:
        skin = clip.matte(t) > _SKIN
        way = clip.motion(t, t - 1)
        change = deltas[t] - _brought(deltas[t - 1], way)
        true = clip.delta[t] - _brought(clip.delta[t - 1], way)
        own += float(np.abs(change)[skin].sum())
        excess += float(np.abs(change - true)[skin].sum())
        count += 3 * int(skin.sum())
    return own / count * 1e4, excess / count * 1e4


def key_fidelity(clip: Clip, deltas: Sequence[Array], keys: Sequence[int]) -> float:
    """Tell how exactly keyed frames show their paint, in dB; the worst key, 200 where it is to the bit."""
    return min(
        decibel(
            float((clip.delta[k] ** 2).sum()),
            float(((deltas[k] - clip.delta[k] * shown(clip, k)[..., None]) ** 2).sum()),
        )
        for k in keys
    )


def outside_changed(clip: Clip, results: Sequence[Array]) -> int:
    """Count the pixels that differ from the plate in any bit where the matte is 0, over all frames."""
    changed = 0
    for t in clip.frames:
        out = clip.matte(t) == 0
        changed += int((results[t].view(np.int32) != clip.plate[t].view(np.int32)).any(axis=-1)[out].sum())
    return changed


def slip(clip: Clip, deltas: Sequence[Array], frames: Sequence[int], patch: int = 48) -> dict[str, float]:
    """Tell how far the delta has slipped off the truth, the 95th percentile in pixels.

    `stick_p95_px` by registration: the true delta is shifted, deepened and lifted until it is the drawn one
    (weighted least squares in a window), so that a wrinkle that is drawn too deep has not slipped.
    `phase_p95_px` by phase correlation, which takes depth for a slip: it reads 0.2 px where the nearest key's
    delta is carried by the exact motion.
    """
    window = cv2.createHanningWindow((patch, patch), cv2.CV_32F)
    moved, phase = [], []
    for t in frames:
        skin, true, drawn = clip.matte(t), clip.delta[t].mean(axis=-1), deltas[t].mean(axis=-1)
        for y in range(0, skin.shape[0] - patch, patch // 2):
            for x in range(0, skin.shape[1] - patch, patch // 2):
                cut = (slice(y, y + patch), slice(x, x + patch))
                if skin[cut].min() < 0.5 or true[cut].std() < 0.015:
                    continue
                (dx, dy), peak = cv2.phaseCorrelate(true[cut] * 1.0, drawn[cut] * 1.0, window)
                if peak > 0.2:
                    phase.append(float(np.hypot(dx, dy)))
                moved.append(_registered(true[cut], drawn[cut], window))
    rows = {"stick_p95_px": moved, "phase_p95_px": phase}
    return {name: float(np.percentile(row, 95)) if row else float("nan") for name, row in rows.items()}


def _registered(true: Array, drawn: Array, window: Array) -> float:
    """Say how many pixels a patch is off, whatever its depth."""
    true, drawn = (cv2.GaussianBlur(one, (0, 0), 1.5) for one in (true, drawn))
    along = np.float32([1, -8, 0, 8, -1]) / 12
    across = cv2.filter2D(true, cv2.CV_32F, along[None])
    down = cv2.filter2D(true, cv2.CV_32F, along[:, None])
    say = np.sqrt(window.ravel())
    rows = np.stack([across, down, true, np.ones_like(true)], axis=-1).reshape(-1, 4) * say[:, None]
    found = np.linalg.lstsq(rows, drawn.ravel() * say, rcond=None)[0]
    return float(np.hypot(found[0], found[1]) / max(abs(found[2]), 0.2))


def decibel(signal: float, noise: float) -> float:
    """Give a ratio of energies in dB, 200 where there is no error."""
    return 200.0 if noise <= 0 else float(min(10 * np.log10(max(signal, 1e-30) / noise), 200))


def _brought(picture: Array, way: Array) -> Array:
    return np.asarray(cv2.remap(picture, way[..., 0], way[..., 1], cv2.INTER_LINEAR), np.float32)
