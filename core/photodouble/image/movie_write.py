"""Writing movies, frame by frame, through PyAV (an optional extra)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.image.movie_codes import coded_planes, even
from photodouble.image.timecode import Timecode
from photodouble_client.errors import ArtistError

_BT709, _SRGB, _UNSAID, _NARROW = 1, 13, 2, 1
"""Numbers of ITU-T H.273: primaries and matrix, the sRGB curve, nothing said, narrow range."""
_CONTAINER = {"movflags": "faststart"}
"""The index goes before the pictures, so that a movie plays while it is still being fetched."""


@dataclass(frozen=True)
class Codec:
    """How frames are encoded: the encoder, its pixels, its options, and the files that can hold it."""

    encoder: str
    pixels: str
    bits: int
    halves_lines: bool
    suffixes: tuple[str, ...]
    options: Mapping[str, str] = field(default_factory=dict)


CODECS: Mapping[str, Codec] = {
    "h264": Codec("libx264", "yuv420p", 8, True, (".mp4", ".mov"), {"crf": "14", "preset": "fast"}),
    "prores": Codec("prores_ks", "yuv422p10le", 10, False, (".mov",), {"profile": "3", "vendor": "apl0"}),
}


@dataclass(frozen=True)
class MovieForm:
    """What a movie says of itself: frames per second, shape of a pixel, display, its first number."""

    rate: Fraction
    pixel_aspect: float = 1.0
    display: str = ""
    first_frame: int = 0


class MovieWriter:
    """Encode one frame after another; made by `writing_movie`."""

    def __init__(self, container: Any, codec: Codec, form: MovieForm) -> None:
        self._container = container
        self._codec = codec
        self._form = form
        self._stream: Any = None
        self._count = 0

    def write(self, colours: NDArray[np.float32]) -> None:
        """Add one frame (h, w, 3) float32, from 0 to 1 as the display takes it; all have one size."""
        picture = even(colours)
        if self._stream is None:
            self._stream = _stream(self._container, self._codec, self._form, picture.shape)
        frame = _frame(picture, self._codec)
        frame.pts = self._count
        frame.time_base = 1 / self._form.rate
        self._count += 1
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Write what the encoder still holds back."""
        if self._stream is not None:
            self._container.mux(self._stream.encode(None))


@contextmanager
def writing_movie(path: Path, codec: Codec, form: MovieForm) -> Iterator[MovieWriter]:
    """Give a writer of a movie file, whole when the block ends well.

    Raises ArtistError `input.movie_support` where PyAV or the encoder is missing.
    """
    try:
        import av
    except ImportError as error:
        raise _unsupported("the library that writes movies is not installed") from error
    if codec.encoder not in av.codecs_available:
        raise _unsupported(f"the movie library here has no encoder {codec.encoder}")
    with av.open(str(path), "w", options=_CONTAINER) as container:
        if form.first_frame >= 0:
            container.metadata["timecode"] = _timecode(form)
        writer = MovieWriter(container, codec, form)
        yield writer
        writer.finish()


def _stream(container: Any, codec: Codec, form: MovieForm, shape: tuple[int, ...]) -> Any:
    stream = container.add_stream(codec.encoder, rate=form.rate, options=dict(codec.options))
    stream.height, stream.width = shape[:2]
    stream.pix_fmt = codec.pixels
    context = stream.codec_context
    context.sample_aspect_ratio = Fraction(form.pixel_aspect).limit_denominator(1000)
    context.color_range, context.colorspace = _NARROW, _BT709
    context.color_primaries, context.color_trc = _colour_numbers(form.display)
    return stream


def _colour_numbers(display: str) -> tuple[int, int]:
    """Return primaries and curve of a display as the movie names them; nothing is said of unknown ones."""
    name = display.lower()
    if "srgb" in name:
        return _BT709, _SRGB
    return (_BT709, _BT709) if "709" in name or "1886" in name else (_UNSAID, _UNSAID)


def _frame(picture: NDArray[np.float32], codec: Codec) -> Any:
    import av

    frame = av.VideoFrame(picture.shape[1], picture.shape[0], codec.pixels)
    frame.color_range, frame.colorspace = _NARROW, _BT709
    codes = coded_planes(picture, codec.bits, halves_lines=codec.halves_lines)
    for plane, values in zip(frame.planes, codes, strict=True):
        lines = np.zeros((plane.height, plane.line_size // values.itemsize), values.dtype)
        lines[:, : values.shape[1]] = values
        plane.update(lines.tobytes())
    return frame


def _timecode(form: MovieForm) -> str:
    """Return the number of the first frame as a timecode, which review players show."""
    start = Timecode.from_text("00:00:00:00", form.rate)
    return start.later(form.first_frame).to_text() if start else "00:00:00:00"


def _unsupported(why: str) -> ArtistError:
    return ArtistError(
        "input.movie_support",
        "Movies cannot be written here",
        f"No movie was written: {why}.",
        "Install the movie extra (pip install 'photodouble[movie]').",
    )
