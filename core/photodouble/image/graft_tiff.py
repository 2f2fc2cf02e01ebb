"""Carry over the tags of a source TIFF that the library which wrote the result does not know.

TIFF 6.0 (Adobe, 1992), sections 2 and 8; BigTIFF files are left as they were written.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

_UNITS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 1, 7: 1, 8: 2, 9: 4, 10: 4, 11: 4, 12: 8}
_UNITS_EACH = {5: 2, 10: 2}
_TEXT_KINDS = (1, 2, 7)
_DESCRIPTION = 270
_LAYOUT = frozenset(
    {254, 255, 256, 257, 258, 259, 262, 263, 266, 273, 277, 278, 279, 284, 288, 289, 292, 293, 317, 318, 320}
    | {
        321,
        322,
        323,
        324,
        325,
        330,
        332,
        336,
        338,
        339,
        340,
        341,
        347,
        529,
        530,
        531,
        532,
        34665,
        34853,
        40965,
    }
    | set(range(512, 522))
)
"""Tags that say how pixels lie in the file or point into it: those are the result's own."""


@dataclass(frozen=True)
class _Tag:
    kind: int
    count: int
    value: bytes


def graft_tiff(source: bytes, result: bytes) -> bytes:
    """Add the tags that only the source has to the first directory of the result.

    The result is given back as it is when either file is no classic TIFF or nothing is missing.
    """
    order, own = _directory(source)
    result_order, written = _directory(result)
    missing = {tag: value for tag, value in own.items() if tag not in written and tag not in _LAYOUT}
    if not missing or not written:
        return result
    swapped = {tag: _in_order(value, order, result_order) for tag, value in missing.items()}
    return _with_directory(result, result_order, {**written, **swapped})


def _directory(content: bytes) -> tuple[str, Mapping[int, _Tag]]:
    order = {b"II": "<", b"MM": ">"}.get(content[:2], "")
    if not order or struct.unpack_from(order + "H", content, 2) != (42,):
        return order, {}
    (at,) = struct.unpack_from(order + "I", content, 4)
    (count,) = struct.unpack_from(order + "H", content, at)
    tags: dict[int, _Tag] = {}
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind, length = struct.unpack_from(order + "HHI", content, entry)
        if kind not in _UNITS:
            continue
        size = _UNITS[kind] * _UNITS_EACH.get(kind, 1) * length
        (place,) = struct.unpack_from(order + "I", content, entry + 8) if size > 4 else (entry + 8,)
        tags[tag] = _Tag(kind, length, content[place : place + size])
    return order, tags


def _in_order(tag: _Tag, order: str, wanted: str) -> _Tag:
    unit = _UNITS[tag.kind]
    if order == wanted or unit == 1:
        return tag
    units = [tag.value[place : place + unit][::-1] for place in range(0, len(tag.value), unit)]
    return _Tag(tag.kind, tag.count, b"".join(units))


def _with_directory(content: bytes, order: str, tags: Mapping[int, _Tag]) -> bytes:
    """Append a new first directory and let the file begin there."""
    (old,) = struct.unpack_from(order + "I", content, 4)
    (entries,) = struct.unpack_from(order + "H", content, old)
    following = content[old + 2 + 12 * entries :][:4]
    start = len(content) + len(content) % 2
    table = struct.pack(order + "H", len(tags))
    values_at = start + 2 + 12 * len(tags) + 4
    values = b""
    for number in sorted(tags):
        tag = tags[number]
        if len(tag.value) <= 4:
            field = tag.value.ljust(4, b"\0")
        else:
            field = struct.pack(order + "I", values_at + len(values))
            values += tag.value + b"\0" * (len(tag.value) % 2)
        table += struct.pack(order + "HHI", number, tag.kind, tag.count) + field
    begin = content[:4] + struct.pack(order + "I", start)
    return begin + content[8:].ljust(start - 8, b"\0") + table + following + values


def described_tiff(content: bytes, note: str, blank: Callable[[bytes], bytes]) -> bytes:
    """Return a TIFF whose description ends with a note and whose texts went through `blank`.

    `blank` must keep the length: texts are changed where they lie, so that nothing of them is left behind.
    Files that are no classic TIFF keep everything but what `blank` finds.
    """
    order, tags = _directory(content)
    if not tags:
        return blank(content)
    changed = bytearray(content)
    for place, value in _texts(content, order):
        changed[place : place + len(value)] = blank(value)
    _, tags = _directory(bytes(changed))
    before = tags[_DESCRIPTION].value.rstrip(b"\0") + b"\n" if _DESCRIPTION in tags else b""
    text = before.lstrip(b"\0\n") + note.encode("utf-8") + b"\0"
    return _with_directory(bytes(changed), order, {**tags, _DESCRIPTION: _Tag(2, len(text), text)})


def _texts(content: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """Give the place and the bytes of every tag of the first directory that may hold text."""
    (at,) = struct.unpack_from(order + "I", content, 4)
    (count,) = struct.unpack_from(order + "H", content, at)
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind, length = struct.unpack_from(order + "HHI", content, entry)
        if kind in _TEXT_KINDS and tag not in _LAYOUT:
            (place,) = struct.unpack_from(order + "I", content, entry + 8) if length > 4 else (entry + 8,)
            yield place, content[place : place + length]
