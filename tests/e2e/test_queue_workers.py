"""The queue with real workers on tiny shots: the pixels are always those of a quiet run."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from takes_on_disk import pixels

from photodouble.engine.queue import Queue
from photodouble.engine.queue.folder import state_folder
from photodouble.engine.runner import JobOptions, run_job
from photodouble.settings import Settings
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.wire import Job, PreviewWanted, Submission, new_id

FRAMES = range(1001, 1007)
TIMEOUT = 240
ENGINE = """
import asyncio, json, sys
from pathlib import Path
from photodouble.engine.queue import Queue
from photodouble.settings import Settings
from photodouble_client.wire import Submission

async def live():
    queue = Queue(Path(sys.argv[1]), Settings(engine_folder=sys.argv[1]))
    await queue.start()
    job, _ = queue.submit(Submission.from_json(json.load(open(sys.argv[2]))))
    async for event in queue.events(job.job):
        print(json.dumps(event), flush=True)

asyncio.run(live())
"""


class Studio:
    """A tiny shot, the pixels of a quiet run of it, and a queue with real workers."""

    def __init__(self, folder: Path, shot: object) -> None:
        self.folder = folder
        self.shot = shot

    @property
    def settings(self) -> Settings:
        return Settings(engine_folder=str(self.folder / "state"))

    def request(self, name: str) -> JobRequest:
        inputs = {"plate": PortInput(self.shot.plate), "matte": PortInput(self.shot.matte)}
        return JobRequest(
            "inpaint",
            inputs=inputs,
            range=FrameRange(FRAMES),
            output_root=str(self.folder / name),
            shot=name,
        )

    def submission(self, name: str, priority: int = 0) -> Submission:
        return Submission(self.request(name), job=new_id(), priority=priority)

    def quiet_pixels(self) -> dict[str, str]:
        settings = Settings(cache_folder=str(self.folder / "quiet_cache"))
        return pixels(run_job(self.request("quiet"), JobOptions(settings=settings)).take.folder)

    def play(self, story: Callable[[Queue], Awaitable[None]], workers: int = 1) -> None:
        async def run() -> None:
            settings = Settings(engine_folder=str(self.folder / "state"), workers=workers, threads=2)
            queue = Queue(state_folder(settings), settings)
            await queue.start()
            try:
                await asyncio.wait_for(story(queue), TIMEOUT)
            finally:
                await queue.close()

        asyncio.run(run())


@pytest.fixture
def studio(
    tmp_path: Path, tiny_shot: Callable, engine_environment: dict, monkeypatch: pytest.MonkeyPatch
) -> Studio:
    for name in ("PHOTODOUBLE_USER", "OMP_NUM_THREADS"):
        monkeypatch.setenv(name, engine_environment[name])
    return Studio(tmp_path, tiny_shot(FRAMES))


async def ended(queue: Queue, ident: str) -> Job:
    async for _ in queue.events(ident):
        pass
    return queue.job(ident)


async def until(queue: Queue, ident: str, frames: int) -> None:
    while queue.job(ident).done < frames:
        await asyncio.sleep(0.005)


async def at_frame(queue: Queue, frame: int) -> int:
    """Wait until a worker is at a frame; return its process."""
    while True:
        for worker in queue.workers():
            if worker["frame"] == frame:
                return worker["pid"]
        await asyncio.sleep(0.002)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's death")
def test_a_worker_is_told_which_engine_it_belongs_to(studio: Studio) -> None:
    async def story(queue: Queue) -> None:
        job, _ = queue.submit(studio.submission("sh010"))
        words = Path(f"/proc/{await at_frame(queue, FRAMES[0])}/cmdline").read_bytes().split(b"\0")
        assert int(words[words.index(b"--parent") + 1]) == os.getpid()
        await ended(queue, job.job)

    studio.play(story)


def test_a_job_says_which_take_it_is_before_its_shot_is_analysed(studio: Studio) -> None:
    async def story(queue: Queue) -> None:
        job, _ = queue.submit(studio.submission("sh010"))
        while not (now := queue.job(job.job)).take_label:
            assert not now.has_ended
            await asyncio.sleep(0.002)
        assert (now.take_label, now.done) == ("sh010/inpaint/v001", 0)
        assert not list(Path(now.take_folder).glob("frames/*.json"))
        await ended(queue, job.job)

    studio.play(story)


def test_frames_spread_over_two_workers_are_those_of_one_process(studio: Studio) -> None:
    async def story(queue: Queue) -> None:
        job, _ = queue.submit(studio.submission("sh010"))
        over = await ended(queue, job.job)
        assert (over.state, over.done, over.take_label.split("/")[-1]) == ("finished", 6, "v001")
        assert Path(over.manifest).is_file()
        assert Path(over.contact_sheet).is_file()
        assert pixels(Path(over.take_folder)) == studio.quiet_pixels()

    studio.play(story, workers=2)


def test_a_job_of_higher_priority_overtakes_and_a_cancelled_one_stops_within_a_frame(studio: Studio) -> None:
    async def story(queue: Queue) -> None:
        low, _ = queue.submit(studio.submission("low"))
        await until(queue, low.job, 1)
        high, _ = queue.submit(studio.submission("high", priority=5))
        late, _ = queue.submit(studio.submission("late", priority=-5))
        assert (await ended(queue, high.job)).state == "finished"
        assert not queue.job(low.job).has_ended
        queue.cancel(low.job)
        over = await ended(queue, low.job)
        assert (over.state, over.error.code) == ("cancelled", "engine.stopped")
        assert over.done < 6
        assert (await ended(queue, late.job)).state == "finished"
        queue.resume(low.job)
        over = await ended(queue, low.job)
        assert pixels(Path(over.take_folder)) == pixels(Path(queue.job(high.job).take_folder))

    studio.play(story)


def test_a_killed_worker_costs_no_frame(studio: Studio) -> None:
    async def story(queue: Queue) -> None:
        job, _ = queue.submit(studio.submission("sh010"))
        os.kill(await at_frame(queue, 1003), signal.SIGKILL)
        over = await ended(queue, job.job)
        assert over.state == "finished"
        assert pixels(Path(over.take_folder)) == studio.quiet_pixels()

    studio.play(story)


def test_a_frame_that_ends_its_worker_three_times_is_named(studio: Studio) -> None:
    async def killer(queue: Queue, frame: int) -> None:
        while True:
            os.kill(pid := await at_frame(queue, frame), signal.SIGKILL)
            while any(worker["pid"] == pid for worker in queue.workers()):
                await asyncio.sleep(0.005)

    async def story(queue: Queue) -> None:
        job, _ = queue.submit(studio.submission("sh010"))
        killing = asyncio.create_task(killer(queue, 1004))
        over = await ended(queue, job.job)
        killing.cancel()
        assert (over.state, over.error.code, over.done) == ("failed", "engine.worker_crashed", 3)
        assert "frame 1004" in over.error.message
        assert "memory" in over.error.message
        queue.resume(job.job)
        assert (await ended(queue, job.job)).state == "finished"

    studio.play(story)


def test_a_preview_overtakes_a_job_and_both_are_told(studio: Studio) -> None:
    async def story(queue: Queue) -> None:
        job, _ = queue.submit(studio.submission("sh010"))
        await until(queue, job.job, 1)
        preview = queue.preview(PreviewWanted(studio.request("sh010"), 1002))
        last = [event async for event in queue.events(preview)][-1]
        assert last["event"] == "previewed", last
        assert Path(last["picture"]).is_file()
        assert not queue.job(job.job).has_ended
        assert (await ended(queue, job.job)).state == "finished"

    studio.play(story)


def test_the_next_engine_goes_on_with_the_work_of_a_killed_one(studio: Studio) -> None:
    submission = studio.submission("sh010")
    wish = studio.folder / "submission.json"
    wish.write_text(json.dumps(submission.to_json()), encoding="utf-8")
    state = state_folder(studio.settings)
    engine = subprocess.Popen(
        [sys.executable, "-c", ENGINE, str(state), str(wish)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert engine.stdout is not None
        frames = 0
        while frames < 2:
            frames += json.loads(engine.stdout.readline())["event"] == "frame_done"
        workers = children(engine.pid)
    finally:
        engine.kill()
        engine.communicate(timeout=30)
    assert workers
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)

    async def story(queue: Queue) -> None:
        assert queue.job(submission.job).done >= 2
        over = await ended(queue, submission.job)
        assert (over.state, over.take_label.split("/")[-1]) == ("finished", "v001")
        assert pixels(Path(over.take_folder)) == studio.quiet_pixels()

    studio.play(story)


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(word) for word in text.split()]
