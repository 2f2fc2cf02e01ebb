"""Carry a source's own header over to the result, byte for byte, where the format makes it possible."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping

_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_PIXELS = b"IDAT"


def dpx_order(source: bytes) -> str:
    """Tell the byte order of a DPX file by its first four bytes: "big" or "little"."""
    return "big" if source[:4] == b"SDPX" else "little"


def graft_dpx(source: bytes, result: bytes) -> bytes:
    """Put the source's DPX header (timecode, film, television and user parts) before the result's pixels.

    The result is given back as it is when the two are not laid out alike. SMPTE 268M.
    """
    order = {b"SDPX": ">", b"XPDS": "<"}.get(source[:4])
    if order is None or source[:4] != result[:4] or len(source) < 2048:
        return result
    if _dpx_layout(source, order) != _dpx_layout(result, order):
        return result
    (begins,) = struct.unpack_from(order + "I", source, 4)
    (pixels_at,) = struct.unpack_from(order + "I", result, 4)
    pixels = result[pixels_at:]
    return source[:begins] + pixels + source[begins + len(pixels) :]


def graft_png(source: bytes, result: bytes, texts: Mapping[str, str]) -> bytes:
    """Keep all chunks of the source PNG but its pixels, and add text chunks.

    The result keeps its own chunks when the two differ in depth, colour type or interlacing.
    """
    own, new = list(png_chunks(source)), list(png_chunks(result))
    if not own or not new or own[0] != new[0]:
        own = new
    pixels = [chunk for chunk in new if chunk[0] == _PNG_PIXELS]
    before, after = _around_pixels(own)
    added = [(b"iTXt", key.encode() + b"\0\0\0\0\0" + text.encode()) for key, text in sorted(texts.items())]
    kept = [chunk for chunk in before if _png_key(chunk) not in texts]
    return _PNG_START + b"".join(_png_chunk(*chunk) for chunk in [*kept, *added, *pixels, *after])


def _dpx_layout(content: bytes, order: str) -> tuple[object, ...]:
    """Read what decides how pixels lie in the file: elements, size, components, bits, packing, coding."""
    orientation_and_size = struct.unpack_from(order + "HHII", content, 768)
    descriptor, _, _, bits = struct.unpack_from("4B", content, 800)
    packing, coding = struct.unpack_from(order + "HH", content, 804)
    return (*orientation_and_size[1:], descriptor, bits, packing, coding)


def png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give the kind and the content of every chunk of a PNG file."""
    position = len(_PNG_START)
    while content.startswith(_PNG_START) and position + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, position)
        yield content[position + 4 : position + 8], content[position + 8 : position + 8 + length]
        position += 12 + length


def _around_pixels(
    chunks: list[tuple[bytes, bytes]],
) -> tuple[list[tuple[bytes, bytes]], list[tuple[bytes, bytes]]]:
    places = [number for number, chunk in enumerate(chunks) if chunk[0] == _PNG_PIXELS]
    return chunks[: places[0]], chunks[places[-1] + 1 :]


def _png_key(chunk: tuple[bytes, bytes]) -> str:
    if chunk[0] not in (b"tEXt", b"zTXt", b"iTXt"):
        return ""
    return chunk[1].split(b"\0", 1)[0].decode("latin-1")


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
