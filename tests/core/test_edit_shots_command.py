"""`photodouble edit shots` and the task of the same name, as an artist and a host meet them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from cuts import clip, dissolve, timeline, track

from photodouble.cli.main import main
from photodouble.engine.tasks import run_task
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings

KEYS = {
    "name",
    "track",
    "record_first",
    "record_last",
    "media_pattern",
    "media_first",
    "media_last",
    "handle_head",
    "handle_tail",
    "speed",
    "rate",
    "frame_map",
    "warnings",
}


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """Two clips with a dissolve; of the second one the whole plate is on disk."""
    for frame in range(1001, 1031):
        (tmp_path / f"sh020.{frame:04d}.exr").touch()
    second = otio.schema.Clip(
        "sh020",
        otio.schema.ExternalReference("sh020.%04d.exr"),
        clip((1005, 10, 24), (0, 1, 24)).source_range,
    )
    first = clip((10, 10, 24), (0, 50, 24), speeds=(2.0,))
    path = tmp_path / "cut.otio"
    otio.adapters.write_to_file(timeline(track(first, dissolve(2, 2), second), start=(86400, 24)), str(path))
    return path


def listed(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["edit", "shots", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_list_has_a_record_for_every_clip(cut: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = listed(capsys, str(cut), "--handles", "8")
    assert set(first) >= KEYS
    # Source 10 at 2, 10 frames and 2 of the dissolve: 1011, 1013, ..., 1033; 24 pictures are needed.
    assert (first["name"], first["track"], first["speed"], first["rate"]) == ("sh010", "V1", 2.0, 24)
    assert (first["record_first"], first["record_last"]) == (86400, 86411)
    assert first["frame_map"] == list(range(1011, 1034, 2))
    assert (first["media_first"], first["media_last"]) == (1011, 1034)
    assert (first["handle_head"], first["handle_tail"]) == (10, 16)
    # The dissolve begins two frames before the second clip: 1003 on; 1001 and 1002 are its handles.
    assert (second["record_first"], second["frame_map"]) == (86408, list(range(1003, 1015)))
    assert (second["handle_head"], second["handle_tail"]) == (2, 8)
    assert second["media_pattern"].endswith("sh020.####.exr")
    (warning,) = second["warnings"]
    assert "the file ends inside its header" in warning


def test_without_handles_none_are_counted(cut: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert {
        (one["handle_head"], one["handle_tail"]) for one in listed(capsys, str(cut), "--handles", "0")
    } == {(0, 0)}


def test_the_table_names_what_is_wrong(cut: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["edit", "shots", str(cut)]) == 0
    heads, first, second, *warnings = capsys.readouterr().out.splitlines()
    assert heads.split() == ["SHOT", "TRACK", "RECORD", "MEDIA", "HANDLES", "SPEED", "RATE", "FILE"]
    assert first.split() == [
        "sh010",
        "V1",
        "86400-86411",
        "1011-1034",
        "10+16",
        "200%",
        "24",
        "sh010.####.exr",
    ]
    assert second.split()[:4] == ["sh020", "V1", "86408-86419", "1003-1014"]
    assert [line[:7] for line in warnings] == ["sh010: ", "sh020: "]
    assert "is not there" in warnings[0]


def test_the_task_answers_the_same(cut: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = run_task("edit.shots", {"edit": str(cut)}, Settings(), Reporter(lambda *_: None, lambda: False))
    assert answer["shots"] == listed(capsys, str(cut))


def test_a_cut_that_cannot_be_read_ends_with_an_error_and_its_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cut.otio"
    path.write_text("{", "utf-8")
    assert main(["edit", "shots", str(path)]) == 3
    assert "The cut cannot be read" in capsys.readouterr().err
