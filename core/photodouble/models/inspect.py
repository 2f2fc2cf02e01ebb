"""What kind of model file lies there and whether it is safe, by its content; nothing in it is ever run."""

from __future__ import annotations

import json
import mmap
import zipfile
import zlib
from collections import Counter
from pathlib import Path
from typing import BinaryIO

from photodouble_client.errors import ArtistError

from .folders import check_folder
from .onnx import check_onnx
from .pickles import check_pickle, unsafe
from .scripts import check_script, holds_program

_ZIP = b"PK\x03\x04"
_PICKLE = b"\x80"
_OLD_TORCH = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""The number with which torch began its files before version 1.6; four pickles and raw numbers follow."""
_OLD_PICKLES = 5
_LONGEST_HEADER = 100_000_000
_PICKLE_NAMES = (".pt", ".pth", ".ckpt", ".bin", ".pkl", ".pickle")


def inspected_format(path: Path) -> str:
    """Return `safetensors`, `onnx`, `torch` (weights), `torchscript` (a program) or `diffusers` (a folder).

    Raises ArtistError `model.unsafe` for a file that could run a program while it is loaded, and
    `input.unsupported_format` for what is no model file.
    """
    if path.is_dir():
        check_folder(path)
        return "diffusers"
    with path.open("rb") as file:
        begins = file.read(len(_OLD_TORCH))
        if begins.startswith(_ZIP):
            if _is_program(file):
                check_script(file, path.name)
                return "torchscript"
            check_torch(file, path.name)
            return "torch"
        # Before pickles: the length of a safetensors header may begin with the very byte that pickles do.
        if safetensors_header(file) is not None:
            return "safetensors"
        if begins.startswith(_PICKLE) or path.suffix.lower() in _PICKLE_NAMES:
            check_torch(file, path.name)
            return "torch"
        if _is_onnx(file, path.name):
            return "onnx"
    raise ArtistError(
        "input.unsupported_format",
        "This is no model file",
        f"{path.name} is neither safetensors nor ONNX nor a file of torch weights.",
        "Ask the vendor for the weights as safetensors or ONNX.",
    )


def _is_program(file: BinaryIO) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            return holds_program(archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def check_torch(file: BinaryIO, where: str) -> None:
    """Read every pickle in a file of torch weights; raises ArtistError `model.unsafe`."""
    file.seek(0)
    begins = file.read(len(_OLD_TORCH))
    file.seek(0)
    if begins.startswith(_ZIP):
        _check_archive(file, where)
    else:
        for _ in range(_OLD_PICKLES if begins == _OLD_TORCH else 1):
            check_pickle(file, where)
        if begins != _OLD_TORCH:
            raise unsafe(where, "it is a plain pickle and no file of torch weights")
    file.seek(0)


def safetensors_header(file: BinaryIO) -> dict[str, object] | None:
    """Return the header of a safetensors file, which names its tensors; None where it is none."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(0)
    length = int.from_bytes(file.read(8), "little")
    if not 2 <= length <= min(size - 8, _LONGEST_HEADER):
        return None
    try:
        header = json.loads(file.read(length))
        ends = [int(one["data_offsets"][1]) for name, one in header.items() if name != "__metadata__"]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        return None
    return header if 8 + length + max(ends, default=0) == size else None


def _check_archive(file: BinaryIO, where: str) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            _check_names(names, where)
            for name in names:
                if not _is_raw(name):
                    with archive.open(name) as entry:
                        check_pickle(entry, f"{where}: {name}")  # type: ignore[arg-type]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise unsafe(where, f"the archive cannot be read to its end ({error})") from error


def _check_names(names: list[str], where: str) -> None:
    doubled = [name for name, count in Counter(names).items() if count > 1]
    if doubled:
        raise unsafe(where, f"{doubled[0]} is in it twice")
    programs = [name for name in names if "/code/" in f"/{name}"]
    if programs:
        raise unsafe(where, f"it is a program (TorchScript) and not weights alone: {programs[0]}")
    if not any(name.endswith("/data.pkl") for name in names):
        raise unsafe(where, "it is an archive without torch weights")


def _is_raw(name: str) -> bool:
    """Tell whether torch reads an entry as plain numbers or text: tensors, versions and byte order."""
    inner = name.partition("/")[2]
    return inner.startswith(("data/", ".data/")) or inner in (
        "version",
        "byteorder",
        ".format_version",
        ".storage_alignment",
    )


def _is_onnx(file: BinaryIO, where: str) -> bool:
    try:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as content:
            return check_onnx(content, where)
    except ValueError:
        return False
