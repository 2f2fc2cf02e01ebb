"""What every adapter carries is the core's own client, whole, marked, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = Path("blender/photodouble_blender/_vendor")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give a small tree with a client, a Blender adapter and no other."""
    client = tmp_path / "core" / "photodouble_client"
    (client / "specs").mkdir(parents=True)
    (client / "__init__.py").write_text('"""The client."""\n', encoding="utf-8")
    (client / "specs" / "__init__.py").write_text("WIRE = 1\n", encoding="utf-8")
    (client / "__pycache__").mkdir()
    (client / "__pycache__" / "old.pyc").write_bytes(b"\0")
    (tmp_path / VENDOR.parent).mkdir(parents=True)
    shutil.copy(ROOT / "LICENSE", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def vendor(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program as install/test does."""
    command = [sys.executable, str(ROOT / "install" / "vendor.py"), "--root", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def held(root: Path) -> dict[str, bytes]:
    """Give what a `_vendor` folder holds."""
    files = (path for path in (root / VENDOR).rglob("*") if path.is_file())
    return {path.relative_to(root / VENDOR).as_posix(): path.read_bytes() for path in files}


def test_a_copy_holds_the_client_the_licence_and_a_stamp_and_no_compiled_file(tree: Path) -> None:
    assert vendor(tree).returncode == 0
    files = held(tree)
    assert set(files) == {
        "LICENSE",
        "VERSION",
        "__init__.py",
        "photodouble_client/__init__.py",
        "photodouble_client/specs/__init__.py",
    }
    assert files["photodouble_client/specs/__init__.py"] == b"WIRE = 1\n"


def test_the_stamp_is_the_version_and_a_hash_that_follows_the_content(tree: Path) -> None:
    vendor(tree)
    before = held(tree)["VERSION"].decode().split()
    (tree / "core" / "photodouble_client" / "__init__.py").write_text("NEW = 2\n", encoding="utf-8")
    vendor(tree)
    after = held(tree)["VERSION"].decode().split()
    assert before[0] == after[0] == "0.1.0"
    assert before[1].startswith("sha256:")
    assert before[1] != after[1]


def test_a_second_run_changes_nothing(tree: Path) -> None:
    vendor(tree)
    stamp = (tree / VENDOR / "VERSION").stat()
    again = vendor(tree)
    assert (again.returncode, again.stdout) == (0, "")
    assert (tree / VENDOR / "VERSION").stat().st_ino == stamp.st_ino


@pytest.mark.parametrize("fault", ["missing", "stale", "changed", "absent"])
def test_check_notices_a_copy_that_is_not_current_and_a_run_repairs_it(tree: Path, fault: str) -> None:
    vendor(tree)
    assert vendor(tree, "--check").returncode == 0
    good = held(tree)
    if fault == "missing":
        (tree / VENDOR / "photodouble_client" / "__init__.py").unlink()
    elif fault == "stale":
        (tree / VENDOR / "photodouble_client" / "removed_long_ago.py").touch()
    elif fault == "changed":
        (tree / VENDOR / "photodouble_client" / "specs" / "__init__.py").write_text("", encoding="utf-8")
    else:
        shutil.rmtree(tree / VENDOR)
    check = vendor(tree, "--check")
    assert (check.returncode, "is not current" in check.stdout) == (1, True)
    vendor(tree)
    assert held(tree) == good


def test_compiled_files_beside_a_copy_do_not_make_it_old(tree: Path) -> None:
    vendor(tree)
    (tree / VENDOR / "__pycache__").mkdir()
    (tree / VENDOR / "__pycache__" / "x.pyc").touch()
    assert vendor(tree, "--check").returncode == 0
