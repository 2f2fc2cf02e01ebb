"""Operations are declared completely, and their values checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from photodouble_client.errors import ArtistError
from photodouble_client.opspec import OpSpec, Port
from photodouble_client.param import Param
from photodouble_client.specs import INPAINT, SPECS

GAIN = Param("gain", "float", 1.0, "Gain", "Brightness.", animates=True)
MODE = Param("mode", "choice", "soft", "Mode", "How.", choices=("soft", "hard"))


def _spec(**more: Any) -> OpSpec:
    fields = {"version": 1, "ports": (), "params": (GAIN, MODE)}
    fields.update(more)
    return OpSpec(key="test", label="Test", summary="A test.", **fields)


def _code_of(call: Callable[[], Any]) -> str:
    try:
        call()
    except ArtistError as error:
        return error.code
    return ""


def test_missing_values_are_filled_with_defaults_in_order_of_declaration() -> None:
    assert list(_spec().validate({"mode": "hard"}).items()) == [("gain", 1.0), ("mode", "hard")]


def test_an_unknown_control_is_refused() -> None:
    assert _code_of(lambda: _spec().validate({"gian": 1.0})) == "usage.unknown_parameter"


def test_validating_twice_changes_nothing() -> None:
    once = INPAINT.validate({"seam": 1 / 3, "reach": 12.0, "source_frames": "3,1,2"})
    assert INPAINT.validate(once) == once


def test_animated_values_are_read_at_a_frame() -> None:
    values = _spec().validate({"gain": {"frames": {"1": 0.5, "2": 0.75}}})
    assert _spec().values_at(values, 2) == {"gain": 0.75, "mode": "soft"}


def test_animated_values_are_held_before_their_first_and_after_their_last_frame() -> None:
    values = {"gain": {"frames": {"9": 0.5, "10": 0.75}}}
    assert [_spec().values_at(values, frame)["gain"] for frame in (-3, 9, 10, 99)] == [0.5, 0.5, 0.75, 0.75]


def test_a_gap_in_an_animated_value_is_refused() -> None:
    values = {"gain": {"frames": {"1": 0.5, "3": 0.75}}, "mode": "soft"}
    assert _code_of(lambda: _spec().check_animated(values, [1, 3])) == ""
    assert _code_of(lambda: _spec().check_animated(values, [1, 2, 3])) == "usage.bad_value"
    assert _code_of(lambda: _spec().values_at(values, 2)) == "usage.bad_value"


def test_values_of_an_older_version_are_brought_up_to_date_step_by_step() -> None:
    steps = (
        lambda values: {"gain" if key == "brightness" else key: values[key] for key in values},
        lambda values: dict(values, gain=values["gain"] * 2),
    )
    spec = _spec(version=3, upgrades=steps)
    assert spec.upgrade_values({"brightness": 0.5}, 1) == {"gain": 1.0}
    assert spec.upgrade_values({"gain": 0.5}, 2) == {"gain": 1.0}
    assert spec.upgrade_values({"gain": 0.5}, 3) == {"gain": 0.5}


def test_values_of_a_newer_version_are_refused() -> None:
    assert _code_of(lambda: _spec().upgrade_values({}, 2)) == "input.bad_request"
    assert _code_of(lambda: _spec().upgrade_values({}, 0)) == "input.bad_request"


def test_a_preset_is_checked_when_it_is_declared() -> None:
    assert _spec(presets={"Bright": {"gain": 2.0}}).preset("Bright") == {"gain": 2.0}
    assert _code_of(lambda: _spec(presets={"Bright": {"gian": 2.0}})) == "usage.unknown_parameter"
    assert _code_of(lambda: _spec().preset("Dark")) == "usage.bad_value"


def test_a_key_declared_twice_is_a_fault_of_the_program() -> None:
    try:
        _spec(params=(GAIN, GAIN))
    except ValueError as error:
        assert "twice" in str(error)
    else:
        raise AssertionError("a key was declared twice")


def test_every_operation_survives_json() -> None:
    for spec in SPECS.values():
        assert OpSpec.from_json(spec.to_json()) == spec


def test_every_operation_is_found_under_its_own_key() -> None:
    assert [key for key, spec in SPECS.items() if spec.key != key] == []
    assert {"inpaint", "replace", "crowd", "tiles", "deage", "degrain"} <= set(SPECS)


def test_every_operation_has_one_upgrade_for_each_step_of_version() -> None:
    assert [spec.key for spec in SPECS.values() if len(spec.upgrades) != spec.version - 1] == []


def undeclared(spec: OpSpec) -> list[str]:
    """Name every control and port that an artist would find unexplained."""
    found = []
    for one in spec.params + spec.ports:
        if len(one.help) < 20 or not one.help.endswith(".") or "  " in one.help:
            found.append(f"{one.key} has no proper help")
    for param in spec.params:
        if not param.label or not param.group:
            found.append(f"{param.key} has no label or group")
        for key, shown in param.shown_when.items():
            found += [f"{param.key} hangs on nothing"] * (not _all_taken(spec, key, shown))
    return found


def _all_taken(spec: OpSpec, key: str, shown: Any) -> bool:
    try:
        return all(spec.param(key).check(value) == value for value in shown)
    except ArtistError:
        return False


def test_every_control_and_port_is_explained() -> None:
    assert [found for spec in SPECS.values() for found in undeclared(spec)] == []


def test_an_unexplained_control_would_be_noticed() -> None:
    assert undeclared(_spec(params=(dataclasses.replace(GAIN, group="G", help=""),))) == [
        "gain has no proper help"
    ]
    hanging = dataclasses.replace(
        GAIN, group="G", help="Brightness of the fill.", shown_when={"nothing": (1,)}
    )
    assert undeclared(_spec(params=(hanging,))) == ["gain hangs on nothing"]
    assert undeclared(_spec(params=(), ports=(Port("plate", "image", "in"),))) == ["plate has no proper help"]
