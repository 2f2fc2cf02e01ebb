"""Make the de-aging bench's clips: a public portrait, aged and animated, so that the true delta is known.

A still is brought to scene-linear; maps of age (forehead lines, crow's feet, folds, eye bags, frown, spots,
rough skin) hang on its landmarks and darken it by exp(-map), deeper with the smile and the raised brow; the
aged face moves by similarity, parallax, jaw, smile and brow under a wandering light, with grain on top.
The truth is `delta` = young - aged (without grain) and the exact place of every pixel on the still.
Places here have pixel centres at whole numbers. The bar clip is `BAR`, `FINGERPRINT` is its pixels' hash.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import splev, splprep

Array = NDArray[np.float32]
EVEN_KEYS = (6, 22, 40)
STABLE = (33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 1, 127, 356, 10, 109, 338)
_STAND = 290.0
"""Width in pixels of the face all sizes below are told for."""
_TINT = np.array([0.8, 1.0, 1.1], np.float32)


@dataclass(frozen=True)
class Recipe:
    """What a clip is made of; the defaults are the bar clip's.

    `face_px` is the face's width, `motion`, `expression` and `light` scale what the bar clip does,
    `grain` its noise, `pores` the contrast of pore texture laid on, `blur` the shutter in frames.
    `occluder` is "none" or "hand" (a bar that crosses the face).
    """

    face: str = "astronaut"
    face_px: float = 290.0
    frames: int = 48
    motion: float = 1.0
    expression: float = 1.0
    light: float = 1.0
    grain: float = 1.0
    age: float = 1.0
    pores: float = 0.0
    blur: float = 0.0
    occluder: str = "none"

    @property
    def unit(self) -> float:
        """Pixels here for one pixel of a face 290 wide."""
        return self.face_px / _STAND

    @property
    def side(self) -> int:
        """Side of the square plate."""
        return round(640 * self.unit)


BAR = Recipe()
SECOND = Recipe(face="hopper")


@dataclass(frozen=True)
class Acting:
    """What the face does on one frame: angles in radians, shifts in stand pixels, 0 to 1 for muscles."""

    turn: float
    scale: float
    shift: tuple[float, float]
    yaw: float
    smile: float
    brow: float
    jaw: float
    gain: float
    light_side: float


def acting(recipe: Recipe, frame: float) -> Acting:
    """Say what the face does on a frame (the same curves in every clip, scaled by its recipe)."""
    u = frame / 48 * 2 * np.pi
    m, e, g = recipe.motion, recipe.expression, recipe.light
    return Acting(
        turn=float(np.deg2rad(7 * m * np.sin(u))),
        scale=float(1 + 0.06 * m * np.sin(2 * u + 1)),
        shift=(float(38 * m * np.sin(u + 0.5)), float(18 * m * np.sin(2 * u))),
        yaw=float(m * np.sin(u * 1.5 + 0.3)),
        smile=float(e * (0.5 - 0.5 * np.cos(2 * u))),
        brow=float(e * (0.5 - 0.5 * np.cos(3 * u + 1))),
        jaw=float(e * max(0.0, np.sin(4 * u))),
        gain=float(1 + 0.22 * g * np.sin(u + 2)),
        light_side=float(g * np.sin(u + 0.7)),
    )


class Clip:
    """One clip with truth: plates, deltas, mattes and places, all made when it is opened.

    `plate`, `delta` (N, H, W, 3) float32 scene-linear; `place` (N, H, W, 2): where a pixel of the frame
    lies on the still; `skin` (H, W) 0 to 1 on the still; `points` {landmark: (x, y)} on the still.
    """

    def __init__(self, recipe: Recipe = BAR, picture: Path | None = None) -> None:
        self.recipe = recipe
        self.keys = EVEN_KEYS
        self.points = _points(recipe)
        still = _still(recipe, picture)
        if recipe.pores:
            still = still * np.exp(recipe.pores * _pores(recipe))[..., None]
        maps, self.skin = _ageing(recipe, self.points)
        count, side = recipe.frames, recipe.side
        self.plate = np.empty((count, side, side, 3), np.float32)
        self.delta = np.empty_like(self.plate)
        self.place = np.empty((count, side, side, 2), np.float32)
        noise = np.random.default_rng(0)
        grains = (noise.normal(size=(side, side, 3)).astype(np.float32) for _ in range(count))
        with ThreadPoolExecutor(2) as crew:
            made = crew.map(lambda t, grain: self._shoot(t, still, maps, grain), range(count), grains)
            for _ in made:
                pass

    @property
    def frames(self) -> range:
        """All frames of the clip."""
        return range(self.recipe.frames)

    def matte(self, frame: int) -> Array:
        """Give the skin matte of a frame, (H, W) from 0 to 1; exactly 0 well outside the skin."""
        matte = _look_up(self.skin, self.place[frame])
        return np.where(matte < 0.004, np.float32(0), matte).astype(np.float32)

    def motion(self, frame: int, other: int) -> Array:
        """Say where each pixel of `frame` truly lies on `other`, (H, W, 2)."""
        still = self.place[frame]
        bent = still + _look_up(self._bend(other), still, border=cv2.BORDER_REPLICATE)
        return _moved(self._similarity(other), bent).astype(np.float32)

    def places(self, frame: int, marks: Sequence[int] = STABLE) -> NDArray[np.float64]:
        """Give the true places of landmarks on a frame, (k, 2)."""
        still = np.array([[self.points[i]] for i in marks], np.float32)
        bent = still + _look_up(self._bend(frame), still, border=cv2.BORDER_REPLICATE)
        return _moved(self._similarity(frame), bent)[:, 0]

    @cached_property
    def fingerprint(self) -> str:
        """Hash the clip's definition of truth: plates and deltas to a thousandth."""
        digest = hashlib.sha256()
        for frame in self.frames:
            for picture in (self.plate[frame], self.delta[frame]):
                digest.update(np.round(picture * 1000).astype(np.int16).tobytes())
        return digest.hexdigest()[:16]

    def _bend(self, frame: float) -> Array:
        return _bend(self.recipe, self.points, acting(self.recipe, frame))

    def _similarity(self, frame: float) -> NDArray[np.float64]:
        return _similarity(self.recipe, acting(self.recipe, frame))

    def _shoot(self, frame: int, still: Array, maps: dict[str, Array], grain: Array) -> None:
        recipe = self.recipe
        act = acting(recipe, frame)
        place = self._inverse(frame)
        depth = (
            maps["forehead"] * (0.55 + 0.9 * act.brow)
            + maps["smile"] * (0.45 + act.smile)
            + maps["static"]
            + maps["spots"]
        )
        old = still * np.exp(-1.5 * recipe.age * depth[..., None] * _TINT)
        across = (np.arange(recipe.side, dtype=np.float32) - recipe.side / 2) / (recipe.side / 2)
        light = act.gain * (1 + 0.18 * act.light_side * across)[None, :, None].astype(np.float32)
        aged = self._exposed(old.astype(np.float32), frame, place) * light
        young = self._exposed(still, frame, place) * light
        noise = cv2.GaussianBlur(grain, (0, 0), 0.7) * np.float32(1.9 * 0.018 * recipe.grain)
        delta = young - aged
        if recipe.occluder == "hand":
            cover = self.occluder(frame)[..., None]
            skin = np.float32([0.32, 0.2, 0.14]) * light
            aged, delta = aged * (1 - cover) + skin * cover, delta * (1 - cover)
        self.plate[frame] = aged + noise * np.sqrt(np.clip(aged, 0.002, None))
        self.delta[frame] = delta
        self.place[frame] = place

    def occluder(self, frame: int) -> Array:
        """Give the matte of the hand that crosses the face, (H, W) from 0 to 1."""
        recipe, across = self.recipe, np.arange(self.recipe.side, dtype=np.float32)
        if recipe.occluder != "hand":
            return np.zeros((recipe.side, recipe.side), np.float32)
        middle = (0.1 + 0.8 * frame / max(recipe.frames - 1, 1)) * recipe.side
        off = np.abs(across[None, :] + 0.3 * (across[:, None] - recipe.side / 2) - middle)
        return np.clip((34 * recipe.unit - off) / (2 * recipe.unit), 0, 1).astype(np.float32)

    def _exposed(self, picture: Array, frame: int, place: Array) -> Array:
        if not self.recipe.blur:
            return _sharp(picture, place)
        steps = np.linspace(-0.5, 0.5, 7) * self.recipe.blur
        total = sum(_sharp(picture, self._inverse(frame + float(step))) for step in steps)
        return np.asarray(total / len(steps), np.float32)

    def _inverse(self, frame: float) -> Array:
        """Say where each pixel of a frame lies on the still, by fixed-point steps on the bend."""
        side, bend = self.recipe.side, self._bend(frame)
        inverse = cv2.invertAffineTransform(self._similarity(frame))
        straight = _moved(inverse, _grid(side)).astype(np.float32)
        place = straight.copy()
        for _ in range(8):
            place = straight - _look_up(bend, place, border=cv2.BORDER_REPLICATE)
        return place


