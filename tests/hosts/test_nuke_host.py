"""The made-up Nuke behaves as the facts say Nuke does: knobs, nodes, undo, callbacks, threads, windows."""

from __future__ import annotations

import importlib.util
import sys
import threading
from collections.abc import Iterator
from typing import Any

import nuke_host as fake
import pytest


@pytest.fixture
def nuke(nuke_host: Any) -> Any:
    return sys.modules["nuke"]


@pytest.fixture
def terminal() -> Iterator[Any]:
    fake.install(gui=False)
    yield sys.modules["nuke"]
    fake.remove()


def with_knob(nuke: Any, knob: Any) -> Any:
    node = nuke.nodes.NoOp()
    node.addKnob(knob)
    return knob


def test_there_is_no_nuke_when_it_is_removed() -> None:
    fake.install(studio=True)
    fake.remove()
    assert "nuke" not in sys.modules
    assert importlib.util.find_spec("nuke") is None


def test_an_enumeration_has_a_text_and_a_place(nuke: Any) -> None:
    knob = with_knob(nuke, nuke.Enumeration_Knob("take", "take", ["plate", "v001", "v002"]))
    assert (knob.value(), knob.getValue()) == ("plate", 0.0)
    assert knob.setValue("v002") and knob.getValue() == 2.0
    assert knob.setValue(1) and knob.value() == "v001"
    with pytest.raises(TypeError):
        knob.setValue("v009")


def test_a_list_that_changes_keeps_the_place_not_the_text(nuke: Any) -> None:
    knob = with_knob(nuke, nuke.Enumeration_Knob("take", "take", ["plate", "v001"]))
    knob.setValue("v001")
    knob.setValues(["plate", "v002", "v001"])
    assert knob.value() == "v002"


@pytest.mark.parametrize(
    ("kind", "given", "value", "exact"),
    [
        ("Int_Knob", 3, 3, int),
        ("Double_Knob", 3, 3.0, float),
        ("Boolean_Knob", True, True, bool),
        ("String_Knob", "a", "a", str),
        ("XY_Knob", (1, 1), [1.0, 1.0], list),
        ("XYZ_Knob", (1, 2, 3), [1.0, 2.0, 3.0], list),
        ("Color_Knob", 0.5, 0.5, float),
        ("AColor_Knob", (1, 0, 0, 1), [1.0, 0.0, 0.0, 1.0], list),
        ("BBox_Knob", (0, 0, 8, 4), [0.0, 0.0, 8.0, 4.0], list),
    ],
)
def test_every_kind_of_knob_gives_its_own_kind_of_value(
    nuke: Any, kind: str, given: Any, value: Any, exact: type
) -> None:
    knob = with_knob(nuke, getattr(nuke, kind)("k", "k"))
    knob.setValue(given)
    assert knob.value() == value
    assert type(knob.value()) is exact


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("Double_Knob", "1"),
        ("Int_Knob", None),
        ("String_Knob", 3),
        ("XY_Knob", (1, 2, 3)),
        ("File_Knob", b"a"),
        ("Boolean_Knob", "true"),
    ],
)
def test_a_value_of_another_kind_is_refused(nuke: Any, kind: str, wrong: Any) -> None:
    knob = with_knob(nuke, getattr(nuke, kind)("k", "k"))
    with pytest.raises(TypeError):
        knob.setValue(wrong)


def test_an_animated_knob_is_asked_at_a_frame(nuke: Any, nuke_host: Any) -> None:
    knob = with_knob(nuke, nuke.Double_Knob("grow", "grow"))
    knob.setAnimated()
    knob.setValueAt(0, 1001)
    knob.setValueAt(10, 1011)
    nuke_host.set_frame(1006)
    assert (knob.value(), knob.getValueAt(1001), knob.getValueAt(2000)) == (5.0, 0.0, 10.0)
    assert knob.isAnimated() and knob.getKeyList() == [1001.0, 1011.0]
    assert [(key.x, key.y) for key in knob.animation(0).keys()] == [(1001, 0), (1011, 10)]  # noqa: SIM118


