"""Reading what a model file holds, tensor by tensor, without running anything in it."""

from __future__ import annotations

import io
import mmap
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from .card import Tensor
from .contract import Contract
from .folders import folder_files
from .inspect import check_torch, safetensors_header
from .onnx import fields

_SAFETENSORS_KINDS: Mapping[str, str] = {
    "BOOL": "bool",
    "U8": "uint8",
    "I8": "int8",
    "U16": "uint16",
    "I16": "int16",
    "U32": "uint32",
    "I32": "int32",
    "U64": "uint64",
    "I64": "int64",
    "F16": "float16",
    "BF16": "bfloat16",
    "F32": "float32",
    "F64": "float64",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
}
_ONNX_KINDS = (
    "",
    "float32",
    "uint8",
    "int8",
    "uint16",
    "int16",
    "int32",
    "int64",
    "string",
    "bool",
    "float16",
    "float64",
    "uint32",
    "uint64",
    "complex64",
    "complex128",
    "bfloat16",
    "float8_e4m3fn",
    "float8_e4m3fnuz",
    "float8_e5m2",
    "float8_e5m2fnuz",
)
"""The names of TensorProto.DataType by their numbers."""
_TORCH_KINDS: Mapping[str, str] = {
    "BFloat16Storage": "bfloat16",
    "BoolStorage": "bool",
    "ByteStorage": "uint8",
    "CharStorage": "int8",
    "ComplexDoubleStorage": "complex128",
    "ComplexFloatStorage": "complex64",
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "IntStorage": "int32",
    "LongStorage": "int64",
    "ShortStorage": "int16",
}
_REBUILT = ("_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3")
_BEFORE_WEIGHTS = 3
"""The pickles that come before the weights in a file of torch older than 1.6."""
_LONGEST_PICKLE = 64 << 20
"""The most bytes that are read of a list of tensors; the numbers themselves lie elsewhere."""
_DEEPEST = 16


def safetensors_outline(path: Path) -> Contract:
    """Return the weights of a safetensors file by its header; raises ValueError."""
    with path.open("rb") as file:
        header = safetensors_header(file)
    if header is None:
        raise ValueError("it is no safetensors file")
    return Contract(
        weights=tuple(_of_header(name, one) for name, one in header.items() if name != "__metadata__")
    )


