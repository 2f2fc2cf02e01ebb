"""Hang a swaying wire across the picture, 2 to 6 pixels wide and motion-blurred."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photodouble.demo.camera import Camera
from photodouble.demo.foreground import Element, empty_element

Path = NDArray[np.float64]

_DISTANCE = 4.0


@dataclass(frozen=True)
class Wire:
    """A slack wire from above the frame to below it, thin at the top and thick at the bottom.

    `top` and `bottom` are metres across where it enters and leaves, `sway` the amplitude of its swing in
    metres and `widths` its width in pixels of a 960-pixel picture at both ends.
    """

    top: float = -1.35
    bottom: float = 1.15
    sway: float = 0.10
    widths: tuple[float, float] = (2.0, 6.0)

    def element(self, camera: Camera, seconds: float, shutter: float) -> Element:
        """Photograph the wire at a time with the shutter open for `shutter` seconds."""
        width, height = camera.size
        samples = 9
        moments = [seconds + shutter * ((n + 0.5) / samples - 0.5) for n in range(samples)]
        paths = np.stack([self.path(camera, moment) for moment in moments])
        reach = np.ptp(paths, axis=0).max() + 2 * self.widths[1] * width / 960 + 4
        first = np.floor(paths.mean(axis=0) - reach / 2).astype(np.int64)
        columns = first[:, None] + np.arange(int(reach) + 1)
        cover = np.mean([self._cover(path, columns, width) for path in paths], axis=0).astype(np.float32)
        element = empty_element((width, height))
        rows = np.broadcast_to(np.arange(height)[:, None], columns.shape)
        seen = (columns >= 0) & (columns < width) & (cover > 1 / 1024)
        element.cover[rows[seen], columns[seen]] = cover[seen]
        side = np.clip((columns + 0.5 - paths.mean(axis=0)[:, None]) / (self._wide(height, width)), -1, 1)
        tone = 0.035 + 0.16 * np.exp(-(((side + 0.3) / 0.3) ** 2))
        steel = tone[..., None] * np.array([0.95, 1.0, 1.1])
        element.colour[rows[seen], columns[seen]] = (steel * cover[..., None])[seen]
        return element

    def path(self, camera: Camera, seconds: float) -> Path:
        """Give the column (pixels) of the wire's centre in every row of the picture at a time, (H,)."""
        along = np.linspace(-0.15, 1.15, 60)
        swing = (
            self.sway * np.sin(2 * np.pi * 1.05 * seconds + 2.1 * along) * np.sin(np.pi * (0.1 + 0.8 * along))
        )
        ripple = 0.012 * np.sin(2 * np.pi * 3.3 * seconds - 9.0 * along)
        across, down = self._slack(along) + swing + ripple, -1.9 + 3.4 * along
        points = [camera.project((float(x), float(y), _DISTANCE)) for x, y in zip(across, down)]
        columns, rows = np.array(points).T
        return np.asarray(np.interp(np.arange(camera.size[1]) + 0.5, rows, columns))

    def _slack(self, along: Path) -> Path:
        straight = self.top + (self.bottom - self.top) * along
        return np.asarray(straight - 0.35 * along * (1 - along))

    def _wide(self, height: int, width: int) -> Path:
        """Width in pixels of every row, (H, 1)."""
        part = (np.arange(height) / max(height - 1, 1))[:, None]
        return np.asarray((self.widths[0] + (self.widths[1] - self.widths[0]) * part) * width / 960)

    def _cover(self, path: Path, columns: Path, width: int) -> Path:
        slope = np.gradient(path)[:, None]
        away = np.abs(columns + 0.5 - path[:, None]) / np.sqrt(1 + slope**2)
        half = self._wide(len(path), width) / 2
        return np.asarray(np.clip(half - away + 0.5, 0, 1) * np.minimum(2 * half, 1))
