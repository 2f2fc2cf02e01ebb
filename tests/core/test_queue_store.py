"""The list of jobs on disk: order, damage, a full disk, older and newer versions, several engines."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from photodouble.engine.queue.folder import Owners, is_on_network, state_folder
from photodouble.engine.queue.kept import Kept
from photodouble.engine.queue.share import share_of
from photodouble.engine.queue.store import FILE, Store
from photodouble.engine.queue.tables import UPGRADES
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.events import Failed, FrameDone, Queued
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest
from photodouble_client.wire import Job, Submission, new_id

QUEUED = Queued("t").to_json()


def kept(owner: str = "me", **facts: object) -> Kept:
    ident = new_id()
    request = JobRequest("inpaint", range=FrameRange.from_text("1-4"))
    return Kept(Job(ident, **facts), Submission(request, job=ident), owner)  # type: ignore[arg-type]


def test_a_job_is_found_as_it_was_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first, is_new = store.add(kept(host="nuke", shot="sh010"), QUEUED)
    second, _ = store.add(kept(host="blender"), QUEUED)
    again, is_new_again = store.add(first, QUEUED)
    store.close()
    opened = Store(tmp_path)
    assert opened.find(first.job.job) == first == again
    assert (is_new, is_new_again) == (True, False)
    assert [job.order for job in opened.jobs()] == [2, 1]
    assert opened.jobs(host="nuke") == [first.job]
    assert opened.jobs(state="finished") == []
    assert opened.counts() == {"queued": 2}
    assert opened.unfinished("me") == [first, second]


@pytest.mark.parametrize("removed", ["*", "jobs.sqlite3", "."])
def test_a_list_that_is_removed_under_a_living_engine_is_put_back(tmp_path: Path, removed: str) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    store = Store(folder)
    first, _ = store.add(kept(host="nuke"), QUEUED)
    for path in list(folder.glob(removed)) if removed != "." else []:
        path.unlink()
    if removed == ".":
        shutil.rmtree(folder)
    second, is_new = store.add(kept(host="blender"), QUEUED)
    beside = Store(folder)
    assert (beside.find(first.job.job), beside.find(second.job.job), is_new) == (first, second, True)
    assert [event["seq"] for event in beside.events(first.job.job, 0)] == [1]
    store.clear_crashes(first.job.job)


def test_an_engine_whose_folder_is_removed_still_says_that_it_lives(tmp_path: Path) -> None:
    (tmp_path / "owners").mkdir()
    (tmp_path / "previews").mkdir()
    living = Owners(tmp_path, "living")
    living.enter()
    shutil.rmtree(tmp_path / "owners")
    living.stay()
    assert Owners(tmp_path, "other").is_alive("living")


def test_what_is_promised_is_forced_to_the_disk(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def is_forced() -> bool:
        return store._base.execute("PRAGMA synchronous").fetchone() == (2,)

    assert store._base.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    job, _ = store.add(kept(), QUEUED)
    assert is_forced()
    store.save(job, [FrameDone(1, "a").to_json()])
    assert not is_forced()
    store.save(job.with_facts(state="finished"))
    assert is_forced()


def test_events_are_numbered_and_an_overtaken_ending_is_left_out(tmp_path: Path) -> None:
    store = Store(tmp_path)
    job, _ = store.add(kept(), QUEUED)
    failed = Failed(ArtistError("engine.stopped", "Stopped", "It was.", "Resume.")).to_json()
    store.save(job, [FrameDone(1, "a").to_json(), failed])
    assert [event["seq"] for event in store.events(job.job.job, 0)] == [1, 2, 3]
    store.save(job, [QUEUED])
    assert [event["seq"] for event in store.events(job.job.job, 0)] == [1, 2, 4]
    assert [event["seq"] for event in store.events(job.job.job, 2)] == [4]
    assert store.events(new_id(), 0) == []


def test_the_order_does_not_depend_on_the_clock(tmp_path: Path) -> None:
    store = Store(tmp_path)
    times = ["2031-01-01", "2020-01-01", "2025-01-01"]
    jobs = [store.add(kept(submitted=time), QUEUED)[0] for time in times]
    assert [job.submitted for job in reversed(store.jobs())] == times
    store.forget(jobs[2].job.job)
    assert store.add(kept(), QUEUED)[0].job.order == 4


def test_a_damaged_list_is_set_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(kept(), QUEUED)
    store.close()
    for damage in (b"no database at all" * 100, None):
        if damage is None:
            with (tmp_path / FILE).open("r+b") as file:
                file.seek(4096)
                file.write(b"\xff" * 8192)
        else:
            (tmp_path / FILE).write_bytes(damage)
        fresh = Store(tmp_path)
        assert fresh.jobs() == []
        for _ in range(30):
            fresh.add(kept(), QUEUED)
        fresh.close()
    assert (tmp_path / f"{FILE}.damaged-1").read_bytes().startswith(b"no database")
    assert (tmp_path / f"{FILE}.damaged-2").is_file()


def test_a_row_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    store = Store(tmp_path)
    bad, _ = store.add(kept(), QUEUED)
    good, _ = store.add(kept(), QUEUED)
    store._base.execute("UPDATE jobs SET facts = '{' WHERE job = ?", [bad.job.job])
    assert store.jobs() == [good.job]
    assert store.unfinished("me") == [good]


def test_a_newer_list_is_left_alone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store._base.execute(f"PRAGMA user_version = {len(UPGRADES) + 1}")
    store.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(ArtistError) as refusal:
        Store(tmp_path)
    assert refusal.value.code == "engine.start_failed"
    assert (tmp_path / FILE).read_bytes() == before


def test_crashes_are_counted_by_place_and_by_kind(tmp_path: Path) -> None:
    store = Store(tmp_path)
    job, _ = store.add(kept(), QUEUED)
    ident = job.job.job
    assert store.crash(ident, "frame 1001") == (1, 1)
    assert store.crash(ident, "frame 1001") == (2, 2)
    assert store.crash(ident, "begin analysing 4") == (1, 1)
    assert store.crash(ident, "begin") == (1, 2)
    store.clear_crashes(ident, "begin")
    assert store.crash(ident, "begin") == (1, 1)
    store.clear_crashes(ident)
    assert store.crash(ident, "frame 1001") == (1, 1)


def test_only_the_newest_ended_jobs_stay(tmp_path: Path) -> None:
    store = Store(tmp_path)
    jobs = [store.add(kept(), QUEUED)[0] for _ in range(5)]
    for job in jobs[:4]:
        store.save(job.with_facts(state="finished"))
    store.thin_out(2)
    assert [job.order for job in store.jobs()] == [5, 4, 3]
    assert store.events(jobs[0].job.job, 0) == []


def test_another_engine_that_writes_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photodouble.engine.queue.store.WAIT_S", 0.05)
    store, other = Store(tmp_path), Store(tmp_path)
    other._base.execute("BEGIN IMMEDIATE")
    with pytest.raises(ArtistError) as refusal:
        store.add(kept(), QUEUED)
    assert refusal.value.code == "engine.unreachable"
    other._base.execute("ROLLBACK")
    assert store.add(kept(), QUEUED)[1]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)], capture_output=True, timeout=20
    )
    if not mounted or mounted.returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], timeout=20, check=True)


def test_a_full_disk_is_told_and_loses_nothing(small_disk: Path) -> None:
    store = Store(small_disk)
    job, _ = store.add(kept(), QUEUED)
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError):
        while file.write(b"x" * 4096):
            pass
    refused = 0
    for _ in range(400):
        try:
            store.add(kept(), QUEUED)
        except ArtistError as error:
            assert error.code == "engine.disk_full"
            refused += 1
    assert refused > 0
    assert store.find(job.job.job) == job
    filler.unlink()
    assert store.add(kept(), QUEUED)[1]
    count = len(store.jobs())
    store.close()
    assert len(Store(small_disk).jobs()) == count == 402 - refused


def test_jobs_of_dead_engines_are_adopted_and_those_of_living_ones_not(tmp_path: Path) -> None:
    folder = state_folder(Settings(engine_folder=str(tmp_path / "state")))
    store = Store(folder)
    living, me = Owners(folder, "living"), Owners(folder, "me")
    living.enter()
    me.enter()
    for owner in ("living", "dead", "dead", "me"):
        store.add(kept(owner), QUEUED)
    ended, _ = store.add(kept("dead"), QUEUED)
    store.save(ended.with_facts(state="failed"))
    assert sorted(store.owners()) == ["dead", "living", "me"]
    assert me.dead(store.owners()) == ["dead"]
    assert store.adopt(["dead"], "me") == 2
    assert [each.job.order for each in store.unfinished("me")] == [2, 3, 4]
    living.leave()
    assert me.dead(store.owners()) == ["living"]


def test_what_dead_engines_left_is_swept(tmp_path: Path) -> None:
    folder = state_folder(Settings(engine_folder=str(tmp_path / "state")))
    living, me = Owners(folder, "living"), Owners(folder, "me")
    living.enter()
    (folder / "owners" / "dead.lock").touch()
    for name in ("dead", "living"):
        (folder / "previews" / name).mkdir()
    with me.alone():
        me.enter()
        me.sweep()
    assert sorted(path.stem for path in (folder / "owners").iterdir()) == ["folder", "living", "me"]
    assert [path.name for path in (folder / "previews").iterdir()] == ["living"]


def test_a_file_server_is_recognised() -> None:
    mounts = "/dev/sda1 / ext4 rw 0 0\nsrv:/h /users nfs4 rw 0 0\n/dev/b /users/scratch\\040disk xfs rw 0 0\n"
    assert is_on_network(Path("/users/anna/.local/state"), mounts)
    assert not is_on_network(Path("/users/scratch disk/anna"), mounts)
    assert not is_on_network(Path("/var/tmp/x"), mounts)


def test_jobs_are_not_kept_on_a_file_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nsrv:/h {os.path.realpath(tmp_path)} nfs rw 0 0\n")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("photodouble.engine.queue.folder.MOUNTS", mounts)
    monkeypatch.setattr("photodouble.engine.queue.folder.LOCAL", tmp_path / "local")
    assert state_folder(Settings()).parent == tmp_path / "local"
    mounts.write_text("/dev/sda1 / ext4 rw 0 0\n")
    assert state_folder(Settings()).is_relative_to(tmp_path / "home")


def test_a_link_in_the_folder_of_everybody_is_no_place_for_jobs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr("photodouble.engine.queue.folder.LOCAL", tmp_path)
    planted = tmp_path / "photodouble-0"
    planted.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ArtistError) as refusal:
        state_folder(Settings(engine_folder=str(planted)))
    assert refusal.value.code == "engine.start_failed"


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArtistError) as refusal:
        state_folder(Settings(engine_folder=str(tmp_path / "file" / "state")))
    assert refusal.value.code == "engine.start_failed"


def test_workers_divide_threads_and_memory() -> None:
    settings = dataclasses.replace(Settings(), workers=3, threads=8, memory_gb=12)
    assert [share_of("batch", number, settings).threads for number in range(3)] == [2, 2, 2]
    assert share_of("preview", 0, settings).threads == 8
    assert share_of("batch", 0, settings).memory_gb == 4
    assert share_of("batch", 0, dataclasses.replace(settings, threads=2)).threads == 1
    assert share_of("batch", 0, settings).environment()["NUMBA_NUM_THREADS"] == "2"


def test_the_queue_loads_no_picture_library() -> None:
    code = "import sys, photodouble.engine.queue; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=60)
    loaded = set(done.stdout.split())
    assert "photodouble" in loaded
    assert not loaded & {"numpy", "cv2", "OpenEXR", "OpenImageIO", "PyOpenColorIO", "numba", "scipy", "torch"}
