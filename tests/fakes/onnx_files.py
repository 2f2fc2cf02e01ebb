"""ONNX files written field by field, as the format's own description says."""

from __future__ import annotations

from collections.abc import Iterable

FLOAT, INT64, HALF = 1, 7, 10


def number(value: int) -> bytes:
    """Write a whole number as a protocol buffer does."""
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + number(rest) if rest else bytes([low])


def field(key: int, content: bytes | int) -> bytes:
    """Write one field: a message or text, or a whole number."""
    if isinstance(content, int):
        return number(key << 3) + number(content)
    return number(key << 3 | 2) + number(len(content)) + content


def value(name: str, dimensions: Iterable[int | str], kind: int = FLOAT) -> bytes:
    """Write an input or output."""
    sizes = b"".join(
        field(1, field(1, size) if isinstance(size, int) else field(2, size.encode())) for size in dimensions
    )
    tensor = field(1, kind) + field(2, sizes)
    return field(1, name.encode()) + field(2, field(1, tensor))


def weight(name: str, dimensions: Iterable[int], kind: int = FLOAT) -> bytes:
    """Write weights without numbers."""
    packed = b"".join(number(size) for size in dimensions)
    return field(1, packed) + field(2, kind) + field(8, name.encode())


def onnx_file(inputs: Iterable[bytes], outputs: Iterable[bytes], weights: Iterable[bytes] = ()) -> bytes:
    """Write a whole model."""
    graph = field(1, field(4, b"Conv")) + field(2, b"graph")
    graph += b"".join(field(5, one) for one in weights)
    graph += b"".join(field(11, one) for one in inputs) + b"".join(field(12, one) for one in outputs)
    return field(1, 8) + field(7, graph)
