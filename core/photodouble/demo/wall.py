"""Paint the house wall of the demo's street: bricks, door, shop window, poster, drainpipe and lamps."""

from __future__ import annotations

import numpy as np

from photodouble.demo.textures import Canvas, Picture, lay, soften

PAVEMENT = 1.55
"""Height of the camera above the pavement in metres: the wall meets the ground at this v."""

LAMPS = ((-0.42, -1.42), (3.55, -1.30))
"""Where the wall lamps hang (u, v in metres)."""

_WARM = np.array([1.0, 0.70, 0.38], np.float32)
_DUSK = np.array([0.60, 0.72, 1.0], np.float32)
_BRICK = (0.225, 0.075)


def paint_wall(canvas: Canvas) -> Picture:
    """Paint the whole wall, lit, (H, W, 3) scene-linear; the lamps reach about 40."""
    wall = _bricks(canvas)
    _plinth(canvas, wall)
    _door(canvas, wall)
    _poster(canvas, wall)
    _pipe(canvas, wall)
    _weather(canvas, wall)
    wall *= wall_light(canvas)
    _window(canvas, wall)
    _lamps(canvas, wall)
    return soften(wall)


def wall_light(canvas: Canvas) -> Picture:
    """Light falling on the wall: blue dusk from above and a warm pool under each lamp, (H, W, 3)."""
    sky = 0.47 - 0.06 * canvas.v + 0.02 * canvas.u
    light = sky[..., None] * _DUSK
    for u, v in LAMPS:
        off_wall = 0.30
        squared = (canvas.u - u) ** 2 + (canvas.v - v - 0.06) ** 2 + off_wall**2
        fall = 1.15 * off_wall / squared**0.95
        shade = np.clip(0.25 + 3.0 * (canvas.v - v + 0.12), 0.25, 1.0)
        light = light + (fall * shade)[..., None] * _WARM
    return np.asarray(light, np.float32)


def _bricks(canvas: Canvas) -> Picture:
    length, height = _BRICK
    wobble = canvas.noise("edge", 0.05, 2) * np.float32(0.0035)
    v = (canvas.v + wobble) / np.float32(height)
    row = np.floor(v).astype(np.int32)
    u = (canvas.u + wobble) / np.float32(length) + 0.5 * (row & 1) + 0.06 * np.sin(row * 12.9898)
    column = np.floor(u).astype(np.int32)
    edge_u = np.minimum(u - column, 1 + column - u) * np.float32(length)
    edge_v = np.minimum(v - row, 1 + row - v) * np.float32(height)
    stone = np.clip((np.minimum(edge_u, edge_v) - 0.0045) * canvas.density[0] * 0.7 + 0.5, 0, 1)
    rng = canvas.random("brick")
    tone = rng.normal(0.0, 1.0, (128, 128, 2)).astype(np.float32)[row % 128, column % 128]
    pores = 0.20 * canvas.noise("face", 0.09) + 0.22 * canvas.noise("pore", 0.014, 5)
    level = np.exp(0.22 * tone[..., 0] + pores)[..., None]
    warm = np.array([0.255, 0.108, 0.070], np.float32) * (
        1 + tone[..., 1:] * np.array([0.05, 0.16, 0.20], np.float32)
    )
    mortar = (
        np.array([0.27, 0.25, 0.22], np.float32)
        * np.exp(0.15 * canvas.noise("mortar", 0.2) + 0.5 * pores)[..., None]
    )
    return np.asarray(mortar + stone[..., None] * (warm * level - mortar), np.float32)


def _plinth(canvas: Canvas, wall: Picture) -> None:
    stone = np.array([0.30, 0.29, 0.27], np.float32) * np.exp(0.18 * canvas.noise("plinth", 0.3))[..., None]
    lay(wall, stone, canvas.box(-99, 1.17, 99, 99))
    lay(wall, (0.07, 0.065, 0.06), canvas.box(-99, 1.17, 99, 1.185))
    for joint in np.arange(-7.0, 8.0, 0.8):
        lay(wall, (0.10, 0.09, 0.085), canvas.box(joint, 1.17, joint + 0.011, 99))


def _door(canvas: Canvas, wall: Picture) -> None:
    lay(wall, (0.33, 0.31, 0.28), canvas.box(-1.62, -0.78, -0.46, PAVEMENT))
    grain = np.exp(0.10 * canvas.noise("door", 0.15))[..., None]
    paint = np.array([0.020, 0.075, 0.090], np.float32) * grain
    lay(wall, paint, canvas.box(-1.51, -0.66, -0.57, 1.46))
    for left in (-1.42, -1.00):
        for top, bottom in ((-0.56, 0.30), (0.44, 1.33)):
            lay(wall, paint * 0.45, canvas.box(left, top, left + 0.34, bottom))
            lay(wall, paint * 1.7, canvas.box(left + 0.02, top + 0.02, left + 0.34, bottom))
            lay(wall, paint * 1.15, canvas.box(left + 0.03, top + 0.03, left + 0.325, bottom - 0.015))
    lay(wall, (1.3, 0.95, 0.45), canvas.disc(-0.645, 0.46, 0.028))
    lay(wall, (14.0, 12.0, 9.0), canvas.disc(-0.652, 0.452, 0.008))
    lay(wall, (0.62, 0.62, 0.58), canvas.box(-0.36, -0.42, -0.10, -0.24))
    lay(wall, (0.03, 0.04, 0.10), canvas.lettering("48", -0.325, -0.275, height=0.10))


