"""Choosing takes on the node, what is said of a stale one, and frames that are kept; no pixels here."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from photodouble_client.request import JobRequest
from photodouble_client.specs import SPECS


@pytest.fixture(params=[True, False], ids=["every change", "flagged changes"])
def ours(request: Any) -> Any:
    """Give the adapter in a Nuke with a window, in both ways a Nuke may tell of changed knobs."""
    import nuke_host
    from nuke_adapter import forget, fresh

    host = nuke_host.install(always=request.param)
    found = fresh()
    found.start.everywhere()
    found.start.with_window()
    found.host = host
    yield found
    nuke_host.remove()
    forget()


@pytest.fixture
def takes(made: Any) -> list[str]:
    """Give the folders of two takes of one shot: v001, and v002 which is another."""
    first = made.take.folder
    second = first.parent / "v002"
    shutil.copytree(first, second)
    for name in ("request.json", "manifest.json"):
        text = (second / name).read_text(encoding="utf-8").replace("ab12" * 8, "cd34" * 8)
        (second / name).write_text(text, encoding="utf-8")
    return [str(first), str(second)]


@pytest.fixture
def pd(ours: Any, made: Any) -> Any:
    """Give a node of the made shot: its range is the take's."""
    node = ours.group.make("inpaint")
    node["takes_folder"].setValue(str(made.show / "takes"))
    node["shot"].setValue("sh010")
    node["frames"].setValue("these")
    node["frame_list"].setValue("1001-1002")
    return ours.node.PhotoDoubleNode(node)


def reads(pd: Any) -> list[str]:
    return [str(pd.node.node(name)["file"].value()) for name in ("take_fill", "take_matte")]


def test_a_take_that_is_chosen_is_shown(ours: Any, pd: Any, takes: list[str]) -> None:
    pd.choose(takes[0])
    assert (pd.take, pd.folder) == ("ab12" * 8, takes[0])
    assert [Path(path).parts[-2] for path in reads(pd)] == ["fill", "matte"]
    assert all(path.startswith(takes[0]) and "%04d" in path for path in reads(pd))
    assert pd.node["take"].value() == "v001 · finished"
    fill = pd.node.node("take_fill")
    assert (fill["first"].value(), fill["last"].value()) == (1001, 1002)
    assert fill["raw"].value() and fill["on_error"].value() == "error"


def test_choosing_a_take_is_one_step_of_undo(ours: Any, pd: Any, takes: list[str]) -> None:
    pd.choose(takes[0])
    before = reads(pd)
    pd.choose(takes[1])
    assert reads(pd) != before
    ours.host.undo()
    assert reads(pd) == before
    assert pd.take == "ab12" * 8 and pd.node["take"].value() == "v001 · finished"
    ours.host.redo()
    assert pd.folder == takes[1] and str(pd.node["take"].value()).startswith("v002")


def test_the_artist_chooses_in_the_list_and_undoes_it(ours: Any, pd: Any, takes: list[str]) -> None:
    ours.takes.set_rows(pd, ours.takes.rows_on_disk(ours.takes.folder_of_takes(pd)))
    assert list(pd.node["take"].values()) == ["plate", "v002 · finished", "v001 · finished"]
    assert pd.node["take"].value() == "plate" and pd.take == ""
    pd.node["take"].setValue("v001 · finished")
    assert pd.folder == takes[0] and reads(pd)[0].startswith(takes[0])
    pd.node["take"].setValue("v002 · finished")
    ours.host.undo()
    assert pd.folder == takes[0] and pd.node["take"].value() == "v001 · finished"
    pd.node["take"].setValue("plate")
    assert pd.take == "" and pd.node["take"].getValue() == 0


def test_a_take_that_is_made_meanwhile_does_not_move_the_choice(ours: Any, pd: Any, takes: list[str]) -> None:
    pd.choose(takes[0])
    before = reads(pd)
    ours.takes.set_rows(pd, ours.takes.rows_on_disk(ours.takes.folder_of_takes(pd)))
    assert pd.node["take"].value() == "v001 · finished" and pd.node["take"].getValue() == 2
    assert reads(pd) == before and pd.take == "ab12" * 8


def test_undo_after_the_list_has_grown_shows_the_take_it_showed(ours: Any, pd: Any, takes: list[str]) -> None:
    pd.choose(takes[0])
    ours.takes.set_rows(pd, ours.takes.rows_on_disk(ours.takes.folder_of_takes(pd)))
    pd.choose(takes[1])
    for _ in range(3):
        ours.host.undo()
    for _ in range(3):
        ours.host.redo()
    row = next(row for row in ours.takes.rows(pd) if row.take == pd.take)
    assert pd.node["take"].value() == row.label
    assert reads(pd)[0].startswith(row.folder)


