"""What keeps the adapter loadable in every Resolve: Python 3.7, nothing to install, no engine inside."""

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
PATHS = [str(ROOT / "resolve"), str(ROOT / "core"), str(ROOT / "tests" / "fakes")]
ADAPTER = sorted(path for path in (ROOT / "resolve").rglob("*.py") if "_vendor" not in path.parts)
FAKE = sorted((ROOT / "tests" / "fakes" / "resolve_host").glob("*.py"))
PIXELS = {"curves.py", "movies.py", "pictures.py"}
"""What of the made-up Resolve needs numpy, OpenEXR and OpenImageIO before a picture is asked for."""
OURS = {"photodouble_resolve", "photodouble_client"}
HOSTS = {"DaVinciResolveScript", "fusionscript"}
ENGINE = {"photodouble", "numpy", "OpenEXR", "OpenImageIO", "opentimelineio", "torch", "starlette"}
WINDOWS = {"PySide2", "PySide6", "tkinter"}
LOADED = """
import importlib, json, pathlib, sys
sys.path[:0] = {paths!r}
import resolve_host
host = resolve_host.Host()
before = set(sys.modules)
import photodouble_resolve
from photodouble_resolve import vendored
vendored.use()
folder = pathlib.Path(photodouble_resolve.__file__).parent
names = [path.stem for path in sorted(folder.glob("*.py")) if path.stem != "__init__"]
for name in names:
    importlib.import_module("photodouble_resolve." + name)
from photodouble_resolve import edition, finding
found = finding.find_resolve(host.namespace("menu"))
probed = edition.probe(found.resolve)
loaded = sorted({{name.split(".")[0] for name in set(sys.modules) - before}})
print(json.dumps([len(names), loaded, probed.is_studio]))
"""


def loaded(python: str, source: str = LOADED) -> tuple[int, set[str]]:
    """Import every module of the adapter in a fresh process and find Resolve; says what came along."""
    command = [python, "-E", "-s", "-B", "-c", source.format(paths=PATHS)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd="/")
    assert run.returncode == 0, run.stderr
    count, names, is_studio = json.loads(run.stdout.splitlines()[-1])
    assert is_studio
    return count, set(names)


def at_import(tree: ast.Module) -> set[str]:
    """List the packages that are needed as soon as a module is loaded."""
    plain = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    return imported("\n".join(ast.unparse(node) for node in plain))


def ids(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [*ADAPTER, *FAKE], ids=ids)
def test_the_grammar_is_that_of_python_3_7(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert parses_on_3_7(source)
    assert not newer_typing(ast.parse(source))


@pytest.mark.parametrize("path", ADAPTER, ids=ids)
def test_the_adapter_imports_the_standard_library_and_what_it_carries(path: Path) -> None:
    allowed = set(sys.stdlib_module_names) | OURS | HOSTS | {"__future__"}
    assert not imported(path.read_text(encoding="utf-8")) - allowed


@pytest.mark.parametrize("path", FAKE, ids=ids)
def test_the_made_up_resolve_needs_packages_for_pixels_only(path: Path) -> None:
    packages = at_import(ast.parse(path.read_text(encoding="utf-8"))) - set(sys.stdlib_module_names)
    assert path.name in PIXELS or not packages - {"__future__"}


@pytest.mark.parametrize(
    "source", ["if (n := 1): pass", "def f(a, /): pass", "f'{x=}'", "match x:\n    case 1: pass"]
)
def test_a_newer_grammar_is_noticed(source: str) -> None:
    assert not parses_on_3_7(source)


@pytest.mark.parametrize("source", ["import numpy", "def f():\n    from photodouble import engine"])
def test_a_package_that_is_not_carried_is_noticed(source: str) -> None:
    assert imported(source) & ENGINE


def test_importing_the_adapter_loads_no_engine_no_pixels_and_no_window() -> None:
    count, names = loaded(sys.executable)
    assert count > 10
    assert not names & (ENGINE | WINDOWS)


def test_the_test_would_notice_an_engine() -> None:
    planted = LOADED.replace("import photodouble_resolve\n", "import photodouble, photodouble_resolve\n", 1)
    assert "photodouble" in loaded(sys.executable, planted)[1]


def test_the_adapter_loads_and_finds_resolve_in_a_real_python_3_7() -> None:
    count, names = loaded(python_3_7())
    assert count > 10
    assert "photodouble" not in names


def test_there_is_no_resolve_without_the_made_up_one() -> None:
    source = f"import sys; sys.path[:0] = {PATHS!r}; import importlib.util as u"
    source += "; print(u.find_spec('DaVinciResolveScript'), u.find_spec('fusionscript'))"
    command = [sys.executable, "-E", "-s", "-B", "-c", source]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd="/")
    assert run.stdout.split() == ["None", "None"], run.stderr


def test_the_old_mypy_passes_the_adapter(tmp_path: Path) -> None:
    """mypy 1.4 is the last that checks against Python 3.7; the environment names its command."""
    named = os.environ.get("PHOTODOUBLE_OLD_MYPY", "")
    if not named:
        pytest.skip("no old mypy on this machine: name it in PHOTODOUBLE_OLD_MYPY")
    command = [named, "--python-version", "3.7", "--explicit-package-bases", "--ignore-missing-imports"]
    command += ["--follow-imports", "silent", "-p", "photodouble_resolve"]
    environment = {**os.environ, "MYPYPATH": os.pathsep.join(PATHS[:2])}
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=300, env=environment, cwd=tmp_path
    )
    own = [
        line for line in run.stdout.splitlines() if "photodouble_resolve/" in line and "_vendor" not in line
    ]
    assert "checked" in run.stdout or "Success" in run.stdout, run.stderr
    assert not own
