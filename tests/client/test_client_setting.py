"""Fusion's settings as text: what is written reads back the same, and what Fusion writes is understood."""

from __future__ import annotations

import random

from photodouble_client import setting
from photodouble_client.setting import Table, ordered, parse, write

SAVED = """{
\tTools = ordered() {
\t\tLook = GroupOperator {
\t\t\tCtrlWZoom = false,
\t\t\tInputs = ordered() {
\t\t\t\tMainInput1 = InstanceInput { SourceOp = "Blur1", Source = "Input", },
\t\t\t\tComments = Input { Value = "two\\nlines, a \\"quote\\" and C:\\\\shows", },
\t\t\t},
\t\t\t-- a line that says nothing { with a brace
\t\t\tOutputs = { MainOutput1 = InstanceOutput { SourceOp = 'Blur1', Source = "Output" } },
\t\t\tTools = ordered() {
\t\t\t\tBlur1 = Fuse.Blur {
\t\t\t\t\tInputs = {
\t\t\t\t\t\tXBlurSize = Input { Value = -1.5e-09, Expression = "iif(time > 3, 1, 0)", },
\t\t\t\t\t\t["Gamut.SLogVersion"] = Input { Value = FuID { "SLog2" }, },
\t\t\t\t\t\tEmpty = Input { },
\t\t\t\t\t},
\t\t\t\t\tKeys = { [0] = { 1, RH = { 2, 3 } }, [-0.94] = { 0x10 } },
\t\t\t\t\tUserControls = ordered() {
\t\t\t\t\t\tView = { { CCS_AddString = "one" }, { CCS_AddString = "two" }, INP_Integer = true; },
\t\t\t\t\t},
\t\t\t\t\tHint = [[a long [text] \\ as it is]],
\t\t\t\t\tGone = nil, --[[ more
\t\t\t\t\tlines ]]
\t\t\t\t}
\t\t\t}
\t\t}
\t},
\tActiveTool = "Look"
}
"""

HARD = ("", "a b", 'a "b" \\ c', "two\nlines\tand\rmore", "\x00\x01\x7f9", "ünï · ✓", "[[x]]", "-- no", "}")

BROKEN = (
    "",
    "{",
    "}",
    "{ a = }",
    "{ a b }",
    "{ [1 = 2 }",
    "{ [{}] = 2 }",
    '{ a = "cut }',
    "{ a = [[cut }",
    "{ } { }",
    "5",
    "{ a = function() end }",
    "{ a = os.execute }",
    '{ a = f("x") }',
    "{ a = 1 + 2 }",
    "{ a = 1e999 }",
    "{ true = 1 }",
    "{ a = ordered( { } }",
)


def raised(call, *given):
    try:
        call(*given)
    except ValueError as error:
        return str(error)
    return ""


def test_what_fusion_saves_is_read_in_its_order():
    look = parse(SAVED).table("Tools").table("Look")
    assert look.name == "GroupOperator" and look.table("Inputs").is_ordered
    assert look.table("Inputs").keys == ("MainInput1", "Comments")
    assert look.table("Inputs").table("Comments").get("Value") == 'two\nlines, a "quote" and C:\\shows'
    blur = look.table("Tools").table("Blur1")
    assert blur.name == "Fuse.Blur"
    assert blur.table("Inputs").table("XBlurSize").get("Value") == -1.5e-09
    assert blur.table("Inputs").table("Gamut.SLogVersion").table("Value") == Table(((None, "SLog2"),), "FuID")
    assert blur.table("Keys").table(0).listed() == (1,) and blur.table("Keys").table(-0.94).listed() == (16,)
    controls = blur.table("UserControls").table("View")
    assert [one.get("CCS_AddString") for one in controls.listed()] == ["one", "two"]
    assert blur.get("Hint") == "a long [text] \\ as it is" and blur.get("Gone", 1) is None


def test_what_is_written_reads_back_the_same():
    found = parse(SAVED)
    assert parse(write(found)) == found
    assert write(parse(write(found))) == write(found)


def test_windows_line_ends_and_a_byte_order_mark_change_nothing():
    assert parse("\ufeff" + SAVED.replace("\n", "\r\n")) == parse(SAVED)


