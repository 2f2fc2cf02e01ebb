"""Every command of the task on the page about edits runs as it is written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import opentimelineio as otio
import pytest
from three_shots import SHOTS, ThreeShots, dissolve, generated, write_cut

from photodouble.cli.main import main

PAGE = (Path(__file__).parents[2] / "core" / "docs" / "edit.md").read_text(encoding="utf-8")
TASK = "## Three shots, from the cut to a changed cut"


def commands() -> list[list[str]]:
    task = PAGE.partition(TASK)[2].partition("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", task, re.DOTALL)
    return [shlex.split(line, comments=True) for block in blocks for line in block.strip().splitlines()]


def test_the_task_runs_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    shots = ThreeShots(tmp_path / "footage", 1001)
    shots.write(generated)
    (tmp_path / "mattes").mkdir()
    for shot in SHOTS:
        for path in (tmp_path / "footage" / shot).glob("matte.*.png"):
            path.rename(tmp_path / "mattes" / path.name.replace("matte", shot))
    first = (shots.clip("sh010", 1004, 6), shots.clip("sh020", 1005, 5, speed=2), dissolve(2))
    write_cut(tmp_path / "cut_v1.otio", *first, shots.clip("sh030", 1008, 6))
    write_cut(
        tmp_path / "cut_v2.otio",
        shots.clip("sh030", 1008, 6, name="A003C001"),
        shots.clip("sh010", 1004, 10, name="A001C001"),
        shots.clip("sh020", 1005, 4, speed=2, name="A002C001"),
    )
    written = commands()
    assert len(written) == 14
    for program, *words in written:
        assert program == "photodouble"
        assert main(words) == ("--final" in words), words
    timeline = otio.adapters.read_from_file("cut_v2_conformed.otio")
    shown = [str(one.active_media_reference_key) for one in timeline.find_clips()]
    assert shown == ["photodouble_inpaint_v001", "photodouble_inpaint_v002", "photodouble_inpaint_v001"]
    assert Path("cut_v2_conformed_review.otio").is_file()


def test_every_action_is_on_the_page() -> None:
    actions = ("shots", "pull", "push", "check", "strip", "diff", "conform", "join")
    assert [name for name in actions if f"photodouble edit {name}" not in PAGE] == []
