"""Match the crowd to its plate: grain, and the light on every part of every area."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from photodouble.image.encoding import decode, encode
from photodouble.image.grain import Grain, GrainSample, make_grain, measure_grain
from photodouble.ops.shot import Shot

Plane = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.float64]

_GRAIN_FRAMES = 5
_LONG_SIDE = 480
"""The light is read from a small picture: it changes over metres, seats and aisles over centimetres."""
_SOFT = 0.008
"""The blur under which the light is read, as a share of the picture's longer side."""
_FARTHEST = 2.0
"""Nobody is lit by more than this many stops more, or less, than the middle of the area."""
_DARKEST = 1e-4


def plate_grain(shot: Shot) -> Grain:
    """Measure the plate's grain on a few frames of the range."""
    frames = _spread(shot.frames, _GRAIN_FRAMES)

    def samples() -> Iterator[GrainSample]:
        for frame in frames:
            plate = shot.plate_linear(frame, shot.plate(frame).data_window)
            sound = np.asarray(np.isfinite(plate).all(axis=2))
            yield GrainSample(encode(np.where(sound[..., None], plate, 0)), sound)

    return measure_grain(samples())


def grained(
    beauty: Plane, grain: Grain, strength: float, *, seed: int, frame: int, corner: tuple[int, int]
) -> Plane:
    """Return the crowd (h, w, 4), premultiplied, with grain as strong as the plate has at its brightness."""
    if strength <= 0 or grain.is_none:
        return beauty
    alpha = beauty[..., 3:]
    there = alpha > 0
    colour = np.where(there, beauty[..., :3] / np.where(there, alpha, 1), 0).astype(np.float32)
    coded = encode(np.maximum(colour, 0))
    made = make_grain(grain, coded, seed=seed, frame=frame, corner=corner)
    fresh = np.where(there, decode(coded + np.float32(strength) * made) * alpha, 0)
    return np.concatenate([fresh, alpha], axis=2).astype(np.float32)


def local_light(plate: Plane, places: Numbers) -> Numbers:
    """Return the plate's light, in stops, around places (n, 2) in its pixels; NaN outside the picture."""
    height, width = plate.shape[:2]
    scale = max(1, round(max(height, width) / _LONG_SIDE))
    grey = plate @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    grey = np.where(np.isfinite(grey), np.maximum(grey, 0), 0)
    small = cv2.resize(grey, (max(width // scale, 1), max(height // scale, 1)), interpolation=cv2.INTER_AREA)
    stops = np.log2(np.maximum(small, _DARKEST)).astype(np.float32)
    stops = cv2.GaussianBlur(
        stops, (0, 0), max(_SOFT * max(stops.shape), 0.5), borderType=cv2.BORDER_REPLICATE
    )
    inside = (
        np.isfinite(places).all(axis=1)
        & (places >= 0).all(axis=1)
        & (places[:, 0] < width)
        & (places[:, 1] < height)
    )
    found = np.full(len(places), np.nan)
    held = places[inside] * (stops.shape[1] / width, stops.shape[0] / height) - 0.5
    rows = np.clip(np.rint(held[:, 1]).astype(np.intp), 0, stops.shape[0] - 1)
    columns = np.clip(np.rint(held[:, 0]).astype(np.intp), 0, stops.shape[1] - 1)
    found[inside] = stops[rows, columns]
    return found


def steady_light(seen: Sequence[Numbers]) -> Numbers:
    """Return what every place is lit with over several frames, in stops, without changes of the whole light.

    `seen` are the lights of the same places on several frames, NaN where a frame does not show one. A place
    that no frame shows is NaN.
    """
    table = np.stack(seen)
    base = _middle(table, axis=0)
    for _ in range(3):
        shift = _middle(table - base, axis=1)
        base = _middle(table - np.nan_to_num(shift)[:, None], axis=0)
    return base


def area_light(
    base: Numbers, now: Numbers, rows: npt.NDArray[np.int32], area: npt.NDArray[np.int32], areas: int
) -> Numbers:
    """Return how many stops everybody in the picture is lit more or less than the middle of the area.

    `base` (n,) is what `steady_light` says of all places and `area` (n,) where they are; `rows` (m,) are
    those in the picture and `now` (m,) the light there on this frame. Who was never seen gets the light of
    the area.
    """
    stops = np.zeros(len(rows))
    for one in range(areas):
        own = area[rows] == one
        if not own.any():
            continue
        known = base[rows[own]]
        middle = float(np.nan_to_num(_middle(base[area == one], axis=0)))
        drift = float(np.nan_to_num(_middle(now[own] - known, axis=0)))
        stops[own] = np.nan_to_num(known - middle) + drift
    return np.asarray(np.clip(stops, -_FARTHEST, _FARTHEST))


def light_frames(frames: Sequence[int]) -> tuple[int, ...]:
    """Choose the frames on which the light is studied."""
    return _spread(frames, 7)


def _middle(values: Numbers, axis: int) -> Numbers:
    """Return the median without NaN; NaN where nothing else is there, without a word about it."""
    counted = np.isfinite(values).any(axis=axis)
    filled = np.where(np.expand_dims(counted, axis), values, 0)
    return np.asarray(np.where(counted, np.nanmedian(filled, axis=axis), np.nan))


def _spread(frames: Sequence[int], count: int) -> tuple[int, ...]:
    places = np.unique(np.linspace(0, len(frames) - 1, min(count, len(frames))).round().astype(int))
    return tuple(frames[int(place)] for place in places)
