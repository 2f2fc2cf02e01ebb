"""Nuke's scripts as text: what is written reads back the same, and what Nuke writes is understood."""

from __future__ import annotations

from photodouble_client import nk

HARD = (
    "",
    "a b",
    'it [exec rm] {is} $hard \\ "quoted"',
    "two\nlines\tand a tab",
    "# no comment",
    "ünï · ✓",
    "ends with \\",
    "}",
    "/show/a b/plate.####.exr",
    "/show/plate.%04d.exr",
    "-1",
)

COPIED = """set cut_paste_input [stack 0]
version 13.2 v4
Read {
 inputs 0
 file_type exr
 file /show/it's\\ 5"/plate.%04d.exr
 format "2048 1556 0 0 2048 1556 1 2K_Super_35(full-ap)"
 name Read1
 xpos -10
}
set N5ff0e0 [stack 0]
# a line that says nothing, with a bracket {
Grade {
 white {1.5 1 0.5 1}
 multiply {{curve x1001 1 x1010 2.5}}
 mix {{"parent.take == 0" i}}
 name Grade1
}
push $N5ff0e0
Merge2 {
 inputs 2
 operation minus
 name Merge1
}
push 0
push $N5ff0e0
Group {
 inputs 2
 name Look
 addUserKnob {20 User l "My tab"}
 addUserKnob {7 amount l Amount t "How {much}" R 0 2 +INVISIBLE}
 amount 0.25
 addUserKnob {4 take M {plate "v002 \\[good\\]"}}
 addUserKnob {22 go T "print(\\"hi\\")\\nprint(2)" -STARTLINE}
}
 Input {
  inputs 0
  name A
 }
 Dot {
 }
 Output {
  name Output1
 }
end_group
"""


def raised(call):
    try:
        call()
    except ValueError as error:
        return str(error)
    return ""


def test_every_text_reads_back_as_it_was():
    for text in HARD:
        written = nk.quoted(text)
        assert nk.plain(written) == text, written
        assert nk.words("before " + written + " after") == ["before", text, "after"]


def test_a_written_text_runs_nothing_in_tcl():
    for text in HARD:
        bare = nk.quoted(text).replace("\\\\", "")
        for sign in "[]${}":
            assert bare.count(sign) == bare.count("\\" + sign), text


def test_numbers_read_back_bit_for_bit():
    for value in (0, 1, -3, 0.1, 1 / 3, 1e-9, 123456789.125, 1e20, -0.5):
        assert nk.values_of(nk.number(value)) == [value]


def test_channels_expressions_and_animations_are_told_apart():
    assert nk.values_of("{1 2.5 -3}") == [1, 2.5, -3]
    assert nk.values_of("true") == [1]
    assert nk.values_of("0xff0000ff") == [0xFF0000FF]
    assert nk.values_of("{{parent.mix}}") == ["parent.mix"]
    assert nk.values_of('{{"parent.take == 0" i}}') == ["parent.take == 0"]
    assert nk.values_of("{{curve x1 0 2 x10 1}}") == [{1: 0, 2: 2, 10: 1}]
    assert nk.values_of("{1 {a.b} {curve x1 2}}") == [1, "a.b", {1: 2}]


def test_written_animations_and_expressions_read_back():
    keys = {1001.0: 0.1, 1010.0: -2.0}
    assert nk.values_of(nk.curves(keys)) == [keys]
    assert nk.values_of(nk.curves(keys, {5.0: 1.0})) == [keys, {5.0: 1.0}]
    for text in ("parent.mix", "parent.take == 0", "a * (b + 1)"):
        assert nk.values_of(nk.expression(text)) == [text]


def test_what_nuke_copies_is_understood():
    script = nk.parse(COPIED)
    read, grade, merge, group = script.blocks
    assert script.version == "13.2 v4"
    assert nk.plain(read.value("file")) == "/show/it's 5\"/plate.%04d.exr"
    assert nk.plain(read.value("format")) == "2048 1556 0 0 2048 1556 1 2K_Super_35(full-ap)"
    assert (read.inputs, grade.inputs, merge.inputs) == ((), ("Read1",), ("Read1", "Grade1"))
    assert nk.values_of(grade.value("multiply")) == [{1001: 1, 1010: 2.5}]
    assert group.inputs == ("Read1",)
    assert [child.kind for child in group.children] == ["Input", "Dot", "Output"]
    assert group.children[1].name == "Dot1", "a node without a name gets one, as Nuke gives it"
    assert group.children[2].inputs == ("Dot1",)