def test_every_text_reads_back_as_it_was():
    for text in HARD:
        assert parse("{" + setting.quoted(text) + "}").listed() == (text,)
        table = Table(((text, text), (None, text)))
        assert parse(write(table)) == table


def test_numbers_read_back_bit_for_bit():
    for value in (0, 1, -3, 0.1, 1 / 3, 1e-9, 123456789.125, 1e20, 1e300, -0.5, 10**15):
        assert parse("{" + setting.number(value) + "}").listed() == (value,)
    assert parse("{" + setting.number(-0.0) + "}").listed()[0].hex() == "-0x0.0p+0"


def test_a_damaged_setting_is_refused_and_nothing_in_it_is_run():
    for text in BROKEN:
        assert raised(parse, text), text


def test_the_line_is_named():
    assert raised(parse, "{\n a = 1,\n b = ,\n}").startswith("line 3")


def test_a_setting_may_not_be_endless():
    deep = "{" * (setting.DEEPEST + 1) + "}" * (setting.DEEPEST + 1)
    assert "deep" in raised(parse, deep)
    assert raised(parse, "{" * 100000)
    allowed = "{" * setting.DEEPEST + "}" * setting.DEEPEST
    assert parse(allowed) == parse(write(parse(allowed)))
    table = Table()
    for _ in range(setting.DEEPEST + 2):
        table = Table(((None, table),))
    assert "deep" in raised(write, table)
    longest, setting.LONGEST = setting.LONGEST, 10
    try:
        assert "too long" in raised(parse, "{ a = 1, b = 2 }")
    finally:
        setting.LONGEST = longest


def test_what_no_setting_can_hold_is_not_written():
    for value in (float("nan"), float("inf"), b"bytes", [1]):
        assert raised(write, Table((("a", value),))), value
    assert raised(write, Table((), "a b")) and raised(write, Table((), "return"))


def test_a_key_that_is_a_word_of_the_language_is_put_in_brackets():
    table = ordered(("end", 1), ("a b", 2), ("9", 3), (9, 4), ("plain", 5))
    text = write(table)
    assert '["end"] = 1' in text and '["a b"] = 2' in text and "[9] = 4" in text
    assert parse(text) == table and table.get(9) == 4 and table.get("9") == 3


def test_the_last_of_several_entries_counts():
    assert parse("{ a = 1, a = 2 }").get("a") == 2


def test_a_long_table_within_a_short_one_is_written_whole():
    clip = Table(tuple((f"entry{number}", number) for number in range(20)), "Clip")
    table = Table((("Clips", Table(((None, clip),))),))
    assert parse(write(table)) == table


def test_made_up_tables_read_back_the_same():
    hand = random.Random(7)

    def made(depth):
        kind = hand.randrange(7 if depth < 4 else 5)
        if kind > 4:
            entries = tuple((made_key(), made(depth + 1)) for _ in range(hand.choice((0, 1, 3, 6, 14))))
            return Table(entries, hand.choice(("", "ordered()", "Input", "Fuse.X", "FuID")))
        return (hand.choice(HARD), hand.randrange(-9, 9), hand.uniform(-1e6, 1e-6), True, None)[kind]

    def made_key():
        return hand.choice((None, "a", "B_2", "end", "x.y", "", 0, -3, 0.25))

    for _ in range(300):
        table = Table(tuple((made_key(), made(0)) for _ in range(4)))
        assert parse(write(table)) == table


def test_a_cut_or_changed_setting_is_read_or_refused_and_never_crashes():
    hand = random.Random(11)
    for _ in range(1500):
        text = SAVED[: hand.randrange(len(SAVED))] if hand.random() < 0.3 else SAVED
        for _ in range(hand.randrange(1, 5)):
            at = hand.randrange(len(text) + 1)
            cut = hand.randrange(4)
            text = (
                text[:at] + "".join(hand.choice('{}[]()=,;"\\\n-.e0a') for _ in range(cut)) + text[at + cut :]
            )
        found = raised(parse, text)
        if not found:
            assert parse(write(parse(text))) == parse(text)
