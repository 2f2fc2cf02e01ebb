"""Use what was learned when a frame is drawn: deepen its paint, and add the little that is missing.

Both go the way of the carried paint: averaged with the neighbours' along the motion, never by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from photodouble.image.window import Box
from photodouble.ops.deage.face import FaceTrack, Picture
from photodouble.ops.deage.learn.shot import LEARNED
from photodouble.ops.deage.measured import Measured, study_track
from photodouble.ops.deage.resample import sample
from photodouble.ops.deage.smooth import along_motion
from photodouble.ops.deage.space import plate_places
from photodouble.ops.operation import Scratch


def deepened(found: Measured, scratch: Scratch, track: FaceTrack) -> Measured:
    """Return what was measured of a frame, its paint as deep as was learned; as it was where nothing was."""
    row = track.at(found.frame)
    if not scratch.has(LEARNED, row):
        return found
    factor = np.asarray(scratch.load(LEARNED, row)["factor"], np.float32)
    return replace(found, amount=found.amount * factor[None, ..., None])


def added(
    near: Mapping[int, Measured], scratch: Scratch, track: FaceTrack, frame: int, box: Box
) -> Picture | None:
    """Return what is added to the delta of a frame, (h, w, 3) scene-linear for the plate's pixels in a box.

    None where nothing was learned.
    """
    rests = {
        other: np.asarray(scratch.load(LEARNED, track.at(other))["rest"], np.float32)
        for other in near
        if scratch.has(LEARNED, track.at(other))
    }
    if frame not in rests:
        return None
    calm = along_motion(near, frame, rests)
    return sample(calm, plate_places(study_track(track), frame, box))
