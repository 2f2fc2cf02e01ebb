"""What is counted after the faults: lost jobs and frames, torn frames, stuck jobs, what was left behind."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from _fault_site import Site, children, visible_frames

from photodouble_client.errors import ArtistError
from photodouble_client.machine import is_alive
from photodouble_client.request import JobRequest
from photodouble_client.wire import Job

PATIENCE_S = 180.0


@dataclass
class Counts:
    """Everything that must be nought.

    `lost`: accepted jobs the engine does not know, frames and manifests that a finished job lacks.
    `torn`: visible pictures that are broken or differ from a quiet run, takes that no job asked for.
    `stuck`: jobs that neither ended nor could be resumed to their end. `zombies`: processes that their
    engine has not counted as ended. `leftovers`: processes that outlive their engine. `stale`: engines that
    could not start at once where another had died.
    """

    lost: int = 0
    torn: int = 0
    stuck: int = 0
    zombies: int = 0
    leftovers: int = 0
    stale: int = 0

    def add(self, other: Counts) -> None:
        """Add what was counted elsewhere."""
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)


def settle(site: Site, patience: float = PATIENCE_S) -> None:
    """Let an engine end its jobs undisturbed; jobs that failed are resumed as an artist would."""
    deadline = time.monotonic() + patience
    with site.engine() as engine:
        while time.monotonic() < deadline:
            jobs = engine.jobs()
            for job in jobs:
                if job.can_resume:
                    engine.resume(job.job)
            if all(job.state == "finished" for job in jobs):
                return
            time.sleep(0.25)


def count(site: Site) -> Counts:
    """Count what is wrong with jobs and takes, by the list of jobs and what is on disk."""
    with site.engine() as engine:
        jobs = {job.job: job for job in engine.jobs()}
    gone = site.accepted() - set(jobs)
    counts = Counts(lost=len(gone))
    for name in sorted(gone):
        print(f"lost: job {name}")
    for wish in site.wishes():
        if wish.job in jobs:
            counts.add(count_job(site, jobs[wish.job], wish.request))
    counts.torn += _unasked(site, {job.take for job in jobs.values()})
    return counts


def count_job(site: Site, job: Job, request: JobRequest) -> Counts:
    """Count what is wrong with one job."""
    counts = Counts(stuck=job.state != "finished")
    if counts.stuck:
        print(f"stuck: {job.job} is {job.state}: {job.error}")
    counts.add(_count_take(job, site.quiet_pixels(request)))
    return counts


def count_processes(site: Site) -> Counts:
    """Count dead children that the living engine has not counted, while nothing happens."""
    counts = Counts()
    engine = site.engine_pid()
    for pid in children(engine):
        if _state(pid) == "Z":
            time.sleep(1.0)
            counts.zombies += _state(pid) == "Z"
    return counts


def count_start(site: Site) -> Counts:
    """Count whether an engine starts at once where the last one was killed."""
    try:
        with site.engine() as engine:
            engine.hello()
    except ArtistError as error:
        print(f"stale: {error} ({error.detail})")
        return Counts(stale=1)
    locks = [path.stem for path in (site.folder / "state" / "owners").glob("*.lock")]
    return Counts(stale=max(len(locks) - 2, 0))


def count_leftovers() -> Counts:
    """Count what still runs after the last engine has ended; this process is the parent of all orphans."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        reap()
        left = [pid for pid in children(os.getpid()) if is_alive(pid)]
        if not left:
            return Counts()
        time.sleep(0.1)
    for pid in left:
        print(f"left over: {pid} {Path(f'/proc/{pid}/cmdline').read_bytes()!r}")
    return Counts(leftovers=len(left))


def reap() -> None:
    """Count the orphans that have ended as ended, as the first process of a machine does."""
    while True:
        try:
            pid, _status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return


def plant(site: Site, fault: str) -> None:
    """Do what must never happen, so that it is seen whether it would be counted."""
    take = sorted(path.parent for path in (site.folder / "takes").rglob("manifest.json"))[-1]
    pictures = sorted((take / "result").rglob("*.exr"))
    if fault == "row":
        with sqlite3.connect(site.folder / "state" / "jobs.sqlite3") as base:
            other = "SELECT MIN(number) FROM jobs WHERE json_extract(facts, '$.take_folder') != ?"
            base.execute(f"DELETE FROM jobs WHERE number = ({other})", [str(take)])
    elif fault == "torn":
        pictures[0].write_bytes(pictures[0].read_bytes()[:-200])
    elif fault == "missing":
        pictures[-1].unlink()
    elif fault == "swapped":
        pictures[1].write_bytes(pictures[2].read_bytes())


def _count_take(job: Job, quiet: dict[str, str]) -> Counts:
    """Compare what can be seen of a take with a quiet run."""
    counts = Counts()
    if not job.take_folder or not Path(job.take_folder).is_dir():
        counts.lost += job.state == "finished"
        return counts
    found, broken = visible_frames(Path(job.take_folder))
    wrong = [name for name, pixels in found.items() if quiet.get(name) != pixels]
    counts.torn += len(broken) + len(wrong)
    if job.state == "finished":
        counts.lost += len(set(quiet) - set(found) - set(broken)) + (not Path(job.manifest).is_file())
    for what in (*broken, *wrong):
        print(f"torn: {job.take_folder} {what}")
    return counts


def _unasked(site: Site, takes: set[str]) -> int:
    """Count takes that no job asked for: a job that was begun twice may fill one take only."""
    unasked = 0
    for path in (site.folder / "takes").rglob("request.json"):
        take = json.loads(path.read_text(encoding="utf-8")).get("take", "")
        if take not in takes:
            unasked += 1
            print(f"torn: no job asked for {path.parent}")
    return unasked


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return ""