def test_an_expression_is_worked_out_and_a_wrong_one_says_so(nuke: Any) -> None:
    group = nuke.nodes.Group()
    group.addKnob(nuke.Double_Knob("mix", "mix"))
    group.addKnob(nuke.Enumeration_Knob("take", "take", ["plate", "v001"]))
    group["mix"].setValue(0.25)
    with group:
        switch = nuke.nodes.Switch()
        merge = nuke.nodes.Merge2()
    switch["which"].setExpression("parent.take == 0 ? 1 : 2")
    merge["mix"].setExpression("parent.mix * 2")
    assert (switch["which"].value(), merge["mix"].value()) == (1, 0.5)
    group["take"].setValue("v001")
    assert switch["which"].value() == 2
    assert group in switch.dependencies(nuke.EXPRESSIONS)
    merge["mix"].setExpression("parent.mixx")
    with pytest.raises(RuntimeError, match="mixx"):
        merge["mix"].value()


def test_names_are_uncollided_and_found_in_their_group(nuke: Any) -> None:
    one, other = nuke.nodes.Blur(), nuke.nodes.Blur()
    assert (one.name(), other.name()) == ("Blur1", "Blur2")
    other.setName("Blur1")
    assert other.name() == "Blur2"
    group = nuke.nodes.Group(name="G")
    with group:
        inner = nuke.nodes.Blur(name="Blur1")
        assert nuke.toNode("Blur1") is inner
    assert (nuke.toNode("Blur1"), nuke.toNode("G.Blur1")) == (one, inner)
    assert inner.fullName() == "G.Blur1"
    assert nuke.toNode("nobody") is None


def test_what_is_not_there_is_told_as_nuke_tells_it(nuke: Any) -> None:
    node = nuke.nodes.Blur()
    with pytest.raises(NameError):
        node["sizee"]
    assert node.knob("sizee") is None
    with pytest.raises(ValueError):
        nuke.selectedNode()
    with pytest.raises(RuntimeError, match="Unknown command"):
        nuke.createNode("Blurr")
    with pytest.raises(AttributeError, match="allNods"):
        nuke.allNods()
    with pytest.raises(AttributeError):
        nuke.nodes.Blurr()


def test_a_group_is_fed_through_its_input_nodes_only(nuke: Any) -> None:
    plate, group = nuke.nodes.Read(), nuke.nodes.Group()
    assert not group.setInput(0, plate)
    with group:
        nuke.nodes.Input()
    assert group.setInput(0, plate)
    assert not group.setInput(1, plate)
    assert not plate.setInput(0, group)


def test_a_ring_cannot_be_connected(nuke: Any) -> None:
    one = nuke.nodes.Dot()
    other = nuke.nodes.Dot(inputs=[one])
    assert not one.setInput(0, other)


def test_a_deleted_node_is_of_no_use_and_undo_brings_it_back(nuke: Any, nuke_host: Any) -> None:
    above = nuke.nodes.Dot()
    node = nuke.nodes.Blur(inputs=[above])
    below = nuke.nodes.Dot(inputs=[node])
    nuke.delete(node)
    assert below.input(0) is above
    with pytest.raises(ValueError, match="not attached"):
        node.name()
    nuke_host.undo()
    assert (node.name(), below.input(0)) == ("Blur1", node)


def test_a_group_of_undo_is_one_step(nuke: Any, nuke_host: Any) -> None:
    node = nuke.nodes.Blur()
    steps = nuke.Undo.undoSize()
    with nuke.Undo("Photo Double"):
        node["size"].setValue(3)
        with nuke.Undo():
            node["channels"].setValue("rgb")
            nuke.nodes.Dot()
    assert nuke.Undo.undoSize() == steps + 1
    assert nuke_host.undo()
    assert (node["size"].value(), node["channels"].value(), len(nuke.allNodes())) == (0.0, "all", 1)
    assert nuke_host.redo()
    assert (node["size"].value(), len(nuke.allNodes())) == (3.0, 2)


