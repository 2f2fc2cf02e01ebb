"""What a pickle would do if it were loaded, found by reading its opcodes; nothing in it is ever run."""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Iterator
from typing import BinaryIO

from photodouble_client.errors import ArtistError

_TORCH = (
    "torch",
    "BFloat16Storage BoolStorage ByteStorage CharStorage ComplexDoubleStorage ComplexFloatStorage "
    "DoubleStorage FloatStorage HalfStorage IntStorage LongStorage ShortStorage Size Tensor UntypedStorage "
    "bfloat16 bool complex128 complex64 device float16 float32 float64 float8_e4m3fn float8_e5m2 int16 int32 "
    "int64 int8 per_channel_affine per_tensor_affine strided uint8",
)
_UTILS = (
    "torch._utils",
    "_rebuild_parameter _rebuild_sparse_tensor _rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3",
)
HARMLESS = frozenset(
    [
        ("__builtin__", "set"),
        ("_codecs", "encode"),
        ("builtins", "set"),
        ("collections", "OrderedDict"),
        ("torch.nn.parameter", "Parameter"),
        ("torch.serialization", "_get_layout"),
        ("torch.storage", "UntypedStorage"),
    ]
    + [(module, name) for module, names in (_TORCH, _UTILS) for name in names.split()]
)
"""All that a file of weights may name: what tensors are made of, and sets and bytes of plain Python."""

_BY_STACK = {"STACK_GLOBAL"}
_BY_NAME = {"GLOBAL", "INST"}
_BY_NUMBER = {"EXT1", "EXT2", "EXT4"}
_NOTES = {"MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT"}
_RECALLS = {"GET", "BINGET", "LONG_BINGET"}
_TEXTS = {"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE"}
_SILENT = {"PROTO", "FRAME"}


def check_pickle(
    stream: BinaryIO, where: str, harmless: Callable[[tuple[str, ...]], bool] = HARMLESS.__contains__
) -> None:
    """Read one pickle from its beginning to its STOP; raises ArtistError `model.unsafe`.

    Refused are names that are not `harmless`, names that cannot be told for certain, and what cannot be read.
    """
    try:
        for named in _named(stream):
            if not harmless(named):
                raise unsafe(where, f"it would call {'.'.join(named) or 'something without a name'}")
    except (ValueError, EOFError, IndexError, UnicodeDecodeError, OverflowError, MemoryError) as error:
        raise unsafe(where, f"it cannot be read to its end ({error})") from error


def unsafe(
    where: str, why: str, fix: str = "Ask the vendor for the same weights as safetensors or ONNX."
) -> ArtistError:
    """Make the error for a model file that could do harm."""
    return ArtistError("model.unsafe", "The model file is not safe", f"{where} was not loaded: {why}.", fix)


def _named(stream: BinaryIO) -> Iterator[tuple[str, ...]]:
    """Give (module, name) of everything the pickle asks for; empty where it cannot be told."""
    pushed: list[str | None] = []
    memory: dict[int, str | None] = {}
    for opcode, argument, _ in pickletools.genops(stream):
        word = opcode.name
        if word in _SILENT:
            continue
        if word in _NOTES:
            number = len(memory) if word == "MEMOIZE" else int(str(argument))
            memory[number] = pushed[-1] if pushed else None
            continue
        if word in _BY_NAME:
            yield tuple(str(argument).split(" ", 1))
        elif word in _BY_NUMBER:
            yield ()
        elif word in _BY_STACK:
            pair = pushed[-2:]
            yield (
                tuple(text for text in pair if text is not None)
                if len(pair) == 2 and None not in pair
                else ()
            )
        pushed = [*pushed[-1:], _text_pushed(word, argument, memory)]


def _text_pushed(word: str, argument: object, memory: dict[int, str | None]) -> str | None:
    """Return the text that an opcode leaves on top, None where it is none or cannot be told."""
    if word in _TEXTS:
        return str(argument)
    return memory.get(int(str(argument))) if word in _RECALLS else None
