"""Read the symbols of a Windows library (PE32+)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .binary import Binary, Bytes, Unreadable

_PROCESSORS = {0x8664: "x86_64", 0xAA64: "arm64"}
_BY_NUMBER = 1 << 63
_MOST = 65536
"""More names than this has no library that is meant."""

Place = Callable[[int], int]


def read_portable(data: bytes) -> Binary:
    """Read a library; raises Unreadable where it is cut short or of another kind."""
    file = Bytes(data)
    (header,) = file.numbers("I", 60)
    if data[header : header + 4] != b"PE\0\0":
        raise Unreadable("it is no PE file")
    processor, count = file.numbers("HH", header + 4)
    (length,) = file.numbers("H", header + 20)
    optional = header + 24
    if file.numbers("H", optional) != (0x20B,):
        raise Unreadable("it is no PE file of 64 bits")
    place = _placed(file, optional + length, count)
    directories = [file.numbers("II", optional + 112 + 8 * number)[0] for number in range(2)]
    wanted = dict(_imported(file, directories[1], place)) if directories[1] else {}
    return Binary(
        "pe",
        _PROCESSORS.get(processor, "another"),
        exports=tuple(sorted(_exported(file, directories[0], place))) if directories[0] else (),
        imports=tuple(sorted({name for names in wanted.values() for name in names})),
        libraries=tuple(wanted),
        minimum=file.numbers("HH", optional + 48),
    )


def _placed(file: Bytes, table: int, count: int) -> Place:
    sections = [file.numbers("IIII", table + 40 * number + 8) for number in range(count)]

    def place(address: int) -> int:
        for length, begin, stored, offset in sections:
            if begin <= address < begin + max(length, stored):
                return address - begin + offset
        raise Unreadable(f"nothing lies at address {address:#x}")

    return place


def _exported(file: Bytes, directory: int, place: Place) -> Iterator[str]:
    count, _, names = file.numbers("III", place(directory) + 24)
    for number in range(min(count, _MOST)):
        yield file.text(place(file.numbers("I", place(names) + 4 * number)[0]))


def _imported(file: Bytes, directory: int, place: Place) -> Iterator[tuple[str, list[str]]]:
    at = place(directory)
    while True:
        lookup, _, _, library, addresses = file.numbers("IIIII", at)
        if not library:
            return
        yield file.text(place(library)), list(_wanted(file, place(lookup or addresses), place))
        at += 20


def _wanted(file: Bytes, at: int, place: Place) -> Iterator[str]:
    while (entry := file.numbers("Q", at)[0]) != 0:
        yield f"#{entry & 0xFFFF}" if entry & _BY_NUMBER else file.text(place(entry) + 2)
        at += 8
