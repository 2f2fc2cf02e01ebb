"""A farm job makes the pixels of a single run: through openjd, in chunks at once, and after a failure."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from takes_on_disk import pixels

from photodouble.engine.runner import JobOptions, run_job
from photodouble.farm.bundle import read_values
from photodouble.farm.local import program_here
from photodouble.farm.ranges import chunks
from photodouble.settings import Settings
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

FRAMES = range(1001, 1009)
needs_openjd = pytest.mark.skipif(
    importlib.util.find_spec("openjd") is None, reason="needs the optional library openjd-cli"
)


def request_of(shot, root: Path) -> JobRequest:  # type: ignore[no-untyped-def]
    return JobRequest(
        "inpaint",
        inputs=shot.inputs,
        range=FrameRange(FRAMES),
        output_root=str(root),
        shot="sh010",
        take="c" * 32,
    )


def take_of(root: Path) -> Path:
    versions = list((root / "sh010" / "inpaint").iterdir())
    assert [path.name for path in versions] == ["v001"]
    return versions[0]


@pytest.fixture(scope="module")
def whole(shot_writer, tmp_path_factory) -> dict[str, str]:
    """Run the shot once in one process and return its pixel hashes."""
    folder = tmp_path_factory.mktemp("whole")
    request = request_of(shot_writer(folder / "in", FRAMES), folder)
    settings = Settings(cache_folder=str(folder / "cache"))
    return pixels(run_job(request, JobOptions(settings=settings)).take.folder)


@pytest.fixture
def saved(tiny_shot, tmp_path) -> Path:
    """Give the file of a request whose shot lies in `in` and whose takes go to `takes`."""
    path = tmp_path / "sh010.json"
    path.write_text(request_of(tiny_shot(frames=FRAMES), tmp_path / "takes").to_text(), encoding="utf-8")
    return path


@pytest.fixture
def start(tmp_path: Path, environment: dict[str, str]) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Give a function that starts the command line in the background."""
    running = []

    def begin(*arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "photodouble.cli.main", *map(str, arguments)]
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


@needs_openjd
def test_openjd_makes_the_pixels_of_a_single_run(saved, photodouble, whole, tmp_path):
    made = photodouble("farm", "bundle", saved, "--chunk", "2", "--json")
    told = json.loads(made.stdout)
    assert told["tasks"] == 4
    done = photodouble("farm", "run", told["folder"], "--json")
    assert done.returncode == 0, done.stdout
    log = (Path(told["folder"]) / "farm.log").read_text(encoding="utf-8")
    assert [f"Frame(CHUNK[INT]) = {first}-{first + 1}" in log for first in FRAMES[::2]] == [True] * 4
    assert "openjd_progress: 100.0" in log
    assert "openjd_status: rendering" in log
    assert pixels(take_of(tmp_path / "takes")) == whole
    assert (take_of(tmp_path / "takes") / "manifest.json").is_file()
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[-1] | {"schema": 1} == {
        "event": "progress",
        "frame": 8,
        "of": 8,
        "note": "frames",
        "schema": 1,
    }


@needs_openjd
def test_a_failing_chunk_is_named_and_a_rerun_repairs_it(saved, photodouble, whole, tmp_path):
    bundle = tmp_path / "bundle"
    assert photodouble("farm", "bundle", saved, "--chunk", "4", "--to", bundle).returncode == 0
    assert photodouble("run", saved, "--step", "analyse", "--quiet").returncode == 0
    plate = tmp_path / "in" / "plate.1006.exr"
    whole_plate = plate.read_bytes()
    state = plate.stat()
    # Cut short but with its old time and size, so that only the chunk that reads its pixels can notice.
    plate.write_bytes(whole_plate[:600] + bytes(len(whole_plate) - 600))
    os.utime(plate, ns=(state.st_atime_ns, state.st_mtime_ns))
    failed = photodouble("farm", "run", bundle)
    assert failed.returncode == 3, failed.stderr
    assert "Frames 1005-1008" in failed.stderr
    assert "--frames 1005-1008" in failed.stderr
    take = take_of(tmp_path / "takes")
    finished = {path.name: path.stat().st_mtime_ns for path in (take / "frames").iterdir()}
    assert {f"{frame}.json" for frame in range(1001, 1005)} <= set(finished)
    assert not (take / "manifest.json").exists()
    plate.write_bytes(whole_plate)
    os.utime(plate, ns=(state.st_atime_ns, state.st_mtime_ns))
    again = photodouble("farm", "run", bundle, "--frames", "1005-1008")
    assert again.returncode == 0, again.stderr
    assert photodouble("farm", "run", bundle, "--quiet").returncode == 0
    assert {name: (take / "frames" / name).stat().st_mtime_ns for name in finished} == finished
    assert pixels(take) == whole
    assert (take / "manifest.json").is_file()


@needs_openjd
def test_a_single_frame_is_run_again_alone(saved, photodouble, tmp_path):
    assert photodouble("run", saved, "--step", "analyse", "--quiet").returncode == 0
    done = photodouble("farm", "run", saved, "--chunk", "3", "--frames", "1004", "--quiet")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (take_of(tmp_path / "takes") / "frames").iterdir()] == ["1004.json"]


