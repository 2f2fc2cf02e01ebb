"""The first pass over time: what a frame wants is averaged with its neighbours', along the skin's motion.

The stops of a first pass are smooth, so they are averaged as they are; grain, which makes each frame's a
little different, averages out. The plate itself is never averaged.
"""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.deage.bands import Dials, in_light
from photodouble.ops.deage.face import FaceTrack, Picture
from photodouble.ops.deage.first import first_in_face
from photodouble.ops.deage.given import has_occluder, occluder, plate
from photodouble.ops.deage.measured import motion_track, reduced, resized, shift_of, study_track
from photodouble.ops.deage.motion import Motions
from photodouble.ops.deage.paint import MEASURED
from photodouble.ops.deage.resample import sample_linear
from photodouble.ops.deage.space import grid, to_plate
from photodouble.ops.deage.worn import dials
from photodouble.ops.operation import Reporter, Scratch
from photodouble.ops.recent import Recent
from photodouble.ops.shot import Shot

STEPS = "steps"
_SHARES = (1.0, 0.8, 0.5)
"""How much a frame counts that is so many frames away."""
_FIRM = 4.0
"""Skin that may change by a quarter may change by all that is averaged."""
_MOST = 1000
"""Stops are kept in at most so many pixels across: they hold nothing finer."""
_HELD = 192 * 2**20
_MEMORY_MB = 192.0

_PASSES: WeakKeyDictionary[Shot, Recent[Picture]] = WeakKeyDictionary()
"""First passes of neighbouring frames, as long as their shot lives."""


def reach_of(shot: Shot) -> int:
    """Return over how many frames to either side the first pass is steadied."""
    return int(shot.values["smoothing"])


def measure_steps(shot: Shot, scratch: Scratch, track: FaceTrack, report: Reporter) -> None:
    """Measure how the face moves from each frame to the next and to the one before, and keep it.

    Where paint is carried it was measured already.
    """
    wanted = [frame for frame in shot.frames if not _stage(scratch, track.at(frame))]
    given = (lambda frame: occluder(shot, frame)) if has_occluder(shot) else None
    small = motion_track(track)
    motions = Motions(small, lambda frame: plate(shot, frame), occluders=given, memory_mb=_MEMORY_MB)
    size = study_track(track).size
    for done, frame in enumerate(wanted):
        report.progress(done, len(wanted), "following the skin")
        steps = {
            f"step_{other}": np.dstack(shift_of(motions.to_key(frame, other), size)).astype(np.float16)
            for other in (frame - 1, frame + 1)
            if other in shot.frames
        }
        scratch.save(STEPS, track.at(frame), frame=np.array(frame), **steps)


def first_delta(shot: Shot, scratch: Scratch, track: FaceTrack, frame: int, calm: float, box: Box) -> Picture:
    """Return the first pass's change (h, w, 3) float32 for the plate's pixels in a box of the window.

    It is carried to the plate in stops, which are smooth, and becomes light there: the plate's own grain is
    never resampled.
    """
    stops = steadied(shot, scratch, track, frame, calm)
    return in_light(plate(shot, frame, box), to_plate(stops, _kept_track(track), frame, box))


def steadied(shot: Shot, scratch: Scratch, track: FaceTrack, frame: int, calm: float) -> Picture:
    """Return the first pass's stops (s, s, 3) of a frame, averaged with those of its neighbours."""
    wanted = dials(shot, frame)
    own = _stops(shot, track, frame, calm, wanted)
    total = np.full((*own.shape[:2], 1), _SHARES[0], np.float32)
    mean = own * np.float32(_SHARES[0])
    for other, distance, place, belief in _neighbours(shot, scratch, track, frame, own.shape[0]):
        share = (np.float32(_SHARES[distance]) * belief)[..., None]
        mean += share * sample_linear(_stops(shot, track, other, calm, wanted), place, outside=None)
        total += share
    # What may not change on this frame must not be changed by another's.
    allowed = np.clip(_FIRM * own[..., 3:], 0, 1)
    return np.asarray(mean[..., :3] / total * allowed, np.float32)


def _neighbours(
    shot: Shot, scratch: Scratch, track: FaceTrack, frame: int, size: int
) -> Iterator[tuple[int, int, NDArray[np.float64], Picture]]:
    """Follow the motion both ways: each neighbour, how far off, where it shows a pixel, how surely."""
    for way in (-1, 1):
        place: NDArray[np.float64] = grid(size, size)
        belief = np.ones((size, size), np.float32)
        for distance in range(1, reach_of(shot) + 1):
            other = frame + way * distance
            if other not in shot.frames or not track.valid[track.at(other)]:
                break
            name = f"step_{other}"
            row = track.at(other - way)
            record = scratch.load(_stage(scratch, row), row)
            if name not in record:
                break
            step = record[name].astype(np.float32)
            share = step.shape[0] / size
            moved = sample_linear(step, (place + 0.5) * share - 0.5, outside=None)
            place, belief = place + moved[..., :2] / share, belief * moved[..., 2]
            yield other, distance, place, belief


def _stops(shot: Shot, track: FaceTrack, frame: int, calm: float, wanted: Dials) -> Picture:
    """Return the first pass of one frame by itself (s, s, 4): its stops, and where it may change anything."""
    held = _PASSES.setdefault(shot, Recent(_HELD, lambda picture: picture.nbytes, least=2))

    def made() -> Picture:
        layers = first_in_face(shot, track, frame, calm, wanted)
        return reduced(np.dstack([layers.stops, layers.free]), _kept_track(track).size)

    return held.get((frame, calm, repr(wanted)), made)


def _stage(scratch: Scratch, row: int) -> str:
    """Return which records hold the steps of a frame; nothing where none do."""
    return next((stage for stage in (STEPS, MEASURED) if scratch.has(stage, row)), "")


def _kept_track(track: FaceTrack) -> FaceTrack:
    return resized(track, min(track.size, _MOST))
