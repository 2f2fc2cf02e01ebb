"""JSON schema (draft 2020-12) of a request and of every operation's values, made from the declarations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from photodouble_client.opspec import OpSpec
from photodouble_client.param import LARGEST_SEED, Param
from photodouble_client.request import FIELDS, SCHEMA, USES
from photodouble_client.specs import SPECS

Json = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
_PART = r"-?\d+(-{1,2}\d+(x[1-9]\d*)?)?"
FRAMES_PATTERN = rf"^({_PART}(,{_PART})*)?$"


def request_schema() -> Json:
    """Describe `request.json`, the values of each operation included."""
    return {
        "$schema": DRAFT,
        "title": "Photo Double request",
        "type": "object",
        "additionalProperties": False,
        "required": ["operation", "schema"],
        "properties": {name: _FIELDS[name] for name in FIELDS},
        "allOf": [_values_of(SPECS[key]) for key in sorted(SPECS)],
    }


def values_schema(spec: OpSpec) -> Json:
    """Describe the values of one operation."""
    return {
        "$schema": DRAFT,
        "title": f"Values of {spec.label}, version {spec.version}",
        "type": "object",
        "additionalProperties": False,
        "properties": {param.key: param_schema(param) for param in spec.params},
    }


def param_schema(param: Param) -> Json:
    """Describe the values that one control takes, animated ones included."""
    plain = KINDS[param.kind](param)
    described: Json = {"title": param.label, "description": param.help, "default": param.default}
    if not param.animates:
        return {**described, **plain}
    frames = {"type": "object", "patternProperties": {r"^-?\d+$": plain}, "additionalProperties": False}
    animated = {"type": "object", "properties": {"frames": {**frames, "minProperties": 1}}}
    return {
        **described,
        "anyOf": [plain, {**animated, "required": ["frames"], "additionalProperties": False}],
    }


def _values_of(spec: OpSpec) -> Json:
    """Ask for this operation's values where it is this operation at its present version.

    Older values are upgraded when they are read, so that only the present ones are described.
    """
    values = {key: part for key, part in values_schema(spec).items() if key != "$schema"}
    named = {"operation": {"const": spec.key}, "spec_version": {"const": spec.version}}
    inputs = {
        "type": "object",
        "additionalProperties": False,
        "properties": {port.key: _INPUT for port in spec.inputs},
        "required": [port.key for port in spec.inputs if port.required],
    }
    return {
        "if": {"properties": named},
        "then": {"properties": {"values": values, "inputs": inputs}},
    }


def _limited(kind: str, param: Param) -> Json:
    limits = {"minimum": param.minimum, "maximum": param.maximum}
    return {"type": kind, **{key: limit for key, limit in limits.items() if limit is not None}}


def _numbers(count: int, param: Param) -> Json:
    return {"type": "array", "items": _limited("number", param), "minItems": count, "maxItems": count}


def _text(_param: Param) -> Json:
    return {"type": "string"}


KINDS: dict[str, Callable[[Param], Json]] = {
    "float": lambda param: _limited("number", param),
    "int": lambda param: _limited("integer", param),
    "bool": lambda _param: {"type": "boolean"},
    "choice": lambda param: {"enum": list(param.choices)},
    "text": _text,
    "prompt": _text,
    "path": _text,
    "seed": lambda _param: {"type": "integer", "minimum": 0, "maximum": LARGEST_SEED},
    "colour": lambda param: _numbers(3, param),
    "point": lambda param: _numbers(2, param),
    "frames": lambda _param: {"type": "string", "pattern": FRAMES_PATTERN},
}

_FRAMES: Json = {"type": "string", "pattern": FRAMES_PATTERN}
_WINDOW: Json = {
    "type": ["array", "null"],
    "items": {"type": "integer"},
    "minItems": 4,
    "maxItems": 4,
}
_FRAME_PATHS: Json = {
    "type": "object",
    "patternProperties": {r"^-?\d+$": {"type": "string"}},
    "additionalProperties": False,
}
_INPUT: Json = {
    "type": "object",
    "additionalProperties": False,
    "required": ["path"],
    "properties": {
        "path": {"type": "string"},
        "range": _FRAMES,
        "channels": {"type": "string"},
        "colourspace": {"type": "string"},
    },
}

_FIELDS: dict[str, Json] = {
    **{key: {"type": "string"} for key in FIELDS},
    "data_window": _WINDOW,
    "display_window": _WINDOW,
    "first_frame": {"type": ["integer", "null"]},
    "handles": {"type": "integer", "minimum": 0},
    "inputs": {"type": "object", "additionalProperties": _INPUT},
    "locks": _FRAME_PATHS,
    "overrides": _FRAME_PATHS,
    "operation": {"enum": sorted(SPECS)},
    "performers": {"type": "array", "items": {"type": "string"}},
    "pixel_aspect": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1000},
    "proxy_scale": {"type": "integer", "minimum": 1},
    "range": _FRAMES,
    "schema": {"const": SCHEMA},
    "source_range": _FRAMES,
    "spec_version": {"type": "integer", "minimum": 1},
    "use": {"enum": list(USES)},
    "values": {"type": "object"},
}
