"""What is loaded when the packages are imported, each seen in a fresh process."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "core"
RUNNER = ROOT / "tests" / "client" / "run_plain.py"
IMPORT_ALL = """
import importlib, pkgutil, sys
sys.path.insert(0, sys.argv[1])
package = importlib.import_module(sys.argv[2])
names = [sys.argv[2]]
for found in pkgutil.walk_packages(package.__path__, sys.argv[2] + "."):
    if not found.name.endswith(".__main__"):
        importlib.import_module(found.name)
        names.append(found.name)
print(len(names), *sorted({name.split(".")[0] for name in sys.modules}))
"""


def loaded_by(package: str, path: Path, *options: str) -> tuple[int, set[str]]:
    """Import every module of a package in a fresh process; return how many, and all top names then loaded."""
    command = [sys.executable, "-I", "-B", *options, "-c", IMPORT_ALL, str(path), package]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    count, *names = run.stdout.split()
    return int(count), set(names)


def loaded_at_the_start_of_blender() -> list[str]:
    """Name the modules of the client that the extension imports as it is loaded itself."""
    found = set()
    for path in sorted((ROOT / "blender" / "photodouble_blender").glob("*.py")):
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(statement, ast.ImportFrom) and "photodouble_client." in (statement.module or ""):
                found.add(str(statement.module).replace("_vendor.", ""))
    return sorted(found)


def brought_along(modules: Iterable[str]) -> set[str]:
    """Import modules in a fresh process; return all that is then loaded."""
    told = f"import sys; sys.path.insert(0, sys.argv[1]); import {', '.join(modules)}; print(*sys.modules)"
    command = [sys.executable, "-I", "-S", "-B", "-c", told, str(CORE)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split())


def python_3_7() -> str | None:
    """Find a real Python 3.7 on this machine."""
    installed = sorted((Path.home() / ".pyenv" / "versions").glob("3.7*/bin/python"))
    named = os.environ.get("PHOTODOUBLE_PYTHON37") or shutil.which("python3.7")
    for candidate in [*map(str, installed), *([named] if named else [])]:
        run = subprocess.run([candidate, "--version"], capture_output=True, text=True, check=False)
        if run.returncode == 0 and run.stdout.startswith("Python 3.7"):
            return candidate
    return None


def run_plainly(python: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the client's own tests under a Python without site packages."""
    command = [python, "-E", "-B", "-S", str(RUNNER), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_importing_every_module_loads_no_torch() -> None:
    count, names = loaded_by("photodouble", CORE)
    assert count > 10
    assert "torch" not in names


def test_a_package_that_loads_torch_would_be_noticed(tmp_path: Path) -> None:
    (tmp_path / "torch.py").touch()
    (tmp_path / "heavy").mkdir()
    (tmp_path / "heavy" / "__init__.py").touch()
    (tmp_path / "heavy" / "deep.py").write_text("import torch\n", encoding="utf-8")
    count, names = loaded_by("heavy", tmp_path)
    assert (count, "torch" in names) == (2, True)


def test_the_client_loads_nothing_but_the_standard_library() -> None:
    count, names = loaded_by("photodouble_client", CORE, "-S")
    assert count > 8
    assert names - set(sys.stdlib_module_names) == {"__main__", "photodouble_client"} - set(
        sys.stdlib_module_names
    )


def test_the_client_imports_under_a_foreign_parent_package(tmp_path: Path) -> None:
    vendor = tmp_path / "add_on" / "_vendor"
    shutil.copytree(CORE / "photodouble_client", vendor / "photodouble_client")
    for package in (tmp_path / "add_on", vendor):
        (package / "__init__.py").touch()
    count, names = loaded_by("add_on", tmp_path, "-S")
    assert count > 10
    assert "photodouble_client" not in names


def test_an_absolute_import_of_the_client_would_be_noticed(tmp_path: Path) -> None:
    package = tmp_path / "add_on"
    package.mkdir()
    (package / "__init__.py").write_text("import photodouble_client\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="photodouble_client"):
        loaded_by("add_on", tmp_path, "-S")


def test_the_client_passes_its_own_tests_on_a_real_python_3_7() -> None:
    python = python_3_7()
    if python is None:
        pytest.skip("no Python 3.7 on this machine: put python3.7 on PATH or name it in PHOTODOUBLE_PYTHON37")
    run = run_plainly(python)
    assert run.returncode == 0, run.stdout + run.stderr
    assert " 0 failed, Python 3.7" in run.stdout


def test_the_client_passes_its_own_tests_without_any_package() -> None:
    run = run_plainly(sys.executable)
    assert run.returncode == 0, run.stdout + run.stderr
    assert int(run.stdout.split()[0]) > 50


@pytest.mark.parametrize(
    "source", ["", "def test_fails():\n    assert 1 == 2\n", "import numpy_is_not_here\n"]
)
def test_the_plain_runner_fails_when_it_should(tmp_path: Path, source: str) -> None:
    (tmp_path / "test_client_planted.py").write_text(source, encoding="utf-8")
    assert run_plainly(sys.executable, str(tmp_path)).returncode != 0


NETWORK = {"http.client", "socket", "ssl", "subprocess"}


def test_blender_starts_without_the_network_of_the_standard_library() -> None:
    modules = loaded_at_the_start_of_blender()
    assert "photodouble_client.watch" in modules
    assert not NETWORK & brought_along(modules)


def test_the_test_would_notice_a_network_that_is_loaded_at_the_start() -> None:
    assert brought_along(["photodouble_client.engine"]) >= NETWORK
