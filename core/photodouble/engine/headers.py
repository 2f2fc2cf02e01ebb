"""The headers of every input frame, read cheaply before work starts: kind, size, windows, completeness."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from photodouble.image.exr_header import DamagedFileError, FileHeader, header_of
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.ops.operation import Reporter
from photodouble.ops.shot import CLEAN_PLATES, PLAIN_MATTES, ShotInputs, held_frame, spoken
from photodouble_client.errors import ArtistError
from photodouble_client.specs.tiles import PASSES

_SIZED = (
    "matte", "front", "holdout", "holdout_depth", "lighting", "motion_map", "keys", "before", "deltas",
    "occluder", "skin", "head", "behind", "age_map",
)  # fmt: skip
"""The ports, beside the plain mattes, whose pictures have the plate's size."""
_REGIONS = tuple(f"region_{number}" for number in PASSES)
"""Those of the tiles, drawn over the master."""


@dataclass(frozen=True)
class Windows:
    """The display window of a plate and the union of its data windows."""

    display: Box
    canvas: Box


def plate_windows(plate: Sequence, frames: Iterable[int], report: Reporter) -> Windows:
    """Read every frame's windows; raises ArtistError `input.size_mismatch` when the format changes."""
    numbers = list(frames)
    first: Windows | None = None
    canvas = Box(0, 0, 0, 0)
    for done, frame in enumerate(numbers):
        found = windows_at(plate, frame)
        if first is None:
            first = found
        if found.display.size != first.display.size:
            raise _format_changes(plate, frame, found.display, numbers[0], first.display)
        canvas = canvas.union(found.canvas)
        report.progress(done + 1, len(numbers), "checking headers")
        if plate.is_movie or plate.still:
            break
    if first is None:
        raise ValueError("a plate without frames was let through")
    return Windows(first.display, canvas)


def check_same_size(plate: Sequence, inputs: ShotInputs, frames: Iterable[int], report: Reporter) -> None:
    """Refuse mattes and overrides of another size than the plate; raises `input.size_mismatch`."""
    numbers = list(frames)
    wanted = windows_at(plate, held_frame(plate, numbers[0])).display
    for port in (*_SIZED, *PLAIN_MATTES, *_REGIONS):
        sequence = inputs.ports.get(port)
        if sequence is None:
            continue
        looked_at = sequence.frames[:1] if sequence.still or sequence.is_movie else numbers
        for frame in (frame for frame in looked_at if not sequence.missing([frame])):
            report.check()
            _check_size(port, sequence, frame, wanted)
    for frame, sequence in inputs.overrides.items():
        _check_size("painted frame", sequence, held_frame(sequence, frame), wanted)


def check_any_size(inputs: ShotInputs, report: Reporter) -> None:
    """Refuse clean plates and a reference that cannot be read; they may have any size, length and path."""
    for sequence in (inputs.ports[port] for port in CLEAN_PLATES if port in inputs.ports):
        for frame in sequence.frames[:1] if sequence.is_movie else sequence.frames:
            report.check()
            windows_at(sequence, frame)
    if "reference" in inputs.ports:
        reference = inputs.ports["reference"]
        windows_at(reference, reference.frames[0])


def windows_at(sequence: Sequence, frame: int) -> Windows:
    """Return the windows of one frame from its header.

    Raises ArtistError `input.deep_exr`, `input.mipmapped_exr` or `input.corrupt_file`.
    """
    path = Path(sequence.path(frame))
    if sequence.is_movie:
        found = sequence.read(frame)
        return Windows(found.display_window, found.data_window)
    if not path.is_file():
        # Reading from a pipe would never end.
        raise corrupt(path, "it is no file")
    if path.suffix.lower() == ".exr":
        return _exr_windows(path)
    return _flat_windows(sequence, path, frame)


def _exr_windows(path: Path) -> Windows:
    try:
        header = header_of(path)
        if header.is_deep:
            raise ArtistError(
                "input.deep_exr",
                "Deep pictures cannot be used",
                f"{path.name} is a deep EXR: it holds many samples in each pixel.",
                "Flatten it first, for example with DeepToImage in Nuke.",
                detail=str(path),
            )
        if any(part.is_mipmapped for part in header.parts):
            raise ArtistError(
                "input.mipmapped_exr",
                "Mip-mapped textures cannot be used",
                f"{path.name} is a mip-mapped EXR, which is a texture and not a frame.",
                "Write it again as a plain scan-line EXR.",
                detail=str(path),
            )
        _check_last_chunk(path, header)
        return _windows(header)
    except (DamagedFileError, OSError, struct.error) as error:
        raise corrupt(path, str(error)) from error


