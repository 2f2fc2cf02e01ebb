"""Movies: their frames as code values, read through PyAV."""

from __future__ import annotations

import functools
from fractions import Fraction
from typing import Any, List

import av
import numpy as np

from .timecodes import RATES, frames_of

MOST = 500
"""Frames of a movie that are kept in memory; tests are made of short ones."""


def measure(media: Any, path: str) -> None:
    """Fill in how many frames a movie has, how fast it runs and from which timecode."""
    with av.open(path) as movie:
        stream = movie.streams.video[0]
        rate = Fraction(stream.average_rate or 24)
        media.rate = min([*RATES.values(), Fraction(round(rate))], key=lambda known: abs(known - rate))
        media.size = (stream.width, stream.height)
        media.has_sound = bool(movie.streams.audio)
        media.channels, media.depth = ("R", "G", "B"), "8"
        started = stream.metadata.get("timecode") or movie.metadata.get("timecode") or "00:00:00:00"
        media.start = frames_of(started, media.rate)
    media.frames = len(_frames(path))


def read(path: str, number: int) -> Any:
    """Return code values (H, W, 3) of a frame counted from 0; the last one after the end."""
    frames = _frames(path)
    return frames[min(max(number, 0), len(frames) - 1)]


@functools.lru_cache(maxsize=2)
def _frames(path: str) -> List[Any]:
    found = []
    with av.open(path) as movie:
        for frame in movie.decode(video=0):
            found.append(_codes(frame))
            if len(found) == MOST:
                break
    return found


def _codes(frame: Any) -> Any:
    """Keep 8 bits as they are: widening them in the scaler would shift them."""
    deepest = max(part.bits for part in frame.format.components)
    if deepest <= 8:
        return frame.to_ndarray(format="rgb24").astype(np.float32) / 255
    return frame.to_ndarray(format="rgb48le").astype(np.float32) / 65535
