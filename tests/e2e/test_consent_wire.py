"""A real engine with real workers refuses what has no consent: when handed in, when run, when approved."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import likeness_engine
import pytest
from likeness import MODEL, OTHER, PERFORMER, Likely

from photodouble.settings import Settings
from photodouble_client.request import JobRequest
from photodouble_client.wire import PreviewWanted, Submission, new_id

COMMAND = [sys.executable, "-I", str(likeness_engine.HERE), "--detach"]


class Engine:
    """Speaks to one engine over its door."""

    def __init__(self, environment: dict[str, str], hold: Path, command: Sequence[str] = COMMAND) -> None:
        folder = Path(environment["PHOTODOUBLE_RUNTIME"])
        folder.mkdir(mode=0o700, exist_ok=True)
        known = {**environment, likeness_engine.HOLD: str(hold)}
        subprocess.run(command, env=known, stdout=subprocess.PIPE, timeout=60, check=True)
        self.address = json.loads((folder / "engine.json").read_text("utf-8"))
        self.hold = hold

    def ask(self, method: str, path: str, content: Any = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.address["port"], timeout=120)
        head = {"Authorization": f"Bearer {self.address['token']}"}
        connection.request(method, path, None if content is None else json.dumps(content), head)
        answer = connection.getresponse()
        lines = [json.loads(line) for line in answer.read().splitlines() if line]
        return answer.status, lines

    def submit(self, request: JobRequest) -> tuple[str, str]:
        """Hand a job in; return its id and why it was refused, empty where it was not."""
        wanted = Submission(request, job=new_id())
        status, (answer,) = self.ask("POST", "/jobs", wanted.to_json())
        return wanted.job, "" if status == 201 else f"{status} {answer['error']['code']}"

    def end_of(self, job: str) -> str:
        """Follow a job to its end: `finished`, or the code of what stopped it."""
        return _ending(self.ask("GET", f"/jobs/{job}/events")[1][-1])

    def task(self, name: str, **arguments: Any) -> str:
        """Have a task done: `answered`, or the code of what stopped it."""
        _, (answer,) = self.ask("POST", f"/tasks/{name}", {"arguments": arguments})
        return _ending(self.ask("GET", f"/tasks/{answer['task']}/events")[1][-1])


def _ending(event: dict[str, Any]) -> str:
    return str(event["error"]["code"] if event["event"] == "failed" else event["event"])


@pytest.fixture
def engine(engine_environment: dict[str, str], tmp_path: Path) -> Iterator[Engine]:
    found = Engine(engine_environment, tmp_path / "hold")
    yield found
    os.kill(found.address["pid"], signal.SIGTERM)


@pytest.fixture
def likely(engine_environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Likely:
    """Make the show as another machine of the same person sees it: that machine has a ledger of its own."""
    monkeypatch.setenv("PHOTODOUBLE_USER", engine_environment["PHOTODOUBLE_USER"])
    return Likely(tmp_path / "show", Settings(engine_folder=str(tmp_path / "other machine")))


@pytest.fixture
def asked(likely: Likely, tiny_shot: Callable[..., Any], request_for: Callable[..., Any]) -> JobRequest:
    given = {
        "operation": "likeness",
        "performers": (PERFORMER,),
        "values": {"face_model": MODEL},
        "use": "temp",
    }
    made: JobRequest = request_for(tiny_shot((1, 2)), output_root=str(likely.folder / "takes"), **given)
    return made


WRONG: dict[str, dict[str, Any]] = {
    "expired": {"valid_to": "2020-02-01"},
    "wrong performer": {"performer": OTHER},
    "wrong shot": {"shots": ("sh999",)},
    "wrong use": {"uses": ("ideation",)},
    "wrong model": {"models": ("other",)},
}


def test_a_job_whose_consent_does_not_fit_is_refused_at_the_door(
    engine: Engine, likely: Likely, asked: JobRequest
) -> None:
    assert engine.submit(asked)[1] == "422 consent.missing"
    for why, change in WRONG.items():
        ident = likely.file(**change, document_sha256=f"{len(why):064d}")
        code = engine.submit(asked)[1]
        assert code in ("422 consent.not_valid", "422 consent.missing"), why
        likely.revoke(ident)
    assert engine.ask("POST", "/previews", PreviewWanted(asked, 1).to_json())[0] == 422
    assert engine.ask("GET", "/jobs")[1] == [{"jobs": []}]
    assert not Path(asked.output_root).exists()


def test_a_consent_that_is_taken_back_while_the_job_waits_stops_it_in_the_worker(
    engine: Engine, likely: Likely, asked: JobRequest
) -> None:
    ident = likely.file()
    engine.hold.touch()
    job, refused = engine.submit(asked)
    assert refused == ""
    likely.revoke(ident)
    engine.hold.unlink()
    assert engine.end_of(job) == "consent.not_valid"
    assert not list(Path(asked.output_root).rglob("manifest.json"))


def test_a_consent_that_is_taken_back_after_the_run_stops_the_approval(
    engine: Engine, likely: Likely, asked: JobRequest
) -> None:
    ident = likely.file()
    job, _ = engine.submit(asked)
    assert engine.end_of(job) == "finished"
    (manifest,) = Path(asked.output_root).rglob("manifest.json")
    consent = json.loads(manifest.read_text(encoding="utf-8"))["consent"]
    assert (consent["state"], consent["records"]) == ("cleared", [ident])
    wish = {"take": "sh010/likeness/v001", "root": asked.output_root, "by": "ada"}
    likely.revoke(ident)
    assert engine.task("takes.approve", **wish) == "consent.not_valid"
    assert engine.submit(asked)[1] == "422 consent.not_valid"
    likely.file(document_sha256="2" * 64)
    assert engine.task("takes.approve", **wish) == "answered"


def test_an_engine_as_it_is_sold_does_not_know_the_operation_of_the_tests(
    engine_environment: dict[str, str], likely: Likely, asked: JobRequest, tmp_path: Path
) -> None:
    likely.file()
    plain = [sys.executable, "-I", "-m", "photodouble.engine.serve", "--detach"]
    engine = Engine(engine_environment, tmp_path / "hold", plain)
    try:
        assert engine.submit(asked)[1] == "400 input.bad_request"
    finally:
        os.kill(engine.address["pid"], signal.SIGTERM)
