"""From a node to a take: what feeds it is rendered where needed, the engine makes it, the node shows it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nuke_stage import Stage

SPOKEN = "Straße 07 – comp é"


@pytest.fixture
def stage(
    nuke_host: Any,
    tmp_path: Path,
    tiny_shot: Callable[..., Any],
    engine_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    """Give a script whose folder has spaces and letters of three languages in its name, and an engine."""
    for name, value in engine_environment.items():
        monkeypatch.setenv(name, value)
    made = Stage(nuke_host, tmp_path / SPOKEN, tiny_shot(name="pläte in"))
    yield made
    made.close()


def made_in_script(stage: Stage) -> None:
    """Let plate and matte be made in the script, so that both have to be rendered."""
    crop = stage.nuke.nodes.Crop()
    crop.setInput(0, stage.plate)
    crop["box"].setValue([0, 0, 64, 48])
    matte = stage.nuke.nodes.Shuffle()
    matte.setInput(0, stage.matte)
    for channel in ("red", "green", "blue"):
        matte[channel].setValue("alpha")
    stage.connect(plate=crop, matte=matte)


def raw(stage: Stage) -> None:
    """Let plate and matte be used as the files that they are."""
    stage.plate["raw"].setValue(True)
    stage.matte["raw"].setValue(True)


def planes(path: str | Path) -> dict[str, Any]:
    """Read an EXR as it is stored."""
    import OpenEXR

    with OpenEXR.File(str(path), separate_channels=True) as found:
        return {name: np.array(channel.pixels) for name, channel in found.channels().items()}


def rendered(stage: Stage, node: Any, frame: int, folder: Path) -> dict[str, Any]:
    """Render what a node gives at a frame, in full float."""
    write = stage.nuke.nodes.Write()
    write.setInput(0, node)
    folder.mkdir(exist_ok=True)
    write["file"].setValue((folder / "seen.%04d.exr").as_posix())
    write["file_type"].setValue("exr")
    write["raw"].setValue(True)
    write["datatype"].setValue("32 bit float")
    stage.nuke.execute(write, frame, frame)
    stage.nuke.delete(write)
    return planes(folder / f"seen.{frame:04d}.exr")


def traces(stage: Stage) -> tuple[Any, ...]:
    """Tell what a render must leave as it was."""
    root = stage.nuke.root()
    names = sorted(node.fullName() for node in stage.nuke.allNodes(recurseGroups=True))
    selected = sorted(node.name() for node in stage.nuke.selectedNodes())
    return names, selected, bool(root.modified()), bool(root.proxy()), bool(stage.nuke.Undo.disabled())


def test_a_take_is_made_from_what_the_script_makes_and_shown_on_the_node(
    stage: Stage, tmp_path: Path
) -> None:
    made_in_script(stage)
    plan = stage.plan()
    assert plan.count == 12
    assert "6 frames of the plate (it is made in the script)" in plan.words
    shown = stage.run()
    assert (shown.state, shown.error) == ("finished", None), stage.status
    assert shown.take_label == "sh010/inpaint/v001"
    assert stage.pd.folder == shown.take_folder
    assert str(stage.folder / "takes") in shown.take_folder
    assert stage.plan().count == 0
    assert stage.module("stale").changes(stage.pd) == ()
    result = planes(next(Path(shown.take_folder).glob("result/*1003.exr")))
    seen = rendered(stage, stage.node, 1003, tmp_path / "seen")
    for channel in "RGB":
        assert (
            np.abs(result[channel].astype(np.float32) - seen[channel]).max()
            <= 2.0**-10 * np.abs(seen[channel]).max()
        )


def test_the_frames_that_are_rendered_are_the_plates_own_pixels(stage: Stage) -> None:
    made_in_script(stage)
    plan = stage.plan()
    stage.module("rendering").render(plan)
    for port, channels in (("plate", "RGB"), ("matte", "A")):
        element = next(one for one in plan.elements if one.port == port)
        for frame in stage.shot.frames:
            now = planes(Path(element.folder) / element.files(frame)[0])
            was = planes(stage.shot.file(port, frame))
            assert sorted(now) == sorted(channels)
            assert all(np.array_equal(now[name], was[name]) for name in channels)


def test_what_is_rendered_is_used_again_until_something_above_changes(stage: Stage) -> None:
    made_in_script(stage)
    stage.module("rendering").render(stage.plan())
    assert stage.plan().count == 0
    crop = stage.pd.inputs()["plate"]
    crop["box"].setValue([0, 0, 64, 47])
    changed = stage.plan()
    assert (changed.count, [one.port for one in changed.elements if one.lacking]) == (6, ["plate"])
    crop["box"].setValue([0, 0, 64, 48])
    assert stage.plan().count == 0


def test_what_a_crash_left_long_ago_is_swept_up_and_a_render_of_now_is_not(stage: Stage) -> None:
    made_in_script(stage)
    folder = Path(stage.plan().elements[0].folder)
    for name in ("old", "new"):
        (folder / f".rendering_{name}").mkdir(parents=True)
    os.utime(folder / ".rendering_old", (1, 1))
    stage.module("rendering").render(stage.plan())
    assert [path.name for path in folder.glob(".rendering_*")] == [".rendering_new"]


def test_a_longer_range_renders_only_what_is_new(stage: Stage) -> None:
    made_in_script(stage)
    stage.node["frames"].setValue("these")
    stage.node["frame_list"].setValue("1002-1003")
    stage.module("rendering").render(stage.plan())
    stage.node["frame_list"].setValue("1001-1004")
    assert [one.lacking for one in stage.plan().elements] == [(1001, 1004), (1001, 1004)]


def test_rendering_leaves_no_trace_in_the_script(stage: Stage) -> None:
    made_in_script(stage)
    stage.host.select(stage.plate)
    stage.nuke.root()["proxy"].setValue(True)
    stage.nuke.root().setModified(False)
    before, steps = traces(stage), len(stage.host.history.done)
    stage.module("rendering").render(stage.plan())
    assert (traces(stage), len(stage.host.history.done)) == (before, steps)


def test_a_render_that_fails_leaves_no_trace_and_no_half_frame(stage: Stage) -> None:
    made_in_script(stage)
    stage.shot.file("plate", 1004).unlink()
    stage.nuke.root().setModified(False)
    before = traces(stage)
    with pytest.raises(Exception, match="1004") as caught:
        stage.module("rendering").render(stage.plan())
    assert caught.value.code == "input.host_render"
    assert traces(stage) == before
    kept = [path.name for path in (stage.folder / "takes").rglob("*") if path.suffix == ".exr"]
    assert sorted(kept) == sorted(
        f"{port}.{frame}.exr" for port in ("plate", "matte") for frame in (1001, 1002, 1003)
    )
    assert not list((stage.folder / "takes").rglob(".rendering*"))


def test_cancel_while_rendering_keeps_whole_frames_and_sends_nothing(stage: Stage) -> None:
    made_in_script(stage)
    stage.host.cancel_progress()
    shown = stage.run()
    assert (shown.state, shown.job, stage.node["pd_job"].value()) == ("cancelled", "", "")
    assert "Stopped" in stage.status
    stage.host.cancel_progress(False)
    assert stage.run().state == "finished"


def test_an_artist_who_says_no_renders_nothing(stage: Stage) -> None:
    made_in_script(stage)
    stage.host.answers.append(False)
    stage.module("running").run(stage.node)
    assert not (stage.folder / "takes").exists()
    assert not stage.shown.is_at_work


def test_raw_files_are_not_rendered_and_nothing_is_asked(stage: Stage) -> None:
    raw(stage)
    stage.module("running").run(stage.node)
    assert stage.wait().state == "finished"
    assert not (stage.folder / "takes" / "sh010" / "plates").exists()


def test_the_job_says_how_far_it_is_on_the_node(stage: Stage) -> None:
    raw(stage)
    seen: list[str] = []
    stage.module("jobs").tell(lambda: seen.append(stage.status))
    stage.run()
    assert seen[0].startswith("Finding the engine")
    assert any(" of 6" in said or "of " in said for said in seen)
    assert seen[-1].startswith("sh010/inpaint/v001 is finished")


def test_a_job_can_be_stopped_and_go_on(stage: Stage, tiny_shot: Callable[..., Any]) -> None:
    raw(stage)
    stage.module("running").run(stage.node)
    stage.wait(lambda shown: shown.state in ("queued", "running", "finished"))
    stage.module("running").cancel(stage.node)
    shown = stage.wait()
    assert shown.state in ("cancelled", "finished")
    if shown.state == "cancelled":
        stage.module("running").resume(stage.node)
        assert stage.wait().state == "finished"
    assert stage.pd.folder


def test_cancel_at_once_sends_nothing_or_stops_what_was_sent(stage: Stage) -> None:
    raw(stage)
    stage.module("running").run(stage.node)
    stage.module("running").cancel(stage.node)
    assert stage.wait().state == "cancelled"


@pytest.mark.parametrize("is_saved", [True, False])
def test_nuke_may_be_closed_and_opened_again_while_the_job_runs(stage: Stage, is_saved: bool) -> None:
    import nuke_host as fake

    raw(stage)
    path = stage.nuke.root()["name"].value()
    stage.nuke.scriptSave()
    stage.module("running").run(stage.node)
    stage.wait(lambda shown: shown.state in ("queued", "running", "finished"))
    if is_saved:
        stage.nuke.scriptSave()
    stage.close()
    fake.remove()
    host = fake.install()
    again = reopened(stage, host, path)
    again.module("running").connect(again.node)
    shown = again.wait(lambda shown: shown.is_finished)
    assert shown.take_label == "sh010/inpaint/v001"
    if is_saved:
        assert again.pd.folder == shown.take_folder
        assert again.node["take"].value().strip().startswith("v001")
    again.close()


def test_a_take_made_while_nuke_was_closed_takes_the_place_of_the_one_shown_before(stage: Stage) -> None:
    import nuke_host as fake

    raw(stage)
    path = stage.nuke.root()["name"].value()
    stage.run()
    stage.node["matte_grow"].setValue(1)
    stage.module("running").run(stage.node)
    stage.wait(lambda shown: shown.state in ("queued", "running", "finished"))
    stage.nuke.scriptSave()
    stage.close()
    fake.remove()
    again = reopened(stage, fake.install(), path)
    again.module("running").connect(again.node)
    shown = again.wait(lambda shown: shown.is_finished)
    assert shown.take_label == "sh010/inpaint/v002" and again.pd.folder == shown.take_folder
    again.close()


def reopened(stage: Stage, host: Any, path: str) -> Stage:
    """Open a script in a new Nuke."""
    import nuke
    from nuke_adapter import forget

    forget()
    again = Stage.__new__(Stage)
    again.host, again.nuke, again.folder, again.shot = host, nuke, stage.folder, stage.shot
    nuke.scriptOpen(path)
    again.node = next(node for node in nuke.allNodes("Group") if "pd_operation" in node.knobs())
    return again


def test_refresh_leaves_the_plate_where_the_artist_chose_it(stage: Stage) -> None:
    raw(stage)
    stage.run()
    stage.module("takes").choose_plate(stage.pd)
    stage.module("running").forget()
    stage.module("running").connect(stage.node)
    stage.wait(lambda shown: shown.is_finished)
    assert stage.pd.folder == ""


def test_two_nukes_on_one_script_make_two_takes_and_disturb_nothing(stage: Stage) -> None:
    import nuke_host as fake

    made_in_script(stage)
    stage.nuke.scriptSave()
    path = stage.nuke.root()["name"].value()
    stage.host.answers.append(True)
    stage.module("running").run(stage.node)
    stage.wait(lambda shown: shown.state in ("queued", "running", "finished"))
    stage.close()
    fake.remove()
    second = reopened(stage, fake.install(), path)
    assert second.plan().count == 0
    second.module("running").run(second.node)
    assert second.wait().take_label == "sh010/inpaint/v002"
    takes = stage.folder / "takes" / "sh010" / "inpaint"
    assert sorted(one.name for one in takes.iterdir() if one.name.startswith("v0")) == ["v001", "v002"]
    second.close()


def test_a_take_that_was_chosen_meanwhile_stays_chosen(stage: Stage) -> None:
    raw(stage)
    first = stage.run().take_folder
    stage.module("running").run(stage.node)
    stage.module("takes").choose_plate(stage.pd)
    shown = stage.wait()
    assert (shown.state, shown.take_folder != first) == ("finished", True)
    assert stage.pd.folder != shown.take_folder


def test_animated_controls_are_baked_for_every_frame(stage: Stage) -> None:
    raw(stage)
    param = next(param for param in stage.pd.spec.params if param.animates and param.kind == "float")
    knob = stage.node[stage.module("knobs").knob_name(param.key)]
    knob.setAnimated()
    knob.setValueAt(param.minimum or 0.0, 1001)
    knob.setValueAt((param.minimum or 0.0) + 1.0, 1006)
    request = stage.module("gathering").request_from(stage.pd, stage.plan())
    frames = request.values[param.key]["frames"]
    assert sorted(frames) == [str(frame) for frame in stage.shot.frames]
    assert frames["1001"] < frames["1003"] < frames["1006"]


def test_the_request_says_rate_shape_and_where_it_comes_from(stage: Stage) -> None:
    raw(stage)
    stage.nuke.root()["fps"].setValue(23.976)
    request = stage.module("gathering").request_from(stage.pd, stage.plan())
    assert (request.rate, request.host, request.node) == ("24000/1001", "nuke", stage.node.fullName())
    assert request.script == stage.nuke.root()["name"].value()
    assert (request.display_window, request.data_window) == ((0, 0, 64, 48), (0, 0, 64, 48))
    assert request.pixel_aspect == 1.0


def test_facts_of_colour_and_format_lie_beside_what_was_rendered(stage: Stage) -> None:
    made_in_script(stage)
    plan = stage.plan()
    stage.module("rendering").render(plan)
    facts = json.loads((Path(plan.elements[0].folder) / "rendered.json").read_text(encoding="utf-8"))
    assert facts["fingerprint"] == plan.elements[0].fingerprint
    assert facts["colour"]["colorManagement"] == stage.nuke.root()["colorManagement"].value()
    assert facts["format"] == [64, 48, 1.0]


def test_nothing_of_photo_double_runs_before_run_is_pressed(stage: Stage) -> None:
    names = [thread.name for thread in threading.enumerate() if "photodouble" in thread.name]
    assert names == []
    raw(stage)
    stage.run()
    stage.close()


def test_a_background_nuke_renders_and_the_job_goes_on_by_itself(stage: Stage) -> None:
    made_in_script(stage)
    stage.node["render_where"].setValue("background")
    stage.nuke.root().setModified(False)
    before = traces(stage)[0]
    stage.module("running").run(stage.node)
    assert traces(stage)[0] == before
    assert stage.host.background() == ""
    assert stage.wait().state == "finished"
    assert not list((stage.folder / "takes").rglob(".rendering*"))


def test_a_farm_gets_a_script_a_request_and_commands_in_order(stage: Stage) -> None:
    made_in_script(stage)
    stage.node["render_where"].setValue("farm")
    names = traces(stage)[0]
    stage.module("running").run(stage.node)
    shown = stage.wait()
    assert shown.state == "told", stage.status
    assert traces(stage)[0] == names
    folder = next((stage.folder / "takes" / "sh010" / "farm").iterdir())
    commands = json.loads((folder / "commands.json").read_text(encoding="utf-8"))["commands"]
    ours = [one for one in commands if one["step"] == "nuke"]
    assert [one["frames"] for one in ours] == ["1001-1006", "1001-1006"]
    analyse = next(one for one in commands if one["step"] == "analyse")
    assert analyse["after"] == [one["id"] for one in ours]
    copy = Path(ours[0]["words"][-1])
    assert copy.parent == stage.folder
    assert ours[0]["words"][2] in copy.read_text(encoding="utf-8")
    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    assert "/farm_" in request["inputs"]["plate"]["path"]
