"""A take in a named encoding, for a host that expects a clip's own values at the head of its node tree.

The result of a take keeps the encoding of its plate's files, but that of a movie is scene-linear, and a
retimed clip shows its frames in another order. Here the result is written once more: EXR over the whole
display window, in a named space, in the order in which it is played. The take itself is not touched.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from photodouble.edit.rate import exact_rate
from photodouble.image.colour import space_named
from photodouble.image.exr_header import Attribute
from photodouble.image.frame import Frame
from photodouble.image.pattern import frame_path
from photodouble.image.timecode import Timecode
from photodouble.image.window import Box
from photodouble.image.write import write_planes
from photodouble.ops.operation import Reporter
from photodouble.provenance.gate import GateMark, recorded
from photodouble_client.errors import ArtistError

from .compare import result_frame
from .store import Take

_TEN_BIT = 1023


@dataclass(frozen=True)
class EncodedWish:
    """What is wanted: the space (empty: as the result's files hold it), the frames in the order played.

    `first` is the number of the first file; `rate` and `timecode` go into the headers where they are given.
    """

    space: str = ""
    order: tuple[int, ...] = ()
    first: int | None = None
    rate: str = ""
    timecode: str = ""


@dataclass(frozen=True)
class Encoded:
    """Where the pictures lie, as a pattern with `####`, how they are numbered, and what they hold."""

    pattern: str
    first: int
    last: int
    space: str
    size: tuple[int, int]
    pixel_aspect: float

    def to_json(self) -> dict[str, Any]:
        """Return the plain form; the size is (width, height)."""
        return {
            "first": self.first,
            "last": self.last,
            "pattern": self.pattern,
            "pixel_aspect": self.pixel_aspect,
            "size": list(self.size),
            "space": self.space,
        }


def write_encoded(take: Take, folder: Path, wish: EncodedWish, report: Reporter) -> Encoded:
    """Write the result of a take into a folder of its own, where nothing may be yet but what this wrote.

    Raises ArtistError `engine.no_take` for a frame that is not finished, `input.unknown_colourspace`,
    `input.output_exists`, `input.edit_rate`.
    """
    order = wish.order or tuple(take.request().range)
    first = order[0] if wish.first is None else wish.first
    pattern = folder / f"{take.stem}_encoded.####.exr"
    _check_folder(folder, pattern.name)
    header = {"photodouble/take": take.take_id, **GateMark(recorded(take.folder)).header()}
    frame = None
    for number, source in enumerate(order):
        report.check()
        if frame is None or frame.number != source:
            frame = result_frame(take, source)
        told = {**header, "photodouble/frame": source, **_times(wish, number)}
        _write_frame(frame, frame_path(str(pattern), first + number), wish.space, told)
        report.progress(number + 1, len(order), "writing the take in the clip's encoding")
    assert frame is not None
    size = (frame.display_window.width, frame.display_window.height)
    space = wish.space or frame.colourspace
    return Encoded(str(pattern), first, first + len(order) - 1, space, size, frame.pixel_aspect)


def encoded_values(frame: Frame, space: str, box: Box | None = None) -> npt.NDArray[np.float32]:
    """Give (h, w, 3) float32 over `box` (default: the display window) in a named space.

    1.0 is full code. Values that the file already holds in that space are not converted there and back;
    what is multiplied by alpha in the file is so here.
    """
    window = frame.display_window if box is None else box
    if not space or _same_space(frame.colourspace, space):
        values = frame.stored(window)
        return np.repeat(values, 3, axis=-1) if values.shape[-1] == 1 else values
    values = np.asarray(space_named(space).from_linear(frame.linear(window)), np.float32)
    factor = frame.alpha_factor(window)
    return values if factor is None else values * factor[..., None]


def _same_space(one: str, other: str) -> bool:
    return one == other or space_named(one).name == space_named(other).name


def _write_frame(frame: Frame, path: Path, space: str, header: Mapping[str, Any]) -> None:
    values = encoded_values(frame, space)
    planes: dict[str, npt.NDArray[np.float32]] = {name: values[..., n] for n, name in enumerate("RGB")}
    if frame.alpha_plane is not None:
        planes["A"] = frame.alpha(frame.display_window)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_planes(
        path,
        planes,
        data_window=frame.display_window,
        display_window=frame.display_window,
        pixel_aspect=frame.pixel_aspect,
        metadata=header,
        type=_type_for(frame, space),
    )


def _type_for(frame: Frame, space: str) -> str:
    """Half holds 10-bit codes and half's own values; whatever is finer or converted is written in float."""
    is_own = not space or _same_space(frame.colourspace, space)
    fits = all(
        plane.pixels.dtype == np.float16 or (plane.white is not None and plane.white <= _TEN_BIT)
        for plane in frame.fill_planes
    )
    return "half" if is_own and fits else "float"


def _times(wish: EncodedWish, number: int) -> dict[str, Attribute]:
    """Give rate and timecode of one file as EXR's own attributes."""
    if not wish.rate:
        return {}
    rate = exact_rate(wish.rate)
    found = {"framesPerSecond": _rational(rate)}
    begin = Timecode.from_text(wish.timecode, rate) if wish.timecode else None
    if begin is not None:
        found["timeCode"] = Attribute("timeCode", "timecode", begin.later(number).to_exr())
    return found


def _rational(rate: Fraction) -> Attribute:
    return Attribute("framesPerSecond", "rational", struct.pack("<iI", rate.numerator, rate.denominator))


def _check_folder(folder: Path, pattern: str) -> None:
    stem = pattern.partition("####")[0]
    foreign = [path.name for path in _files(folder) if not path.name.startswith(stem)]
    if foreign:
        raise ArtistError(
            "input.output_exists",
            "The folder holds something else",
            f"{folder} holds {foreign[0]}.",
            "Name an empty folder, or one that does not exist.",
        )


def _files(folder: Path) -> Sequence[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