def onnx_outline(path: Path) -> Contract:
    """Return the inputs, outputs and weights of an ONNX file; raises ValueError."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        content = memoryview(mapped)
        try:
            graph = list(fields(_only(content, 7)))
            weights = tuple(_initializer(field.content) for field in graph if field.number == 5)
            fed = {tensor.name for tensor in weights}
            inputs = tuple(_value(field.content) for field in graph if field.number == 11)
            outputs = tuple(_value(field.content) for field in graph if field.number == 12)
        except IndexError as error:
            raise ValueError("it ends in the middle") from error
        finally:
            graph = []
            content.release()
    return Contract(tuple(one for one in inputs if one.name not in fed), outputs, weights)


def torch_outline(path: Path) -> Contract:
    """Return the weights of a file of torch weights; raises ValueError, ArtistError `model.unsafe`.

    Its pickle is read with stand-ins for everything that it may name, so that nothing of torch is needed
    and nothing of the file is run. Tensors in nested dictionaries are named with dots.
    """
    with path.open("rb") as file:
        check_torch(file, path.name)
        return _contract_of_pickle(file)


def script_outline(path: Path) -> Contract:
    """Return the weights of a TorchScript archive, named by the path of their attributes; raises ValueError.

    It is read as `torch_outline` does, so its program is not run. Its inputs have a place and no name: they
    are not told.
    """
    with path.open("rb") as file:
        return _contract_of_pickle(file)


def folder_outline(folder: Path) -> Contract:
    """Return the weights of a model folder, named `part/tensor`; raises ValueError."""
    weights: list[Tensor] = []
    for path in folder_files(folder):
        if path.suffix.lower() == ".safetensors":
            part = path.parent.relative_to(folder).as_posix()
            found = safetensors_outline(path).weights
            weights += [Tensor(f"{part}/{one.name}", one.shape, one.kind) for one in found]
    return Contract(weights=tuple(weights))


def _contract_of_pickle(file: BinaryIO) -> Contract:
    try:
        return Contract(weights=tuple(_tensors(_unpickled(file), "", 0)))
    except (pickle.UnpicklingError, zipfile.BadZipFile, RecursionError) as error:
        raise ValueError(f"it cannot be read ({error})") from error
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError) as error:
        raise ValueError(f"it cannot be read ({error})") from error


def _of_header(name: str, stored: Any) -> Tensor:
    if not isinstance(stored, Mapping):
        raise ValueError("its header is damaged")
    kind = str(stored.get("dtype", ""))
    return Tensor(name, _shape(stored.get("shape", ())), _SAFETENSORS_KINDS.get(kind, kind.lower()))


def _shape(dimensions: Iterable[Any]) -> str:
    return ",".join(str(one) for one in dimensions) or "scalar"


def _only(content: memoryview, number: int) -> memoryview:
    """Return what one field of a message holds; raises ValueError where there is none."""
    for field in fields(content):
        if field.number == number:
            return field.content
    raise ValueError("a part of it is missing")


def _text(content: memoryview) -> str:
    return bytes(content).decode("utf-8", "replace")


def _initializer(content: memoryview) -> Tensor:
    """Read a TensorProto: its dimensions (1), kind (2) and name (8)."""
    dimensions: list[int] = []
    name, kind = "", 0
    for field in fields(content):
        if field.number == 1:
            dimensions += _whole_numbers(field.content) if len(field.content) else [field.value]
        elif field.number == 2:
            kind = field.value
        elif field.number == 8:
            name = _text(field.content)
    return Tensor(name, _shape(dimensions), _onnx_kind(kind))


def _whole_numbers(content: memoryview) -> list[int]:
    numbers, value, shift = [], 0, 0
    for byte in content:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(value)
            value = shift = 0
    return numbers


def _onnx_kind(number: int) -> str:
    return _ONNX_KINDS[number] if number < len(_ONNX_KINDS) else f"kind {number}"


def _value(content: memoryview) -> Tensor:
    """Read a ValueInfoProto: its name (1) and type (2), of which only a tensor (1) has shape and kind."""
    name, shape, kind = "", "", ""
    for field in fields(content):
        if field.number == 1:
            name = _text(field.content)
        elif field.number == 2:
            for part in fields(field.content):
                if part.number == 1:
                    shape, kind = _tensor_type(part.content)
    return Tensor(name, shape, kind)


def _tensor_type(content: memoryview) -> tuple[str, str]:
    shape, kind = "", ""
    for field in fields(content):
        if field.number == 1:
            kind = _onnx_kind(field.value)
        elif field.number == 2:
            shape = _shape(_dimension(one.content) for one in fields(field.content) if one.number == 1)
    return shape, kind


def _dimension(content: memoryview) -> str:
    """Read one dimension: its number (1), or the word (2) of one that is free."""
    for field in fields(content):
        if field.number == 1:
            return str(field.value)
        if field.number == 2 and (word := _text(field.content)) and not word.isdigit():
            return word.replace(",", " ")
    return "?"


class _StandIn:
    """Stand for anything that a pickle names: it takes whatever it is given and does nothing with it."""

    state: Any = None

    def __init__(self, *given: Any) -> None:
        self.given = given

    def __setstate__(self, state: Any) -> None:
        """Keep what the pickle would set; the modules of a program hold their weights so."""
        self.state = state


class _Reader(pickle._Unpickler):
    """Read a pickle of weights with stand-ins alone; tensors become what is known of them."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if name in _REBUILT:
            return _rebuilt
        if name == "_rebuild_parameter":
            return _parameter
        return name if name in _TORCH_KINDS else _StandIn

    def persistent_load(self, pid: Any) -> Any:
        """Return the kind of a storage of numbers, which the pickle only refers to."""
        return _TORCH_KINDS.get(pid[1], "") if isinstance(pid, tuple) and isinstance(pid[1], str) else ""


def _rebuilt(storage: Any, _offset: Any, size: Any, *_rest: Any) -> Tensor:
    return Tensor("", _shape(size), storage if isinstance(storage, str) else "")


def _parameter(tensor: Any, *_rest: Any) -> Any:
    return tensor


def _unpickled(file: BinaryIO) -> Any:
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            name = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
            if archive.getinfo(name).file_size > _LONGEST_PICKLE:
                raise ValueError("its list of tensors is too long")
            return _Reader(io.BytesIO(archive.read(name))).load()
    file.seek(0)
    for _ in range(_BEFORE_WEIGHTS):
        _Reader(file).load()
    return _Reader(file).load()


def _tensors(loaded: Any, before: str, depth: int) -> Iterator[Tensor]:
    if isinstance(loaded, Tensor):
        yield Tensor(before, loaded.shape, loaded.kind)
        return
    inner = loaded.state if isinstance(loaded, _StandIn) else loaded
    if isinstance(inner, Mapping) and depth < _DEEPEST:
        for name, one in inner.items():
            yield from _tensors(one, f"{before}.{name}" if before else str(name), depth + 1)
