"""The controls of every operation as Nuke knobs, made from the one declaration by kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterable, List, Mapping, Tuple

import nuke

from photodouble_client.language import said
from photodouble_client.opspec import OpSpec, Port
from photodouble_client.param import Param

PICTURES = ("image", "matte")
"""Roles of ports that are inputs of the node; the others are files."""

OWN = frozenset(
    [
        "take",
        "view",
        "mix",
        "wipe",
        "preset",
        "frames",
        "frame_list",
        "handles",
        "render_depth",
        "render_where",
        "views",
        "shot",
        "takes_folder",
        "use",
        "performers",
        "person",
        "locked_frames",
    ]
)
"""Names of the node's own knobs, which are the same for every operation."""

RESERVED = frozenset(
    [
        "name",
        "label",
        "note_font",
        "note_font_size",
        "note_font_color",
        "tile_color",
        "gl_color",
        "selected",
        "xpos",
        "ypos",
        "icon",
        "indicators",
        "hide_input",
        "cached",
        "disable",
        "dope_sheet",
        "postage_stamp",
        "postage_stamp_frame",
        "bookmark",
        "lifetimeStart",
        "lifetimeEnd",
        "useLifetime",
        "onCreate",
        "onDestroy",
        "knobChanged",
        "updateUI",
        "autolabel",
        "beforeRender",
        "beforeFrameRender",
        "afterFrameRender",
        "afterRender",
        "panel",
        "help",
        "lock_connections",
        "mapsize",
        "window",
        "rootNodeUpdated",
        "showpanel",
        "showPanel",
        "inputChange",
        "hidePanel",
        "User",
        "maskChannel",
        "inject",
        "invert_mask",
        "channels",
    ]
)
"""Names that Nuke has on a Group, or means something by."""


@dataclass(frozen=True)
class Face:
    """Say which knob shows a kind of control, and how a value is read and written as plain JSON.

    `read` gets the knob and the height of the plate, `at` also a frame.
    """

    make: Callable[[str, str, Param], Any]
    read: Callable[[Any, float], Any]
    write: Callable[[Any, Any, float], None]
    at: Callable[[Any, float], Any]


def knob_name(key: str) -> str:
    """Give the name of the knob of a control or a file: its key, or `pd_` and its key where that is taken."""
    return "pd_" + key if key in RESERVED or key in OWN else key


def picture_ports(spec: OpSpec) -> Tuple[Port, ...]:
    """List the ports that are inputs of the node; the plate comes first."""
    pictures = [port for port in spec.inputs if port.role in PICTURES]
    return tuple(sorted(pictures, key=lambda port: port.key != "plate"))


def file_ports(spec: OpSpec) -> Tuple[Port, ...]:
    """List the ports that are files."""
    return tuple(port for port in spec.inputs if port.role not in PICTURES)


def groups_of(spec: OpSpec) -> Dict[str, List[Param]]:
    """List the controls under the headings of the declaration, in its order."""
    groups: Dict[str, List[Param]] = {}
    for param in spec.params:
        groups.setdefault(param.group or spec.label, []).append(param)
    return groups


def control_knobs(spec: OpSpec) -> List[Any]:
    """Make the knobs of an operation: a tab per heading, what is seldom touched in a closed group."""
    made: List[Any] = []
    for number, (heading, params) in enumerate(groups_of(spec).items()):
        made.append(nuke.Tab_Knob(f"pd_tab_{number}", heading))
        made += [control_knob(param) for param in params if not param.advanced]
        advanced = [control_knob(param) for param in params if param.advanced]
        if advanced:
            opened = nuke.Tab_Knob(f"pd_more_{number}", "Advanced", nuke.TABBEGINCLOSEDGROUP)
            closed = nuke.Tab_Knob(f"pd_end_{number}", "Advanced", nuke.TABENDGROUP)
            made += [opened, *advanced, closed]
    return made


def control_knob(param: Param) -> Any:
    """Make the knob of one control, at its default. Only what the engine animates can be keyed."""
    knob = FACES[param.kind].make(knob_name(param.key), label_of(param), param)
    knob.setTooltip(said(_help_of(param)))
    if not param.animates:
        knob.setFlag(nuke.NO_ANIMATION)
    FACES[param.kind].write(knob, param.default, 0.0)
    return knob


def _help_of(param: Param) -> str:
    """Give the help of a control; points are counted from the lower edge here, as everywhere in Nuke."""
    return param.help.replace("upper edge", "lower edge") if param.kind == "point" else param.help


def label_of(param: Param) -> str:
    """Name a control with its unit."""
    return f"{said(param.label)} ({said(param.unit)})" if param.unit else said(param.label)


def values_of(node: Any, spec: OpSpec, frames: Iterable[int], height: float) -> Dict[str, Any]:
    """Read every control as it stands on the node; what is animated gives a value for every frame.

    `height` is that of the plate: points are counted from its upper edge, in Nuke from the lower one.
    """
    numbers = list(frames)
    return {param.key: _value(node[knob_name(param.key)], param, numbers, height) for param in spec.params}


