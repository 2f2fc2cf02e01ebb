"""Command-line flags come from the declaration, for every kind of control."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from photodouble.generate.flags import (
    FLAGS,
    add_flags,
    add_port_flags,
    inputs_from_flags,
    values_from_flags,
)
from photodouble_client.errors import ArtistError
from photodouble_client.opspec import OpSpec
from photodouble_client.param import KINDS, Param
from photodouble_client.request import PortInput
from photodouble_client.specs import INPAINT, SPECS

TYPED: dict[str, tuple[Any, list[str], Any]] = {
    "float": (0.5, ["--one", "-1.5"], -1.5),
    "int": (1, ["--one", "-7"], -7),
    "bool": (True, ["--no-one"], False),
    "choice": ("a", ["--one", "b"], "b"),
    "text": ("", ["--one", "wire & rig"], "wire & rig"),
    "prompt": ("", ["--one", "a wall"], "a wall"),
    "path": ("", ["--one", "a b/c.exr"], "a b/c.exr"),
    "seed": (0, ["--one", "2147483647"], 2147483647),
    "colour": ([0.0, 0.0, 0.0], ["--one", "0.1,0.2,3"], [0.1, 0.2, 3.0]),
    "point": ([0.0, 0.0], ["--one=-1,2.5"], [-1.0, 2.5]),
    "frames": ("", ["--one=-5--3"], "-5--3"),
}


def _spec(kind: str, **more: Any) -> OpSpec:
    choices = ("a", "b") if kind == "choice" else ()
    param = Param("one", kind, TYPED[kind][0], "One", "100 % of it.", choices=choices, **more)
    return OpSpec("test", "Test", 1, "A test.", ports=(), params=(param,))


def _values(spec: OpSpec, *typed: str) -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    add_flags(parser, spec)
    parser.format_help()
    return values_from_flags(parser.parse_args(typed), spec)


def uncovered(table: dict[str, Any]) -> set[str]:
    return set(KINDS) ^ set(table)


def test_every_kind_of_control_has_a_flag() -> None:
    assert uncovered(FLAGS) == set()
    assert uncovered(TYPED) == set()


def test_a_kind_without_a_flag_would_be_noticed() -> None:
    assert uncovered({kind: flag for kind, flag in FLAGS.items() if kind != "seed"}) == {"seed"}


@pytest.mark.parametrize("kind", sorted(TYPED))
def test_what_is_typed_becomes_the_value(kind: str) -> None:
    _, typed, value = TYPED[kind]
    assert _values(_spec(kind), *typed) == {"one": value}


@pytest.mark.parametrize("kind", sorted(TYPED))
def test_what_is_not_typed_stays_out(kind: str) -> None:
    assert _values(_spec(kind)) == {}


@pytest.mark.parametrize("kind", ["float", "int", "choice", "seed", "colour", "point"])
def test_what_cannot_be_read_is_refused_plainly(kind: str) -> None:
    with pytest.raises(ArtistError) as caught:
        _values(_spec(kind), "--one", "many")
    assert caught.value.code == "usage.bad_value"


def test_an_animated_control_takes_one_value_per_frame() -> None:
    spec = _spec("float", animates=True)
    typed = '{"frames": {"1001": 0.25}}'
    assert _values(spec, "--one", typed) == {"one": {"frames": {"1001": 0.25}}}
    with pytest.raises(ArtistError):
        _values(spec, "--one", '{"frames": ')


def test_a_preset_is_the_start_and_flags_go_over_it() -> None:
    assert _values(INPAINT, "--preset", "Wire") == INPAINT.presets["Wire"]
    assert _values(INPAINT, "--preset", "Wire", "--reach", "9")["reach"] == 9


def test_an_unknown_preset_is_refused_plainly() -> None:
    with pytest.raises(ArtistError) as caught:
        _values(INPAINT, "--preset", "Elephant")
    assert caught.value.code == "usage.bad_value"


def test_both_spellings_of_colour_are_understood() -> None:
    assert _values(INPAINT, "--colorspace", "ACEScg") == _values(INPAINT, "--colourspace", "ACEScg")


def test_every_control_is_explained_on_the_command_line() -> None:
    for spec in SPECS.values():
        parser = argparse.ArgumentParser(formatter_class=argparse.RawTextHelpFormatter)
        add_flags(parser, spec)
        shown = parser.format_help()
        assert [param.key for param in spec.params if param.help.replace("%%", "%") not in shown] == []


def test_inputs_are_read_from_their_own_flags() -> None:
    parser = argparse.ArgumentParser()
    add_port_flags(parser, INPAINT)
    given = parser.parse_args(["--plate", "p.####.exr", "--do-not-sample", "m.exr"])
    assert inputs_from_flags(given, INPAINT) == {
        "plate": PortInput("p.####.exr"),
        "do_not_sample": PortInput("m.exr"),
    }
