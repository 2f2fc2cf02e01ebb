"""A real worker process: it takes orders on its input, answers on its output, and ends with its engine."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest
from takes_on_disk import pixels

from photodouble.engine.runner import JobOptions, run_job
from photodouble.settings import Settings
from photodouble_client.events import Event
from photodouble_client.request import JobRequest

PATIENCE = 120
JOB = "0" * 31 + "1"


class Worker:
    """A worker as the engine starts it, with its messages in a row."""

    def __init__(self, environment: dict[str, str], state: Path, *flags: str) -> None:
        command = [sys.executable, "-I", "-m", "photodouble.engine.worker", "--state", str(state), *flags]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        )
        self.messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.heard: list[dict[str, Any]] = []
        self.errors: list[bytes] = []
        self.call = 0
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._listen_to_errors, daemon=True).start()

    def send(self, do: str, **order: Any) -> int:
        """Send an order with a number of its own and return the number."""
        self.call += 1
        self.order(do, call=self.call, **order)
        return self.call

    def order(self, do: str, **order: Any) -> None:
        """Send an order as it is."""
        self.write(json.dumps({"do": do, **order}).encode() + b"\n")

    def write(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def hear(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait for a message."""
        while True:
            message = self.messages.get(timeout=PATIENCE)
            assert message is not None, b"".join(self.errors).decode()
            self.heard.append(message)
            if wanted(message):
                return message

    def answer(self, call: int) -> dict[str, Any]:
        """Wait for the end of a call."""
        return self.hear(lambda said: said.get("call") == call and said["say"] in ("done", "failed"))

    def result(self, call: int) -> Any:
        """Wait for the result of a call that ends well."""
        answer = self.answer(call)
        assert answer["say"] == "done", answer
        return answer["result"]

    def error(self, call: int) -> dict[str, Any]:
        """Wait for the error of a call that fails."""
        answer = self.answer(call)
        assert answer["say"] == "failed", answer
        return dict(answer["error"])

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.messages.put(json.loads(line))
        self.messages.put(None)

    def _listen_to_errors(self) -> None:
        assert self.process.stderr is not None
        self.errors.extend(self.process.stderr)


