"""Make clips of a face that grew older: a public portrait, aged and animated, so that the truth is known.

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
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import splev, splprep

from photodouble.demo.deage_marks import BAGS, FOLDS, FOREHEAD, INDICES, MARKS, OPENINGS, PLACED

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
    `occluder` is "none" or "hand" (a bar that crosses the face), `blink` how far the lids close,
    `turn` scales the head's turn alone.
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
    blink: float = 0.0
    turn: float = 1.0

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
    blink: float = 0.0


def acting(recipe: Recipe, frame: float) -> Acting:
    """Say what the face does on a frame (the same curves in every clip, scaled by its recipe)."""
    u = frame / 48 * 2 * np.pi
    m, e, g = recipe.motion, recipe.expression, recipe.light
    return Acting(
        turn=float(np.deg2rad(7 * m * np.sin(u))),
        scale=float(1 + 0.06 * m * np.sin(2 * u + 1)),
        shift=(float(38 * m * np.sin(u + 0.5)), float(18 * m * np.sin(2 * u))),
        yaw=float(m * recipe.turn * np.sin(u * 1.5 + 0.3)),
        smile=float(e * (0.5 - 0.5 * np.cos(2 * u))),
        brow=float(e * (0.5 - 0.5 * np.cos(3 * u + 1))),
        jaw=float(e * max(0.0, np.sin(4 * u))),
        gain=float(1 + 0.22 * g * np.sin(u + 2)),
        light_side=float(g * np.sin(u + 0.7)),
        blink=float(recipe.blink * max(0.0, np.sin(3 * u - 1)) ** 6),
    )


class Clip:
    """One clip with truth: plates, deltas, mattes and places, all made when it is opened.

    `plate`, `delta` (N, H, W, 3) float32 scene-linear; `place` (N, H, W, 2): where a pixel of the frame
    lies on the still; `skin` (H, W) 0 to 1 and `young` (H, W, 3) are the still's own, as are `points`
    {landmark: (x, y)}.
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
        self.young, self._maps = still, maps
        self.plate = np.empty((count, side, side, 3), np.float32)
        self.delta = np.empty_like(self.plate)
        self.place = np.empty((count, side, side, 2), np.float32)
        noise = np.random.default_rng(0)
        grains = (noise.normal(size=(side, side, 3)).astype(np.float32) for _ in range(count))
        with ThreadPoolExecutor(2) as crew:
            made = crew.map(self._shoot, range(count), grains)
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

    def on_frame(self, plane: Array, frame: int) -> Array:
        """Bring a plane (H, W) of the still to a frame."""
        return _look_up(plane, self.place[frame])

    def motion(self, frame: int, other: int) -> Array:
        """Say where each pixel of `frame` truly lies on `other`, (H, W, 2)."""
        still = self.place[frame]
        bent = still + _look_up(self._bend(other), still, border=cv2.BORDER_REPLICATE)
        return _moved(self._similarity(other), bent).astype(np.float32)

    def places(self, frame: int, marks: Sequence[int] = STABLE) -> NDArray[np.float64]:
        """Give the true places of landmarks on a frame, (k, 2)."""
        return self.carried(np.array([self.points[i] for i in marks], np.float32), frame)

    def carried(self, places: Array, frame: int) -> NDArray[np.float64]:
        """Say where places (k, 2) of the still lie on a frame."""
        still = np.asarray(places, np.float32)[:, None]
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

    def filmed(self, frame: int, seed: int, *, young: bool = False) -> Array:
        """Film a frame once more, with other grain; `young`: as the face truly was."""
        aged, delta = self._lit(frame, self.place[frame])
        side = self.recipe.side
        grain = np.random.default_rng((seed, frame)).normal(size=(side, side, 3)).astype(np.float32)
        return self._grained(aged + delta if young else aged, grain)

    def acted(self, frame: int, act: Acting) -> Array:
        """Say where the pixels of a frame would lie on it, had the face acted so: (H, W, 2)."""
        still = self._inverse_of(act)
        bent = still + _look_up(self._bend(frame), still, border=cv2.BORDER_REPLICATE)
        return _moved(self._similarity(frame), bent).astype(np.float32)

    def _bend(self, frame: float) -> Array:
        return _bend(self.recipe, self.points, acting(self.recipe, frame))

    def _similarity(self, frame: float) -> NDArray[np.float64]:
        return _similarity(self.recipe, acting(self.recipe, frame))

    def _shoot(self, frame: int, grain: Array) -> None:
        self.place[frame] = self._inverse_of(acting(self.recipe, frame))
        aged, self.delta[frame] = self._lit(frame, self.place[frame])
        self.plate[frame] = self._grained(aged, grain)

    def _grained(self, picture: Array, grain: Array) -> Array:
        noise = cv2.GaussianBlur(grain, (0, 0), 0.7) * np.float32(1.9 * 0.018 * self.recipe.grain)
        return np.asarray(picture + noise * np.sqrt(np.clip(picture, 0.002, None)), np.float32)

    def _lit(self, frame: int, place: Array) -> tuple[Array, Array]:
        """Give the aged face of a frame without grain, and what makes it young, (H, W, 3) each."""
        recipe, maps, still = self.recipe, self._maps, self.young
        act = acting(recipe, frame)
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
        delta = self._exposed(still, frame, place) * light - aged
        if recipe.occluder == "hand":
            cover = self.occluder(frame)[..., None]
            skin = _floats([0.32, 0.2, 0.14]) * light
            aged, delta = aged * (1 - cover) + skin * cover, delta * (1 - cover)
        return np.asarray(aged, np.float32), np.asarray(delta, np.float32)

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
        acts = (acting(self.recipe, frame + float(step)) for step in steps)
        total = sum(_sharp(picture, self._inverse_of(act)) for act in acts)
        return np.asarray(total / len(steps), np.float32)

    def _inverse_of(self, act: Acting) -> Array:
        """Say where each pixel of such a frame lies on the still, by fixed-point steps on the bend."""
        bend = _bend(self.recipe, self.points, act)
        inverse = cv2.invertAffineTransform(_similarity(self.recipe, act))
        straight = _moved(inverse, _grid(self.recipe.side)).astype(np.float32)
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
        codes = _read(picture)
    elif recipe.face == "astronaut":
        from skimage.data import astronaut

        codes = astronaut()  # type: ignore[no-untyped-call]
    else:
        path = hopper_path()
        if path is None:
            raise FileNotFoundError("The second face comes with matplotlib: pip install matplotlib.")
        codes = _read(path)
    placed = _floats(PLACED[recipe.face]) * np.float32(recipe.unit)
    size = (recipe.side, recipe.side)
    drawn = cv2.warpAffine(
        np.ascontiguousarray(codes), placed, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    share = drawn.astype(np.float32) / 255
    return _floats(np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4))


