"""Events survive the wire."""

from __future__ import annotations

import json
from typing import Any

from photodouble_client import events
from photodouble_client.errors import ArtistError

SENT = (
    events.Queued("a1"),
    events.Queued("a1", "sh010/inpaint/v001", "takes/sh010/inpaint/v001"),
    events.Progress(3, 48, "Measuring motion"),
    events.FrameDone(1003, "result/a.1003.exr"),
    events.Warned("The matte is empty on every frame."),
    events.Finished("v001/manifest.json", "sh010/inpaint/v001", "takes/sh010/inpaint/v001"),
    events.Previewed(1003, "cache/p.exr", "cache/p.png", 2, ("analysed at half size",)),
    events.Answered({"takes": ["v001"]}),
)


def _code_of(stored: Any) -> str:
    try:
        events.from_json(stored)
    except ArtistError as error:
        return error.code
    return ""


def test_every_event_comes_back_from_its_line_as_it_was() -> None:
    assert tuple(events.from_json(json.loads(json.dumps(event.to_json()))) for event in SENT) == SENT


def test_a_failure_carries_its_error() -> None:
    error = ArtistError("engine.disk_full", "The disk is full", "0 bytes left.", "Make room.")
    received = events.from_json(events.Failed(error).to_json())
    assert isinstance(received, events.Failed)
    assert received.error.to_json() == error.to_json()


def test_every_event_names_its_schema() -> None:
    assert {event.to_json()["schema"] for event in SENT} == {events.SCHEMA}


def test_an_unknown_or_incomplete_event_is_refused() -> None:
    for stored in (
        {"event": "singing", "schema": 1},
        {"event": "progress", "schema": 1},
        {"event": "queued"},
    ):
        assert _code_of(stored) == "input.bad_request", stored


def test_an_older_finished_event_without_the_name_of_its_take_is_read() -> None:
    stored = {"event": "finished", "schema": 1, "manifest": "v001/manifest.json"}
    assert events.from_json(stored) == events.Finished("v001/manifest.json")
