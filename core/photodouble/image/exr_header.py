"""The header of an EXR file as bytes, so that every attribute of a plate survives as it was.

Follows "OpenEXR File Layout" (openexr.com): magic, version, one attribute list per part, one
table of chunk offsets per part, chunks.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

MAGIC = 20000630
_FIRST_BYTES = 1 << 18
_STRUCTURAL = {"channels", "chunkCount", "compression", "dataWindow", "lineOrder", "tiles"}
_REQUIRED = {
    "channels",
    "compression",
    "dataWindow",
    "displayWindow",
    "lineOrder",
    "pixelAspectRatio",
    "screenWindowCenter",
    "screenWindowWidth",
    "tiles",
}
_TILED, _LONG_NAMES, _DEEP, _MULTI_PART = 0x200, 0x400, 0x800, 0x1000


class DamagedFileError(ValueError):
    """Say that the bytes are no whole EXR file; the message names what is wrong."""


@dataclass(frozen=True)
class Attribute:
    """Hold one header attribute as it lies in the file."""

    name: str
    type: str
    value: bytes


@dataclass(frozen=True)
class PartHeader:
    """Hold the attributes of one part, in file order."""

    attributes: tuple[Attribute, ...]

    def find(self, name: str) -> Attribute | None:
        """Find an attribute by name."""
        return next((attribute for attribute in self.attributes if attribute.name == name), None)

    def text(self, name: str) -> str:
        """Read a string attribute; empty when there is none."""
        attribute = self.find(name)
        return attribute.value.decode("utf-8", "replace") if attribute else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Read a string vector attribute such as `multiView`."""
        attribute = self.find(name)
        found: list[str] = []
        position = 0
        while attribute and position + 4 <= len(attribute.value):
            (length,) = struct.unpack_from("<i", attribute.value, position)
            found.append(attribute.value[position + 4 : position + 4 + length].decode("utf-8", "replace"))
            position += 4 + length
        return tuple(found)

    @property
    def is_deep(self) -> bool:
        """Tell whether the part holds deep samples."""
        return self.text("type").startswith("deep")

    @property
    def is_mipmapped(self) -> bool:
        """Tell whether the part holds several resolution levels."""
        tiles = self.find("tiles")
        return tiles is not None and len(tiles.value) == 9 and tiles.value[8] & 0x0F != 0

    @property
    def compression(self) -> int:
        """Give the compression number (3 is ZIP)."""
        attribute = self.find("compression")
        return attribute.value[0] if attribute and attribute.value else 0


@dataclass(frozen=True)
class FileHeader:
    """Hold the headers of all parts and where the chunk tables begin."""

    version: int
    parts: tuple[PartHeader, ...]
    tables_at: int

    @property
    def is_multi_part(self) -> bool:
        """Tell whether the file is of the multi-part kind, even with one part."""
        return bool(self.version & _MULTI_PART)

    @property
    def is_deep(self) -> bool:
        """Tell whether any part holds deep samples."""
        return bool(self.version & _DEEP) or any(part.is_deep for part in self.parts)


def parse_header(content: bytes) -> FileHeader:
    """Read the header of an EXR file from its bytes; raises `DamagedFileError`."""
    try:
        magic, version = struct.unpack_from("<iI", content, 0)
        if magic != MAGIC:
            raise DamagedFileError("the file does not begin like an EXR file")
        position = 8
        parts: list[PartHeader] = []
        while True:
            part, position = _parse_part(content, position)
            parts.append(part)
            if not version & _MULTI_PART:
                return FileHeader(version, tuple(parts), position)
            if content[position] == 0:
                return FileHeader(version, tuple(parts), position + 1)
    except (struct.error, IndexError, ValueError) as error:
        if isinstance(error, DamagedFileError):
            raise
        raise DamagedFileError("the file ends inside its header") from error


def header_of(path: Path) -> FileHeader:
    """Read the header of an EXR file, and of the file hardly more; raises `DamagedFileError`, OSError."""
    with path.open("rb") as stream:
        start = stream.read(_FIRST_BYTES)
    try:
        return parse_header(start)
    except DamagedFileError:
        if len(start) < _FIRST_BYTES:
            raise
        return parse_header(path.read_bytes())


