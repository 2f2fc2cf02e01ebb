"""The queue with a real process at the other end of its pipe: jobs, order, cancelling, crashes."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from photodouble.engine.queue import Queue
from photodouble.engine.queue.folder import state_folder
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.wire import Job, PreviewWanted, Submission, new_id

COMMAND = (sys.executable, "-I", str(Path(__file__).with_name("run_stand_in_worker.py")))
TIMEOUT = 60

Story = Callable[[Queue], Awaitable[None]]


class Stage:
    """A state folder, and a way to play a story with a queue that keeps its jobs there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def settings(self, **more: object) -> Settings:
        return Settings(engine_folder=str(self.folder / "state"), **more)  # type: ignore[arg-type]

    def play(self, story: Story, **settings: object) -> None:
        async def run() -> None:
            chosen = self.settings(**settings)
            queue = Queue(state_folder(chosen), chosen, command=COMMAND)
            await queue.start()
            try:
                await asyncio.wait_for(story(queue), TIMEOUT)
            finally:
                await queue.close()
            assert queue.workers() == []

        asyncio.run(run())

    def request(self, name: str, frames: str = "1001-1004", **acts: object) -> JobRequest:
        return JobRequest(
            "inpaint",
            inputs={"plate": PortInput("plate.####.exr"), "matte": PortInput("matte.####.exr")},
            range=FrameRange.from_text(frames),
            output_root=str(self.folder / name),
            node=json.dumps(acts) if acts else "",
        )

    def submission(
        self, name: str, frames: str = "1001-1004", priority: int = 0, **acts: object
    ) -> Submission:
        return Submission(self.request(name, frames, **acts), job=new_id(), priority=priority)

    def makers(self, name: str) -> list[str]:
        return [path.read_text(encoding="utf-8") for path in sorted((self.folder / name).glob("*.txt"))]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


async def ended(queue: Queue, ident: str) -> Job:
    async for _ in queue.events(ident):
        pass
    return queue.job(ident)


async def told(queue: Queue, ident: str, after: int = 0) -> list[dict]:
    return [event async for event in queue.events(ident, after)]


async def until(queue: Queue, ident: str, kind: str, frame: int | None = None) -> None:
    async for event in queue.events(ident):
        if event["event"] == kind and frame in (None, event.get("frame")):
            return


def kinds(events: list[dict]) -> list[str]:
    return [event["event"] for event in events if event["event"] != "progress"]


def test_a_job_runs_to_its_take_and_tells_every_step(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        job, is_new = queue.submit(stage.submission("a"))
        assert (is_new, job.state, job.order) == (True, "queued", 1)
        events = await told(queue, job.job)
        assert kinds(events) == ["queued", *["frame_done"] * 4, "finished"]
        assert [event["seq"] for event in events if event["event"] != "progress"] == [1, 2, 3, 4, 5, 6]
        assert [event["frame"] for event in events if event["event"] == "frame_done"] == [
            1001,
            1002,
            1003,
            1004,
        ]
        over = queue.job(job.job)
        assert (over.state, over.done, over.frames, over.error) == ("finished", 4, 4, None)
        assert over.take == events[0]["take"] == queue.request(job.job).take
        assert Path(over.manifest).is_file()
        assert queue.is_idle

    stage.play(story)


def test_the_same_submission_again_is_the_same_job_and_another_is_refused(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        submission = stage.submission("a")
        first, _ = queue.submit(submission)
        again, is_new = queue.submit(submission)
        assert (again.job, is_new, len(queue.jobs())) == (first.job, False, 1)
        other = Submission(stage.request("b"), job=first.job)
        with pytest.raises(ArtistError) as refusal:
            queue.submit(other)
        assert refusal.value.code == "engine.refused"
        await ended(queue, first.job)

    stage.play(story)
