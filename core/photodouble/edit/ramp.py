"""Speed ramps whose keyframes are known: as offsets for every frame, or as a curve from cut to source."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

_HIERO, _RESOLVE = "lookup", "Resolve_OTIO"
_AVID_MAP = "PARAM_SPEED_OFFSET_MAP_U"
_AVID_SPEEDS = ("SpeedRatio", "Speed Ratio")
_CURVES = ("Key Frames", "Keyframes", "keyframes")
_MOST = 1_000_000


@dataclass(frozen=True)
class Ramp:
    """Hold a ramp. `offsets` are source frames to add, one per record frame of the clip, as Hiero bakes them.

    `curve` has points (time in the cut, source time, and four handles as Resolve writes them); they are in
    seconds, or in frames, as Avid counts them.
    """

    offsets: tuple[float, ...] = ()
    curve: tuple[tuple[float, ...], ...] = ()
    in_seconds: bool = True

    @property
    def is_curve(self) -> bool:
        """Whether the ramp says the source time itself and not an offset."""
        return bool(self.curve)

    def offset(self, frame: float) -> float:
        """Give the offset at a record frame of the clip, from 0; beyond the ends the last one holds."""
        low = math.floor(frame)
        if low < 0:
            return self.offsets[0]
        if low >= len(self.offsets) - 1:
            return self.offsets[-1]
        part = frame - low
        return self.offsets[low] * (1 - part) + self.offsets[low + 1] * part

    def source(self, seconds: float) -> float:
        """Give the source time at a time of the cut, in the curve's units; its slope goes on beyond it."""
        times = [point[0] for point in self.curve]
        place = min(max(bisect.bisect_right(times, seconds) - 1, 0), len(times) - 2)
        return _between(self.curve, place, seconds)

    def covers(self, frames: int) -> bool:
        """Whether it says something for that many record frames."""
        return self.is_curve or len(self.offsets) >= frames


def ramp_of(effect: Any) -> Ramp | str:
    """Read the keyframes of an effect of Hiero, Nuke Studio, Resolve or Avid, or say why not."""
    try:
        lookup = effect.metadata.get(_HIERO)
        if lookup is not None:
            offsets = tuple(_number(value) for value in lookup)
            return Ramp(offsets) if 0 < len(offsets) <= _MOST else "holds no frames."
        frames = _avid_parameter(effect, _AVID_MAP)
        curve = _points(frames["keyframe_values"]) if frames is not None else _resolve_curve(effect)
    except (TypeError, ValueError, AttributeError, KeyError, IndexError):
        return "holds keyframes that cannot be read. Render the retimed clip and cut that in."
    if curve is None:
        return "has no keyframes in the cut. Render the retimed clip, or bake the ramp, and cut that in."
    if len(curve) < 2 or any(a[0] >= b[0] for a, b in pairwise(curve)):
        return "has keyframes that do not follow each other. Render the retimed clip and cut that in."
    return Ramp(curve=curve, in_seconds=frames is None)


def constant_speed(effect: Any) -> Fraction | None:
    """Return the speed of an effect of Avid that has one speed throughout; None for any other effect."""
    for name in _AVID_SPEEDS:
        said = _avid_parameter(effect, name)
        if isinstance(said, str) and _avid_parameter(effect, _AVID_MAP) is None:
            try:
                return Fraction(said)
            except (ValueError, ZeroDivisionError):
                return None
    return None


def _avid_parameter(effect: Any, name: str) -> Any:
    """Return a parameter of an effect that came out of an AAF."""
    held = effect.metadata
    for key in ("AAF", "Parameters", name):
        held = held.get(key) if hasattr(held, "get") else None
    return held


def _resolve_curve(effect: Any) -> tuple[tuple[float, ...], ...] | None:
    held = effect.metadata.get(_RESOLVE)
    for place in (held if held is not None else {}, effect.metadata):
        for key in _CURVES:
            points = place.get(key)
            if points:
                return _points(points)
    return None


def _points(points: Any) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(_number(value) for value in point) for point in points if len(point) >= 2)


def _between(curve: Sequence[Sequence[float]], place: int, seconds: float) -> float:
    """Follow the curve between two keys, straight or by Resolve's handles, which count inside only."""
    (x0, y0), (x3, y3) = curve[place][:2], curve[place + 1][:2]
    slope = (y3 - y0) / (x3 - x0)
    if not x0 <= seconds <= x3:
        return y0 + (seconds - x0) * slope
    out = curve[place][5:7] if place > 0 and len(curve[place]) >= 7 else ()
    into = curve[place + 1][3:5] if place + 2 < len(curve) and len(curve[place + 1]) >= 7 else ()
    if not any(out) and not any(into):
        return y0 + (seconds - x0) * slope
    third = (x3 - x0) / 3
    dx1, dy1 = out if any(out) else (third, third * slope)
    dx2, dy2 = into if any(into) else (-third, -third * slope)
    xs = (x0, x0 + min(max(dx1, 0.0), x3 - x0), x3 + max(min(dx2, 0.0), x0 - x3), x3)
    part = _part_at(xs, seconds)
    return _bezier((y0, y0 + dy1, y3 + dy2, y3), part)


def _part_at(xs: tuple[float, ...], x: float) -> float:
    """Find where along a curve that only goes forward it reaches x, by halving."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _bezier(xs, middle) < x else (low, middle)
    return (low + high) / 2


def _bezier(p: tuple[float, ...], t: float) -> float:
    u = 1 - t
    return u * u * u * p[0] + 3 * u * u * t * p[1] + 3 * u * t * t * p[2] + t * t * t * p[3]


def _number(value: Any) -> float:
    if isinstance(value, bool):
        return float(value)
    found = float(value)
    if not math.isfinite(found) or abs(found) > 1e9:
        raise ValueError(f"{value} is no keyframe")
    return found
