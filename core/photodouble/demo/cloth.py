"""Hang a cloth that waves in the wind in front of the set, with tracking markers taped to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from photodouble.demo.camera import Camera, Matrix, to_corners, to_indices
from photodouble.demo.foreground import Element
from photodouble.demo.textures import Canvas, Picture, lay, soften

DISTANCE = 4.6
"""Distance of the cloth in metres."""

_LEFT, _TOP, _WIDE, _TALL = -1.55, -1.05, 3.1, 1.85


@dataclass(frozen=True)
class Cloth:
    """The painted cloth and its markers, both premultiplied (H, W, 4)."""

    fabric: Picture
    markers: Picture
    canvas: Canvas

    def photograph(self, camera: Camera, seconds: float, shutter: float) -> tuple[Element, Element]:
        """Give the cloth without markers and the markers alone, both motion-blurred over the shutter."""
        layers = [self._instant(camera, seconds + shutter * part) for part in (-1 / 3, 0.0, 1 / 3)]
        fabric, markers = (np.stack(kind).mean(axis=0, dtype=np.float32) for kind in zip(*layers))
        markers = np.where(markers[..., 3:] < 1 / 1024, np.float32(0), markers)
        return _element(fabric), _element(markers)

    def _instant(self, camera: Camera, seconds: float) -> tuple[Picture, Picture]:
        width, height = camera.size
        coarse = 4
        u, v = _card(camera, coarse)
        shift_u, shift_v, shade = _wave(u, v, seconds)
        matrix = np.linalg.inv(to_corners(self.canvas.density, (self.canvas.left, self.canvas.top)))
        column = matrix[0, 0] * (u - shift_u) + matrix[0, 2]
        row = matrix[1, 1] * (v - shift_v) + matrix[1, 2]
        fine = [_enlarge(np.asarray(a, np.float32), coarse, (width, height)) for a in (column, row, shade)]
        seen = []
        for painting in (self.fabric, self.markers):
            layer = cv2.remap(painting, fine[0], fine[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
            layer[..., :3] *= fine[2][..., None]
            seen.append(layer)
        return seen[0], seen[1]


@lru_cache(maxsize=2)
def weave(size: tuple[int, int], seed: int) -> Cloth:
    """Weave the cloth and tape twelve markers to it, finely enough for pictures of `size`."""
    density = 2 * 0.98 * size[0] / DISTANCE
    canvas = Canvas(_LEFT, _TOP, _WIDE, _TALL, (density, density), seed)
    return Cloth(_fabric(canvas), _markers(canvas), canvas)


def _fabric(canvas: Canvas) -> Picture:
    thread = 1 + 0.10 * canvas.noise("warp", 0.02, 2) + 0.08 * canvas.noise("slub", 0.12, 3)
    cloth = thread[..., None] * np.array([0.085, 0.17, 0.155], np.float32)
    for centre, half, colour in ((0.11, 0.030, (0.33, 0.30, 0.22)), (0.25, 0.008, (0.42, 0.12, 0.05))):
        for along, stripe in ((canvas.u, 1.0), (canvas.v, 0.75)):
            phase = np.abs(np.mod(along + 9.0, 0.36) - centre)
            band = np.clip((half - phase) * canvas.density[0] + 0.5, 0, 1) * 0.55 * stripe
            band = np.broadcast_to(band, canvas.shape)
            lay(
                cloth,
                np.asarray(thread[..., None] * np.array(colour, np.float32)),
                np.asarray(band, np.float32),
            )
    cloth *= np.exp(0.10 * canvas.noise("worn", 0.8, 4))[..., None]
    cover = canvas.box(_LEFT + 0.1, _TOP + 0.1, _LEFT + _WIDE - 0.1, _TOP + _TALL - 0.1)
    return soften(np.concatenate([cloth * cover[..., None], cover[..., None]], axis=2).astype(np.float32))


def _markers(canvas: Canvas) -> Picture:
    rng = canvas.random("marker")
    layer = np.zeros((*canvas.shape, 4), np.float32)
    for row in range(3):
        for column in range(4):
            u = _LEFT + 0.45 + 0.73 * column + rng.uniform(-0.09, 0.09)
            v = _TOP + 0.36 + 0.56 * row + rng.uniform(-0.07, 0.07)
            tape = canvas.box(u - 0.036, v - 0.036, u + 0.036, v + 0.036)
            lay(layer[..., :3], (0.72, 0.70, 0.66), tape)
            for across, down in ((0.030, 0.006), (0.006, 0.030)):
                lay(
                    layer[..., :3], (0.02, 0.02, 0.02), canvas.box(u - across, v - down, u + across, v + down)
                )
            layer[..., :3] *= 1 - (1 - tape[..., None]) * (tape[..., None] > 0)
            np.maximum(layer[..., 3], tape, out=layer[..., 3])
    return soften(layer)


def _card(camera: Camera, coarse: int) -> tuple[Picture, Picture]:
    """Metres (u, v) on the cloth's plane seen by every `coarse`-th pixel."""
    plane: Matrix = to_indices() @ camera.plane((0.0, 0.0, DISTANCE), (1.0, 0, 0), (0, 1.0, 0))
    width, height = camera.size
    x = (np.arange(-(-width // coarse) + 1) + 0.5) * coarse - 0.5 - coarse
    y = (np.arange(-(-height // coarse) + 1) + 0.5) * coarse - 0.5 - coarse
    x, y = np.append(x, x[-1] + coarse), np.append(y, y[-1] + coarse)
    u, v, w = np.tensordot(np.linalg.inv(plane), np.stack(np.broadcast_arrays(x, y[:, None], 1.0)), 1)
    return u / w, v / w


def _wave(u: Picture, v: Picture, seconds: float) -> tuple[Picture, Picture, Picture]:
    """Displacement across and along in metres, and how much light the folds catch."""
    across, along, slope = np.zeros_like(u), np.zeros_like(u), np.zeros_like(u)
    waves = ((0.9, 0.030, 0.62, 0.35), (0.47, 0.013, 1.05, 1.25), (0.31, 0.006, 1.6, -0.6))
    for metres, size, hertz, turn in waves:
        phase = 2 * np.pi * ((np.cos(turn) * u + np.sin(turn) * v) / metres - hertz * seconds) + 3 * turn
        hang = np.clip((v - _TOP) / _TALL + 0.15, 0, 1.2)
        across = across + size * hang * np.sin(phase) * np.cos(turn)
        along = along + size * hang * (np.sin(phase) * np.sin(turn) + 0.3 * np.cos(phase))
        slope = slope + size / metres * hang * np.cos(phase + 0.4)
    return across, along, np.exp(3.6 * slope)


def _enlarge(coarse_map: Picture, coarse: int, size: tuple[int, int]) -> Picture:
    matrix = np.array([[1 / coarse, 0, 0.5 / coarse + 0.5], [0, 1 / coarse, 0.5 / coarse + 0.5]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(coarse_map, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE))


def _element(layer: Picture) -> Element:
    cover = np.ascontiguousarray(layer[..., 3])
    return Element(np.ascontiguousarray(layer[..., :3]), cover, np.zeros_like(cover))