def test_every_take_is_listed_with_where_it_stands(ours: Any, pd: Any, takes: list[str]) -> None:
    def row(shot: str, version: str, take: str, folder: str, **standing: str) -> dict[str, str]:
        given = {"name": f"{shot}/inpaint/{version}", "take": take * 8, "folder": folder}
        return {**given, "range": "1001-1002", "person": "", **standing}

    answer = [
        row("sh010", "v002", "cd34", takes[1], status="unfinished, 1 of 2", review="suggestion"),
        row("sh010", "v001", "ab12", takes[0], status="finished, approved", review="approved"),
        row("sh020", "v001", "ef56", "/elsewhere/sh020/inpaint/v001", status="finished", review="suggestion"),
    ]
    ours.takes.set_rows(pd, ours.takes.rows_of_answer(pd, answer))
    assert list(pd.node["take"].values()) == ["plate", "v002 · unfinished, 1 of 2", "v001 · approved"]
    pd.choose(takes[0])
    ours.stale.mark(pd)
    assert pd.node["tile_color"].value() == ours.node.COLOURS["done"]


def test_a_take_that_is_gone_stays_the_choice_and_is_said(ours: Any, pd: Any, takes: list[str]) -> None:
    pd.choose(takes[1])
    shutil.rmtree(takes[1])
    ours.takes.set_rows(pd, ours.takes.rows_on_disk(ours.takes.folder_of_takes(pd)))
    assert pd.node["take"].value() == "v002 · not found" and pd.take == "cd34" * 8
    assert takes[1] in ours.stale.mark(pd, is_thorough=True)
    pd.node["take"].setValue("v001 · finished")
    pd.node["take"].setValue("v002 · not found")
    assert pd.folder == takes[0], "what is gone cannot be chosen"
    assert pd.node["take"].value() == "v001 · finished"
    assert "no take" in pd.node["pd_status"].value()


def asked(takes: list[str], **fields: Any) -> JobRequest:
    stored = json.loads((Path(takes[0]) / "request.json").read_text(encoding="utf-8"))
    return JobRequest.from_json({**stored, **fields}).checked()


def test_stale_names_the_control_that_changed(ours: Any, pd: Any, takes: list[str]) -> None:
    pd.submitted(asked(takes), {}, "job")
    pd.forget_job()
    pd.choose(takes[0])
    assert ours.stale.mark(pd) == ""
    pd.node["matte_grow"].setValue(3)
    assert ours.stale.mark(pd) == "Stale: Grow was 0 and is now 3."
    assert "Grow was 0 and is now 3" in pd.node["pd_status"].value()
    assert pd.node["tile_color"].value() == ours.node.COLOURS["stale"]
    assert "stale" in ours.host.label(pd.node)
    pd.node["matte_grow"].setValue(0)
    assert ours.stale.mark(pd) == "" and "stale" not in ours.host.label(pd.node)


def test_stale_names_the_range_and_an_animation(ours: Any, pd: Any, takes: list[str]) -> None:
    pd.submitted(asked(takes), {}, "job")
    pd.choose(takes[0])
    pd.node["frame_list"].setValue("1001-1005")
    pd.node["matte_feather"].setExpression("frame - 1000")
    said = ours.stale.changes(pd)
    assert "the frames were 1001-1002 and are now 1001-1005" in said
    assert "Feather is animated otherwise" in said


def test_a_take_that_another_program_made_is_compared_with_its_own_request(
    ours: Any, pd: Any, takes: list[str]
) -> None:
    pd.choose(takes[0])
    assert ours.stale.changes(pd) == ()
    pd.node["matte_erode"].setValue(2)
    assert ours.stale.changes(pd) == ("Erode was 0 and is now 2",)


def test_stale_names_the_input_whose_nodes_changed(ours: Any, pd: Any, takes: list[str]) -> None:
    import nuke
    from photodouble_nuke import fingerprint

    grade = nuke.nodes.Grade()
    grade.setInput(0, nuke.nodes.Constant())
    pd.node.setInput(1, grade)
    pd.submitted(asked(takes), fingerprint.fingerprints(pd), "job")
    pd.choose(takes[0])
    assert ours.stale.changes(pd) == ()
    grade["white"].setValue(2)
    assert ours.stale.changes(pd) == ("the nodes above the matte changed",)
    assert ours.stale.changes(pd, looks_above=False) == ("the nodes above the matte changed",)
    grade["white"].setValue(1)
    assert ours.stale.changes(pd, looks_above=False) == ("the nodes above the matte changed",), "not looked"
    assert ours.stale.changes(pd) == ()
    pd.node.setInput(1, None)
    assert ours.stale.changes(pd) == ("the input matte is not connected any more",)


