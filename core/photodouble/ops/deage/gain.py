"""Say how much of each key's paint a frame wants: which keys it resembles, and how deep its wrinkles are.

Both frames are compared in face space, small, after the motion between them: the *wrinkle band* is the
logarithm of the plate between two blurs. Where a wrinkle got deeper since the key, the plate's band changed
against the band of the paint, and the paint has to grow by as much: a regression in a soft window, drawn to
1 where there is nothing to learn from. The band of the paint is used, not the paint itself, because a
frame's own wide shading says nothing about wrinkles. Widths are in pixels of the study's face space.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from photodouble.ops.deage.face import Picture

_FINE, _WIDE = 1.0, 7.0
"""The wrinkle band lies between these blurs."""
_LIGHT = 3.0
_ALIKE = 5.0
"""Keys are weighed by how alike the band is within this blur,"""
_NOISE = 2e-4
"""where a difference of this energy (squared stops) is no difference."""
_WINDOW = 6.0
"""The gain is the same within about this blur,"""
_TRUST = 1e-3
"""and paint of less energy than this leaves it at 1."""
_MOST_LIGHT = 4.0
_HIDDEN, _SHOWN = 0.03, 0.2
"""Where no motion to a key is believed so far, skin is hidden and gets no paint."""


@dataclass(frozen=True)
class Cap:
    """How far the paint may be turned down and up to follow the expression, and how much of it is done.

    `follow` 0 leaves the paint as deep as it was painted.
    """

    least: float = 0.3
    most: float = 2.2
    follow: float = 1.0


FOLLOWING = Cap()


@dataclass(frozen=True)
class Signs:
    """What a frame shows in the study's face space: `wrinkles` (s, s) in stops, `light` (s, s, 3) linear."""

    wrinkles: Picture
    light: Picture


@dataclass(frozen=True)
class KeySigns:
    """What a key shows: its plate's signs, the wrinkle band of its paint, and where it has a say (s, s)."""

    plate: Signs
    painted: Picture
    shown: Picture

    @property
    def stack(self) -> Picture:
        """All planes in one picture (s, s, 6), to be brought to another frame at once."""
        planes = (self.plate.wrinkles, self.painted, self.shown)
        return np.dstack([*planes, self.plate.light]).astype(np.float32)


@dataclass(frozen=True)
class Matched:
    """A frame beside a key: its wrinkle band (s, s) no sharper than the key's, and how the key is preferred.

    `preference` (s, s) is less than 1 where the key is blurred more than the frame.
    """

    wrinkles: Picture
    preference: Picture


@dataclass(frozen=True)
class Amounts:
    """How much of each key's delta a frame wants.

    `amount` (k, s, s, 3): weight x gain x light, 0 where the skin is hidden; `weight` and `gain` (k, s, s)
    apart; `rest` (s, s) the stops of the wrinkle band that the keys do not explain, `paint` (s, s) those of
    the paint itself.
    """

    amount: Picture
    weight: Picture
    gain: Picture
    rest: Picture
    paint: Picture


def signs_of(face: Picture, floor: float) -> Signs:
    """Read the signs of a face (s, s, 3) scene-linear; `floor` is a dark value that ends the logarithm."""
    bounded = _bounded(face, floor)
    light = _blurred(bounded, _LIGHT) + np.float32(0.5 * floor)
    return Signs(_band(_stops(bounded, floor)), light)


def key_signs(face: Picture, delta: Picture, shown: Picture, floor: float) -> KeySigns:
    """Read the signs of a key: its plate's face and its delta, (s, s, 3) each."""
    before, after = _bounded(face, floor), _bounded(face + delta, floor)
    painted = _band(_stops(after, floor) - _stops(before, floor))
    return KeySigns(signs_of(face, floor), painted, shown)


def amounts(
    here: Signs,
    brought: list[Picture],
    believed: list[Picture],
    cap: Cap,
    matched: Sequence[Matched] | None = None,
) -> Amounts:
    """Weigh keys that were brought to a frame (`KeySigns.stack` each) by what the frame shows.

    `matched` says of each key how the frame looks when it is blurred as the key is.
    """
    weights, gains, lights = [], [], []
    bands = [here.wrinkles] * len(brought) if matched is None else [one.wrinkles for one in matched]
    for key, belief, wrinkles in zip(brought, believed, bands):
        band, painted, shown = key[..., 0], key[..., 1], key[..., 2]
        change = wrinkles - band
        unlike = _blurred(change**2, _ALIKE)
        weights.append((0.02 + belief) * np.clip(shown, 0, 1) / (unlike + _NOISE) ** 2 + 1e-6 * shown)
        gains.append(_gain(change, painted, cap))
        lights.append(np.clip(here.light / np.maximum(key[..., 3:], 1e-6), 1 / _MOST_LIGHT, _MOST_LIGHT))
    weight, gain = np.stack(weights), np.stack(gains)
    weight = np.maximum(weight, 0)
    if matched is not None:
        weight = weight * np.stack([one.preference for one in matched])
    total = weight.sum(axis=0)
    weight = weight / np.where(total > 0, total, 1)
    seen = np.max([belief * (key[..., 2] > 0) for key, belief in zip(brought, believed)], axis=0)
    here_too = np.clip((seen - _HIDDEN) / _SHOWN, 0, 1)
    amount = (weight * gain * here_too)[..., None] * np.stack(lights)
    return Amounts(
        amount.astype(np.float32),
        weight.astype(np.float32),
        gain.astype(np.float32),
        *_left(bands, brought, weight, gain),
    )


def _gain(change: Picture, painted: Picture, cap: Cap) -> Picture:
    slope = -_blurred(change * painted, _WINDOW) / (_blurred(painted**2, _WINDOW) + _TRUST)
    return np.asarray(np.clip(1 + cap.follow * slope, cap.least, cap.most), np.float32)


def _left(
    seen: list[Picture], brought: list[Picture], weight: Picture, gain: Picture
) -> tuple[Picture, Picture]:
    """Tell how many stops of wrinkles are left when the paint is taken off, and how strong the paint is."""
    rest, paint = np.zeros_like(seen[0]), np.zeros_like(seen[0])
    for wrinkles, key, share, depth in zip(seen, brought, weight, gain):
        rest += share * (wrinkles - key[..., 0] - (1 - depth) * key[..., 1])
        paint += share * depth * key[..., 1]
    return np.sqrt(_blurred(rest**2, _ALIKE)), np.sqrt(_blurred(paint**2, _ALIKE))


def _bounded(face: Picture, floor: float) -> Picture:
    top = 400 * floor
    return np.clip(np.nan_to_num(face, nan=0.0, posinf=top, neginf=0.0), 0, top).astype(np.float32)


def _stops(face: Picture, floor: float) -> Picture:
    return np.asarray(np.log2(face + np.float32(floor)).mean(axis=-1), np.float32)


def _band(stops: Picture) -> Picture:
    return np.asarray(_blurred(stops, _FINE) - _blurred(stops, _WIDE), np.float32)


def _blurred(picture: Picture, sigma: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)
