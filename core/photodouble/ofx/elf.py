"""Read the symbols of a Linux library (ELF, 64 bits, little-endian)."""

from __future__ import annotations

from collections.abc import Iterator

from .binary import Binary, Bytes, Unreadable, Version

_PROCESSORS = {62: "x86_64", 183: "arm64"}
_DYNAMIC, _DYNSYM, _VERNEED = 6, 11, 0x6FFFFFFE
_NEEDED = 1
_HIDDEN = (1, 2)
"""The visibilities of what no other library sees: internal and hidden."""

Section = tuple[int, int, int, int, int]
"""Type, place in the file, bytes, the section it refers to, and the number of entries where it tells."""


def read_elf(data: bytes) -> Binary:
    """Read a shared library; raises Unreadable where it is cut short or of another kind."""
    file = Bytes(data)
    if data[4:6] != b"\x02\x01":
        raise Unreadable("it is no ELF file of 64 bits")
    processor = _PROCESSORS.get(file.numbers("H", 18)[0], "another")
    sections = list(_sections(file))
    exports, imports = _symbols(file, sections)
    return Binary(
        "elf",
        processor,
        exports=tuple(sorted(exports)),
        imports=tuple(sorted(imports)),
        libraries=tuple(_libraries(file, sections)),
        glibc=max(_glibc(file, sections), default=()),
    )


def _sections(file: Bytes) -> Iterator[Section]:
    (place,) = file.numbers("Q", 40)
    size, count = file.numbers("HH", 58)
    for number in range(count):
        _, kind, _, _, offset, length, link, entries = file.numbers("IIQQQQII", place + number * size)
        yield kind, offset, length, link, entries


def _symbols(file: Bytes, sections: list[Section]) -> tuple[set[str], set[str]]:
    exports: set[str] = set()
    imports: set[str] = set()
    for _, offset, length, link, _ in _of_kind(sections, _DYNSYM):
        names = _linked(sections, link)
        for at in range(offset + 24, offset + length, 24):
            name, info, other, section = file.numbers("IBBH", at)
            if section == 0:
                imports.add(file.text(names + name))
            elif info >> 4 and other & 3 not in _HIDDEN:
                exports.add(file.text(names + name))
    return exports, imports


def _libraries(file: Bytes, sections: list[Section]) -> Iterator[str]:
    for _, offset, length, link, _ in _of_kind(sections, _DYNAMIC):
        for at in range(offset, offset + length, 16):
            tag, value = file.numbers("QQ", at)
            if tag == _NEEDED:
                yield file.text(_linked(sections, link) + value)


def _glibc(file: Bytes, sections: list[Section]) -> Iterator[Version]:
    """Give the versions of the C library that any symbol asks for."""
    for _, offset, _, link, entries in _of_kind(sections, _VERNEED):
        names, need = _linked(sections, link), offset
        for _ in range(entries):
            _, count, _, first, following = file.numbers("HHIII", need)
            wanted = need + first
            for _ in range(count):
                _, _, _, name, further = file.numbers("IHHII", wanted)
                word, _, version = file.text(names + name).partition("_")
                if word == "GLIBC" and version.replace(".", "").isdigit():
                    yield tuple(int(part) for part in version.split("."))
                wanted += further
            need += following


def _of_kind(sections: list[Section], kind: int) -> Iterator[Section]:
    return (section for section in sections if section[0] == kind)


def _linked(sections: list[Section], link: int) -> int:
    if link >= len(sections):
        raise Unreadable(f"there is no section {link}")
    return sections[link][1]
