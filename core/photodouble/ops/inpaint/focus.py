"""Match the fill's sharpness to its frame: what is sharper than the frame around the matte is blurred.

A whip pan blurs along the motion, a focus pull all around. How much a frame lacks is seen in the energy of
its gradients beside the matte, along the motion and across it, against the same ground in the source. The
energy of a gradient does not mind a source that is a little out of place, as a difference would. Nothing
is sharpened: what a source does not hold is not invented.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.ops.inpaint.footage import Mask, Picture

Grey = NDArray[np.float32]

_SOFTER = 0.75
"""Energies of gradients must differ by this factor before anything is blurred: less is texture by chance."""
_FEWEST = 150
_FLAT = 2e-5
"""Mean squared gradient below which there is no texture that could tell."""
_LONGEST, _WIDEST = 40.0, 8.0
_LEAST_MOTION = 1.0
_STEPS = 7
_NOISE_BLUR = 0.8


@dataclass(frozen=True)
class Blur:
    """A blur in working pixels: `along` the `angle` (radians) as motion leaves it, and `radius` all around.

    The motion part is a box of that length, the other a Gaussian of that sigma.
    """

    along: float = 0.0
    angle: float = 0.0
    radius: float = 0.0

    @property
    def is_none(self) -> bool:
        """Whether it changes nothing."""
        return self.along <= 0 and self.radius <= 0

    def to_array(self) -> NDArray[np.float32]:
        """Return it as an array, for a record."""
        return np.array([self.along, self.angle, self.radius], np.float32)


NO_BLUR = Blur()


def blur_of(values: NDArray[np.float32]) -> Blur:
    """Return the blur that a record holds."""
    return Blur(*(float(value) for value in values))


def blurred(picture: Picture, blur: Blur, scale: int = 1, known: Grey | None = None) -> Picture:
    """Blur a picture (h, w) or (h, w, c), `scale` of its pixels to a working pixel; the known part only."""
    if blur.is_none:
        return picture
    kernel = _kernel(blur, scale)
    if known is None:
        return np.asarray(cv2.filter2D(picture, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)
    weight = known.astype(np.float32)
    masked = picture * (weight if picture.ndim == 2 else weight[..., None])
    total = cv2.filter2D(masked, -1, kernel, borderType=cv2.BORDER_CONSTANT)
    share = np.maximum(cv2.filter2D(weight, -1, kernel, borderType=cv2.BORDER_CONSTANT), 1e-3)
    return np.asarray(total / (share if picture.ndim == 2 else share[..., None]), np.float32)


def missing_blur(
    found: Grey, wanted: Grey, known: Mask, motion: tuple[float, float], *, filled: Mask | None = None
) -> Blur:
    """Find the blur that gives `found` no more texture than `wanted` has, both (h, w), where both are known.

    `filled` says where `found` is known, if that is more. `motion` is how far the ground moves in a frame,
    x and y in pixels. No blur where there is too little texture to tell, or where `wanted` is as sharp.
    """
    inside = cv2.erode(known.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    if np.count_nonzero(inside) < _FEWEST:
        return Blur()
    far = float(np.hypot(*motion))
    angle = float(np.arctan2(motion[1], motion[0])) if far > _LEAST_MOTION else 0.0
    target = _energies(wanted, inside, angle)
    start = _energies(found, inside, angle)
    if min(start) < _FLAT:
        return Blur()
    weight = (known if filled is None else filled).astype(np.float32)

    def left(blur: Blur) -> tuple[float, float]:
        """Give how much too much texture is left along the motion and across it, as a ratio."""
        along, across = _energies(blurred(found, blur, known=weight), inside, angle)
        return along / max(target[0], 1e-9), across / max(target[1], 1e-9)

    def both(blur: Blur) -> float:
        return float(np.sqrt(np.prod(left(blur))))

    first = left(Blur())
    moves = far > _LEAST_MOTION and first[0] * _SOFTER > max(first[1], 1.0)
    if not moves:
        if both(Blur()) * _SOFTER <= 1:
            return Blur()
        return Blur(radius=_searched(lambda value: both(Blur(radius=value)), _WIDEST))
    most = min(_LONGEST, 2 * far)
    along = _searched(lambda value: left(Blur(value, angle))[0], most)
    if left(Blur(along, angle))[1] * _SOFTER <= 1:
        return Blur(along, angle)
    radius = _searched(lambda value: left(Blur(along, angle, value))[1], _WIDEST)
    return Blur(_searched(lambda value: left(Blur(value, angle, radius))[0], most), angle, radius)


def _searched(left: Callable[[float], float], most: float) -> float:
    """Halve the interval from 0 to `most` until no more texture is left than is wanted."""
    low, high = 0.0, most
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if left(middle) > 1 else (low, middle)
    return (low + high) / 2


def _energies(picture: Grey, inside: NDArray[np.bool_], angle: float) -> tuple[float, float]:
    """Give the mean squared gradient along an angle and across it."""
    soft = cv2.GaussianBlur(picture, (0, 0), _NOISE_BLUR)
    dx, dy = (cv2.Sobel(soft, cv2.CV_32F, *order, ksize=1, scale=0.5)[inside] for order in ((1, 0), (0, 1)))
    c, s = np.cos(angle), np.sin(angle)
    return float(((c * dx + s * dy) ** 2).mean()), float(((c * dy - s * dx) ** 2).mean())


@functools.lru_cache(maxsize=32)
def _kernel(blur: Blur, scale: int) -> Grey:
    """Draw the kernel: a line of that length, exact in its coverage, softened by the Gaussian."""
    half = int(np.ceil(scale * (blur.along / 2 + 3 * blur.radius))) + 1
    ys, xs = np.mgrid[-half : half + 1, -half : half + 1].astype(np.float32)
    kernel = np.zeros(xs.shape, np.float32)
    count = max(int(np.ceil(4 * scale * blur.along)), 1)
    for part in (np.arange(count) + 0.5) / count - 0.5:
        x, y = (part * scale * blur.along * f(blur.angle) for f in (np.cos, np.sin))
        near = np.maximum(1 - np.abs(xs - x), 0) * np.maximum(1 - np.abs(ys - y), 0)
        kernel += near.astype(np.float32)
    if blur.radius > 0:
        kernel = cv2.GaussianBlur(kernel, (0, 0), scale * blur.radius, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(kernel / kernel.sum(), np.float32)
