"""Every name of Nuke's that the adapter uses is in the made-up Nuke, and in the real one's stubs.

`PHOTODOUBLE_NUKE_STUBS` names a folder that Nuke's own stub generator, or the public copy of what it wrote
(sisoe24/nuke-python-stubs), has filled: the one that holds `nuke/` and `nukescripts/`. Nothing of it is here.
"""

from __future__ import annotations

import ast
import builtins
import os
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import nuke_host as fake
import pytest
from nuke_host import shapes, studio

ROOT = Path(__file__).resolve().parents[2]
ADAPTER = sorted(
    path for path in (ROOT / "nuke").rglob("*.py") if not {"_vendor", "__pycache__"} & set(path.parts)
)
HOSTS = ("nuke", "nukescripts", "hiero")
OURS = (ROOT / "nuke", ROOT / "core" / "photodouble_client", ROOT / "core" / "photodouble_qt")
NEWER = {"activeGroup", "gsv"}
"""Names of Nuke 16, which the stubs of 15 cannot have."""
COMPILED = {"getTransform", "isDefault"}
"""Names of shapes: their modules are compiled, and the stubs leave them out."""
OF_MODULE = {"nodes", "env", "GUI", "views", "rawArgs", "scriptOpen", "usingOCIO", "Alignments"}
"""What the real module holds without a line of its own in the stubs."""


@pytest.fixture
def everything() -> Iterator[Any]:
    """Give a Nuke Studio made by hand, which has every module there is."""
    yield fake.install(studio=True)
    fake.remove()


def chains(tree: ast.AST) -> Iterator[tuple[str, ...]]:
    """Give every `nuke.a.b` as (nuke, a, b), the longest of each."""
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and id(node) not in inner:
            found: list[str] = []
            at: ast.AST = node
            while isinstance(at, ast.Attribute):
                found.insert(0, at.attr)
                at = at.value
            if isinstance(at, ast.Name) and at.id in HOSTS:
                yield (at.id, *found)


