"""The buttons of the node with the real engine: takes with where they stand, decisions, origin, export."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 90.0


@pytest.fixture
def stage(
    nuke_host: Any,
    made: Any,
    tmp_path: Path,
    engine_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tiny_shot: Callable[..., Any],
) -> Iterator[Any]:
    """Give a script with a node whose shot has one finished take, and an engine that is not started yet."""
    from nuke_stage import Stage

    for name, value in engine_environment.items():
        if name != "PHOTODOUBLE_USER":
            monkeypatch.setenv(name, value)
    found = Stage(nuke_host, tmp_path / "script ü", tiny_shot(range(1001, 1003)))
    found.module("start").with_window()
    found.made = made
    found.node["takes_folder"].setValue(str(made.show / "takes"))
    yield found
    found.close()


def until(stage: Any, wanted: Callable[[], bool]) -> None:
    """Let Nuke idle until something has happened."""
    end = time.monotonic() + PATIENCE
    while not wanted():
        assert time.monotonic() < end, f"nothing came of it: {stage.status}"
        stage.host.idle()
        time.sleep(0.02)


def test_refresh_lists_the_takes_as_the_engine_knows_them(stage: Any) -> None:
    stage.made.decided_by("Ada", "supervisor")
    stage.made.approve()
    stage.host.press(stage.node, "pd_refresh")
    assert list(stage.node["take"].values()) == ["plate", "v001 · finished"], "the disk is read at once"
    until(stage, lambda: "v001 · approved" in stage.node["take"].values())
    assert stage.node["take"].value() == "plate", "nothing is chosen unasked"
    stage.node["take"].setValue("v001 · approved")
    assert stage.pd.folder == str(stage.made.take.folder)


def test_a_take_is_approved_and_rejected_in_the_artists_name(stage: Any) -> None:
    stage.made.decided_by("Ada", "supervisor")
    stage.pd.choose(str(stage.made.take.folder))
    stage.node["person"].setValue("ada")
    stage.host.press(stage.node, "pd_approve")
    until(stage, lambda: "approved" in str(stage.node["take"].value()))
    assert stage.node["tile_color"].value() == stage.module("node").COLOURS["done"]


def test_a_rejection_asks_why_and_cancel_leaves_the_take_alone(stage: Any) -> None:
    stage.made.decided_by("Ada", "supervisor")
    stage.pd.choose(str(stage.made.take.folder))
    stage.node["person"].setValue("ada")
    stage.host.answers.append(None)
    stage.host.press(stage.node, "pd_reject")
    assert stage.host.messages == ["Why is it rejected?"] and "running" not in stage.status
    stage.host.answers.append("the seam is seen")
    stage.host.press(stage.node, "pd_reject")
    until(stage, lambda: "rejected" in str(stage.node["take"].value()))


def test_the_take_is_written_as_a_script_where_the_artist_says(stage: Any, tmp_path: Path) -> None:
    stage.pd.choose(str(stage.made.take.folder))
    stage.host.answers.append(str(tmp_path / "for ada.nk"))
    stage.host.press(stage.node, "pd_export")
    assert (tmp_path / "for ada.nk").read_text(encoding="utf-8").startswith("set cut_paste_input")
    assert "for ada.nk" in stage.status
    stage.host.answers.append(str(tmp_path / "gone/for ada.nk"))
    stage.host.press(stage.node, "pd_export")
    assert stage.pd.has_failed and "cannot be written" in stage.status


def test_a_decision_of_nobody_is_refused_on_the_node(stage: Any) -> None:
    stage.pd.choose(str(stage.made.take.folder))
    stage.node["person"].setValue("nobody")
    stage.host.press(stage.node, "pd_approve")
    until(stage, lambda: stage.pd.has_failed)
    assert stage.host.messages == []


def test_origin_is_written_when_it_is_looked_at(stage: Any) -> None:
    stage.pd.choose(str(stage.made.take.folder))
    assert stage.node.node("take_told")["file"].value() == ""
    stage.node["view"].setValue("origin")
    until(stage, lambda: bool(stage.node.node("take_told")["file"].value()))
    assert stage.host.error(stage.node, 1001) == ""
    assert stage.host.picture(stage.node, 1001).plane("rgba.green", (0, 0, 64, 48)).any()


def test_the_frame_on_the_playhead_is_kept_and_let_go(stage: Any) -> None:
    stage.pd.choose(str(stage.made.take.folder))
    stage.host.set_frame(1002)
    stage.host.press(stage.node, "pd_lock")
    assert list(stage.pd.locked) == [1002] and "1002 is kept" in stage.status
    stage.host.press(stage.node, "pd_lock")
    assert stage.pd.locked == {}
    stage.host.set_frame(1044)
    stage.host.press(stage.node, "pd_lock")
    assert "not 1044" in stage.status


def test_a_folder_that_is_gone_is_said_on_the_node(stage: Any) -> None:
    import shutil

    stage.pd.choose(str(stage.made.take.folder))
    shutil.rmtree(stage.made.take.folder)
    stage.host.press(stage.node, "pd_refresh")
    assert "no take" in stage.status and stage.pd.has_failed


def test_a_button_on_a_node_that_is_not_ours_says_so(stage: Any) -> None:
    import nuke

    group = nuke.nodes.Group()
    group.addKnob(nuke.PyScript_Knob("pd_run", "Run", stage.module("layout").button_code("run")))
    stage.host.press(group, "pd_run")
    assert stage.host.messages == ["This is not a node of Photo Double."]


def test_the_panel_works_on_the_node_that_is_selected(stage: Any) -> None:
    desk = stage.module("desk").NukeDesk()
    stage.host.select()
    assert desk.selection() is None and not desk.can_submit()
    stage.host.select(stage.node)
    selection = desk.selection()
    assert (selection.operation, selection.shot, selection.take) == ("inpaint", "sh010", "")
    assert desk.can_submit()
    desk.use_take(str(stage.made.take.folder))
    assert stage.pd.take == stage.made.take.take_id == desk.selection().take
    desk.lock(1001, True)
    assert list(desk.locked_frames()) == [1001]
    desk.lock(1001, False)
    desk.go_to(1002)
    assert stage.nuke.frame() == 1002 and desk.selection().frame == 1002
    desk.use_take("")
    assert stage.pd.take == ""