def test_the_controls_a_user_added_are_understood():
    tab, amount, take, button = nk.parse(COPIED).blocks[-1].user_knobs
    assert (tab.type, tab.label) == (20, "My tab")
    assert amount == nk.UserKnob(7, "amount", "Amount", "How {much}", range=(0, 2), flags=("+INVISIBLE",))
    assert take.items == ("plate", "v002 [good]")
    assert (button.target, button.flags) == ('print("hi")\nprint(2)', ("-STARTLINE",))


def test_a_graph_reads_back_as_it_was_written():
    inside = (
        nk.Block("Input", (("name", "plate"),)),
        nk.Block("Keymix", (("mix", nk.expression("parent.mix")), ("name", "K")), ("plate", "", "plate")),
        nk.Block("Output", (("name", "O"),), ("K",)),
    )
    knobs = (nk.UserKnob(20, "PD"), nk.UserKnob(7, "mix", "Mix", range=(0.0, 1.0)), nk.UserKnob(26, ""))
    blocks = (
        nk.Block("Read", (("file", nk.quoted(HARD[2])), ("name", "R"))),
        nk.Block("Group", (("name", "G"), ("mix", "0.5")), ("R",), knobs, inside),
        nk.Block("Merge2", (("name", "M"),), ("R", "G", "R")),
    )
    root = nk.Block("Root", (("first_frame", "1001"),))
    for clipboard in (False, True):
        text = nk.write(blocks, version="15.0 v4", root=root, layers=("fill fill.red",), clipboard=clipboard)
        assert nk.parse(text) == nk.Script(blocks, root, "15.0 v4", ("fill fill.red",))


def test_a_mask_is_counted_beside_the_inputs():
    blocks = [nk.Block("Dot", (("name", "D"),)), nk.Block("Merge2", (("name", "M"),), ("D", "D", "D"))]
    assert "inputs 2+1" in nk.write(blocks)
    assert "inputs 2+1" not in nk.write([blocks[0], nk.Block("Keymix", (("name", "M"),), ("D", "D", "D"))])


def test_nodes_are_written_behind_what_feeds_them():
    late = nk.Block("Dot", (("name", "B"),), ("A",))
    text = nk.write([late, nk.Block("Dot", (("name", "A"),))])
    assert [block.name for block in nk.parse(text).blocks] == ["A", "B"]
    ring = [nk.Block("Dot", (("name", "A"),), ("B",)), late]
    assert "ring" in raised(lambda: nk.write(ring))


def test_a_clone_takes_over_what_it_does_not_say():
    text = "Blur {\n inputs 0\n size 3\n name A\n}\nset C1 [stack 0]\nclone $C1 {\n inputs 0\n name B\n}\n"
    one, other = nk.parse(text).blocks
    assert (other.kind, other.value("size"), other.name) == (one.kind, "3", "B")


def test_what_is_cut_short_or_nested_without_end_is_refused():
    for text, wanted in (
        ("Blur {\n size 3\n", "cut short"),
        ("Group {\n name G\n}\n Dot {\n }\n", "cut short"),
        ("end_group\n", "never began"),
        ("}\n", "never opened"),
        ("Blur {\n x " + "{" * 200 + "}" * 200 + "\n}\n", "without end"),
        ("Group {\n}\n" * 200, "without end"),
        ("Dot {\n inputs 99999999\n}\n", "inputs"),
        ("Dot {\n addUserKnob {x y}\n}\n", "no type"),
    ):
        assert wanted in raised(lambda text=text: nk.parse(text)), text[:40]


def test_every_node_is_given_one_after_the_other():
    found = [(kind, dict(knobs).get("name", "")) for kind, knobs in nk.blocks_of(COPIED)]
    assert found[:4] == [("Read", "Read1"), ("Grade", "Grade1"), ("Merge2", "Merge1"), ("Group", "Look")]
    assert [kind for kind, _ in found[4:]] == ["Input", "Dot", "Output"]
