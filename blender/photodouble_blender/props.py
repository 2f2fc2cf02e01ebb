# SPDX-License-Identifier: GPL-3.0-or-later
"""The controls of every operation as Blender properties, made from the one declaration by kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import bpy

from ._vendor.photodouble_client.opspec import OpSpec
from ._vendor.photodouble_client.param import LARGEST_SEED, Param
from ._vendor.photodouble_client.request import USES
from ._vendor.photodouble_client.specs import SPECS


@dataclass(frozen=True)
class Face:
    """Say which Blender property shows a kind of control, and how its value is read back as plain JSON."""

    make: Callable[[Param], Any]
    read: Callable[[Any], Any]


def values_of(controls: Any, spec: OpSpec) -> dict[str, Any]:
    """Read every control as it stands in the panel; nothing is checked yet."""
    return {param.key: FACES[param.kind].read(getattr(controls, param.key)) for param in spec.params}


def set_values(controls: Any, spec: OpSpec, values: Mapping[str, Any]) -> None:
    """Put every control back to its default, but those for which a value is given."""
    for key, value in {**spec.defaults, **values}.items():
        setattr(controls, key, value)


def is_shown(controls: Any, param: Param) -> bool:
    """Whether a control matters under the present value of the others."""
    return all(getattr(controls, key) in shown for key, shown in param.shown_when.items())


def groups_of(spec: OpSpec) -> dict[str, list[Param]]:
    """List the controls under the headings of the declaration, in its order."""
    groups: dict[str, list[Param]] = {}
    for param in spec.params:
        groups.setdefault(param.group or spec.label, []).append(param)
    return groups


def state_of(scene: Any, operation: str) -> Any:
    """Give what a scene holds for one operation: its inputs, controls, frames and latest job."""
    return getattr(scene.photodouble, operation)


def inputs_of(state: Any, spec: OpSpec) -> dict[str, str]:
    """Read the path of every input that was given one; a matte that is drawn in Blender has none."""
    drawn = masks_of(state, spec)
    given = {port.key: str(getattr(state.inputs, port.key)).strip() for port in spec.inputs}
    return {key: path for key, path in given.items() if path and key not in drawn}


def is_masked(state: Any, key: str) -> bool:
    """Whether a mask is to stand for this input, chosen or not."""
    return getattr(state.inputs, f"{key}_from", "") == "mask"


def masks_of(state: Any, spec: OpSpec) -> dict[str, Any]:
    """Give the masks of Blender's mask editor that stand for mattes."""
    chosen = (port.key for port in spec.inputs if is_matte(port) and is_masked(state, port.key))
    masks = {key: getattr(state.inputs, f"{key}_mask") for key in chosen}
    return {key: mask for key, mask in masks.items() if mask is not None}


def channels_of(state: Any, key: str) -> str:
    """Give the channel or Cryptomatte name that was typed for a matte; empty: found by the engine."""
    return str(getattr(state.inputs, f"{key}_channels", "")).strip()


def is_matte(port: Any) -> bool:
    """Whether an input is a matte, which can be drawn in Blender or lie in a channel of a picture."""
    return bool(port.role == "matte")


def _label(param: Param) -> str:
    return f"{param.label} ({param.unit})" if param.unit and param.unit not in _SUBTYPES else param.label


def _common(param: Param) -> dict[str, Any]:
    """Give what every property takes. Only what the engine animates can be keyed: a key is never ignored."""
    options = {"ANIMATABLE"} if param.animates else set()
    return {"name": _label(param), "description": param.help.rstrip("."), "options": options}


def _limits(param: Param, number: Callable[[float], Any]) -> dict[str, Any]:
    limits = {
        "min": param.minimum,
        "max": param.maximum,
        "soft_min": param.minimum if param.soft_minimum is None else param.soft_minimum,
        "soft_max": param.maximum if param.soft_maximum is None else param.soft_maximum,
    }
    return {name: number(limit) for name, limit in limits.items() if limit is not None}


