"""`photodouble engine`: what an artist or a technical director types when a host is not at hand."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photodouble.cli.engine_jobs import chosen_job, job_lines
from photodouble_client.engine import Engine
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest
from photodouble_client.wire import Job

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def engine(engine_environment: dict[str, str], tmp_path: Path) -> Command:
    """Give a function that runs `photodouble engine`, with an engine and a client's file of its own."""
    environment = {**engine_environment, "PHOTODOUBLE_CLIENT": str(tmp_path / "client.json")}
    environment.pop("PHOTODOUBLE_ENGINE")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "photodouble.cli.main", "engine", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=120, check=False
        )

    return run


def test_the_engine_is_started_looked_at_and_ended(engine: Command) -> None:
    assert engine("status").returncode == 1
    assert json.loads(engine("free", "--json").stdout) == {"running": False}
    started = engine("start", "--json")
    assert started.returncode == 0, started.stderr
    pid = json.loads(started.stdout)["pid"]
    assert json.loads(engine("start", "--json").stdout)["pid"] == pid
    status = engine("status")
    assert (status.returncode, f"process {pid}" in status.stdout) == (0, True)
    assert json.loads(engine("status", "--json").stdout)["workers"] == []
    assert engine("free").returncode == 0
    assert "listens" in engine("log").stdout
    assert "listens" in engine("log", "--lines", str(10**20)).stdout
    assert engine("jobs").stdout == "There are no jobs.\n"
    assert engine("stop").stdout == "The engine has ended.\n"
    assert engine("stop").stdout == "No engine is running.\n"
    assert "ended" in engine("log").stdout


def test_no_answer_holds_the_token(engine: Command, engine_environment: dict[str, str]) -> None:
    said = engine("start", "--json").stdout + engine("status", "--json").stdout + engine("log").stdout
    address = Path(engine_environment["PHOTODOUBLE_RUNTIME"]) / "engine.json"
    token = json.loads(address.read_text(encoding="utf-8"))["token"]
    assert len(token) == 64
    assert token not in said
    assert "http://127.0.0.1:" in engine("open", "--print").stdout


def test_a_job_is_cancelled_resumed_and_forgotten_by_the_first_digits_of_its_id(
    engine: Command,
    engine_environment: dict[str, str],
    tiny_shot: Callable[..., Any],
    tmp_path: Path,
) -> None:
    shot = tiny_shot(frames=range(1001, 1004))
    request = JobRequest(
        "inpaint",
        shot.inputs,
        range=FrameRange(shot.frames),
        output_root=str(tmp_path / "takes"),
        shot="sh010",
    )
    client = Engine.connect("nuke", environment=engine_environment)
    job = client.submit(request).job
    assert engine("cancel", job[:8]).returncode == 0
    *_, stopped = client.events(job)
    assert "cancelled" in engine("jobs").stdout
    assert engine("resume", job[:8]).returncode == 0
    *_, last = client.events(job, after=stopped.seq)
    assert last.event.to_json()["event"] == "finished"
    listed = engine("jobs", "--state", "finished").stdout
    assert "sh010/inpaint/v001" in listed
    assert engine("forget", "sh010/inpaint/v001").returncode == 0
    missing = engine("cancel", job, "--json")
    assert (missing.returncode, json.loads(missing.stdout)["error"]["code"]) == (5, "engine.no_job")
    assert len(list((tmp_path / "takes").rglob("result/*.exr"))) == 3


@pytest.fixture
def request_file(tiny_shot: Callable[..., Any], tmp_path: Path) -> Path:
    """Write a request of three frames."""
    shot = tiny_shot(frames=range(1001, 1004))
    request = JobRequest(
        "inpaint",
        shot.inputs,
        range=FrameRange(shot.frames),
        output_root=str(tmp_path / "takes"),
        shot="sh010",
    )
    path = tmp_path / "request.json"
    path.write_text(request.to_text(), encoding="utf-8")
    return path


def test_a_request_is_handed_over_and_watched_to_its_take(
    engine: Command, request_file: Path, tmp_path: Path
) -> None:
    pattern = str(tmp_path / "in" / ".." / "out" / "clean.####.exr")
    told = engine("submit", str(request_file), "--output", pattern)
    assert told.returncode == 0, told.stderr
    assert "Take sh010/inpaint/v001 is finished" in told.stdout
    assert len(list((tmp_path / "out").glob("clean.*.exr"))) == 3
    lines = engine("submit", str(request_file), "--json").stdout.splitlines()
    events = [json.loads(line) for line in lines]
    assert (events[-1]["event"], events[-1]["take"]) == ("finished", "sh010/inpaint/v002")


