"""Paint band-limited textures on flat pieces of set, in metres and scene-linear light."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.demo.camera import Matrix, to_corners, to_indices

Picture = NDArray[np.float32]


@dataclass(frozen=True)
class Canvas:
    """A rectangle of a plane, `left, top, width, height` in metres, painted at `density` pixels a metre.

    Paint at about twice the density at which the camera sees the plane, soften once by `soften`, and
    bilinear sampling is free of aliasing.
    """

    left: float
    top: float
    width: float
    height: float
    density: tuple[float, float]
    seed: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the painting."""
        return math.ceil(self.height * self.density[1]), math.ceil(self.width * self.density[0])

    @cached_property
    def u(self) -> Picture:
        """Metres across of every column, (1, W)."""
        return (self.left + (np.arange(self.shape[1], dtype=np.float32) + 0.5) / self.density[0])[None, :]

    @cached_property
    def v(self) -> Picture:
        """Metres along of every row, (H, 1)."""
        return (self.top + (np.arange(self.shape[0], dtype=np.float32) + 0.5) / self.density[1])[:, None]

    def to_picture(self, plane: Matrix) -> Matrix:
        """Chain this painting's pixels to the picture's pixels, given the plane's homography."""
        return to_indices() @ plane @ to_corners(self.density, (self.left, self.top))

    def random(self, name: str) -> np.random.Generator:
        """Give the random numbers of one named detail; the same for the same seed at any density."""
        return np.random.Generator(np.random.Philox([self.seed, *name.encode()[:12]]))

    def noise(self, name: str, metres: float, octaves: int = 4) -> Picture:
        """Paint fractal noise of about -1..1 whose largest lumps are `metres` wide, (H, W)."""
        rng = self.random(name)
        total = np.zeros(self.shape, np.float32)
        for octave in range(octaves):
            cell = metres / 2**octave
            lattice = rng.standard_normal(
                (math.ceil(self.height / cell) + 4, math.ceil(self.width / cell) + 4)
            ).astype(np.float32)
            if cell * min(self.density) < 2.0:
                break
            total += _spread(lattice, self, cell) * np.float32(0.55**octave)
        return np.asarray(total * np.float32(0.6))

    def box(self, left: float, top: float, right: float, bottom: float, *, blur: float = 0.0) -> Picture:
        """Cover a rectangle given in metres, with edges one pixel (or `blur` metres) soft: 0..1, (H, W)."""
        return ramp(self.u - left, right - self.u, self.density[0], blur) * ramp(
            self.v - top, bottom - self.v, self.density[1], blur
        )

    def disc(self, u: float, v: float, radius: float, *, blur: float = 0.0) -> Picture:
        """Cover a disc given in metres: 0..1, (H, W)."""
        soft = max(blur, 1.0 / min(self.density))
        cover = np.zeros(self.shape, np.float32)
        columns = np.flatnonzero(abs(self.u[0] - u) < radius + soft)
        rows = np.flatnonzero(abs(self.v[:, 0] - v) < radius + soft)
        if rows.size and columns.size:
            far = np.hypot(self.u[:, columns] - np.float32(u), self.v[rows] - np.float32(v))
            inside = np.clip((radius - far) / soft + np.float32(0.5), 0, 1)
            cover[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = inside
        return cover

    def lettering(self, text: str, u: float, v: float, *, height: float, weight: float = 0.16) -> Picture:
        """Write a line of text whose baseline starts at u, v, `height` metres tall: 0..1, (H, W)."""
        ink = np.zeros(self.shape, np.uint8)
        scale = height * self.density[1] / 22.0
        at = (round((u - self.left) * self.density[0]), round((v - self.top) * self.density[1]))
        stroke = max(1, round(weight * height * self.density[1]))
        cv2.putText(ink, text, at, cv2.FONT_HERSHEY_DUPLEX, scale, 255, stroke, cv2.LINE_AA)
        return np.asarray(ink.astype(np.float32) / 255)


def ramp(low: Picture, high: Picture, density: float, blur: float = 0.0) -> Picture:
    """Rise from 0 to 1 where both distances (metres) are positive, softly over a pixel or `blur`."""
    soft = max(blur, 1.0 / density)
    return np.asarray(np.clip(np.minimum(low, high) / soft + np.float32(0.5), 0, 1), np.float32)


def lay(under: Picture, colour: tuple[float, float, float] | Picture, cover: Picture) -> None:
    """Lay a colour over a painting in place, by a coverage of 0..1 (H, W)."""
    rows, columns = np.flatnonzero(cover.any(axis=1)), np.flatnonzero(cover.any(axis=0))
    if not rows.size:
        return
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    over = np.broadcast_to(np.asarray(colour, np.float32), under.shape)[part]
    under[part] += cover[part][..., None] * (over - under[part])


def soften(painting: Picture, texels: float = 0.9) -> Picture:
    """Remove what twice-too-dense sampling cannot carry, by a small Gaussian."""
    return np.asarray(cv2.GaussianBlur(painting, (0, 0), texels, borderType=cv2.BORDER_REPLICATE))


def _spread(lattice: Picture, canvas: Canvas, cell: float) -> Picture:
    """Enlarge a lattice of random numbers smoothly so that one cell is `cell` metres wide."""
    rows, columns = canvas.shape
    step_u, step_v = 1 / (cell * canvas.density[0]), 1 / (cell * canvas.density[1])
    matrix = np.array([[step_u, 0, 1.5 + step_u / 2], [0, step_v, 1.5 + step_v / 2]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(lattice, matrix, (columns, rows), flags=flags))
