"""`install/nuke`: from a fresh copy of the project to a folder that Nuke can be started with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def fresh_copy(tmp_path: Path) -> Path:
    """Give a copy of the project with nothing in it that git ignores, and an environment that is made."""
    root = tmp_path / "Photo Double ü"
    for name in ("core/photodouble_client", "core/photodouble_qt", "nuke", "install"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("_vendor", "__pycache__"))
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, root)
    there = root / ".venv/bin"
    there.mkdir(parents=True)
    for name, words in (("python", ""), ("photodouble", "-m photodouble.cli.main ")):
        (there / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words}"$@"\n', encoding="utf-8")
        (there / name).chmod(0o755)
    locks = [root / "install/locks" / name for name in ("core.txt", "build.txt")]
    held = "".join(path.read_text(encoding="utf-8") for path in (*locks, root / "pyproject.toml"))
    (root / ".venv/installed-core.txt").write_text(f"{held}{root}", encoding="utf-8")
    return root


def test_one_command_makes_the_folder_ready_and_names_it(fresh_copy: Path, tmp_path: Path) -> None:
    settings = tmp_path / "client.json"
    environment = {**os.environ, "PHOTODOUBLE_CLIENT": str(settings), "PYTHON": sys.executable}
    ran = subprocess.run(
        [fresh_copy / "install/nuke"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment,
        cwd=tmp_path,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip().splitlines()[-1] == str(fresh_copy / "nuke")
    carried = fresh_copy / "nuke/photodouble_nuke/_vendor"
    assert (carried / "photodouble_client").is_dir() and (carried / "photodouble_qt").is_dir()
    assert Path(json.loads(settings.read_text(encoding="utf-8"))["engine"]).exists()


def test_the_page_and_the_sentence_of_what_is_missing_name_it() -> None:
    page = (ROOT / "core/docs/nuke.md").read_text(encoding="utf-8")
    said = (ROOT / "nuke/photodouble_nuke/vendored.py").read_text(encoding="utf-8")
    assert "\n   install/nuke\n" in page and "install/nuke" in said
