"""install.py on an unlucky day: odd homes, damaged marks and environments, habits of the user's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from stand_in_project import Project, make_project

from photodouble_client.host_paths import Machine, program_patterns

BEGIN, END = "# >>> Photo Double >>>", "# <<< Photo Double <<<"
NUKE = ("--host", "nuke", "--engine", "none")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Give a small project and an empty home."""
    return make_project(tmp_path)


def init_of(project: Project, text: str = "") -> Path:
    """Name the file that Nuke reads, with a text in it."""
    path = project.home / ".nuke/init.py"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("text", [f"{BEGIN}\nimport mine\n", f"import mine\n{END}\nimport more\n"])
def test_a_mark_without_its_other_one_takes_nobodys_lines_along(project: Project, text: str) -> None:
    init = init_of(project, text)
    for _ in range(2):
        project.install(*NUKE)
        assert init.read_text(encoding="utf-8").startswith(text)
    project.install("--uninstall")
    assert init.read_text(encoding="utf-8") == text


def test_of_two_blocks_one_stays_and_both_go(project: Project) -> None:
    init = init_of(project, f"one\n{BEGIN}\nold\n{END}\ntwo\n{BEGIN}\nolder\n{END}\nthree\n")
    project.install(*NUKE)
    text = init.read_text(encoding="utf-8")
    assert text.count(BEGIN) == 1 and "old" not in text.replace("folder", "")
    project.install("--uninstall")
    assert init.read_text(encoding="utf-8") == "one\ntwo\nthree\n"


@pytest.mark.parametrize("name", ["emoji \N{GRINNING FACE}", "quote ' and \"", "new\nline", "100% $HOME [a]"])
def test_nuke_finds_the_folder_in_a_home_of_any_name(project: Project, tmp_path: Path, name: str) -> None:
    project.home = tmp_path / name
    project.home.mkdir()
    project.install(*NUKE)
    code = "import sys, types, os\nnuke = types.ModuleType('nuke')\n"
    code += "nuke.pluginAddPath = lambda path: print(os.path.isfile(os.path.join(path, 'menu.py')))\n"
    code += "sys.modules['nuke'] = nuke\nexec(open(sys.argv[1]).read())"
    words = [sys.executable, "-c", code, str(project.home / ".nuke/init.py")]
    said = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True).stdout
    assert said == "True\n"
    project.install("--uninstall")
    assert project.held() == {}


def test_a_home_with_brackets_is_no_pattern() -> None:
    patterns = program_patterns(Machine("linux", "/people/[ada]", {}), "nuke")
    assert "/people/[[]ada]/Nuke*" in patterns


@pytest.mark.parametrize("home", ["", ".", "people/ada"])
def test_a_home_that_is_no_whole_path_is_refused_at_once(project: Project, home: str) -> None:
    project.variables["HOME"] = home
    ran = project.run(*NUKE)
    assert ran.returncode == 1 and "no whole path" in ran.stderr and "Traceback" not in ran.stderr


def test_settings_behind_a_link_stay_behind_it_with_their_rights(project: Project) -> None:
    kept, link = project.home / "dotfiles.json", project.home / ".config/photodouble/client.json"
    kept.write_text('{"schema": 1}\n', encoding="utf-8")
    kept.chmod(0o640)
    link.parent.mkdir(parents=True)
    link.symlink_to(kept)
    before = project.held()
    project.install("--engine", "cpu", "--wheelhouse", str(project.make_wheels()))
    assert link.is_symlink() and "engine" in kept.read_text(encoding="utf-8")
    project.install("--uninstall")
    assert project.held() == before and kept.stat().st_mode & 0o777 == 0o640


def test_a_damaged_environment_is_made_again(project: Project) -> None:
    words = ("--engine", "cpu", "--wheelhouse", str(project.make_wheels()))
    project.install(*words)
    lost = next(project.home.rglob("standin.py"))
    lost.unlink()
    project.install(*words)
    assert lost.is_file() and "is up to date" in project.install(*words)
    project.install("--uninstall")
    assert project.held() == {}


def test_habits_of_pip_change_nothing(project: Project, tmp_path: Path) -> None:
    project.variables.update(
        PIP_DRY_RUN="1", PIP_REQUIREMENT="/none.txt", PIP_VERBOSE="no number", PIP_PYTHON="/none",
        PIP_TARGET=str(tmp_path / "elsewhere"), PIP_PLATFORM="win32", VIRTUAL_ENV="/none", PYTHONPATH="/none",
    )  # fmt: skip
    project.install("--engine", "cpu", "--wheelhouse", str(project.make_wheels()))
    assert next(project.home.rglob("standin.py")).is_file() and not (tmp_path / "elsewhere").exists()


def test_a_damaged_wheel_is_called_damaged_and_nothing_stays(project: Project) -> None:
    wheelhouse = project.make_wheels()
    wheel = next(wheelhouse.glob("standin-*.whl"))
    wheel.write_bytes(wheel.read_bytes()[:200])
    ran = project.run("--engine", "cpu", "--wheelhouse", str(wheelhouse))
    assert ran.returncode == 1 and "is damaged" in ran.stderr and project.held() == {}


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
def test_a_studio_of_a_careful_user_can_be_read_by_all(project: Project, tmp_path: Path) -> None:
    share = tmp_path / "share"
    before = os.umask(0o077)
    try:
        project.install("--studio", str(share), *NUKE)
    finally:
        os.umask(before)
    made = [path for path in share.rglob("*") if not path.is_symlink()]
    assert made and all(path.stat().st_mode & 0o004 for path in (share, *made))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names of any bytes are Linux's")
def test_a_home_whose_name_is_no_utf8_ends_in_an_install_or_in_none(project: Project, tmp_path: Path) -> None:
    """The adapters go there; pip cannot work in such a folder, so nothing stays of the engine."""
    project.home = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    project.home.mkdir()
    ran = project.run("--engine", "cpu", "--wheelhouse", str(project.make_wheels()))
    assert "Traceback" not in ran.stderr and (ran.returncode == 0 or project.held() == {})
    project.install(*NUKE)
    project.install("--uninstall")
    assert project.held() == {}
