"""Damaged nodes and takes, slips of the hand, nodes that come back: said in a line, and nothing is lost."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from nuke_stage import Stage


@pytest.fixture
def stage(
    nuke_host: Any,
    tmp_path: Path,
    tiny_shot: Callable[..., Any],
    engine_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    """Give a script with everything that listens in a Nuke with a window, and an engine that can start."""
    for name, value in engine_environment.items():
        monkeypatch.setenv(name, value)
    made = Stage(nuke_host, tmp_path / "comp é [1] $x", tiny_shot())
    for read in (made.plate, made.matte):
        read["raw"].setValue(True)
    made.module("start").everywhere()
    made.module("start").with_window()
    yield made
    made.close()


def idle(stage: Stage, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        stage.host.idle()
        time.sleep(0.02)


def is_quiet(stage: Stage) -> bool:
    """Whether nothing was thrown or printed that only a programmer reads."""
    return not any("Traceback" in line for line in stage.host.tprint + stage.host.printed)


def made_in_script(stage: Stage) -> Any:
    crop = stage.nuke.nodes.Crop()
    crop.setInput(0, stage.plate)
    crop["box"].setValue([0, 0, 64, 48])
    stage.connect(plate=crop)
    return crop


DAMAGE = {
    "pd_request": [
        "not JSON",
        '{"T": {"values": 5, "range": 7, "inputs": {"plate": 5}}}',
        '{"T": {"values": null, "range": null, "inputs": null}}',
        '{"T": [1]}',
        "[" * 100000,
    ],
    "pd_takes": ['{"rows": 5}', '{"rows": null}', '{"rows": [[1, 2, 3], [null, null, null], 5]}', "nothing"],
    "pd_locks": ['{"1001": 5}', "[1]"],
}


@pytest.mark.parametrize("knob", DAMAGE)
def test_a_hidden_knob_that_was_edited_by_hand_stops_nothing(stage: Stage, knob: str) -> None:
    for text in DAMAGE[knob]:
        stage.node["pd_take"].setValue("T")
        stage.node["pd_folder"].setValue("/nowhere/v001")
        stage.node[knob].setValue(text)
        stage.node["seed"].setValue(3)
        stage.module("callbacks").on_save()
        stage.node["take"].setValue(0)
        stage.host.press(stage.node, "pd_refresh")
        stage.module("running").forget()
        assert stage.host.label(stage.node)
        assert stage.host.messages == [] and stage.host.tprint == [] and stage.host.printed == []


@pytest.mark.parametrize("knob", ["pd_node", "pd_stale", "take", "pd_status", "frames", "shot", "pd_request"])
def test_a_node_that_lost_a_knob_is_mended_when_it_is_run(stage: Stage, knob: str) -> None:
    held = stage.node["seed"].value() + 2
    stage.node["seed"].setValue(held)
    stage.node.removeKnob(stage.node[knob])
    assert stage.host.label(stage.node)
    stage.host.press(stage.node, "pd_run")
    if knob == "shot":
        stage.node["shot"].setValue("sh010")
    assert stage.wait().state == "finished", stage.status
    assert stage.node["seed"].value() == held and stage.pd.ident and knob in stage.node.knobs()
    assert stage.pd.take and is_quiet(stage)


def test_one_damaged_node_keeps_nothing_from_the_others(stage: Stage) -> None:
    broken = stage.module("group").make("inpaint")
    broken.removeKnob(broken["pd_stale"])
    stage.run()
    stage.node["seed"].setValue(5)
    stage.node["pd_stale"].setValue("")
    stage.module("callbacks").on_save()
    assert "Seed" in stage.pd.stale
    assert any(broken.name() in line for line in stage.host.tprint) and is_quiet(stage)
    stage.module("callbacks").on_load()
    assert "pd_stale" in broken.knobs()


def test_nodes_that_were_taken_out_of_the_group_come_back_with_the_script(stage: Stage) -> None:
    taken = stage.run().take_folder
    stage.nuke.delete(stage.node.node("take_matte"))
    stage.module("callbacks").on_load()
    assert taken in stage.node.node("take_matte")["file"].evaluate(1003)


def test_a_node_of_a_newer_version_is_not_run_and_says_so(stage: Stage) -> None:
    stage.node["pd_spec_version"].setValue(999)
    stage.host.press(stage.node, "pd_run")
    assert "newer Photo Double" in stage.status and "Install" in stage.status
    assert not (stage.folder / "takes").exists()


def test_an_operation_that_nobody_knows_is_said_by_the_button(stage: Stage) -> None:
    stage.node["pd_operation"].setValue("teleport")
    stage.host.press(stage.node, "pd_run")
    assert ["does not know what this node makes" in text for text in stage.host.messages] == [True]


def test_a_node_that_is_deleted_during_its_job_and_comes_back_by_undo_has_its_take(stage: Stage) -> None:
    stage.module("running").run(stage.node)
    stage.wait(lambda shown: shown.state == "running" or not shown.is_at_work)
    name, ident = stage.node.name(), stage.pd.ident
    with stage.nuke.Undo("delete"):
        stage.nuke.delete(stage.node)
    end = time.monotonic() + 60
    while stage.module("jobs").is_followed(ident) and time.monotonic() < end:
        idle(stage, 0.1)
    stage.host.undo()
    stage.node = stage.nuke.toNode(name)
    stage.host.press(stage.node, "pd_refresh")
    idle(stage, 0.5)
    shown = stage.wait(lambda shown: shown.state == "finished")
    assert stage.pd.folder == shown.take_folder and is_quiet(stage)
    stage.node["seed"].setValue(2)
    assert stage.run().take_label.endswith("v002")


def test_a_node_that_is_cut_and_pasted_during_its_job_gets_its_take(stage: Stage) -> None:
    stage.module("running").run(stage.node)
    stage.wait(lambda shown: shown.state == "running" or not shown.is_at_work)
    stage.host.copy(stage.node)
    stage.nuke.delete(stage.node)
    stage.node = stage.host.paste()
    shown = stage.wait()
    assert shown.state in ("finished", "idle")
    stage.host.press(stage.node, "pd_refresh")
    idle(stage, 0.5)
    assert stage.wait(lambda shown: bool(stage.pd.take)) and is_quiet(stage)


def test_a_script_that_was_saved_during_a_job_says_so_when_it_is_opened(stage: Stage) -> None:
    path = stage.folder / "saved.nk"
    stage.module("running").run(stage.node)
    stage.wait(lambda shown: shown.state in ("queued", "running"))
    name = stage.node.name()
    stage.host.save(str(path))
    stage.nuke.scriptClear()
    idle(stage, 0.3)
    stage.host.open(str(path))
    stage.node = stage.nuke.toNode(name)
    assert "Press Refresh" in stage.status and stage.node["tile_color"].value() == 0
    stage.host.press(stage.node, "pd_refresh")
    idle(stage, 0.3)
    assert stage.wait(lambda shown: bool(stage.pd.take)).state == "finished" and is_quiet(stage)


def test_what_was_cancelled_before_it_was_sent_leaves_no_job_on_the_node(stage: Stage) -> None:
    stage.module("running").run(stage.node)
    stage.module("running").cancel(stage.node)
    if stage.shown.state == "cancelled":
        assert stage.pd.job == ""
    assert stage.wait().error is None


def test_a_script_without_a_name_finds_no_job_of_another(stage: Stage) -> None:
    stage.run()
    stage.nuke.root()["name"].setValue("")
    stage.node["takes_folder"].setValue(str(stage.folder / "elsewhere"))
    stage.module("running").connect(stage.node)
    idle(stage, 0.3)
    shown = stage.wait(lambda _: not stage.module("jobs").is_followed(stage.pd.ident) or True)
    idle(stage, 1.0)
    assert (stage.shown.job, shown.error) == ("", None)


@pytest.mark.parametrize(("first", "last"), [(1, 1_000_000), (1, 2_000_000_000), (-2_000_000_000, 5)])
def test_a_range_that_nobody_means_is_refused_before_it_is_listed(
    stage: Stage, first: int, last: int
) -> None:
    root = stage.nuke.root()
    stage.node["pd_take"].setValue("T")
    stage.node["pd_folder"].setValue("/nowhere/v001")
    stage.node["pd_request"].setValue('{"T": {"values": {}, "range": "1-100", "inputs": {}}}')
    stage.node["frames"].setValue("script")
    root["first_frame"].setValue(first)
    root["last_frame"].setValue(last)
    stage.node["seed"].setValue(2)
    assert "cannot be told" in stage.pd.stale
    stage.host.press(stage.node, "pd_run")
    assert stage.shown.error.code == "usage.frames" and str(last - first + 1) in stage.status


@pytest.mark.parametrize("handles", [-5, 2_000_000_000])
def test_handles_that_nobody_means_are_refused(stage: Stage, handles: int) -> None:
    stage.node["handles"].setValue(handles)
    stage.host.press(stage.node, "pd_run")
    assert (stage.shown.error.code, str(handles) in stage.status) == ("usage.bad_value", True)


@pytest.mark.parametrize("rate", [0.0, -24.0, float("nan"), float("inf")])
def test_a_script_without_a_frame_rate_is_told_where_to_set_it(stage: Stage, rate: float) -> None:
    stage.nuke.root()["fps"].setValue(rate)
    stage.host.press(stage.node, "pd_run")
    assert (stage.shown.error.code, "Project Settings" in stage.status) == ("usage.bad_value", True)


def test_a_node_that_is_switched_off_on_some_frames_is_rendered(stage: Stage) -> None:
    crop = made_in_script(stage)
    crop["disable"].setValue(True)
    assert stage.plan().count == 0
    crop["disable"].setAnimated()
    crop["disable"].setValueAt(1, 1001)
    crop["disable"].setValueAt(0, 1004)
    stage.host.set_frame(1001)
    assert stage.plan().count == 6
    crop["disable"].clearAnimated()
    stage.connect(plate=stage.plate)
    stage.host.set_frame(1004)
    stage.plate["disable"].setExpression("frame < 1003")
    assert "switched off on some frames" in stage.plan().words


def test_a_wipe_on_a_node_of_ours_above_makes_other_pictures(stage: Stage) -> None:
    above = stage.module("group").make("inpaint")
    above.setInput(0, stage.plate)
    fingerprint = stage.module("fingerprint").fingerprint
    before = fingerprint(above)
    above["wipe"].setValue(0.5)
    assert fingerprint(above) != before


def test_an_error_that_is_shown_holds_no_progress_bar_open(stage: Stage) -> None:
    made_in_script(stage)
    stage.shot.file("plate", 1003).unlink()
    shown = stage.run()
    assert shown.error is not None and "1003" in shown.error.message
    held, trace = [], shown.error.__traceback__
    while trace is not None:
        held += [name for name, one in trace.tb_frame.f_locals.items() if one in stage.host.progress]
        trace = trace.tb_next
    assert held == []


@pytest.mark.parametrize(
    "text", [b"\xff\xfe\x00", b"", b"{", b"[]", b'{"schema": 99999}', b'{"operation": "inpaint"}']
)
def test_a_take_whose_description_is_damaged_is_named(stage: Stage, text: bytes) -> None:
    first = stage.run()
    folder = Path(first.take_folder)
    (folder / "request.json").write_bytes(text)
    stage.host.press(stage.node, "pd_refresh")
    assert "cannot be read" in stage.status and str(folder) in stage.status
    assert first.take_folder == stage.pd.folder
    stage.module("running").forget()
    stage.node["seed"].setValue(4)
    assert stage.run().take_label.endswith("v002") and is_quiet(stage)


@pytest.mark.parametrize("answer", [None, 5, "text", [1], [{}], {"rows": 1}, [{"folder": None, "take": 1}]])
def test_an_answer_of_the_engine_that_makes_no_sense_is_said(stage: Stage, answer: Any) -> None:
    buttons = stage.module("buttons")
    buttons.with_node(stage.pd, buttons._fill)(answer)
    assert "cannot be read" in stage.status and "Refresh" in stage.status and stage.pd.has_failed
    assert stage.host.printed == []


def test_a_background_render_whose_folder_is_gone_throws_nothing(stage: Stage) -> None:
    import shutil

    made_in_script(stage)
    stage.node["render_where"].setValue("background")
    stage.module("running").run(stage.node)
    stage.host.background()
    stage.host.idle()
    shutil.rmtree(stage.folder / "takes")
    stage.nuke.scriptClear()
    idle(stage, 0.2)
    assert is_quiet(stage)


def test_a_clone_stays_one_with_the_first(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    callbacks = stage.module("callbacks")
    stage.node["pd_job"].setValue("a job")
    ident = stage.pd.ident

    class Clone(type(stage.pd)):  # type: ignore[misc]
        name = "PD_Inpaint2"

    monkeypatch.setattr(callbacks, "all_nodes", lambda: [stage.pd, Clone(stage.node)])
    monkeypatch.setattr(stage.nuke, "thisNode", lambda: stage.node)
    callbacks.on_create()
    assert (stage.pd.ident, stage.pd.job) == (ident, "a job")


def test_hidden_notes_are_what_a_script_can_hold(stage: Stage) -> None:
    stage.run()
    assert set(json.loads(stage.node["pd_request"].value())) == {stage.pd.take}


@pytest.mark.parametrize("name", ["sh#10", "100%d done", "%04d", "%V"])
def test_a_folder_in_which_nuke_reads_a_frame_is_refused_before_anything_is_made(
    stage: Stage, name: str
) -> None:
    made_in_script(stage)
    stage.node["takes_folder"].setValue(str(stage.folder / name))
    stage.host.press(stage.node, "pd_run")
    assert "# or %" in stage.status and name in stage.status and "under Takes" in stage.status
    assert not (stage.folder / name).exists()


@pytest.mark.parametrize(("version", "is_refused"), [("", True), ("0.0.9", True), ("99.0", False)])
def test_an_older_client_of_another_plug_in_is_named(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, is_refused: bool
) -> None:
    import sys
    from types import ModuleType

    vendored = stage.module("vendored")
    (tmp_path / "_vendor").mkdir()
    (tmp_path / "_vendor/VERSION").write_text("0.1.0 sha256:00", encoding="utf-8")
    other = ModuleType("photodouble_client")
    other.__file__ = "/plugins/old/photodouble_client/__init__.py"
    monkeypatch.setattr(vendored, "FOLDER", str(tmp_path / "_vendor"))
    monkeypatch.setitem(sys.modules, "photodouble_client", other)
    monkeypatch.delitem(sys.modules, "photodouble_client.version", raising=False)
    if version:
        told = ModuleType("photodouble_client.version")
        told.VERSION = version  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "photodouble_client.version", told)
    stage.host.messages.clear()
    if is_refused:
        stage.host.press(stage.node, "pd_refresh")
        assert len(stage.host.messages) == 1 and "/plugins/old/photodouble_client" in stage.host.messages[0]
    else:
        vendored.use()
    assert is_quiet(stage)


def test_a_carried_folder_without_a_client_is_said_to_be_incomplete(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.util
    import sys

    vendored = stage.module("vendored")
    (tmp_path / "_vendor").mkdir()
    monkeypatch.setattr(vendored, "FOLDER", str(tmp_path / "_vendor"))
    monkeypatch.delitem(sys.modules, "photodouble_client")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="is not complete"):
        vendored.use()


def test_the_status_names_the_take_after_undo_and_redo(stage: Stage) -> None:
    stage.run()
    said = stage.node["take"].value().strip()
    stage.host.undo()
    assert stage.pd.take == "" and said not in stage.status
    stage.host.redo()
    assert stage.pd.take and said in stage.status


def test_a_disk_that_fills_up_during_a_render_is_said_as_that(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_in_script(stage)
    rendered = stage.nuke.executeMultiple

    def fills_up(writes: Any, ranges: Any, *more: Any) -> None:
        if ranges[0][0] == 1003:
            raise RuntimeError("Failed to write plate.1003.exr. No space left on device.")
        rendered(writes, ranges, *more)

    monkeypatch.setattr(stage.nuke, "executeMultiple", fills_up)
    shown = stage.run()
    assert (shown.error.code, "Make room" in stage.status) == ("engine.disk_full", True)
    monkeypatch.undo()
    assert stage.plan().elements[0].lacking == (1003, 1004, 1005, 1006)
    assert not [node for node in stage.nuke.allNodes() if node.Class() == "Write"]


def test_a_view_that_is_named_twice_is_made_once(stage: Stage) -> None:
    stage.nuke.root().addView("left")
    stage.nuke.root().addView("right")
    stage.node["views"].setValue("left, left,right")
    assert stage.module("asked").views(stage.node) == ("left", "right")


@pytest.mark.parametrize(
    "name", ["[exec touch HACKED]", "$env(HOME)", "a}{b", 'say "x"', "two\nlines", "é #1"]
)
def test_a_hostile_name_of_a_take_is_text_in_every_knob_and_script(stage: Stage, name: str) -> None:
    shown = stage.run()
    row = {"take": "0" * 32, "folder": f"{Path(shown.take_folder).parent.as_posix()}/{name}", "name": name}
    mine = {"take": stage.pd.take, "folder": shown.take_folder, "name": "v001", "status": "finished"}
    buttons = stage.module("buttons")
    buttons.with_node(stage.pd, buttons._fill)([{**row, "review": name, "status": "finished"}, mine])
    listed = list(stage.node["take"].values())
    assert len(listed) == 3 and stage.pd.folder == shown.take_folder
    path, held = stage.folder / "hostile.nk", stage.node.name()
    stage.host.save(str(path))
    stage.host.open(str(path))
    stage.node = stage.nuke.toNode(held)
    assert stage.pd.folder == shown.take_folder and len(stage.node["take"].values()) == 3
    assert stage.host.label(stage.node) and stage.host.error(stage.node, 1003) == ""
    assert not (stage.folder / "HACKED").exists() and not Path("HACKED").exists()
    assert is_quiet(stage)


def test_the_desk_of_the_panel_looks_at_a_damaged_node_without_a_fault(stage: Stage) -> None:
    desk = stage.module("desk").NukeDesk()
    stage.host.select(stage.node)
    for name in (
        "shot",
        "takes_folder",
        "pd_take",
        "pd_folder",
        "pd_job",
        "locked_frames",
        "pd_locks",
        "take",
    ):
        stage.node.removeKnob(stage.node[name])
        selection = desk.selection()
        assert selection is not None and selection.name == stage.node.name()
        assert list(desk.locked_frames()) == [] and desk.can_submit()
