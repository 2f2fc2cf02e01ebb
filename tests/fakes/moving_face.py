"""A face that moves with exact truth: a public-domain portrait, laid into frames by known maps.

The portrait is scikit-image's astronaut (Eileen Collins, by NASA). Pixel centres lie at whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.encoding import decode
from photodouble.ops.deage.face import after, apply, inverse
from photodouble.ops.deage.resample import sample

Matrix = NDArray[np.float64]
CENTRE = np.array([225.0, 122.0])
"""The middle of the face in the portrait, whose face is about 92 pixels wide."""
LANDMARKS = np.array(
    [[206, 99], [243, 106], [224, 130], [205, 143], [238, 146], [222, 92], [190, 120], [258, 128]], np.float64
)
"""Places on the face that a hand would choose: eyes, nose, corners of the mouth, brow and cheeks."""


@dataclass(frozen=True)
class MovingFace:
    """A clip: `frames` (H, W, 3) float32 scene-linear and `truth`, (2, 3) from the portrait to each plate.

    `smile` is how strongly the face is distorted in each frame before that.
    """

    frames: list[NDArray[np.float32]]
    truth: list[Matrix]
    smile: list[float]

    def picture(self, frame: int) -> NDArray[np.float32]:
        """Return a frame by its number, the first is 1001."""
        return self.frames[frame - 1001]

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the frame numbers."""
        return tuple(range(1001, 1001 + len(self.frames)))

    def seen_at(self, frame: int, places: Matrix) -> Matrix:
        """Return where places (..., 2) of the portrait are in the plate."""
        return apply(self.truth[frame - 1001], places + self.smile[frame - 1001] * distortion(places))

    def portrait_at(self, frame: int, places: Matrix) -> Matrix:
        """Return which places of the portrait are seen at places (..., 2) of the plate."""
        return undistorted(apply(inverse(self.truth[frame - 1001]), places), self.smile[frame - 1001])


_PULLED = (
    ((205, 143), (-2.6, -2.4)),
    ((238, 146), (2.6, -2.4)),
    ((206, 90), (0, -2.6)),
    ((243, 97), (0, -2.6)),
)
_REACH = 11.0


def distortion(places: Matrix) -> Matrix:
    """Return how a full smile moves places (..., 2) of the portrait."""
    moves = np.zeros_like(places)
    for centre, pull in _PULLED:
        far = ((places - np.array(centre)) ** 2).sum(axis=-1, keepdims=True)
        moves = moves + np.exp(-far / (2 * _REACH**2)) * np.array(pull)
    return moves


def undistorted(places: Matrix, smile: float) -> Matrix:
    """Undo a smile by fixed point steps."""
    found = places
    for _ in range(12 if smile else 0):
        found = places - smile * distortion(found)
    return found


def portrait() -> NDArray[np.float32]:
    """Return the portrait, (512, 512, 3) float32 scene-linear."""
    from skimage import data

    return decode((data.astronaut() / 255).astype(np.float32))


def laid(
    source: NDArray[np.float32], matrix: Matrix, size: tuple[int, int], smile: float = 0.0
) -> NDArray[np.float32]:
    """Lay a picture into a frame of (H, W) through a matrix from the picture to the frame."""
    places = np.stack(np.meshgrid(np.arange(size[1], dtype=float), np.arange(size[0], dtype=float)), axis=-1)
    return np.clip(sample(source, undistorted(apply(inverse(matrix), places), smile), outside=None), 0, None)


def moved(step: float, *, scale: float, middle: tuple[float, float], reach: float = 12.0) -> Matrix:
    """Return (2, 3) from the portrait to a frame: turned, sized and carried as `step` (0 to 1) runs."""
    turn = 2 * np.pi * step
    angle, size = np.radians(7 * np.sin(turn)), scale * (1 + 0.06 * np.sin(2 * turn + 1))
    axes = size * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    aim = np.array(middle) + reach * np.array([np.sin(turn + 0.5), 0.5 * np.sin(2 * turn)])
    return np.concatenate([axes, (aim - axes @ CENTRE)[:, None]], axis=1)


def clip(
    count: int = 16,
    *,
    size: tuple[int, int] = (240, 320),
    scale: float = 1.3,
    grain: float = 0.006,
    pixel_aspect: float = 1.0,
    smiles: bool = False,
) -> MovingFace:
    """Make a clip of one face, by default 120 pixels wide; squeezed plates where `pixel_aspect` is not 1."""
    source, rng = portrait(), np.random.default_rng(5)
    frames, truth, smile = [], [], []
    squeeze = np.array([[1 / pixel_aspect, 0, (1 / pixel_aspect - 1) / 2], [0, 1, 0]])
    for at in range(count):
        matrix = moved(at / count, scale=scale, middle=(size[1] * pixel_aspect / 2, size[0] / 2))
        truth.append(after(squeeze, matrix))
        smile.append(0.5 - 0.5 * np.cos(4 * np.pi * at / count) if smiles else 0.0)
        frame = laid(source, truth[-1], size, smile[-1]) * (1 + 0.15 * np.sin(at / 3))
        noise = cv2.GaussianBlur(rng.normal(size=frame.shape).astype(np.float32), (0, 0), 0.7) * 1.9
        frames.append((frame + grain * noise * np.sqrt(np.maximum(frame, 0.002))).astype(np.float32))
    return MovingFace(frames, truth, smile)
