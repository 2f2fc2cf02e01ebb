"""A staged folder: whole or not there, never changed, found again, and pointed to as the newest."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest
from finished_takes import Made
from node_requests import note
from staged_takes import stage

from photodouble.engine.options import JobOptions
from photodouble.engine.runner import run_job
from photodouble.image.hashes import file_sha256
from photodouble.ops.operation import Reporter, Stopped
from photodouble.takes import staged as staging
from photodouble.takes.node_text import LARGEST, Door, NodeText, StageWish, wish_of
from photodouble.takes.staged import point_to_newest, write_staged
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: file_sha256(path) for path in sorted(folder.iterdir())}


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_the_note_holds_what_a_node_needs(made: Made) -> None:
    words = note(stage(made, "ACEScct", format="96x54", fit="fill"))
    assert words == {
        "take": made.take.take_id,
        "label": "sh010 inpaint v001",
        "first": "1001",
        "last": "1002",
        "frames": "2",
        "pattern": "frame.####.exr",
        "display": "0 0 96 54",
        "pixel_aspect": "1",
        "space": "ACEScct",
        "encoding": "log",
        "fit": "fill",
        "planes": "R G B A K N",
        "source_first": "1001",
        "state": "current",
        "approval": "suggestion",
        "inbox": str(Path(made.settings.engine_folder) / "inbox"),
        "status": words["status"],
    }
    assert Path(words["status"]).parent == Path(words["inbox"]) / "status"


def test_the_first_line_says_what_the_file_is_and_lines_end_as_on_unix(made: Made) -> None:
    content = (stage(made) / "node.txt").read_bytes()
    assert content.startswith(b"photodouble_stage 1\n") and content.endswith(b"\n")
    assert b"\r" not in content and len(content) < LARGEST


def test_a_folder_is_named_after_space_format_and_fit(made: Made) -> None:
    names = [
        stage(made, "ARRI LogC3 (EI800)").name,
        stage(made, "Rec.709", format="96x54", fit="stretch").name,
        stage(made, "S-Log3 S-Gamut3.Cine", format="96x54").name,
    ]
    assert names == [
        "ARRI_LogC3_EI800_64x48_own",
        "Gamma_2_4_Encoded_Rec_709_96x54_stretch",
        "S_Log3_S_Gamut3_Cine_96x54_fit",
    ]
    other = stage(made, "Rec.709", format="96x54", fit="stretch", compression="zip").name
    assert other.startswith(names[1]) and other != names[1]


def test_the_same_wish_finds_what_is_there(made: Made) -> None:
    first = stage(made, "ACEScct")
    before = {path: path.stat().st_mtime_ns for path in first.iterdir()}
    assert stage(made, "acescct") == first
    assert {path: path.stat().st_mtime_ns for path in first.iterdir()} == before


def test_again_makes_another_and_leaves_the_first_alone(made: Made) -> None:
    first = stage(made, "ACEScct")
    before = hashes(first)
    second = stage(made, "ACEScct", again=True)
    assert second.name == f"{first.name}-2" and hashes(first) == before
    assert {name: one for name, one in hashes(second).items() if name != "node.txt"} == {
        name: one for name, one in before.items() if name != "node.txt"
    }
    assert stage(made, "ACEScct") == second


def test_what_somebody_took_frames_from_is_made_anew_beside_it(made: Made) -> None:
    first = stage(made, "ACEScct")
    (first / "frame.1002.exr").unlink()
    second = stage(made, "ACEScct")
    assert second.name == f"{first.name}-2" and (second / "frame.1002.exr").is_file()
    assert not (first / "frame.1002.exr").exists()


def test_the_newest_of_each_kind_is_pointed_to(made: Made) -> None:
    first = stage(made, "ACEScct")
    pointer = first.parent.parent / "newest.txt"
    assert pointer.read_text(encoding="utf-8") == f"{first.name} v001/{first.name}\n"
    second, other = stage(made, "ACEScct", again=True), stage(made, "scene-linear")
    lines = dict(line.split(" ") for line in pointer.read_text(encoding="utf-8").splitlines())
    assert lines == {
        first.name: f"v001/{second.name}",
        second.name: f"v001/{second.name}",
        other.name: f"v001/{other.name}",
    }


def test_copies_that_people_made_beside_are_left_out_and_harm_nobody(made: Made) -> None:
    first = stage(made, "ACEScct")
    for name in (f"{first.name}-old", f"{first.name} copy", "Ünsinn", f"{first.name}-2"):
        shutil.copytree(first, first.parent / name)
    (first.parent / f"{first.name}-2" / "node.txt").write_text("photodouble_stage 1\n", encoding="utf-8")
    assert stage(made, "ACEScct") == first
    lines = (first.parent.parent / "newest.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split(" ")[0] for line in lines] == [first.name, f"{first.name}-2"]


def test_the_newest_take_counts_and_not_who_was_staged_last(made: Made) -> None:
    first = stage(made, "ACEScct")
    folder = first.parent.parent
    for version in ("v012", "v003"):
        target = folder / version / first.name
        target.mkdir(parents=True)
        (target / "node.txt").write_text("photodouble_stage 1\n", encoding="utf-8")
        point_to_newest(folder)
    half = folder / "v020" / first.name
    half.mkdir(parents=True)
    point_to_newest(folder)
    assert (folder / "newest.txt").read_text(encoding="utf-8") == f"{first.name} v012/{first.name}\n"


def test_frames_are_numbered_in_the_order_played(made: Made) -> None:
    folder = stage(made, "scene-linear", order="1002,1001,1001,1001", begin="-1")
    assert sorted(path.name for path in folder.glob("*.exr")) == [
        "frame.-0001.exr",
        "frame.0000.exr",
        "frame.0001.exr",
        "frame.0002.exr",
    ]
    words = note(folder)
    assert (words["first"], words["last"], words["frames"]) == ("-1", "2", "4")
    shown = [
        OpenEXR.File(str(folder / f"frame.{number}.exr")).header()["photodouble/frame"]
        for number in ("-0001", "0000", "0001", "0002")
    ]
    assert shown == [1002, 1001, 1001, 1001]
    assert len({path.stat().st_ino for path in folder.glob("*.exr")}) == 2


def test_in_another_order_no_number_of_the_media_is_named(made: Made) -> None:
    assert "source_first" not in note(stage(made, order="1002,1001"))
    assert "source_first" not in note(stage(made, order="1001,1002,1002"))
    assert note(stage(made, begin="1"))["source_first"] == "1"


def test_the_media_begins_before_the_take(
    tiny_shot: Callable[..., Any], request_for: Callable[..., JobRequest], settings: Any
) -> None:
    shot = tiny_shot(range(990, 1004))
    request = request_for(shot, range=FrameRange(range(1000, 1003)))
    take = run_job(request, JobOptions(settings=settings)).take
    words = write_staged(take, StageWish("scene-linear"), Reporter()).words.words
    assert (words["first"], words["source_first"]) == ("1000", "990")


def test_a_take_that_is_stale_says_so(made: Made) -> None:
    plate = Path(made.take.request().inputs["plate"].path.replace("####", "1001"))
    kept = plate.read_bytes()
    try:
        OpenEXR.File({}, {name: np.zeros((48, 64), np.float16) for name in "RGB"}).write(str(plate))
        words = note(stage(made, "scene-linear"))
    finally:
        plate.write_bytes(kept)
    assert words["state"] == "stale" and "plate" in words["note"]


def test_an_approved_take_says_so(made: Made) -> None:
    made.decided_by("Ada", "supervisor").approve()
    assert note(stage(made))["approval"] == "approved"


def test_every_file_carries_the_take_and_its_mark(made: Made) -> None:
    manifest = made.take.folder / "manifest.json"
    stored = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps({**stored, "consent": {"state": "not cleared"}}), encoding="utf-8")
    folder = stage(made)
    header = OpenEXR.File(str(folder / "frame.1002.exr")).header()
    assert header["photodouble/take"] == made.take.take_id
    assert header["photodouble/consent"] == "not cleared"
    assert "not cleared" in note(folder)["note"]


def test_an_unfinished_take_is_not_staged(made: Made) -> None:
    (made.take.folder / "manifest.json").unlink()
    with pytest.raises(ArtistError) as refused:
        stage(made)
    assert refused.value.code == "engine.no_take"


@pytest.mark.parametrize("moment", ["staging the take", "comparing inputs", "comparing pictures"])
def test_a_stop_leaves_nothing_behind(made: Made, moment: str) -> None:
    before = everything(made.take.folder.parent)
    seen: list[str] = []
    report = Reporter(
        on_progress=lambda _done, _of, note: seen.append(note), should_stop=lambda: moment in seen
    )
    with pytest.raises(Stopped):
        write_staged(made.take, StageWish("ACEScct"), report)
    assert seen[-1] == moment
    assert everything(made.take.folder.parent) == before


def test_a_full_disk_leaves_nothing_behind(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(staging.os, "fsync", full)
    with pytest.raises(ArtistError) as refused:
        write_staged(made.take, StageWish("ACEScct"), Reporter())
    assert refused.value.code == "engine.disk_full"
    assert not (made.take.folder.parent / "ofx").exists()


def test_every_file_is_on_the_disk_before_the_folder_has_its_name(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def noted_sync(descriptor: int) -> None:
        done.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    def noted_rename(path: Path, target: Path) -> Path:
        done.append(f"named {target.name}")
        return rename(path, target)

    monkeypatch.setattr(staging.os, "fsync", noted_sync)
    monkeypatch.setattr(Path, "rename", noted_rename)
    folder = write_staged(made.take, StageWish("ACEScct"), Reporter()).folder
    named = done.index(f"named {folder.name}")
    assert {"frame.1001.exr", "frame.1002.exr", "wish.json", "node.txt"} <= set(done[:named])
    assert done[named + 1] == "v001"


def test_half_made_folders_of_long_ago_are_removed_and_fresh_ones_stay(made: Made) -> None:
    base = made.take.folder.parent / "ofx" / "v001"
    for name, age in ((".old.part", 2 * 24 * 3600), (".fresh.part", 60)):
        (base / name).mkdir(parents=True)
        then = (base / name).stat().st_mtime - age
        os.utime(base / name, (then, then))
    stage(made)
    assert not (base / ".old.part").exists() and (base / ".fresh.part").exists()


def test_threads_make_no_difference(made: Made) -> None:
    folders = [
        write_staged(made.take, StageWish("ACEScct", (96, 54)), Reporter(), again=True, threads=count).folder
        for count in (1, 4)
    ]
    first, second = (hashes(folder) for folder in folders)
    assert first == second


def test_a_note_is_read_only_where_it_is_one(tmp_path: Path) -> None:
    assert NodeText.read(tmp_path) is None
    (tmp_path / "node.txt").write_text("photodouble_stage 2\ntake x\n", encoding="utf-8")
    assert NodeText.read(tmp_path) is None
    text = NodeText({"take": "x", "note": "two\nlines"}).to_text()
    (tmp_path / "node.txt").write_text(text, encoding="utf-8")
    assert NodeText.read(tmp_path) == NodeText({"take": "x", "note": "two lines"})
    (tmp_path / "node.txt").write_text(text + "x" * LARGEST, encoding="utf-8")
    assert NodeText.read(tmp_path) is None


def test_a_wish_comes_back_from_its_file(made: Made) -> None:
    wish = StageWish("ACEScct", (96, 54), 2.0, "fill", "zip", (1002, 1001), -5, False, "")
    folder = write_staged(made.take, wish, Reporter(), door=Door()).folder
    assert wish_of(folder) == wish
    (folder / "wish.json").write_text('{"space": 3}', encoding="utf-8")
    with pytest.raises(ArtistError) as refused:
        wish_of(folder)
    assert refused.value.code == "input.bad_request"


def test_the_command_tells_what_to_paste(made: Made, photodouble: Callable[..., Any]) -> None:
    take = made.take.folder
    ran = photodouble("stage", take, "--space", "ACEScct", "--format", "96x54")
    assert ran.returncode == 0, ran.stderr
    folder = take.parent / "ofx" / "v001" / "ACEScct_96x54_fit"
    lines = ran.stdout.splitlines()
    assert lines == [
        "Staged frames 1001-1002 in ACEScct, 96x54.",
        "Paste this into the node's field Staged take:",
        str(folder),
    ]
    told = photodouble("stage", take, "--space", "ACEScct", "--format", "96x54", "--json")
    assert json.loads(told.stdout) == {
        "folder": str(folder),
        "new": False,
        "take": made.take.take_id,
        "space": "ACEScct",
        "first": 1001,
        "last": 1002,
        "display": [0, 0, 96, 54],
        "pixel_aspect": 1.0,
        "fit": "fit",
        "state": "current",
    }


def test_without_a_space_sensible_ones_are_named(made: Made, photodouble: Callable[..., Any]) -> None:
    ran = photodouble("stage", made.take.folder)
    assert ran.returncode == 3
    for word in ("scene-linear", "ACEScct", "ARRI LogC4", "DaVinci Intermediate", "Rec.709"):
        assert word in ran.stderr
    assert not (made.take.folder.parent / "ofx").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"format": "1920"}, "usage.bad_value"),
        ({"format": "0x54"}, "usage.bad_value"),
        ({"order": "1001-1002"}, "usage.frames"),
        ({"begin": "first"}, "usage.frames"),
        ({"fit": "crop"}, "usage.bad_value"),
    ],
)
def test_words_that_cannot_be_read_are_refused(made: Made, arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(ArtistError) as refused:
        stage(made, "ACEScct", **arguments)
    assert refused.value.code == code
