"""The JSON schema takes what the client takes, and refuses planted faults."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema
import pytest

from photodouble.generate.schema import KINDS as SCHEMA_KINDS
from photodouble.generate.schema import param_schema, request_schema, values_schema
from photodouble_client.frames import FrameRange
from photodouble_client.param import KINDS, Param
from photodouble_client.request import FIELDS, JobRequest, PortInput
from photodouble_client.specs import INPAINT

REQUEST = JobRequest(
    "inpaint",
    {"plate": PortInput("p.####.exr", FrameRange.from_text("-5--1,1-9x2")), "matte": PortInput("m.exr")},
    {"seam": 2.5, "source_frames": "1-4,9"},
    FrameRange.from_text("1-9"),
    overrides={3: "painted.exr"},
    data_window=(-8, -8, 100, 100),
)


def _is_taken(schema: dict[str, Any], value: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(schema).is_valid(value))


def _with(path: str, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(REQUEST.checked().to_json())
    *parents, last = path.split("/")
    part = changed
    for name in parents:
        part = part[name]
    part[last] = value
    return changed


def test_the_schemas_are_valid_schemas() -> None:
    jsonschema.Draft202012Validator.check_schema(request_schema())
    jsonschema.Draft202012Validator.check_schema(values_schema(INPAINT))
    assert set(request_schema()["properties"]) == set(FIELDS)


def test_a_request_that_the_client_writes_is_taken() -> None:
    assert _is_taken(request_schema(), REQUEST.to_json())
    assert _is_taken(request_schema(), REQUEST.checked().to_json())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("colorspace", "ACEScg"),
        ("operation", "crowd"),
        ("schema", 2),
        ("range", "1..5"),
        ("range", "1,,2"),
        ("handles", -1),
        ("use", "draft"),
        ("data_window", [0, 0, 1]),
        ("overrides", {"first": "x.exr"}),
        ("inputs/plate", "p.exr"),
        ("inputs/plate/pattern", "p.exr"),
        ("inputs/plaet", {"path": "p.exr"}),
        ("inputs/result", {"path": "p.exr"}),
        ("inputs", {"plate": {"path": "p.exr"}}),
        ("values/grian", 1.0),
        ("values/reach", 0),
        ("values/reach", 1.5),
        ("values/motion", "magic"),
        ("values/seam", "4"),
        ("values/seam", {"frames": {"1": 4.0}}),
        ("values/matte_invert", 1),
        ("values/seed", 2147483648),
    ],
)
def test_a_planted_fault_is_refused(path: str, value: Any) -> None:
    assert not _is_taken(request_schema(), _with(path, value))


def test_every_kind_of_control_is_described() -> None:
    assert set(SCHEMA_KINDS) == set(KINDS)


@pytest.mark.parametrize("text", ["", "1", "-5--1", "1-80,90,-5--1,1-100x2"])
def test_the_frames_that_the_client_reads_are_taken(text: str) -> None:
    FrameRange.from_text(text)
    assert _is_taken(param_schema(INPAINT.param("source_frames")), text)


def test_animated_values_are_taken_where_the_control_animates() -> None:
    schema = param_schema(Param("gain", "float", 1.0, "Gain", "Help.", maximum=2.0, animates=True))
    taken = [_is_taken(schema, value) for value in (1.5, {"frames": {"-1": 0.5, "1001": 2}})]
    faults = ({"frames": {}}, {"frames": {"a": 1}}, {"frames": {"1": 3}}, {"frames": {"1": 1}, "more": 1}, {})
    assert (taken, [_is_taken(schema, fault) for fault in faults]) == ([True, True], [False] * 5)
