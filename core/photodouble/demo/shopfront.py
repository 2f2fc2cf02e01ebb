"""A shop front with a sign, photographed with a moving camera: every corner, and the truth with a new sign.

All is flat layers in space, seen through a pinhole: a wall, the sign before it, and a person who walks past.
The shutter is open over part of a frame, the light changes, a soft shadow crosses, and the film has grain.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.coverage import polygon_coverage
from photodouble.image.encoding import decode, encode
from photodouble.image.piece import Matrix, between
from photodouble.image.window import Box

Picture = NDArray[np.float32]

_FINE = 2
"""Every pixel is photographed this many times across and down."""
_SIGN = np.array([[-1.5, -0.95, 6.0], [1.5, -0.95, 6.5], [1.5, 0.95, 6.5], [-1.5, 0.95, 6.0]])
_WALL = np.array([[-14, -8, 8.0], [14, -8, 8.0], [14, 8, 8.0], [-14, 8, 8.0]])
_PERSON = np.array([[-0.42, -1.05, 0.0], [0.42, -1.05, 0.0], [0.42, 1.6, 0.0], [-0.42, 1.6, 0.0]])


@dataclass(frozen=True)
class Shopfront:
    """How the shop front is photographed: its size in pixels, its length, and what makes it hard."""

    width: int = 640
    height: int = 360
    frames: int = 100
    person: bool = False
    pan: float = 0.0
    shutter: float = 0.5
    grain: float = 0.012
    dimming: float = 0.25
    variation: int = 0
    """Which way the camera, the sign and the person go: 0 is the demo's, any other number another."""

    def corners(self, time: float) -> Matrix:
        """Return the sign's corners (4, 2) on the picture, pixel centres at whole numbers."""
        return self._seen(self._sign(), time)

    def frame(self, number: int, sign: Picture) -> Picture:
        """Photograph frame `number`, 0 on, with a sign (h, w, 3) scene-linear; (height, width, 3)."""
        count = int(np.clip(2 * np.ceil(self._path(number) * self.shutter) + 1, 3, 33))
        times = number + ((np.arange(count) + 0.5) / count - 0.5) * self.shutter
        made = np.mean([self._moment(float(time), sign) for time in times], axis=0, dtype=np.float64)
        soft = cv2.GaussianBlur(made.astype(np.float32), (0, 0), 0.6)
        noise = (
            np.random.default_rng(7000 + number + 1000 * self.variation)
            .standard_normal(soft.shape)
            .astype(np.float32)
        )
        noise = cv2.GaussianBlur(noise, (0, 0), 0.6) * np.float32(2.2 * self.grain)
        return decode(encode(soft) + noise)

    def _moment(self, time: float, sign: Picture) -> Picture:
        size = (self.width * _FINE, self.height * _FINE)
        made = self._laid(wall(), _WALL, time, size)[0] * self._light(time)
        new, covered = self._laid(sign, self._sign(), time, size)
        lit = new * self._light(time) * self._shadow(time, size)
        made = made * (1 - covered) + lit * covered
        if self.person:
            colours, alpha = person()
            across = self._way() * (-3.4 + 6.8 * time / max(self.frames - 1, 1))
            place = _PERSON + np.array([across, 0, 4.6])
            shown, inside = self._laid(np.dstack([colours, alpha]), place, time, size)
            inside = inside * shown[..., 3:4]
            made = made * (1 - inside) + shown[..., :3] * self._light(time) * inside
        return np.asarray(
            cv2.resize(made, (self.width, self.height), interpolation=cv2.INTER_AREA), np.float32
        )

    def _laid(
        self, texture: Picture, place: Matrix, time: float, size: tuple[int, int]
    ) -> tuple[Picture, Picture]:
        height, width = texture.shape[:2]
        own = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64) - 0.5
        seen = (self._seen(place, time) + 0.5) * _FINE - 0.5
        plane = between(own, seen)
        border = cv2.BORDER_REPLICATE
        shown = cv2.warpPerspective(texture, plane, size, flags=cv2.INTER_LINEAR, borderMode=border)
        covered = polygon_coverage(seen + 0.5, Box.of_size(size[1], size[0]))
        return np.asarray(shown, np.float32), covered[..., None]

    def _seen(self, place: Matrix, time: float) -> Matrix:
        """Look at points (n, 3) in metres from where the camera is, (n, 2) pixels."""
        share = time / max(self.frames - 1, 1)
        begin, shake, _ = self._chances()
        camera = np.array([0.5 * np.sin(2.2 * share + begin), 0.12 * np.sin(5 * share - begin), 0.9 * share])
        turn = 0.03 * np.sin(3 * share + begin) + 0.004 * np.sin((0.7 + shake) * time) + self._panned(share)
        tilt = 0.012 * np.sin(4 * share - begin) + 0.003 * np.sin((0.9 - shake) * time + 1)
        roll = 0.01 * np.sin(2.5 * share + begin)
        yaw = np.array([[np.cos(turn), 0, -np.sin(turn)], [0, 1, 0], [np.sin(turn), 0, np.cos(turn)]])
        pitch = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
        spin = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
        seen = (place - camera) @ (spin @ pitch @ yaw).T
        length = 0.9 * self.width
        middle = np.array([(self.width - 1) / 2, (self.height - 1) / 2])
        return np.asarray(seen[:, :2] / seen[:, 2:] * length + middle)

    def _chances(self) -> tuple[float, float, float]:
        """Return what a variation changes: where the camera's path begins, its shake, the sign's slant."""
        if self.variation == 0:
            return 0.0, 0.0, 0.0
        drawn = np.random.default_rng(self.variation).uniform(-1, 1, 3)
        return float(drawn[0]), float(0.25 * drawn[1]), float(0.6 * drawn[2])

    def _sign(self) -> Matrix:
        """Return the sign's corners in space: a variation slants it the other way, or less."""
        slant = self._chances()[2]
        return np.asarray(_SIGN + np.array([[0, 0, -slant], [0, 0, slant], [0, 0, slant], [0, 0, -slant]]))

    def _way(self) -> float:
        return -1.0 if self.variation % 2 else 1.0

    def _panned(self, share: float) -> float:
        """Swing over and back: two fast pans with a smooth start and end, in radians."""
        away = _eased((share - 0.25) / 0.14) - _eased((share - 0.62) / 0.14)
        return float(self._way() * self.pan * (away - 0.5)) if self.pan else 0.0

    def _path(self, number: int) -> float:
        ends = self.corners(number + 0.5) - self.corners(number - 0.5)
        return float(np.linalg.norm(ends, axis=1).max())

    def _light(self, time: float) -> np.float32:
        return np.float32(1 - self.dimming * 0.5 * (1 - np.cos(4 * np.pi * time / self.frames)))

    def _shadow(self, time: float, size: tuple[int, int]) -> Picture:
        """Return a soft shadow that crosses the picture, (h, w, 1)."""
        across = np.arange(size[0], dtype=np.float32) / size[0]
        at = -0.3 + 1.6 * time / self.frames
        dark = 1 - self.dimming * np.exp(-(((across - at) / 0.18) ** 2))
        return np.repeat(dark[None, :, None], size[1], axis=0).astype(np.float32)