@pytest.fixture
def hire(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Give a function that starts a worker; all of them are ended after the test."""
    hired: list[Worker] = []

    def start(*flags: str, state: Path = tmp_path / "state") -> Worker:
        hired.append(Worker(environment, state, *flags))
        return hired[-1]

    yield start
    for worker in hired:
        worker.process.kill()
        worker.process.wait(timeout=PATIENCE)


@pytest.fixture
def request_for(request_for: Callable[..., JobRequest]) -> Callable[..., dict[str, Any]]:
    """Give requests as they travel to a worker."""
    return lambda shot, **fields: request_for(shot, **{"take": "a" * 32, **fields}).to_json()


def test_a_job_made_order_by_order_has_the_pixels_of_the_same_job_in_one_piece(
    tiny_shot, request_for, hire, tmp_path
):
    shot = tiny_shot(range(1001, 1004))
    worker = hire("--threads", "1")
    begun = worker.result(worker.send("begin", job=JOB, request=request_for(shot), options={}))
    assert begun["frames"] == begun["missing"] == [1001, 1002, 1003]
    frames = [worker.result(worker.send("frame", job=JOB, frame=frame)) for frame in begun["missing"]]
    assert [Path(frame["path"]).is_file() for frame in frames] == [True] * 3
    sealed = worker.result(worker.send("seal", job=JOB))
    assert Path(sealed["manifest"]).is_file()
    assert Path(sealed["contact_sheet"]).is_file()
    other = JobRequest.from_json(request_for(shot, take="", output_root=str(tmp_path / "other")))
    whole = run_job(other, JobOptions(settings=Settings(cache_folder=str(tmp_path / "elsewhere"))))
    assert pixels(Path(begun["folder"])) == pixels(whole.take.folder)


def test_a_second_worker_opens_the_job_that_the_first_one_began(tiny_shot, request_for, hire):
    shot = tiny_shot((1, 2))
    first, second = hire(), hire()
    begun = first.result(first.send("begin", job=JOB, request=request_for(shot), options={}))
    second.result(second.send("open", job=JOB, opened=begun["opened"]))
    made = second.result(second.send("frame", job=JOB, frame=2))
    assert made["frame"] == 2
    first.result(first.send("frame", job=JOB, frame=1))
    assert Path(first.result(first.send("seal", job=JOB))["manifest"]).is_file()


def test_a_range_with_a_gap_is_not_sealed_and_the_gap_is_named(tiny_shot, request_for, hire):
    worker = hire()
    options = {"frames": "2"}
    begun = worker.result(
        worker.send("begin", job=JOB, request=request_for(tiny_shot((1, 2, 3))), options=options)
    )
    assert begun["frames"] == [2]
    worker.result(worker.send("frame", job=JOB, frame=2))
    sealed = worker.result(worker.send("seal", job=JOB))
    assert (sealed["manifest"], sealed["missing"]) == ("", [1, 3])


def test_a_job_begun_again_goes_on_where_it_was(tiny_shot, request_for, hire):
    request, first = request_for(tiny_shot((1, 2, 3))), hire()
    before = first.result(first.send("begin", job=JOB, request=request, options={}))
    first.result(first.send("frame", job=JOB, frame=2))
    first.process.kill()
    second = hire()
    begun = second.result(second.send("begin", job=JOB, request=request, options={}))
    assert (begun["folder"], begun["missing"]) == (before["folder"], [1, 3])


def test_a_held_worker_waits_and_a_stop_reaches_it_all_the_same(tiny_shot, request_for, hire):
    worker = hire()
    begun = worker.result(worker.send("begin", job=JOB, request=request_for(tiny_shot((1, 2))), options={}))
    worker.order("hold")
    call = worker.send("frame", job=JOB, frame=1)
    for _ in range(3):
        said = worker.hear(lambda said: said["say"] in ("alive", "done", "failed"))
        assert said["say"] == "alive"
    assert not list(Path(begun["folder"]).glob("result/*"))
    worker.order("stop", call=call)
    assert worker.error(call)["code"] == "engine.stopped"
    waiting = worker.send("frame", job=JOB, frame=2)
    worker.order("go")
    assert worker.result(waiting)["frame"] == 2


def test_a_stop_during_the_analysis_keeps_the_take_and_the_job_can_go_on(tiny_shot, request_for, hire):
    worker, request = hire(), request_for(tiny_shot(range(1, 13)))
    call = worker.send("begin", job=JOB, request=request, options={})
    worker.hear(lambda said: said.get("event", {}).get("event") == "queued")
    worker.order("stop", call=call)
    assert worker.error(call)["code"] == "engine.stopped"
    again = worker.result(worker.send("begin", job=JOB, request=request, options={}))
    assert again["take"] == "a" * 32
    assert len(again["missing"]) == 12


def test_the_last_step_of_every_part_of_the_work_is_said(tiny_shot, request_for, hire, tmp_path):
    worker, shot = hire(), tiny_shot(range(1, 9))
    worker.result(worker.send("begin", job=JOB, request=request_for(shot), options={}))
    said = [said["event"] for said in worker.heard if said["say"] == "event"]
    events: list[Event] = []
    options = JobOptions(step="analyse", settings=Settings(cache_folder=str(tmp_path / "elsewhere")))
    other = JobRequest.from_json(request_for(shot, take="", output_root=str(tmp_path / "other")))
    run_job(other, options, on_event=events.append)
    whole = last_steps([event.to_json() for event in events])
    assert len(whole) > 2
    assert last_steps(said) == whole


def last_steps(events: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    return {one["note"]: (one["frame"], one["of"]) for one in events if one["event"] == "progress"}


def test_bad_input_is_told_and_leaves_no_take(tiny_shot, request_for, hire, tmp_path):
    shot = tiny_shot((1, 2))
    shot.file("plate", 2).write_bytes(b"no picture")
    worker = hire()
    error = worker.error(worker.send("begin", job=JOB, request=request_for(shot), options={}))
    assert error["code"] == "input.corrupt_file"
    assert not list(tmp_path.glob("takes/*/*/*"))


def test_a_worker_that_cannot_understand_an_order_says_so_and_takes_the_next(hire, tiny_shot, request_for):
    worker = hire()
    worker.write(b"this is no order\n[1]\n{}\n")
    assert worker.error(worker.send("dance"))["code"] == "engine.refused"
    assert worker.error(worker.send("frame", job=JOB, frame=1))["code"] == "engine.no_job"
    assert worker.error(worker.send("begin", job="../x", request={}))["code"] == "input.bad_request"
    worker.order("free")
    worker.order("close", job=JOB)
    begun = worker.send("begin", job=JOB, request=request_for(tiny_shot((1,))), options={})
    assert worker.result(begun)["frames"] == [1]


@pytest.mark.parametrize("harm", ["damaged", "writable", "shared", "other code", "elsewhere", "link"])
def test_a_file_that_the_engine_did_not_write_itself_is_never_opened(
    harm, tiny_shot, request_for, hire, tmp_path
):
    worker = hire()
    begun = worker.result(worker.send("begin", job=JOB, request=request_for(tiny_shot((1,))), options={}))
    opened = Path(begun["opened"])
    if harm == "damaged":
        opened.write_bytes(opened.read_bytes()[:-20])
    elif harm == "writable":
        opened.chmod(0o620)
    elif harm == "shared":
        opened.parent.chmod(0o770)
    elif harm == "other code":
        mark, _, rest = opened.read_bytes().partition(b"\n")
        opened.write_bytes(mark[:-1] + b"x\n" + rest)
    elif harm == "elsewhere":
        opened = opened.rename(tmp_path / "foreign.job")
    else:
        kept = opened.rename(tmp_path / "foreign.job")
        opened.symlink_to(kept)
    fresh = hire()
    assert fresh.error(fresh.send("open", job=JOB, opened=str(opened)))["code"] == "engine.refused"


def test_only_the_user_can_enter_the_folder_of_opened_jobs(tiny_shot, request_for, hire):
    worker = hire()
    begun = worker.result(worker.send("begin", job=JOB, request=request_for(tiny_shot((1,))), options={}))
    opened = Path(begun["opened"])
    assert (opened.stat().st_mode & 0o777, opened.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_worker_ends_when_its_engine_closes_the_pipe_even_during_work(tiny_shot, request_for, hire):
    worker = hire()
    worker.send("begin", job=JOB, request=request_for(tiny_shot(range(1, 13))), options={})
    worker.hear(lambda said: said["say"] == "event")
    assert worker.process.stdin is not None
    worker.process.stdin.close()
    assert worker.process.wait(timeout=PATIENCE) == 0


def test_a_worker_ends_when_told_to_quit(hire):
    worker = hire()
    worker.hear(lambda said: said["say"] == "ready")
    worker.order("quit")
    assert worker.process.wait(timeout=PATIENCE) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills a halted worker with its engine")
def test_a_halted_worker_dies_with_its_engine(environment, tmp_path):
    engine = (
        "import os, signal, subprocess, sys\n"
        "worker = subprocess.Popen([sys.executable, '-I', '-m', 'photodouble.engine.worker', '--state',"
        " sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "worker.stdout.readline()\n"
        "os.kill(worker.pid, signal.SIGSTOP)\n"
        "print(worker.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", engine, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    assert process.stdout is not None
    worker = int(process.stdout.readline())
    watch = os.pidfd_open(worker)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=PATIENCE)
    import select

    assert select.select([watch], [], [], PATIENCE)[0]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a worker")
def test_a_job_beyond_the_memory_limit_is_told_so_and_the_worker_takes_the_next(
    tiny_shot, request_for, hire, tmp_path
):
    wide = wide_shot(tmp_path / "wide")
    worker = hire("--memory-gb", "0.5", "--threads", "1")
    error = worker.error(worker.send("begin", job=JOB, request=request_for(wide), options={}))
    assert error["code"] == "engine.memory"
    small = request_for(tiny_shot((1, 2)), take="b" * 32)
    assert worker.result(worker.send("begin", job=JOB, request=small, options={}))["missing"] == [1, 2]


@dataclass(frozen=True)
class WideShot:
    """Two large frames with a small matte: more memory than a tight limit allows."""

    plate: str
    matte: str
    frames: tuple[int, ...] = (1, 2)


def wide_shot(folder: Path) -> WideShot:
    plane = np.zeros((4800, 6400), np.float16)
    matte = plane.copy()
    matte[1000:1020, 1000:1020] = 1
    folder.mkdir()
    for frame in (1, 2):
        write(folder / f"plate.{frame:04d}.exr", dict.fromkeys("RGB", plane))
        write(folder / f"matte.{frame:04d}.exr", {"A": matte})
    return WideShot(str(folder / "plate.####.exr"), str(folder / "matte.####.exr"))


def write(path: Path, channels: dict[str, Any]) -> None:
    header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.RLE_COMPRESSION}
    OpenEXR.File(header, channels).write(str(path))
