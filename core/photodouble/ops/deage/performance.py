"""Whether the performance is still the performer's: mouth, lids and brows of the plate beside the result's.

Landmarks that are found on each picture for itself jitter by more than a performance may change, so they are
not what is compared. Both pictures are cut alike, where the plate's face is held still; dense motion from
frame to frame says for each of them how lips, lids and brows move, read where the plate's landmarks lie, down
or along the eyes' line and told in its widths. Neither a turn of the head nor a move of the camera counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from photodouble.ops.deage.face import FaceTrack, Picture
from photodouble.ops.deage.measured import motion_track
from photodouble.ops.deage.motion import Motions, dense_motion
from photodouble.ops.deage.resample import sample_linear

Curve = NDArray[np.float64]
Pictures = Callable[[int], Picture]

_PAIRS: Mapping[str, tuple[str, tuple[tuple[int, int], ...]]] = {
    "mouth opening": ("down", ((13, 14), (82, 87), (312, 317))),
    "mouth width": ("along", ((61, 291),)),
    "lids": ("down", ((159, 145), (386, 374))),
    "brows": ("down", ((105, 33), (334, 263))),
}
"""Landmarks that move against each other, and in which direction; of several pairs the mean counts."""
_EYES = (33, 263)
_STILL = 0.0015
"""What moves less than this from frame to frame does not move: there is nothing to agree with."""
AGREES = 0.99
SHARES = (0.95, 1.05)
"""A movement is kept when the velocities correlate so well, and are so large beside the plate's."""
_MEMORY_MB = 64.0


@dataclass(frozen=True)
class Movement:
    """One movement: its curve on the plate and on the result (n,), in widths of the eyes' line.

    `agreement` is the correlation of the velocities, `share` how large the result's are beside the plate's,
    both None where nothing moves; `apart` is the largest difference of a velocity.
    """

    name: str
    plate: Curve
    result: Curve
    agreement: float | None
    share: float | None
    apart: float

    @property
    def is_kept(self) -> bool:
        """Whether the result moves as the plate does, and as far."""
        if self.agreement is None or self.share is None:
            return True
        return self.agreement >= AGREES and SHARES[0] <= self.share <= SHARES[1]


def movements(
    track: FaceTrack,
    plate: Pictures,
    result: Pictures,
    *,
    on_frame: Callable[[int, int], None] | None = None,
) -> tuple[Movement, ...]:
    """Compare how the face of a track moves in two sequences over the frames in which it is trusted.

    `plate(frame)` and `result(frame)` give (H, W, 3 or more) scene-linear; the track must have landmarks.
    """
    looked: list[Curve] = []
    for number, pictures in enumerate((plate, result)):

        def tell(done: int, of: int, number: int = number) -> None:
            if on_frame is not None:
                on_frame(number * of + done, 2 * of)

        looked.append(velocities(track, pictures, on_frame=tell))
    return compared(*looked)


def velocities(
    track: FaceTrack, pictures: Pictures, *, on_frame: Callable[[int, int], None] | None = None
) -> Curve:
    """Say how far each movement goes from frame to frame, (n, 4): one row a trusted frame, the first is 0."""
    small = motion_track(track)
    look = Motions(small, pictures, memory_mb=_MEMORY_MB)
    frames = trusted_frames(track)
    steps = np.zeros((len(frames), len(_PAIRS)))
    for row, (before, frame) in enumerate(pairwise(frames), 1):
        if frame - before == 1:
            steps[row] = _step(look, small, before, frame)
        if on_frame is not None:
            on_frame(row + 1, len(frames))
    return steps


def compared(plate: Curve, result: Curve) -> tuple[Movement, ...]:
    """Compare the `velocities` of two sequences."""
    return tuple(_movement(name, plate[:, number], result[:, number]) for number, name in enumerate(_PAIRS))


def trusted_frames(track: FaceTrack) -> tuple[int, ...]:
    """Return the frames in which a track is trusted."""
    return tuple(frame for frame, valid in zip(track.frames, track.valid, strict=True) if valid)


def _step(look: Motions, track: FaceTrack, before: int, frame: int) -> list[float]:
    """Say how far each movement goes from one frame to the next."""
    flow = dense_motion(look.codes(before), look.codes(frame), track.density)
    places = track.points_in_face(before)
    left, right = (places[track.names.index(one)] for one in _EYES)
    wide = float(np.hypot(*(right - left)))
    along = (right - left) / wide
    ways = {"along": along, "down": np.array([-along[1], along[0]])}
    moved = []
    for way, pairs in _PAIRS.values():
        rows = [[track.names.index(mark) for mark in pair] for pair in pairs]
        gone = sample_linear(flow, places[rows], outside=None)
        moved.append(float(((gone[:, 1] - gone[:, 0]) @ ways[way]).mean()) / wide)
    return moved


def _movement(name: str, plate: Curve, result: Curve) -> Movement:
    apart = float(np.abs(plate - result).max()) if len(plate) else 0.0
    curves = np.cumsum(plate), np.cumsum(result)
    if len(plate) < 4 or np.sqrt(np.mean(plate[1:] ** 2)) < _STILL:
        return Movement(name, *curves, None, None, apart)
    return Movement(name, *curves, *_agreement(plate[1:], result[1:]), apart)


def _agreement(first: Curve, second: Curve) -> tuple[float, float]:
    """Return the correlation of two velocities and the slope between them, where neither is the exact one."""
    spread = np.cov(first, second)
    size = float(np.sqrt(spread[0, 0] * spread[1, 1]))
    if size <= 0:
        return 0.0, 0.0
    _, ways = np.linalg.eigh(spread)
    steep = ways[:, 1]
    return float(spread[0, 1] / size), float(steep[1] / steep[0]) if abs(steep[0]) > 1e-6 else float("inf")
