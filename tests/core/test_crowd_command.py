"""The crowd file on the command line: begun from four corners, edited, scored, handed on and checked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from crowd_shot import library

from photodouble.cli.main import main
from photodouble.demo.slate import write_frame
from photodouble.engine.tasks import run_task
from photodouble.image.sequence import Sequence
from photodouble.ops.crowd.document import read_crowd
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.library import write_element
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings

WIDE, TALL = 160, 90
CORNERS = ("30,80", "130,80", "105,45", "55,45")


@pytest.fixture
def plate(tmp_path: Path) -> str:
    (tmp_path / "plate").mkdir()
    for number in (1001, 1002):
        write_frame(tmp_path / f"plate/plate.{number}.exr", np.full((TALL, WIDE, 3), 0.2, np.float32), number)
    return str(tmp_path / "plate/plate.####.exr")


def begun(tmp_path: Path, plate: str, *more: str) -> Path:
    crowd = tmp_path / "crowd.json"
    flags = ["--plate", plate, "--corners", *CORNERS, "--width", "10", "--focal", "35", "--json", *more]
    assert main(["crowd", "layout", str(crowd), *flags]) == 0
    return crowd


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    answer: dict[str, object] = json.loads(capsys.readouterr().out)
    return answer


def test_four_corners_and_a_length_begin_a_crowd_file_and_a_picture(
    tmp_path: Path, plate: str, capsys: pytest.CaptureFixture[str]
) -> None:
    crowd = begun(tmp_path, plate)
    answer = told(capsys)
    document = read_crowd(crowd)
    assert document.ground is not None and document.ground.width == 10
    assert answer["places"] == {"ground": answer["taken"]} and int(str(answer["taken"])) > 50
    polygon = np.array(document.to_json()["areas"][0]["polygon"])
    np.testing.assert_allclose(np.linalg.norm(polygon[1] - polygon[0]), 10, atol=0.05)
    drawn = Sequence.find(tmp_path / "crowd.png").read(0).linear()
    assert drawn.shape == (TALL, WIDE, 3) and len(np.unique(drawn.reshape(-1, 3), axis=0)) > 10


def test_areas_are_added_to_a_crowd_file_and_replaced_by_name(tmp_path: Path, plate: str) -> None:
    crowd = begun(tmp_path, plate)
    begun(tmp_path, plate, "--id", "stand", "--seats", "2x3x4", "--at", "5,0,-12", "--facing", "0")
    begun(tmp_path, plate, "--id", "stand", "--seats", "2x3x5", "--at", "5,0,-12")
    begun(tmp_path, plate, "--id", "drawn", "--area", "60,60", "100,60", "80,75", "--spacing", "1")
    assert [area.id for area in read_crowd(crowd).areas] == ["ground", "stand", "drawn"]
    assert read_crowd(crowd).to_json()["areas"][1]["seats"] == 5


def test_edits_are_put_on_the_stack_and_taken_off(
    tmp_path: Path, plate: str, capsys: pytest.CaptureFixture[str]
) -> None:
    crowd = begun(tmp_path, plate, "--id", "stand", "--seats", "2x3x4", "--at", "5,0,-12")
    assert main(["crowd", "edit", str(crowd), "--do", "kill", "--agents", "stand/0/1/2"]) == 0
    assert main(["crowd", "edit", str(crowd), "--do", "nudge", "--region", "stand", "--by", "0,0,0.5"]) == 0
    assert [edit.do for edit in read_crowd(crowd).edits] == ["kill", "nudge"]
    assert "This nudge is about 24 people." in capsys.readouterr().out
    assert main(["crowd", "edit", str(crowd), "--undo"]) == 0
    assert [edit.do for edit in read_crowd(crowd).edits] == ["kill"]


def test_edits_are_undone_by_steps(tmp_path: Path, plate: str, capsys: pytest.CaptureFixture[str]) -> None:
    crowd = begun(tmp_path, plate, "--id", "stand", "--seats", "2x3x4", "--at", "5,0,-12")
    for seat in range(4):
        assert main(["crowd", "edit", str(crowd), "--do", "kill", "--agents", f"stand/0/1/{seat}"]) == 0
    for wrong in ("5", "0", "-1"):
        assert main(["crowd", "edit", str(crowd), "--undo", wrong]) == 2
    assert main(["crowd", "edit", str(crowd), "--undo", "3"]) == 0
    assert [edit.agents for edit in read_crowd(crowd).edits] == [("stand/0/1/0",)]
    said = capsys.readouterr().out
    assert "This kill is about 1 person." in said
    assert "holds 1 edit now" in said


def test_a_swap_to_an_element_that_the_library_lacks_is_refused(
    tmp_path: Path, plate: str, capsys: pytest.CaptureFixture[str]
) -> None:
    crowd = begun(tmp_path, plate, "--id", "stand", "--seats", "2x3x4", "--at", "5,0,-12")
    people = library(tmp_path / "people").parent
    swap = ["crowd", "edit", str(crowd), "--do", "swap", "--agents", "stand/0/1/2", "--element"]
    assert main([*swap, "man_9", "--library", str(people)]) == 2
    assert "man_1" in capsys.readouterr().err
    assert not read_crowd(crowd).edits
    assert main([*swap, "man_*", "--library", str(people)]) == 0
    assert main([*swap, "man_9"]) == 0
    assert "is seen with --library" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["edit", "crowd.json"],
        ["edit", "crowd.json", "--do", "swap", "--agents", "stand/0/0/0"],
        ["edit", "crowd.json", "--do", "kill", "--region", "nowhere"],
        ["edit", "crowd.json", "--do", "kill", "--agents", "stand/9/9/9"],
        ["edit", "crowd.json", "--do", "kill", "--agents", "stand/0/0/0", "nobody"],
        ["edit", "crowd.json", "--do", "kill", "--region", "stand", "--polygon", "90,0", "91,0", "90,1"],
        ["edit", "crowd.json", "--do", "nudge", "--region", "*", "--by", "1;2"],
        ["edit", "crowd.json", "--undo"],
    ],
)
def test_an_edit_that_says_too_little_is_refused_and_changes_nothing(
    tmp_path: Path, plate: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = begun(tmp_path, plate, "--id", "stand", "--seats", "2x3x4", "--at", "5,0,-12")
    before = crowd.read_bytes()
    monkeypatch.chdir(tmp_path)
    assert main(["crowd", *words]) in (2, 3)
    assert crowd.read_bytes() == before


def test_a_layout_without_camera_or_with_corners_of_no_ground_is_refused(tmp_path: Path, plate: str) -> None:
    crowd = str(tmp_path / "crowd.json")
    assert main(["crowd", "layout", crowd, "--plate", plate, "--area", "1,1", "9,1", "5,5"]) == 2
    crossed = ["--corners", "30,80", "105,45", "130,80", "55,45", "--width", "10"]
    assert main(["crowd", "layout", crowd, "--plate", plate, *crossed]) == 3
    assert not Path(crowd).exists()


def test_a_take_is_scored_dealt_anew_handed_on_and_checked(
    tmp_path: Path, plate: str, capsys: pytest.CaptureFixture[str]
) -> None:
    crowd = begun(tmp_path, plate)
    for number in range(3):
        one = Element(
            name=f"man_{number}", person=f"man_{number}", state="idle", rate=24.0, frames=2, size=(6, 12),
            foot=(3.0, 11.0), height=1.7, pixels_per_metre=6.0, loop_last=1, identifiable=False,
        )  # fmt: skip
        card = np.zeros((12, 6, 5), np.float32)
        card[1:11, 1:5, :4] = (0.2 * number, 0.3, 0.1, 1)
        write_element(tmp_path / "people", one, [card, card])
    flags = ["--plate", plate, "--crowd", str(crowd), "--library", str(tmp_path / "people")]
    assert main(["crowd", *flags, "--root", str(tmp_path / "takes"), "--quiet"]) == 0
    (take,) = (path.parent for path in (tmp_path / "takes").rglob("manifest.json"))
    capsys.readouterr()
    assert main(["crowd", "score", str(take), "--redeal", "--json"]) == 0
    scored = told(capsys)
    assert 0 <= float(str(scored["score"])) <= 100 and scored["worst"]
    assert len(read_crowd(crowd).edits) == scored["edits_added"]
    worst = scored["worst"][0]["name"]  # type: ignore[index]
    assert main(["crowd", "lock", str(take), "--agents", worst]) == 0
    assert read_crowd(crowd).edits[-1].agents == (worst,)
    assert main(["crowd", "lock", str(take), "--agents", "stand/99/0/0"]) == 2
    locked = run_task("crowd.lock", {"take": str(take), "agents": f"{worst}, "}, Settings(), Reporter())
    assert locked["locked"] == 1
    capsys.readouterr()
    pytest.importorskip("pxr")
    usd = tmp_path / "out/crowd.usda"
    wanted = {"take": str(take), "file": str(usd)}
    assert str(usd) in run_task("crowd.export", wanted, Settings(), Reporter())["files"]
    assert main(["crowd", "check", str(usd)]) == 0
    both = [tmp_path / "both/crowd.usda", tmp_path / "both/crowd.json"]
    assert main(["crowd", "export", str(take), "--usd", str(both[0]), "--cards", str(both[1])]) == 0
    assert all(path.is_file() for path in both)
    assert main(["crowd", "export", str(take)]) == 2
    before = crowd.read_bytes()
    assert main(["crowd", "export", str(take), "--usd", str(usd)]) == 3
    assert main(["crowd", "export", str(take), "--usd", str(usd), "--overwrite"]) == 0
    assert main(["crowd", "export", str(take), "--cards", str(crowd), "--overwrite"]) == 3
    assert main(["crowd", "export", str(take), "--cards", str(tmp_path / "cards.usda")]) == 2
    assert main(["crowd", "export", str(take), "--cards", "/proc/cards.json"]) == 3
    assert crowd.read_bytes() == before
    usd.write_text("#usda 1.0\n")
    assert main(["crowd", "check", str(usd)]) == 3


def test_the_picture_of_a_layout_takes_the_place_of_nothing_that_is_read(tmp_path: Path, plate: str) -> None:
    frame = tmp_path / "plate/plate.1001.exr"
    before = frame.read_bytes()
    flags = ["--plate", plate, "--corners", *CORNERS, "--width", "10", "--picture"]
    assert main(["crowd", "layout", str(tmp_path / "crowd.json"), *flags, str(frame)]) == 3
    assert main(["crowd", "layout", str(tmp_path / "crowd.json"), *flags, str(tmp_path / "x.exr")]) == 2
    assert frame.read_bytes() == before
    assert not (tmp_path / "crowd.json").exists()


def test_a_camera_is_written_over_cameras_alone(tmp_path: Path, plate: str) -> None:
    crowd = begun(tmp_path, plate)
    before = crowd.read_bytes()
    source = tmp_path / "shot.chan"
    source.write_text("1001 0 1.7 12 -4 0 0 40\n")
    assert main(["crowd", "camera", str(source), "--to", str(crowd)]) == 3
    assert crowd.read_bytes() == before
    for _ in range(2):
        assert main(["crowd", "camera", str(source), "--to", str(tmp_path / "camera.json")]) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        ["--seats", "infx3x4"],
        ["--seats", "nanx3x4"],
        ["--seats", "1.5x3x4"],
        ["--seats", "1x3x4", "--at", "1e300,0,0"],
    ],
)
def test_seats_that_cannot_be_counted_or_reached_are_refused(
    tmp_path: Path, plate: str, wrong: list[str]
) -> None:
    crowd = begun(tmp_path, plate)
    before = crowd.read_bytes()
    assert main(["crowd", "layout", str(crowd), "--plate", plate, *wrong]) in (2, 3)
    assert crowd.read_bytes() == before


@pytest.mark.parametrize(
    "flags", [["--do", "kill", "--agents", "x", "--polygon", "0,0"], ["--undo", "--do", "kill"]]
)
def test_an_edit_that_says_two_things_is_refused(tmp_path: Path, plate: str, flags: list[str]) -> None:
    crowd = begun(tmp_path, plate)
    assert main(["crowd", "edit", str(crowd), *flags]) == 2
    assert not read_crowd(crowd).edits
