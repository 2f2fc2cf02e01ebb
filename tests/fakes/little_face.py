"""A little face of one texture: it moves by a known similarity, its age is painted on some frames.

Nothing here looks like a face: the tracks of its points are given, as another program would.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.exr import write_planes
from photodouble.image.window import Box

FIRST, COUNT = 1001, 7
SIZE = (96, 112)
KEYS = (1002, 1006)
_POINTS = np.array([[34, 30], [74, 30], [36, 62], [72, 62], [54, 44], [54, 70]], np.float64)

Picture = NDArray[np.float32]


@dataclass(frozen=True)
class LittleFace:
    """Where the pictures lie: `plate` and `keys` are patterns, `track` the file of the points."""

    folder: Path
    plate: str
    keys: str
    track: str

    def truth(self, frame: int) -> Picture:
        """Return the change (h, w, 3) that everybody hopes for on a frame."""
        return moved(wrinkle(), frame)


def place(frame: int) -> NDArray[np.float64]:
    """Return (2, 3): where a place of the first frame lies on another."""
    step = frame - FIRST
    turn, scale = np.deg2rad(0.8 * step), 1 + 0.006 * step
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    middle = np.array([54.0, 48.0])
    linear = np.array([[cos, -sin], [sin, cos]])
    shift = middle - linear @ middle + np.array([2.4, 1.4]) * step
    return np.concatenate([linear, shift[:, None]], axis=1)


def moved(picture: Picture, frame: int) -> Picture:
    """Return a picture of the first frame as it looks on another."""
    size = (SIZE[1], SIZE[0])
    way = cv2.WARP_INVERSE_MAP | cv2.INTER_CUBIC
    back = cv2.invertAffineTransform(place(frame))
    return np.asarray(
        cv2.warpAffine(picture, back, size, flags=way, borderMode=cv2.BORDER_REFLECT), np.float32
    )


def skin() -> Picture:
    """Return the texture of the first frame (h, w, 3), scene-linear."""
    chance = np.random.default_rng(7)
    layers = [
        cv2.GaussianBlur(chance.normal(size=SIZE).astype(np.float32), (0, 0), sigma) * sigma
        for sigma in (1.2, 2.5, 5.0)
    ]
    grey = 0.35 * np.exp2(0.45 * np.sum(layers, axis=0))
    return np.asarray(grey[..., None] * np.array([1.0, 0.72, 0.58]), np.float32)


def wrinkle() -> Picture:
    """Return the paint of the first frame (h, w, 3): a line is lightened, and nothing else."""
    line = np.zeros(SIZE, np.float32)
    cv2.line(line, (40, 40), (70, 46), 1.0, 2, cv2.LINE_AA)
    soft = np.where(cv2.GaussianBlur(line, (0, 0), 1.5) > 0.01, cv2.GaussianBlur(line, (0, 0), 1.5), 0)
    return np.asarray(0.12 * soft[..., None] * np.array([1.0, 0.8, 0.7]), np.float32)


def write(path: Path, picture: Picture, *, type: str = "half") -> None:
    """Write a picture as EXR."""
    path.parent.mkdir(parents=True, exist_ok=True)
    height, width = picture.shape[:2]
    box = Box(0, 0, width, height)
    names = "RGB" if picture.ndim == 3 else "A"
    planes = picture if picture.ndim == 3 else picture[..., None]
    write_planes(
        path,
        {name: np.ascontiguousarray(planes[..., at]) for at, name in enumerate(names)},
        data_window=box,
        display_window=box,
        type=type,
    )


def write_face(folder: Path, *, keys: tuple[int, ...] = KEYS) -> LittleFace:
    """Write plates, painted frames and the track below a folder."""
    texture, paint = skin(), wrinkle()
    for frame in range(FIRST, FIRST + COUNT):
        plate = moved(texture, frame)
        plate[3, 4] = 6.5
        plate[5, 6] = -0.25
        write(folder / f"plate/sh010.{frame}.exr", plate)
        if frame in keys:
            stored = plate.astype(np.float16).astype(np.float32)
            write(folder / f"keys/painted.{frame}.exr", stored + moved(paint, frame))
    points = []
    for number, point in enumerate(_POINTS):
        places = {
            str(frame): {"place": (place(frame) @ [*point, 1.0] + 0.5).round(4).tolist()}
            for frame in range(FIRST, FIRST + COUNT)
        }
        points.append({"name": str(number), "frames": places})
    (folder / "track.json").write_text(json.dumps({"schema": 1, "kind": "points", "points": points}))
    return LittleFace(
        folder,
        str(folder / "plate/sh010.####.exr"),
        str(folder / "keys/painted.####.exr"),
        str(folder / "track.json"),
    )
