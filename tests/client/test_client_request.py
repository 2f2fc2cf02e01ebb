"""A request holds everything that decides the pixels, and equal requests are equal text."""

from __future__ import annotations

import json
from typing import Any

from photodouble_client import request as request_module
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import FIELDS, JobRequest, PortInput, new_take_id
from photodouble_client.stored import upgraded

DESIGNED = (
    "schema take parent operation spec_version show sequence shot task use person performers range "
    "source_range handles rate first_frame colourspace pixel_aspect display_window data_window view "
    "proxy_scale inputs values overrides locks output_root host host_version script node"
)


def _request(**more: Any) -> JobRequest:
    inputs = {"plate": PortInput("plate.####.exr"), "matte": PortInput("matte.####.exr", channels="A")}
    fields = {"inputs": inputs, "range": FrameRange.from_text("1001-1048")}
    fields.update(more)
    return JobRequest("inpaint", **fields)


def _code_of(stored: Any) -> str:
    try:
        JobRequest.from_json(stored).checked()
    except ArtistError as error:
        return error.code
    return ""


def test_a_request_has_every_field_of_the_design() -> None:
    assert sorted(FIELDS) == sorted(DESIGNED.split())


def test_a_request_comes_back_from_its_text_as_it_was() -> None:
    full = _request(
        overrides={1002: "painted.exr"},
        locks={-1: "locked.exr"},
        performers=("Ada",),
        display_window=(0, 0, 1920, 1080),
        data_window=(-8, -8, 1928, 1088),
        values={"seam": 2.5},
        first_frame=1001,
        pixel_aspect=2.0,
    )
    assert JobRequest.from_text(full.to_text()) == full


def test_requests_are_canonical() -> None:
    one = _request(values={"seam": 0.1, "reach": 12}, overrides={10: "b", 9: "a"}).checked()
    other = _request(
        values={"reach": 12.0, "seam": 0.10000000149011612},
        overrides={9: "a", 10: "b"},
        inputs={"matte": PortInput("matte.####.exr", channels="A"), "plate": PortInput("plate.####.exr")},
    ).checked()
    assert one.to_text() == other.to_text()
    assert json.dumps(one.to_json()) == json.dumps(other.to_json())
    assert list(one.to_json()) == sorted(one.to_json())


def test_reading_and_writing_again_changes_no_byte() -> None:
    text = _request(values={"motion": "flow"}).checked().to_text()
    assert JobRequest.from_text(text).checked().to_text() == text


def test_a_checked_request_names_every_value() -> None:
    checked = _request(values={"reach": 3}).checked()
    assert checked.values["reach"] == 3
    assert checked.values["grain"] == 1.0
    assert sorted(checked.values) == sorted(checked.spec.defaults)


def test_an_unknown_field_is_refused_by_name() -> None:
    stored = _request().to_json()
    stored["colorspace"] = "ACEScg"
    try:
        JobRequest.from_json(stored)
    except ArtistError as error:
        assert error.code == "input.bad_request"
        assert "'colorspace'" in error.message
    else:
        raise AssertionError("an unknown field was taken")


def test_every_field_refuses_a_value_of_the_wrong_kind() -> None:
    taken = []
    for name in FIELDS:
        stored = _request().to_json()
        stored[name] = {"1": 3.5}
        if _code_of(stored) not in ("input.bad_request", "usage.unknown_parameter"):
            taken.append(name)
    assert taken == []


def test_faulty_requests_are_refused_with_their_own_code() -> None:
    faults = {
        "input.bad_request": [
            {"operation": "juggling"},
            {"use": "draft"},
            {"handles": -1},
            {"proxy_scale": 0},
            {"pixel_aspect": 0},
            {"schema": 99},
            {"schema": None},
            {"spec_version": 99},
            {"display_window": [0, 0, 1]},
            {"overrides": {"first": "x.exr"}},
            {"inputs": {"plate": {"path": "a.exr"}}},
            {"inputs": {"plate": {"path": "a.exr", "pattern": "b"}, "matte": {"path": "m.exr"}}},
            {"inputs": {"plate": {}, "matte": {"path": "m.exr"}}},
            {"inputs": {"plate": "a.exr", "matte": {"path": "m.exr"}}},
        ],
        "usage.frames": [{"range": "1..5"}],
        "usage.bad_value": [{"values": {"reach": 0}}],
        "usage.unknown_parameter": [{"values": {"grian": 1}}, {"inputs": {"plaet": {"path": "a.exr"}}}],
    }
    for code, changes in faults.items():
        for change in changes:
            assert _code_of(dict(_request().to_json(), **change)) == code, change
    assert _code_of(_request().to_json()) == ""


def test_an_animated_control_needs_a_value_at_every_frame_of_the_range() -> None:
    animated = {"frames": {str(frame): 1 for frame in range(1001, 1049)}}
    stored = dict(_request().to_json(), values={"matte_grow": animated})
    assert _code_of(stored) == ""
    del animated["frames"]["1020"]
    assert _code_of(stored) == "usage.bad_value"


def test_an_output_cannot_be_given_as_an_input() -> None:
    stored = _request().to_json()
    stored["inputs"]["result"] = {"path": "r.exr"}
    assert _code_of(stored) == "input.bad_request"


def test_text_that_is_not_a_request_is_refused_plainly() -> None:
    for text in ("", "{", "[]", "3", "null", "{}", '{"schema": 1}'):
        try:
            JobRequest.from_text(text)
        except ArtistError as error:
            assert error.code == "input.bad_request", text
        else:
            raise AssertionError(text)


def test_an_old_request_is_upgraded_one_schema_after_another() -> None:
    steps = (
        lambda stored: dict(stored, name=stored["title"]),
        lambda stored: {key: stored[key] for key in stored if key != "title"},
    )
    assert upgraded({"schema": 1, "title": "a"}, steps, "note") == {"schema": 3, "name": "a"}
    assert upgraded({"schema": 3, "name": "a"}, steps, "note") == {"schema": 3, "name": "a"}


def test_a_request_of_the_present_schema_is_left_as_it_is() -> None:
    stored = _request().to_json()
    assert request_module.upgrade(stored) == stored


def test_a_take_id_is_new_every_time() -> None:
    assert len({new_take_id() for _ in range(100)}) == 100
    assert _request().with_take("abc").take == "abc"