def _number(param: Param) -> dict[str, Any]:
    return {"default": param.default, "subtype": _SUBTYPES.get(param.unit, "NONE"), **_common(param)}


def _float(param: Param) -> Any:
    # A matte floor of 0.001 must be seen as such and not as 0.00; a thousandth of a pixel must not.
    precision = 1 if param.unit == "px" else 3
    return bpy.props.FloatProperty(precision=precision, **_number(param), **_limits(param, float))


def _int(param: Param) -> Any:
    return bpy.props.IntProperty(**_number(param), **_limits(param, int))


def _seed(param: Param) -> Any:
    return bpy.props.IntProperty(default=param.default, min=0, max=LARGEST_SEED, **_common(param))


def _bool(param: Param) -> Any:
    return bpy.props.BoolProperty(default=param.default, **_common(param))


def _choice(param: Param) -> Any:
    items = [(choice, choice.capitalize(), param.help.rstrip(".")) for choice in param.choices]
    return bpy.props.EnumProperty(items=items, default=param.default, **_common(param))


def _text(param: Param) -> Any:
    return bpy.props.StringProperty(default=param.default, **_common(param))


def _path(param: Param) -> Any:
    return bpy.props.StringProperty(default=param.default, subtype="FILE_PATH", **_common(param))


def _colour(param: Param) -> Any:
    return bpy.props.FloatVectorProperty(
        default=param.default, size=3, subtype="COLOR", **_common(param), **_limits(param, float)
    )


def _point(param: Param) -> Any:
    return bpy.props.FloatVectorProperty(
        default=param.default, size=2, subtype="XYZ", **_common(param), **_limits(param, float)
    )


_SUBTYPES = {"px": "PIXEL"}

FACES: Mapping[str, Face] = {
    "float": Face(_float, float),
    "int": Face(_int, int),
    "bool": Face(_bool, bool),
    "choice": Face(_choice, str),
    "text": Face(_text, str),
    "prompt": Face(_text, str),
    "path": Face(_path, str),
    "seed": Face(_seed, int),
    "colour": Face(_colour, list),
    "point": Face(_point, list),
    "frames": Face(_text, str),
}


def property_group(name: str, properties: Mapping[str, Any]) -> type:
    """Make a group of Blender properties from a table instead of from a written class."""
    group = type(name, (bpy.types.PropertyGroup,), {})
    group.__annotations__ = dict(properties)
    return group


def controls_of(spec: OpSpec) -> type:
    """Make the group that holds one property per control of an operation."""
    made = {param.key: FACES[param.kind].make(param) for param in spec.params}
    return property_group(f"PHOTODOUBLE_PG_{spec.key}_controls", made)


def _paths_of(spec: OpSpec) -> type:
    made = {
        port.key: bpy.props.StringProperty(
            name=port.key.replace("_", " ").capitalize(),
            description=port.help.rstrip("."),
            subtype="FILE_PATH",
            options=set(),
        )
        for port in spec.inputs
    }
    for port in spec.inputs:
        if is_matte(port):
            made.update(_matte_choices(port.key))
    return property_group(f"PHOTODOUBLE_PG_{spec.key}_inputs", made)


def _matte_choices(key: str) -> dict[str, Any]:
    """Make what an artist chooses of a matte: where it comes from, and which channel is meant."""
    return {
        f"{key}_from": bpy.props.EnumProperty(
            name="From",
            description="Where the matte comes from",
            items=(
                ("file", "Files", "A sequence or a still on disk"),
                ("mask", "Mask", "A mask of Blender's mask editor, drawn by Blender when the take is made"),
            ),
            options=set(),
            update=_take_the_mask_seen(key),
        ),
        f"{key}_mask": bpy.props.PointerProperty(
            type=bpy.types.Mask, name="Mask", description="The mask that is drawn as the matte"
        ),
        f"{key}_channels": bpy.props.StringProperty(
            name="Channel",
            description="The channel, the render pass or the names of a Cryptomatte in the files. "
            "Empty: alpha where there is one, otherwise the brightness",
            options=set(),
        ),
    }


