"""The warm engine of a farm session: chunks go through it, and nothing depends on it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from takes_on_disk import pixels

from photodouble.engine.runner import JobOptions, run_job
from photodouble.farm.warm import RUNTIME, STATE, session_variables
from photodouble.settings import Settings
from photodouble_client.engine import Engine
from photodouble_client.frames import FrameRange
from photodouble_client.launcher import is_running
from photodouble_client.request import JobRequest
from photodouble_client.runtime import Endpoint

pytestmark = pytest.mark.skipif(os.name == "nt", reason="engines were only run on Linux here")
FRAMES = range(1, 7)


def request_of(shot, root: Path) -> JobRequest:  # type: ignore[no-untyped-def]
    return JobRequest(
        "inpaint",
        inputs=shot.inputs,
        range=FrameRange(FRAMES),
        output_root=str(root),
        shot="sh010",
        take="d" * 32,
    )


@pytest.fixture(scope="module")
def whole(shot_writer, tmp_path_factory) -> dict[str, str]:
    """Run the shot once in one process and return its pixel hashes."""
    folder = tmp_path_factory.mktemp("whole")
    request = request_of(shot_writer(folder / "in", FRAMES), folder)
    return pixels(run_job(request, JobOptions(settings=Settings(cache_folder=str(folder / "c")))).take.folder)


@pytest.fixture
def saved(tiny_shot, tmp_path) -> Path:
    path = tmp_path / "sh010.json"
    path.write_text(request_of(tiny_shot(frames=FRAMES), tmp_path / "takes").to_text(), encoding="utf-8")
    return path


@pytest.fixture
def session(engine_environment: dict[str, str], tmp_path: Path) -> Iterator[Session]:
    """Give a farm session of its own, whose engine is gone when the test is over."""
    # Short, and away from the desktop's own engine, which the environment stands for.
    folder = Path(engine_environment[RUNTIME]).parent / "session"
    folder.mkdir()
    made = Session(folder, {**engine_environment, **session_variables(folder)}, tmp_path)
    yield made
    made.command("farm", "leave", folder)


class Session:
    """The folder and the variables of a farm session, and its commands."""

    def __init__(self, folder: Path, environment: dict[str, str], place: Path) -> None:
        self.folder, self.environment, self._place = folder, environment, place

    @property
    def runtime(self) -> str:
        return self.environment[RUNTIME]

    def start(self, *words: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "photodouble.cli.main", *map(str, words)]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.Popen(command, text=True, env=self.environment, cwd=self._place, **streams)

    def command(self, *words: object) -> tuple[int, str]:
        process = self.start(*words)
        try:
            said, _ = process.communicate(timeout=200)
        finally:
            process.kill()
        return process.returncode, said

    def chunk(self, saved: Path, frames: str) -> tuple[int, str]:
        return self.command("run", saved, "--step", "frames", f"--frames={frames}", "--openjd", "--engine")

    def jobs(self) -> list[str]:
        jobs = Engine.connect(start=False, environment=self.environment).jobs()
        return sorted(f"{job.state} {job.done}/{job.frames}" for job in jobs)


def test_a_session_tells_its_variables_and_its_engine_ends_with_it(session):
    status, said = session.command("farm", "enter", session.folder)
    assert status == 0, said
    for name in (RUNTIME, STATE):
        assert f"openjd_env: {name}={session.environment[name]}" in said.splitlines()
    assert said.splitlines()[-1] == "openjd_status: the engine is warm"
    assert is_running(session.runtime)
    assert (session.folder / "engine" / "state" / "jobs.sqlite3").is_file()
    assert session.command("farm", "leave", session.folder)[0] == 0
    assert not is_running(session.runtime)


def test_chunks_go_through_the_warm_engine_with_the_same_pixels(session, saved, whole, tmp_path):
    assert session.command("farm", "enter", session.folder)[0] == 0
    for frames in ("1-3", "4-6"):
        status, said = session.chunk(saved, frames)
        assert status == 0, said
        assert "openjd_progress: 100.0" in said
    assert session.jobs() == ["finished 3/3", "finished 3/3"]
    assert pixels(tmp_path / "takes" / "sh010" / "inpaint" / "v001") == whole


def test_without_the_engine_the_chunk_makes_the_same_pixels(session, saved, whole, tmp_path):
    assert session.command("farm", "enter", session.folder)[0] == 0
    assert session.chunk(saved, "1-2")[0] == 0
    endpoint = Endpoint.read(session.runtime)
    assert endpoint is not None
    os.kill(endpoint.pid, signal.SIGKILL)
    status, said = session.chunk(saved, "3-6")
    assert status == 0, said
    assert not is_running(session.runtime)
    assert pixels(tmp_path / "takes" / "sh010" / "inpaint" / "v001") == whole


def test_an_engine_that_dies_on_the_way_is_no_failure(session, saved, whole, tmp_path):
    assert session.command("farm", "enter", session.folder)[0] == 0
    chunk = session.start("run", saved, "--step", "frames", "--openjd", "--engine")
    assert chunk.stdout is not None
    for line in chunk.stdout:
        if line.startswith("openjd_status:"):
            break
    endpoint = Endpoint.read(session.runtime)
    assert endpoint is not None
    os.kill(endpoint.pid, signal.SIGKILL)
    said = chunk.communicate(timeout=100)[0]
    assert chunk.returncode == 0, said
    assert pixels(tmp_path / "takes" / "sh010" / "inpaint" / "v001") == whole


def test_the_reason_of_a_failure_comes_through_the_engine(session, saved, tmp_path):
    assert session.command("farm", "enter", session.folder)[0] == 0
    (tmp_path / "in" / "plate.0003.exr").unlink()
    status, said = session.chunk(saved, "1-6")
    assert status == 3
    failure = next(line for line in said.splitlines() if line.startswith("openjd_fail:"))
    assert failure.endswith("(input.missing_frames)")


def test_a_polite_kill_of_the_chunk_cancels_its_job(session, saved):
    assert session.command("farm", "enter", session.folder)[0] == 0
    chunk = session.start("run", saved, "--step", "frames", "--openjd", "--engine")
    assert chunk.stdout is not None
    for line in chunk.stdout:
        if line.startswith("openjd_status:"):
            break
    chunk.terminate()
    said = chunk.communicate(timeout=100)[0]
    assert chunk.returncode == 5, said
    assert said.strip().endswith("(engine.stopped)")
    assert session.jobs()[0].startswith("cancelled")


def test_an_engine_that_cannot_start_is_no_failure(session, saved, tmp_path, whole):
    (session.folder / "engine").write_text("in the way", encoding="utf-8")
    status, said = session.command("farm", "enter", session.folder)
    assert status == 0
    assert "no warm engine" in said
    assert session.chunk(saved, "1-6")[0] == 0
    assert pixels(tmp_path / "takes" / "sh010" / "inpaint" / "v001") == whole
