"""What a movie says of itself, without reading its frames: length, rate, timecode, reel, pixel aspect."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class MovieFacts:
    """Hold what stands in a movie's header. `is_decodable` is False where nothing here knows its codec."""

    length: int
    rate: Fraction | None
    timecode: str
    reel: str
    pixel_aspect: float
    is_decodable: bool = True


def movie_facts(path: Path) -> MovieFacts | None:
    """Read a movie's header; None if it is no movie or the library for movies is not installed.

    Only a movie that does not say how many frames it has is read to its end.
    """
    try:
        import av
    except ImportError:
        return None
    try:
        with av.open(str(path)) as container:
            return _facts(path, container)
    except (av.FFmpegError, OSError, ValueError):
        return None


def _facts(path: Path, container: Any) -> MovieFacts | None:
    if not container.streams.video:
        return None
    stream = container.streams.video[0]
    places = [stream.metadata, container.metadata, *(one.metadata for one in container.streams)]

    def said(*keys: str) -> str:
        return next((str(place[key]) for key in keys for place in places if place.get(key)), "")

    from photodouble.image.movie import open_movie

    decodable = stream.codec_context is not None
    aspect = stream.sample_aspect_ratio if decodable else None
    rate = stream.average_rate or stream.guessed_rate
    return MovieFacts(
        stream.frames or (open_movie(path).length if decodable else 0),
        Fraction(rate) if rate else None,
        said("timecode"),
        said("reel_name", "com.apple.proapps.reel"),
        float(aspect) if aspect else 1.0,
        decodable,
    )
