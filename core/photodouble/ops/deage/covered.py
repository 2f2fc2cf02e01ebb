"""What passes over the face, as the program finds it: one small matte a frame, beside the artist's own.

It is looked for where the face is, in the small face space in which frames are compared.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.deage.face import FaceTrack
from photodouble.ops.deage.given import face_frames, has_occluder, occluder, plate, remember_found
from photodouble.ops.deage.measured import study_track
from photodouble.ops.deage.motion import Motions
from photodouble.ops.deage.occlude import occluded, references
from photodouble.ops.deage.regions import skin
from photodouble.ops.deage.space import box_of, to_plate
from photodouble.ops.operation import Reporter, Scratch
from photodouble.ops.shot import Shot

Plane = NDArray[np.float32]

COVERED = "covered"
_MEMORY_MB = 256.0
_LEAST = 0.003
"""What covers less than this share of face space is a fold of an expression and no hand or hair."""
_LOOSE = 0.3
"""The face's matte reaches a little over its rim, and what covers it is followed so far."""


def is_sought(shot: Shot) -> bool:
    """Whether the artist asked to look for what passes over the face."""
    return bool(shot.values["find_occluders"])


def find_covered(shot: Shot, scratch: Scratch, track: FaceTrack, report: Reporter) -> None:
    """Look at every frame for what passes over the face, and keep it; what is there already is kept."""
    if not is_sought(shot):
        return
    frames = [one for one in face_frames(shot) if not scratch.has(COVERED, track.at(one))]
    small = study_track(track)
    given = (lambda frame: occluder(shot, frame)) if has_occluder(shot) else None
    motions = Motions(small, lambda frame: plate(shot, frame), occluders=given, memory_mb=_MEMORY_MB)
    others = references(track)
    for done, frame in enumerate(frames):
        report.progress(done, len(frames), "looking for what passes over the face")
        found = np.zeros((small.size, small.size), np.float32)
        if track.valid[track.at(frame)]:
            found = _large(occluded(motions, frame, others) * np.minimum(skin(small, frame) / _LOOSE, 1))
        scratch.save(COVERED, track.at(frame), matte=np.rint(found * 255).astype(np.uint8))


def recall_covered(shot: Shot, scratch: Scratch, track: FaceTrack) -> None:
    """Let what was found count as an occluder of the shot from now on."""
    if is_sought(shot):
        remember_found(shot, lambda frame: covered_in(shot, scratch, track, frame))


def covered_in(shot: Shot, scratch: Scratch, track: FaceTrack, frame: int) -> Plane:
    """Return what was found over the face on a frame (h, w) float32, 0 to 1, over the display window."""
    height, width = shot.display_window.size
    whole = np.zeros((height, width), np.float32)
    if not scratch.has(COVERED, track.at(frame)):
        return whole
    matte = scratch.load(COVERED, track.at(frame))["matte"].astype(np.float32) / np.float32(255)
    box = box_of(track, frame, (height, width))
    inside = box.slices_in(Box(0, 0, width, height))
    whole[inside] = np.clip(to_plate(matte, study_track(track), frame, box, smooth=True), 0, 1)
    return whole


def _large(matte: Plane) -> Plane:
    """Drop the pieces of a matte that are too small to be anything that passes."""
    count, labels, figures, _ = cv2.connectedComponentsWithStats(
        (matte > 0.5).astype(np.uint8), connectivity=8
    )
    large = [at for at in range(1, count) if figures[at, cv2.CC_STAT_AREA] >= _LEAST * matte.size]
    kept = np.isin(labels, large).astype(np.uint8)
    near = cv2.dilate(kept, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9)))
    return np.asarray(matte * near, np.float32)
