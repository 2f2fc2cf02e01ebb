"""The made-up Resolve has the names that the real one has, version by version, and no other.

`PHOTODOUBLE_RESOLVE_STUBS` names a folder with one folder a version (18.6.6, 19.1, 20.2, 21.0.0), each filled
by `pip install --no-deps --target FOLDER/VERSION fusionscript-stubs==VERSION`. They cannot be installed side
by side, so they are in no lock; nothing of their text is here.
"""

from __future__ import annotations

import ast
import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from resolve_host import clips, constants, gallery, grades, items, manager, pool, project, storage, timeline

ROOT = Path(__file__).resolve().parents[2]
STUBS = {"18.6": "18.6.6", "19.1": "19.1", "20.2": "20.2", "21.0": "21.0.0"}
KINDS = {
    "Resolve": manager.Resolve,
    "ProjectManager": manager.ProjectManager,
    "Project": project.Project,
    "MediaStorage": storage.MediaStorage,
    "MediaPool": pool.MediaPool,
    "Folder": pool.Folder,
    "MediaPoolItem": clips.MediaPoolItem,
    "Timeline": timeline.Timeline,
    "TimelineItem": items.TimelineItem,
    "Gallery": gallery.Gallery,
    "GalleryStillAlbum": gallery.GalleryStillAlbum,
    "Graph": grades.Graph,
    "ColorGroup": grades.ColorGroup,
}


def stubs(version: str) -> Path:
    """Find the stubs of a version, or skip."""
    folder = os.environ.get("PHOTODOUBLE_RESOLVE_STUBS", "")
    found = Path(folder) / STUBS[version]
    if not folder or not list(found.rglob("*.pyi")):
        pytest.skip("no stubs of Resolve on this machine: name their folder in PHOTODOUBLE_RESOLVE_STUBS")
    return found


def told(folder: Path) -> tuple[dict[str, set[str]], set[str]]:
    """Read the methods of each class and the values on Resolve out of the stubs."""
    methods: dict[str, set[str]] = {}
    values: set[str] = set()
    for path in folder.rglob("*.pyi"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                found = methods.setdefault(node.name, set())
                found |= {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
                if node.name == "Resolve":
                    values |= {
                        part.target.id
                        for part in node.body
                        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
                    }
    return methods, values


def named(host: Any, kind: type) -> set[str]:
    """List what a thing of this kind says of itself."""
    thing = kind.__new__(kind)
    thing._host = host
    return {name for name in thing._names() if name not in constants.constants(host._version)}


@pytest.mark.parametrize("version", STUBS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_class_has_the_methods_of_the_real_one(
    resolve_host: Callable[..., Any], version: str, kind: str
) -> None:
    methods, _ = told(stubs(version))
    assert named(resolve_host(version=version), KINDS[kind]) == methods.get(kind, set())


@pytest.mark.parametrize("version", STUBS)
def test_the_values_on_resolve_are_those_of_the_real_one(version: str) -> None:
    _, values = told(stubs(version))
    assert set(constants.constants(tuple(int(part) for part in version.split(".")))) == values


@pytest.mark.parametrize("version", STUBS)
def test_a_made_up_method_takes_the_arguments_of_the_real_one(version: str) -> None:
    """Every number of arguments that the real one must be given can be given here."""
    wrong = []
    for path in stubs(version).rglob("fusionscript.pyi"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and node.name in KINDS:
                wrong += [f"{node.name}.{name}" for name in _too_few(node, KINDS[node.name])]
    assert not wrong


def _too_few(node: ast.ClassDef, kind: type) -> list[str]:
    found = []
    for part in node.body:
        method = getattr(kind, getattr(part, "name", ""), None)
        if isinstance(part, ast.FunctionDef) and method is not None:
            given = [object()] * len(part.args.args)
            needed = [object()] * (len(part.args.args) - _optional(part))
            try:
                inspect.signature(method).bind(*given)
                inspect.signature(method).bind(*needed)
            except TypeError:
                found.append(part.name)
    return found


def _optional(part: ast.FunctionDef) -> int:
    """Count the arguments that may be left out, some of which the stubs give no default."""
    first_default = len(part.args.args) - len(part.args.defaults)
    without_default = ("subframe_precision", "newTrackOptions", "importOptions")
    return sum(
        place >= first_default
        or argument.arg in without_default
        or (argument.annotation is not None and ast.unparse(argument.annotation).startswith("Optional"))
        for place, argument in enumerate(part.args.args)
    )


def test_a_name_too_many_and_one_too_few_are_noticed(
    tmp_path: Path, resolve_host: Callable[..., Any]
) -> None:
    (tmp_path / "planted.pyi").write_text(
        "class Gallery:\n def GetAlbumName(self, a): ...\n def Tidy(self): ...\n"
        "class Resolve:\n EXPORT_X: int\n"
    )
    methods, values = told(tmp_path)
    mine = named(resolve_host(version="18.6"), gallery.Gallery)
    assert methods["Gallery"] - mine == {"Tidy"}
    assert "SetAlbumName" in mine - methods["Gallery"]
    assert values == {"EXPORT_X"}
    planted = ast.parse("class Gallery:\n def GetAlbumName(self, a, b, c): ...").body[0]
    assert isinstance(planted, ast.ClassDef)
    assert _too_few(planted, gallery.Gallery) == ["GetAlbumName"]


ADAPTER = sorted(path for path in (ROOT / "resolve").rglob("*.py") if "_vendor" not in path.parts)
ASKING = {"ask", "must", "text", "whole", "listed", "named", "has"}
OUTSIDE = {"GetResolve", "GetAttrs", "Popen", "Path", "Thread", "Event", "Lock", "TemporaryDirectory"}
"""What is called by such a name and is no method of Resolve's project side."""


def asked(tree: ast.AST) -> set[str]:
    """List the names that are asked of Resolve: `ask(thing, "GetName")` and `thing.GetName()`."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr[:1].isupper():
            found.add(node.func.attr)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ASKING and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
            found.add(str(node.args[1].value))
    return {name for name in found if name[:1].isupper()} - OUTSIDE


def made_up() -> set[str]:
    """List every method that is made up, of whatever version."""
    return {name for kind in KINDS.values() for name in dir(kind) if name[:1].isupper()}


def classes_in(tree: ast.AST) -> set[str]:
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}


def test_every_name_that_the_adapter_asks_for_is_made_up() -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in ADAPTER]
    own = set().union(*(classes_in(tree) for tree in trees))
    unknown = set().union(*(asked(tree) for tree in trees)) - made_up() - own - client_names()
    assert not sorted(unknown)


def client_names() -> set[str]:
    """List the classes of the client, which the adapter makes too."""
    found: set[str] = set()
    for path in (ROOT / "core" / "photodouble_client").glob("*.py"):
        found |= classes_in(ast.parse(path.read_text(encoding="utf-8")))
    return found


def test_every_name_that_the_adapter_asks_for_is_in_the_real_ones_stubs() -> None:
    known = set().union(*told(stubs("21.0"))[0].values())
    used = set().union(*(asked(ast.parse(path.read_text(encoding="utf-8"))) for path in ADAPTER))
    newer = {"GetSelectedClips"}
    unknown = (used & made_up()) - known - newer - {"Import", "Export"}
    assert not sorted(unknown)


def test_a_name_that_nobody_has_is_noticed() -> None:
    planted = ast.parse('ask(item, "GetLeftOfset")\nitem.GetStrat()\nlisted(pool, "GetClipList")')
    assert asked(planted) - made_up() == {"GetLeftOfset", "GetStrat"}