def hopper_path() -> Path | None:
    """Find the second face: Rear Admiral Hopper (US Navy, public domain) in matplotlib's sample data."""
    found = importlib.util.find_spec("matplotlib")
    if found is None or not found.origin:
        return None
    path = Path(found.origin).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg"
    return path if path.is_file() else None


def _still(recipe: Recipe, picture: Path | None) -> Array:
    """Bring the portrait to the plate's size, scene-linear."""
    if picture is not None:
        codes = cv2.imread(str(picture))[..., ::-1]
    elif recipe.face == "astronaut":
        from skimage.data import astronaut

        codes = astronaut()
    else:
        path = hopper_path()
        if path is None:
            raise FileNotFoundError("The second face comes with matplotlib: pip install matplotlib.")
        codes = cv2.imread(str(path))[..., ::-1]
    placed = np.float32(_PLACED[recipe.face]) * np.float32(recipe.unit)
    size = (recipe.side, recipe.side)
    drawn = cv2.warpAffine(
        np.ascontiguousarray(codes), placed, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    share = drawn.astype(np.float32) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _points(recipe: Recipe) -> dict[int, NDArray[np.float32]]:
    numbers = [int(word) for word in _INDICES.split()]
    pairs = [word.split(",") for word in _MARKS[recipe.face].split()]
    return {
        i: np.float32([float(x), float(y)]) * np.float32(recipe.unit) for i, (x, y) in zip(numbers, pairs)
    }


def _curve(recipe: Recipe, places: list[NDArray[np.float32]], sigma: float, ridge: float = 0.35) -> Array:
    """Draw a tapered valley with raised banks along a curve: the signed profile of one wrinkle."""
    sigma = sigma * recipe.unit
    track, _ = splprep(np.float32(places).T, s=0, k=min(3, len(places) - 1))
    steps = np.stack(splev(np.linspace(0, 1, 60), track), 1).astype(np.float32)
    y, x = np.mgrid[0 : recipe.side, 0 : recipe.side].astype(np.float32)
    nearest = np.full(x.shape, 1e9, np.float32)
    taper = np.zeros(x.shape, np.float32)
    reach = 10 * sigma
    low = np.clip(steps.min(0) - reach, 0, recipe.side).astype(int)
    high = np.clip(steps.max(0) + reach + 1, 0, recipe.side).astype(int)
    box = (slice(low[1], high[1]), slice(low[0], high[0]))
    near, fade = nearest[box], taper[box]
    for i, (u, v) in enumerate(steps):
        off = (x[box] - u) ** 2 + (y[box] - v) ** 2
        closer = off < near
        near[closer] = off[closer]
        fade[closer] = np.sin(np.pi * (i + 0.5) / 60) ** 0.5
    away = np.sqrt(nearest)
    valley = np.exp(-(away**2) / (2 * sigma**2))
    bank = np.exp(-((away - 2.6 * sigma) ** 2) / (2 * (1.2 * sigma) ** 2))
    return ((valley - ridge * bank) * taper).astype(np.float32)


def _ageing(recipe: Recipe, points: dict[int, Array]) -> tuple[dict[str, Array], Array]:
    """Draw the maps of age by what deepens them, and the skin they lie on."""
    shape, unit = (recipe.side, recipe.side), recipe.unit
    forehead, smile, static = (np.zeros(shape, np.float32) for _ in range(3))
    low, middle, high = ([points[i] for i in row] for row in _FOREHEAD)
    for share in (0.15, 0.5, 0.8):
        forehead += _curve(recipe, [(1 - share) * a + share * b for a, b in zip(middle, low)], 2.2)
    forehead += _curve(recipe, [0.6 * a + 0.4 * b for a, b in zip(middle, high)], 2.0)
    for outer, inner in ((33, 133), (263, 362)):
        for degrees in (-28, -5, 18):
            c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
            ray = np.float32([[c, -s], [s, c]]) @ (points[outer] - points[inner])
            start = points[outer]
            sag = np.float32([0, 1.5 * unit])
            smile += _curve(recipe, [start + 0.18 * ray, start + 0.36 * ray + sag, start + 0.58 * ray], 1.6)
    for fold in _FOLDS:
        smile += 1.3 * _curve(recipe, [points[i] for i in fold], 3.2)
    for bag in _BAGS:
        static += _curve(recipe, [points[i] + np.float32([0, 5 * unit]) for i in bag], 6.0, 0.25)
    for top, bottom in ((107, 55), (336, 285)):
        a, b = points[top], points[bottom]
        static += 0.8 * _curve(recipe, [a, (a + b) / 2, b], 2.0)
    skin, spots = _skin(recipe, points)
    inside = np.clip(skin * 1.2, 0, 1)
    maps = {
        "forehead": 0.28 * forehead * inside,
        "smile": 0.26 * smile * inside,
        "static": 0.20 * static * inside,
        "spots": spots * skin,
    }
    return {name: drawn.astype(np.float32) for name, drawn in maps.items()}, skin


def _skin(recipe: Recipe, points: dict[int, Array]) -> tuple[Array, Array]:
    """Draw the matte of the skin (without eyes and lips) and the spots and roughness on it."""
    shape, unit = (recipe.side, recipe.side), recipe.unit
    hull = cv2.convexHull(np.float32(list(points.values()))).astype(np.int32)
    face = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(face, hull, 1)
    skin = cv2.GaussianBlur(face.astype(np.float32), (0, 0), 8 * unit)
    brush = np.ones((round(9 * unit), round(9 * unit)))
    for ring in _OPENINGS:
        hole = np.zeros(shape, np.uint8)
        cv2.fillPoly(hole, [np.array([points[i] for i in ring]).astype(np.int32)], 1)
        skin *= 1 - cv2.GaussianBlur(cv2.dilate(hole, brush) * 1.0, (0, 0), 3 * unit).astype(np.float32)
    chance = np.random.default_rng(3)
    y, x = np.mgrid[0 : recipe.side, 0 : recipe.side].astype(np.float32)
    spots, drawn = np.zeros(shape, np.float32), 0
    while drawn < 40:
        u, v = chance.uniform(0, recipe.side, 2)
        if face[int(v), int(u)]:
            strength = chance.uniform(0.3, 1)
            width = 2 * (chance.uniform(1.5, 3.5) * unit) ** 2
            spots += strength * np.exp(-((x - u) ** 2 + (y - v) ** 2) / width)
            drawn += 1
    rough = chance.normal(size=shape).astype(np.float32)
    rough = cv2.GaussianBlur(rough, (0, 0), 1.2) - cv2.GaussianBlur(rough, (0, 0), 2.6)
    return skin, (0.16 * spots + 0.03 * rough / rough.std()).astype(np.float32)


def _pores(recipe: Recipe) -> Array:
    """Draw texture finer than any wrinkle, so that a large face is not an enlarged still."""
    noise = np.random.default_rng(11).normal(size=(recipe.side, recipe.side)).astype(np.float32)
    fine = cv2.GaussianBlur(noise, (0, 0), 0.8) - cv2.GaussianBlur(noise, (0, 0), 1.8 * recipe.unit)
    return (fine / fine.std()).astype(np.float32)


def _bend(recipe: Recipe, points: dict[int, Array], act: Acting) -> Array:
    """Say how far the still's pixels are pushed by expression and parallax, (H, W, 2)."""
    unit = recipe.unit
    y, x = np.mgrid[0 : recipe.side, 0 : recipe.side].astype(np.float32)
    bend = np.zeros((recipe.side, recipe.side, 2), np.float32)

    def push(mark: int, vector: tuple[float, float], reach: float) -> None:
        at = points[mark]
        fall = np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / (2 * (reach * unit) ** 2))
        bend[..., 0] += fall * np.float32(vector[0] * unit)
        bend[..., 1] += fall * np.float32(vector[1] * unit)

    push(61, (-8 * act.smile, -7 * act.smile), 32)
    push(291, (8 * act.smile, -7 * act.smile), 32)
    push(205, (-2 * act.smile, -5 * act.smile), 36)
    push(425, (2 * act.smile, -5 * act.smile), 36)
    for mark in (105, 334):
        push(mark, (0, -8 * act.brow), 38)
    push(17, (0, 11 * act.jaw), 34)
    push(152, (0, 12 * act.jaw), 46)
    nose = points[1]
    radius = ((x - nose[0]) / (170 * unit)) ** 2 + ((y - nose[1]) / (210 * unit)) ** 2
    bend[..., 0] += np.float32(14 * unit * act.yaw) * np.exp(-radius * 1.5)
    return bend


