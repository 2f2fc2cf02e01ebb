"""The page "Add an operation in an hour" is followed word for word in a copy of the tree."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from photodouble_client.specs import SPECS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "core/docs/developers/add_an_operation.md"
COPIED = ("core", "nuke", "blender", "resolve", "install")
FAITHFUL = ("LICENSE", "pyproject.toml", "tests/conftest.py", "tests/golden", "tests/fakes")
HOSTS = ("nuke", "blender", "resolve", "core/photodouble_qt", "core/photodouble_client", "core/photodouble")
MADE = {"nuke/photodouble_nuke/operations.py"}
"""What `photodouble.generate` writes."""


@dataclass(frozen=True)
class Tree:
    """A copy of the tree in which the page was followed."""

    folder: Path
    environment: dict[str, str]

    def python(self, *words: str) -> str:
        command = [sys.executable, *words]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")


def code_of(page: str) -> dict[str, str]:
    """Return the files that the page shows, by name."""
    return dict(re.findall(r"^`([\w./]+\.py)`:\n\n```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))


def registered(text: str, page: str) -> str:
    """Do to the registry what the page's difference shows."""
    lines = re.search(r"^```diff\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert lines is not None
    new = [line[1:] for line in lines[1].splitlines() if line.startswith("+")]
    [old] = [line[1:] for line in lines[1].splitlines() if line.startswith("-")]
    assert text.count(old) == 1, "the registry is what the page says it is"
    return text.replace(old, new[1]).replace("from .crowd import", f"{new[0]}\nfrom .crowd import")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Copy the tree, and do what the page says."""
    folder, page = tmp_path_factory.mktemp("tree"), PAGE.read_text(encoding="utf-8")
    ignored = shutil.ignore_patterns("__pycache__", "_vendor", "*.png", "*.blend", "*.zip", "assets")
    for name in (*COPIED, *FAITHFUL):
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=ignored)
        else:
            shutil.copyfile(source, target)
    for name, code in code_of(page).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(code, encoding="utf-8")
    registry = folder / "core/photodouble_client/specs/__init__.py"
    registry.write_text(registered(registry.read_text(encoding="utf-8"), page), encoding="utf-8")
    paths = [str(folder / "core"), str(folder / "tests/fakes"), str(folder / "nuke")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "QT_QPA_PLATFORM": "offscreen"}
    made = Tree(folder, environment)
    made.python("-m", "photodouble.generate")
    made.python("install/vendor.py")
    return made


def test_the_page_shows_every_file_and_each_is_in_the_house_style(tree: Tree) -> None:
    names = list(code_of(PAGE.read_text(encoding="utf-8")))
    assert names == [
        "core/photodouble_client/specs/brighten.py",
        "core/photodouble/ops/brighten/__init__.py",
        "core/photodouble/ops/brighten/operation.py",
        "tests/core/test_brighten.py",
    ]
    found = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", *names],
        cwd=tree.folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert found.returncode == 0, found.stdout + found.stderr


def test_the_command_line_has_it_and_makes_a_take(
    tree: Tree, tiny_shot: Callable[..., Any], tmp_path: Path
) -> None:
    shot = tiny_shot(range(1001, 1003))
    told = tree.python("-m", "photodouble.cli.main", "brighten", "--help")
    assert "--stops" in told and "--matte-grow" in told and "Two stops" in told.replace("\n", " ")
    words = ["--plate", shot.plate, "--matte", shot.matte, "--stops", "2", "--root", str(tmp_path / "takes")]
    tree.python("-m", "photodouble.cli.main", "brighten", *words, "--quiet")
    assert list((tmp_path / "takes").glob("*/brighten/v001/manifest.json")) != []


def test_the_test_of_the_page_passes(tree: Tree) -> None:
    told = tree.python("-m", "pytest", "--import-mode=importlib", "-v", "tests/core/test_brighten.py")
    assert "1 passed" in told


def test_schema_reference_farm_macro_menu_and_golden_file_have_it(tree: Tree) -> None:
    reference = "core/docs/reference"
    request = json.loads(tree.text(f"{reference}/request.schema.json"))
    assert "brighten" in request["properties"]["operation"]["enum"]
    assert "By how many stops" in tree.text(f"{reference}/operations/brighten.md")
    assert "stops" in json.loads(tree.text(f"{reference}/operations/brighten.schema.json"))["properties"]
    assert "## `photodouble brighten`" in tree.text(f"{reference}/command-line.md")
    assert "parameterDefinitions" in json.loads(tree.text(f"{reference}/farm/brighten.template.json"))
    assert "Make a plate brighter inside a matte" in tree.text("resolve/fusion/PD_Brighten.setting")
    assert '("brighten", "Brighten"),' in tree.text("nuke/photodouble_nuke/operations.py")
    assert json.loads(tree.text("tests/golden/brighten.v1.json"))["params"]["stops"]["default"] == 1.0
    assert "By how many stops" in tree.text("core/languages/photodouble.pot")


NUKE = """
import nuke_host
host = nuke_host.install()
import nuke
from photodouble_nuke import vendored
vendored.use()
from photodouble_nuke import start
start.with_window()
host.click("Nodes/Photo Double/PD_Brighten")
host.click("Nuke/Photo Double/PD_Brighten")
from photodouble_nuke.node import all_nodes
made = all_nodes()[0]
made.node["stops"].setValue(3)
print(made.node.name(), made.values()["stops"], made.node["stops"].tooltip(), len(all_nodes()))
"""


def test_nuke_has_the_node_with_its_knobs(tree: Tree) -> None:
    told = tree.python("-c", NUKE)
    assert told.startswith("PD_Brighten") and " 3.0 By how many stops" in told and told.split()[-1] == "2"


def test_the_window_beside_resolve_has_the_tool(tree: Tree) -> None:
    code = """
from photodouble_qt.tools import TOOLS
[tool] = [tool for tool in TOOLS if tool.operation == "brighten"]
print(tool.title, tool.draws, *tool.dials)
"""
    assert tree.python("-c", code).split() == ["Brighten", "may", "stops", "matte_grow", "matte_feather"]


def test_what_blender_carries_declares_it(tree: Tree) -> None:
    """Panels and buttons are made of the carried declarations; tests in Blender draw those of every one."""
    carried = "blender/photodouble_blender/_vendor/photodouble_client/specs"
    assert "BRIGHTEN" in tree.text(f"{carried}/__init__.py")
    assert tree.text(f"{carried}/brighten.py") == tree.text("core/photodouble_client/specs/brighten.py")


def naming(key: str, folder: Path) -> set[str]:
    """List the files that know an operation by name, besides its own."""
    own = {f"core/photodouble_client/specs/{key}.py", "core/photodouble_client/specs/__init__.py"}
    found = set()
    for part in HOSTS:
        for path in sorted((folder / part).rglob("*.py")):
            name = path.relative_to(folder).as_posix()
            is_own = name in own | MADE or f"/ops/{key}/" in name or "_vendor" in path.parts
            if not is_own and re.search(rf"\b{key}\b", path.read_text(encoding="utf-8"), re.IGNORECASE):
                found.add(name)
    return found


def test_no_host_and_no_engine_knows_the_operation_by_name(tree: Tree) -> None:
    assert naming("degrain", ROOT) == set() and "degrain" in SPECS
    assert naming("brighten", tree.folder) == set()


def test_a_place_that_names_an_operation_would_be_found(tree: Tree) -> None:
    planted = tree.folder / "nuke/photodouble_nuke/planted.py"
    planted.write_text('OPERATIONS = ("inpaint", "degrain")\n', encoding="utf-8")
    try:
        assert naming("degrain", tree.folder) == {"nuke/photodouble_nuke/planted.py"}
    finally:
        planted.unlink()
