"""install/wheelhouse asks pip for wheels of the machine that is named, and of no other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from installing.wheelhouse import PLATFORMS, download_words, lock_file
from stand_in_project import ROOT, Project, make_project

LOCKS = ROOT / "install/locks/engine"


@pytest.mark.parametrize(
    ("system", "engine", "extras", "name"),
    [
        ("linux", "cpu", [], "linux.txt"),
        ("linux", "cpu", ["models"], "linux-models.txt"),
        ("linux", "cuda", [], "linux-cuda.txt"),
        ("windows", "cuda", [], "windows-models.txt"),
        ("macos", "cpu", [], "macos.txt"),
    ],
)
def test_each_engine_has_a_lock_file_for_each_system(
    system: str, engine: str, extras: list[str], name: str
) -> None:
    found = lock_file(LOCKS, system, engine, extras)
    assert found.name == name and found.is_file()


def pinned(name: str) -> dict[str, str]:
    """Read a lock file: every package and its one version."""
    lines = (LOCKS / name).read_text(encoding="utf-8").split()
    return dict(line.split("==") for line in lines)


def test_the_lock_files_agree_on_what_makes_the_pixels() -> None:
    wanted = ("numpy", "scipy", "numba", "openimageio", "opencolorio", "openexr")
    wanted += ("opencv-contrib-python-headless",)
    linux = pinned("linux.txt")
    for path in LOCKS.glob("*.txt"):
        other = pinned(path.name)
        assert {name: other[name] for name in wanted} == {name: linux[name] for name in wanted}, path.name


def test_only_the_lock_for_cards_brings_their_libraries() -> None:
    brings = {
        path.name
        for path in LOCKS.glob("*.txt")
        if any(name.startswith("nvidia") for name in pinned(path.name))
    }
    assert brings == {"linux-cuda.txt"}


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_pip_takes_the_wheel_of_the_named_platform(platform: str, tmp_path: Path) -> None:
    """Wheels that lie in a folder, one per platform: only the one that fits is taken."""
    project: Project = make_project(tmp_path)
    wheels = project.make_wheels()
    plain = wheels / "standin-1.0-py3-none-any.whl"
    for tag in ("manylinux_2_28_x86_64", "win_amd64", "macosx_11_0_arm64"):
        (wheels / f"standin-1.0-cp311-cp311-{tag}.whl").write_bytes(plain.read_bytes())
    plain.unlink()
    there = tmp_path / "there"
    words = download_words(platform, "3.11", project.lock, there)
    ran = subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", *words, "--no-index", "--find-links", wheels.as_uri()],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    taken = [path.name for path in there.iterdir()]
    assert len(taken) == 1
    assert {"linux": "manylinux", "windows": "win_", "macos": "macosx"}[platform] in taken[0]
