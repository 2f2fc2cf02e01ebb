"""The demo removes a person with the real job and reports honest figures."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from photodouble.cli.main import main
from photodouble.demo.run import OURS, DemoReport, run_demo
from photodouble_client.events import Event, FrameDone, Progress


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[DemoReport, list[Event]]:
    told: list[Event] = []
    folder = tmp_path_factory.mktemp("a démo")
    return run_demo(folder, frames=8, size=(480, 270), on_event=told.append), told


def test_outside_the_matte_nothing_changes(run: tuple[DemoReport, list[Event]]) -> None:
    assert all(figures.untouched for figures in run[0].figures.values())


def test_every_method_is_measured_on_every_frame(run: tuple[DemoReport, list[Event]]) -> None:
    figures = run[0].figures
    assert list(figures) == [OURS, "Navier-Stokes", "Telea"]
    assert {f.frames for f in figures.values()} == {8}


def test_our_fill_is_nearer_the_truth_than_any_still_fill(run: tuple[DemoReport, list[Event]]) -> None:
    ours, *peers = run[0].figures.values()
    assert ours.psnr > max(peer.psnr for peer in peers)
    assert ours.warp < min(peer.warp for peer in peers)


def test_the_contact_sheet_is_a_picture_with_colour(run: tuple[DemoReport, list[Event]]) -> None:
    sheet = cv2.imread(str(run[0].sheet))
    assert sheet.shape[1] > 6 * 400
    assert sheet.std() > 20


def test_the_take_is_sealed_and_every_frame_was_told(run: tuple[DemoReport, list[Event]]) -> None:
    report, told = run
    assert (report.take / "manifest.json").is_file()
    assert [e.frame for e in told if isinstance(e, FrameDone)] == list(range(1001, 1009))
    assert any(isinstance(e, Progress) and e.note == "photographing the plate" for e in told)


def test_the_command_ends_by_naming_the_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["demo", "--output", str(tmp_path), "--frames", "3", "--size", "160x90", "--quiet"]
    assert main(command) == 0
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert last == f"Look at: {tmp_path / 'contact_sheet.png'}"
    assert (tmp_path / "contact_sheet.png").is_file()


def test_frames_of_a_longer_demo_before_are_cleared_and_nothing_else(tmp_path: Path) -> None:
    plates = tmp_path / "plate" / "plate"
    plates.mkdir(parents=True)
    for name in ("plate.1048.exr", "plate.mine.exr", "notes.txt"):
        (plates / name).write_text("old")
    run_demo(tmp_path, frames=2, size=(160, 90))
    left = sorted(path.name for path in plates.iterdir())
    assert left == ["notes.txt", "plate.1001.exr", "plate.1002.exr", "plate.mine.exr"]


@pytest.mark.parametrize("wrong", [["--size", "big"], ["--size", "10x10"]])
def test_a_wrong_size_writes_nothing(wrong: list[str], tmp_path: Path) -> None:
    assert main(["demo", "--output", str(tmp_path / "demo"), *wrong]) == 2
    assert not (tmp_path / "demo").exists()
