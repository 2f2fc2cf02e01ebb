"""Paint the pavement in front of the wall and the railing that stands on it."""

from __future__ import annotations

import cv2
import numpy as np

from photodouble.demo.textures import Canvas, Picture, lay, soften
from photodouble.demo.wall import LAMPS

KERB = 4.86
"""Distance of the kerb from the camera in metres; nearer lies the road."""


def paint_pavement(canvas: Canvas, *, focal: float, eye: float) -> Picture:
    """Paint slabs, kerb and road, lit by dusk, lamps and window; u across, v the distance, (H, W, 3).

    A row far away is seen flatter, so each row is softened along the distance for the place it is seen
    from: a camera of `focal` pixels, `eye` metres above the ground.
    """
    ground = _slabs(canvas)
    _road(canvas, ground)
    ground *= _light(canvas)
    return _flatten(canvas, soften(ground), focal * eye)


def paint_railing(canvas: Canvas, *, top: float, bottom: float, left: float, right: float) -> Picture:
    """Paint an iron railing as premultiplied colour and coverage, (H, W, 4)."""
    cover = np.zeros(canvas.shape, np.float32)
    tone = np.zeros(canvas.shape, np.float32)
    for centre in np.arange(left, right, 0.155):
        _bar(canvas, cover, tone, centre, 0.0125, top - 0.06, bottom)
        tip = canvas.disc(float(centre), top - 0.075, 0.024)
        np.maximum(cover, tip, out=cover)
    for post in np.arange(left - 0.0775, right, 1.24):
        _bar(canvas, cover, tone, post, 0.026, top - 0.05, bottom)
    for height in (top, top + 0.13, bottom - 0.14):
        _rail(canvas, cover, tone, height, (left - 0.08, right))
    rust = np.exp(0.25 * canvas.noise("rust", 0.15))
    iron = (0.018 + 0.16 * tone) * rust
    colour = iron[..., None] * np.array([0.75, 0.85, 1.0], np.float32)
    return soften(np.concatenate([colour * cover[..., None], cover[..., None]], axis=2).astype(np.float32))


def _bar(
    canvas: Canvas, cover: Picture, tone: Picture, centre: float, half: float, top: float, bottom: float
) -> None:
    piece = canvas.box(centre - half, top, centre + half, bottom)
    across = (canvas.u - centre) / half
    shade = np.exp(-(((across + 0.35) / 0.42) ** 2))
    np.maximum(tone, shade * piece, out=tone)
    np.maximum(cover, piece, out=cover)


def _rail(canvas: Canvas, cover: Picture, tone: Picture, height: float, ends: tuple[float, float]) -> None:
    piece = canvas.box(ends[0], height, ends[1], height + 0.032)
    np.maximum(tone, piece * np.exp(-(((canvas.v - height - 0.008) / 0.010) ** 2)), out=tone)
    np.maximum(cover, piece, out=cover)


def _slabs(canvas: Canvas) -> Picture:
    wide, deep = 0.62, 0.46
    row = np.floor(canvas.v / deep).astype(np.int32)
    u = canvas.u / wide + 0.5 * (row & 1)
    column = np.floor(u).astype(np.int32)
    edge_u = np.minimum(u - column, 1 + column - u) * wide
    edge_v = np.broadcast_to(
        np.minimum(canvas.v / deep - row, 1 + row - canvas.v / deep) * deep, canvas.shape
    )
    joint = np.clip(1 - (edge_u - 0.006) * canvas.density[0] * 0.7, 0, 1)
    joint = np.maximum(joint, np.clip(1 - (edge_v - 0.006) * canvas.density[1] * 0.7, 0, 1))
    tone = canvas.random("slab").normal(0, 1, (64, 64)).astype(np.float32)[row % 64, column % 64]
    level = np.exp(0.13 * tone + 0.16 * canvas.noise("grit", 0.06, 3) + 0.14 * canvas.noise("wear", 0.9, 4))
    ground = level[..., None] * np.array([0.235, 0.228, 0.215], np.float32)
    rng = canvas.random("gum")
    for _ in range(70):
        u0, v0 = rng.uniform(-6, 6), rng.uniform(KERB, 8)
        spot = canvas.disc(u0, v0, rng.uniform(0.012, 0.03)) * np.float32(0.6)
        lay(ground, (0.09, 0.088, 0.085), spot)
    lay(ground, (0.055, 0.052, 0.050), np.asarray(joint * 0.85, np.float32))
    return np.asarray(ground, np.float32)


def _road(canvas: Canvas, ground: Picture) -> None:
    asphalt = np.exp(0.30 * canvas.noise("asphalt", 0.05, 3) + 0.15 * canvas.noise("patch", 1.2, 4))
    tar = asphalt[..., None] * np.array([0.062, 0.063, 0.068], np.float32)
    lay(ground, tar, canvas.box(-99, -99, 99, KERB - 0.06))
    stone = np.exp(0.15 * canvas.noise("kerb", 0.2, 4))[..., None] * np.array([0.33, 0.32, 0.30], np.float32)
    lay(ground, stone, canvas.box(-99, KERB - 0.02, 99, KERB + 0.14))
    lay(ground, (0.04, 0.04, 0.04), canvas.box(-99, KERB - 0.10, 99, KERB - 0.03, blur=0.03))
    for joint in np.arange(-7.0, 7.0, 0.93):
        lay(ground, (0.08, 0.08, 0.08), canvas.box(joint, KERB - 0.02, joint + 0.012, KERB + 0.14))


def _light(canvas: Canvas) -> Picture:
    light = (
        np.float32(0.56) * np.array([0.60, 0.72, 1.0], np.float32) * np.ones((*canvas.shape, 1), np.float32)
    )
    warm = np.array([1.0, 0.70, 0.38], np.float32)
    for u, _ in LAMPS:
        squared = (canvas.u - u) ** 2 + (8 - canvas.v) ** 2 + 2.6
        light += (2.1 / squared)[..., None] * warm
    shop = np.exp(-(((canvas.u + 3.05) / 1.35) ** 2)) * np.exp(-((8 - canvas.v) / 1.5))
    light += (1.1 * shop)[..., None] * warm
    under_wall = 1 - 0.55 * np.exp(-(8 - canvas.v) / 0.10)
    return np.asarray(light * under_wall[..., None], np.float32)


def _flatten(canvas: Canvas, ground: Picture, reach: float) -> Picture:
    """Soften each row along the distance to half a pixel of the picture, by mixing a few softened copies."""
    pixel = canvas.density[1] * canvas.v[:, 0] ** 2 / reach
    wanted = np.clip(np.log2(np.maximum(0.5 * pixel, 0.35) / 0.35), 0, 4)
    levels = [ground] + [_down(ground, 0.35 * 2**n) for n in range(1, 5)]
    result = np.empty_like(ground)
    for row, level in enumerate(wanted):
        low = min(int(level), 3)
        part = np.float32(level - low)
        result[row] = (1 - part) * levels[low][row] + part * levels[low + 1][row]
    return result


def _down(ground: Picture, sigma: float) -> Picture:
    taps = cv2.getGaussianKernel(2 * int(3 * sigma + 1) + 1, sigma).astype(np.float32)
    one = np.ones((1, 1), np.float32)
    return np.asarray(cv2.sepFilter2D(ground, -1, one, taps, borderType=cv2.BORDER_REPLICATE))
