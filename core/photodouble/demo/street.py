"""Stand the camera in a street at dusk: wall, pavement and railing at their own distances."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from photodouble.demo.camera import Camera, Matrix
from photodouble.demo.ground import paint_pavement, paint_railing
from photodouble.demo.textures import Canvas, Picture
from photodouble.demo.wall import PAVEMENT, paint_wall

WALL = 8.0
"""Distance of the wall in metres."""

RAILING = 7.25
"""Distance of the railing in metres."""

_X, _Y, _Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Street:
    """The painted set: build it once with `build_street`, photograph it from any camera."""

    wall: Picture
    pavement: Picture
    railing: Picture
    canvases: tuple[Canvas, Canvas, Canvas]

    def photograph(self, camera: Camera) -> Picture:
        """Render the empty street, grain-free, (H, W, 3) scene-linear."""
        on_wall, on_ground, on_railing = self.canvases
        picture = _warp(self.wall, on_wall.to_picture(wall_plane(camera)), camera, cv2.BORDER_REFLECT)
        ground = _warp(self.pavement, on_ground.to_picture(ground_plane(camera)), camera, cv2.BORDER_REFLECT)
        below = _below(camera)[..., None]
        picture += below * (ground - picture)
        iron = _warp(self.railing, on_railing.to_picture(railing_plane(camera)), camera, cv2.BORDER_CONSTANT)
        picture *= 1 - iron[..., 3:]
        picture += iron[..., :3]
        return _lens(picture, camera.size)


@lru_cache(maxsize=2)
def build_street(size: tuple[int, int], seed: int) -> Street:
    """Paint the set finely enough for pictures of `size` (width, height)."""
    focal = 0.98 * size[0]
    dense = 2.0 * focal
    ground_fine = (dense / 5.2, dense * PAVEMENT / 4.6**2)
    canvases = (
        Canvas(-6.2, -3.9, 12.4, 5.6, (dense / WALL, dense / WALL), seed),
        Canvas(-6.0, 3.6, 12.0, 4.5, ground_fine, seed + 1),
        Canvas(0.75, 0.25, 5.4, 1.35, (dense / RAILING, dense / RAILING), seed + 2),
    )
    return Street(
        wall=paint_wall(canvases[0]),
        pavement=paint_pavement(canvases[1], focal=focal, eye=PAVEMENT),
        railing=paint_railing(canvases[2], top=0.52, bottom=PAVEMENT, left=0.95, right=6.0),
        canvases=canvases,
    )


@dataclass(frozen=True)
class WideStretch:
    """A wall and nothing else, for pictures of many pixels."""

    wall: Picture
    canvas: Canvas

    def photograph(self, camera: Camera) -> Picture:
        """Render the wall, grain-free, (H, W, 3) scene-linear."""
        return _warp(self.wall, self.canvas.to_picture(wall_plane(camera)), camera, cv2.BORDER_REFLECT)


@lru_cache(maxsize=1)
def build_wide_wall(size: tuple[int, int], seed: int) -> WideStretch:
    """Paint only the wall, about as finely as a picture of `size` sees it."""
    density = 1.1 * 0.98 * size[0] / WALL
    canvas = Canvas(-5.0, -3.5, 10.0, 5.6, (density, density), seed)
    return WideStretch(paint_wall(canvas), canvas)


def wall_plane(camera: Camera) -> Matrix:
    """Give the homography from metres on the wall to picture coordinates."""
    return camera.plane((0.0, 0.0, WALL), _X, _Y)


def ground_plane(camera: Camera) -> Matrix:
    """Give the homography from metres on the pavement (across, away) to picture coordinates."""
    return camera.plane((0.0, PAVEMENT, 0.0), _X, _Z)


def railing_plane(camera: Camera) -> Matrix:
    """Give the homography from metres on the railing to picture coordinates."""
    return camera.plane((0.0, 0.0, RAILING), _X, _Y)


def _warp(painting: Picture, matrix: Matrix, camera: Camera, border: int) -> Picture:
    return np.asarray(
        cv2.warpPerspective(painting, matrix, camera.size, flags=cv2.INTER_LINEAR, borderMode=border)
    )


def _below(camera: Camera) -> Picture:
    """Cover what lies below the foot of the wall, with an edge one pixel soft, (H, W)."""
    (x0, y0), (x1, y1) = (camera.project((x, PAVEMENT, WALL)) for x in (-4.0, 4.0))
    width, height = camera.size
    x = np.arange(width, dtype=np.float32) + 0.5
    y = np.arange(height, dtype=np.float32)[:, None] + 0.5
    foot = y0 + (x - np.float32(x0)) * np.float32((y1 - y0) / (x1 - x0))
    return np.clip((y - foot) / 1.2 + 0.5, 0, 1).astype(np.float32)


def _lens(picture: Picture, size: tuple[int, int]) -> Picture:
    """Add the veil of light around bright things and the fall-off of a fast lens."""
    width, height = size
    small = cv2.resize(picture, (max(width // 6, 2), max(height // 6, 2)), interpolation=cv2.INTER_AREA)
    veil = cv2.GaussianBlur(small, (0, 0), max(width / 6 * 0.035, 0.5), borderType=cv2.BORDER_REFLECT)
    picture += 0.035 * cv2.resize(veil, size, interpolation=cv2.INTER_CUBIC)
    x = (np.arange(width, dtype=np.float32) + 0.5) / width - 0.5
    y = ((np.arange(height, dtype=np.float32) + 0.5) / height - 0.5)[:, None]
    picture *= (1 - 0.30 * (x * x + y * y))[..., None]
    return np.asarray(np.maximum(picture, 0), np.float32)
