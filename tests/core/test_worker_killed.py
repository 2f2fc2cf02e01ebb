"""A worker killed at any moment leaves nothing half done to see, and the next one goes on."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from photodouble.engine.runner import JobOptions, run_job
from photodouble.image.hashes import pixel_sha256
from photodouble.settings import Settings
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

JOB = "0" * 31 + "2"
FRAMES = tuple(range(1, 13))
OUTPUTS = ("result", "fill", "matte", "origin", "confidence")
MOMENTS = (0.0, 0.01, 0.03, 0.06, 0.1)
PATIENCE = 120


class Killed(Exception):  # noqa: N818, it is what the test wants
    """The worker was killed in the middle of its work."""


def work(environment: dict[str, str], state: Path, request: JobRequest, moment: float | None) -> None:
    """Let a fresh worker go on with the job; kill it so many seconds into its second frame."""
    command = [sys.executable, "-I", "-m", "photodouble.engine.worker", "--state", str(state)]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)

    begun = 0

    def ask(do: str, **order: Any) -> dict[str, Any]:
        nonlocal begun
        assert worker.stdin is not None and worker.stdout is not None
        worker.stdin.write(json.dumps({"do": do, "call": 1, "job": JOB, **order}).encode() + b"\n")
        worker.stdin.flush()
        for line in worker.stdout:
            said = json.loads(line)
            begun += said["say"] == "step"
            if begun == 2 and moment is not None:
                time.sleep(moment)
                raise Killed
            if said["say"] in ("done", "failed"):
                assert said["say"] == "done", said
                return dict(said["result"])
        raise AssertionError("the worker ended without a word")

    try:
        for frame in ask("begin", request=request.to_json(), options={})["missing"]:
            ask("frame", frame=frame)
        ask("seal")
    finally:
        worker.kill()
        worker.wait(timeout=PATIENCE)


def visible(folder: Path) -> dict[str, str]:
    """Return the pixel hash of every picture that a host can see; one that is cut short cannot be read."""
    found = [path for output in OUTPUTS for path in (folder / output).glob("[!.]*.exr")]
    return {path.parent.name + path.suffixes[0]: pixel_sha256(path) for path in found}


def test_killed_in_frame_after_frame_every_picture_is_whole_and_the_take_is_the_same(
    tiny_shot, environment, tmp_path
):
    shot = tiny_shot(FRAMES)
    request = JobRequest(
        "inpaint",
        inputs=shot.inputs,
        range=FrameRange(FRAMES),
        output_root=str(tmp_path / "takes"),
        shot="sh010",
        take="d" * 32,
    )
    undisturbed = JobRequest.from_json({**request.to_json(), "output_root": str(tmp_path / "other")})
    settings = Settings(cache_folder=str(tmp_path / "cache"))
    truth = visible(run_job(undisturbed, JobOptions(settings=settings)).take.folder)
    folder = tmp_path / "takes" / "sh010" / "inpaint" / "v001"
    for moment in MOMENTS:
        with pytest.raises(Killed):
            work(environment, tmp_path / "state", request, moment)
        seen = visible(folder)
        assert len(seen) >= len(OUTPUTS)
        assert seen == {name: truth[name] for name in seen}
        assert not (folder / "manifest.json").exists()
    work(environment, tmp_path / "state", request, None)
    assert visible(folder) == truth
    assert (folder / "manifest.json").is_file()
