"""DPX, TIFF, PNG and JPEG in, and the same without loss out, through OpenImageIO."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO
from numpy.typing import NDArray

from photodouble.image.graft import dpx_order, graft_dpx, graft_png
from photodouble.image.graft_tiff import graft_tiff
from photodouble.image.picture import Metadata, Picture, Plane
from photodouble.image.storage import place_whole
from photodouble.image.window import Box
from photodouble_client.errors import ArtistError

_FORMATS = {
    ".dpx": "dpx",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
}
_LOSSY_COMPRESSIONS = ("jpeg", "ojpeg", "lossyjpeg")
_PNG_LEVEL = 4
"""Two fifths of the seconds of the usual 6, for files 7 % larger."""
_ADDED_BY_LIBRARY = ("Software", "DateTime")


def read_flat(path: Path) -> Picture:
    """Read a DPX, TIFF, PNG or JPEG file with its code values untouched.

    Alpha is not multiplied in, colours are not converted. Raises `ArtistError` input.corrupt_file or
    input.unsupported_format.
    """
    wanted = OpenImageIO.ImageSpec()
    wanted.attribute("oiio:UnassociatedAlpha", 1)
    wanted.attribute("oiio:RawColor", 1)
    source = OpenImageIO.ImageInput.open(str(path), wanted)
    if source is None:
        raise _corrupt(path, OpenImageIO.geterror())
    try:
        if source.format_name() != _FORMATS[path.suffix.lower()]:
            raise _another_format(path, source.format_name())
        specification = source.spec()
        if source.seek_subimage(1, 0):
            raise _several_pages(path)
        source.seek_subimage(0, 0)
        source.geterror()  # asking for a second page that is not there counts as an error
        pixels = source.read_image(OpenImageIO.UNKNOWN)
        fault = source.geterror()
    finally:
        source.close()
    if pixels is None or fault:
        raise _corrupt(path, fault or "its pixels cannot be decoded")
    return _picture(path, specification, pixels)


def write_flat(path: Path, picture: Picture, metadata: Metadata) -> None:
    """Write the picture's planes in the format it was read from; JPEG becomes PNG.

    The file's own metadata is kept. Raises as `storage.place_whole`.
    """
    specification = OpenImageIO.ImageSpec(picture.structure)
    pixels = np.stack([_widened(plane) for plane in picture.planes], axis=-1)
    if str(specification.getattribute("compression") or "").split(":")[0] in _LOSSY_COMPRESSIONS:
        specification.attribute("compression", "zip")
    specification.attribute("oiio:UnassociatedAlpha", 1 if not picture.is_premultiplied else 0)
    if picture.format == "dpx":
        specification.attribute("oiio:Endian", dpx_order(_first_bytes(picture.path)))
    if path.suffix.lower() == ".png":
        specification.attribute("png:compressionLevel", _PNG_LEVEL)
    for name in _ADDED_BY_LIBRARY:
        if not specification.getattribute(name):
            specification.attribute(name, "")
    place_whole(path, lambda temporary: _write(temporary, specification, pixels, picture, metadata))


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


def _write(
    path: Path, specification: Any, pixels: NDArray[Any], picture: Picture, metadata: Metadata
) -> None:
    target = OpenImageIO.ImageOutput.create(str(path))
    if target is None:
        raise OSError(OpenImageIO.geterror())
    if not target.open(str(path), specification):
        raise OSError(target.geterror())
    done = target.write_image(np.ascontiguousarray(pixels))
    said = target.geterror()
    closed = target.close()
    if said or not (done and closed and _is_complete(path)):
        raise OSError(errno.ENOSPC, said or target.geterror())  # opened but not finished: no room is left
    if path.suffix.lower() == ".png":
        texts = {name: str(value) for name, value in metadata.items()}
        path.write_bytes(graft_png(picture.path.read_bytes(), path.read_bytes(), texts))
    if path.suffix.lower() == ".dpx":
        path.write_bytes(graft_dpx(picture.path.read_bytes(), path.read_bytes()))
    if picture.format == "tiff":
        path.write_bytes(graft_tiff(picture.path.read_bytes(), path.read_bytes()))


def _is_complete(path: Path) -> bool:
    """Check a TIFF by decoding its last line: a full disk shows only there. Others report it themselves."""
    if path.suffix.lower() not in (".tif", ".tiff"):
        return True
    written = OpenImageIO.ImageInput.open(str(path))
    if written is None:
        return False
    last = written.spec().y + written.spec().height - 1
    decoded = written.spec().tile_height or written.read_scanline(last, 0, OpenImageIO.UNKNOWN) is not None
    written.close()
    return bool(decoded)


def _picture(path: Path, specification: Any, pixels: NDArray[Any]) -> Picture:
    kind = _FORMATS[path.suffix.lower()]
    bits = specification.get_int_attribute("oiio:BitsPerSample", 0)
    window = Box(
        specification.x,
        specification.y,
        specification.x + specification.width,
        specification.y + specification.height,
    )
    pixels = pixels.reshape(*window.size, specification.nchannels)
    planes = tuple(
        _plane(name, pixels[..., index], window, bits)
        for index, name in enumerate(specification.channelnames)
    )
    compression = str(specification.getattribute("compression") or "").split(":")[0]
    return Picture(
        path=path,
        format=kind,
        planes=planes,
        display_window=Box(
            specification.full_x,
            specification.full_y,
            specification.full_x + specification.full_width,
            specification.full_y + specification.full_height,
        ),
        data_window=window,
        pixel_aspect=float(specification.getattribute("PixelAspectRatio") or 1.0),
        metadata={a.name: a.value for a in specification.extra_attribs},
        structure=specification,
        is_lossy=kind == "jpeg" or compression in _LOSSY_COMPRESSIONS,
        is_premultiplied=specification.alpha_channel >= 0
        and kind == "tiff"
        and not specification.get_int_attribute("oiio:UnassociatedAlpha", 0),
    )


def _plane(name: str, values: NDArray[Any], window: Box, bits: int) -> Plane:
    if values.dtype == np.uint16 and 8 < bits < 16:
        return Plane(name, values >> (16 - bits), window, white=(1 << bits) - 1)
    if values.dtype.kind == "u":
        return Plane(name, np.ascontiguousarray(values), window, white=int(np.iinfo(values.dtype).max))
    return Plane(name, np.ascontiguousarray(values), window)


def _widened(plane: Plane) -> NDArray[Any]:
    """Repeat the upper bits of 10 and 12-bit codes below, as OpenImageIO expects 16-bit values."""
    bits = (plane.white or 0).bit_length()
    if plane.pixels.dtype == np.uint16 and 8 < bits < 16:
        return (plane.pixels << (16 - bits)) | (plane.pixels >> (2 * bits - 16))
    return plane.pixels


def _corrupt(path: Path, what: str) -> ArtistError:
    return ArtistError(
        "input.corrupt_file",
        "A picture file is damaged or incomplete",
        f"{path.name} cannot be read.",
        "Render or copy this frame again, or exclude it.",
        detail=f"{path}: {what}",
    )


def _another_format(path: Path, found: str) -> ArtistError:
    return ArtistError(
        "input.unsupported_format",
        "A picture file has another format than its name says",
        f"{path.name} is not a {path.suffix[1:].upper()} file inside but {found.upper()}.",
        "Give the files the suffix of what they are, or write them again.",
        detail=str(path),
    )


def _several_pages(path: Path) -> ArtistError:
    return ArtistError(
        "input.unsupported_format",
        "A picture file holds several pages",
        f"{path.name} has more than one page, and only one could be kept.",
        "Write it again as a flat picture with one page.",
        detail=str(path),
    )
