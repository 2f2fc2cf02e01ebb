"""The client and the real engine: killed, stopped, ended and asked by several hosts at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from photodouble_client import launcher
from photodouble_client.engine import Engine
from photodouble_client.errors import ArtistError
from photodouble_client.events import Finished, FrameDone, Previewed
from photodouble_client.frames import FrameRange
from photodouble_client.machine import is_alive
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.watch import watch_preview, watch_submission
from photodouble_client.wire import PreviewWanted, Submission

CORE = Path(__file__).resolve().parents[2] / "core"
START = """
import sys
sys.path.insert(0, sys.argv[1])
from photodouble_client.launcher import find_or_start
print(find_or_start().endpoint.nonce)
"""

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="signals and forks of POSIX")


@pytest.fixture
def connect(engine_environment: dict[str, str]) -> Iterator[Callable[..., Engine]]:
    """Give a function that connects to an engine of this test's own."""
    opened: list[Engine] = []

    def connected(**more: Any) -> Engine:
        opened.append(Engine.connect("nuke", "15.1", environment=engine_environment, **more))
        return opened[-1]

    yield connected
    for engine in opened:
        engine.close()


@pytest.fixture
def request_of(tiny_shot: Callable[..., Any], tmp_path: Path) -> Callable[..., JobRequest]:
    """Give a function that asks for a take of a tiny shot."""

    def request(frames: int = 4, shot: str = "sh010") -> JobRequest:
        plates = tiny_shot(frames=range(1001, 1001 + frames))
        inputs = {"plate": PortInput(plates.plate), "matte": PortInput(plates.matte)}
        return JobRequest(
            "inpaint", inputs, range=FrameRange(plates.frames), output_root=str(tmp_path / "takes"), shot=shot
        )

    return request


def test_hosts_that_start_the_engine_at_once_get_one(engine_environment: dict[str, str]) -> None:
    command = [sys.executable, "-S", "-c", START, str(CORE)]
    hosts = [
        subprocess.Popen(command, env=engine_environment, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    nonces = {host.communicate(timeout=120)[0].strip() for host in hosts}
    assert len(nonces) == 1
    assert "" not in nonces


def test_a_job_is_followed_to_its_take_though_its_engine_is_killed_twice(
    connect: Callable[..., Engine], request_of: Callable[..., JobRequest]
) -> None:
    engine = connect()
    job = engine.submit(request_of(6))
    pids = [engine.endpoint.pid]
    reports = []
    for report in engine.events(job.job):
        reports.append(report)
        if isinstance(report.event, FrameDone) and len(pids) < 3:
            pid = engine.endpoint.pid
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda pid=pid: not is_alive(pid))  # type: ignore[misc]
            pids.append(pid)
    assert isinstance(reports[-1].event, Finished)
    lasting = [report.seq for report in reports if report.event.to_json()["event"] != "progress"]
    assert lasting == sorted(set(lasting))
    done = {report.event.frame for report in reports if isinstance(report.event, FrameDone)}
    assert done == set(range(1001, 1007))
    assert engine.endpoint.pid not in pids


def test_an_engine_that_is_stopped_gets_no_second_beside_it_and_goes_on_when_it_may(
    connect: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "HELLO_TIMEOUT", 0.5)
    engine = connect()
    os.kill(engine.endpoint.pid, signal.SIGSTOP)
    try:
        with pytest.raises(ArtistError) as caught:
            connect()
        assert caught.value.code == "engine.unreachable"
    finally:
        os.kill(engine.endpoint.pid, signal.SIGCONT)
    monkeypatch.undo()
    assert connect().endpoint == engine.endpoint


def test_an_engine_that_is_ended_on_purpose_is_not_started_again_only_to_be_watched(
    connect: Callable[..., Engine],
    request_of: Callable[..., JobRequest],
    engine_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("photodouble_client.line.RETURN_TIMEOUT", 0.5)
    engine = connect()
    job = engine.submit(request_of(40))
    followed = engine.events(job.job)
    next(followed)
    assert launcher.end(engine_environment["PHOTODOUBLE_RUNTIME"], force=True)
    with pytest.raises(ArtistError) as caught:
        list(followed)
    assert caught.value.code == "engine.unreachable"
    assert launcher.find(engine_environment["PHOTODOUBLE_RUNTIME"]) is None
    again = connect()
    assert again.job(job.job).state in ("queued", "running")
    again.cancel(job.job)


def test_the_engine_is_no_child_of_the_host(connect: Callable[..., Engine]) -> None:
    pid = connect().endpoint.pid
    parents = subprocess.run(
        ["ps", "-o", "ppid=", "-p", str(pid)], capture_output=True, text=True, timeout=20, check=False
    )
    assert parents.stdout.strip() not in ("", str(os.getpid()))


def test_a_host_that_never_waits_gets_a_preview_and_a_take(
    engine_environment: dict[str, str], request_of: Callable[..., JobRequest]
) -> None:
    request = request_of(4)
    preview = watch_preview(PreviewWanted(request, 1002), "nuke", environment=engine_environment)
    shown = all_reports(preview)
    assert isinstance(shown[-1].event, Previewed), shown[-1]
    assert Path(shown[-1].event.picture).is_file()
    take = all_reports(watch_submission(Submission(request), "nuke", environment=engine_environment))
    assert isinstance(take[-1].event, Finished), take[-1]


def test_a_host_answers_what_others_ask_of_it(connect: Callable[..., Engine]) -> None:
    host, other = connect(), connect()
    session = host.register(["reload_node"])
    assert [one["host"] for one in other.sessions()] == ["nuke"]
    asked = other.ask_host(session.session, "reload_node", {"node": "Read1"})
    [action] = session.poll(5)
    assert (action["name"], action["arguments"]) == ("reload_node", {"node": "Read1"})
    session.answer(action["action"], {"reloaded": True})
    assert other.action(session.session, asked["action"])["answer"] == {"reloaded": True}
    with pytest.raises(ArtistError):
        other.ask_host(session.session, "delete_everything")
    session.close()
    assert other.sessions() == []


def test_a_host_session_outlives_its_engine(connect: Callable[..., Engine]) -> None:
    host = connect()
    session = host.register(["reload_node"])
    before = session.session
    os.kill(host.endpoint.pid, signal.SIGKILL)
    assert session.poll() == []
    assert [one["session"] for one in host.sessions()] == [session.session]
    assert session.session == before


def test_a_task_answers_what_the_command_line_would(
    connect: Callable[..., Engine], request_of: Callable[..., JobRequest], tmp_path: Path
) -> None:
    engine = connect()
    assert "takes.list" in engine.tasks()
    job = engine.submit(request_of(2))
    assert isinstance([report.event for report in engine.events(job.job)][-1], Finished)
    takes = engine.task("takes.list", {"root": str(tmp_path / "takes")})
    assert "sh010/inpaint/v001" in str(takes)
    with pytest.raises(ArtistError):
        engine.task("takes.sing")


def all_reports(watcher: Any) -> list[Any]:
    """Fetch what a watcher tells, up to its end."""
    reports: list[Any] = []
    end = time.monotonic() + 120
    while not watcher.is_done and time.monotonic() < end:
        reports += watcher.wait(0.1)
    watcher.close()
    return reports


def wait_until(fact: Callable[[], bool]) -> None:
    """Wait for a fact, but not for ever."""
    end = time.monotonic() + 60
    while not fact() and time.monotonic() < end:
        time.sleep(0.02)
    assert fact()
