"""Jobs, submissions and previews cross the wire as they are, and nothing else is let through."""

from __future__ import annotations

import json
from typing import Any

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest
from photodouble_client.wire import Job, PreviewWanted, Submission, checked_id, new_id

REQUEST = JobRequest("inpaint", range=FrameRange((1001, 1002)), shot="sh010")


def _refused(read: Any, stored: Any) -> str:
    try:
        read(stored)
    except ArtistError as error:
        return error.code
    return ""


def test_a_submission_comes_back_as_it_was() -> None:
    sent = Submission(REQUEST, new_id(), FrameRange((1001,)), "out.####.exr", True, False, True, 7, "s1")
    assert Submission.from_json(json.loads(json.dumps(sent.to_json()))) == sent


def test_a_preview_comes_back_as_it_was() -> None:
    sent = PreviewWanted(REQUEST, 1001, new_id(), "shot.nk:Inpaint1", 2, "s1")
    assert PreviewWanted.from_json(json.loads(json.dumps(sent.to_json()))) == sent


def test_a_job_comes_back_with_its_error_and_warnings() -> None:
    error = ArtistError("engine.disk_full", "The disk is full", "0 bytes left.", "Make room.")
    sent = Job(new_id(), "failed", done=3, frames=9, warnings=("a", "b"), error=error, copies=("x.exr",))
    received = Job.from_json(json.loads(json.dumps(sent.to_json())))
    assert received.to_json() == sent.to_json()
    assert received.has_ended and received.can_resume
    assert not Job(new_id(), "running").has_ended


def test_what_has_no_id_is_given_one() -> None:
    stored = dict(Submission(REQUEST).to_json(), job="")
    first, second = Submission.from_json(stored).job, Submission.from_json(stored).job
    assert checked_id(first) != checked_id(second)


def test_what_is_no_id_is_refused() -> None:
    for text in ("", "../../etc/passwd", "0" * 31, "0" * 32 + "\n", "G" * 32, 7, None):
        assert _refused(checked_id, text) == "input.bad_request"


def test_unknown_fields_wrong_types_and_wrong_limits_are_refused() -> None:
    good = Submission(REQUEST).to_json()
    wrong = [
        {"colour": "red"},
        {"overwrite": 1},
        {"priority": 101},
        {"priority": True},
        {"output": 3},
        {"job": "../x"},
        {"schema": 2},
        {"request": []},
        {"frames": "abc"},
    ]  # type: List[Dict[str, Any]]
    assert [_refused(Submission.from_json, dict(good, **change)) for change in wrong] == [
        "input.bad_request",
        "input.bad_request",
        "input.bad_request",
        "input.bad_request",
        "input.bad_request",
        "input.bad_request",
        "input.bad_request",
        "input.bad_request",
        "usage.frames",
    ]
    assert _refused(Submission.from_json, [good]) == "input.bad_request"


def test_a_preview_needs_a_frame() -> None:
    stored = PreviewWanted(REQUEST, 1001).to_json()
    del stored["frame"]
    assert _refused(PreviewWanted.from_json, stored) == "input.bad_request"
