"""An empty stadium for the demo of a crowd: three stands around a pitch, painted and photographed.

World: metres, y up, the far stand towards -z. The camera stands behind the near touch line and moves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.demo.film import Stock
from photodouble.demo.textures import Canvas, Picture, lay, soften

Matrix = NDArray[np.float64]

FPS = 25
APERTURE = 36.0
ROWS, ROW_DEPTH, RAKE = 44, 0.8, 0.4
SEATS, SEAT, AISLE = 24, 0.5, 1.2
FRONT = 1.2
"""How high the floor of the first row lies."""
SHADE = 0.34
"""What is left of the light where the sun does not come."""
_SUPER = 2


@dataclass(frozen=True)
class Stand:
    """A straight stand: the middle of its first row, where it faces (degrees, 0 is +z), and its sections.

    `colour` of the seats, and the `shirts` of the side whose people sit there.
    """

    name: str
    origin: tuple[float, float, float]
    facing: float
    sections: int
    colour: tuple[float, float, float]
    shirts: tuple[float, float, float]

    @property
    def width(self) -> float:
        """Give its width in metres."""
        return self.sections * SEATS * SEAT + (self.sections - 1) * AISLE

    @property
    def across(self) -> Matrix:
        """Point along its rows, to the right of who looks at it."""
        angle = math.radians(self.facing)
        return np.array([math.cos(angle), 0.0, -math.sin(angle)])

    @property
    def up(self) -> Matrix:
        """Point up its slope, one metre of it."""
        angle = math.radians(self.facing)
        back = np.array([-math.sin(angle) * ROW_DEPTH, RAKE, -math.cos(angle) * ROW_DEPTH])
        return np.asarray(back / np.linalg.norm(back))


SLOPE = math.hypot(ROW_DEPTH, RAKE)
STANDS = (
    Stand("north", (0.0, FRONT, -52.0), 0.0, 9, (0.02, 0.06, 0.24), (0.035, 0.09, 0.42)),
    Stand("west", (-64.0, FRONT, -8.0), 90.0, 6, (0.24, 0.025, 0.03), (0.42, 0.03, 0.035)),
    Stand("east", (64.0, FRONT, -8.0), -90.0, 6, (0.24, 0.025, 0.03), (0.42, 0.03, 0.035)),
)


@dataclass(frozen=True)
class Surface:
    """A painted rectangle in space: pixels of the painting at `origin + u * across + v * down`."""

    canvas: Canvas
    painting: Picture
    origin: Matrix
    across: Matrix
    down: Matrix


@dataclass(frozen=True)
class Stadium:
    """An empty stadium, photographed `width` x `height` by a camera that pushes in and swings."""

    width: int = 1280
    height: int = 720
    frames: int = 24
    focal: float = 34.0
    seed: int = 7
    _surfaces: list[Surface] = field(default_factory=list, repr=False, compare=False)

    def place(self, number: float) -> Matrix:
        """Give where the camera stands at a frame, counted from 0."""
        share = number / max(self.frames - 1, 1)
        return np.array([-9.0 + 6.0 * share, 11.0 + 1.5 * share, 46.0 - 3.0 * share])

    def turn(self, number: float) -> tuple[float, float]:
        """Give how far the camera is turned to the left and up at a frame, in degrees."""
        share = number / max(self.frames - 1, 1)
        return -5.0 + 4.0 * share, -1.5 - 0.5 * share

    def projection(self, number: float) -> tuple[Matrix, Matrix]:
        """Give the matrix that turns what lies around the camera into its pixels, and its place."""
        left, up = (math.radians(angle) for angle in self.turn(number))
        yaw = np.array([[math.cos(left), 0, math.sin(left)], [0, 1, 0], [-math.sin(left), 0, math.cos(left)]])
        tilt = np.array([[1, 0, 0], [0, math.cos(up), -math.sin(up)], [0, math.sin(up), math.cos(up)]])
        length = self.focal / APERTURE * self.width
        lens = np.array([[length, 0, -self.width / 2], [0, -length, -self.height / 2], [0, 0, -1]])
        return lens @ (yaw @ tilt).T, self.place(number)

    def frame(self, number: int, stock: Stock) -> Picture:
        """Photograph one frame (H, W, 3), scene-linear, with grain and drifting light."""
        light = self.light(number)
        exposed = stock.expose(light, number / FPS)
        return stock.develop(exposed, stock.pattern(exposed.shape, number))

    def light(self, number: int) -> Picture:
        """Give the light that falls on one frame (H, W, 3), without grain."""
        if not self._surfaces:
            self._surfaces.extend(_surfaces(self.seed))
        matrix, place = self.projection(number)
        size = (self.width * _SUPER, self.height * _SUPER)
        picture = _sky(size)
        larger = np.array([[_SUPER, 0, -0.5], [0, _SUPER, -0.5], [0, 0, 1.0]])
        for surface in self._surfaces:
            plane = np.stack([surface.across, surface.down, surface.origin - place], axis=1)
            canvas = surface.canvas
            pixel = np.array(
                [
                    [1 / canvas.density[0], 0, canvas.left + 0.5 / canvas.density[0]],
                    [0, 1 / canvas.density[1], canvas.top + 0.5 / canvas.density[1]],
                    [0, 0, 1],
                ]
            )
            _warp(picture, surface.painting, larger @ matrix @ plane @ pixel)
        return np.asarray(cv2.resize(picture, (self.width, self.height), interpolation=cv2.INTER_AREA))


def _warp(picture: Picture, painting: Picture, matrix: Matrix) -> None:
    """Lay a painting (h, w, 4), alpha last, over the picture in place, and touch nothing beside it."""
    height, width = painting.shape[:2]
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]], np.float64) @ matrix.T
    if (corners[:, 2] <= 0).all():
        return
    low, high = np.zeros(2, int), np.array([picture.shape[1], picture.shape[0]])
    if (corners[:, 2] > 0).all():
        places = corners[:, :2] / corners[:, 2:]
        high = np.clip(np.ceil(places.max(axis=0)).astype(int) + 1, low, high)
        low = np.clip(np.floor(places.min(axis=0)).astype(int) - 1, low, high)
    if (high <= low).any():
        return
    moved = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]]) @ matrix
    size = (int(high[0] - low[0]), int(high[1] - low[1]))
    drawn = cv2.warpPerspective(painting, moved, size, flags=cv2.INTER_LINEAR)
    part = picture[low[1] : high[1], low[0] : high[0]]
    part *= 1 - drawn[..., 3:]
    part += drawn[..., :3]


def _sky(size: tuple[int, int]) -> Picture:
    height = np.linspace(0, 1, size[1], dtype=np.float32)[:, None, None]
    colour = (1 - height) * np.array([0.30, 0.46, 0.78], np.float32) + height * np.array(
        [0.75, 0.82, 0.9], np.float32
    )
    return np.ascontiguousarray(np.broadcast_to(colour, (size[1], size[0], 3)), np.float32)


def _surfaces(seed: int) -> list[Surface]:
    """Paint everything, the farthest first."""
    found = [_pitch(seed)]
    for stand in (STANDS[1], STANDS[2], STANDS[0]):
        found += [_back_wall(stand, seed), _rows(stand, seed), _roof(stand, seed), _parapet(stand, seed)]
    return found


def _whole(painting: Picture) -> Picture:
    """Close a painting (h, w, 3) with an alpha of 1, 0 along its rim so that its edge is soft."""
    alpha = np.ones((*painting.shape[:2], 1), np.float32)
    alpha[[0, -1]], alpha[:, [0, -1]] = 0, 0
    return np.concatenate([painting * alpha, alpha], axis=2)


def _rows(stand: Stand, seed: int) -> Surface:
    top = ROWS * SLOPE
    canvas = Canvas(-stand.width / 2, -top, stand.width, top, (22.0, 26.0), seed + 1)
    v, u = -canvas.v / SLOPE, canvas.u + stand.width / 2
    step = v - np.floor(v)
    bay = u % (SEATS * SEAT + AISLE)
    seated = (bay < SEATS * SEAT).astype(np.float32)
    within = (bay % SEAT) / SEAT
    concrete = 0.27 + 0.05 * canvas.noise("concrete", 3.0) - 0.12 * (step < 0.12)
    painting = np.repeat(concrete[..., None], 3, axis=2).astype(np.float32)
    back = ((step > 0.3) & (step < 0.86)).astype(np.float32) * seated
    back = back * ((within > 0.07) & (within < 0.93))
    shell = np.asarray(stand.colour, np.float32) * (1 + 0.5 * (step[..., None] > 0.74))
    lay(painting, shell * (1 + 0.12 * canvas.noise("fading", 9.0))[..., None], back.astype(np.float32))
    dark = ((step <= 0.3) & (step > 0.1)).astype(np.float32) * seated * 0.75
    lay(painting, (0.03, 0.03, 0.035), dark)
    edge = ((step < 0.1) * (1 - seated)).astype(np.float32)
    lay(painting, (0.5, 0.42, 0.06), edge)
    return Surface(canvas, _whole(soften(painting * _sun(stand, v, u))), *_slope(stand))


def _sun(stand: Stand, row: Picture, along: Picture) -> Picture:
    """Give what the sun leaves on the rows: a roof shades the upper ones, and one stand turns its back."""
    if stand.name == "west":
        return np.full((row.shape[0], along.shape[1], 1), SHADE, np.float32)
    first = 33.0 if stand.name == "north" else 36.0 - 0.08 * along
    shaded = np.clip((row - first) / 0.7 + 0.5, 0, 1)
    lit = 1 - (1 - SHADE) * shaded
    return np.asarray(np.broadcast_to(lit, (row.shape[0], along.shape[1]))[..., None], np.float32)


def _slope(stand: Stand) -> tuple[Matrix, Matrix, Matrix]:
    return np.array(stand.origin), stand.across, -stand.up


def _back_wall(stand: Stand, seed: int) -> Surface:
    canvas = Canvas(-stand.width / 2 - 2, -10.0, stand.width + 4, 10.0, (8.0, 8.0), seed + 2)
    painting = (
        np.full((*canvas.shape, 3), 0.11, np.float32) * (1 + 0.2 * canvas.noise("wall", 4.0))[..., None]
    )
    for place in np.arange(-stand.width / 2, stand.width / 2, 6.0):
        lay(painting, (0.05, 0.05, 0.055), canvas.box(place, -10, place + 0.5, 0))
    origin = np.array(stand.origin) + stand.up * SLOPE * ROWS
    return Surface(
        canvas,
        _whole(soften(painting * np.float32(SHADE * 1.6))),
        origin,
        stand.across,
        np.array([0, -1.0, 0]),
    )


def _roof(stand: Stand, seed: int) -> Surface:
    """Paint the underside of the roof and its bright front edge as one surface seen from below."""
    deep = 24.0
    canvas = Canvas(-stand.width / 2 - 3, 0.0, stand.width + 6, deep, (8.0, 8.0), seed + 3)
    painting = np.full((*canvas.shape, 3), 0.06, np.float32) + 0.02 * canvas.noise("roof", 5.0)[..., None]
    for place in np.arange(-stand.width / 2, stand.width / 2, 6.0):
        lay(painting, (0.17, 0.17, 0.18), canvas.box(place, 0, place + 0.35, deep))
    for place in np.arange(1.0, deep, 4.0):
        lay(painting, (0.12, 0.12, 0.13), canvas.box(-200, place, 200, place + 0.2))
    lay(painting, (0.75, 0.77, 0.8), canvas.box(-200, deep - 1.0, 200, deep))
    back = np.array([stand.up[0], 0, stand.up[2]])
    back /= np.linalg.norm(back)
    top = np.array(stand.origin) + stand.up * SLOPE * ROWS + np.array([0, 9.5, 0])
    return Surface(canvas, _whole(soften(painting)), top, stand.across, -back)


def _parapet(stand: Stand, seed: int) -> Surface:
    """Paint the wall below the first row, with boards of advertisements."""
    canvas = Canvas(-stand.width / 2, -FRONT, stand.width, FRONT, (22.0, 30.0), seed + 4)
    painting = np.full((*canvas.shape, 3), 0.3, np.float32) * (1 + 0.1 * canvas.noise("wall", 2.0))[..., None]
    words = ("PHOTO DOUBLE", "ROTO & SONS", "PLATE 1001", "GRAIN GRAIN")
    paints = ((0.03, 0.2, 0.5), (0.55, 0.07, 0.05), (0.75, 0.7, 0.6), (0.04, 0.3, 0.12))
    for index, place in enumerate(np.arange(-stand.width / 2, stand.width / 2 - 7, 8.0)):
        kind = index % len(words)
        lay(painting, paints[kind], canvas.box(place, -FRONT + 0.1, place + 7.8, -0.1))
        ink = (0.9, 0.9, 0.9) if kind != 2 else (0.05, 0.05, 0.05)
        lay(painting, ink, canvas.lettering(words[kind], place + 0.6, -0.35, height=0.5, weight=0.1))
    lit = SHADE if stand.name == "west" else 1.0
    front = np.array(stand.origin) - stand.up * 0.4
    front[1] = 0.0
    painted = _whole(soften(painting * np.float32(lit)))
    return Surface(canvas, painted, front, stand.across, np.array([0, -1.0, 0]))


def _pitch(seed: int) -> Surface:
    canvas = Canvas(-66.0, -56.0, 132.0, 86.0, (12.0, 12.0), seed + 5)
    painting = np.empty((*canvas.shape, 3), np.float32)
    stripe = np.sign(np.sin(canvas.u * np.pi / 5.5)) * 0.5 + 0.5
    green = 0.85 + 0.12 * canvas.noise("grass", 4.0) + 0.22 * stripe
    painting[:] = np.array([0.055, 0.13, 0.03], np.float32) * green[..., None]
    lay(painting, (0.24, 0.07, 0.05), 1 - canvas.box(-58, -47, 58, 40))
    for box in ((-50, -40, 50, -39.88), (-50, -40, -49.88, 30), (49.88, -40, 50, 30), (-0.06, -40, 0.06, 30)):
        lay(painting, (0.8, 0.8, 0.8), canvas.box(*box))
    ring = canvas.disc(0, -6, 9.15) - canvas.disc(0, -6, 9.0)
    lay(painting, (0.8, 0.8, 0.8), np.clip(ring, 0, 1))
    shadow = np.clip((-22.0 - canvas.u - 0.35 * canvas.v) / 2.5 + 0.5, 0, 1)
    painting *= (1 - (1 - SHADE) * shadow)[..., None]
    return Surface(
        canvas, _whole(soften(painting)), np.zeros(3), np.array([1.0, 0, 0]), np.array([0, 0, 1.0])
    )