@needs_openjd
def test_ctrl_c_stops_the_task_and_leaves_nothing_of_openjd(
    saved, start, environment, photodouble, whole, tmp_path
):
    own = Path(tempfile.mkdtemp(prefix="pd-"))  # other tests run jobs of their own meanwhile
    environment["TMPDIR"] = str(own)
    running = start("farm", "run", saved, "--chunk", "4", "--json")
    assert running.stdout is not None
    for line in running.stdout:
        if json.loads(line).get("note") == "frames":
            break
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=100)
    assert running.returncode == 5, err
    assert json.loads(out.splitlines()[-1])["error"]["code"] == "engine.stopped"
    assert list(own.glob("photodouble-farm-*")) == []
    shutil.rmtree(own)
    environment.pop("TMPDIR")
    done = photodouble("farm", "run", saved, "--chunk", "4", "--quiet")
    assert done.returncode == 0, done.stderr
    assert pixels(take_of(tmp_path / "takes")) == whole


def test_the_last_step_names_the_frames_that_are_missing(saved, photodouble):
    assert photodouble("run", saved, "--step", "analyse", "--quiet").returncode == 0
    assert photodouble("run", saved, "--step", "frames", "--frames", "1001-1005", "--quiet").returncode == 0
    refused = photodouble("run", saved, "--step", "finish", "--openjd")
    assert refused.returncode == 5
    assert "openjd_fail" in refused.stdout
    assert "1006-1008" in refused.stdout
    assert refused.stdout.strip().endswith("(engine.frames_missing)")


def test_chunks_run_at_once_under_two_names_of_one_disk(saved, start, photodouble, whole, tmp_path):
    """A link stands for the second mount: other roots for plate, matte and takes, the same files."""
    (tmp_path / "mount").symlink_to(tmp_path, target_is_directory=True)
    assert photodouble("run", saved, "--step", "analyse", "--quiet").returncode == 0
    moved = ["--path-map", f"{tmp_path}={tmp_path / 'mount'}"]
    running = [
        start("run", saved, "--step", "frames", f"--frames={chunk.to_text()}", *(moved if number % 2 else []))
        for number, chunk in enumerate(chunks(FrameRange(FRAMES), 2))
    ]
    for process in running:
        _, err = process.communicate(timeout=200)
        assert process.returncode == 0, err
    finished = photodouble("run", saved, "--step", "finish", *moved)
    assert finished.returncode == 0, finished.stderr
    assert pixels(take_of(tmp_path / "takes")) == whole


def can_mount() -> bool:
    try:
        return subprocess.run(["unshare", "-m", "true"], capture_output=True, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@pytest.mark.skipif(not can_mount(), reason="needs the right to mount, to stand for a second machine")
def test_overlapping_chunks_run_at_once_through_two_mounts(saved, photodouble, environment, whole, tmp_path):
    """Each process sees the one disk through a mount of its own, as machines of a farm do."""
    assert photodouble("run", saved, "--step", "analyse", "--quiet").returncode == 0
    running = []
    for name, frames in (("a", "1001-1005"), ("b", "1003-1008"), ("c", "1001-1008")):
        place = tmp_path / "mounts" / name
        place.mkdir(parents=True)
        own = [
            sys.executable,
            "-m",
            "photodouble.cli.main",
            "run",
            str(place / saved.name),
            "--step",
            "frames",
        ]
        own += [f"--frames={frames}", "--path-map", f"{tmp_path}={place}"]
        script = 'mount --bind "$0" "$1" && shift && exec "$@"'
        command = ["unshare", "-m", "sh", "-c", script, str(tmp_path), str(place), *own]
        running.append(subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True))
    for process in running:
        _, err = process.communicate(timeout=200)
        assert process.returncode == 0, err
    take = take_of(tmp_path / "takes")
    assert photodouble("run", saved, "--step", "finish", "--quiet").returncode == 0
    assert pixels(take) == whole
    assert [path.name for path in take.rglob(".*") if path.name != ".lock"] == []


def test_a_bundle_made_in_one_place_runs_in_another(saved, photodouble, whole, tmp_path):
    bundle = tmp_path / "bundle"
    assert photodouble("farm", "bundle", saved, "--to", bundle).returncode == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("in", "bundle"):
        shutil.move(tmp_path / name, elsewhere / name)
    command = ["run", elsewhere / "bundle" / "request.json", "--path-map", f"{tmp_path}={elsewhere}"]
    done = photodouble(*command, "--quiet")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "takes").exists()
    assert pixels(take_of(elsewhere / "takes")) == whole


@needs_openjd
def test_the_path_rules_of_a_farm_move_every_file(saved, photodouble, whole, tmp_path, environment):
    assert photodouble("farm", "bundle", saved, "--to", tmp_path / "bundle", "--cold").returncode == 0
    session = tmp_path / "session"
    session.mkdir()
    shutil.move(tmp_path / "in", session / "in")
    rule = {
        "source_path_format": "POSIX",
        "source_path": str(tmp_path),
        "destination_path": str(session),
    }
    rules = json.dumps({"version": "pathmapping-1.0", "path_mapping_rules": [rule]})
    given = json.dumps({**read_values(tmp_path / "bundle"), "Photodouble": program_here()})
    template = str(tmp_path / "bundle" / "template.json")
    command = [sys.executable, "-m", "openjd", "run", template, "-p", given, "--path-mapping-rules", rules]
    shutil.copytree(tmp_path / "bundle", session / "bundle")
    with (tmp_path / "log").open("w") as log:
        ran = subprocess.run(command, stdout=log, stderr=log, env=environment, timeout=200)
    assert ran.returncode == 0, (tmp_path / "log").read_text()
    assert not (tmp_path / "takes").exists()
    assert pixels(take_of(session / "takes")) == whole
