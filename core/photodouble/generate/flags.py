"""Command-line flags of an operation, made from its declaration by one table keyed by kind of control."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from photodouble_client.opspec import OpSpec
from photodouble_client.param import Param, limits_text, refuse
from photodouble_client.request import PortInput

Reader = Callable[[Param, str], Any]


@dataclass(frozen=True)
class Flag:
    """Say how a kind of control is shown in help, and how its text is read."""

    metavar: str
    read: Reader


def add_flags(parser: argparse.ArgumentParser, spec: OpSpec) -> None:
    """Add one flag for every control of the operation, in its groups, and `--preset` if there are presets."""
    if spec.presets:
        parser.add_argument(
            "--preset", dest="preset", metavar="NAME", help=f"Start from a preset: {', '.join(spec.presets)}."
        )
    groups: dict[str, Any] = {}
    for param in spec.params:
        if param.group not in groups:
            groups[param.group] = parser.add_argument_group(param.group or spec.label)
        _add_flag(groups[param.group], param)


def values_from_flags(namespace: argparse.Namespace, spec: OpSpec) -> dict[str, Any]:
    """Read the values that were given on the command line over those of the preset; defaults stay out.

    Raises ArtistError `usage.bad_value` or `usage.frames`.
    """
    name = getattr(namespace, "preset", None)
    values = spec.preset(name) if name else {}
    for param in spec.params:
        given = getattr(namespace, _destination(param), None)
        if given is not None:
            values[param.key] = param.check(_read(param, given))
    return values


def add_port_flags(parser: argparse.ArgumentParser, spec: OpSpec) -> None:
    """Add one flag for every picture and matte that goes into the operation; none is required here."""
    group = parser.add_argument_group("Inputs")
    for port in spec.inputs:
        group.add_argument(
            flag_name(port.key), dest=f"port_{port.key}", metavar="PATTERN", help=_escape(port.help)
        )


def inputs_from_flags(namespace: argparse.Namespace, spec: OpSpec) -> dict[str, PortInput]:
    """Read the pictures and mattes that were given on the command line."""
    given = {port.key: getattr(namespace, f"port_{port.key}", None) for port in spec.inputs}
    return {key: PortInput(path) for key, path in given.items() if path is not None}


def flag_name(key: str) -> str:
    """Spell the flag of a key: `matte_grow` is `--matte-grow`."""
    return "--" + key.replace("_", "-")


def spellings(key: str) -> list[str]:
    """List every spelling of a flag: the British one of the declaration first, then the American one."""
    name = flag_name(key)
    american = name.replace("colourspace", "colorspace").replace("colour", "color")
    return [name] if american == name else [name, american]


def _add_flag(group: Any, param: Param) -> None:
    names, help_text, destination = spellings(param.key), _help(param), _destination(param)
    if param.kind == "bool":
        action = argparse.BooleanOptionalAction
        group.add_argument(*names, dest=destination, action=action, default=None, help=help_text)
    else:
        metavar = FLAGS[param.kind].metavar
        group.add_argument(*names, dest=destination, metavar=metavar, default=None, help=help_text)


def _destination(param: Param) -> str:
    return f"value_{param.key}"


def _help(param: Param) -> str:
    notes = [f"default {default_text(param)}"]
    if param.choices:
        notes.insert(0, ", ".join(param.choices))
    elif limits_text(param):
        notes.insert(0, f"{limits_text(param)} {param.unit}".strip())
    return _escape(f"{param.help} ({'; '.join(notes)})")


def default_text(param: Param) -> str:
    """Say the default of a control in words."""
    if isinstance(param.default, bool):
        return "on" if param.default else "off"
    return "empty" if param.default == "" else str(param.default)


def _escape(text: str) -> str:
    return text.replace("%", "%%")


def _read(param: Param, given: Any) -> Any:
    if isinstance(given, str) and param.animates and given.startswith("{"):
        return _read_animated(param, given)
    return FLAGS[param.kind].read(param, given)


def _read_animated(param: Param, given: str) -> Mapping[str, Any]:
    try:
        value: Mapping[str, Any] = json.loads(given)
    except ValueError as problem:
        raise refuse(param, given, f"{problem}.", 'Write it as {"frames": {"1001": 0.5}}.') from problem
    return value


def _as_given(_param: Param, given: Any) -> Any:
    return given


def _number(param: Param, given: str) -> float:
    try:
        return float(given)
    except ValueError as problem:
        raise refuse(param, given, "It is not a number.", "Give a number.") from problem


def _whole(param: Param, given: str) -> int:
    try:
        return int(given)
    except ValueError as problem:
        raise refuse(param, given, "It is not a whole number.", "Give a whole number.") from problem


def _numbers(param: Param, given: str) -> list[float]:
    return [_number(param, part) for part in given.split(",")]


FLAGS: dict[str, Flag] = {
    "float": Flag("NUMBER", _number),
    "int": Flag("NUMBER", _whole),
    "bool": Flag("", _as_given),
    "choice": Flag("CHOICE", _as_given),
    "text": Flag("TEXT", _as_given),
    "prompt": Flag("TEXT", _as_given),
    "path": Flag("PATH", _as_given),
    "seed": Flag("NUMBER", _whole),
    "colour": Flag("R,G,B", _numbers),
    "point": Flag("X,Y", _numbers),
    "frames": Flag("FRAMES", _as_given),
}
