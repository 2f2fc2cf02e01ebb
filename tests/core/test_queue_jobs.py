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


async def at_frame(stage: Stage, name: str, frame: int) -> None:
    """Wait until a worker has begun with a frame."""
    while not (stage.folder / name / f"frame {frame}.count").is_file():
        await asyncio.sleep(0.01)


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


def test_a_higher_priority_overtakes_at_the_next_frame(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        low, _ = queue.submit(stage.submission("low", seconds=0.1))
        await until(queue, low.job, "frame_done", 1001)
        high, _ = queue.submit(stage.submission("high", priority=5))
        later, _ = queue.submit(stage.submission("later"))
        assert (await ended(queue, high.job)).state == "finished"
        assert queue.job(low.job).done <= 3
        assert queue.job(later.job).state == "queued"
        await ended(queue, later.job)
        assert queue.job(low.job).state == "finished"

    stage.play(story)


def test_a_long_beginning_makes_way_for_a_higher_priority(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        low, _ = queue.submit(stage.submission("low", begin=["wait"]))
        await until(queue, low.job, "progress")
        assert queue.job(low.job).note == "analysing 1 of 2"
        high, _ = queue.submit(stage.submission("high", priority=1))
        assert (await ended(queue, high.job)).state == "finished"
        over = await ended(queue, low.job)
        assert (over.state, over.warnings) == ("finished", ())

    stage.play(story)


def test_the_priority_of_a_waiting_job_can_be_changed(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        first, _ = queue.submit(stage.submission("first", seconds=0.1))
        second, _ = queue.submit(stage.submission("second"))
        third, _ = queue.submit(stage.submission("third"))
        assert queue.prioritise(third.job, 7).priority == 7
        await ended(queue, third.job)
        assert queue.job(second.job).state == "queued"
        with pytest.raises(ArtistError) as refusal:
            queue.prioritise(second.job, 101)
        assert refusal.value.code == "input.bad_request"
        await ended(queue, second.job)
        await ended(queue, first.job)

    stage.play(story)


def test_frames_spread_over_the_workers_of_the_lane(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        job, _ = queue.submit(stage.submission("a", "1001-1040", seconds=0.05))
        assert (await ended(queue, job.job)).done == 40
        assert len(set(stage.makers("a"))) == 2
        assert not list((stage.folder / "state" / "opened").iterdir())

    stage.play(story, workers=2)


def test_a_cancelled_job_keeps_its_frames_and_can_be_resumed(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        job, _ = queue.submit(stage.submission("a", **{"frame 1003": ["wait"]}))
        await at_frame(stage, "a", 1003)
        queue.cancel(job.job)
        over = await ended(queue, job.job)
        assert (over.state, over.done, over.error.code) == ("cancelled", 2, "engine.stopped")
        assert kinds(await told(queue, job.job)) == ["queued", "frame_done", "frame_done", "failed"]
        makers = stage.makers("a")
        assert queue.resume(job.job).state == "queued"
        over = await ended(queue, job.job)
        assert (over.state, over.error, stage.makers("a")[:2]) == ("finished", None, makers)
        assert kinds(await told(queue, job.job)).count("failed") == 0

    stage.play(story)


def test_a_worker_that_does_not_obey_is_killed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photodouble.engine.queue.worker.GRACE_S", 0.3)

    async def story(queue: Queue) -> None:
        job, _ = queue.submit(stage.submission("a", **{"frame 1002": ["deaf"]}))
        await at_frame(stage, "a", 1002)
        queue.cancel(job.job)
        assert (await ended(queue, job.job)).state == "cancelled"

    stage.play(story)


@pytest.mark.parametrize("place", ["begin", "frame 1002", "seal"])
def test_a_worker_that_ends_without_a_word_is_started_again(stage: Stage, place: str) -> None:
    async def story(queue: Queue) -> None:
        job, _ = queue.submit(stage.submission("a", **{place: ["die", "exit"]}))
        over = await ended(queue, job.job)
        assert (over.state, over.done) == ("finished", 4)
        assert len(over.warnings) == 2
        assert "memory" in over.warnings[0]

    stage.play(story)


@pytest.mark.parametrize(
    ("place", "named"), [("begin", "prepared"), ("frame 1003", "at frame 1003"), ("seal", "at the seal")]
)
def test_the_third_crash_at_one_place_fails_the_job_and_names_it(
    stage: Stage, place: str, named: str
) -> None:
    async def story(queue: Queue) -> None:
        job, _ = queue.submit(stage.submission("a", **{place: ["exit", "exit", "exit"]}))
        over = await ended(queue, job.job)
        assert (over.state, over.error.code) == ("failed", "engine.worker_crashed")
        assert named in over.error.message
        assert "the wall fell over" in over.error.detail
        assert over.can_resume
        queue.resume(job.job)
        assert (await ended(queue, job.job)).state == "finished"

    stage.play(story)


def test_other_jobs_go_on_while_one_crashes(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        bad, _ = queue.submit(stage.submission("bad", frame=["die"] * 3))
        good, _ = queue.submit(stage.submission("good"))
        assert (await ended(queue, bad.job)).state == "failed" or queue.job(bad.job).done == 4
        assert (await ended(queue, good.job)).state == "finished"

    stage.play(story)


def test_garbage_from_a_worker_is_passed_over(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        job, _ = queue.submit(stage.submission("a", **{"frame 1002": ["garbage"], "begin": ["garbage"]}))
        over = await ended(queue, job.job)
        assert (over.state, over.warnings) == ("finished", ())

    stage.play(story)


def test_an_answer_that_cannot_be_understood_counts_as_a_crash(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        job, _ = queue.submit(stage.submission("a", begin=["nonsense"], **{"frame 1002": ["nonsense"]}))
        over = await ended(queue, job.job)
        assert (over.state, over.done, len(over.warnings)) == ("finished", 4, 2)

    stage.play(story)


def test_a_silent_worker_is_replaced(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        job, _ = queue.submit(stage.submission("a", **{"frame 1002": ["mute"]}))
        over = await ended(queue, job.job)
        assert over.state == "finished"
        assert "did not answer" in over.warnings[0]

    stage.play(story, worker_timeout_s=1.0)


def test_what_a_worker_finds_wrong_ends_the_job_and_it_can_be_resumed(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        job, _ = queue.submit(stage.submission("a", **{"frame 1003": ["fail"]}))
        over = await ended(queue, job.job)
        assert (over.state, over.error.code, over.done) == ("failed", "engine.disk_full", 2)
        queue.resume(job.job)
        assert (await ended(queue, job.job)).state == "finished"

    stage.play(story, workers=1)


def test_a_worker_that_never_starts_fails_the_job(stage: Stage) -> None:
    async def run() -> None:
        chosen = stage.settings()
        queue = Queue(state_folder(chosen), chosen, command=[sys.executable, "-c", "raise SystemExit('no')"])
        await queue.start()
        job, _ = queue.submit(stage.submission("a"))
        over = await asyncio.wait_for(ended(queue, job.job), TIMEOUT)
        assert (over.state, over.error.code) == ("failed", "engine.worker_crashed")
        assert "no" in over.error.detail
        await queue.close()

    asyncio.run(run())


def test_the_next_engine_takes_over_what_the_last_one_left(stage: Stage) -> None:
    left: dict[str, str] = {}

    async def first(queue: Queue) -> None:
        running, _ = queue.submit(stage.submission("a", **{"frame 1003": ["wait"]}))
        cancelled, _ = queue.submit(stage.submission("b"))
        waiting, _ = queue.submit(stage.submission("c"))
        queue.cancel(cancelled.job)
        await at_frame(stage, "a", 1003)
        left.update(running=running.job, cancelled=cancelled.job, waiting=waiting.job)

    async def second(queue: Queue) -> None:
        makers = stage.makers("a")
        for name in ("running", "waiting"):
            over = await ended(queue, left[name])
            assert (over.state, over.done) == ("finished", 4)
        assert queue.job(left["cancelled"]).state == "cancelled"
        assert stage.makers("a")[:2] == makers
        events = await told(queue, left["running"])
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        assert kinds(events).count("queued") == 2
        assert [job.order for job in queue.jobs()] == [3, 2, 1]

    stage.play(first)
    stage.play(second)


def test_a_frame_that_was_finished_but_not_told_before_the_engine_was_killed_is_told_by_the_next(
    stage: Stage,
) -> None:
    left: dict[str, str] = {}

    async def first(queue: Queue) -> None:
        job, _ = queue.submit(stage.submission("a", **{"frame 1003": ["wait"]}))
        await at_frame(stage, "a", 1003)
        await until(queue, job.job, "frame_done", 1002)
        left.update(job=job.job)
        with queue._jobs.store._change() as base:
            base.execute("DELETE FROM events WHERE number = 3")

    async def second(queue: Queue) -> None:
        over = await ended(queue, left["job"])
        events = await told(queue, left["job"])
        frames = [event["frame"] for event in events if event["event"] == "frame_done"]
        assert (over.state, over.done, sorted(frames)) == ("finished", 4, [1001, 1002, 1003, 1004])

    stage.play(first)
    stage.play(second)


def test_a_listener_hears_what_came_after_a_number(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        job, _ = queue.submit(stage.submission("a", seconds=0.05))
        all_of_it, late = await asyncio.gather(told(queue, job.job), told(queue, job.job, 3))
        assert [event["seq"] for event in late if event["event"] != "progress"] == [4, 5, 6]
        assert kinds(all_of_it)[3:] == kinds(late)
        assert await told(queue, job.job, 6) == []
        with pytest.raises(ArtistError) as unknown:
            queue.events(new_id())
        assert unknown.value.code == "engine.no_job"

    stage.play(story)


def test_a_preview_goes_before_batch_work_which_waits(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        job, _ = queue.submit(stage.submission("a", seconds=0.1))
        await until(queue, job.job, "frame_done", 1001)
        wanted = PreviewWanted(stage.request("p", seconds=0.6), 1001)
        events = asyncio.create_task(told(queue, queue.preview(wanted)))
        await asyncio.sleep(0.45)
        held = queue.job(job.job).done
        assert (await events)[-1]["event"] == "previewed"
        assert queue.job(job.job).done == held <= 2
        assert (await ended(queue, job.job)).state == "finished"

    stage.play(story)


def test_a_newer_preview_of_a_slot_cancels_the_older(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        def ask(name: str, slot: str, **acts: object) -> str:
            return queue.preview(PreviewWanted(stage.request(name, **acts), 1001, slot=slot))

        old, other = ask("old", "Inpaint1", preview=["wait"]), ask("other", "Inpaint2")
        await asyncio.sleep(0.3)
        newer, newest = ask("newer", "Inpaint1"), ask("newest", "Inpaint1")
        last = [(await told(queue, ident))[-1] for ident in (old, newer, newest, other)]
        assert [event["event"] for event in last] == ["failed", "failed", "previewed", "previewed"]
        assert last[0]["error"]["code"] == "engine.stopped"

    stage.play(story)


def test_a_preview_survives_one_crash_and_a_task_tells_it(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        wanted = PreviewWanted(stage.request("p", preview=["die"]), 1001)
        assert (await told(queue, queue.preview(wanted)))[-1]["event"] == "previewed"
        answer = await told(queue, queue.task("takes.list", {}))
        assert answer[-1]["answer"][0] == "takes.list"
        crash = {"root": str(stage.folder / "t"), "node": json.dumps({"task": ["exit"]})}
        ident = new_id()
        assert queue.task("takes.size", crash, ident) == queue.task("takes.size", crash, ident) == ident
        last = (await told(queue, ident))[-1]
        assert last["error"]["code"] == "engine.worker_crashed"

    stage.play(story)


def test_a_task_can_be_cancelled(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        task = queue.task("x", {"root": str(stage.folder / "t"), "node": json.dumps({"task": ["wait"]})})
        waiting = queue.task("y", {})
        await asyncio.sleep(0.3)
        queue.cancel_other(waiting)
        queue.cancel_other(task)
        for ident in (task, waiting):
            assert (await told(queue, ident))[-1]["error"]["code"] == "engine.stopped"

    stage.play(story)


def test_an_ended_job_can_be_forgotten_and_a_running_one_not(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        job, _ = queue.submit(stage.submission("a", seconds=0.1))
        with pytest.raises(ArtistError) as refusal:
            queue.forget(job.job)
        assert refusal.value.code == "engine.refused"
        await ended(queue, job.job)
        queue.forget(job.job)
        with pytest.raises(ArtistError) as unknown:
            queue.job(job.job)
        assert unknown.value.code == "engine.no_job"
        assert len(stage.makers("a")) == 4

    stage.play(story)


def test_idle_workers_end_and_free_memory_ends_them_at_once(stage: Stage) -> None:
    async def gone(queue: Queue) -> None:
        while queue.workers():
            await asyncio.sleep(0.05)

    async def story(queue: Queue) -> None:
        await told(queue, queue.task("x", {}))
        await gone(queue)
        assert queue.is_idle

    async def freed(queue: Queue) -> None:
        await told(queue, queue.task("x", {}))
        assert [worker["state"] for worker in queue.workers()] == ["idle"]
        queue.free_memory()
        await gone(queue)

    stage.play(story, worker_idle_minutes=0.01)
    stage.play(freed)


def test_batch_workers_wait_behind_an_open_host(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import os

    monkeypatch.setattr("photodouble.engine.queue.share.AUTOGROUP", tmp_path / "absent")

    async def story(queue: Queue) -> None:
        def nice() -> int:
            return os.getpriority(os.PRIO_PROCESS, queue.workers()[0]["pid"])

        usual = os.getpriority(os.PRIO_PROCESS, 0)
        queue.set_hosts_open(True)
        job, _ = queue.submit(stage.submission("a", seconds=0.1))
        await until(queue, job.job, "frame_done", 1001)
        assert nice() == min(usual + 10, 19)
        queue.set_hosts_open(False)
        assert nice() == usual or queue.workers()[0]["state"] == "leaving"
        assert (await ended(queue, job.job)).state == "finished"

    stage.play(story)


def test_a_job_is_sealed_by_the_worker_that_knows_it(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        first, _ = queue.submit(stage.submission("first", "1001", seconds=0.3))
        second, _ = queue.submit(stage.submission("second", "1001", seconds=0.6))
        for job in (first, second):
            assert (await ended(queue, job.job)).state == "finished"

    stage.play(story, workers=2)


def test_two_engines_share_the_list_and_keep_to_their_own_jobs(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photodouble.engine.queue.queue.LOOKS_BETWEEN_ADOPTIONS", 1)

    async def story(queue: Queue) -> None:
        chosen = stage.settings()
        other = Queue(state_folder(chosen), chosen, command=COMMAND)
        await other.start()
        theirs, _ = other.submit(stage.submission("theirs"))
        left, _ = other.submit(stage.submission("left", **{"frame 1003": ["wait"]}))
        assert kinds(await told(queue, theirs.job))[-1] == "finished"
        await at_frame(stage, "left", 1003)
        for change in (queue.cancel, queue.resume, lambda ident: queue.prioritise(ident, 1)):
            with pytest.raises(ArtistError) as refusal:
                change(left.job)
            assert refusal.value.code == "engine.refused"
        await other.close()
        over = await ended(queue, left.job)
        assert (over.state, over.done) == ("finished", 4)
        assert not (stage.folder / "state" / "owners" / f"{other.nonce}.lock").exists()

    stage.play(story)


def test_a_full_disk_under_the_list_stops_no_job_and_loses_no_event(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        base = queue._jobs.store._base
        job, _ = queue.submit(stage.submission("a", "1001-1040"))
        await until(queue, job.job, "frame_done", 1001)
        pages = base.execute("PRAGMA page_count").fetchone()[0]
        base.execute(f"PRAGMA max_page_count = {pages}")
        listening = asyncio.create_task(told(queue, job.job))
        while not queue.job(job.job).has_ended:
            await asyncio.sleep(0.02)
        with pytest.raises(ArtistError) as refusal:
            for number in range(40):
                queue.submit(stage.submission(f"more{number}"))
        assert refusal.value.code == "engine.disk_full"
        base.execute("PRAGMA max_page_count = 1000000")
        events = await listening
        notes = [event["note"] for event in events if event["event"] == "progress"]
        assert "waiting: The disk with the list of jobs is full" in notes
        assert kinds(events)[-1] == "finished"
        assert len([event for event in events if event["event"] == "frame_done"]) == 40

    stage.play(story)


def test_a_worker_that_may_not_come_forward_again_is_replaced(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photodouble.engine.queue.worker.step_back", lambda _pid, low: low)

    async def story(queue: Queue) -> None:
        queue.set_hosts_open(True)
        job, _ = queue.submit(stage.submission("a", seconds=0.2))
        await until(queue, job.job, "frame_done", 1001)
        queue.set_hosts_open(False)
        over = await ended(queue, job.job)
        assert (over.state, over.warnings) == ("finished", ())
        assert len(set(stage.makers("a"))) == 2

    stage.play(story)


def test_a_listener_may_stop_waiting_and_go_on(stage: Stage) -> None:
    async def story(queue: Queue) -> None:
        job, _ = queue.submit(stage.submission("a", seconds=0.1))
        listener, heard = queue.events(job.job), []
        while True:
            try:
                heard.append(await asyncio.wait_for(anext(listener), 0.01))
            except TimeoutError:
                continue
            except StopAsyncIteration:
                break
        assert kinds(heard) == ["queued", *["frame_done"] * 4, "finished"]

    stage.play(story)


def test_a_queue_that_ends_lets_its_listeners_go(stage: Stage) -> None:
    heard: list[list[dict]] = []

    async def run() -> None:
        chosen = stage.settings()
        queue = Queue(state_folder(chosen), chosen, command=COMMAND)
        await queue.start()
        job, _ = queue.submit(stage.submission("a", begin=["wait"]))
        preview = queue.preview(PreviewWanted(stage.request("p", preview=["wait"]), 1001))
        listening = [asyncio.create_task(told(queue, ident)) for ident in (job.job, preview)]
        await asyncio.sleep(0.5)
        await queue.close()
        heard.extend(await asyncio.wait_for(asyncio.gather(*listening), TIMEOUT))
        with pytest.raises(ArtistError) as refusal:
            queue.submit(stage.submission("late"))
        assert refusal.value.code == "engine.stopped"

    asyncio.run(run())
    assert [kinds(events)[0] for events in heard] == ["queued", "queued"]
