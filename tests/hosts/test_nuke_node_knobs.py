"""The node's knobs are the declaration's, and what they hold goes into the request."""

from __future__ import annotations

from typing import Any

import pytest

from photodouble_client.param import KINDS, Param
from photodouble_client.specs import SPECS


@pytest.fixture
def ours(nuke_host: Any) -> Any:
    """Give the adapter, imported into the Nuke of this test alone."""
    from nuke_adapter import fresh

    return fresh()


def test_every_kind_of_control_has_a_knob(ours: Any) -> None:
    assert set(ours.knobs.FACES) == set(KINDS)


@pytest.mark.parametrize("operation", sorted(SPECS))
def test_every_control_is_a_knob_with_its_help_and_its_default(ours: Any, operation: str) -> None:
    node = ours.group.make(operation)
    spec = SPECS[operation]
    for param in spec.params:
        knob = node[ours.knobs.knob_name(param.key)]
        turned = param.help.replace("upper edge", "lower edge")
        assert knob.tooltip() == (turned if param.kind == "point" else param.help)
        assert param.label in knob.label()
    assert ours.node.PhotoDoubleNode(node).values() == spec.validate({})


@pytest.mark.parametrize("operation", sorted(SPECS))
def test_no_two_knobs_have_one_name(ours: Any, operation: str) -> None:
    names = [knob.name() for knob in ours.layout.all_knobs(SPECS[operation])]
    assert sorted(names) == sorted(set(names))
    assert not set(names) & ours.knobs.RESERVED


@pytest.mark.parametrize("operation", sorted(SPECS))
def test_inputs_have_the_names_of_the_pictures_and_the_plate_is_first(ours: Any, operation: str) -> None:
    node = ours.group.make(operation)
    names = [one.name() for one in node.nodes() if one.Class() == "Input"]
    wanted = {port.key for port in SPECS[operation].inputs if port.role in ("image", "matte")}
    assert set(names) == wanted
    by_number = sorted(
        (int(one["number"].value()), one.name()) for one in node.nodes() if one.Class() == "Input"
    )
    assert by_number[0] == (0, "plate")
    files = {port.key for port in SPECS[operation].inputs} - wanted
    assert all(node[ours.knobs.knob_name(key)].Class() == "File_Knob" for key in files)


def test_a_control_named_like_one_of_nukes_own_is_renamed(ours: Any) -> None:
    assert ours.knobs.knob_name("label") == "pd_label"
    assert ours.knobs.knob_name("take") == "pd_take" or ours.knobs.knob_name("mix") == "pd_mix"
    assert ours.knobs.knob_name("matte_grow") == "matte_grow"


def test_what_is_animated_is_baked_one_value_a_frame(ours: Any) -> None:
    node = ours.group.make("inpaint")
    node["frames"].setValue("these")
    node["frame_list"].setValue("1001-1003")
    node["matte_grow"].setAnimated()
    for frame, value in ((1001, 0), (1003, 4)):
        node["matte_grow"].setValueAt(value, frame)
    node["matte_feather"].setExpression("frame - 1000")
    values = ours.node.PhotoDoubleNode(node).values()
    assert values["matte_grow"] == {"frames": {"1001": 0, "1002": 2, "1003": 4}}
    assert values["matte_feather"] == {"frames": {"1001": 1.0, "1002": 2.0, "1003": 3.0}}


def test_only_what_the_engine_animates_can_be_keyed(ours: Any) -> None:
    import nuke

    node = ours.group.make("inpaint")
    assert node["seed"].getFlag(nuke.NO_ANIMATION)
    assert not node["matte_grow"].getFlag(nuke.NO_ANIMATION)


def test_whatever_animates_is_a_kind_that_is_baked() -> None:
    animated = {param.kind for spec in SPECS.values() for param in spec.params if param.animates}
    assert animated <= {"float", "int", "bool"}


def test_points_are_counted_from_the_upper_edge_in_the_request(ours: Any) -> None:
    import nuke

    node = ours.group.make("replace")
    node.setInput(0, nuke.nodes.Constant(format="HD_1080"))
    node["top_left"].setValue([100.0, 1000.0])
    values = ours.node.PhotoDoubleNode(node).values()
    assert values["top_left"] == [100.0, 80.0]
    assert values["top_right"] == [0.0, 0.0], "a corner that was never set stays so"


def test_a_control_that_does_not_count_is_hidden(ours: Any) -> None:
    node = ours.group.make("replace")
    assert not node["shutter"].visible()
    node["motion_blur"].setValue("set")
    ours.knobs.show_what_counts(node, SPECS["replace"])
    assert node["shutter"].visible()


def test_values_that_are_set_are_read_back(ours: Any) -> None:
    node = ours.group.make("replace")
    wanted = {"grow": 1.5, "light": "none", "match_focus": False, "seed": 7, "bottom_left": [3.0, 4.0]}
    ours.knobs.set_values(node, SPECS["replace"], wanted, 48)
    found = ours.knobs.values_of(node, SPECS["replace"], (), 48)
    assert {key: found[key] for key in wanted} == wanted


def test_a_prompt_may_hold_brackets_and_dollars(ours: Any) -> None:
    node = ours.group.make("inpaint")
    node["prompt"].setValue("a wall [old] for $5\nand more")
    assert ours.node.PhotoDoubleNode(node).values()["prompt"] == "a wall [old] for $5\nand more"


def test_a_preset_sets_the_controls_and_is_one_step_of_undo(ours: Any, nuke_host: Any) -> None:
    ours.start.with_window()
    node = ours.group.make("replace")
    node["preset"].setValue("Screen")
    assert node["light"].value() == "none" and node["preset"].getValue() == 0
    nuke_host.undo()
    assert node["light"].value() == "automatic"


def test_the_menu_lists_every_operation(ours: Any) -> None:
    assert {operation for _, operation in ours.menus.NODES} == set(SPECS)
    assert all(label == ours.group.node_name(operation) for label, operation in ours.menus.NODES)


def test_a_limit_of_a_control_is_the_range_of_its_slider(ours: Any) -> None:
    param = Param("reach", "float", 1.0, "Reach", "How far.", minimum=0.0, maximum=9.0, soft_maximum=3.0)
    knob = ours.knobs.control_knob(param)
    assert (knob.min(), knob.max()) == (0.0, 3.0)
