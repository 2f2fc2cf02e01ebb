"""Turn a grain-free picture into film: exposure that drifts, grain that follows the light, half floats."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from photodouble.demo.textures import Picture


@dataclass(frozen=True)
class Stock:
    """Say how the picture is recorded.

    `grain` scales the noise (0 switches it off), whose variance is `floor**2 + shot * light`, more in blue;
    `drift` is how far the exposure wanders in stops, `exposure` its mean and `softness` the radius of the
    lens blur in pixels.
    """

    seed: int
    grain: float = 1.0
    floor: float = 0.0025
    shot: float = 0.00030
    drift: float = 0.30
    exposure: float = 0.0
    softness: float = 0.0

    def stops(self, seconds: float) -> float:
        """Give the exposure at a time in stops: a slow wave and a slower one, 0 at the start."""
        wave = math.sin(2 * math.pi * seconds / 4.6) + 0.35 * math.sin(2 * math.pi * seconds / 1.7)
        return self.exposure + self.drift * wave

    def expose(self, picture: Picture, seconds: float) -> Picture:
        """Apply lens softness and exposure, without grain."""
        if self.softness:
            picture = cv2.GaussianBlur(picture, (0, 0), self.softness, borderType=cv2.BORDER_REFLECT)
        return np.asarray(picture * np.float32(2 ** self.stops(seconds)), np.float32)

    def pattern(self, shape: tuple[int, ...], frame: int) -> Picture:
        """Give one frame's grain, unit variance, (H, W, 3): the same for the same seed and frame."""
        rng = np.random.Generator(np.random.Philox([self.seed & 0xFFFFFFFF, frame & 0xFFFFFFFF]))
        white = rng.standard_normal((shape[0], shape[1], 3), np.float32)
        taps = cv2.getGaussianKernel(5, 0.62).astype(np.float32)
        soft = cv2.sepFilter2D(white, -1, taps, taps, borderType=cv2.BORDER_REFLECT)
        return np.asarray(soft / np.float32((taps**2).sum()))

    def develop(self, exposed: Picture, pattern: Picture) -> Picture:
        """Add grain and keep what a half float holds, as float32."""
        blue = np.array([1.0, 0.85, 1.4], np.float32) * np.float32(self.grain)
        spread = np.sqrt(self.floor**2 + self.shot * np.maximum(exposed, 0)) * blue
        return np.asarray(exposed + spread * pattern, np.float16).astype(np.float32)
