"""A whole job from every Python that a host may have: start the engine, submit, watch, cancel, take."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CORE = Path(__file__).resolve().parents[2] / "core"
VERSIONS = ("3.7", "3.9", "3.10", "3.11", "3.13")
HOST = """
from __future__ import annotations
import json, sys
core, folder, plate, matte = sys.argv[1:]
sys.path.insert(0, core)
from photodouble_client.engine import Engine
from photodouble_client.events import Finished
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.watch import watch_job

def request(shot):
    inputs = {"plate": PortInput(plate), "matte": PortInput(matte)}
    frames = FrameRange(range(1001, 1005))
    return JobRequest("inpaint", inputs, range=frames, output_root=folder, shot=shot, script="sh010.nk")

said = []
engine = Engine.connect("nuke", "15.1", on_progress=said.append)
job = engine.submit(request("sh010"))
other = engine.submit(request("sh020"), priority=-50)
engine.cancel(other.job)
events = [report.event for report in engine.events(job.job)]
watcher = watch_job(other.job, host="nuke")
watched = []
while not watcher.is_done:
    watched += watcher.wait(0.2)
watcher.close()
found = [one for one in engine.jobs(host="nuke", script="sh010.nk")]
ended = engine.job(job.job)
print(json.dumps({
    "python": list(sys.version_info[:2]),
    "packages": [name for name in sys.modules if name.split(".")[0] in ("numpy", "starlette", "photodouble")],
    "said": said,
    "is_finished": isinstance(events[-1], Finished),
    "frames": [event.to_json()["frame"] for event in events if event.to_json()["event"] == "frame_done"],
    "manifest": ended.manifest,
    "state": ended.state,
    "take": ended.take_label,
    "cancelled": engine.job(other.job).state,
    "last": watched[-1].event.to_json()["event"],
    "code": watched[-1].event.to_json().get("error", {}).get("code"),
    "found": sorted(one.job for one in found) == sorted([job.job, other.job]),
    "version": engine.version,
}))
engine.shutdown(force=True)
"""


def python_of(version: str) -> str | None:
    """Find a real Python of a version on this machine."""
    installed = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"))
    named = shutil.which(f"python{version}")
    for candidate in [*map(str, installed), *([named] if named else [])]:
        run = subprocess.run(
            [candidate, "--version"], capture_output=True, text=True, check=False, timeout=60
        )
        if run.returncode == 0 and run.stdout.startswith(f"Python {version}."):
            return candidate
    return None


@pytest.mark.parametrize("version", VERSIONS)
def test_a_host_of_this_python_runs_a_whole_job(
    version: str,
    tmp_path: Path,
    tiny_shot: Callable[..., Any],
    engine_environment: dict[str, str],
) -> None:
    python = python_of(version)
    if python is None:
        pytest.skip(f"no Python {version} on this machine: put python{version} on PATH")
    shot = tiny_shot(frames=range(1001, 1005))
    told = run_host(python, tmp_path / "takes", shot, engine_environment)
    assert ".".join(map(str, told["python"])) == version
    assert told["packages"] == []
    assert told["said"] == ["Starting the engine"]
    assert (told["is_finished"], told["state"]) == (True, "finished")
    assert sorted(told["frames"]) == [1001, 1002, 1003, 1004]
    assert (told["cancelled"], told["last"], told["code"]) == ("cancelled", "failed", "engine.stopped")
    assert told["found"]
    manifest = json.loads(Path(told["manifest"]).read_text(encoding="utf-8"))
    assert Path(told["manifest"]).is_relative_to(tmp_path / "takes")
    assert told["take"].startswith("sh010/inpaint/v")
    assert len(list((Path(told["manifest"]).parent / "result").glob("*.exr"))) == 4, manifest


def test_a_second_host_finds_the_engine_and_the_jobs_of_the_first(
    tmp_path: Path, tiny_shot: Callable[..., Any], engine_environment: dict[str, str]
) -> None:
    shot = tiny_shot(frames=range(1001, 1005))
    program = HOST.replace("engine.shutdown(force=True)", "engine.close()")
    first = run_host(sys.executable, tmp_path / "takes", shot, engine_environment, program)
    again = """
import json, sys
sys.path.insert(0, sys.argv[1])
from photodouble_client.engine import Engine
from photodouble_client.events import LAST
engine = Engine.connect("nuke", start=False)
jobs = engine.jobs(script="sh010.nk")
print(json.dumps([[one.state, list(engine.events(one.job))[-1].is_last] for one in jobs]))
"""
    run = subprocess.run(
        [sys.executable, "-S", "-c", again, str(CORE)],
        capture_output=True,
        text=True,
        env=host_environment(engine_environment),
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert first["state"] == "finished"
    assert json.loads(run.stdout) == [["cancelled", True], ["finished", True]]


def run_host(
    python: str, folder: Path, shot: Any, environment: dict[str, str], program: str = HOST
) -> dict[str, Any]:
    """Run the program of a host under a Python without packages; return what it printed."""
    command = [python, "-S", "-B", "-c", program, str(CORE), str(folder), shot.plate, shot.matte]
    run = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=host_environment(environment),
        timeout=300,
        check=False,
    )
    log = Path(environment["PHOTODOUBLE_RUNTIME"]) / "start.log"
    assert run.returncode == 0, run.stderr + (log.read_text() if log.exists() else "")
    told: dict[str, Any] = json.loads(run.stdout)
    return told


def host_environment(environment: dict[str, str]) -> dict[str, str]:
    """Give what a host sets for itself, which would break any other Python."""
    return {**environment, "PYTHONPATH": os.devnull, "QT_PLUGIN_PATH": "/nowhere"}