def set_values(node: Any, spec: OpSpec, values: Mapping[str, Any], height: float) -> None:
    """Set the controls for which a plain value is given; one that is animated keeps its keys."""
    for key, value in values.items():
        knob = node[knob_name(key)]
        if not isinstance(value, Mapping):
            FACES[spec.param(key).kind].write(knob, value, height)


def show_what_counts(node: Any, spec: OpSpec) -> None:
    """Show the controls that matter under the present values of the others, and hide the rest."""
    for param in spec.params:
        if param.shown_when:
            shown = all(_plain(node, spec, key) in wanted for key, wanted in param.shown_when.items())
            node[knob_name(param.key)].setVisible(shown)


def _plain(node: Any, spec: OpSpec, key: str) -> Any:
    return FACES[spec.param(key).kind].read(node[knob_name(key)], 0.0)


def _value(knob: Any, param: Param, frames: List[int], height: float) -> Any:
    face = FACES[param.kind]
    if not (param.animates and frames and _moves(knob)):
        return face.read(knob, height)
    return {"frames": {str(frame): face.at(knob, frame) for frame in frames}}


def _moves(knob: Any) -> bool:
    """Whether a knob has keys or follows an expression."""
    return bool(knob.isAnimated() or knob.hasExpression())


def _text(name: str, label: str, _param: Param) -> Any:
    return nuke.String_Knob(name, label)


def _prompt(name: str, label: str, _param: Param) -> Any:
    return nuke.Multiline_Eval_String_Knob(name, label)


def _path(name: str, label: str, _param: Param) -> Any:
    return nuke.File_Knob(name, label)


def _number(name: str, label: str, param: Param) -> Any:
    knob = nuke.Double_Knob(name, label) if param.kind == "float" else nuke.Int_Knob(name, label)
    low = param.minimum if param.soft_minimum is None else param.soft_minimum
    high = param.maximum if param.soft_maximum is None else param.soft_maximum
    if low is not None and high is not None:
        knob.setRange(low, high)
    return knob


def _bool(name: str, label: str, _param: Param) -> Any:
    knob = nuke.Boolean_Knob(name, label)
    knob.setFlag(nuke.STARTLINE)
    return knob


def _choice(name: str, label: str, param: Param) -> Any:
    return nuke.Enumeration_Knob(name, label, list(param.choices))


def _colour(name: str, label: str, _param: Param) -> Any:
    return nuke.Color_Knob(name, label)


def _point(name: str, label: str, _param: Param) -> Any:
    return nuke.XY_Knob(name, label)


def _read_text(knob: Any, _height: float) -> str:
    return str(knob.value() or "")


def _read_path(knob: Any, _height: float) -> str:
    return path_of(knob)


def path_of(knob: Any) -> str:
    """Give the path that a file knob means; frame numbers stay open, only what is bracketed is worked out."""
    held = str(knob.value() or "")
    if "[" not in held:
        return held
    try:
        return str(knob.getEvaluatedValue() or "")
    except RuntimeError:
        # What is no expression is a folder with brackets in its name.
        return held


def _read_float(knob: Any, _height: float) -> float:
    return float(knob.value())


def _read_int(knob: Any, _height: float) -> int:
    return int(round(float(knob.value())))


def _read_bool(knob: Any, _height: float) -> bool:
    return bool(knob.value())


def _read_colour(knob: Any, _height: float) -> List[float]:
    return [float(knob.getValue(channel)) for channel in range(3)]


def _read_point(knob: Any, height: float) -> List[float]:
    x, y = (float(knob.getValue(channel)) for channel in range(2))
    return _turned(x, y, height)


def _turned(x: float, y: float, height: float) -> List[float]:
    """Count a point from the other edge; one that was never set, 0 0, stays so."""
    return [x, y] if (x, y) == (0.0, 0.0) else [x, height - y]


def _write(knob: Any, value: Any, _height: float) -> None:
    knob.setValue(value)


def _write_all(knob: Any, value: Any, _height: float) -> None:
    for channel, one in enumerate(value):
        knob.setValue(float(one), channel)


def _write_point(knob: Any, value: Any, height: float) -> None:
    _write_all(knob, _turned(float(value[0]), float(value[1]), height), height)


def _at_float(knob: Any, frame: float) -> float:
    return float(knob.getValueAt(frame))


def _at_int(knob: Any, frame: float) -> int:
    return int(round(float(knob.getValueAt(frame))))


def _still(knob: Any, _frame: float) -> Any:
    return knob.value()


FACES: Mapping[str, Face] = {
    "float": Face(_number, _read_float, _write, _at_float),
    "int": Face(_number, _read_int, _write, _at_int),
    "seed": Face(_number, _read_int, _write, _at_int),
    "bool": Face(_bool, _read_bool, _write, lambda knob, frame: bool(knob.getValueAt(frame))),
    "choice": Face(_choice, _read_text, _write, _still),
    "text": Face(_text, _read_text, _write, _still),
    "prompt": Face(_prompt, _read_text, _write, _still),
    "path": Face(_path, _read_path, _write, _still),
    "frames": Face(_text, _read_text, _write, _still),
    "colour": Face(_colour, _read_colour, _write_all, _still),
    "point": Face(_point, _read_point, _write_point, _still),
}
"""One face for every kind of control."""