def test_nothing_is_kept_while_undo_is_disabled(nuke: Any) -> None:
    node = nuke.nodes.Blur()
    steps = nuke.Undo.undoSize()
    nuke.Undo.disable()
    node["size"].setValue(3)
    nuke.Undo.enable()
    assert nuke.Undo.undoSize() == steps
    assert not nuke.Undo.disabled()


def test_a_changed_knob_is_told_once_and_only_when_it_changed(nuke: Any) -> None:
    seen: list[str] = []
    nuke.addKnobChanged(lambda: seen.append(nuke.thisKnob().name()), nodeClass="Blur")
    node = nuke.nodes.Blur()
    node["size"].setValue(3)
    node["size"].setValue(3)
    nuke.nodes.Dot().setName("Other")
    node.setInput(0, nuke.nodes.Dot())
    node.showControlPanel()
    assert seen == ["size", "inputChange", "showPanel"]


def test_some_nukes_tell_changes_of_open_panels_only() -> None:
    host = fake.install(always=False)
    nuke = sys.modules["nuke"]
    seen: list[str] = []
    nuke.addKnobChanged(lambda: seen.append(nuke.thisKnob().name()))
    node = nuke.nodes.NoOp()
    node.addKnob(nuke.Double_Knob("quiet", "quiet"))
    node.addKnob(nuke.Double_Knob("loud", "loud"))
    node["loud"].setFlag(nuke.KNOB_CHANGED_ALWAYS)
    node["quiet"].setValue(1)
    node["loud"].setValue(1)
    node.showControlPanel()
    node["quiet"].setValue(2)
    fake.remove()
    assert seen == ["loud", "showPanel", "quiet"]
    assert host.messages == []


def test_callbacks_added_again_move_to_the_end_and_their_errors_fly_on(nuke: Any) -> None:
    seen: list[str] = []

    def first() -> None:
        seen.append("first")

    def second() -> None:
        seen.append("second")

    for call in (first, second, first):
        nuke.addOnCreate(call)
    nuke.nodes.Dot()
    assert seen == ["second", "first"]
    nuke.removeOnCreate(second)

    def broken() -> None:
        raise KeyError("planted")

    nuke.addOnCreate(broken)
    nuke.addOnCreate(second)
    with pytest.raises(KeyError):
        nuke.nodes.Dot()
    assert seen == ["second", "first", "first"]
    with pytest.raises(ValueError):
        nuke.addOnCreate("print(1)")


def test_the_last_label_that_is_not_none_wins(nuke: Any, nuke_host: Any) -> None:
    node = nuke.nodes.Dot()
    nuke.addAutolabel(lambda: "one")
    nuke.addAutolabel(lambda: None)
    assert nuke_host.label(node) == "one"


def test_the_graph_belongs_to_the_main_thread(nuke: Any, nuke_host: Any) -> None:
    node = nuke.nodes.Blur()
    raised: list[str] = []

    def work() -> None:
        for call in (lambda: node["size"].setValue(1), nuke.allNodes, nuke.nodes.Dot, node.name):
            try:
                call()
            except RuntimeError as error:
                raised.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(30)
    assert len(raised) == 4
    assert node["size"].value() == 0


def test_a_call_handed_to_the_main_thread_gives_its_answer_and_swallows_its_error(
    nuke: Any, nuke_host: Any
) -> None:
    answers: list[Any] = []

    def broken() -> None:
        raise KeyError("planted")

    def work() -> None:
        answers.append(nuke.executeInMainThreadWithResult(lambda one: one * 2, 21))
        answers.append(nuke.executeInMainThreadWithResult(broken))

    thread = threading.Thread(target=work)
    thread.start()
    while thread.is_alive():
        nuke_host.idle()
    assert answers == [42, None]
    assert "planted" in nuke_host.printed[0]


def test_waiting_for_the_main_thread_on_the_main_thread_never_ends(nuke: Any) -> None:
    with pytest.raises(RuntimeError, match="for ever"):
        nuke.executeInMainThreadWithResult(lambda: 1)


