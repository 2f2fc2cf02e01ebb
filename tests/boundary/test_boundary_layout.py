"""The tree never shadows a host's own module, and no file knows the machine it was written on."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLAIN_FOLDERS = ("nuke", "blender", "resolve", "core", "install", "tests", "bench")
SKIPPED = {
    ".git",
    ".venv",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    "_vendor",
}
TEXT = {".py", ".toml", ".md", ".json", ".txt", ".yml", ".yaml", ".cfg", ".sh", ".lock", ""}
# The folder names are put together here so that this file does not find itself.
MACHINE_PATH = re.compile(r"(?<![\w.\-/])/(?:" + "|".join(("tmp", "work", "root", "home", "Users")) + r")/\w")


def package_files_in(root: Path) -> list[str]:
    """List the __init__.py files that would turn a plain folder into a package."""
    direct = [root / name / "__init__.py" for name in PLAIN_FOLDERS]
    below_tests = [
        path for path in sorted((root / "tests").rglob("__init__.py")) if "fakes" not in path.parts
    ]
    found = {path for path in direct + below_tests if path.exists()}
    return sorted(path.relative_to(root).as_posix() for path in found)


def machine_paths_in(text: str) -> list[str]:
    """List the absolute paths of one person's machine in a text."""
    return MACHINE_PATH.findall(text)


def tracked_files() -> list[Path]:
    """List the text files of the product: what git tracks, or all there are outside a repository."""
    git = ["git", "-C", str(ROOT), "ls-files", "-z"]
    listed = subprocess.run(git, capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        files = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        files = [path for path in sorted(ROOT.rglob("*")) if not SKIPPED & set(path.parts)]
    return [path for path in files if path.suffix in TEXT and path.is_file()]


@pytest.mark.parametrize("name", ["nuke", "core", "resolve", "blender"])
def test_no_folder_of_the_tree_can_be_imported(name: str) -> None:
    """Asked in a fresh process: tests of benchmarks put `bench` on the path, where `blender.py` lies."""
    program = "import importlib.util, sys; print(importlib.util.find_spec(sys.argv[1]) is None)"
    command = [sys.executable, "-c", program, name]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT / "tests" / "fakes")
    assert run.stdout.strip() == "True"


def test_a_folder_on_the_path_would_be_noticed(tmp_path: Path) -> None:
    (tmp_path / "nuke").mkdir()
    finds = "import importlib.util, sys; sys.path.insert(0, sys.argv[1]); "
    program = finds + "print(importlib.util.find_spec('nuke') is None)"
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "False"


def test_plain_folders_are_not_packages() -> None:
    assert package_files_in(ROOT) == []


def test_a_folder_turned_into_a_package_would_be_noticed(tmp_path: Path) -> None:
    for name in ("nuke/__init__.py", "nuke/photodouble_nuke/__init__.py", "tests/core/__init__.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert package_files_in(tmp_path) == ["nuke/__init__.py", "tests/core/__init__.py"]


def test_there_is_one_conftest_at_most_and_test_names_are_unique() -> None:
    conftests = [path for path in (ROOT / "tests").rglob("conftest.py") if path.parent != ROOT / "tests"]
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert conftests == []
    assert sorted(names) == sorted(set(names))


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    files = tracked_files()
    found = [
        path.relative_to(ROOT).as_posix()
        for path in files
        if machine_paths_in(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert len(files) > 20
    assert found == []


def test_a_machine_path_would_be_noticed() -> None:
    planted = ["cd /" + "work/main", 'open("/' + 'tmp/x")', "(/" + "home/ada/plates)"]
    innocent = ["core/docs/home/x", "https://example.org/" + "work/x", "--output ../work/x", "a//" + "tmp/x"]
    assert [bool(machine_paths_in(text)) for text in planted] == [True] * 3
    assert [text for text in innocent if machine_paths_in(text)] == []
