"""What the panel may be written in: Python 3.7, the standard library, the client, Qt through one module."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "core" / "photodouble_qt").glob("*.py"))
PLAY = ROOT / "tests" / "qt" / "play_panel.py"
NAMES = [path.name for path in FILES]
ALLOWED = {
    "__future__",
    "dataclasses",
    "functools",
    "hashlib",
    "importlib",
    "json",
    "logging",
    "os",
    "re",
    "shutil",
    "sys",
    "threading",
    "typing",
}


def imports(source: str) -> set[str]:
    """List the top names of what a module imports; a relative import is a dot."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." if node.level else str(node.module).split(".")[0])
    return found


@pytest.mark.parametrize("path", [*FILES, PLAY], ids=[*NAMES, PLAY.name])
def test_the_panel_is_written_in_the_grammar_of_python_3_7(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))
    assert "from __future__ import annotations" in source or path.name == "__init__.py"


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_the_panel_imports_the_client_and_qt_through_one_module(path: Path) -> None:
    found = imports(path.read_text(encoding="utf-8")) - ALLOWED - {".", "photodouble_client"}
    assert found == ({"PySide6"} if path.name == "qt.py" else set())


def test_another_import_would_be_noticed() -> None:
    assert imports("import numpy\nfrom PySide2 import QtCore\n") - ALLOWED == {"numpy", "PySide2"}


def panel_pythons() -> list[str]:
    """List the Pythons beside this one that have a Qt: environments called .venv-qt*, and this one."""
    return [*map(str, sorted(ROOT.glob(".venv-qt*/bin/python"))), sys.executable]


@pytest.mark.qt
@pytest.mark.parametrize("python", panel_pythons(), ids=lambda path: Path(path).parents[1].name)
def test_a_day_is_played_under_every_python_and_qt_there_is(
    python: str, tmp_path: Path, tiny_shot: Callable[..., Any], engine_environment: dict[str, str]
) -> None:
    if python == sys.executable:
        pytest.importorskip("photodouble_qt.qt", reason="no Qt for Python is installed", exc_type=ImportError)
    shot = tiny_shot(frames=range(1001, 1005))
    paths = os.pathsep.join(str(ROOT / part) for part in ("core", "tests/fakes"))
    environment = {**engine_environment, "QT_QPA_PLATFORM": "offscreen"}
    environment["PHOTODOUBLE_CLIENT"] = str(tmp_path / "client.json")
    command = [python, str(PLAY), paths, str(tmp_path / "takes"), shot.plate, shot.matte]
    run = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False, env=environment)
    assert run.returncode == 0, run.stdout + run.stderr
    told = json.loads(run.stdout.strip().splitlines()[-1])
    assert (told["take"], told["error"], told["other"], told["engine"]) == ("v001", "", [], [])
    assert len(told["kept"]) == 1
    assert told["wipe"] != 0.5
