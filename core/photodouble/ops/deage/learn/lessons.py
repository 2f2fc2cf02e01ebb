"""Make lessons from painted frames: carry the others' paint to one of them, and compare with what is painted.

All pictures lie in the study's face space (s, s); a delta is told as a share of the skin's own light, so that
light that moves teaches nothing wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from photodouble.image.window import Box
from photodouble.ops.deage.face import Picture
from photodouble.ops.deage.gain import Cap, signs_of
from photodouble.ops.deage.keys import PaintedKey
from photodouble.ops.deage.measured import Measured, reduced
from photodouble.ops.deage.motion import Motions
from photodouble.ops.deage.propagate import KeyRing, measured
from photodouble.ops.deage.resample import sample, sample_linear
from photodouble.ops.deage.smear import smeared
from photodouble.ops.deage.space import face_picture, grid
from photodouble.ops.operation import Reporter

CHANNELS = 11
"""The carried delta (3); the plate's wrinkle band, the band of the carried paint, how the plate's band
differs from that of the keys; the plate's fine structure; confidence; how much paint
is wanted in all; place (2)."""
MOST_FOLDS = 4
"""So many painted frames are kept apart in turn, at most: each takes a training of its own."""
MOST_TAUGHT = 8
"""So many painted frames are learned from, at most; lessons of more would fill the memory."""
_RELATIVE, _BAND, _FINE = 0.1, 0.1, 0.2
"""What counts as one: shares of the light, stops of a band, stops of fine structure."""
_WIDE = 12.0
_NEAR = 4.0
_LEAST = 1e-3


@dataclass(frozen=True)
class Sight:
    """What the network sees of a frame: `seen` (CHANNELS, s, s).

    `given` (s, s, 3) the carried delta as a share of `light` (s, s, 3), scene-linear; `near` (s, s) 0 to 1
    where paint is carried to, and a little beyond.
    """

    seen: Picture
    given: Picture
    light: Picture
    near: Picture


@dataclass(frozen=True)
class Lesson:
    """A painted frame seen through the paint of others: what was painted is `truth` (s, s, 3).

    `key` is its frame, `used` those whose paint was carried; `asked` (s, s) 0 to 1 weighs its pixels.
    """

    key: int
    used: tuple[int, ...]
    sight: Sight
    truth: Picture
    asked: Picture


class Eyes:
    """See frames as the network does: the keys' paint, brought to them."""

    def __init__(self, ring: KeyRing, pictures: Callable[[int], Picture]) -> None:
        self.ring = ring
        self._painted = {key.frame: _painted(key, pictures(key.frame).shape, ring) for key in ring.keys}
        self._signs = {key.frame: signs for key, signs in zip(ring.keys, ring.signs, strict=True)}

    def sight(self, found: Measured, face: Picture) -> Sight:
        """See a frame, whose face (s, s, 3) is scene-linear, through the keys it was measured against."""
        size = self.ring.track.size
        here = grid(size, size)
        signs = signs_of(face, self.ring.floor)
        delta = np.zeros((size, size, 3), np.float32)
        paint, change, wanted = (np.zeros((size, size), np.float32) for _ in range(3))
        for row, (key, shift, amount) in enumerate(zip(found.keys, found.shift, found.amount, strict=True)):
            places = here + shift
            carried = sample(self._painted[key], places, outside=None)
            brought = sample_linear(self._signs[key].stack, places, outside=None)
            if found.smear is not None:
                carried, brought = (smeared(one, found.smear[row]) for one in (carried, brought))
            delta += amount * carried
            share = amount.mean(axis=2)
            paint += share * brought[..., 1]
            change += share * (signs.wrinkles - brought[..., 0])
            wanted += share
        given = np.asarray(delta / signs.light, np.float32)
        change /= np.maximum(wanted, _LEAST)
        place = np.asarray(here / max(size - 1, 1) * 2 - 1, np.float32)
        planes = (
            given / _RELATIVE, signs.wrinkles / _BAND, paint / _BAND, change / _BAND,
            _fine(face, self.ring.floor) / _FINE, found.confidence, wanted - 1, place,
        )  # fmt: skip
        seen = np.clip(np.nan_to_num(np.dstack(planes)), -20, 20).astype(np.float32)
        near = _around(given) * np.clip(2 * wanted, 0, 1)
        return Sight(np.ascontiguousarray(seen.transpose(2, 0, 1)), given, signs.light, near)

    def truth(self, key: int, light: Picture) -> Picture:
        """Return what is painted on a key, as a share of the light."""
        return np.asarray(self._painted[key] / light, np.float32)