def test_a_job_that_nobody_waits_for_is_followed_later(engine: Command, request_file: Path) -> None:
    told = engine("submit", str(request_file), "--no-wait", "--priority", "5", "--json")
    job = json.loads(told.stdout)
    assert job["priority"] == 5
    followed = engine("follow", job["job"][:8])
    assert followed.returncode == 0, followed.stderr
    assert "is finished" in followed.stdout


def test_a_job_that_fails_ends_the_command_with_its_error(engine: Command, request_file: Path) -> None:
    stored = json.loads(request_file.read_text(encoding="utf-8"))
    stored["inputs"]["plate"]["path"] = "nothing.####.exr"
    request_file.write_text(json.dumps(stored), encoding="utf-8")
    failed = engine("submit", str(request_file), "--json")
    last = json.loads(failed.stdout.splitlines()[-1])
    assert (failed.returncode, last["event"], last["error"]["code"]) == (
        3,
        "failed",
        "input.missing_sequence",
    )
    assert failed.stdout.count('"failed"') == 1
    refused = engine("submit", str(request_file), "--priority", "500")
    assert refused.returncode == 3


def test_a_preview_says_where_its_picture_lies(engine: Command, request_file: Path) -> None:
    shown = engine("preview", str(request_file), "1002", "--scale", "2")
    assert shown.returncode == 0, shown.stderr
    words, _, picture = shown.stdout.splitlines()[0].partition(": ")
    assert words == "Look at"
    assert Path(picture).is_file()
    stored = json.loads(engine("preview", str(request_file), "1002", "--json").stdout)
    assert (stored["event"], stored["frame"]) == ("previewed", 1002)


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one program alone")
def test_ctrl_c_ends_the_watching_and_not_the_job(
    engine: Command,
    engine_environment: dict[str, str],
    tiny_shot: Callable[..., Any],
    request_for: Callable[..., JobRequest],
    tmp_path: Path,
) -> None:
    file = tmp_path / "long.json"
    request = request_for(tiny_shot(range(1001, 1061)))
    file.write_text(request.to_text(), encoding="utf-8")
    command = [sys.executable, "-m", "photodouble.cli.main", "engine", "submit", str(file)]
    watching = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        env=engine_environment,
        # Whoever runs these tests in the background ignores Ctrl-C, and that is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert watching.stderr is not None
    watching.stderr.readline()
    watching.send_signal(signal.SIGINT)
    _, said = watching.communicate(timeout=60)
    assert watching.returncode == 130, said
    assert "The job goes on" in said
    job = json.loads(engine("jobs", "--json").stdout)["jobs"][0]
    assert f"photodouble engine cancel {job['job'][:8]}" in said
    assert job["state"] in ("queued", "running"), job["error"]
    assert engine("cancel", job["job"]).returncode == 0


def test_use_tells_the_hosts_which_python_to_start(engine: Command, tmp_path: Path) -> None:
    stored = tmp_path / "client.json"
    stored.write_text('{"schema": 1, "start_timeout_s": 5}', encoding="utf-8")
    assert engine("use").returncode == 0
    written = json.loads(stored.read_text(encoding="utf-8"))
    assert (written["engine"], written["start_timeout_s"]) == (sys.executable, 5.0)
    refused = engine("use", "--python", str(tmp_path / "nothing"), "--json")
    assert json.loads(refused.stdout)["error"]["code"] == "engine.not_installed"
    assert json.loads(stored.read_text(encoding="utf-8")) == written


def test_a_job_that_is_not_named_clearly_is_not_touched() -> None:
    jobs = [Job("a" * 32, take_label="sh/inpaint/v001"), Job("ab" + "c" * 30), Job("d" * 32)]
    assert chosen_job(jobs, "aa").job == "a" * 32
    assert chosen_job(jobs, "SH/inpaint/v001").job == "a" * 32
    for named, code in (("a", "usage.arguments"), ("e", "engine.no_job"), ("", "engine.no_job")):
        with pytest.raises(ArtistError) as caught:
            chosen_job(jobs, named)
        assert caught.value.code == code


def test_a_failed_job_is_listed_with_what_to_do() -> None:
    error = ArtistError("engine.disk_full", "The disk is full", "0 bytes left.", "Make room.")
    [line, why] = job_lines([Job("a" * 32, "failed", "inpaint", "sh010", error=error, frames=5, done=2)])
    assert "sh010/inpaint" in line
    assert why.strip() == "The disk is full: 0 bytes left. Make room."
