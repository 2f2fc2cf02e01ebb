"""Reading the outline of an ONNX file, to learn that it is one and that it holds all of its weights.

The fields are those of onnx.proto (Open Neural Network Exchange, IR version 10).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .pickles import unsafe

_INSIDE: Mapping[str, Mapping[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
_IR_VERSION, _GRAPH = 1, 7
_ELSEWHERE = (13, 14)
"""Fields of a tensor that lies in another file: where, and that it does."""
_DEEPEST = 64
_VARINT, _WIDE, _BYTES, _NARROW = 0, 1, 2, 5


class Field(NamedTuple):
    """One field of a protocol buffer: its number, and its whole number or the bytes it holds."""

    number: int
    value: int
    content: memoryview


def check_onnx(content: memoryview, where: str) -> bool:
    """Say whether a file is an ONNX model.

    Raises ArtistError `model.unsafe` for one whose weights lie in other files, which no card covers.
    """
    try:
        numbers = {field.number for field in fields(content)}
        if not {_IR_VERSION, _GRAPH} <= numbers:
            return False
        elsewhere = _is_elsewhere(content, "model", 0)
    except (ValueError, IndexError):
        return False
    if elsewhere:
        raise unsafe(
            where,
            "parts of its weights lie in other files, which its card does not cover",
            "Save the model as one ONNX file, or as safetensors.",
        )
    return True


def fields(content: memoryview) -> Iterator[Field]:
    """Give the fields of one message; raises ValueError or IndexError for what is none."""
    at, end = 0, len(content)
    while at < end:
        key, at = _varint(content, at)
        number, kind, value, length = key >> 3, key & 7, 0, 0
        if kind == _VARINT:
            value, at = _varint(content, at)
        elif kind == _BYTES:
            length, at = _varint(content, at)
        elif kind in (_WIDE, _NARROW):
            length = 8 if kind == _WIDE else 4
        else:
            raise ValueError(f"wire type {kind}")
        if number == 0 or at + length > end:
            raise ValueError("a field leads out of its message")
        yield Field(number, value, content[at : at + length])
        at += length


def _is_elsewhere(content: memoryview, message: str, depth: int) -> bool:
    if depth > _DEEPEST:
        raise ValueError("too deep")
    inside = _INSIDE[message]
    for field in fields(content):
        if message == "tensor" and (
            field.number == _ELSEWHERE[0] or (field.number == _ELSEWHERE[1] and field.value)
        ):
            return True
        if field.number in inside and _is_elsewhere(field.content, inside[field.number], depth + 1):
            return True
    return False


def _varint(content: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("a number without an end")
