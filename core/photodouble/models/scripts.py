"""What the program in a TorchScript archive would do, found by reading it; nothing in it is ever run.

Its source is a small subset of Python (torch/csrc/jit/serialization, "TorchScript serialization"). Every call
in it must be one of the operators that calculate, a method of its own classes, or a plain function of
numbers and lists: nothing that reads or writes a file, opens a library or reaches out of the process.
"""

from __future__ import annotations

import ast
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from .pickles import HARMLESS, check_pickle, unsafe
from .script_operators import CALCULATING, PLAIN

_RAW = ("data/", ".data/", "constants/", "tensors/", "traced_inputs/")
_PLAIN_ENTRIES = ("version", "byteorder", ".format_version", ".storage_alignment", "model.json")
_PICKLES = ("data.pkl", "constants.pkl", "traced_inputs.pkl")
_OWN = re.compile(r"__torch__(\.[A-Za-z0-9_]+)*")
_ALIAS = re.compile(r"_\d+")
"""What the writer of an archive calls a function of the program that it uses."""
_ROOTS = ("torch", "ops", "__torch__", "__builtins__", "CONSTANTS")
_NEVER = (ast.Import, ast.ImportFrom, ast.Lambda, ast.AsyncFunctionDef, ast.Global, ast.With, ast.Try)
_OWN_METHODS = ("__init__", "__len__", "__getitem__", "__contains__", "__call__", "__iter__", "__next__")
_LONGEST_SOURCE = 16 << 20


def check_script(file: BinaryIO, where: str) -> None:
    """Read the program and the pickles of an archive; raises ArtistError `model.unsafe`."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            doubled = [name for name, count in Counter(names).items() if count > 1]
            if doubled:
                raise unsafe(where, f"{doubled[0]} is in it twice")
            for name in names:
                _check_entry(archive, name, where)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise unsafe(where, f"the archive cannot be read to its end ({error})") from error
    file.seek(0)


def holds_program(names: list[str]) -> bool:
    """Tell whether the entries of an archive are those of a TorchScript program."""
    return any("/code/" in f"/{name}" for name in names)


def _check_entry(archive: zipfile.ZipFile, name: str, where: str) -> None:
    inner = name.partition("/")[2]
    is_folder = name.endswith("/") and archive.getinfo(name).file_size == 0
    if inner.startswith(_RAW) or inner in _PLAIN_ENTRIES or is_folder:
        return
    if inner in _PICKLES or inner.endswith(".debug_pkl"):
        with archive.open(name) as entry:
            check_pickle(entry, f"{where}: {name}", _is_harmless)  # type: ignore[arg-type]
    elif inner.startswith("code/") and inner.endswith(".py"):
        if archive.getinfo(name).file_size > _LONGEST_SOURCE:
            raise unsafe(where, f"{name} is too long to be read")
        _check_source(archive.read(name), f"{where}: {name}")
    else:
        raise unsafe(where, f"nothing says what {name} in it is for")


def _is_harmless(named: tuple[str, ...]) -> bool:
    """Tell whether a pickle may name this: tensors, lists, and the program's own classes, which stay data."""
    if named in HARMLESS or (named and named[0] == "torch.jit._pickle"):
        return True
    return bool(named) and _OWN.fullmatch(named[0]) is not None and ".classes" not in named[0]


def _check_source(source: bytes, where: str) -> None:
    try:
        tree = ast.parse(source.decode("utf-8"))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise unsafe(where, f"its program cannot be read ({error})") from error
    held = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, _NEVER):
            raise unsafe(where, f"line {getattr(node, 'lineno', 0)} of its program does what none should")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not _may_call(node.func.id):
            raise unsafe(where, f"its program calls {node.func.id[:80]}")
        if isinstance(node, ast.Attribute) and (_is_foreign(node) or _is_half(node, held)):
            raise unsafe(where, f"its program names {ast.unparse(node)[:80]}")
        if isinstance(node, ast.Name) and node.id in _ROOTS and id(node) not in held:
            raise unsafe(where, f"its program hands on {node.id} itself")


def _may_call(name: str) -> bool:
    """Tell whether a function without a path is a plain one, or stands for one of the program's own."""
    return name in PLAIN or _ALIAS.fullmatch(name) is not None


def _is_foreign(node: ast.Attribute) -> bool:
    """Tell whether a name leads to an operator that is not allowed, or to the innards of Python."""
    path = tuple(_path(node))
    if path[0] == "torch":
        return path[1] not in CALCULATING
    if path[0] == "ops":
        return path[1:2] not in (("prim",), ("aten",)) or not CALCULATING.issuperset(path[2:])
    if path[0] == "__torch__":
        return path[1:3] == ("torch", "classes")
    return node.attr.startswith("__") and node.attr not in _OWN_METHODS


def _is_half(node: ast.Attribute, held: set[int]) -> bool:
    """Tell whether a whole library of operators is handed on, such as `ops.aten`."""
    path = tuple(_path(node))
    return path[0] == "ops" and len(path) < 3 and id(node) not in held


def _path(node: ast.expr) -> Iterator[str]:
    """Give the names of `a.b.c`, the first first; what is no plain name is empty."""
    if isinstance(node, ast.Attribute):
        yield from _path(node.value)
        yield node.attr
    else:
        yield node.id if isinstance(node, ast.Name) else ""