def test_a_menu_command_is_one_step_of_undo(nuke: Any, nuke_host: Any) -> None:
    bar = nuke.menu("Nuke").addMenu("Photo Double")
    bar.addCommand("Make/Two", lambda: [nuke.nodes.Dot(), nuke.nodes.Dot()])
    steps = nuke.Undo.undoSize()
    nuke_host.click("Nuke/Photo Double/Make/Two")
    assert (len(nuke.allNodes()), nuke.Undo.undoSize()) == (2, steps + 1)
    with pytest.raises(LookupError):
        nuke_host.click("Nuke/Photo Double/Make/Three")


def test_a_button_runs_with_its_node(nuke: Any, nuke_host: Any) -> None:
    node = nuke.nodes.NoOp(name="Mine")
    text = "import nuke\nnuke.message(nuke.thisNode().name() + ' ' + nuke.thisKnob().name())"
    node.addKnob(nuke.PyScript_Knob("go", "Go", text))
    nuke_host.press(node, "go")
    assert nuke_host.messages == ["Mine go"]


def test_without_a_window_there_is_no_menu_and_no_message(terminal: Any) -> None:
    assert not terminal.GUI and not terminal.env["gui"]
    for call in (
        lambda: terminal.menu("Nuke"),
        lambda: terminal.toolbar("Photo Double"),
        lambda: terminal.message("hello"),
    ):
        with pytest.raises(RuntimeError):
            call()
    assert terminal.getPaneFor("Properties.1") is None


def test_a_panel_is_made_by_its_name(nuke: Any, nuke_host: Any) -> None:
    import nukescripts

    nukescripts.panels.registerWidgetAsPanel(
        "__import__('collections').Counter", "Panel", "com.example.panel"
    )
    nuke_host.click("Pane/Panel")
    assert nuke_host.panel("com.example.panel").make() == {}
    nukescripts.restorePanel("com.example.other")
    assert "com.example.other" in nuke_host.printed[0]
    with pytest.raises(TypeError):
        nukescripts.registerWidgetAsPanel(dict, "Panel", "com.example.panel")


def test_ranges_of_frames_are_read(nuke: Any) -> None:
    assert list(nuke.FrameRange("1-10x4")) == [1, 5, 9]
    assert nuke.FrameRanges("1-3 -2 20-30x5").toFrameList() == [1, 2, 3, -2, 20, 25, 30]
    with pytest.raises(ValueError):
        nuke.FrameRange("1..3")


def test_a_format_has_a_size_a_shape_and_a_name(nuke: Any) -> None:
    made = nuke.addFormat("1828 1556 2.0 scope")
    assert (made.width(), made.height(), made.pixelAspect(), made.name()) == (1828, 1556, 2.0, "scope")
    nuke.root()["format"].setValue("scope")
    assert nuke.root().format().width() == 1828
    with pytest.raises(ValueError):
        nuke.root()["format"].setValue("no such format")


def test_a_read_takes_its_range_from_what_was_chosen(nuke: Any) -> None:
    read = nuke.nodes.Read()
    read["file"].fromUserText("/show/plate.####.exr 1001-1010")
    assert (read["file"].value(), read["first"].value(), read["last"].value()) == (
        "/show/plate.####.exr",
        1001,
        1010,
    )
    assert read["file_type"].value() == "exr"
    assert read["file"].evaluate(1003) == "/show/plate.1003.exr"


def test_a_bracket_in_a_path_is_a_command_unless_it_is_escaped(nuke: Any) -> None:
    read = nuke.nodes.Read()
    read["file"].setValue("/show/[a]/plate.%04d.exr")
    with pytest.raises(RuntimeError, match="Tcl"):
        read["file"].evaluate(1)
    read["file"].setValue("/show/\\[a\\]/plate.%04d.exr")
    assert read["file"].evaluate(1) == "/show/[a]/plate.0001.exr"
    read["file"].setValue("[value root.name]/x")
    assert read["file"].evaluate() == "/x"


def test_the_knobs_of_exr_appear_with_the_file_type(nuke: Any) -> None:
    write = nuke.nodes.Write()
    assert "datatype" not in write.knobs()
    write["file_type"].setValue("exr")
    assert write["datatype"].value() == "16 bit half"
