"""The Blender extension, built and installed as an artist does, in real Blender 4.5 without a window."""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photodouble_client.param import KINDS
from photodouble_client.specs import INPAINT

pytestmark = pytest.mark.blender

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "blender" / "photodouble_blender"
FRAMES = range(1001, 1007)
EDITORS = {"CLIP_EDITOR", "IMAGE_EDITOR", "CompositorNodeTree", "SEQUENCE_EDITOR", "VIEW_3D"}

InBlender = Callable[..., dict[str, Any]]


def planes(path: Path) -> dict[str, Any]:
    """Read the channels of an EXR with another library than Blender's."""
    import OpenEXR

    channels = OpenEXR.File(str(path), separate_channels=True).channels()
    return {name: channels[name].pixels for name in channels}


def test_the_manifest_has_the_version_of_the_project_and_asks_for_no_internet() -> None:
    manifest = tomllib.loads((EXTENSION / "blender_manifest.toml").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert manifest["version"] == project["project"]["version"]
    assert manifest["license"] == ["SPDX:GPL-3.0-or-later"]
    assert "this machine" in manifest["permissions"]["network"]


def test_the_zip_holds_the_vendored_client_with_its_stamp_and_no_compiled_file(archive: Path) -> None:
    names = zipfile.ZipFile(archive).namelist()
    vendored = {name for name in names if name.startswith("_vendor/photodouble_client/")}
    core = {path.relative_to(ROOT / "core") for path in (ROOT / "core/photodouble_client").rglob("*.py")}
    assert {"_vendor/" + path.as_posix() for path in core} <= vendored
    assert "_vendor/VERSION" in names
    assert [name for name in names if name.endswith(".pyc") or name.startswith("_vendor/photodouble/")] == []


def test_it_registers_unregisters_and_uninstalls_without_a_rest(in_blender: InBlender) -> None:
    found = in_blender("register_only")
    assert {"PHOTODOUBLE_PT_inpaint_clip", "PHOTODOUBLE_OT_inpaint_submit", "Scene.photodouble"} <= set(
        found["before"]
    )
    assert found["without"] == []
    assert found["again"] == found["before"]
    assert found["uninstalled"] == []


def test_it_loads_no_package_of_the_core_and_never_edits_the_path(in_blender: InBlender) -> None:
    found = in_blender("imported")
    heavy = {"photodouble", "photodouble_client", "torch", "cv2", "scipy", "starlette", "OpenImageIO"}
    assert heavy & set(found["names"]) == set()
    assert found["own"] > 20
    assert [path for path in found["path"] if "_vendor" in path] == []


def test_every_kind_of_control_has_a_property_that_gives_its_default_back(in_blender: InBlender) -> None:
    found = in_blender("properties", values={})
    assert set(found["kinds"]) == set(KINDS) == set(found["every"])
    assert {kind: face["value"] for kind, face in found["every"].items()} == {
        kind: face["default"] for kind, face in found["every"].items()
    }


def test_every_control_and_input_of_the_declaration_is_in_the_panel_with_its_help(
    in_blender: InBlender,
) -> None:
    found = in_blender("properties", values={})
    for param in INPAINT.params:
        made = found["made"][param.key]
        assert made["name"].startswith(param.label)
        assert made["description"] == param.help.rstrip(".")
        assert made.get("choices", list(param.choices)) == list(param.choices)
        for hard, soft, limit, soft_limit in (
            ("hard_min", "soft_min", param.minimum, param.soft_minimum),
            ("hard_max", "soft_max", param.maximum, param.soft_maximum),
        ):
            if limit is not None:
                assert made[hard] == pytest.approx(limit)
                assert made[soft] == pytest.approx(limit if soft_limit is None else soft_limit)
    assert {port.key for port in INPAINT.inputs} <= set(found["inputs"])


def test_thirty_two_bit_properties_make_the_same_values_as_the_command_line(in_blender: InBlender) -> None:
    given = {"matte_floor": 0.0123456, "detail": 0.7, "grain": 1.1, "matte_feather": 3.3, "seed": 2147483647}
    found = in_blender("properties", values=given)
    assert found["values"] == INPAINT.validate(given)


def test_what_the_panel_draws_is_checked_for_what_blender_would_refuse(in_blender: InBlender) -> None:
    found = in_blender("planted")
    assert found["refused"] == found["faults"] == 5


def test_the_plate_is_taken_from_the_editor_and_the_take_is_read_as_the_plate_is(
    in_blender: InBlender, tiny_shot: Callable[..., Any]
) -> None:
    shot = tiny_shot(FRAMES)
    plate, take = str(shot.file("plate", 1001)), str(tiny_shot(FRAMES, name="take").file("plate", 1001))
    found = in_blender("editor", plate=plate, take=take, preset="Wire")
    assert (found["plate"], found["starts"]) == (plate, 101)
    assert INPAINT.validate(found["values"]) == INPAINT.validate(INPAINT.preset("Wire"))
    assert found["colour"] == ["Non-Color", "Non-Color"]
    assert found["source"] == ["SEQUENCE", "SEQUENCE", 101, len(FRAMES)]


@pytest.mark.parametrize(
    ("there", "chosen", "pattern", "frames"),
    [
        (("a.1001.exr", "a.1002.exr"), "a.1002.exr", "a.####.exr", "1001-1002"),
        (("a_0008.png", "a_0010.png"), "a_0008.png", "a_####.png", "8,10"),
        (("0001.png", "0002.png"), "0001.png", "####.png", "1-2"),
        (("shot0001.png", "shot0002.png"), "shot0001.png", "shot####.png", "1-2"),
        (("a.7.exr", "a.10.exr"), "a.7.exr", "a.@.exr", "7,10"),
        (("a.-0001.exr", "a.0000.exr"), "a.-0001.exr", "a.####.exr", "-1-0"),
        (("a-1001.exr", "a-1002.exr"), "a-1001.exr", "a-####.exr", "1001-1002"),
        (("sh010.exr", "sh020.exr"), "sh010.exr", "sh010.exr", "1"),
        (("still.1001.exr",), "still.1001.exr", "still.1001.exr", "1001"),
        (("a.1001.exr", "a.1002.exr"), "a.%04d.exr", "a.%04d.exr", "1001-1002"),
    ],
)
def test_a_chosen_file_stands_for_its_sequence(
    in_blender: InBlender, tmp_path: Path, there: tuple[str, ...], chosen: str, pattern: str, frames: str
) -> None:
    for name in there:
        (tmp_path / name).touch()
    path = str(tmp_path / chosen)
    assert in_blender("patterns", paths=[path])[path] == [str(tmp_path / pattern), frames]


def test_the_panel_draws_every_control_in_every_editor(in_blender: InBlender) -> None:
    usual, learning = (in_blender("refused", controls={"learning": on})["drawn"] for on in (False, True))
    assert set(learning) == EDITORS
    for editor in EDITORS:
        shown = set(learning[editor]["properties"])
        assert {param.key for param in INPAINT.params} <= shown
        assert set(usual[editor]["properties"]) == shown - {"learning_minutes"}
        assert {port.key for port in INPAINT.inputs} <= shown
        assert "Make a Take" in learning[editor]["buttons"]


@pytest.mark.parametrize("lacking", ["plate", "matte"])
def test_a_missing_input_is_said_in_the_panel(
    in_blender: InBlender,
    tiny_shot: Callable[..., Any],
    shot_of: Callable[..., Any],
    tmp_path: Path,
    lacking: str,
) -> None:
    given = shot_of(tiny_shot(FRAMES), tmp_path)
    del given["inputs"][lacking]
    found = in_blender("refused", **given)
    assert found["pressed"] == ["CANCELLED"]
    assert found["error"]["title"] == f"There is no {lacking}"
    said = found["drawn"]["CLIP_EDITOR"]["text"]
    assert found["error"]["title"] in said
    assert f"Choose the first file of the {lacking}" in said


def test_a_mask_that_was_never_drawn_is_asked_for_in_the_panel(
    in_blender: InBlender, tiny_shot: Callable[..., Any], shot_of: Callable[..., Any], tmp_path: Path
) -> None:
    given = shot_of(tiny_shot(FRAMES), tmp_path)
    given["inputs"]["matte_from"] = "mask"
    del given["inputs"]["matte"]
    found = in_blender("refused", **given)
    assert found["pressed"] == ["CANCELLED"]
    assert found["error"]["fix"].startswith("Draw a mask over the plate")


def test_a_plate_that_is_not_on_disk_is_said_in_the_panel(
    in_blender: InBlender, tiny_shot: Callable[..., Any], shot_of: Callable[..., Any], tmp_path: Path
) -> None:
    given = shot_of(tiny_shot(FRAMES), tmp_path)
    given["inputs"]["plate"] = str(tmp_path / "gone.1001.exr")
    assert in_blender("refused", **given)["error"]["title"] == "The plate is not on disk"


def test_what_the_engine_finds_wrong_with_an_input_is_said_in_the_panel(
    in_blender: InBlender, tiny_shot: Callable[..., Any], shot_of: Callable[..., Any], tmp_path: Path
) -> None:
    given = shot_of(tiny_shot(FRAMES), tmp_path)
    given["inputs"]["matte"] = str(tmp_path / "gone.1001.exr")
    found = in_blender("refused", **given)
    assert (found["pressed"], found["error"]["code"]) == (["FINISHED"], "input.missing_sequence")
    drawn = found["drawn"]["CLIP_EDITOR"]
    assert "gone.1001.exr" in drawn["text"]
    assert "Make a Take" in drawn["buttons"]
    assert "Go On" not in drawn["buttons"]


def test_a_file_that_was_never_saved_asks_where_takes_are_to_go(
    in_blender: InBlender, tiny_shot: Callable[..., Any], shot_of: Callable[..., Any], tmp_path: Path
) -> None:
    given = shot_of(tiny_shot(FRAMES), tmp_path)
    del given["shot"]
    error = in_blender("refused", **given)["error"]
    assert error["title"] == "There is no place for the takes yet"
    assert error["fix"].startswith("Save the file")


def test_without_an_engine_the_panel_says_how_to_set_one_up(
    in_blender: InBlender, tiny_shot: Callable[..., Any], shot_of: Callable[..., Any], tmp_path: Path
) -> None:
    given = shot_of(tiny_shot(FRAMES), tmp_path)
    found = in_blender("refused", without="PHOTODOUBLE_ENGINE", **given)
    assert (found["state"], found["error"]["code"]) == ("idle", "engine.not_installed")
    said = found["drawn"]["IMAGE_EDITOR"]["text"]
    assert "No engine is set up on this machine" in said
    assert "photodouble engine use" in said
    assert "Set Up the Engine" in found["drawn"]["IMAGE_EDITOR"]["buttons"]


def test_a_copy_without_its_vendored_part_says_so_in_one_sentence(
    in_blender: InBlender, archive: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "photodouble_blender-0.1.0.zip"
    with zipfile.ZipFile(archive) as whole, zipfile.ZipFile(bare, "w") as part:
        for name in whole.namelist():
            if not name.startswith("_vendor"):
                part.writestr(name, whole.read(name))
    found = in_blender("incomplete", zip_file=bare)
    assert len(found["said"]) == 3
    assert all("incomplete: build it with install/blender" in said for said in found["said"])
    assert "Scene.photodouble" not in found["registered"]


def test_a_real_job_goes_from_the_button_to_the_loaded_take(
    in_blender: InBlender, tiny_shot: Callable[..., Any], shot_of: Callable[..., Any], tmp_path: Path
) -> None:
    given = shot_of(tiny_shot(FRAMES), tmp_path, matte_grow=1, seed=5)
    found = in_blender("job", pixels=[1, 4], **given)
    assert (found["state"], found["error"], found["pressed"]) == ("finished", None, ["FINISHED"])
    loaded = found["loaded"]
    assert (
        (loaded["name"], loaded["source"])
        == (found["label"], "SEQUENCE")
        == ("plate/inpaint/v001", "SEQUENCE")
    )
    assert (loaded["size"], loaded["duration"]) == ([64, 48], len(FRAMES))
    for scene_frame, frame in (("1", 1001), ("4", 1004)):
        file = next((Path(found["folder"]) / "result").glob(f"*.{frame}.exr"))
        assert rgb_of(loaded["pixels"][scene_frame]) == rgb_in(file)
    assert found["registered"] == []
    assert [name for name in found["threads"] if "photodouble" in name] == []


def test_the_request_says_what_the_panel_said(
    in_blender: InBlender, tiny_shot: Callable[..., Any], shot_of: Callable[..., Any], tmp_path: Path
) -> None:
    given = shot_of(tiny_shot(FRAMES), tmp_path, matte_grow=1)
    given["shot"] |= {"name": "sh010"}
    given["state"] = {"frame_choice": "scene", "plate_starts": 11}
    given["scene"] = {"frame_start": 12, "frame_end": 14}
    found = in_blender("job", pixels=[12], **given)
    request = json.loads((Path(found["folder"]) / "request.json").read_text(encoding="utf-8"))
    assert (request["range"], request["source_range"]) == ("1002-1004", "1001-1006")
    assert request["inputs"]["plate"]["path"].endswith("plate.####.exr")
    assert (request["host"], request["shot"], request["rate"]) == ("blender", "sh010", "24")
    assert request["host_version"].startswith(os.environ.get("PHOTODOUBLE_BLENDER", "4.5"))
    assert request["values"] == INPAINT.validate({"matte_grow": 1})
    file = next((Path(found["folder"]) / "result").glob("*.1002.exr"))
    assert rgb_of(found["loaded"]["pixels"]["12"]) == rgb_in(file)


def test_cancel_keeps_what_is_finished_and_the_job_goes_on_when_asked(
    in_blender: InBlender, tiny_shot: Callable[..., Any], shot_of: Callable[..., Any], tmp_path: Path
) -> None:
    given = shot_of(tiny_shot(range(1001, 1061)), tmp_path)
    found = in_blender("cancel", **given)
    assert (found["at_work"]["state"], found["at_work"]["error"]) == ("running", None)
    stopped = found["stopped"]
    assert (stopped["state"], stopped["error"]) == ("cancelled", None)
    assert "Go On" in stopped["drawn"]["CLIP_EDITOR"]["buttons"]
    assert (found["resumed"]["state"], found["resumed"]["error"]) == ("finished", None)
    assert len(list((Path(found["resumed"]["folder"]) / "result").glob("*.exr"))) == 60


def test_a_job_is_found_again_after_blender_was_lost(
    in_blender: InBlender, tiny_shot: Callable[..., Any], shot_of: Callable[..., Any], tmp_path: Path
) -> None:
    given = shot_of(tiny_shot(FRAMES), tmp_path)
    blend = str(tmp_path / "shot.blend")
    left = in_blender("leave", blend=blend, **given)
    assert len(left["job"]) == 32
    found = in_blender("come_back", blend=blend)
    assert found["before"]["state"] == "idle"
    assert "Find the Latest Job" in found["before"]["drawn"]["CLIP_EDITOR"]["buttons"]
    assert (found["after"]["state"], found["after"]["error"]) == ("finished", None)


def test_check_says_which_engine_answers(in_blender: InBlender) -> None:
    found = in_blender("check")
    assert found["error"] is None
    answers = r"The engine answers: Photo Double [\d.]+, process \d+\. Blender starts it with (.*)"
    said = re.fullmatch(answers, found["sentence"])
    assert said is not None
    assert said[1] == sys.executable


def test_check_says_what_is_wrong_with_the_path(in_blender: InBlender) -> None:
    found = in_blender("check", without="PHOTODOUBLE_ENGINE")
    assert found["error"]["code"] == "engine.not_installed"


def test_an_engine_that_does_not_fit_is_restarted_from_the_panel(in_blender: InBlender) -> None:
    found = in_blender("restart")
    assert "Restart the Engine" in found["drawn"]["IMAGE_EDITOR"]["buttons"]
    assert found["before"]["error"] is None and found["after"]["error"] is None
    processes = [re.findall(r"process (\d+)", found[when]["sentence"]) for when in ("before", "after")]
    assert all(processes) and processes[0] != processes[1]
    assert found["shown"]["error"] is None


def rgb_of(pixels: list[float]) -> list[float]:
    """Leave out alpha from what Blender gave, RGBA from the lowest row up."""
    return [value for number, value in enumerate(pixels) if number % 4 != 3]


def rgb_in(path: Path) -> list[float]:
    """Give the colours of an EXR in the order of Blender's pixels."""
    import numpy as np

    channels = planes(path)
    return np.dstack([channels[name] for name in "RGB"])[::-1].astype(np.float32).ravel().tolist()


def test_the_right_way_to_compare_pixels_would_notice_another_frame(tiny_shot: Callable[..., Any]) -> None:
    shot = tiny_shot(FRAMES)
    first, second = rgb_in(shot.file("plate", 1001)), rgb_in(shot.file("plate", 1002))
    assert len(first) == 48 * 64 * 3
    assert first != second
