"""install.py with an engine, from a wheelhouse of two small wheels: made, kept, made anew, and taken out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from stand_in_project import Project, held, make_project

FITS = (3, 11) <= sys.version_info[:2] <= (3, 13)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Give a small project with its wheelhouse, and an empty home."""
    made = make_project(tmp_path)
    made.make_wheels()
    return made


def words(project: Project, *more: str) -> tuple[str, ...]:
    """Give the words of an installation without a network, with this very Python."""
    return ("--engine", "cpu", "--wheelhouse", str(project.wheelhouse), "--python", sys.executable, *more)


def engine(project: Project) -> Path:
    """Name the folder of the engine's environment."""
    return project.home / ".local/share/photodouble" / project.version / "engine"


def test_an_engine_is_made_kept_and_taken_out_to_the_last_file(project: Project) -> None:
    """One long story, because an environment takes seconds to make."""
    client = project.home / ".config/photodouble/client.json"
    client.parent.mkdir(parents=True)
    client.write_text('{"engine": "/old/python", "schema": 1, "start_timeout_s": 9.0}\n', encoding="utf-8")
    before = project.held()
    project.install(*words(project, "--host", "resolve"))
    command = project.home / ".local/bin/photodouble"
    said = subprocess.run(
        [command, "--version"], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert said == f"photodouble {project.version}\n"
    named = json.loads(client.read_text(encoding="utf-8"))
    assert Path(named["engine"]).parents[1] == engine(project) and named["start_timeout_s"] == 9.0
    assert subprocess.run([named["engine"], "-c", "import standin"], check=True, timeout=60).returncode == 0

    kept = engine(project).stat().st_ino
    again = project.install(*words(project))
    assert "is up to date" in again and engine(project).stat().st_ino == kept

    shutil.rmtree(project.wheelhouse)
    project.lock.write_text("standin==2.0\n", encoding="utf-8")
    project.make_wheels()
    ran = project.run(*words(project))
    assert ran.returncode == 1 and "wheelhouse" in ran.stderr, "standin 2.0 is not there"
    assert engine(project).stat().st_ino == kept, "what worked before is there again"

    (engine(project) / "mine.txt").write_text("mine\n", encoding="utf-8")
    assert project.run("--uninstall").returncode == 1 and (engine(project) / "mine.txt").exists()
    (engine(project) / "mine.txt").unlink()
    project.install("--uninstall")
    assert project.held() == before


def test_without_a_network_and_a_wheelhouse_one_sentence_says_so_and_nothing_stays(project: Project) -> None:
    nowhere = "http://127.0.0.1:9/simple"
    project.variables.update(
        PIP_INDEX_URL=nowhere, PIP_EXTRA_INDEX_URL="", PIP_FIND_LINKS="", PIP_RETRIES="0"
    )
    project.variables.update(PIP_CONFIG_FILE=os.devnull)
    ran = project.run("--host", "nuke", "--engine", "cpu", "--python", sys.executable)
    assert ran.returncode == 1 and "could not be fetched: the network" in ran.stderr
    assert "--wheelhouse DIR" in ran.stderr and "Traceback" not in ran.stderr
    assert project.held() == {}


@pytest.mark.parametrize("fault", ["absent", "of another lock", "unfinished"])
def test_a_wheelhouse_that_does_not_fit_is_refused_before_anything_is_made(
    project: Project, fault: str
) -> None:
    if fault == "absent":
        shutil.rmtree(project.wheelhouse)
    elif fault == "unfinished":
        (project.wheelhouse / "wheelhouse.json").unlink()
    else:
        project.lock.write_text("standin==1.0\nother==1.0\n", encoding="utf-8")
    ran = project.run(*words(project, "--host", "nuke"))
    assert ran.returncode == 1 and "install/wheelhouse" in ran.stderr
    assert project.held() == {}


def test_a_python_that_does_not_fit_is_named(project: Project) -> None:
    python = Path.home() / ".pyenv/versions/3.9.18/bin/python"
    if not python.exists():
        pytest.skip("no Python 3.9.18 here")
    ran = project.run("--engine", "cpu", "--wheelhouse", str(project.wheelhouse), "--python", str(python))
    assert ran.returncode == 1 and "3.11 to 3.13" in ran.stderr and "it is Python 3.9" in ran.stderr
    assert project.held() == {}


def test_a_studio_touches_no_home_and_lies_beside_another_version(project: Project, tmp_path: Path) -> None:
    studio = tmp_path / "the share"
    hosts = ("--host", "nuke", "--host", "blender", "--host", "resolve")
    first = project.version
    said = project.install("--studio", str(studio), *hosts, *words(project))
    one = held(studio / first)
    project.become("0.9.0")
    project.install("--studio", str(studio), *hosts, "--engine", "none")
    assert project.held() == {} and held(studio / first) == one
    variables = json.loads((studio / first / "environment.json").read_text(encoding="utf-8"))
    assert all(f"{name}={value}" in said for name, value in variables.items())
    assert {name for name, value in variables.items() if not Path(value).is_dir()} <= {"OFX_PLUGIN_PATH"}
    moved = studio.rename(tmp_path / "mounted elsewhere")
    command = [str(moved / first / "bin/photodouble"), "--version"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout == f"photodouble {first}\n"
    moved.rename(studio)
    project.install("--uninstall", "--studio", str(studio))
    assert not studio.exists() or held(studio) == {}