def methods(tree: ast.AST) -> set[str]:
    """List the names that are called on what is no module: `node.setInput(...)`."""
    modules = {
        (alias.asname or alias.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    return {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and _root(node.func.value) not in modules
    }


def _root(at: ast.AST) -> str:
    while isinstance(at, ast.Attribute):
        at = at.value
    return at.id if isinstance(at, ast.Name) else ""


def missing_in(module: Any, chain: tuple[str, ...]) -> str:
    """Say what of a chain is not there; no further than the first thing whose kind is not known."""
    at = module
    for number, step in enumerate(chain[1:]):
        if not hasattr(at, step):
            return ".".join(chain[: number + 2])
        at = getattr(at, step)
        if not isinstance(at, (type, type(sys))) and chain[: number + 2] != ("nuke", "nodes"):
            return ""
    return ""


def names_of_hosts_things(module: Any) -> set[str]:
    """List what the made-up Nuke's nodes, knobs and other things can do."""
    kinds = [thing for thing in vars(module).values() if isinstance(thing, type)]
    kinds += [type(module.nodes), *studio.CORE, studio.Action, studio.ContextMenu, studio.View, studio.Event]
    kinds += [studio.MetaData, studio.FileInfo]
    kinds += [shapes.Layer, shapes.Shape, shapes.AnimControlPoint, shapes.AnimCTransform]
    found = {name for kind in kinds for name in dir(kind)}
    return found | {"settings", "make"}


@cache
def own_names() -> set[str]:
    """List what the adapter, the client and the panel define themselves."""
    found: set[str] = set()
    for folder in OURS:
        for path in folder.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    found.add(node.name)
                elif isinstance(node, ast.AnnAssign) and isinstance(node.target, (ast.Name, ast.Attribute)):
                    found.add(node.target.id if isinstance(node.target, ast.Name) else node.target.attr)
                elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                    found.add(node.attr)
    return found


@cache
def python_names() -> set[str]:
    """List the methods of Python's own types and of those of the standard library the adapter holds."""
    import fractions
    import hashlib
    import io
    import pathlib
    import queue
    import subprocess
    import threading

    kinds = [kind for kind in vars(builtins).values() if isinstance(kind, type)]
    kinds += [
        io.TextIOWrapper,
        pathlib.Path,
        fractions.Fraction,
        type(hashlib.sha256()),
        queue.Queue,
        threading.Thread,
        threading.Lock().__class__,
    ]
    kinds += [re.Pattern, re.Match, threading.Event, subprocess.Popen, os.DirEntry, os.stat_result]
    return {name for kind in kinds for name in dir(kind)}


def stubs() -> Path:
    folder = os.environ.get("PHOTODOUBLE_NUKE_STUBS", "")
    if not folder or not (Path(folder) / "nuke").is_dir():
        pytest.skip("no stubs of Nuke on this machine: name their folder in PHOTODOUBLE_NUKE_STUBS")
    return Path(folder)


def stub_names(folder: Path) -> set[str]:
    """List every name that the stubs define, module, class and method alike."""
    found: set[str] = set()
    for path in [
        *folder.glob("nuke/**/*.py"),
        *folder.glob("nukescripts/**/*.py"),
        *folder.glob("hiero/**/*.py"),
    ]:
        found |= {path.stem, path.parent.name}
        text = path.read_text(encoding="utf-8", errors="replace")
        found |= set(re.findall(r"^\s*(?:def|class)\s+(\w+)", text, re.MULTILINE))
        found |= set(re.findall(r"^(\w+)\s*(?::[^=\n]+)?=", text, re.MULTILINE))
    return found


@pytest.mark.parametrize("path", ADAPTER, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_name_of_nuke_that_the_adapter_uses_is_in_the_fake(everything: Any, path: Path) -> None:
    found = list(chains(ast.parse(path.read_text(encoding="utf-8"))))
    missing = {missing_in(sys.modules[chain[0]], chain) for chain in found if chain[0] in sys.modules}
    assert not missing - {""} - {f"nuke.{name}" for name in NEWER}


@pytest.mark.parametrize("path", ADAPTER, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_method_that_the_adapter_calls_is_someones(everything: Any, path: Path) -> None:
    known = names_of_hosts_things(sys.modules["nuke"]) | own_names() | python_names()
    unknown = methods(ast.parse(path.read_text(encoding="utf-8"))) - known
    assert not sorted(unknown)


def test_a_name_that_nuke_does_not_have_is_noticed(everything: Any) -> None:
    nuke = sys.modules["nuke"]
    planted = ast.parse(
        "nuke.allNods()\nnuke.Undo.beginn()\nnuke.nodes.Blurr(size=3)\nnode.setInputt(0, None)"
    )
    assert {missing_in(nuke, chain) for chain in chains(planted)} == {
        "nuke.allNods",
        "nuke.Undo.beginn",
        "nuke.nodes.Blurr",
    }
    known = names_of_hosts_things(nuke) | own_names() | python_names()
    assert "setInputt" in methods(planted) - known


def test_every_name_of_nuke_that_the_adapter_uses_is_in_the_real_ones_stubs(everything: Any) -> None:
    known = stub_names(stubs())
    host = names_of_hosts_things(sys.modules["nuke"]) - own_names() - python_names()
    used: set[str] = set()
    for path in ADAPTER:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        used |= {chain[1] for chain in chains(tree) if len(chain) > 1} | (methods(tree) & host)
    assert used
    unknown = used - known - NEWER - COMPILED - OF_MODULE
    assert not sorted(unknown)


def test_the_fake_has_no_name_that_the_real_one_lacks(everything: Any) -> None:
    """Otherwise an adapter could come to use what is only made up."""
    known = stub_names(stubs())
    nuke = sys.modules["nuke"]
    names = {name for name in vars(nuke) if not name.startswith("_")}
    for kind in [*studio.CORE, *(thing for thing in vars(nuke).values() if isinstance(thing, type))]:
        names |= {name for name in vars(kind) if not name.startswith("_")}
    unknown = names - known - OF_MODULE
    assert not sorted(unknown)
