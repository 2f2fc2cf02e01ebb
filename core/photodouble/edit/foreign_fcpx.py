"""Times of FCPXML without rounding, and its retimes: the community's adapter counts whole rates only."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from types import ModuleType
from typing import Any

import opentimelineio as otio

from .rate import exact_rate

_NEAR = Fraction(1, 10)
"""Seconds by which a map may end before its clip does: programs round its last point."""


def with_exact_times(module: ModuleType) -> None:
    """Let the adapter of FCPXML count at 24000/1001 and not at 23, and read how a clip's time is stretched.

    What is cut is counted at the rate of the sequence, media at their own.
    """

    class Reader(module.FcpxXml):  # type: ignore[name-defined, misc]
        def _format_frame_duration(self, format_id: str) -> tuple[str, str]:
            """Return the length of a frame; stills have none, and count as the first format that has one."""
            own = self._format_by_id(format_id)
            said = own.get("frameDuration") if own is not None else None
            if not said:
                lengths = (one.get("frameDuration") for one in self.fcpx_xml.iter("format"))
                said = next(filter(None, lengths), "1/24s")
            length = seconds_of(said)
            return str(length.numerator), str(length.denominator)

        def _format_frame_rate(self, format_id: str) -> float:
            total, rate = self._format_frame_duration(format_id)
            return float(Fraction(int(rate), int(total)))

        def _number_of_frames(self, time_value: str | None, format_id: str) -> int:
            return round(seconds_of(time_value) * exact_rate(self._format_frame_rate(format_id)))

        def _format_id_for_clip(self, _: Any, default_format: str) -> str:
            return default_format

        def _build_composable(self, element: Any, default_format: str) -> Any:
            made = super()._build_composable(element, default_format)
            stretch = self._timing_clip(element).find("timeMap")
            if stretch is not None and made.source_range is not None:
                _stretch(made, stretch)
            return made

    module.FcpxXml = Reader  # type: ignore[attr-defined]
    module.to_rational_time = _rational_time  # type: ignore[attr-defined]


def seconds_of(text: str | None) -> Fraction:
    """Return the seconds of a time such as 1001/24000s."""
    return Fraction(text.strip().removesuffix("s")) if text else Fraction(0)


def _rational_time(text: str | None, rate: float) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(float(seconds_of(text) * exact_rate(rate)), rate)


def _stretch(item: Any, stretch: Any) -> None:
    """Retime an item by its map from the clip's own time to the media's.

    A bent map, or one that does not reach what is shown, cannot be followed: such a retime is refused later.
    """
    points = sorted((seconds_of(one.get("time")), seconds_of(one.get("value"))) for one in stretch)
    speeds = {(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(points) if b[0] > a[0]}
    shown = item.source_range
    rate = exact_rate(shown.duration.rate)
    start, end = (Fraction(one.value) / rate for one in (shown.start_time, shown.end_time_exclusive()))
    if len(speeds) != 1 or start < points[0][0] - _NEAR or end > points[-1][0] + _NEAR:
        item.effects.append(otio.schema.TimeEffect("timeMap", "TimeRemap"))
        return
    speed, (origin, value) = speeds.pop(), points[0]
    low = min(value + speed * (time - origin) for time in (start, end))
    start = otio.opentime.RationalTime(float(low * rate), shown.duration.rate)
    item.source_range = otio.opentime.TimeRange(start, shown.duration)
    item.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(speed)))
