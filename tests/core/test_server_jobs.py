"""The engine's door: jobs, previews, tasks and their events, as a host asks for them."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
from open_door import TOKEN, Door, opened

from photodouble_client.request import JobRequest, PortInput
from photodouble_client.wire import Job, PreviewWanted, Submission, new_id


@pytest.fixture
def door() -> Iterator[Door]:
    with opened() as found:
        yield found


def submission(**more: Any) -> dict[str, Any]:
    inputs = {"plate": PortInput("/shots/plate.####.exr"), "matte": PortInput("/shots/matte.####.exr")}
    request = JobRequest("inpaint", inputs=inputs, output_root="/shots/takes", host="nuke", script="/a.nk")
    return Submission(request, job=new_id(), **more).to_json()


def test_hello_says_who_the_engine_is(door: Door) -> None:
    hello = door.ask("GET", "/hello").json
    assert (hello["nonce"], hello["machine"], hello["protocol"]) == ("nonce", "machine", 1)
    assert len(hello["code_version"]) == 16


def test_describe_tells_operations_workers_jobs_and_memory(door: Door) -> None:
    door.ask("POST", "/jobs", submission())
    described = door.ask("GET", "/describe").json
    assert "inpaint" in described["operations"]
    assert described["queue"] == {"queued": 1}
    assert described["memory"]["total_bytes"] >= described["memory"]["available_bytes"] >= 0


def test_a_job_is_taken_in_once(door: Door) -> None:
    wanted = submission()
    first, again = door.ask("POST", "/jobs", wanted), door.ask("POST", "/jobs", wanted)
    assert (first.status, again.status) == (201, 200)
    assert Job.from_json(first.json) == Job.from_json(again.json)
    assert len(door.ask("GET", "/jobs").json["jobs"]) == 1


def test_another_job_under_a_used_id_is_a_conflict(door: Door) -> None:
    wanted = submission()
    door.ask("POST", "/jobs", wanted)
    other = door.ask("POST", "/jobs", {**wanted, "priority": 7})
    assert (other.status, other.code) == (409, "engine.refused")


def test_jobs_are_found_by_host_script_and_state(door: Door) -> None:
    job = door.ask("POST", "/jobs", submission()).json["job"]
    assert [each["job"] for each in door.ask("GET", "/jobs?host=nuke&script=%2Fa.nk").json["jobs"]] == [job]
    assert door.ask("GET", "/jobs?state=finished").json["jobs"] == []
    assert door.ask("GET", "/jobs?state=nowhere").status == 400


def test_a_job_can_be_looked_at_moved_cancelled_resumed_and_forgotten(door: Door) -> None:
    wanted = submission()
    here = "/jobs/" + wanted["job"]
    door.ask("POST", "/jobs", wanted)
    assert door.ask("GET", here).json["state"] == "queued"
    assert door.ask("GET", here + "/request").json == wanted["request"]
    assert door.ask("POST", here + "/priority", {"priority": 9}).json["priority"] == 9
    assert door.ask("POST", here + "/priority", {"priority": 101}).status == 400
    assert door.ask("DELETE", here).status == 409
    assert door.ask("POST", here + "/cancel").json["state"] == "cancelled"
    assert door.ask("POST", here + "/resume").json["state"] == "queued"
    door.ask("POST", here + "/cancel")
    assert door.ask("DELETE", here).status == 200
    assert (door.ask("GET", here).status, door.ask("GET", here).code) == (404, "engine.no_job")


def test_events_are_replayed_and_then_followed_live(door: Door) -> None:
    wanted = submission()
    door.ask("POST", "/jobs", wanted)
    connection = door.connect()
    connection.request("GET", f"/jobs/{wanted['job']}/events", headers={"Authorization": f"Bearer {TOKEN}"})
    answer = connection.getresponse()
    assert json.loads(answer.readline())["event"] == "queued"
    door.do(door.queue.say(wanted["job"], {"event": "frame_done", "schema": 1, "frame": 1, "path": "/a"}))
    assert json.loads(answer.readline())["frame"] == 1
    last = {"event": "finished", "schema": 1, "manifest": "/m", "take": "t", "folder": "/f"}
    door.do(door.queue.say(wanted["job"], last))
    assert json.loads(answer.readline()) == {**last, "seq": 3, "job": wanted["job"]}
    assert answer.readline() == b""
    after = door.ask("GET", f"/jobs/{wanted['job']}/events?after=2")
    assert [json.loads(line)["event"] for line in after.body.splitlines()] == ["finished"]


def test_a_stream_says_that_it_lives(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photodouble.engine.server.streams.HEARTBEAT", 0.05)
    answer, _ = follow(door)
    assert json.loads(answer.readline())["event"] == "queued"
    assert answer.readline() == b"\n"


def test_a_stream_is_let_go_of_when_the_host_hangs_up(door: Door) -> None:
    answer, connection = follow(door)
    answer.readline()
    assert door.reception.streams == 1
    answer.close()
    connection.close()

    async def gone() -> None:
        import asyncio

        while door.reception.streams:
            await asyncio.sleep(0.01)

    door.do(gone())
    assert door.reception.streams == 0


def test_a_stream_ends_with_the_engine(door: Door) -> None:
    answer, _ = follow(door)
    answer.readline()
    door.ask("POST", "/shutdown", {"force": True})
    assert answer.read() == b""
    door.wait()


def test_a_host_that_stops_reading_holds_up_nobody(door: Door) -> None:
    answer, _connection = follow(door)
    (job,) = door.queue.known
    for number in range(3000):
        event = {"event": "warned", "schema": 1, "message": f"{number} " + "x" * 2000}
        door.do(door.queue.say(job, event))
    assert door.ask("GET", "/hello").status == 200
    door.close()
    assert answer.status == 200


def test_events_of_nobody_are_an_error_at_once(door: Door) -> None:
    assert door.ask("GET", f"/jobs/{new_id()}/events").status == 404


def test_a_preview_is_begun_followed_and_cancelled(door: Door) -> None:
    wanted = PreviewWanted(Submission.from_json(submission()).request, 1001, preview=new_id()).to_json()
    begun = door.ask("POST", "/previews", wanted)
    assert (begun.status, begun.json) == (201, {"preview": wanted["preview"]})
    assert door.ask("POST", f"/previews/{wanted['preview']}/cancel").status == 200
    assert door.ask("POST", f"/previews/{new_id()}/cancel").status == 404


def test_a_preview_of_what_cannot_be_is_refused_at_once(door: Door) -> None:
    wanted = PreviewWanted(Submission.from_json(submission()).request, 1001, preview=new_id()).to_json()
    wanted["request"]["values"] = {"grwo": 1}
    assert door.ask("POST", "/previews", wanted).code == "usage.unknown_parameter"


def test_a_task_is_begun_and_answers(door: Door) -> None:
    begun = door.ask("POST", "/tasks/takes.list", {"arguments": {"root": "/takes"}})
    assert begun.status == 201
    events = door.ask("GET", f"/tasks/{begun.json['task']}/events")
    assert json.loads(events.body.splitlines()[-1])["answer"] == {"name": "takes.list", "root": "/takes"}


def test_a_task_that_is_none_is_refused_before_a_worker_is_troubled(door: Door) -> None:
    for name, arguments in (
        ("takes.lisst", {}),
        ("takes.list", {"rooot": "/takes"}),
        ("takes.list", {"root": 5}),
    ):
        refused = door.ask("POST", f"/tasks/{name}", {"arguments": arguments})
        assert (refused.status, refused.code.split(".")[0]) == (422, "usage")
    assert door.queue.asked == []


def test_the_tasks_tell_what_they_need(door: Door) -> None:
    known = door.ask("GET", "/tasks").json["tasks"]
    assert known["takes.list"]["help"] and known["takes.list"]["arguments"]["type"] == "object"


def test_memory_is_freed_on_request(door: Door) -> None:
    assert door.ask("POST", "/memory/free").status == 200
    assert door.queue.freed == 1


def test_the_engine_does_not_end_while_jobs_are_at_work(door: Door) -> None:
    door.ask("POST", "/jobs", submission())
    assert door.ask("POST", "/shutdown", {}).status == 409
    assert door.ask("POST", "/shutdown", {"force": True}).status == 200
    door.wait()


def test_an_output_must_be_a_full_path_that_does_not_climb(door: Door) -> None:
    for output in ("../../etc/a.####.exr", "/shots/../../etc/a.####.exr", "a.####.exr", "C:\\x\\..\\a.#.exr"):
        refused = door.ask("POST", "/jobs", submission(output=output))
        assert (refused.status, refused.code) == (422, "input.unwritable_output"), output
    assert door.ask("POST", "/jobs", submission(output="/out/a.####.exr")).status == 201


def test_pictures_are_not_looked_for_in_a_folder_of_the_engines_choice(door: Door) -> None:
    wanted = submission()
    wanted["request"]["inputs"]["plate"] = {**PORT, "path": "plate.####.exr"}
    previewed = PreviewWanted(Submission.from_json(wanted).request, 1001, preview=new_id()).to_json()
    for refused in (door.ask("POST", "/jobs", wanted), door.ask("POST", "/previews", previewed)):
        assert (refused.status, refused.code) == (422, "input.missing_sequence")


def test_a_name_is_short_enough_to_be_listed(door: Door) -> None:
    wanted = submission()
    wanted["request"]["shot"] = "a" * 5000
    refused = door.ask("POST", "/jobs", wanted)
    assert (refused.status, refused.code) == (400, "input.bad_request")
    wanted["request"]["shot"] = "a" * 4096
    assert door.ask("POST", "/jobs", wanted).status == 201


def test_takes_are_not_kept_in_a_folder_of_the_engines_choice(door: Door) -> None:
    wanted = submission()
    wanted["request"]["output_root"] = "takes"
    refused = door.ask("POST", "/jobs", wanted)
    assert (refused.status, refused.code) == (422, "input.unwritable_output")


PORT = {"channels": "", "colourspace": "", "range": ""}


def follow(door: Door) -> tuple[http.client.HTTPResponse, http.client.HTTPConnection]:
    wanted = submission()
    door.ask("POST", "/jobs", wanted)
    connection = door.connect()
    connection.request("GET", f"/jobs/{wanted['job']}/events", headers={"Authorization": f"Bearer {TOKEN}"})
    return connection.getresponse(), connection
