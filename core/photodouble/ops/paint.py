"""Send a frame to an outside paint program and take it back without losing what was not painted."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO
from numpy.typing import NDArray

from photodouble.image.colour import space_named
from photodouble.image.frame import Frame
from photodouble.image.hashes import file_sha256
from photodouble.image.picture import Plane
from photodouble.image.sequence import Sequence
from photodouble.image.storage import place_whole, write_whole
from photodouble.image.window import Box
from photodouble.image.write import write_planes
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest

SCHEMA = 1
SUFFIXES = (".exr", ".png", ".tif", ".tiff")
_WHITE = 65535


@dataclass(frozen=True)
class Errand:
    """Remember what was sent out: kept as a small JSON file beside the frame to paint.

    `source` is the picture that was sent out and `sha256` its file's hash; `encoding` the colour
    space of the frame to paint, empty for scene-linear EXR; the rest says how the source was read.
    """

    frame: int
    source: str
    sha256: str
    encoding: str
    colourspace: str = ""
    premultiplied: str = "auto"
    view: str = ""
    schema: int = SCHEMA


@dataclass(frozen=True)
class Painted:
    """Tell what came back: the frame number, the override's file and how many pixels were painted."""

    frame: int
    path: Path
    pixels: int


@dataclass(frozen=True)
class Strokes:
    """Hold a painted frame: its source, the scene-linear picture (h, w, 3) and what was painted (h, w)."""

    errand: Errand
    name: str
    source: Frame
    linear: NDArray[np.float32]
    touched: NDArray[np.bool_]

    @property
    def pixels(self) -> int:
        """Count the painted pixels."""
        return int(self.touched.sum())


def errand_path(path: Path) -> Path:
    """Give the name of the JSON file that accompanies a frame to paint."""
    return path.with_name(f"{path.name}.paint.json")


def paint_out(frame: Frame, path: Path, *, encoding: str = "sRGB") -> Path:
    """Write a frame for an outside paint program, and beside it what is needed to take it back.

    A `.tif`, `.tiff` or `.png` path gets 16 bits in the named colour space (a display or log space of
    the configuration, or sRGB); an `.exr` path gets scene-linear float. Returns the path of the
    accompanying JSON file. Raises ArtistError input.unsupported_format, input.unknown_colourspace or
    as `storage.place_whole`.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise _unsupported(path)
    encoding = "" if suffix == ".exr" else encoding
    space_named(encoding)
    source = frame.picture.path
    errand = Errand(
        frame.number,
        str(source.resolve()),
        file_sha256(source),
        encoding,
        frame.colourspace,
        "yes" if frame.is_premultiplied else "no",
        frame.view,
    )
    linear = frame.linear()
    if suffix == ".exr":
        _write_exr(path, linear, frame, frame.data_window, {})
    else:
        codes = _codes(_encoded(linear, encoding), _WHITE).astype(np.uint16)
        place_whole(path, lambda temporary: _write_codes(temporary, codes))
    sheet = errand_path(path)
    write_whole(sheet, (json.dumps(dataclasses.asdict(errand), indent=2, sort_keys=True) + "\n").encode())
    return sheet


def paint_in(path: Path, output: Path) -> Painted:
    """Take a painted frame back and write it as an override; see `read_strokes` and `write_override`."""
    return write_override(read_strokes(path), output)


def read_strokes(path: Path) -> Strokes:
    """Read a painted frame and find what was painted.

    A channel whose code is still what was sent out keeps the source's own value exactly, so what lies
    above or below what the encoding holds is not lost; a painted channel is decoded. A program that
    saved 8 bits is compared in 8 bits. Raises ArtistError input.bad_paint if the frame has another
    size, nothing tells where it came from, or its source has changed since.
    """
    errand = _read_errand(path)
    source = _read_source(errand)
    painted = Sequence.find(path).read(errand.frame)
    window = source.data_window
    if painted.data_window.size != window.size:
        raise _bad(
            "The painted frame has another size",
            f"{path.name} is {_size(painted.data_window)}, but {_size(window)} was sent out.",
            "Save the frame at its own size, uncropped.",
        )
    linear = source.linear()
    values = painted.stored()[:, :, :3]
    if values.shape[2] == 1:
        values = np.repeat(values, 3, axis=2)
    touched = _touched(values, linear, errand, painted.fill_planes[0])
    decoded = np.asarray(space_named(errand.encoding).to_linear(values), np.float32)
    return Strokes(
        errand, path.name, source, np.where(touched, decoded, linear), np.asarray(touched.any(axis=2))
    )


def write_override(strokes: Strokes, output: Path) -> Painted:
    """Write what was painted as an override: scene-linear float EXR, the full picture."""
    frame = strokes.errand.frame
    note = {"photodouble/painted": strokes.name, "photodouble/frame": str(frame)}
    _write_exr(output, strokes.linear, strokes.source, strokes.source.data_window, note)
    return Painted(frame, output, strokes.pixels)


def with_override(request: JobRequest, painted: Painted) -> JobRequest:
    """Return a new request, child of the old one, in which the painted frame is the artist's own."""
    overrides = {**request.overrides, painted.frame: str(painted.path)}
    return dataclasses.replace(request, overrides=overrides, parent=request.take, take="")


