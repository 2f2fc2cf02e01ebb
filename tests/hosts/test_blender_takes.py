"""Takes and jobs in real Blender: listed, shown, compared, decided about, kept frames, found again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photodouble_client.specs import SPECS

pytestmark = pytest.mark.blender

FRAMES = range(1001, 1005)
InBlender = Callable[..., dict[str, Any]]


def test_every_panel_of_every_operation_draws_in_every_editor(in_blender: InBlender) -> None:
    drawn = in_blender("every_panel")["drawn"]
    assert set(drawn) == {*SPECS, "takes", "jobs"}
    for key, spec in SPECS.items():
        for editor, shown in drawn[key].items():
            assert {port.key for port in spec.inputs} <= set(shown["properties"]), (key, editor)
            assert "Make a Take" in shown["buttons"]
        asks = "performers" in drawn[key]["VIEW_3D"]["properties"]
        assert asks == (spec.consent != "none")
    assert all("List the Takes" in shown["buttons"] for shown in drawn["takes"].values())
    assert all("List the Jobs" in shown["buttons"] for shown in drawn["jobs"].values())


def test_search_finds_a_button_for_each_operation_and_each_says_why_it_is_grey(in_blender: InBlender) -> None:
    found = in_blender("search")
    for key, spec in SPECS.items():
        assert found["labels"][f"{key}_submit"] == f"{spec.label}: Make a Take"
    assert found["grey"] == {
        "inpaint_cancel": "No job of this scene is at work",
        "inpaint_load_take": "The take is not finished yet",
        "show_take": "Choose a take in the list: refresh it first",
    }


def test_takes_are_listed_looked_at_compared_and_kept(
    in_blender: InBlender, tiny_shot: Callable[..., Any], shot_of: Callable[..., Any], tmp_path: Path
) -> None:
    shot = tiny_shot(FRAMES)
    found = in_blender("take_desk", frame=2, plate=str(shot.file("plate", 1001)), **shot_of(shot, tmp_path))
    first = found["listed"]
    assert [row["name"] for row in first] == ["plate/inpaint/v001"]
    assert first[0]["status"] == "finished"
    assert found["changes"] == []
    assert Path(found["picture"]).is_file()
    assert found["wipe"]["size"][0] > 0 and found["difference"]["size"][0] > 0
    text = found["drawn"]["text"]
    assert "Current: nothing changed since it was made" in text
    assert {"Approve", "Reject", "Note", "Wipe", "Keep This Frame"} <= set(found["drawn"]["buttons"])
    assert "1 frame kept" in found["kept"]["text"]
    assert [row["name"] for row in found["again"]] == ["plate/inpaint/v002", "plate/inpaint/v001"]
    second = Path(found["again"][0]["folder"])
    request = json.loads((second / "request.json").read_text(encoding="utf-8"))
    assert (list(request["locks"]), request["parent"]) == (["1002"], first[0]["take"])
    kept = json.loads((second / "frames" / "1002.json").read_text(encoding="utf-8"))
    assert kept["linked_from"] == first[0]["take"]
    assert found["released"] == ""


def test_a_take_that_does_not_match_its_matte_any_more_is_called_stale(
    in_blender: InBlender, tiny_shot: Callable[..., Any], shot_of: Callable[..., Any], tmp_path: Path
) -> None:
    shot = tiny_shot(FRAMES)
    other = tiny_shot(FRAMES, name="other", seed=9)
    change = {"from": str(other.file("plate", 1002)), "to": str(shot.file("plate", 1002))}
    found = in_blender("stale", change=change, **shot_of(shot, tmp_path))
    assert any("plate" in said for said in found["changes"])
    assert "Stale: " in found["drawn"]["text"]


def test_a_decision_without_a_key_is_an_error_with_its_fix_and_changes_nothing(
    in_blender: InBlender, tiny_shot: Callable[..., Any], shot_of: Callable[..., Any], tmp_path: Path
) -> None:
    found = in_blender("decide", **shot_of(tiny_shot(FRAMES), tmp_path))
    assert found["error"]["fix"]
    assert found["error"]["title"] in found["drawn"]["text"]
    assert found["listed"][0]["review"] == "suggestion"


def test_jobs_are_listed_and_taken_off_the_list(
    in_blender: InBlender, tiny_shot: Callable[..., Any], shot_of: Callable[..., Any], tmp_path: Path
) -> None:
    found = in_blender("job_desk", **shot_of(tiny_shot(FRAMES), tmp_path))
    assert [(job["state"], job["operation"]) for job in found["jobs"]] == [("finished", "inpaint")]
    assert "plate/inpaint/v001" in found["drawn"]["text"].replace(" ", "")
    assert found["after"] == []


def test_takes_without_a_place_say_so(in_blender: InBlender) -> None:
    found = in_blender("no_place")
    assert found["error"]["title"] == "There is no place for the takes yet"
    assert "Save the file" in found["drawn"]["text"]