def test_the_plate_is_never_stale(ours: Any, pd: Any, takes: list[str]) -> None:
    pd.choose(takes[0])
    pd.node["matte_grow"].setValue(3)
    ours.takes.choose_plate(pd)
    assert ours.stale.mark(pd) == ""
    assert pd.node["pd_status"].value() == "The plate is shown."


def test_what_is_said_on_a_node_neither_changes_the_script_nor_the_history(ours: Any, pd: Any) -> None:
    import nuke

    nuke.root().setModified(False)
    before = nuke.Undo.undoSize()
    pd.status("Frame 12 of 48", "working")
    ours.stale.mark(pd)
    assert not nuke.root().modified() and nuke.Undo.undoSize() == before
    assert not nuke.Undo.disabled()


def test_a_frame_is_kept_from_the_take_that_is_shown(ours: Any, pd: Any, takes: list[str]) -> None:
    pd.choose(takes[0])
    assert ours.locks.turn(pd, 1002)
    assert list(pd.locked) == [1002] and Path(pd.locked[1002]).is_file()
    assert pd.locked[1002].startswith(f"{takes[0]}/result/")
    assert pd.parent == "ab12" * 8
    pd.choose(takes[1])
    assert pd.locked[1002].startswith(takes[0]), "it stays the frame of the take it was kept from"
    assert not ours.locks.turn(pd, 1002) and pd.locked == {} and pd.parent == ""


def test_keeping_a_frame_is_one_step_of_undo(ours: Any, pd: Any, takes: list[str]) -> None:
    pd.choose(takes[0])
    ours.locks.keep(pd, 1001)
    ours.host.undo()
    assert pd.locked == {} and pd.node["locked_frames"].value() == "" and pd.take


def test_frames_are_typed_into_the_list(ours: Any, pd: Any, takes: list[str]) -> None:
    pd.choose(takes[0])
    pd.node["locked_frames"].setValue("1001-1002")
    assert sorted(pd.locked) == [1001, 1002]
    pd.node["locked_frames"].setValue("1002")
    assert sorted(pd.locked) == [1002]
    pd.node["locked_frames"].setValue("1007")
    assert "not 1007" in pd.node["pd_status"].value() and pd.locked == {}


def test_damaged_notes_in_a_script_keep_and_remember_nothing(ours: Any, pd: Any, takes: list[str]) -> None:
    pd.choose(takes[0])
    for knob in ("pd_locks", "pd_request", "pd_takes"):
        pd.node[knob].setValue("{not json")
    assert pd.locked == {} and pd.requested() == {} and ours.takes.rows(pd) == []
    assert ours.stale.changes(pd) == ()


def test_only_the_newest_requests_are_remembered(ours: Any, pd: Any, takes: list[str]) -> None:
    for number in range(20):
        pd.submitted(asked(takes, take=f"{number:032x}"), {"plate": "a.b"}, "job")
    stored = pd.notes("pd_request")
    assert len(stored) == ours.node.MOST_REQUESTS and f"{19:032x}" in stored and f"{0:032x}" not in stored


def test_a_group_of_somebody_elses_is_left_alone(ours: Any) -> None:
    import nuke

    group = nuke.nodes.Group()
    group.addKnob(nuke.Int_Knob("take"))
    group["take"].setValue(3)
    assert ours.host.label(group) == group.name()
    assert not ours.node.is_ours(group) and ours.node.all_nodes() == []
    assert ours.host.tprint == [] and ours.host.messages == []