def lessons_of(
    eyes: Eyes, motions: Motions, *, taught: Sequence[int], cap: Cap, report: Reporter
) -> tuple[Lesson, ...]:
    """See every taught key through all others, and again through all but one that is kept apart.

    `taught` are the artist's own frames.
    """
    apart = folds_of(taught)
    wanted = [(key, hidden) for key in taught for hidden in (None, *apart) if hidden != key]
    made = []
    for done, (key, hidden) in enumerate(wanted):
        report.progress(done, len(wanted), "making lessons")
        used = tuple(one for one in eyes.ring.frames if one not in (key, hidden))
        if used:
            made.append(_lesson(eyes, motions, key, used, cap))
    return tuple(made)


def folds_of(taught: Sequence[int]) -> tuple[int, ...]:
    """Choose the keys that are kept apart in turn, spread over all."""
    return _spread(taught, MOST_FOLDS)


def taught_of(painted: Sequence[int]) -> tuple[int, ...]:
    """Choose the painted frames that are learned from, spread over all."""
    return _spread(painted, MOST_TAUGHT)


def _spread(frames: Sequence[int], most: int) -> tuple[int, ...]:
    at = np.linspace(0, len(frames) - 1, min(most, len(frames))).round().astype(int)
    return tuple(sorted({frames[one] for one in at}))


def _lesson(eyes: Eyes, motions: Motions, key: int, used: tuple[int, ...], cap: Cap) -> Lesson:
    ring = eyes.ring
    kept = [(one, signs) for one, signs in zip(ring.keys, ring.signs, strict=True) if one.frame in used]
    part = KeyRing(
        tuple(one for one, _ in kept),
        tuple(signs for _, signs in kept),
        ring.track,
        ring.floor,
        ring.shutter,
    )
    face = reduced(motions.picture(key), ring.track.size)
    sight = eyes.sight(measured(part, key, motions, cap=cap, reach=0), face)
    truth = eyes.truth(key, sight.light)
    shown = next(signs.shown for one, signs in zip(ring.keys, ring.signs, strict=True) if one.frame == key)
    return Lesson(key, used, sight, truth, np.asarray(_around(truth) * shown, np.float32))


def _around(relative: Picture) -> Picture:
    """Say where there is paint, and a little beyond, (s, s) float32 0 to 1."""
    painted = (np.abs(relative).max(axis=2) > _LEAST).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(painted, (0, 0), _NEAR), np.float32)


def _fine(face: Picture, floor: float) -> Picture:
    bounded = np.clip(np.nan_to_num(face.mean(axis=2), nan=0.0), 0, 400 * floor)
    stops = np.log2(bounded + np.float32(floor))
    return np.asarray(stops - cv2.GaussianBlur(stops, (0, 0), _WIDE), np.float32)


def _painted(key: PaintedKey, shape: tuple[int, ...], ring: KeyRing) -> Picture:
    """Cut a key's delta (s, s, 3) into the study's face space."""
    whole = np.zeros((*shape[:2], 3), np.float32)
    whole[key.box.slices_in(Box(0, 0, shape[1], shape[0]))] = key.delta
    return face_picture(whole, ring.track, key.frame)
