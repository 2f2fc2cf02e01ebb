"""An installer that is killed at any touch of the disk: run again it ends well, taken out nothing stays."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from stand_in_project import Project, make_project

KILLED = Path(__file__).resolve().parents[1] / "fakes/killed_touch.py"
ALL = ("--host", "nuke", "--host", "blender", "--host", "resolve", "--engine", "none")
KILLS = 10


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Give one small project for all tests; each has a home of its own."""
    made = make_project(tmp_path_factory.mktemp("killed"))
    # A package of few files, so that moments between them are hit as often as moments within one.
    for path in sorted((made.root / "nuke/photodouble_nuke").glob("*.py"))[5:]:
        path.unlink()
    return made


@pytest.fixture
def project(shared: Project, tmp_path: Path) -> Project:
    """Give the project with an empty home."""
    home = tmp_path / "home ü"
    home.mkdir()
    return Project(shared.root, home)


def killed(project: Project, touch: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installer and kill it at a touch; 0: never."""
    words = [sys.executable, str(KILLED), str(touch), *project.words(*arguments)[1:]]
    return subprocess.run(
        words, capture_output=True, text=True, timeout=120, check=False, env=project.environment
    )


def touches(project: Project, *arguments: str) -> int:
    """Count the touches of a run that is let be."""
    ran = killed(project, 0, *arguments)
    assert ran.returncode == 0, ran.stderr
    return int(ran.stderr.rsplit("touches ", 1)[1])


def moments(last: int, kills: int = KILLS) -> list[int]:
    """Choose moments all over a run, always the same ones."""
    return sorted(random.Random(13).sample(range(1, last + 1), kills))


def without_receipt(held: dict[str, str]) -> dict[str, str]:
    """Leave out the receipt, which says in which order things came about."""
    return {name: content for name, content in held.items() if "/receipt-" not in name}


def test_killed_at_any_moment_and_run_again_it_is_installed_and_goes_to_the_last_byte(
    project: Project,
) -> None:
    """The home holds work of somebody's, which is there unchanged at the end."""
    init = project.home / ".nuke/init.py"
    init.parent.mkdir()
    init.write_bytes(b"print('mine')")
    before = project.held()
    last = touches(project, *ALL)
    whole = without_receipt(project.held())
    project.install("--uninstall")
    assert project.held() == before
    for moment in moments(last):
        assert killed(project, moment, *ALL).returncode < 0, moment
        project.install(*ALL)
        assert without_receipt(project.held()) == whole, moment
        project.install("--uninstall")
        assert project.held() == before, moment


def test_killed_at_any_moment_and_taken_out_nothing_stays(project: Project) -> None:
    last = touches(project, *ALL)
    project.install("--uninstall")
    for moment in moments(last):
        assert killed(project, moment, *ALL).returncode < 0, moment
        project.install("--uninstall")
        assert {name for name, kind in project.held().items() if kind != "folder"} == set(), moment


def test_killed_while_it_takes_out_the_rest_goes_with_the_next_run(project: Project) -> None:
    project.install(*ALL)
    last = touches(project, "--uninstall")
    for moment in moments(last, 5):
        project.install(*ALL)
        assert killed(project, moment, "--uninstall").returncode < 0, moment
        project.install("--uninstall")
        assert {name for name, kind in project.held().items() if kind != "folder"} == set(), moment


def test_an_installer_that_notes_too_late_would_be_found(tmp_path: Path) -> None:
    """Plant the fault that the tests above look for: a file that is made before it stands in the receipt."""
    project = make_project(tmp_path)
    putting = project.root / "install/installing/putting.py"
    text = putting.read_text(encoding="utf-8")
    noted = "        receipt.note(dataclasses.replace(step.entry, earlier=replaced))\n"
    assert noted in text
    putting.write_text(text.replace(noted, ""), encoding="utf-8")
    last = touches(project, "--host", "resolve", "--engine", "none")
    project.install("--uninstall")
    left: set[str] = set()
    for moment in range(last, last - 12, -1):
        killed(project, moment, "--host", "resolve", "--engine", "none")
        project.run("--uninstall")
        left = {name for name, kind in project.held().items() if kind != "folder"}
        if left:
            break
    assert any(name.endswith("Photo Double.py") for name in left)
