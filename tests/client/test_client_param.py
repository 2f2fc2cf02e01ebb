"""Every kind of control takes what it should, in one canonical form, and refuses the rest."""

from __future__ import annotations

from typing import Any

from photodouble_client.errors import ArtistError
from photodouble_client.param import KINDS, Param, round_six

DEFAULTS = {
    "float": 0.5,
    "int": 3,
    "bool": False,
    "choice": "a",
    "text": "",
    "prompt": "",
    "path": "",
    "seed": 0,
    "colour": [0.0, 0.5, 1.0],
    "point": [0.0, 1.0],
    "frames": "1-5",
}
FAULTS = {
    "float": ["1", None, True, float("nan"), float("inf"), [1.0]],
    "int": [1.5, "1", True, None, float("inf")],
    "bool": [1, 0, "true", None],
    "choice": ["c", "", None, 1],
    "text": [1, None, b"x"],
    "prompt": [1, None],
    "path": [1, None],
    "seed": [-1, 2147483648, 1.5, "1"],
    "colour": [[1, 2], 1.0, "1,2,3", [1, 2, "3"]],
    "point": [[1], [1, 2, 3], 0.0],
    "frames": [5, None],
}


def _param(kind: str, **more: Any) -> Param:
    choices = ("a", "b") if kind == "choice" else ()
    return Param("one", kind, DEFAULTS[kind], "One", "Help.", choices=choices, **more)


def _code_of(param: Param, value: Any) -> str:
    try:
        param.check(value)
    except ArtistError as error:
        return error.code
    return ""


def _is_declarable(**fields: Any) -> bool:
    try:
        Param(**fields)
    except (ValueError, ArtistError):
        return False
    return True


def test_every_kind_is_tested_here() -> None:
    assert sorted(KINDS) == sorted(DEFAULTS) == sorted(FAULTS)


def test_every_kind_takes_its_own_default_unchanged() -> None:
    assert {kind: _param(kind).check(DEFAULTS[kind]) for kind in KINDS} == DEFAULTS


def test_every_kind_refuses_what_it_cannot_take() -> None:
    taken = [
        (kind, value)
        for kind in FAULTS
        for value in FAULTS[kind]
        if _code_of(_param(kind), value) != "usage.bad_value"
    ]
    assert taken == []


def test_every_kind_comes_back_from_json_as_it_was_declared() -> None:
    for kind in KINDS:
        param = _param(kind, unit="px", shown_when={"other": ("x", 1)}, since=2, group="Group")
        assert Param.from_json(param.to_json()) == param


def test_a_32_bit_property_and_a_double_give_the_same_value() -> None:
    as_32_bit = 0.10000000149011612
    assert _param("float").check(as_32_bit) == _param("float").check(0.1) == 0.1


def test_six_significant_digits_are_kept_at_every_size() -> None:
    assert round_six(1234567.8) == 1234570.0
    assert round_six(0.000123456789) == 0.000123457
    assert str(round_six(-0.0)) == "0.0"


def test_whole_numbers_from_a_host_that_knows_only_doubles_are_whole() -> None:
    checked = _param("int").check(7.0)
    assert (checked, type(checked)) == (7, int)


def test_a_value_outside_its_limits_is_refused_and_the_limits_are_named() -> None:
    param = _param("float", minimum=0.0, maximum=1.0)
    assert param.check(1) == 1.0
    try:
        param.check(1.01)
    except ArtistError as error:
        assert "from 0 to 1" in error.fix
    else:
        raise AssertionError("1.01 was taken")


def test_a_limit_holds_for_every_part_of_a_colour() -> None:
    assert _code_of(_param("colour", minimum=0.0), [0.0, -0.1, 0.0]) == "usage.bad_value"


def test_a_frame_list_is_kept_in_canonical_form() -> None:
    assert _param("frames").check("5, 1-4") == "1-5"
    assert _code_of(_param("frames"), "1..4") == "usage.frames"


def test_an_animated_value_is_taken_only_where_the_control_animates() -> None:
    animated = {"frames": {"1002": 1, "-3": 0.1234567, "1001": 0.5}}
    checked = _param("float", animates=True).check(animated)
    assert checked == {"frames": {"-3": 0.123457, "1001": 0.5, "1002": 1.0}}
    assert list(checked["frames"]) == ["-3", "1001", "1002"]
    assert _code_of(_param("float"), animated) == "usage.bad_value"


def test_a_malformed_animated_value_is_refused() -> None:
    param = _param("float", animates=True, maximum=1.0)
    for value in (
        {},
        {"frames": {}},
        {"frames": [1]},
        {"frames": {"a": 0.5}},
        {"frames": {"1": "x"}},
        {"frames": {"1": 2.0}},
        {"frames": {"1": 0.5}, "more": 1},
        {"frames": {"1": {"frames": {"1": 0.5}}}},
    ):
        assert _code_of(param, value) == "usage.bad_value", value


def test_a_declaration_that_contradicts_itself_is_refused() -> None:
    sound = {"key": "a", "kind": "float", "default": 0.5, "label": "A", "help": "H."}
    assert _is_declarable(**sound)
    assert not _is_declarable(**dict(sound, kind="slider"))
    assert not _is_declarable(**dict(sound, default=2.0, maximum=1.0))
    assert not _is_declarable(**dict(sound, default=1.23456789))
    assert not _is_declarable(**dict(sound, kind="choice", default="a"))
