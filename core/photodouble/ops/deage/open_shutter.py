"""Tell from the plate how long the shutter is open: how much more a fast frame is blurred than a slower one.

A slower frame is brought to a fast one along the motion and smeared as far as each shutter would smear it;
the shutter that leaves the least difference is the plate's. Grain is in neither: two neighbours are brought,
and only products of different frames are summed, whose grain has nothing in common (a sum of squares would
take any blur for a gain, since it calms grain).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from photodouble.image.shutter import SHUTTERS, lowest
from photodouble.ops.deage.face import FaceTrack, Picture, scale_of
from photodouble.ops.deage.gain import signs_of
from photodouble.ops.deage.measured import reduced, resized, shift_of, study_track
from photodouble.ops.deage.motion import Motions
from photodouble.ops.deage.resample import sample_linear
from photodouble.ops.deage.smear import longer, smeared, swept, unseen_path
from photodouble.ops.deage.space import grid

_PAIRS = 4
_APART = 10
"""Frames further apart than this show too different faces."""
_LEAST = 4.0
"""Paths in a whole frame's time that differ by fewer pixels of the plate tell nothing of the shutter."""
_SLOWER = 0.5
"""The slower frame may be blurred more, some other way, by this share of it."""
_CLOSED = 0.12
"""A shutter less open than this cannot be told from none."""
_SURE = 0.1
"""It must explain at least this share of what is unlike without any blur."""
_COARSE = 16


def find_shutter(track: FaceTrack, motions: Motions, frames: Sequence[int]) -> float:
    """Return how much of a frame's time the shutter is open, 0 to 1; 0 where nothing tells.

    Where no frame is faster than others there is nothing to match either.
    """
    pairs = telling_pairs(track, frames)
    if not pairs:
        return 0.0
    scores = np.mean([_scores(track, motions, *pair) for pair in pairs], axis=0)
    found = lowest(scores)
    if found < _CLOSED or scores[0] - scores.min() < _SURE * scores[0]:
        return 0.0
    return found


def telling_pairs(track: FaceTrack, frames: Sequence[int]) -> list[tuple[int, int, int]]:
    """Choose fast frames, each with a slower one near it and a neighbour of that, by the track alone."""
    small = resized(track, _COARSE)
    good = [t for t in frames if track.valid[track.at(t)]]
    paths = {t: _path(small, t) / np.float32(scale_of(small.to_face(t))) for t in good}
    found: list[tuple[float, int, int, int]] = []
    for fast in good:
        for slow in good:
            others = [u for u in (slow - 1, slow + 1) if u in paths and u != fast]
            if slow == fast or abs(fast - slow) > _APART or not others:
                continue
            more = _length(longer(paths[fast], paths[slow], 0.0))
            less = _length(longer(paths[slow], paths[fast], 0.0))
            if more >= _LEAST and less <= _SLOWER * more:
                other = min(others, key=lambda u: (_length(paths[u]), u))
                found.append((more - 2 * less, fast, slow, other))
    return _spread(found)


def _spread(found: list[tuple[float, int, int, int]]) -> list[tuple[int, int, int]]:
    """Take the best pair of each fast frame, and of those some that are not neighbours."""
    kept: list[tuple[int, int, int]] = []
    for _, *pair in sorted(found, reverse=True):
        if len(kept) < _PAIRS and all(abs(pair[0] - one[0]) > 2 for one in kept):
            kept.append((pair[0], pair[1], pair[2]))
    return kept


def _scores(track: FaceTrack, motions: Motions, fast: int, slow: int, beside: int) -> Picture:
    """Tell how unlike a fast frame the slower ones are for each shutter, in shares of its own energy."""
    study = study_track(track)
    size = study.size
    here, least = grid(size, size), unseen_path(study, fast)

    def wrinkles(frame: int) -> Picture:
        face = reduced(motions.picture(frame), size)
        return signs_of(face, 0.06 * max(float(np.nanmedian(face)), 1e-4)).wrinkles

    ways = {one: shift_of(motions.to_key(fast, one), size) for one in (slow, beside)}
    belief = np.prod([way[1] for way in ways.values()], axis=0)
    brought = {one: sample_linear(wrinkles(one), here + way[0], outside=None) for one, way in ways.items()}
    own, other = (_path(study, one) for one in (fast, slow))
    more, less, seen = longer(own, other, least), longer(other, own, least), wrinkles(fast)
    found = []
    for shutter in np.array(SHUTTERS, np.float32):
        soft = smeared(seen, shutter * less)
        first, second = (smeared(one, shutter * more) for one in brought.values())
        found.append((belief * (first * second - soft * (first + second))).sum() + (belief * soft**2).sum())
    return np.asarray(np.array(found) / max(float((belief * seen**2).sum()), 1e-9), np.float32)


def _path(track: FaceTrack, frame: int) -> Picture:
    """Say how far a face moves in a frame's time, by its track alone: (s, s, 2)."""
    still = np.zeros((track.size, track.size, 3), np.float32)
    return swept(track, frame, {other: still for other in (frame - 1, frame + 1) if other in track.frames})


def _length(path: Picture) -> float:
    return float(np.sqrt((path**2).sum(axis=-1).mean()))
