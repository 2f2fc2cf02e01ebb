"""Read the symbols of a macOS library (Mach-O, 64 bits), and put two of them into one universal file."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from .binary import Binary, Bytes, Unreadable, Version

_PROCESSORS = {0x01000007: "x86_64", 0x0100000C: "arm64"}
_ALIGNED = 14
"""Slices begin at 16 KB, the page of Apple's processors."""

_SYMTAB, _VERSION_MIN, _BUILD_VERSION = 0x2, 0x24, 0x32
_LIBRARIES = (0xC, 0x80000018, 0x8000001F, 0x20, 0x80000023)
"""What loads a library: plainly, weakly, passed on, lazily, upward."""

_DEBUG, _KIND, _PRIVATE, _EXTERNAL = 0xE0, 0x0E, 0x10, 0x01

Command = tuple[int, int]
"""What a load command is, and where it begins."""


def read_macho(data: bytes) -> Binary:
    """Read a library for one processor; raises Unreadable where it is cut short or of another kind."""
    file = Bytes(data)
    processor = _PROCESSORS.get(file.numbers("I", 4)[0], "another")
    commands = list(_commands(file))
    exports, imports = _symbols(file, commands)
    return Binary(
        "macho",
        processor,
        exports=tuple(sorted(exports)),
        imports=tuple(sorted(imports)),
        libraries=tuple(_libraries(file, commands)),
        minimum=next(_minimum(file, commands), ()),
    )


def merged(parts: Sequence[bytes]) -> bytes:
    """Put libraries for several processors into one universal file."""
    header = struct.pack(">II", 0xCAFEBABE, len(parts))
    body, place = b"", 1 << _ALIGNED
    for part in parts:
        header += struct.pack(">IIIII", *struct.unpack_from("<II", part, 4), place, len(part), _ALIGNED)
        padded = part + bytes(-len(part) % (1 << _ALIGNED))
        body, place = body + padded, place + len(padded)
    return header.ljust(1 << _ALIGNED, b"\0") + body.rstrip(b"\0").ljust(_end(parts), b"\0")


def _end(parts: Sequence[bytes]) -> int:
    """Return the length of all slices, the last one without what would fill up its page."""
    page = 1 << _ALIGNED
    return sum(-(-len(part) // page) * page for part in parts[:-1]) + len(parts[-1])


def slices(data: bytes) -> Iterator[bytes]:
    """Give the libraries that a universal file holds."""
    file = Bytes(data, ">")
    for number in range(min(file.numbers("I", 4)[0], 8)):
        _, _, place, length, _ = file.numbers("IIIII", 8 + 20 * number)
        if place + length > len(data):
            raise Unreadable("a slice is cut short")
        yield data[place : place + length]


def _commands(file: Bytes) -> Iterator[Command]:
    (count,) = file.numbers("I", 16)
    at = 32
    for _ in range(count):
        kind, length = file.numbers("II", at)
        if length < 8:
            raise Unreadable("a load command is empty")
        yield kind, at
        at += length


def _symbols(file: Bytes, commands: list[Command]) -> tuple[set[str], set[str]]:
    exports: set[str] = set()
    imports: set[str] = set()
    for at in (at for kind, at in commands if kind == _SYMTAB):
        table, count, names, _ = file.numbers("IIII", at + 8)
        for entry in range(table, table + 16 * count, 16):
            name, kind = file.numbers("IB", entry)
            if kind & _DEBUG or not kind & _EXTERNAL:
                continue
            text = file.text(names + name).removeprefix("_")
            if kind & _KIND == 0:
                imports.add(text)
            elif not kind & _PRIVATE:
                exports.add(text)
    return exports, imports


def _libraries(file: Bytes, commands: list[Command]) -> Iterator[str]:
    for at in (at for kind, at in commands if kind in _LIBRARIES):
        yield file.text(at + file.numbers("I", at + 8)[0])


def _minimum(file: Bytes, commands: list[Command]) -> Iterator[Version]:
    for kind, at in commands:
        if kind in (_VERSION_MIN, _BUILD_VERSION):
            (packed,) = file.numbers("I", at + (8 if kind == _VERSION_MIN else 12))
            yield packed >> 16, packed >> 8 & 0xFF