def _windows(header: FileHeader) -> Windows:
    canvas = Box(0, 0, 0, 0)
    for part in header.parts:
        window = part.find("dataWindow")
        canvas = canvas.union(_box(window.value if window else b""))
    display = header.parts[0].find("displayWindow")
    return Windows(_box(display.value if display else b""), canvas)


def _check_last_chunk(path: Path, header: FileHeader) -> None:
    """Check that the file reaches to the end of its last chunk, as a copy cut short does not."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        last = max(_chunk_offsets(stream, header.tables_at, size))
        stream.seek(last)
        part = struct.unpack("<i", stream.read(4))[0] if header.is_multi_part else 0
        if not 0 <= part < len(header.parts):
            raise DamagedFileError("the last chunk belongs to no part")
        tiled = header.parts[part].find("tiles") is not None
        stream.seek(16 if tiled else 4, os.SEEK_CUR)
        (length,) = struct.unpack("<i", stream.read(4))
        if length < 0 or stream.tell() + length > size:
            raise DamagedFileError("the file ends inside its last chunk")


def _chunk_offsets(stream: BinaryIO, begin: int, size: int) -> list[int]:
    """Read the tables of chunks, which end where the chunk nearest to the header begins.

    The first entry need not be that chunk: lines may be stored from the bottom up, tiles in any order.
    """
    stream.seek(begin)
    offsets: list[int] = []
    nearest = size
    while begin + 8 * len(offsets) < nearest:
        (offset,) = struct.unpack("<Q", stream.read(8))
        if not begin < offset < size:
            raise DamagedFileError("a chunk lies outside the file")
        offsets.append(offset)
        nearest = min(nearest, offset)
    if not offsets:
        raise DamagedFileError("the file ends after its header")
    return offsets


def _flat_windows(sequence: Sequence, path: Path, frame: int) -> Windows:
    import OpenImageIO

    opened = OpenImageIO.ImageInput.open(str(path))
    if opened is None:
        OpenImageIO.geterror()
        found = sequence.read(frame)
        return Windows(found.display_window, found.data_window)
    spec = opened.spec()
    opened.close()
    data = Box(spec.x, spec.y, spec.x + spec.width, spec.y + spec.height)
    return Windows(data, data)


def _box(stored: bytes) -> Box:
    if len(stored) != 16:
        raise DamagedFileError("a window is missing")
    x0, y0, x1, y1 = struct.unpack("<4i", stored)
    return Box(x0, y0, x1 + 1, y1 + 1)


def corrupt(path: Path, detail: str) -> ArtistError:
    """Return the error that names a damaged file."""
    return ArtistError(
        "input.corrupt_file",
        "A picture file is damaged",
        f"{path.name} cannot be read: {detail}.",
        "Render or copy this frame again.",
        detail=str(path),
    )


def _check_size(port: str, sequence: Sequence, frame: int, wanted: Box) -> None:
    found = windows_at(sequence, frame).display
    if found.size != wanted.size:
        raise _size_error(port, sequence, frame, found, wanted)


def _format_changes(plate: Sequence, frame: int, found: Box, first: int, wanted: Box) -> ArtistError:
    return ArtistError(
        "input.size_mismatch",
        "The plate changes its size",
        f"Frame {first} of the plate is {wanted.width}x{wanted.height}, but frame {frame} is "
        f"{found.width}x{found.height}.",
        f"Render frame {frame} again at {wanted.width}x{wanted.height}, or leave it out (--frames).",
        detail=str(plate.path(frame)),
    )


def _size_error(port: str, sequence: Sequence, frame: int, found: Box, wanted: Box) -> ArtistError:
    label = spoken(port)
    return ArtistError(
        "input.size_mismatch",
        f"The {label} has another size",
        f"At frame {frame} the {label} is {found.width}x{found.height}, "
        f"but the plate is {wanted.width}x{wanted.height}.",
        f"Write the {label} at {wanted.width}x{wanted.height}, or use the plate that it was made for.",
        detail=str(sequence.path(frame)),
    )
