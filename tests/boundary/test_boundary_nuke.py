"""What keeps the Nuke plug-in loadable in every Nuke: Python 3.7, nothing to install, no engine inside."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from old_python import imported, newer_typing, parses_on_3_7, python_3_7

ROOT = Path(__file__).resolve().parents[2]
PATHS = [str(ROOT / "nuke"), str(ROOT / "core"), str(ROOT / "tests" / "fakes")]
ADAPTER = sorted(path for path in (ROOT / "nuke").rglob("*.py") if "_vendor" not in path.parts)
FAKE = sorted((ROOT / "tests" / "fakes" / "nuke_host").glob("*.py"))
PIXELS = {"drawn.py", "exr_files.py", "per_pixel.py", "pixels.py", "reading.py"}
"""What of the made-up Nuke needs numpy and OpenEXR."""
HOSTS = {"nuke", "nukescripts", "hiero"}
OURS = {"photodouble_nuke", "photodouble_client", "photodouble_qt"}
LOADED = """
import importlib, json, pathlib, sys
sys.path[:0] = {paths!r}
import nuke_host
before = set(sys.modules)
nuke_host.install(studio=True)
import photodouble_nuke
from photodouble_nuke import vendored
vendored.use()
folder = pathlib.Path(photodouble_nuke.__file__).parent
names = [path.stem for path in sorted(folder.glob("*.py")) if path.stem not in ("__init__", {without!r})]
for name in names:
    importlib.import_module("photodouble_nuke." + name)
print(json.dumps([len(names), sorted({{name.split(".")[0] for name in set(sys.modules) - before}})]))
"""


def loaded(python: str, without: str = "docked") -> tuple[int, set[str]]:
    """Import every module of the plug-in in a fresh process; says how many, and what came along."""
    source = LOADED.format(paths=PATHS, without=without)
    command = [python, "-E", "-s", "-B", "-c", source]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd="/")
    assert run.returncode == 0, run.stderr
    count, names = json.loads(run.stdout.splitlines()[-1])
    return count, set(names)


def ids(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [*ADAPTER, *FAKE], ids=ids)
def test_the_grammar_is_that_of_python_3_7(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert parses_on_3_7(source)
    assert not newer_typing(ast.parse(source))


@pytest.mark.parametrize("path", ADAPTER, ids=ids)
def test_the_plug_in_imports_the_standard_library_nuke_and_what_it_carries(path: Path) -> None:
    allowed = set(sys.stdlib_module_names) | HOSTS | OURS | {"__future__"}
    assert not imported(path.read_text(encoding="utf-8")) - allowed - {"PySide2", "PySide6"}


@pytest.mark.parametrize("path", FAKE, ids=ids)
def test_the_made_up_nuke_needs_packages_for_pixels_only(path: Path) -> None:
    packages = imported(path.read_text(encoding="utf-8")) - set(sys.stdlib_module_names) - OURS - {"__main__"}
    assert path.name in PIXELS or not packages


@pytest.mark.parametrize(
    "source", ["if (n := 1): pass", "def f(a, /): pass", "f'{x=}'", "match x:\n    case 1: pass"]
)
def test_a_newer_grammar_is_noticed(source: str) -> None:
    assert not parses_on_3_7(source)


def test_importing_the_plug_in_loads_no_engine_and_no_pixels() -> None:
    count, names = loaded(sys.executable)
    assert count > 20
    assert not names & {"photodouble", "numpy", "OpenEXR", "torch", "PySide2", "PySide6", "starlette"}


def test_the_test_would_notice_an_engine() -> None:
    planted = LOADED.format(paths=PATHS, without="docked")
    planted = planted.replace("import photodouble_nuke\n", "import photodouble, photodouble_nuke\n", 1)
    command = [sys.executable, "-E", "-s", "-B", "-c", planted]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd="/")
    assert "photodouble" in json.loads(run.stdout.splitlines()[-1])[1]


def test_the_plug_in_loads_in_a_real_python_3_7() -> None:
    count, names = loaded(python_3_7())
    assert count > 20
    assert "photodouble" not in names


def test_there_is_no_nuke_without_the_made_up_one() -> None:
    source = f"import sys; sys.path[:0] = {PATHS!r}; import importlib.util as u; print(u.find_spec('nuke'))"
    command = [sys.executable, "-E", "-s", "-B", "-c", source]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd="/")
    assert run.stdout.strip() == "None", run.stderr


def test_the_old_mypy_passes_the_plug_in(tmp_path: Path) -> None:
    """mypy 1.4 is the last that checks against Python 3.7; the environment names its command."""
    named = os.environ.get("PHOTODOUBLE_OLD_MYPY", "")
    if not named:
        pytest.skip("no old mypy on this machine: name it in PHOTODOUBLE_OLD_MYPY")
    command = [named, "--python-version", "3.7", "--explicit-package-bases", "--ignore-missing-imports"]
    command += ["--follow-imports", "silent", "-p", "photodouble_nuke"]
    environment = {**os.environ, "MYPYPATH": os.pathsep.join(PATHS[:2])}
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=300, env=environment, cwd=tmp_path
    )
    own = [line for line in run.stdout.splitlines() if "photodouble_nuke/" in line and "_vendor" not in line]
    assert "checked" in run.stdout or "Success" in run.stdout, run.stderr
    assert not own