def _eased(share: float) -> float:
    held = float(np.clip(share, 0, 1))
    return float(held - np.sin(2 * np.pi * held) / (2 * np.pi))


def wall() -> Picture:
    """Return the wall's bricks, (h, w, 3) scene-linear."""
    if not _MADE:
        _MADE["wall"] = _wall()
    return _MADE["wall"]


_MADE: dict[str, Picture] = {}


def _wall() -> Picture:
    random = np.random.default_rng(11)
    height, width, brick = 800, 1400, (20, 50)
    made = np.empty((height, width, 3), np.float32)
    for row in range(0, height, brick[0]):
        for column in range(-brick[1], width, brick[1]):
            left = column + (row // brick[0] % 2) * brick[1] // 2
            colour = np.array([0.28, 0.12, 0.08]) * random.uniform(0.6, 1.3)
            made[row : row + brick[0], max(left, 0) : max(left + brick[1], 0)] = colour
    made[::20], made[1::20] = 0.22, 0.22
    rough = made * random.uniform(0.9, 1.1, made.shape).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(rough, (0, 0), 1.0), np.float32)


def poster(words: tuple[str, str], paint: tuple[float, float, float], size: int = 900) -> Picture:
    """Paint a sign with two lines of words, (h, w, 3) scene-linear, h = 0.6 w."""
    height = size * 6 // 10
    codes = np.full((height, size, 3), 232, np.uint8)
    codes[: height // 9], codes[-height // 9 :] = [int(255 * part) for part in paint], [40, 40, 44]
    for line, text in enumerate(words):
        scale = 1.0
        face = cv2.FONT_HERSHEY_DUPLEX
        (wide, _), _ = cv2.getTextSize(text, face, 10, 30)
        scale = min(10 * 0.86 * size / max(wide, 1), 8.0 if line == 0 else 4.5) * size / 900
        (wide, tall), _ = cv2.getTextSize(text, face, scale, int(4 * scale))
        at = ((size - wide) // 2, int(height * (0.5 if line == 0 else 0.8)) + (0 if line else tall // 4))
        colour = [int(255 * part) for part in paint] if line == 0 else [40, 40, 44]
        cv2.putText(codes, text, at, face, scale, colour, int(4 * scale))
    made = decode(_shares(codes))
    return np.asarray(cv2.GaussianBlur(made, (0, 0), 1.2), np.float32)


def _shares(codes: NDArray[np.uint8]) -> Picture:
    return codes.astype(np.float32) / np.float32(255)


def person() -> tuple[Picture, Picture]:
    """Return a person seen from the side, colours (h, w, 3) and alpha (h, w)."""
    if "person" not in _MADE:
        height, width = 636, 202
        codes, alpha = np.zeros((height, width, 3), np.uint8), np.zeros((height, width), np.uint8)
        for shape, colour in (
            (((100, 60), (38, 48)), (176, 130, 104)),
            (((100, 250), (74, 150)), (52, 64, 92)),
            (((70, 480), (34, 150)), (34, 36, 40)),
            (((132, 480), (34, 150)), (28, 30, 34)),
        ):
            (x, y), (a, b) = shape
            cv2.ellipse(codes, (x, y), (a, b), 0, 0, 360, colour, -1, cv2.LINE_AA)
            cv2.ellipse(alpha, (x, y), (a, b), 0, 0, 360, 255, -1, cv2.LINE_AA)
        rough = np.random.default_rng(5).normal(1, 0.12, (height // 6, width // 6, 1)).astype(np.float32)
        cloth = cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)[..., None]
        _MADE["person"] = np.asarray(decode(_shares(codes)) * cloth, np.float32)
        _MADE["person alpha"] = _shares(alpha)
    return _MADE["person"], _MADE["person alpha"]
