"""Movies, frame by frame, through PyAV (an optional extra)."""

from __future__ import annotations

import struct
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from photodouble.image.exr_header import Attribute
from photodouble.image.movie_pixels import decoded_planes
from photodouble.image.picture import Picture, Plane
from photodouble.image.timecode import Timecode
from photodouble.image.window import Box
from photodouble_client.errors import ArtistError


class Movie:
    """Give the frames of a movie, counted from 1, each decoded exactly; see `open_movie`.

    `rate` is frames per second. The file stays open, so that frames in order need no seeking.
    """

    def __init__(self, path: Path, container: Any, stream: Any, times: list[int], rate: Fraction) -> None:
        self.path = path
        self.rate = rate
        self._container = container
        self._stream = stream
        self._times = times
        self._frames: Iterator[Any] = iter(())
        self._next = -1
        self._lock = threading.Lock()
        self._timecode = Timecode.from_text(self._said("timecode"), rate)

    @property
    def length(self) -> int:
        """Count the frames."""
        return len(self._times)

    @property
    def reel(self) -> str:
        """Name the reel, if the movie says so."""
        return self._said("reel_name") or self._said("com.apple.proapps.reel")

    def timecode(self, frame: int) -> str:
        """Give the timecode of one frame, or empty text if the movie has none."""
        return self._timecode.later(frame - 1).to_text() if self._timecode else ""

    def read(self, frame: int) -> Picture:
        """Decode one frame: R'G'B' in float as the codec holds it, one picture per frame number.

        Raises `ArtistError` input.missing_frames or input.corrupt_file.
        """
        if not 1 <= frame <= self.length:
            raise ArtistError(
                "input.missing_frames",
                "The movie is shorter than that",
                f"{self.path.name} has frames 1-{self.length}, not {frame}.",
                "Ask for frames that the movie has.",
                detail=str(self.path),
            )
        with self._lock:
            decoded = decoded_planes(self._decode(frame - 1))
        window = Box.of_size(*decoded["R"].shape)
        planes = tuple(Plane(name, np.ascontiguousarray(p), window) for name, p in sorted(decoded.items()))
        aspect = self._stream.sample_aspect_ratio
        return Picture(
            path=self.path,
            format="movie",
            planes=planes,
            display_window=window,
            data_window=window,
            pixel_aspect=float(aspect) if aspect else 1.0,
            metadata=self._metadata(frame),
            structure=self._attributes(frame),
            is_lossy=True,
        )

    def _decode(self, index: int) -> Any:
        import av

        wanted = self._times[index]
        try:
            if index != self._next:
                self._container.seek(wanted, stream=self._stream, backward=True)
                self._frames = self._container.decode(self._stream)
            for decoded in self._frames:
                if decoded.pts is not None and decoded.pts >= wanted:
                    self._next = index + 1
                    if decoded.pts == wanted:
                        return decoded
                    break
        except av.FFmpegError as error:
            self._next = -1
            raise _damaged(self.path, index + 1, str(error)) from error
        self._next = -1
        raise _damaged(self.path, index + 1, "the frame is not where the index says")

    def _metadata(self, frame: int) -> dict[str, Any]:
        said = {"framesPerSecond": f"{self.rate.numerator}/{self.rate.denominator}"}
        if self._timecode:
            said["timecode"] = self.timecode(frame)
        if self.reel:
            said["reelName"] = self.reel
        return said

    def _attributes(self, frame: int) -> tuple[Attribute, ...]:
        """Make the EXR attributes of one frame: rate, timecode, reel."""
        rate = struct.pack("<iI", self.rate.numerator, self.rate.denominator)
        found = [Attribute("framesPerSecond", "rational", rate)]
        if self._timecode:
            found.append(Attribute("timeCode", "timecode", self._timecode.later(frame - 1).to_exr()))
        if self.reel:
            found.append(Attribute("reelName", "string", self.reel.encode()))
        return tuple(found)

    def _said(self, key: str) -> str:
        """Look a key up in the video stream, the file and the other streams, in that order."""
        places = [self._stream.metadata, self._container.metadata]
        places += [stream.metadata for stream in self._container.streams]
        return next((str(place[key]) for place in places if place.get(key)), "")


def open_movie(path: Path) -> Movie:
    """Open a movie and learn where each of its frames lies.

    Raises `ArtistError` input.movie_support, input.corrupt_file, or input.movie_timebase where
    frames do not follow each other at one constant rate.
    """
    try:
        import av
    except ImportError as error:
        raise _unsupported(path) from error
    try:
        container = av.open(str(path))
        if not container.streams.video:
            raise _damaged(path, 0, "there is no picture in it")
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        times = _frame_times(container, stream)
    except av.FFmpegError as error:
        raise _damaged(path, 0, str(error)) from error
    if not times:
        raise _damaged(path, 0, "there is no frame in it")
    rate = _constant_rate(path, stream, times)
    _check_length(path, container, len(times), rate)
    return Movie(path, container, stream, times, rate)


def _frame_times(container: Any, stream: Any) -> list[int]:
    """List the presentation times of all frames without decoding them."""
    times = sorted(p.pts for p in container.demux(stream) if p.pts is not None and not p.is_discard)
    container.seek(0)
    return times


def _check_length(path: Path, container: Any, found: int, rate: Fraction) -> None:
    """Refuse a movie that was cut short: its header tells of more frames than there are.

    Beside sound the length says nothing, because the sound may be longer than the picture.
    """
    if not container.duration or len(container.streams) > 1:
        return
    length = container.duration - max(container.start_time or 0, 0)
    if found + 1 < int(Fraction(length, 1_000_000) * rate):
        raise _damaged(path, found + 1, "the file ends before it")


def _constant_rate(path: Path, stream: Any, times: list[int]) -> Fraction:
    """Find the rate at which every frame lies within one tick of its place."""
    tick = Fraction(stream.time_base)
    for said in (stream.average_rate, stream.base_rate, stream.guessed_rate):
        if not said:
            continue
        step = 1 / (Fraction(said) * tick)
        if all(abs(time - times[0] - number * step) <= 1 for number, time in enumerate(times)):
            return Fraction(said)
    raise ArtistError(
        "input.movie_timebase",
        "The movie's frames are not evenly spaced",
        f"{path.name} has no constant frame rate, so frame numbers would not be certain.",
        "Convert it to a constant rate, or to image frames, and use that.",
        detail=f"average {stream.average_rate}, time base {stream.time_base}",
    )


def _damaged(path: Path, frame: int, what: str) -> ArtistError:
    where = f"Frame {frame} of {path.name}" if frame else path.name
    return ArtistError(
        "input.corrupt_file",
        "A movie is damaged or incomplete",
        f"{where} cannot be read.",
        "Export the movie again, or use image frames.",
        detail=f"{path}: {what}",
    )


def _unsupported(path: Path) -> ArtistError:
    return ArtistError(
        "input.movie_support",
        "Movies cannot be read here",
        f"{path.name} is a movie, and the library that reads movies is not installed.",
        "Install the movie extra (pip install 'photodouble[movie]'), or use image frames.",
    )
