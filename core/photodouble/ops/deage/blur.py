"""Say whether a frame's keys are sharper or softer than it is, and what that means for their paint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from photodouble.ops.deage.face import FaceTrack, Picture
from photodouble.ops.deage.measured import reduced
from photodouble.ops.deage.motion import Motions
from photodouble.ops.deage.resample import sample_linear
from photodouble.ops.deage.smear import longer, unseen_path
from photodouble.ops.deage.space import grid

_SOFT = 0.5
"""A key that is blurred by so many pixels of the study more than a frame (deviation) counts a quarter."""


@dataclass(frozen=True)
class Blur:
    """A key beside a frame: the path to smear its paint along, and that by which it is too soft.

    Both (s, s, 2) pixels of the study's face space.
    """

    smear: Picture
    surplus: Picture

    @property
    def preference(self) -> Picture:
        """Say how much a key counts that is too soft, (s, s) 0 to 1."""
        too_soft = (self.surplus**2).sum(axis=-1) / np.float32(12 * _SOFT**2)
        return np.asarray(1 / (1 + too_soft) ** 2, np.float32)


def blur_between(
    study: FaceTrack,
    motions: Motions,
    frame: int,
    keys: Sequence[int],
    shifts: Sequence[Picture],
    shutter: float,
) -> list[Blur] | None:
    """Say how the blur of keys differs from that of a frame; None where none does.

    `shifts` (s, s, 2) say where the frame's pixels lie in each key.
    """
    share = np.float32(study.size / motions.track.size)

    def path(one: int) -> Picture:
        return reduced(motions.path(one, shutter), study.size) * share

    own, here, least = path(frame), grid(study.size, study.size), unseen_path(study, frame)
    found = []
    for key, shift in zip(keys, shifts):
        other = own if key == frame else sample_linear(path(key), here + shift, outside=None)
        found.append(Blur(longer(own, other, least), longer(other, own, least)))
    return found if any(one.smear.any() or one.surplus.any() for one in found) else None
