"""Say which frames are worth painting: those that show what no other painted frame can tell.

Every frame's wrinkles are brought to one frame, small; how well a key serves a cell of another frame is how
much of the wrinkle energy there it leaves unlike. Each cell takes the key that serves it best, as the
propagation does. Keys are chosen one after another, each the one that takes most away from what is left over
the whole shot (a facility-location greedy; Nemhauser et al. 1978), then exchanged while that takes away more.
A long shot is looked at in steps: memory does not grow with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from photodouble.ops.deage.face import Picture
from photodouble.ops.deage.gain import signs_of
from photodouble.ops.deage.measured import reduced, shift_of, study_track
from photodouble.ops.deage.motion import Motions
from photodouble.ops.deage.resample import sample_linear
from photodouble.ops.deage.space import grid
from photodouble_client.errors import ArtistError

_SMALL = 96
_CELLS = 16
"""A side of the face has so many cells."""
_MOST_FRAMES = 200
"""Of a longer shot every second, third ... frame is looked at."""
_TURNS = 8
_NOISE = 2e-5
"""Unlike energy, in squared stops, that is as good as none."""
_DEPTH_HELPS = 0.35
"""A shallower wrinkle can be had from a deeper one by the gain; what differs counts by this share then."""


@dataclass(frozen=True)
class Suggestion:
    """A frame to paint: what it is predicted to gain in dB over the keys before it, and what it covers.

    `gain_db` of the first one is over painting nothing; `serves` are the frames it serves best of all keys.
    """

    frame: int
    gain_db: float
    serves: tuple[int, ...]


def suggest_keys(
    motions: Motions,
    count: int,
    *,
    frames: Sequence[int] = (),
    already: Sequence[int] = (),
    matte: Callable[[int], Picture] | None = None,
    on_frame: Callable[[int, int], None] | None = None,
) -> tuple[Suggestion, ...]:
    """Name `count` frames to paint, best first, beside those `already` painted.

    `frames` limits the choice and the shot (all tracked frames by default); `matte(frame)` (S, S) says in
    face space where there will be paint. Raises ArtistError for fewer frames than keys.
    """
    track = motions.track
    shot = [f for f in (frames or track.frames) if track.valid[track.at(f)]]
    shot = _thinned(shot, already)
    if not 0 < count <= len(shot) - len(set(already) & set(shot)):
        raise ArtistError(
            "input.bad_key",
            "So many keys cannot be suggested",
            f"{count} keys are asked for, and {len(shot)} frames show the face.",
            "Ask for fewer keys, or a longer range.",
        )
    looks, weights = _looks(motions, shot, matte, on_frame)
    unlike = _unlikeness(looks, weights)
    nothing = _cells(weights * looks**2)
    return _chosen(shot, unlike, nothing, count, already)


def _looks(
    motions: Motions,
    shot: Sequence[int],
    matte: Callable[[int], Picture] | None,
    on_frame: Callable[[int, int], None] | None,
) -> tuple[Picture, Picture]:
    """Bring every frame's wrinkles to the middle one: (n, p) stops, and how far each is to be believed."""
    size = study_track(motions.track).size
    middle = shot[len(shot) // 2]
    said = np.ones((size, size), np.float32) if matte is None else reduced(matte(middle), size)
    floor = 0.06 * max(float(np.nanmedian(reduced(motions.picture(middle), size))), 1e-4)
    looks, weights = [], []
    for done, frame in enumerate(shot):
        shift, belief = shift_of(motions.to_key(middle, frame), size)
        wrinkles = signs_of(reduced(motions.picture(frame), size), floor).wrinkles
        place = grid(size, size).astype(np.float32) + shift
        looks.append(_small(sample_linear(wrinkles, place, outside=None)))
        weights.append(_small(said * (0.05 + belief)))
        if on_frame is not None:
            on_frame(done + 1, len(shot))
    return np.stack(looks), np.stack(weights)


def _thinned(shot: list[int], already: Sequence[int]) -> list[int]:
    """Leave at most so many frames as are looked at, evenly, and those that are painted already."""
    step = -(-len(shot) // _MOST_FRAMES)
    return [frame for place, frame in enumerate(shot) if place % step == 0 or frame in already]


def _small(picture: Picture) -> Picture:
    side = min(_SMALL, picture.shape[0])
    soft = cv2.GaussianBlur(picture, (0, 0), max(picture.shape[0] / side / 2, 0.5))
    return reduced(np.asarray(soft, np.float32), side)


def _unlikeness(looks: Picture, weights: Picture) -> Picture:
    """Tell what each key leaves of each frame: (frame, key, cell) energy, in squared stops."""
    left = []
    for look, weight in zip(looks, weights):
        # A valley lies below 0: a key that shows it deeper can be turned down, one without it knows nothing.
        share = np.where(looks < look, np.float32(_DEPTH_HELPS), np.float32(1))
        left.append(_cells(weight * share * (look - looks) ** 2))
    return np.stack(left)


def _cells(planes: Picture) -> Picture:
    """Give the mean of each cell of planes (n, s, s): (n, cells)."""
    side = min(_CELLS, planes.shape[1])
    return np.stack([reduced(plane, side).reshape(-1) for plane in planes])


def _chosen(
    shot: Sequence[int], unlike: Picture, nothing: Picture, count: int, already: Sequence[int]
) -> tuple[Suggestion, ...]:
    """Choose greedily, exchange while that helps, and tell what each is predicted to gain, best first."""
    kept = [shot.index(frame) for frame in already if frame in shot]
    base = np.min([nothing, *(unlike[:, key] for key in kept)], axis=0)
    chosen = _exchanged(unlike, base, _greedy(unlike, base, count, range(len(shot)), kept), kept)
    left, fresh = base, []
    for key in _greedy(unlike, base, count, chosen, ()):
        now = np.minimum(left, unlike[:, key])
        fresh.append((key, 10 * np.log10((left.mean() + _NOISE) / (now.mean() + _NOISE))))
        left = now
    served = np.argmin(unlike[:, kept + [key for key, _ in fresh]].sum(axis=2), axis=1)
    return tuple(
        Suggestion(
            shot[key], round(float(gain), 2), tuple(shot[int(i)] for i in np.flatnonzero(served == rank))
        )
        for rank, (key, gain) in enumerate(fresh, start=len(kept))
    )


def _greedy(
    unlike: Picture, left: Picture, count: int, choice: Iterable[int], without: Sequence[int]
) -> list[int]:
    """Choose keys one after another, each the one that leaves least."""
    row = [key for key in choice if key not in without]
    keys: list[int] = []
    for _ in range(count):
        after = [np.inf if key in keys else _total(np.minimum(left, unlike[:, key])) for key in row]
        keys.append(row[int(np.argmin(after))])
        left = np.minimum(left, unlike[:, keys[-1]])
    return keys


def _exchanged(unlike: Picture, base: Picture, keys: list[int], kept: Sequence[int]) -> list[int]:
    """Exchange one key after another for a better one, until none is: a greedy start can be short-sighted."""
    cost, turns = np.inf, 0
    while turns < _TURNS:
        before = cost
        for place in range(len(keys)):
            others = keys[:place] + keys[place + 1 :]
            rest = np.min([base, *(unlike[:, key] for key in others)], axis=0)
            keys[place] = _greedy(unlike, rest, 1, range(unlike.shape[1]), [*others, *kept])[0]
            cost = _total(np.minimum(rest, unlike[:, keys[place]]))
        turns += 1
        if not cost < before * (1 - 1e-6):
            break
    return keys


def _total(left: Picture) -> float:
    return float(left.sum(dtype=np.float64))
