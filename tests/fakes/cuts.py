"""Small cuts for tests, made by hand: clips over image sequences that need not be on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import opentimelineio as otio

from photodouble.edit.edit import Edit
from photodouble.edit.media import MediaFinder
from photodouble.edit.shot import Shot
from photodouble.edit.shots import list_shots

Range = tuple[float, float, float]
"""Start, length, rate."""


def time_range(given: Range) -> otio.opentime.TimeRange:
    start, length, rate = given
    return otio.opentime.TimeRange(
        otio.opentime.RationalTime(start, rate), otio.opentime.RationalTime(length, rate)
    )


def warp(speed: float) -> Any:
    return otio.schema.FreezeFrame("freeze") if speed == 0 else otio.schema.LinearTimeWarp("speed", speed)


def clip(
    source: Range | None,
    available: Range | None,
    *,
    speeds: tuple[float, ...] = (),
    first: int = 1001,
    name: str = "sh010",
    **reference: Any,
) -> otio.schema.Clip:
    """A clip over plate.%04d.exr, whose first file has the number `first`."""
    media = otio.schema.ImageSequenceReference(
        "/plates/",
        f"{name}.",
        ".exr",
        start_frame=first,
        frame_step=reference.get("step", 1),
        rate=reference.get("rate", available[2] if available else 24.0),
        frame_zero_padding=4,
        available_range=time_range(available) if available else None,
    )
    made = otio.schema.Clip(name, media, time_range(source) if source else None)
    made.effects.extend(warp(speed) for speed in speeds)
    return made


def gap(length: float, rate: float = 24.0) -> otio.schema.Gap:
    return otio.schema.Gap(source_range=time_range((0, length, rate)))


def dissolve(before: float, after: float, rate: float = 24.0) -> otio.schema.Transition:
    return otio.schema.Transition(
        "dissolve",
        otio.schema.TransitionTypes.SMPTE_Dissolve,
        otio.opentime.RationalTime(before, rate),
        otio.opentime.RationalTime(after, rate),
    )


def track(*children: Any, name: str = "V1", kind: str = "Video") -> otio.schema.Track:
    return otio.schema.Track(name, list(children), kind=kind)


def timeline(*tracks: otio.schema.Track, start: tuple[float, float] | None = None) -> otio.schema.Timeline:
    cut = otio.schema.Timeline("cut", global_start_time=otio.opentime.RationalTime(*start) if start else None)
    cut.tracks.extend(tracks)
    return cut


def shots(root: Any, handles: int = 0, *, rate: str = "", finder: MediaFinder | None = None) -> list[Shot]:
    """List the shots of a cut that was never a file."""
    edit = Edit(Path("/cuts/cut.otio"), root, "otio", rate=rate)
    return list(list_shots(edit, handles=handles, finder=finder or MediaFinder(probe=False)))


def only(root: Any, handles: int = 0, **given: Any) -> Shot:
    (shot,) = shots(root, handles, **given)
    return shot
