"""One picture of a take as it leaves: in its own format or another, with a status label and without names."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photodouble.image.display import displayed
from photodouble.image.exr import make_attribute
from photodouble.image.exr_header import parse_header, with_attributes
from photodouble.image.frame import Frame
from photodouble.image.graft import png_chunks
from photodouble.image.graft_tiff import described_tiff
from photodouble.image.storage import place_whole, write_whole
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError

from .private import PrivateWords, public_attributes, public_dpx, public_png_chunk

FORMATS = {"exr": ".exr", "tiff": ".tif", "png": ".png"}
_OWN = (".exr", ".dpx", ".tif", ".tiff", ".png")


def suffix_for(source: Path, format: str) -> str:
    """Return the suffix of the copy; raises ArtistError `input.unsupported_format`."""
    own = source.suffix.lower()
    if not format or FORMATS[format] == own.replace(".tiff", ".tif"):
        return source.suffix
    if format == "exr" or own not in _OWN:
        raise ArtistError(
            "input.unsupported_format",
            "The take cannot be delivered in that format",
            f"A {own[1:].upper()} frame would not become a scene-linear EXR by another name.",
            "Leave the format out, or choose tiff or png: they go through the show's display and view.",
        )
    return FORMATS[format]


def copy_picture(source: Path, target: Path, labels: Mapping[str, str], private: PrivateWords) -> None:
    """Write a picture in its own format: the same pixels, the labels added, nobody named."""
    content = source.read_bytes()
    kind = source.suffix.lower()
    if kind == ".exr":
        content = _exr(content, labels, private)
    elif kind == ".png":
        content = _png(content, labels, private)
    elif kind == ".dpx":
        content = public_dpx(content, private, _note(labels))
    else:
        content = described_tiff(content, _note(labels), private.blanked)
    write_whole(target, content)


def convert_picture(frame: Frame, target: Path, labels: Mapping[str, str], settings: Settings) -> None:
    """Write a frame for people to look at, through the show's display and view: PNG in 8 bit, TIFF in 16."""
    seen = displayed(_on_display(frame), settings)
    top, kind = (255, np.uint8) if target.suffix == ".png" else (65535, np.uint16)
    codes: NDArray[np.uint8 | np.uint16] = np.rint(seen * top).astype(kind)
    place_whole(target, lambda temporary: _write_flat(temporary, codes))
    content = target.read_bytes()
    nobody = PrivateWords(())
    if target.suffix == ".png":
        write_whole(target, _png(content, labels, nobody))
    else:
        write_whole(target, described_tiff(content, _note(labels), nobody.blanked))


def _exr(content: bytes, labels: Mapping[str, str], private: PrivateWords) -> bytes:
    added = [make_attribute(name, value) for name, value in sorted(labels.items())]
    names = {one.name for one in added}
    header = parse_header(content)
    wanted = [
        [*(one for one in public_attributes(part.attributes, private) if one.name not in names), *added]
        for part in header.parts
    ]
    return with_attributes(content, wanted)


def _png(content: bytes, labels: Mapping[str, str], private: PrivateWords) -> bytes:
    """Put the labels behind the first chunk, which says how the pixels lie."""
    chunks = [one for one in png_chunks(content) if public_png_chunk(*one, private)]
    mine = {name.encode() for name in labels}
    chunks = [one for one in chunks if one[0] != b"iTXt" or one[1].partition(b"\0")[0] not in mine]
    added = [(b"iTXt", name.encode() + b"\0\0\0\0\0" + labels[name].encode()) for name in sorted(labels)]
    pieces = [_chunk(*one) for one in (chunks[0], *added, *chunks[1:])]
    return content[:8] + b"".join(pieces)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _note(labels: Mapping[str, str]) -> str:
    """Say the labels in one line: take first, since DPX cuts the line at 99 signs."""
    order = ["photodouble/take", "photodouble/status", "photodouble/use"]
    names = [*order, *sorted(set(labels) - set(order))]
    return "; ".join(f"{name}={labels[name]}" for name in names if name in labels)


def _on_display(frame: Frame) -> NDArray[np.float32]:
    """Return the frame's colours over the whole display window, black where it has none."""
    return frame.linear(frame.display_window)


def _write_flat(path: Path, codes: NDArray[np.uint8 | np.uint16]) -> None:
    import OpenImageIO

    height, width, count = codes.shape
    kind = "uint8" if codes.dtype == np.uint8 else "uint16"
    described = OpenImageIO.ImageSpec(width, height, count, kind)
    described.attribute("oiio:ColorSpace", "sRGB")
    target = OpenImageIO.ImageOutput.create(str(path))
    if target is None:
        raise OSError(OpenImageIO.geterror())
    if not target.open(str(path), described) or not target.write_image(codes) or not target.close():
        raise OSError(target.geterror())
