"""The examples for rez and Open Job Description give a job the environment that the installer wrote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest
from stand_in_project import ROOT, Project, make_project

HOSTS = ("--host", "nuke", "--host", "blender", "--host", "resolve")


@pytest.fixture
def studio(tmp_path: Path) -> Path:
    """Give a studio's installation without an engine, at a path with a space."""
    project: Project = make_project(tmp_path)
    folder = tmp_path / "the share"
    project.install("--studio", str(folder), *HOSTS, "--engine", "none")
    return folder


class Variable:
    """Play one variable of rez: what is set, and what is put before it."""

    def __init__(self) -> None:
        self.value = ""

    def prepend(self, value: str) -> None:
        """Put a folder before what is there."""
        self.value = f"{value}{os.pathsep}{self.value}".rstrip(os.pathsep)


class Variables(dict[str, Variable]):
    """Play the `env` of rez."""

    def __missing__(self, name: str) -> Variable:
        return self.setdefault(name, Variable())

    def __setitem__(self, name: str, value: object) -> None:
        if isinstance(value, Variable):
            super().__setitem__(name, value)
        else:
            self[name].value = str(value)


def test_the_rez_package_sets_what_the_installer_printed(studio: Path) -> None:
    source = (ROOT / "install/rez/package.py").read_text(encoding="utf-8")
    given: dict[str, object] = {"env": Variables()}
    exec(compile(source, "package.py", "exec"), given)
    version = str(given["version"])
    given["this"] = types.SimpleNamespace(studio=str(studio), version=version)
    commands = given["commands"]
    assert callable(commands)
    commands()
    variables = given["env"]
    assert isinstance(variables, Variables)
    wanted = json.loads((studio / version / "environment.json").read_text(encoding="utf-8"))
    assert {name: variable.value for name, variable in variables.items()} == wanted
    assert version == next(studio.iterdir()).name


def test_the_shell_file_sets_the_same_and_keeps_what_was_there(studio: Path) -> None:
    place = next(studio.iterdir())
    wanted = json.loads((place / "environment.json").read_text(encoding="utf-8"))
    code = 'NUKE_PATH=/mine; . "$1"; exec "$2" -c "import json, os; print(json.dumps(dict(os.environ)))"'
    ran = subprocess.run(
        ["/bin/sh", "-c", code, "sh", str(place / "environment.sh"), sys.executable],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    found = json.loads(ran.stdout)
    assert found["NUKE_PATH"] == f"{wanted['NUKE_PATH']}:/mine"
    assert {name: found[name] for name in wanted if name != "NUKE_PATH"} == {
        name: value for name, value in wanted.items() if name != "NUKE_PATH"
    }


def test_the_openjd_environment_is_accepted_and_finds_the_command(tmp_path: Path) -> None:
    pytest.importorskip("openjd.cli")
    environment = ROOT / "install/openjd/environment.yaml"
    command = tmp_path / "the place/bin/photodouble"
    command.parent.mkdir(parents=True)
    command.write_text("#!/bin/sh\necho engine at $PHOTODOUBLE_ENGINE\n", encoding="utf-8")
    command.chmod(0o755)
    job = {
        "specificationVersion": "jobtemplate-2023-09",
        "name": "Says",
        "steps": [
            {
                "name": "Say",
                "script": {"actions": {"onRun": {"command": "photodouble", "args": ["--version"]}}},
            }
        ],
    }
    (tmp_path / "job.json").write_text(json.dumps(job), encoding="utf-8")
    words = ["run", str(tmp_path / "job.json"), "--step", "Say", "--environment", str(environment)]
    words += ["--job-param", f"PhotoDoublePlace={command.parents[1]}"]
    ran = subprocess.run(
        [sys.executable, "-m", "openjd", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=tmp_path,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"engine at {command.parents[1]}/engine" in ran.stdout
