"""What goes wrong around an artist in Blender: undo, a switch, two scenes, a render, odd places on disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.blender

FRAMES = range(1001, 1005)
MANY = range(1001, 1061)
InBlender = Callable[..., dict[str, Any]]
Shots = Callable[..., Any]


def test_undo_in_a_job_leaves_the_job_alone(
    in_blender: InBlender, tiny_shot: Shots, shot_of: Shots, tmp_path: Path
) -> None:
    found = in_blender("undo_in_a_job", **shot_of(tiny_shot(MANY), tmp_path))
    assert (found["state"], found["error"]) == ("finished", None)
    assert len(found["job"]) == 32


def test_a_job_goes_on_when_the_extension_is_switched_off_and_is_found_again(
    in_blender: InBlender, tiny_shot: Shots, shot_of: Shots, tmp_path: Path
) -> None:
    found = in_blender("off_in_a_job", **shot_of(tiny_shot(MANY), tmp_path))
    assert found["threads"] == []
    assert found["jobs"][0] == found["jobs"][1] != ""
    assert (found["state"], found["error"]) == ("finished", None)


def test_two_scenes_have_jobs_of_their_own(
    in_blender: InBlender, tiny_shot: Shots, shot_of: Shots, tmp_path: Path
) -> None:
    found = in_blender("two_scenes", **shot_of(tiny_shot(FRAMES), tmp_path))
    assert found["labels"] == ["plate/inpaint/v001", "other/inpaint/v001"]


def test_a_render_of_blenders_own_runs_beside_a_job(
    in_blender: InBlender, tiny_shot: Shots, shot_of: Shots, tmp_path: Path
) -> None:
    picture = tmp_path / "render.png"
    found = in_blender("rendering_in_a_job", render=str(picture), **shot_of(tiny_shot(MANY), tmp_path))
    assert (found["state"], found["error"]) == ("finished", None)
    assert picture.is_file()


def test_a_scene_that_is_linked_makes_takes_and_is_not_changed(
    in_blender: InBlender, tiny_shot: Shots, shot_of: Shots, tmp_path: Path
) -> None:
    found = in_blender("linked", blend=str(tmp_path / "linked.blend"), **shot_of(tiny_shot(FRAMES), tmp_path))
    assert (found["pressed"], found["state"], found["error"]) == (["FINISHED"], "finished", None)


def test_a_place_for_takes_that_cannot_be_written_to_is_said(
    in_blender: InBlender, tiny_shot: Shots, shot_of: Shots, tmp_path: Path
) -> None:
    given = shot_of(tiny_shot(FRAMES), tmp_path)
    (tmp_path / "full").write_text("no folder", encoding="utf-8")
    given["shot"]["takes_root"] = str(tmp_path / "full" / "takes")
    found = in_blender("refused", **given)
    assert found["error"]["code"] == "input.unwritable_output"
    assert found["error"]["fix"] in found["drawn"]["VIEW_3D"]["text"].replace("  ", " ")


def test_a_plate_with_a_hole_is_named_with_the_frame(
    in_blender: InBlender, tiny_shot: Shots, shot_of: Shots, tmp_path: Path
) -> None:
    shot = tiny_shot(FRAMES)
    shot.file("plate", 1003).unlink()
    given = shot_of(shot, tmp_path)
    given["state"] = {"frame_choice": "typed", "frames": "1001-1004"}
    found = in_blender("refused", **given)
    assert found["state"] != "finished"
    assert "1003" in found["error"]["message"]


def test_spaces_and_other_letters_in_paths_are_no_trouble(
    in_blender: InBlender, tiny_shot: Shots, shot_of: Shots, tmp_path: Path
) -> None:
    shot = tiny_shot(FRAMES, name="Ordner mit Ümläuten 剧")
    given = shot_of(shot, tmp_path / "Täkes und mehr")
    found = in_blender("job", pixels=[1], **given)
    assert (found["state"], found["error"]) == ("finished", None)
    assert "Täkes und mehr" in found["folder"]
    shutil.rmtree(found["folder"])


def test_a_fault_of_one_part_does_not_stop_the_timer_for_the_others(in_blender: InBlender) -> None:
    assert in_blender("faulty_listener") == {"more": True, "forgot": 1, "looked": 1}
