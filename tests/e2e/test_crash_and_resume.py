"""A crash loses nothing: kill or stop the program anywhere, resume, and get the same pixels."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from takes_on_disk import pixels

from photodouble.engine.runner import JobOptions, run_job
from photodouble.settings import Settings
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

FRAMES = range(1, 7)


@pytest.fixture
def start(tmp_path: Path, environment: dict[str, str]) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Give a function that starts the command line in the background, talking JSON lines."""
    running = []

    def begin(*arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "photodouble.cli.main", *map(str, arguments), "--json"]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=tmp_path
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_for(process: subprocess.Popen[str], **wanted: object) -> None:
    """Read events until one has the wanted fields."""
    assert process.stdout is not None
    for line in process.stdout:
        event = json.loads(line)
        if all(event.get(key) == value for key, value in wanted.items()):
            return
    raise AssertionError(f"the program ended before {wanted}")


def arguments(shot, root: Path, *more: object) -> list[object]:  # type: ignore[no-untyped-def]
    return ["inpaint", "--plate", shot.plate, "--matte", shot.matte, "--root", root, "--shot", "sh010", *more]


@pytest.fixture(scope="module")
def whole(shot_writer, tmp_path_factory) -> dict[str, str]:
    """Run the shot once without trouble and return its pixel hashes."""
    folder = tmp_path_factory.mktemp("whole")
    shot = shot_writer(folder / "in", FRAMES)
    request = JobRequest("inpaint", inputs=shot.inputs, range=FrameRange(FRAMES), output_root=str(folder))
    settings = Settings(cache_folder=str(folder / "cache"))
    return pixels(run_job(request, JobOptions(settings=settings)).take.folder)


@pytest.mark.parametrize(
    "moment",
    [
        {"event": "progress", "note": "candidates"},
        {"event": "frame_done", "frame": 3},
    ],
)
def test_after_a_kill_resume_gives_the_pixels_of_an_undisturbed_run(
    tiny_shot, start, photodouble, whole, tmp_path, moment
):
    shot = tiny_shot(frames=FRAMES)
    process = start(*arguments(shot, tmp_path / "takes"))
    wait_for(process, **moment)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    folder = tmp_path / "takes" / "sh010" / "inpaint" / "v001"
    finished = set(pixels(folder).items())
    assert not (folder / "manifest.json").exists()
    assert finished <= set(whole.items())
    done = photodouble(*arguments(shot, tmp_path / "takes", "--resume", "--quiet"))
    assert done.returncode == 0, done.stderr
    assert [path.name for path in folder.parent.iterdir()] == ["v001"]
    assert pixels(folder) == whole
    assert (folder / "manifest.json").is_file()


def test_ctrl_c_leaves_finished_frames_and_says_how_to_go_on(tiny_shot, start, photodouble, whole, tmp_path):
    shot = tiny_shot(frames=FRAMES)
    process = start(*arguments(shot, tmp_path / "takes"))
    wait_for(process, event="frame_done", frame=2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    told = json.loads(out.splitlines()[-1])
    assert process.returncode == 5, err
    assert told["error"]["code"] == "engine.stopped"
    assert "--resume" in told["error"]["fix"]
    folder = tmp_path / "takes" / "sh010" / "inpaint" / "v001"
    done = len(list((folder / "frames").iterdir()))
    assert 2 <= done < len(FRAMES)
    more = photodouble(*arguments(shot, tmp_path / "takes", "--resume", "--json"))
    events = [json.loads(line) for line in more.stdout.splitlines()]
    assert len([event for event in events if event["event"] == "frame_done"]) == len(FRAMES) - done
    assert pixels(folder) == whole


def test_no_half_written_file_is_left_after_ctrl_c(tiny_shot, start, tmp_path):
    process = start(*arguments(tiny_shot(frames=FRAMES), tmp_path / "takes"))
    wait_for(process, event="frame_done", frame=3)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    hidden = [path.name for path in (tmp_path / "takes").rglob(".*") if path.name != ".lock"]
    assert hidden == []


def test_jobs_started_at_once_get_versions_of_their_own(tiny_shot, start, tmp_path):
    shot = tiny_shot(frames=(1, 2))
    processes = [start(*arguments(shot, tmp_path / "takes")) for _ in range(3)]
    for process in processes:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    folder = tmp_path / "takes" / "sh010" / "inpaint"
    assert sorted(path.name for path in folder.iterdir()) == ["v001", "v002", "v003"]
    assert len({json.dumps(pixels(path), sort_keys=True) for path in folder.iterdir()}) == 1


def test_chunks_run_at_once_make_one_sealed_take(tiny_shot, start, whole, tmp_path):
    shot = tiny_shot(frames=FRAMES)
    request = JobRequest(
        "inpaint",
        inputs=shot.inputs,
        range=FrameRange(FRAMES),
        output_root=str(tmp_path / "takes"),
        shot="sh010",
        take="0" * 32,
    )
    (tmp_path / "request.json").write_text(request.to_text())
    chunks = [start("run", tmp_path / "request.json", "--frames", frames) for frames in ("1-2", "3-4", "5-6")]
    for process in chunks:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    folder = tmp_path / "takes" / "sh010" / "inpaint"
    assert [path.name for path in folder.iterdir()] == ["v001"]
    assert (folder / "v001" / "manifest.json").is_file()
    assert pixels(folder / "v001") == whole


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux to find the worker")
def test_a_worker_that_is_killed_is_told_and_the_job_can_go_on(
    tiny_shot, start, photodouble, whole, tmp_path
):
    shot = tiny_shot(frames=FRAMES)
    process = start(*arguments(shot, tmp_path / "takes", "--workers", "2"))
    wait_for(process, event="frame_done")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    workers = [child for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]
    os.kill(int(workers[0]), signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 5, err
    assert json.loads(out.splitlines()[-1])["error"]["code"] == "engine.memory"
    done = photodouble(*arguments(shot, tmp_path / "takes", "--resume", "--quiet"))
    assert done.returncode == 0, done.stderr
    assert pixels(tmp_path / "takes" / "sh010" / "inpaint" / "v001") == whole
