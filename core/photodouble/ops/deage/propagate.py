"""Carry painted keys through a shot: look at each frame for itself, then draw its delta.

`KeyRing` holds the keys and what they show; `measured` looks at one frame and asks for no other but its
neighbours in time; `drawn` makes the delta of a frame from what was measured on it and on the few frames
around it. No state passes from frame to frame, so frames may come in any order, on any number of cores.
Scene-linear float32; pixel centres lie at whole numbers of the plate's array.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from photodouble.image.window import Box
from photodouble.ops.deage.blur import Blur, blur_between
from photodouble.ops.deage.carry import add_carried
from photodouble.ops.deage.confidence import confidence
from photodouble.ops.deage.face import FaceTrack, Matrix, Picture
from photodouble.ops.deage.gain import (
    FOLLOWING,
    Amounts,
    Cap,
    KeySigns,
    Matched,
    amounts,
    key_signs,
    signs_of,
)
from photodouble.ops.deage.keys import PaintedKey, ordered
from photodouble.ops.deage.measured import Measured, reduced, shift_of, steps_of, study_track
from photodouble.ops.deage.motion import Motions
from photodouble.ops.deage.resample import sample, sample_linear
from photodouble.ops.deage.smear import smeared
from photodouble.ops.deage.smooth import smoothed
from photodouble.ops.deage.space import face_picture, grid, plate_places

_FLOOR = 0.06
"""The logarithm of the plate ends at this share of how bright the face is."""


@dataclass(frozen=True)
class KeyRing:
    """Painted keys of one face, and what they show in the study's face space.

    `floor` is scene-linear; `shutter` is how much of a frame's time the shutter is open, 0 for no blur.
    """

    keys: tuple[PaintedKey, ...]
    signs: tuple[KeySigns, ...]
    track: FaceTrack
    floor: float
    shutter: float = 0.0

    @property
    def frames(self) -> tuple[int, ...]:
        """The frames of the keys, in order."""
        return tuple(key.frame for key in self.keys)


@dataclass(frozen=True)
class Drawn:
    """A frame's delta (h, w, 3) for the plate's pixels in `box`, and the confidence (h, w) 0 to 1."""

    box: Box
    delta: Picture
    confidence: Picture


def key_ring(
    keys: Sequence[PaintedKey],
    track: FaceTrack,
    pictures: Callable[[int], Picture],
    *,
    shutter: float = 0.0,
) -> KeyRing:
    """Look at the keys once; `pictures(frame)` gives the plate (H, W, 3) scene-linear.

    With a `shutter` above 0 the paint is blurred as frames are.

    Raises ArtistError for no key and for two keys on one frame.
    """
    row = ordered(keys)
    study = study_track(track)
    plates = [pictures(key.frame)[..., :3] for key in row]
    faces = [face_picture(plate, study, key.frame) for plate, key in zip(plates, row)]
    floor = _FLOOR * float(np.median([_brightness(face) for face in faces]))
    signs = tuple(
        key_signs(face, *_face_of_key(key, plate.shape, study), floor)
        for key, face, plate in zip(row, faces, plates)
    )
    return KeyRing(row, signs, study, floor, shutter)


def measured(
    ring: KeyRing, frame: int, motions: Motions, *, cap: Cap = FOLLOWING, reach: int = 1
) -> Measured:
    """Look at one frame: where its pixels lie in each key, and how much of each key's delta it wants.

    `motions` measures in the full face space of the same track. With `reach` 0 no neighbours are looked at.
    """
    size = ring.track.size
    shifts, beliefs = zip(*(shift_of(motions.to_key(frame, key, ring.shutter), size) for key in ring.frames))
    steps = steps_of(motions, ring.track, frame, reach)
    face = reduced(motions.picture(frame), size)
    blur = None
    if ring.shutter > 0:
        blur = blur_between(ring.track, motions, frame, ring.frames, shifts, ring.shutter)
    found, trust = _wanted(ring, face, shifts, beliefs, cap, blur)
    amount = _own(found.amount, ring.frames, frame)
    smear = None if blur is None else np.stack([one.smear for one in blur])
    return Measured(frame, ring.frames, np.stack(shifts), amount, trust, steps, smear).stored()


def drawn(
    ring: KeyRing, near: Mapping[int, Measured], frame: int, box: Box, *, threads: int | None = None
) -> Drawn:
    """Draw the delta of a frame for the plate's pixels in `box` from what was measured around it.

    A keyed frame shows the artist's own delta, to the bit.
    """
    delta = np.zeros((*box.size, 3), np.float32)
    if frame in ring.frames:
        key = ring.keys[ring.frames.index(frame)]
        common = key.box.intersect(box)
        if not common.is_empty:
            delta[common.slices_in(box)] = key.delta[common.slices_in(key.box)]
        return Drawn(box, delta, np.ones(box.size, np.float32))
    calm = smoothed(near, frame)
    for row, (key, shift, amount) in enumerate(zip(ring.keys, calm.shift, calm.amount)):
        add_carried(
            delta,
            key,
            track=ring.track,
            frame=frame,
            box=box,
            shift=shift,
            amount=amount,
            smear=None if calm.smear is None else calm.smear[row],
            threads=threads,
        )
    trust = sample_linear(calm.confidence, plate_places(ring.track, frame, box))
    return Drawn(box, delta, trust)


def _wanted(
    ring: KeyRing,
    face: Picture,
    shifts: Sequence[Picture],
    beliefs: Sequence[Picture],
    cap: Cap,
    blur: Sequence[Blur] | None,
) -> tuple[Amounts, Picture]:
    here = grid(ring.track.size, ring.track.size)
    brought = [_brought(key, here + shift) for key, shift in zip(ring.signs, shifts)]
    signs = signs_of(face, ring.floor)
    matched = None
    if blur is not None:
        brought = [smeared(key, one.smear) for key, one in zip(brought, blur)]
        matched = [Matched(smeared(signs.wrinkles, one.surplus), one.preference) for one in blur]
    found = amounts(signs, brought, list(beliefs), cap, matched)
    return found, confidence(found, list(beliefs), [key[..., 2] for key in brought])


def _brought(key: KeySigns, places: Matrix) -> Picture:
    """Bring what a key shows to a frame, as sharp as its paint is read; where it has a say never rings."""
    stack = key.stack
    brought = sample(stack, places, outside=None)
    brought[..., 2] = sample_linear(key.shown, places, outside=None)
    return brought


def _own(amount: Picture, keys: tuple[int, ...], frame: int) -> Picture:
    """On a keyed frame nothing is wanted but its own paint, as deep as it is."""
    if frame in keys:
        amount = np.zeros_like(amount)
        amount[keys.index(frame)] = 1
    return amount


def _face_of_key(key: PaintedKey, shape: tuple[int, ...], study: FaceTrack) -> tuple[Picture, Picture]:
    whole = np.zeros((*shape[:2], 3), np.float32)
    inside = key.box.slices_in(Box(0, 0, shape[1], shape[0]))
    whole[inside] = key.delta
    delta = face_picture(whole, study, key.frame)
    if key.shown is None:
        return delta, np.ones(delta.shape[:2], np.float32)
    said = np.zeros(shape[:2], np.float32)
    said[inside] = key.shown
    return delta, np.clip(face_picture(said, study, key.frame), 0, 1)


def _brightness(face: Picture) -> float:
    middle = face.shape[0] // 4
    level = float(np.nanmedian(face[middle:-middle, middle:-middle]))
    return max(level, 1e-4)
