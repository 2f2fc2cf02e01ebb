"""Every command on the page about farms runs as it is written."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path

import pytest

from photodouble.cli.main import main
from photodouble.farm.commands import ENDS
from photodouble.farm.options import FarmOptions
from photodouble.farm.template import job_template
from photodouble.image.sequence import Sequence
from photodouble_client.specs import INPAINT

PAGE = (Path(__file__).parents[2] / "core" / "docs" / "farm.md").read_text(encoding="utf-8")
FRAMES = range(1001, 1009)


def commands() -> list[list[str]]:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.strip().splitlines()]


@pytest.mark.skipif(
    importlib.util.find_spec("openjd") is None, reason="needs the optional library openjd-cli"
)
def test_every_command_of_the_page_runs_as_written(tmp_path, monkeypatch, shot_writer, environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    shot = shot_writer(tmp_path / "in", FRAMES)
    for kind in ("plate", "matte"):
        (tmp_path / f"{kind}s").mkdir()
        for frame in FRAMES:
            shot.file(kind, frame).rename(tmp_path / f"{kind}s" / f"sh010.{frame}.exr")
    written = commands()
    assert len(written) == 13
    for program, *words in written:
        assert program == "photodouble"
        assert main(words) == 0
    assert [path.name for path in (tmp_path / "takes" / "sh010" / "inpaint").iterdir()] == ["v001"]
    assert (tmp_path / "takes" / "sh010" / "inpaint" / "v001" / "manifest.json").is_file()
    assert Sequence.find("comp/sh010_clean.####.exr").frames == tuple(FRAMES)


def test_every_parameter_of_the_template_is_on_the_page():
    template = job_template(INPAINT, FarmOptions(output="clean.####.exr"))
    assert [
        each["name"] for each in template["parameterDefinitions"] if f"`{each['name']}`" not in PAGE
    ] == []


def test_every_exit_status_is_on_the_page():
    assert [int(found) for found in re.findall(r"^\| (\d) \|", PAGE, re.MULTILINE)] == list(ENDS)