def _similarity(recipe: Recipe, act: Acting) -> NDArray[np.float64]:
    c, s, o = np.cos(act.turn) * act.scale, np.sin(act.turn) * act.scale, recipe.side / 2
    u, v = (value * recipe.unit for value in act.shift)
    return np.array([[c, -s, o - c * o + s * o + u], [s, c, o - s * o - c * o + v]])


def _moved(similarity: NDArray[np.float64], places: Array) -> NDArray[np.float64]:
    moved: NDArray[np.float64] = places @ similarity[:, :2].T + similarity[:, 2]
    return moved


def _grid(side: int) -> Array:
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    return np.stack([x, y], -1)


def _look_up(picture: Array, place: Array, border: int = cv2.BORDER_CONSTANT) -> Array:
    return np.asarray(cv2.remap(picture, place[..., 0], place[..., 1], cv2.INTER_LINEAR, borderMode=border))


def _sharp(picture: Array, place: Array) -> Array:
    drawn = cv2.remap(picture, place[..., 0], place[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    return np.clip(drawn, 0, None).astype(np.float32)


_FOREHEAD = (
    (105, 66, 107, 9, 336, 296, 334),
    (104, 69, 108, 151, 337, 299, 333),
    (103, 67, 109, 10, 338, 297, 332),
)
_FOLDS = ((129, 203, 206, 216, 212), (358, 423, 426, 436, 432))
_BAGS = ((228, 229, 230, 231, 232), (448, 449, 450, 451, 452))
_OPENINGS = (
    (33, 160, 158, 133, 153, 144),
    (362, 385, 387, 263, 373, 380),
    (61, 40, 37, 267, 270, 291, 321, 314, 84, 91),
)
_PLACED = {
    "astronaut": ((3.161028862, 0.0, -390.744873047), (0.0, 3.161028862, -72.997347046)),
    "hopper": ((1.578241825, 0.0, -97.154113770), (0.0, 1.578241825, -47.180419922)),
}
"""Affine move of the portrait to a plate of 640 pixels with a face 290 wide."""
_INDICES = """
1 4 5 6 9 10 17 21 33 37 40 54 55 58 61 66 67 69 84 91 93 103 104 105 107 108 109 127 129 132 133 136 144
145 148 149 150 151 152 153 158 159 160 162 168 172 176 177 195 197 203 205 206 212 215 216 228 229 230
231 232 234 251 263 267 270 284 285 288 291 296 297 299 314 321 323 332 333 334 336 337 338 356 358 361
362 365 366 373 374 377 378 379 380 385 386 387 389 397 400 401 423 425 426 432 435 436 447 448 449 450
451 452 454
"""
_ASTRO = """
315.5,341.8 316.1,328.0 317.0,308.9 319.6,262.4 321.7,212.9 324.5,149.3 315.4,419.6 187.0,198.3
226.6,245.5 297.5,367.3 265.9,366.9 199.1,177.6 293.6,227.0 185.6,372.9 249.1,367.7 261.0,205.1
250.1,151.8 256.9,177.4 294.8,416.3 265.1,395.3 176.5,306.9 218.9,161.4 227.0,181.2 235.4,201.1
290.6,211.6 287.8,178.3 284.1,148.3 176.4,249.6 267.8,321.9 179.1,338.8 284.2,254.1 210.1,423.1
241.6,255.8 252.3,257.5 282.6,483.7 244.3,459.6 228.4,444.0 323.1,180.6 310.5,488.2 263.2,257.1
261.6,238.0 250.4,236.5 239.5,238.0 180.0,220.8 320.4,245.6 196.6,401.2 261.5,473.6 178.1,333.9
317.9,293.0 318.8,278.3 256.6,330.5 226.8,325.9 243.2,341.0 227.7,374.4 182.9,361.4 230.9,352.2
221.5,265.3 233.7,270.0 250.1,271.5 266.0,269.8 278.5,266.7 176.1,277.8 458.5,211.6 417.8,256.0
338.6,368.5 370.2,369.6 447.4,189.6 349.9,232.4 448.2,385.9 386.4,371.2 384.4,214.5 398.4,159.0
389.6,183.9 336.0,417.9 367.6,398.5 462.6,321.3 428.8,171.5 418.9,190.6 409.6,213.5 354.4,217.3
358.6,181.6 364.9,152.2 466.6,264.0 367.7,326.6 457.5,352.7 358.0,258.8 418.4,433.3 462.1,319.3
400.5,263.8 389.5,264.0 338.6,486.3 379.8,465.9 397.7,452.0 378.8,262.6 382.8,244.0 394.5,243.2
405.7,245.8 464.5,234.8 434.3,412.8 360.8,478.2 458.2,347.9 378.5,336.1 409.2,334.7 391.7,348.1
405.4,382.9 451.1,374.8 403.8,360.5 463.8,292.7 419.7,275.9 406.6,279.1 390.0,278.7 374.1,275.7
361.9,271.8 465.1,292.1
"""
_HOPPER = """
329.1,342.6 328.8,329.7 327.5,311.4 323.4,265.8 320.4,218.5 317.7,158.9 325.0,413.4 172.2,214.0
225.0,257.6 305.7,380.3 280.1,388.1 184.7,193.8 293.9,237.4 182.7,382.6 269.4,396.4 257.9,219.9
238.7,166.8 247.5,190.8 308.3,413.3 282.0,404.8 166.8,318.8 205.5,177.5 215.8,196.0 230.0,219.9
288.5,222.1 281.0,189.4 275.0,161.2 162.7,263.6 276.3,333.5 172.5,349.8 284.3,259.5 213.3,430.8
243.6,264.1 254.8,264.4 300.1,480.1 254.4,461.8 234.9,449.2 318.9,188.7 331.1,481.4 265.5,263.0
259.9,247.3 248.6,247.3 237.9,249.8 165.2,235.9 322.1,249.7 197.0,409.8 275.5,472.9 175.8,347.4
326.0,295.6 324.7,281.0 265.4,343.6 236.0,341.3 254.0,356.3 238.6,395.2 183.1,373.7 243.8,372.8
221.1,279.4 235.1,282.6 253.0,281.6 269.4,277.8 281.6,273.3 164.1,290.6 455.0,204.2 412.9,249.2
340.7,378.8 368.6,383.9 443.7,184.8 347.7,229.3 454.3,371.4 381.3,390.0 380.7,209.2 393.8,161.6
387.4,185.9 342.0,411.7 368.6,400.2 462.3,308.2 424.8,170.1 417.3,189.0 406.7,207.0 351.7,213.7
355.6,186.9 359.3,158.4 463.3,253.1 373.5,329.7 459.9,338.7 356.8,255.8 433.0,420.7 462.9,308.8
396.2,255.9 386.2,256.9 360.9,477.2 400.2,454.8 416.2,440.6 376.2,256.7 379.2,242.0 390.0,240.9
400.4,242.5 461.0,225.6 444.7,398.9 382.6,467.7 460.4,336.5 384.0,338.9 410.2,334.8 395.1,351.0
411.0,388.5 456.0,362.7 405.3,366.6 463.9,282.5 417.3,270.9 404.4,274.8 387.8,274.8 372.5,272.4
360.7,269.5 462.8,280.2
"""
_MARKS = {"astronaut": _ASTRO, "hopper": _HOPPER}
