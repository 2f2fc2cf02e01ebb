"""A hand-held camera in front of flat pieces of set: rays, planes and the homographies between them.

World axes: x to the right, y down, z away from the camera; metres; the camera stands near the origin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

FPS = 24.0


@dataclass(frozen=True)
class Camera:
    """Hold one pose: where the camera stands, where it looks and how wide it sees.

    `rotation` is pan, tilt and roll in radians (tilt positive looks down); `size` is (width, height) and
    `focal` the focal length, both in pixels.
    """

    position: tuple[float, float, float]
    rotation: tuple[float, float, float]
    size: tuple[int, int]
    focal: float

    def projection(self) -> Matrix:
        """Give the 3x3 matrix that takes a direction in the world to homogeneous picture coordinates."""
        width, height = self.size
        lens = np.array([[self.focal, 0, width / 2], [0, self.focal, height / 2], [0, 0, 1.0]])
        return lens @ _turn(self.rotation)

    def project(self, point: tuple[float, float, float]) -> tuple[float, float]:
        """Find where a point of the world (metres) lands in the picture (pixels; its corner is 0, 0)."""
        x, y, w = self.projection() @ (np.asarray(point) - np.asarray(self.position))
        return float(x / w), float(y / w)

    def plane(self, origin: tuple[float, ...], across: tuple[float, ...], along: tuple[float, ...]) -> Matrix:
        """Intersect every ray with a plane at once: the homography from plane metres (u, v, 1) to pixels."""
        offset = np.asarray(origin) - np.asarray(self.position)
        return np.asarray(
            self.projection() @ np.stack([np.asarray(across), np.asarray(along), offset], axis=1)
        )


@dataclass(frozen=True)
class HandHeld:
    """Move a camera as a person's hands do: slow sway plus quick small tremor, smooth and repeatable.

    `base` is the mean position in metres, `sway` its amplitude, `shake` the amplitude of pan, tilt and roll
    in radians, `tilt` the mean tilt. The path is a sum of sines of random phase whose amplitude falls with
    frequency, so it is defined at any time, also between frames.
    """

    seed: int
    base: tuple[float, float, float] = (0.0, 0.0, 0.0)
    sway: tuple[float, float, float] = (0.45, 0.06, 0.18)
    shake: tuple[float, float, float] = (0.016, 0.010, 0.005)
    tilt: float = 0.052
    lens: float = 0.98

    def at(self, seconds: float, size: tuple[int, int]) -> Camera:
        """Give the pose at a time for a picture of `size` (width, height)."""
        wander = _wander(self.seed, seconds)
        position = tuple(b + s * w for b, s, w in zip(self.base, self.sway, wander[:3]))
        pan, tilt, roll = (s * w for s, w in zip(self.shake, wander[3:]))
        return Camera(
            position=(position[0], position[1], position[2]),
            rotation=(pan, self.tilt + tilt, roll),
            size=size,
            focal=self.lens * size[0],
        )


def to_corners(density: tuple[float, float], corner: tuple[float, float]) -> Matrix:
    """Give the matrix from the pixel indices of a painted plane to its metres (u, v)."""
    du, dv = 1 / density[0], 1 / density[1]
    return np.array([[du, 0, corner[0] + du / 2], [0, dv, corner[1] + dv / 2], [0, 0, 1.0]])


def to_indices() -> Matrix:
    """Give the matrix from picture coordinates (corner 0, 0) to pixel indices (centre of the first 0, 0)."""
    return np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1.0]])


def _turn(rotation: tuple[float, float, float]) -> Matrix:
    (cp, ct, cr), (sp, st, sr) = np.cos(rotation), np.sin(rotation)
    pan = np.array([[cp, 0, -sp], [0, 1, 0], [sp, 0, cp]])
    tilt = np.array([[1, 0, 0], [0, ct, -st], [0, st, ct]])
    roll = np.array([[cr, sr, 0], [-sr, cr, 0], [0, 0, 1.0]])
    return np.asarray(roll @ tilt @ pan)


def _wander(seed: int, seconds: float) -> NDArray[np.float64]:
    """Six smooth numbers of about -1..1 at a time: x, y, z, pan, tilt, roll."""
    rng = np.random.Generator(np.random.Philox([seed, 0xCA3E7A]))
    frequency = np.geomspace(0.21, 2.3, 7)[None, :] * rng.uniform(0.85, 1.15, (6, 7))
    weight = frequency ** np.where(np.arange(6) < 3, -1.6, -1.1)[:, None]
    phase = rng.uniform(0, 2 * np.pi, (6, 7))
    wave = np.sin(2 * np.pi * frequency * seconds + phase) - np.sin(phase)
    return np.asarray((weight * wave).sum(axis=1) / weight.sum(axis=1))
