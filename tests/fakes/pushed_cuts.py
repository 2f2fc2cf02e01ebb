"""Small cuts as an editor makes them, over the plate of a finished take."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio

from photodouble.edit.edit import Edit
from photodouble.edit.read import read_edit

RATE = 24.0


def time(frames: float, rate: float = RATE) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frames, rate)


def span(start: float, length: float, rate: float = RATE) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(time(start, rate), time(length, rate))


def plate_reference(
    pattern: str, first: int, length: int, *, start: float | None = None, rate: float = RATE
) -> otio.schema.ImageSequenceReference:
    """Name the files of `plate.####.exr` as an image sequence; `start` is where its time begins."""
    path = Path(pattern)
    prefix, suffix = path.name.split("####")
    return otio.schema.ImageSequenceReference(
        target_url_base=path.parent.as_uri() + "/",
        name_prefix=prefix,
        name_suffix=suffix,
        start_frame=first,
        frame_step=1,
        rate=rate,
        frame_zero_padding=4,
        available_range=span(first if start is None else start, length, rate),
    )


def clip_of(
    reference: otio.core.MediaReference, start: float, length: float, *, name: str = "sh010", speed: float = 1
) -> otio.schema.Clip:
    """Cut a piece out of media; `speed` becomes a time warp."""
    clip = otio.schema.Clip(name, reference, span(start, length))
    if speed != 1:
        clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=speed))
    return clip


def cut_of(*clips: otio.core.Item, start: int = 86400) -> otio.schema.Timeline:
    """Put clips one behind the other on a track that an editor called `Plates`."""
    timeline = otio.schema.Timeline("reel 1", global_start_time=time(start))
    track = otio.schema.Track("Plates", kind=otio.schema.TrackKind.Video)
    track.extend(clips)
    timeline.tracks.append(track)
    return timeline


def written(timeline: otio.core.SerializableObject, path: Path) -> Edit:
    """Write a cut and read it as an artist's command does."""
    otio.adapters.write_to_file(timeline, str(path), "otio_json")
    return read_edit(path)
