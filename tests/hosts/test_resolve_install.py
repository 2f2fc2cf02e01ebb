"""`install/resolve`: from a fresh copy of the project to what is put into Resolve's folder Fusion."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("qt.txt", "movie.txt", "build.txt")


@pytest.fixture
def fresh_copy(tmp_path: Path) -> Path:
    """Give a copy of the project with nothing in it that git ignores, and an environment that is made."""
    root = tmp_path / "Photo Double ü"
    for name in ("core/photodouble_client", "core/photodouble_qt", "resolve", "install"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("_vendor", "__pycache__"))
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, root)
    there = root / ".venv/bin"
    there.mkdir(parents=True)
    for name, words in (("python", ""), ("photodouble", "-m photodouble.cli.main ")):
        (there / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words}"$@"\n', encoding="utf-8")
        (there / name).chmod(0o755)
    held = [root / "install/locks" / name for name in LOCKS] + [root / "pyproject.toml"]
    said = "".join(path.read_text(encoding="utf-8") for path in held)
    (root / ".venv/installed-qt.txt-movie.txt").write_text(f"{said}{root}", encoding="utf-8")
    return root


def test_one_command_makes_the_folder_ready_and_says_what_goes_where(
    fresh_copy: Path, tmp_path: Path
) -> None:
    settings = tmp_path / "client.json"
    environment = {**os.environ, "PHOTODOUBLE_CLIENT": str(settings), "PYTHON": sys.executable}
    ran = subprocess.run(
        [fresh_copy / "install/resolve"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment,
        cwd=tmp_path,
    )
    assert ran.returncode == 0, ran.stderr
    carried = fresh_copy / "resolve/photodouble_resolve/_vendor"
    assert (carried / "photodouble_client").is_dir() and (carried / "photodouble_qt").is_dir()
    assert Path(json.loads(settings.read_text(encoding="utf-8"))["engine"]).exists()
    for name in ("Photo Double.py", "photodouble_resolve"):
        assert f"{fresh_copy / 'resolve' / name} " in ran.stdout and (fresh_copy / "resolve" / name).exists()
    assert list((fresh_copy / "resolve/fusion").glob("PD_*.setting"))
    page = (ROOT / "core/docs/resolve.md").read_text(encoding="utf-8")
    for place in (
        "/Library/Application Support/Blackmagic Design/DaVinci Resolve/Fusion",
        "%PROGRAMDATA%\\Blackmagic Design\\DaVinci Resolve\\Fusion",
        "/opt/resolve/Fusion",
        "~/.local/share/DaVinciResolve/Fusion",
    ):
        assert place in ran.stdout and place in page


@pytest.mark.parametrize("is_linked", [False, True], ids=["copied", "linked"])
def test_the_menu_script_finds_its_folder(fresh_copy: Path, tmp_path: Path, is_linked: bool) -> None:
    """Copied as the page says, or only the script linked: what it says comes from the folder, not from us."""
    fusion = tmp_path / "Fusion"
    utility = fusion / "Scripts/Utility"
    utility.mkdir(parents=True)
    source = fresh_copy / "resolve"
    if is_linked:
        (utility / "Photo Double.py").symlink_to(source / "Photo Double.py")
    else:
        shutil.copy(source / "Photo Double.py", utility)
        shutil.copytree(source / "photodouble_resolve", fusion / "photodouble_resolve")
    ran = subprocess.run(
        [sys.executable, "-I", utility / "Photo Double.py"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
    )
    assert ran.stdout.startswith("Photo Double") and len(ran.stdout.splitlines()) == 1, ran.stderr
    assert "was not found" not in ran.stdout


def test_the_page_and_the_sentence_of_what_is_missing_name_it() -> None:
    page = (ROOT / "core/docs/resolve.md").read_text(encoding="utf-8")
    said = (ROOT / "resolve/photodouble_resolve/vendored.py").read_text(encoding="utf-8")
    assert "\n   install/resolve\n" in page and "install/resolve" in said
