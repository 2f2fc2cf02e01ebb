"""Little plates whose headers carry timecode, rate and pixel aspect, and cuts that show them."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio

from photodouble.image.exr import write_planes
from photodouble.image.exr_header import Attribute
from photodouble.image.timecode import Timecode
from photodouble.image.window import Box

BOX = Box(0, 0, 8, 4)


def time(value: float, rate: float = 24) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(value, rate)


def span(start: float, length: float, rate: float = 24) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(time(start, rate), time(length, rate))


def write_plate(
    folder: Path,
    frames: Iterable[int],
    *,
    name: str = "plate.",
    start: str = "01:00:00:00",
    rate: Fraction | None = Fraction(24),
    aspect: float = 1.0,
) -> str:
    """Write EXR frames; the first has the timecode `start` (empty: none). Return their pattern."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, frame in enumerate(frames):
        code = Timecode.from_text(start, rate or Fraction(24)) if start else None
        metadata: dict[str, object] = {}
        if code is not None:
            packed = code.later(number).to_exr()
            metadata["timeCode"] = Attribute("timeCode", "timecode", packed)
        if rate is not None:
            said = struct.pack("<iI", rate.numerator, rate.denominator)
            metadata["framesPerSecond"] = Attribute("framesPerSecond", "rational", said)
        picture = np.full(BOX.size, number / 100, np.float32)
        write_planes(
            folder / f"{name}{frame:04d}.exr",
            {"R": picture, "G": picture, "B": picture},
            data_window=BOX,
            display_window=BOX,
            pixel_aspect=aspect,
            metadata=metadata,
        )
    return str(folder / f"{name}####.exr")


def write_dpx(path: Path, packed: int, *, aspect: float = 1.0, rate: float = 24.0) -> None:
    """Write a DPX frame with a timecode in its television header."""
    import OpenImageIO

    spec = OpenImageIO.ImageSpec(8, 4, 3, OpenImageIO.UINT16)
    spec.attribute("oiio:BitsPerSample", 10)
    spec.attribute("PixelAspectRatio", aspect)
    spec.attribute("dpx:FrameRate", rate)
    spec.attribute("smpte:TimeCode", "timecode", (packed, 0))
    out = OpenImageIO.ImageOutput.create(str(path))
    assert out.open(str(path), spec)
    assert out.write_image(np.zeros((4, 8, 3), np.uint16))
    out.close()


def write_cut(path: Path, *clips: otio.schema.Clip) -> Path:
    """Write a cut with one track."""
    timeline = otio.schema.Timeline("cut")
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    timeline.tracks.append(track)
    track.extend(clips)
    path.parent.mkdir(parents=True, exist_ok=True)
    otio.adapters.write_to_file(timeline, str(path))
    return path


def clip(
    name: str, url: str, source: otio.opentime.TimeRange, available: otio.opentime.TimeRange | None = None
) -> otio.schema.Clip:
    """Return a clip of an external reference."""
    return otio.schema.Clip(name, otio.schema.ExternalReference(url, available), source)
