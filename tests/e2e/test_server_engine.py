"""A whole engine behind its door: real jobs, previews and tasks, asked for as a host asks."""

from __future__ import annotations

import dataclasses
import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from photodouble_client.events import Finished, from_json
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.wire import Job, PreviewWanted, Submission, new_id

COMMAND = [sys.executable, "-I", "-m", "photodouble.engine.serve", "--detach"]
FRAMES = "1001-1004"


class Engine:
    """Speaks to one engine over its door."""

    def __init__(self, environment: dict[str, str]) -> None:
        folder = Path(environment["PHOTODOUBLE_RUNTIME"])
        folder.mkdir(mode=0o700, exist_ok=True)
        subprocess.run(COMMAND, env=environment, stdout=subprocess.PIPE, timeout=60, check=True)
        self.address = json.loads((folder / "engine.json").read_text("utf-8"))

    def request(
        self, method: str, path: str, content: Any = None, **headers: str
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.address["port"], timeout=120)
        head = headers or {"Authorization": f"Bearer {self.address['token']}"}
        connection.request(method, path, None if content is None else json.dumps(content), head)
        return connection.getresponse()

    def ask(self, method: str, path: str, content: Any = None) -> Any:
        answer = self.request(method, path, content)
        found = json.loads(answer.read())
        assert answer.status < 400, found
        return found

    def follow(self, path: str) -> list[dict[str, Any]]:
        """Follow events to the last one."""
        lines = self.request("GET", path).read().splitlines()
        return [json.loads(line) for line in lines if line]


@pytest.fixture
def engine(engine_environment: dict[str, str]) -> Iterator[Engine]:
    found = Engine(engine_environment)
    yield found
    os.kill(found.address["pid"], signal.SIGTERM)


@pytest.fixture
def request_made(tiny_shot: Callable[..., Any], tmp_path: Path) -> JobRequest:
    shot = tiny_shot(frames=range(1001, 1005))
    frames = FrameRange.from_text(FRAMES)
    return JobRequest(
        "inpaint", inputs=shot.inputs, range=frames, output_root=str(tmp_path / "takes"), shot="sh010"
    )


def test_a_job_goes_from_request_to_take_and_shows_its_pictures(
    engine: Engine, request_made: JobRequest
) -> None:
    wanted = Submission(request_made, job=new_id())
    assert engine.request("POST", "/jobs", wanted.to_json()).status == 201
    events = engine.follow(f"/jobs/{wanted.job}/events")
    last = from_json(events[-1])
    assert isinstance(last, Finished), events[-1]
    done = [event["frame"] for event in events if event["event"] == "frame_done"]
    assert sorted(done) == [1001, 1002, 1003, 1004]
    job = Job.from_json(engine.ask("GET", f"/jobs/{wanted.job}"))
    assert (job.state, job.done, job.manifest) == ("finished", 4, last.manifest)
    assert json.loads(Path(job.manifest).read_text("utf-8"))
    url = engine.ask("POST", "/links", {"page": "/jobs.html"})["url"]
    cookie = (
        engine.request("GET", "/open/" + url.rsplit("/", 1)[1], Accept="*/*")
        .headers["set-cookie"]
        .split(";")[0]
    )
    shown = json.loads(engine.request("GET", "/pages/state/jobs", Cookie=cookie).read())["jobs"][0]
    picture = engine.request(
        "GET", f"/pages/jobs/{wanted.job}/pictures/{shown['pictures'][0]}", Cookie=cookie
    )
    assert picture.read().startswith(b"\x89PNG")


def test_the_events_of_a_finished_job_are_told_again_after_any_number(
    engine: Engine, request_made: JobRequest
) -> None:
    wanted = Submission(request_made, job=new_id())
    engine.ask("POST", "/jobs", wanted.to_json())
    first = [event for event in engine.follow(f"/jobs/{wanted.job}/events") if event["event"] != "progress"]
    half = first[len(first) // 2]["seq"]
    again = engine.follow(f"/jobs/{wanted.job}/events?after={half}")
    rest = [event for event in first if event["seq"] > half]
    assert [event for event in again if event["event"] != "progress"] == rest


def test_jobs_are_found_again_by_the_engine_that_follows_a_killed_one(
    engine_environment: dict[str, str], request_made: JobRequest
) -> None:
    engine = Engine(engine_environment)
    wanted = Submission(request_made, job=new_id())
    engine.ask("POST", "/jobs", wanted.to_json())
    os.kill(engine.address["pid"], signal.SIGKILL)
    following = Engine(engine_environment)
    last = following.follow(f"/jobs/{wanted.job}/events")[-1]
    assert isinstance(from_json(last), Finished), last
    assert following.ask("GET", f"/jobs/{wanted.job}")["state"] == "finished"


def test_a_bad_job_fails_with_what_to_do(engine: Engine, request_made: JobRequest, tmp_path: Path) -> None:
    gone = {**request_made.inputs, "plate": PortInput(str(tmp_path / "nowhere.####.exr"))}
    wanted = Submission(dataclasses.replace(request_made, inputs=gone), job=new_id())
    engine.ask("POST", "/jobs", wanted.to_json())
    last = engine.follow(f"/jobs/{wanted.job}/events")[-1]
    assert (last["event"], last["error"]["code"]) == ("failed", "input.missing_sequence")
    assert engine.ask("GET", f"/jobs/{wanted.job}")["error"]["fix"]


def test_a_request_that_cannot_be_is_refused_before_it_is_a_job(
    engine: Engine, request_made: JobRequest
) -> None:
    stored = Submission(request_made, job=new_id()).to_json()
    stored["request"]["values"] = {"grwo": 3}
    answer = engine.request("POST", "/jobs", stored)
    assert (answer.status, json.loads(answer.read())["error"]["code"]) == (422, "usage.unknown_parameter")
    assert engine.ask("GET", "/jobs")["jobs"] == []


def test_a_shot_name_cannot_lead_out_of_the_takes(
    engine: Engine, request_made: JobRequest, tmp_path: Path
) -> None:
    stored = Submission(request_made, job=new_id()).to_json()
    stored["request"]["shot"] = "../../outside"
    if engine.request("POST", "/jobs", stored).status == 201:
        engine.follow(f"/jobs/{stored['job']}/events")
    assert not (tmp_path.parent / "outside").exists() and not (tmp_path / "outside").exists()


def test_a_preview_answers_with_pictures(engine: Engine, request_made: JobRequest) -> None:
    wanted = PreviewWanted(request_made, 1002, preview=new_id())
    engine.ask("POST", "/previews", wanted.to_json())
    last = engine.follow(f"/previews/{wanted.preview}/events")[-1]
    assert last["event"] == "previewed", last
    assert Path(last["picture"]).read_bytes().startswith(b"\x89PNG")


def test_a_task_answers_as_the_command_line_would(engine: Engine, tmp_path: Path) -> None:
    begun = engine.ask("POST", "/tasks/takes.list", {"arguments": {"root": str(tmp_path)}})
    last = engine.follow(f"/tasks/{begun['task']}/events")[-1]
    assert last["event"] == "answered", last


def test_the_engine_tells_of_its_workers(engine: Engine, request_made: JobRequest) -> None:
    wanted = Submission(request_made, job=new_id())
    engine.ask("POST", "/jobs", wanted.to_json())
    engine.follow(f"/jobs/{wanted.job}/events")
    described = engine.ask("GET", "/describe")
    assert described["queue"]["finished"] == 1
    assert "batch" in json.dumps(described["workers"])
