"""What is known of a frame that was looked at: where it lies in each key, and how much paint it wants.

Small pictures in the study's face space (s, s); one frame's worth is a file of the analysis.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.ops.deage.face import FaceTrack, Picture, after
from photodouble.ops.deage.motion import Motion, Motions
from photodouble.ops.deage.space import grid

MOST = 320
"""The study's face space has at most so many pixels across."""
MOST_MOTION = 640
"""Motion is measured in so many pixels across at most; only belief is told in more."""
_DENSITY = 0.75
"""It has so many for each of the plate's, where that is less."""


@dataclass(frozen=True)
class Measured:
    """One frame against the keys; pixels in the study's face space.

    `shift` (k, s, s, 2) how far a pixel moves to each key, `amount` (k, s, s, 3) how much of the key's delta
    is wanted, `confidence` (s, s) 0 to 1; `steps` {frame: (s, s, 3)}: how far to a neighbour in time, x and
    y, and how far that is believed. `smear` (k, s, s, 2) is the path along which each key's delta is smeared
    to be blurred as the frame is, None where no key's is.
    """

    frame: int
    keys: tuple[int, ...]
    shift: Picture
    amount: Picture
    confidence: Picture
    steps: dict[int, Picture]
    smear: Picture | None = None

    def planes(self) -> dict[str, NDArray[np.generic]]:
        """Give everything as named arrays in half precision, as they are stored."""
        kept: dict[str, NDArray[np.generic]] = {
            "frame": np.array(self.frame),
            "keys": np.array(self.keys, np.int64),
            "shift": self.shift.astype(np.float16),
            "amount": self.amount.astype(np.float16),
            "confidence": self.confidence.astype(np.float16),
        }
        if self.smear is not None:
            kept["smear"] = self.smear.astype(np.float16)
        for frame, step in self.steps.items():
            kept[f"step_{frame}"] = step.astype(np.float16)
        return kept

    @classmethod
    def from_planes(cls, planes: dict[str, NDArray[np.generic]]) -> Measured:
        """Read what `planes` gave (also as an open .npz file gives it)."""

        def real(name: str) -> Picture:
            return np.asarray(planes[name], np.float32)

        steps = {int(name[5:]): real(name) for name in planes if name.startswith("step_")}
        keys = tuple(int(key) for key in planes["keys"])
        smear = real("smear") if "smear" in planes else None
        return cls(
            int(planes["frame"]), keys, real("shift"), real("amount"), real("confidence"), steps, smear
        )

    def stored(self) -> Measured:
        """Give what is left after storing, so that a stored frame and a fresh one are the same."""
        return Measured.from_planes(self.planes())


def study_track(track: FaceTrack) -> FaceTrack:
    """Give the same track with the smaller face space that frames and keys are compared in."""
    return resized(track, max(min(round(track.size * _DENSITY / max(track.density, _DENSITY)), MOST), 16))


def motion_track(track: FaceTrack) -> FaceTrack:
    """Give the same track with a face space no larger than motion is measured in: same motion, less work."""
    return resized(track, min(track.size, MOST_MOTION))


def resized(track: FaceTrack, size: int) -> FaceTrack:
    """Give the same track with the same square of the plate as face space of another side."""
    share = size / track.size
    smaller = np.array([[share, 0, (share - 1) / 2], [0, share, (share - 1) / 2]])
    similarity = np.stack([after(smaller, one) for one in track.similarity])
    return replace(track, similarity=similarity, size=size, density=track.density * share)


def shift_of(motion: Motion, size: int) -> tuple[Picture, Picture]:
    """Bring a motion to the study's face space: how far each pixel moves (s, s, 2), and the belief (s, s)."""
    full = motion.place.shape[0]
    away = motion.place - grid(full, full).astype(np.float32)
    return reduced(away, size) * np.float32(size / full), reduced(motion.valid, size)


def steps_of(motions: Motions, study: FaceTrack, frame: int, reach: int) -> dict[int, Picture]:
    """Measure how far a frame's pixels move to its neighbours in time, (s, s, 3) each, with the belief."""
    beside = [t for t in range(frame - reach, frame + reach + 1) if t != frame and t in study.frames]
    return {other: np.dstack(shift_of(motions.to_key(frame, other), study.size)) for other in beside}


def reduced(picture: Picture, size: int) -> Picture:
    """Shrink a picture of face space to (size, size) by the mean of what a pixel covers."""
    if picture.shape[0] == size:
        return np.asarray(picture, np.float32)
    return np.asarray(cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA), np.float32)
