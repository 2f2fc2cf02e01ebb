"""An engine that hangs, damaged files and notes, odd names, and masks that lose their scene."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.blender

FRAMES = range(1001, 1005)
LONGEST_HOLD = 2.0
"""Seconds far above what a press takes, and far below the five that a silent engine is waited for."""
InBlender = Callable[..., dict[str, Any]]
Shots = Callable[..., Any]


def test_an_engine_that_hangs_does_not_hold_blender_up(
    in_blender: InBlender,
    tiny_shot: Shots,
    shot_of: Shots,
    tmp_path: Path,
    engine_environment: dict[str, str],
) -> None:
    address = Path(engine_environment["PHOTODOUBLE_RUNTIME"]) / "engine.json"
    found = in_blender("engine_hangs", engine=str(address), **shot_of(tiny_shot(FRAMES), tmp_path))
    assert {name: held for name, held in found["held"].items() if held > LONGEST_HOLD} == {}
    assert found["state"] == "idle"
    assert len(found["job"]) == 32
    assert not found["was_sent"], "a job that was cancelled before it was sent is never sent"


def test_damaged_notes_in_a_file_keep_nothing_and_are_said(
    in_blender: InBlender, tiny_shot: Shots, shot_of: Shots, tmp_path: Path
) -> None:
    found = in_blender("damaged_notes", **shot_of(tiny_shot(FRAMES), tmp_path))
    assert set(map(json.dumps, found["found"].values())) == {json.dumps([False, ["FINISHED"], "finished"])}
    assert "damaged" in found["error"]["message"]
    assert "List the Jobs" in found["error"]["fix"]


def test_a_damaged_take_names_the_file_and_loads_again_when_it_is_mended(
    in_blender: InBlender, tiny_shot: Shots, shot_of: Shots, tmp_path: Path
) -> None:
    found = in_blender("damaged_take", **shot_of(tiny_shot(FRAMES), tmp_path))
    assert {name: error["code"] for name, error in found["said"].items()} == dict.fromkeys(
        ("half", "bytes", "no plate", "newer"), "engine.no_take"
    )
    assert all("request.json" in error["message"] for error in found["said"].values())
    assert "newer" in found["said"]["newer"]["fix"]
    assert found["after"] is None
    assert found["strip"] == ["FINISHED"]


def test_a_mask_that_is_drawn_outlives_an_undo_and_says_what_was_deleted(
    in_blender: InBlender, tiny_shot: Shots, shot_of: Shots, tmp_path: Path
) -> None:
    found = in_blender("mask_in_trouble", **shot_of(tiny_shot(FRAMES), tmp_path))
    assert (found["undo"]["state"], found["undo"]["warnings"]) == ("finished", [])
    assert found["delete_mask"]["error"]["title"] == "The mask is gone"
    assert [found[name]["state"] for name in ("delete_scene", "new_file")] == ["idle", "idle"]
    assert {one["again"] for one in found.values()} == {"finished"}
    left = {trouble: one["scenes"] for trouble, one in found.items() if "Photo Double" in str(one["scenes"])}
    assert left == {}


def test_signs_for_numbers_and_variables_in_names_are_letters(
    in_blender: InBlender, tiny_shot: Shots, shot_of: Shots, tmp_path: Path
) -> None:
    shot, folder = tiny_shot(FRAMES), tmp_path / "odd %d {x} #2"
    folder.mkdir()
    given = shot_of(shot, tmp_path / "takes {x} #1 @")
    for port in given["inputs"]:
        for frame in FRAMES:
            shutil.copy(shot.file(port, frame), folder / f"{port} #1 100%d @x.{frame:04d}.exr")
        given["inputs"][port] = str(folder / f"{port} #1 100%d @x.1001.exr")
    found = in_blender("job", pixels=[1], **given)
    assert (found["state"], found["error"]) == ("finished", None)
    drawn = in_blender("mask_name", **given)
    assert (drawn["state"], drawn["error"]) == ("finished", None)
    assert len(list(tmp_path.rglob("matte.*.exr"))) == 2 * len(FRAMES)


def test_a_scene_as_long_as_blender_allows_is_refused_at_once(
    in_blender: InBlender, tiny_shot: Shots, shot_of: Shots, tmp_path: Path
) -> None:
    given = shot_of(tiny_shot(FRAMES), tmp_path)
    scene = {"frame_start": 0, "frame_end": 1048574}
    found = in_blender("refused", state={"frame_choice": "scene"}, scene=scene, **given)
    assert found["error"]["title"] == "The range of the scene is longer than any plate"
    assert "1048575" in found["error"]["message"]


def test_a_colour_space_that_the_configuration_lacks_is_said_and_nothing_is_shown_in_wrong_colours(
    in_blender: InBlender, tiny_shot: Shots, shot_of: Shots, tmp_path: Path
) -> None:
    found = in_blender("colour_unknown", **shot_of(tiny_shot(FRAMES), tmp_path))
    assert {error["code"] for error in found["said"].values()} == {"input.unknown_colourspace"}
    assert "Gone With The Config" in found["said"]["load"]["message"]
    assert found["left"] == 0
    assert (found["spaces"], found["error"]) == (["ACEScg"], None)


def test_a_clean_plate_test_outlives_an_undo_and_stays_in_the_folder_of_takes(
    in_blender: InBlender, tmp_path: Path
) -> None:
    root = tmp_path / "deep" / "down" / "takes {x}"
    found = in_blender("plates_undone", root=str(root))
    assert (found["error"], found["scenes"]) == (None, ["Scene"])
    assert len(list(tmp_path.rglob("with.*.exr"))) == 3
    assert len(list(root.glob("_.._else_where/plates/v001/with.*.exr"))) == 3


def test_a_take_without_frames_is_said(in_blender: InBlender) -> None:
    found = in_blender("take_of_nothing")
    assert set(found.values()) == {"engine.no_take", "input.empty_range", "usage.arguments"}


def test_a_mask_waits_for_the_artists_own_render_and_stops_before_the_disk_is_full(
    in_blender: InBlender, tiny_shot: Shots, shot_of: Shots, tmp_path: Path
) -> None:
    found = in_blender("busy_or_full", **shot_of(tiny_shot(FRAMES), tmp_path))
    assert (found["more"], found["waited"], found["made"]) == ([True] * 5, 0, "finished")
    assert found["mask"]["code"] == "engine.disk_full"
    assert "the disk is full" in found["plates"]["message"]
    assert len(list((tmp_path / "takes").rglob("matte.*.exr"))) == len(FRAMES)
    assert list(tmp_path.rglob("with.*.exr")) == []
