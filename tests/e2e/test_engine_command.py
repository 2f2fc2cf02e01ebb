"""`photodouble engine`: what an artist or a technical director types when a host is not at hand."""

from __future__ import annotations

import json
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
from photodouble_client.request import JobRequest, PortInput
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
    inputs = {"plate": PortInput(shot.plate), "matte": PortInput(shot.matte)}
    request = JobRequest(
        "inpaint",
        inputs,
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
