"""Every command of the five-minute task runs as it is written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from photodouble.cli.main import main
from photodouble.image.sequence import Sequence

TASK = Path(__file__).parents[2] / "core" / "docs" / "quickstart.md"


def commands() -> list[list[str]]:
    blocks = re.findall(r"```sh\n(.*?)```", TASK.read_text(encoding="utf-8"), re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.strip().splitlines()]


def test_every_command_of_the_task_runs_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    written = commands()
    assert len(written) == 5
    for program, *words in written:
        assert program == "photodouble"
        smaller = ["--size", "320x180"] if words[0] == "demo" else []
        assert main([*words, *smaller]) == 0
    assert (tmp_path / "demo" / "contact_sheet.png").is_file()
    assert Sequence.find("clean/street.####.exr").frames == tuple(range(1001, 1009))
    assert Sequence.find("clean/wider.####.exr").frames == (1003, 1004, 1005, 1006)
    for version in ("v001", "v002"):
        take = tmp_path / "clean" / "takes" / "plate" / "inpaint" / version
        assert {"result", "fill", "matte", "origin", "confidence", "pictures"} <= {
            p.name for p in take.iterdir()
        }


def test_every_link_of_the_task_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", TASK.read_text(encoding="utf-8"))
    assert len(links) >= 3
    assert [link for link in links if not (TASK.parent / link).exists()] == []