def check_chunks(content: bytes, header: FileHeader) -> None:
    """Check that every chunk the tables name lies inside the file; raises `DamagedFileError`."""
    offsets = _offsets(content, header.tables_at)
    head = 4 if header.is_multi_part else 0
    for number, offset in enumerate(offsets):
        part = 0
        if head and offset + 4 <= len(content):
            (part,) = struct.unpack_from("<i", content, offset)
        if not 0 <= part < len(header.parts):
            raise DamagedFileError(f"chunk {number} names part {part}, which does not exist")
        tiled = header.parts[part].find("tiles") is not None and _is_tiled(header, part)
        size_at = offset + head + (16 if tiled else 4)
        if size_at + 4 > len(content):
            raise DamagedFileError(f"the file ends before chunk {number} of {len(offsets)}")
        (size,) = struct.unpack_from("<i", content, size_at)
        if size < 0 or size_at + 4 + size > len(content):
            raise DamagedFileError(f"the file ends inside chunk {number} of {len(offsets)}")


def with_attributes(content: bytes, wanted: Sequence[Sequence[Attribute]]) -> bytes:
    """Exchange the header attributes of a finished EXR file, part by part, and move its tables.

    Attributes that describe how the pixels lie in the file (windows, tiles, channels) are kept from
    the file itself; every other one is exactly as `wanted` says, in that order. Pixels are not touched.
    """
    header = parse_header(content)
    parts = tuple(_merged(part, only) for part, only in zip(header.parts, wanted, strict=True))
    version = header.version
    if any(len(a.name) > 31 or len(a.type) > 31 for part in parts for a in part.attributes):
        version |= _LONG_NAMES
    head = _serialise(replace(header, version=version, parts=parts))
    moved = len(head) - header.tables_at
    offsets = _offsets(content, header.tables_at)
    tables = struct.pack(f"<{len(offsets)}Q", *(offset + moved for offset in offsets))
    return head + tables + content[header.tables_at + len(tables) :]


def _merged(part: PartHeader, wanted: Sequence[Attribute]) -> PartHeader:
    own = {attribute.name: attribute for attribute in part.attributes if attribute.name in _STRUCTURAL}
    kept = [own.get(attribute.name, attribute) for attribute in wanted]
    names = {attribute.name for attribute in kept}
    needed = [a for a in part.attributes if a.name in _REQUIRED and a.name not in names]
    return PartHeader((*kept, *needed))


def _serialise(header: FileHeader) -> bytes:
    pieces = [struct.pack("<iI", MAGIC, header.version)]
    for part in header.parts:
        for attribute in part.attributes:
            names = f"{attribute.name}\0{attribute.type}\0"
            pieces.append(names.encode("utf-8", "surrogateescape"))
            pieces.append(struct.pack("<i", len(attribute.value)) + attribute.value)
        pieces.append(b"\0")
    if header.is_multi_part:
        pieces.append(b"\0")
    return b"".join(pieces)


def _parse_part(content: bytes, position: int) -> tuple[PartHeader, int]:
    attributes: list[Attribute] = []
    while content[position] != 0:
        name, position = _name(content, position)
        kind, position = _name(content, position)
        (size,) = struct.unpack_from("<i", content, position)
        position += 4
        if size < 0 or position + size > len(content):
            raise DamagedFileError(f"attribute {name} is longer than the file")
        attributes.append(Attribute(name, kind, content[position : position + size]))
        position += size
    return PartHeader(tuple(attributes)), position + 1


def _name(content: bytes, position: int) -> tuple[str, int]:
    end = content.index(b"\0", position, position + 257)
    return content[position:end].decode("utf-8", "surrogateescape"), end + 1


def _offsets(content: bytes, tables_at: int) -> tuple[int, ...]:
    """Read the chunk tables: they end where the first chunk begins."""
    first = len(content)
    position = tables_at
    offsets: list[int] = []
    while position < first:
        if position + 8 > len(content):
            raise DamagedFileError("the file ends inside its table of chunks")
        (offset,) = struct.unpack_from("<Q", content, position)
        if offset < tables_at or offset >= len(content):
            raise DamagedFileError(f"chunk {len(offsets)} lies outside the file")
        offsets.append(offset)
        first = min(first, offset)
        position += 8
    return tuple(offsets)


def _is_tiled(header: FileHeader, part: int) -> bool:
    kind = header.parts[part].text("type")
    return kind == "tiledimage" or (not kind and bool(header.version & _TILED))
