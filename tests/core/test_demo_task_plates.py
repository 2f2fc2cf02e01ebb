"""The plates of the five-minute tasks lie where the pages of the tasks say, and nothing is made of them."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from photodouble.cli.main import main
from photodouble.demo.task_plates import photograph_task
from photodouble.image.sequence import Sequence
from photodouble_client.errors import ArtistError


def demo(what: str, folder: Path, *words: str) -> int:
    return main(["demo", what, "--output", str(folder), "--quiet", *words])


def test_the_wire_has_a_plate_and_a_matte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "wïre"
    for frames in ("5", "3"):
        assert demo("wire", folder, "--size", "96x64", "--frames", frames) == 0
    for kind in ("plates", "mattes"):
        assert Sequence.find(str(folder / kind / "sh010.####.exr")).frames == (1001, 1002, 1003)
    assert str(folder / "plates" / "sh010.####.exr") in capsys.readouterr().out
    assert sorted(path.name for path in folder.iterdir()) == ["mattes", "plates"]


def test_the_cut_has_its_plates_and_the_one_that_comes_later(tmp_path: Path) -> None:
    assert demo("cut", tmp_path, "--size", "96x64") == 0
    for shot in ("sh010", "sh020", "sh030"):
        found = Sequence.find(str(tmp_path / "plates" / shot / "plate" / "plate.####.exr"))
        assert len(found.frames) == 20
    assert (tmp_path / "cut_v1.otio").is_file() and (tmp_path / "cut_v2.otio").is_file()
    assert not (tmp_path / "takes").exists()


def test_the_stand_is_one_of_the_stadium_with_its_people_and_camera(tmp_path: Path) -> None:
    assert demo("stand", tmp_path, "--size", "96x64", "--frames", "2") == 0
    crowd = json.loads((tmp_path / "crowd.json").read_text(encoding="utf-8"))
    assert [area["id"] for area in crowd["areas"]] == ["north"]
    assert len(json.loads((tmp_path / "elements/library.json").read_text(encoding="utf-8"))["elements"]) == 8
    assert (tmp_path / "camera.json").is_file()


def test_it_stops_when_it_is_told_to(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(ArtistError) as refused:
        photograph_task("wire", tmp_path, frames=2, size=(96, 64), stop=stop)
    assert refused.value.code == "engine.stopped"
