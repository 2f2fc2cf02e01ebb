"""What feeds a node is told apart by a fingerprint, and used as it is only where that is exact."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nuke_stage import Stage


@pytest.fixture
def stage(nuke_host: Any, tmp_path: Path, tiny_shot: Callable[..., Any]) -> Stage:
    """Give a script with a plate, a matte and an inpaint node."""
    return Stage(nuke_host, tmp_path / "comp", tiny_shot())


def graded(stage: Stage, above: Any) -> Any:
    """Put a grade under a node."""
    grade = stage.nuke.nodes.Grade()
    grade.setInput(0, above)
    return grade


def print_of(stage: Stage, node: Any, **more: Any) -> str:
    return str(stage.module("fingerprint").fingerprint(node, **more))


def test_the_same_upstream_has_the_same_fingerprint(stage: Stage) -> None:
    grade = graded(stage, stage.plate)
    assert print_of(stage, grade) == print_of(stage, grade)
    assert len(print_of(stage, grade).split(".")) == 2


@pytest.mark.parametrize("knob", ["multiply", "gamma", "black_clamp"])
def test_a_control_above_changes_the_fingerprint(stage: Stage, knob: str) -> None:
    grade = graded(stage, stage.plate)
    before = print_of(stage, grade)
    grade[knob].setValue(0.25 if knob != "black_clamp" else False)
    assert print_of(stage, grade) != before


def test_an_expression_and_what_it_refers_to_change_the_fingerprint(stage: Stage) -> None:
    grade = graded(stage, stage.plate)
    other = stage.nuke.nodes.Grade()
    other.setName("Control")
    before = print_of(stage, grade)
    grade["multiply"].setExpression("Control.multiply")
    linked = print_of(stage, grade)
    other["multiply"].setValue(0.5)
    assert len({before, linked, print_of(stage, grade)}) == 3


def test_moving_naming_colouring_and_selecting_nodes_change_nothing(stage: Stage) -> None:
    grade = graded(stage, stage.plate)
    before = print_of(stage, grade)
    grade.setXYpos(400, 900)
    grade.setName("OnePass")
    grade["tile_color"].setValue(0xFF0000FF)
    grade["label"].setValue("as the colourist wants it")
    grade.setSelected(True)
    assert print_of(stage, grade) == before


def test_a_file_that_is_written_anew_changes_only_the_files_part(stage: Stage) -> None:
    graph, files = print_of(stage, stage.plate).split(".")
    path = stage.shot.file("plate", 1003)
    os.utime(path, ns=(1, 1))
    now_graph, now_files = print_of(stage, stage.plate).split(".")
    assert (now_graph, now_files != files) == (graph, True)


def test_without_files_no_disk_is_looked_at(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = print_of(stage, stage.plate)
    monkeypatch.setattr(os, "scandir", lambda *_: pytest.fail("the disk was looked at"))
    assert print_of(stage, stage.plate, files=False) == whole.split(".")[0] + "."


def test_what_lies_in_a_group_above_counts(stage: Stage) -> None:
    group = stage.nuke.nodes.Group()
    with group:
        inner = stage.nuke.nodes.Input()
        grade = stage.nuke.nodes.Grade()
        grade.setInput(0, inner)
        stage.nuke.nodes.Output().setInput(0, grade)
    group.setInput(0, stage.plate)
    before = print_of(stage, group)
    grade["multiply"].setValue(3)
    assert print_of(stage, group) != before


def test_the_format_and_the_colour_of_the_script_count(stage: Stage) -> None:
    before = print_of(stage, stage.plate)
    stage.nuke.root()["colorManagement"].setValue("OCIO")
    assert print_of(stage, stage.plate) != before


def test_our_own_node_above_counts_by_its_take_and_not_by_what_is_written_on_it(stage: Stage) -> None:
    second = stage.module("group").make("inpaint")
    second.setInput(0, stage.node)
    before = print_of(stage, stage.node)
    stage.pd.status("Working: 3 of 9", "working")
    stage.node["pd_job"].setValue("f" * 32)
    assert print_of(stage, stage.node) == before
    stage.node["mix"].setValue(0.5)
    assert print_of(stage, stage.node) != before


def test_a_plain_read_of_raw_exr_is_used_as_it_is(stage: Stage) -> None:
    stage.plate["raw"].setValue(True)
    stage.matte["raw"].setValue(True)
    plan = stage.plan()
    assert plan.count == 0
    assert plan.inputs["plate"].path == f"{stage.shot.folder}/plate.%04d.exr"
    assert plan.range.to_text() == "1001-1006"


def test_dots_and_switched_off_nodes_are_looked_through(stage: Stage) -> None:
    stage.plate["raw"].setValue(True)
    dot, off = stage.nuke.nodes.Dot(), graded(stage, stage.plate)
    off["multiply"].setValue(0.5)
    off["disable"].setValue(True)
    dot.setInput(0, off)
    stage.connect(plate=dot)
    assert [element.port for element in stage.plan().elements] == ["matte"] or stage.plan().count == 0


@pytest.mark.parametrize(
    ("knob", "value", "why"),
    [
        ("frame_mode", "offset", ""),
        ("frame", "10", "moves its frames"),
        ("premultiplied", True, "divides by alpha"),
        ("colorspace", "sRGB", "converts its colours"),
    ],
)
def test_a_read_that_changes_something_is_rendered_and_says_why(
    stage: Stage, knob: str, value: Any, why: str
) -> None:
    stage.plate["raw"].setValue(knob != "colorspace")
    if knob == "frame":
        stage.plate["frame_mode"].setValue("offset")
    stage.plate[knob].setValue(value)
    plan = stage.plan()
    rendered = {element.port: element.why for element in plan.elements}
    assert ("plate" in rendered) == bool(why)
    assert why in rendered.get("plate", "")


def test_a_script_in_proxy_mode_renders_at_full_size(stage: Stage) -> None:
    stage.plate["raw"].setValue(True)
    stage.nuke.root()["proxy"].setValue(True)
    assert "proxy" in stage.plan().elements[0].why


def test_a_still_that_is_held_is_used_as_it_is(stage: Stage) -> None:
    still = stage.nuke.nodes.Read()
    still["file"].setValue(str(stage.shot.file("matte", 1001)))
    still["raw"].setValue(True)
    stage.connect(matte=still)
    stage.plate["raw"].setValue(True)
    assert stage.plan().inputs["matte"].path == str(stage.shot.file("matte", 1001))


def test_handles_stop_where_the_plate_ends(stage: Stage) -> None:
    stage.node["frames"].setValue("these")
    stage.node["frame_list"].setValue("1002-1003")
    stage.node["handles"].setValue(2)
    plan = stage.plan()
    assert (plan.range.to_text(), plan.source_range.to_text()) == ("1002-1003", "1001-1005")


def test_the_plate_of_a_node_in_a_group_is_found_outside_of_it(stage: Stage) -> None:
    stage.plate["raw"].setValue(True)
    group = stage.nuke.nodes.Group()
    with group:
        inner = stage.nuke.nodes.Input()
    group.setInput(0, stage.plate)
    assert stage.module("upstream").source_of(inner) is stage.plate