def _take_the_mask_seen(key: str) -> Callable[[Any, Any], None]:
    """Make what fills an empty mask: the one that this editor shows, or the only one there is."""

    def take(inputs: Any, context: Any) -> None:
        if getattr(inputs, f"{key}_from") != "mask" or getattr(inputs, f"{key}_mask") is not None:
            return
        seen = getattr(context.space_data, "mask", None)
        if seen is None and len(bpy.data.masks) == 1:
            seen = bpy.data.masks[0]
        setattr(inputs, f"{key}_mask", seen)

    return take


FRAME_CHOICES = (
    ("plate", "Whole plate", "Every frame of the plate that is on disk"),
    ("scene", "Scene range", "The frames from the scene's start to its end"),
    ("typed", "Typed", "The plate's own frame numbers, such as 1001-1048 or 1001,1005"),
)
_USES = tuple((use, use.capitalize(), f"The take is meant for {use}") for use in USES)


def _state_of(spec: OpSpec, inputs: type, controls: type) -> type:
    """Make the group that holds everything a scene knows of one operation."""
    made = {
        "inputs": bpy.props.PointerProperty(type=inputs),
        "controls": bpy.props.PointerProperty(type=controls),
        "frame_choice": bpy.props.EnumProperty(
            name="Frames", description="The frames to make", items=FRAME_CHOICES, options=set()
        ),
        "frames": bpy.props.StringProperty(
            name="Plate frames",
            description="The frames to make, by the numbers in the plate's file names",
            options=set(),
        ),
        "plate_starts": bpy.props.IntProperty(
            name="Plate starts at",
            description="The frame of the scene that shows the first frame of the plate",
            default=1,
            options=set(),
        ),
        "job": bpy.props.StringProperty(description="The latest job of this operation", options={"HIDDEN"}),
        "parent": bpy.props.StringProperty(description="The take whose frames are kept", options={"HIDDEN"}),
        "plate_space": bpy.props.StringProperty(
            description="The colour space in which the plate was read when the latest take was made",
            options={"HIDDEN"},
        ),
        "locks": bpy.props.StringProperty(description="Frames that are kept, as JSON", options={"HIDDEN"}),
    }
    return property_group(f"PHOTODOUBLE_PG_{spec.key}", made)


def _groups() -> tuple[dict[str, type], tuple[type, ...]]:
    """Make the groups of every operation; those that others point to come first."""
    states, made = {}, []
    for spec in SPECS.values():
        inputs, controls = _paths_of(spec), controls_of(spec)
        states[spec.key] = _state_of(spec, inputs, controls)
        made += [inputs, controls, states[spec.key]]
    return states, tuple(made)


STATES, _MADE = _groups()

Shot = property_group(
    "PHOTODOUBLE_PG_shot",
    {
        **{key: bpy.props.PointerProperty(type=state) for key, state in STATES.items()},
        "name": bpy.props.StringProperty(
            name="Shot",
            description="The name the takes are filed under. Empty goes by the file name of the plate",
            options=set(),
        ),
        "takes_root": bpy.props.StringProperty(
            name="Takes",
            description="The folder takes are kept in. Empty is the folder 'takes' beside this Blender file",
            subtype="DIR_PATH",
            options=set(),
        ),
        "use": bpy.props.EnumProperty(
            name="Use", description="What the takes are meant for", items=_USES, default="temp", options=set()
        ),
        "performers": bpy.props.StringProperty(
            name="Performers",
            description="The ids of the people who are seen, with commas, as their consents name them",
            options=set(),
        ),
    },
)

CLASSES = (*_MADE, Shot)


def register() -> None:
    """Give every scene its shot."""
    bpy.types.Scene.photodouble = bpy.props.PointerProperty(type=Shot)


def unregister() -> None:
    """Take the shots away again; what a file has stored stays in the file."""
    del bpy.types.Scene.photodouble