def test_a_callback_that_fails_says_so_and_stops_nobody_elses(
    ours: Any, pd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import nuke

    heard: list[str] = []
    nuke.addKnobChanged(lambda: heard.append(nuke.thisKnob().name()), nodeClass="Group")

    def broken(*_given: Any) -> None:
        raise RuntimeError("a fault that was planted")

    monkeypatch.setattr(ours.stale, "mark", broken)
    pd.node["take"].setValue(0)
    pd.node["preset"].setValue(1)
    pd.node["view"].setValue("matte")
    assert "view" in heard
    ours.callbacks.guarded(broken)()
    assert "a fault that was planted" in ours.host.tprint[-1]


def test_the_label_names_take_and_view(ours: Any, pd: Any, takes: list[str]) -> None:
    pd.choose(takes[0])
    assert ours.host.label(pd.node) == "PD_Inpaint1\nv001 · finished"
    pd.node["view"].setValue("matte")
    assert ours.host.label(pd.node).endswith("view: matte")


def test_making_a_node_is_one_step_of_undo(ours: Any) -> None:
    import nuke

    before = len(nuke.allNodes())
    for _label, operation in ours.menus.NODES:
        ours.group.make(operation)
    assert len(nuke.allNodes()) == before + len(SPECS)
    for _ in ours.menus.NODES:
        ours.host.undo()
    assert len(nuke.allNodes()) == before


def test_a_new_node_stands_behind_the_one_that_is_selected(ours: Any) -> None:
    import nuke

    plate = nuke.nodes.Constant()
    ours.host.select(plate)
    node = ours.group.make("inpaint")
    assert node.input(0) is plate and node.ypos() > plate.ypos()
    assert node.name() == "PD_Inpaint1" and ours.group.make("inpaint").name() == "PD_Inpaint2"


def test_frames_come_from_the_plate_the_script_or_the_text(ours: Any, pd: Any) -> None:
    import nuke

    nuke.root()["first_frame"].setValue(5)
    nuke.root()["last_frame"].setValue(9)
    pd.node["frames"].setValue("script")
    assert pd.frames().to_text() == "5-9"
    pd.node["frames"].setValue("these")
    assert pd.frames().to_text() == "1001-1002"


def test_an_unsaved_script_without_a_folder_has_no_place_for_takes(ours: Any, pd: Any) -> None:
    from photodouble_client.errors import ArtistError

    pd.node["takes_folder"].setValue("")
    with pytest.raises(ArtistError) as caught:
        pd.takes_root()
    assert caught.value.code == "input.unwritable_output" and "Save the script" in caught.value.fix


def test_every_button_is_one_line_that_knows_what_to_say_without_photo_double(ours: Any) -> None:
    nodes = [ours.group.make(operation) for operation in SPECS]
    buttons = [knob for node in nodes for knob in node.allKnobs() if knob.Class() == "PyScript_Knob"]
    assert {knob.name()[3:] for knob in buttons} == set(ours.buttons.BUTTONS)
    for knob in buttons:
        assert "\n" not in knob.command() and "is not installed here" in knob.command()


def test_a_new_take_joins_the_list_without_being_shown(ours: Any, pd: Any, takes: list[str]) -> None:
    pd.choose(takes[0])
    ours.takes.add(pd, takes[1])
    assert list(pd.node["take"].values()) == ["plate", "v002 · finished", "v001 · finished"]
    assert pd.folder == takes[0] and pd.node["take"].value() == "v001 · finished"


def test_a_take_that_has_ended_is_no_longer_called_unfinished(ours: Any, pd: Any, takes: list[str]) -> None:
    manifest = Path(takes[0]) / "manifest.json"
    manifest.rename(manifest.with_suffix(".kept"))
    pd.choose(takes[0])
    assert pd.node["take"].value() == "v001 · unfinished"
    manifest.with_suffix(".kept").rename(manifest)
    pd.choose(takes[0])
    assert list(pd.node["take"].values()) == ["plate", "v001 · finished"]


def test_saving_notes_in_the_script_what_is_stale_by_now(
    ours: Any, pd: Any, takes: list[str], tmp_path: Path
) -> None:
    import nuke
    from photodouble_nuke import fingerprint

    grade = nuke.nodes.Grade()
    pd.node.setInput(1, grade)
    pd.submitted(asked(takes), fingerprint.fingerprints(pd), "job")
    pd.choose(takes[0])
    grade["white"].setValue(2)
    ours.host.save(str(tmp_path / "saved.nk"))
    assert "the nodes above the matte changed" in (tmp_path / "saved.nk").read_text(encoding="utf-8")


def test_a_node_that_is_found_anew_by_nuke_is_no_copy(
    ours: Any, pd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nuke may give another Python object for the same node each time it is asked."""

    class Other:
        def __init__(self, node: Any) -> None:
            self._node = node

        def __getattr__(self, name: str) -> Any:
            return getattr(self._node, name)

        def __getitem__(self, name: str) -> Any:
            return self._node[name]

    ident = pd.ident
    monkeypatch.setattr(ours.callbacks.nuke, "thisNode", lambda: Other(pd.node), raising=False)
    ours.callbacks.on_create()
    assert pd.ident == ident


def test_what_is_stale_is_looked_at_when_a_take_is_chosen(ours: Any, pd: Any, takes: list[str]) -> None:
    pd.choose(takes[0])
    pd.node["matte_grow"].setValue(3)
    ours.stale.mark(pd)
    assert pd.stale
    stored = json.loads((Path(takes[1]) / "request.json").read_text(encoding="utf-8"))
    stored["values"]["matte_grow"] = 3
    (Path(takes[1]) / "request.json").write_text(json.dumps(stored), encoding="utf-8")
    pd.choose(takes[1])
    assert pd.stale == "" and pd.node["pd_status"].value() == "v002 · finished"
    pd.choose(takes[0])
    assert "Grow was 0 and is now 3" in pd.node["pd_status"].value()


def test_what_is_unrecorded_within_something_unrecorded_stays_so(ours: Any, pd: Any) -> None:
    import nuke

    before = nuke.Undo.undoSize()
    with ours.node.unrecorded():
        pd.status("one", "working")
        assert nuke.Undo.disabled()
        pd.node["mix"].setValue(0.5)
    assert not nuke.Undo.disabled() and nuke.Undo.undoSize() == before


def test_the_shot_is_named_by_the_plates_file_whatever_lies_between(ours: Any) -> None:
    import nuke

    node = ours.group.make("inpaint")
    pd = ours.node.PhotoDoubleNode(node)
    nuke.root()["name"].setValue("/show/comp_v001.nk")
    read = nuke.nodes.Read(file="/plates/sh030_bg.%04d.exr")
    merge = nuke.nodes.Merge2(inputs=[nuke.nodes.Dot(inputs=[read]), nuke.nodes.Constant()])
    node.setInput(0, nuke.nodes.Grade(inputs=[merge]))
    assert pd.shot() == "sh030_bg"
    node.setInput(0, nuke.nodes.Constant())
    assert pd.shot() == "comp_v001"


@pytest.mark.parametrize("button", ["pd_lock", "pd_export"])
def test_what_needs_a_take_says_so_while_the_plate_is_shown(ours: Any, pd: Any, button: str) -> None:
    ours.host.press(pd.node, button)
    said = str(pd.node["pd_status"].value())
    assert said == "No take is chosen. The node shows the plate. Choose a take first."


def test_the_label_says_how_far_the_job_is(ours: Any, pd: Any) -> None:
    from photodouble_nuke import jobs, progress

    jobs.show(pd, progress.Shown(job="j", state=progress.RUNNING, done=4, of=8, note="rendering"))
    assert ours.host.label(pd.node).splitlines()[-1] == "Rendering: 4 of 8"
    jobs.show(pd, progress.Shown(job="j", state=progress.CANCELLED))
    assert "Rendering" not in ours.host.label(pd.node)


def test_the_help_of_a_point_counts_from_the_edge_that_nuke_counts_from(ours: Any) -> None:
    told = [ours.group.make("replace")[name].tooltip() for name in ("top_left", "bottom_right")]
    assert all("left and lower edge" in text and "upper edge" not in text for text in told)


def test_buttons_in_a_nuke_without_a_window_are_one_line_in_the_log() -> None:
    import nuke_host
    from nuke_adapter import forget, fresh

    host = nuke_host.install(gui=False)
    try:
        node = fresh().group.make("deage")
        buttons = [knob for name, knob in node.knobs().items() if "press('" in str(knob.value())]
        for knob in buttons:
            host.press(node, knob.name())
        said = "Photo Double: PD_DeAge1: the buttons do nothing in a Nuke without a window."
        assert len(buttons) > 8 and len(host.tprint) == len(buttons)
        assert all(line.startswith(said) for line in host.tprint)
    finally:
        nuke_host.remove()
        forget()


@pytest.mark.parametrize(
    ("operation", "remedy"), [("crowd", "on the tab Files"), ("inpaint", "to the input")]
)
def test_what_is_not_given_is_asked_for_where_it_belongs(ours: Any, operation: str, remedy: str) -> None:
    import nuke
    from photodouble_nuke import planning

    from photodouble_client.errors import ArtistError

    node = ours.group.make(operation)
    node.setInput(0, nuke.nodes.Read(file="/plates/sh030.%04d.exr"))
    with pytest.raises(ArtistError) as refused:
        planning.plan(ours.node.PhotoDoubleNode(node))
    assert remedy in refused.value.fix