def _poster(canvas: Canvas, wall: Picture) -> None:
    left, top, right, bottom = 1.22, -1.02, 2.30, 0.46
    lay(
        wall, (0.06, 0.045, 0.04), canvas.box(left + 0.02, top + 0.03, right + 0.03, bottom + 0.03, blur=0.03)
    )
    inside = canvas.box(left, top, right, bottom)
    paper = np.array([0.62, 0.57, 0.46], np.float32) * (1 + 0.05 * canvas.noise("paper", 0.4))[..., None]
    lay(wall, paper, inside)
    lay(wall, (0.52, 0.055, 0.035), inside * canvas.disc(1.86, -0.44, 0.40))
    lay(wall, (0.62, 0.47, 0.06), inside * canvas.disc(1.60, -0.22, 0.25))
    for stripe in range(6):
        y = -0.30 + 0.055 * stripe
        lay(wall, (0.025, 0.05, 0.13), inside * canvas.box(left, y, 1.22 + 0.19 * (stripe + 1), y + 0.028))
    ink = (0.025, 0.03, 0.06)
    lay(wall, ink, inside * canvas.lettering("NIGHT", 1.285, 0.20, height=0.155))
    lay(wall, ink, inside * canvas.lettering("MARKET", 1.285, 0.315, height=0.075))
    lay(wall, ink, inside * canvas.lettering("fridays from eight", 1.285, 0.40, height=0.042, weight=0.1))
    torn = np.clip((canvas.noise("torn", 0.5) - 0.45 - 1.1 * (bottom - canvas.v)) * 30, 0, 1)
    lay(wall, (0.20, 0.16, 0.13), inside * np.asarray(torn, np.float32))


def _pipe(canvas: Canvas, wall: Picture) -> None:
    centre = 0.42
    across = (canvas.u - centre) / np.float32(0.055)
    round_off = np.sqrt(np.clip(1 - across**2, 0, 1)) * (1 - 0.45 * across)
    lay(wall, (0.035, 0.03, 0.03), canvas.box(centre + 0.03, -99, centre + 0.16, PAVEMENT, blur=0.07) * 0.7)
    metal = (0.03 + 0.10 * round_off)[..., None] * np.array([0.8, 0.95, 0.9], np.float32)
    lay(wall, metal, canvas.box(centre - 0.055, -99, centre + 0.055, 1.50))
    for bracket in (-2.2, -0.9, 0.4):
        lay(wall, metal * 1.8, canvas.box(centre - 0.075, bracket, centre + 0.075, bracket + 0.05))


def _weather(canvas: Canvas, wall: Picture) -> None:
    stain = np.exp(0.16 * canvas.noise("stain", 1.6, 5) + 0.07 * canvas.noise("soot", 0.25, 4))
    splash = 1 - 0.38 * np.clip((canvas.v - 0.95 + 0.12 * canvas.noise("splash", 0.5)) / 0.6, 0, 1)
    streak = canvas.noise("streak", 0.35, 3).mean(axis=0, keepdims=True) * 0.35
    wall *= (stain * splash * (1 + streak))[..., None]


def _window(canvas: Canvas, wall: Picture) -> None:
    left, top, right, bottom = -4.05, -1.10, -2.05, 0.72
    lay(wall, (0.055, 0.085, 0.060), canvas.box(left - 0.10, top - 0.10, right + 0.10, bottom + 0.12))
    lay(wall, (0.30, 0.29, 0.27), canvas.box(left - 0.18, bottom + 0.10, right + 0.18, bottom + 0.19))
    pane = canvas.box(left, top, right, bottom)
    depth = (canvas.v - top) / (bottom - top)
    glow = 1.5 - 0.9 * depth + 0.35 * canvas.noise("room", 0.7, 2)
    lay(wall, np.asarray(np.clip(glow, 0.25, 3)[..., None] * np.array([1.0, 0.66, 0.33], np.float32)), pane)
    rng = canvas.random("shelf")
    for shelf in (-0.45, 0.08, 0.62):
        lay(wall, (0.20, 0.11, 0.05), pane * canvas.box(left, shelf, right, shelf + 0.03, blur=0.012))
        u = left + 0.05
        while u < right - 0.1:
            wide, tall = rng.uniform(0.05, 0.17), rng.uniform(0.10, 0.34)
            tint = rng.uniform(0.05, 0.9, 3) * np.array([1.0, 0.75, 0.5])
            jar = pane * canvas.box(u, shelf - tall, u + wide, shelf, blur=0.012)
            lay(wall, np.asarray(tint, np.float32), jar)
            if rng.random() < 0.3:
                lay(wall, (11.0, 9.0, 6.5), canvas.disc(u + wide * 0.3, shelf - tall * 0.8, 0.011) * pane)
            u += wide + rng.uniform(0.01, 0.10)
    for bar in (-3.40, -2.72):
        lay(wall, (0.055, 0.085, 0.060), canvas.box(bar - 0.025, top, bar + 0.025, bottom))
    for bulb in (-3.72, -3.05, -2.38):
        lay(wall, (26.0, 18.0, 9.5), canvas.disc(bulb, -0.93, 0.038, blur=0.02))


def _lamps(canvas: Canvas, wall: Picture) -> None:
    for u, v in LAMPS:
        far = np.hypot(canvas.u - u, canvas.v - v)
        wall += (0.55 * np.exp(-((far / 0.22) ** 2)))[..., None] * _WARM
        lay(wall, (0.02, 0.02, 0.02), canvas.box(u - 0.14, v - 0.12, u + 0.14, v - 0.05))
        lay(wall, (0.02, 0.02, 0.02), canvas.box(u - 0.02, v - 0.26, u + 0.02, v - 0.10))
        lay(wall, (40.0, 30.0, 17.0), canvas.disc(u, v, 0.065, blur=0.02))