def _touched(
    values: NDArray[np.float32], linear: NDArray[np.float32], errand: Errand, plane: Plane
) -> NDArray[np.bool_]:
    """Say which channels (h, w, 3) were painted, in the precision of the file that came back."""
    sent = _encoded(linear, errand.encoding)
    if plane.white is None:
        with np.errstate(over="ignore"):
            changed = values.astype(np.float16) != sent.astype(np.float16)
        return np.asarray(changed & ~(np.isnan(values) & np.isnan(sent)))
    codes = _codes(sent, plane.white)
    slack = 0.5 if plane.white == _WHITE else 1.5
    return np.asarray(np.abs(np.rint(values * np.float64(plane.white)) - codes) > slack)


def _encoded(linear: NDArray[np.float32], encoding: str) -> NDArray[np.float32]:
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        return np.asarray(space_named(encoding).from_linear(linear), np.float32)


def _codes(encoded: NDArray[np.float32], white: int) -> NDArray[np.float64]:
    return np.asarray(np.rint(np.clip(np.nan_to_num(encoded, nan=0.0), 0, 1).astype(np.float64) * white))


def _write_codes(path: Path, codes: NDArray[np.uint16]) -> None:
    height, width = codes.shape[:2]
    specification = OpenImageIO.ImageSpec(width, height, 3, OpenImageIO.UINT16)
    if path.suffix.lower() != ".png":
        specification.attribute("compression", "zip")
    target = OpenImageIO.ImageOutput.create(str(path))
    if target is None or not target.open(str(path), specification):
        raise OSError(OpenImageIO.geterror())
    done = target.write_image(np.ascontiguousarray(codes))
    said = target.geterror()
    if not (target.close() and done):
        raise OSError(said or target.geterror())


def _write_exr(
    path: Path, linear: NDArray[np.float32], like: Frame, window: Box, metadata: dict[str, Any]
) -> None:
    write_planes(
        path,
        {name: np.ascontiguousarray(linear[:, :, index]) for index, name in enumerate("RGB")},
        data_window=window,
        display_window=like.display_window,
        pixel_aspect=like.pixel_aspect,
        metadata=metadata,
        type="float",
    )


def _read_errand(path: Path) -> Errand:
    sheet = errand_path(path)
    try:
        stored = json.loads(sheet.read_text(encoding="utf-8"))
        return Errand(**stored)
    except (OSError, ValueError, TypeError) as error:
        raise _bad(
            "Nothing tells where the painted frame came from",
            f"{sheet.name} should lie beside {path.name}, but it is missing or cannot be read.",
            "Write the frame with `photodouble paint out`, keep both files together and keep their names.",
        ) from error


def _read_source(errand: Errand) -> Frame:
    source = Path(errand.source)
    if not source.is_file() or file_sha256(source) != errand.sha256:
        raise _bad(
            "The frame has changed since it was sent out",
            f"{source.name} is no longer the picture that was sent out for painting.",
            "Write the frame again with `photodouble paint out` and repeat the strokes.",
        )
    return Sequence.find(
        source, colourspace=errand.colourspace, premultiplied=errand.premultiplied, view=errand.view
    ).read(errand.frame)


def _size(box: Box) -> str:
    return f"{box.width} x {box.height}"


def _bad(title: str, message: str, fix: str) -> ArtistError:
    return ArtistError("input.bad_paint", title, message, fix)


def _unsupported(path: Path) -> ArtistError:
    return ArtistError(
        "input.unsupported_format",
        "Frames for painting are written as TIFF, PNG or EXR",
        f"{path.name} has another suffix.",
        f"Use one of: {', '.join(SUFFIXES)}.",
    )