def _points(recipe: Recipe) -> dict[int, NDArray[np.float32]]:
    numbers = [int(word) for word in INDICES.split()]
    pairs = [word.split(",") for word in MARKS[recipe.face].split()]
    return {i: _floats([float(x), float(y)]) * np.float32(recipe.unit) for i, (x, y) in zip(numbers, pairs)}


def _curve(recipe: Recipe, places: list[NDArray[Any]], sigma: float, ridge: float = 0.35) -> Array:
    """Draw a tapered valley with raised banks along a curve: the signed profile of one wrinkle."""
    sigma = sigma * recipe.unit
    track, _ = splprep(_floats(places).T, s=0, k=min(3, len(places) - 1))
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
    low, middle, high = ([points[i] for i in row] for row in FOREHEAD)
    for share in (0.15, 0.5, 0.8):
        forehead += _curve(recipe, [(1 - share) * a + share * b for a, b in zip(middle, low)], 2.2)
    forehead += _curve(recipe, [0.6 * a + 0.4 * b for a, b in zip(middle, high)], 2.0)
    for outer, inner in ((33, 133), (263, 362)):
        for degrees in (-28, -5, 18):
            c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
            ray = _floats([[c, -s], [s, c]]) @ (points[outer] - points[inner])
            start = points[outer]
            sag = _floats([0, 1.5 * unit])
            smile += _curve(recipe, [start + 0.18 * ray, start + 0.36 * ray + sag, start + 0.58 * ray], 1.6)
    for fold in FOLDS:
        smile += 1.3 * _curve(recipe, [points[i] for i in fold], 3.2)
    for bag in BAGS:
        static += _curve(recipe, [points[i] + _floats([0, 5 * unit]) for i in bag], 6.0, 0.25)
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
    hull = cv2.convexHull(_floats(list(points.values()))).astype(np.int32)
    face = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(face, hull, 1)
    skin = cv2.GaussianBlur(face.astype(np.float32), (0, 0), 8 * unit)
    brush = np.ones((round(9 * unit), round(9 * unit)))
    for ring in OPENINGS:
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
    return _floats(fine / fine.std())


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
    if act.blink:
        for mark in (159, 386):
            push(mark, (0, 5.5 * act.blink), 9)
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
    return _floats(np.clip(drawn, 0, None))


def _read(path: Path) -> NDArray[np.uint8]:
    codes = cv2.imread(str(path))
    if codes is None:
        raise FileNotFoundError(f"{path} cannot be read.")
    return np.asarray(codes[..., ::-1], np.uint8)


def _floats(values: Any) -> Array:
    return np.asarray(values, np.float32)
