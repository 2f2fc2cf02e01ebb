"""Faults of the machine: a full disk, a disk that becomes read-only, a clock that is set back."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from _fault_checks import Counts, count, count_job
from _fault_site import Site

from photodouble_client.engine import Engine
from photodouble_client.wire import Job

PATIENCE_S = 120.0
FAKE_CLOCK = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
Spoil = Callable[[Path], Callable[[], None]]


class Skipped(Exception):  # noqa: N818, it is no error
    """Raised by a fault that this machine cannot be given."""


def full_disk(site: Site) -> Counts:
    """Fill the takes' disk while a job runs; make room; resume."""

    def spoil(disk: Path) -> Callable[[], None]:
        filler = disk / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        return filler.unlink

    return _on_a_small_disk(site, spoil, "engine.disk_full")


def read_only(site: Site) -> Counts:
    """Make the takes' disk read-only while a job runs; make it writable again; resume."""

    def spoil(disk: Path) -> Callable[[], None]:
        _mount("-o", "remount,ro", disk)
        return lambda: _mount("-o", "remount,rw", disk)

    return _on_a_small_disk(site, spoil, "input.unwritable_output")


def clock_set_back(site: Site) -> Counts:
    """Run an engine whose clock falls back by a day while it works."""
    if not FAKE_CLOCK.is_file():
        raise Skipped("faketime is not installed")
    folder = Path(tempfile.mkdtemp(prefix="pd-clock-"))
    (folder / "clock").write_text("+0\n", encoding="ascii")
    python = folder / "python"
    python.write_text(
        f"#!/bin/sh\nLD_PRELOAD={FAKE_CLOCK} FAKETIME_TIMESTAMP_FILE={folder / 'clock'} FAKETIME_NO_CACHE=1 "
        f'DONT_FAKE_MONOTONIC=1 exec {sys.executable} "$@"\n',
        encoding="ascii",
    )
    python.chmod(0o755)
    with site.engine() as engine:
        engine.shutdown(force=True)
    site.interpreter = str(python)
    try:
        with site.engine() as engine:
            first = _submit(site, engine)
            _until(engine, first, lambda job: job.done > 0)
            (folder / "clock").write_text("-1d\n", encoding="ascii")
            second = _submit(site, engine)
            ended = [_until(engine, ident, lambda job: job.has_ended) for ident in (first, second)]
            assert ended[0].order < ended[1].order
            print(f"clock: submitted {ended[0].submitted}, then {ended[1].submitted}")
            assert ended[0].submitted > ended[1].submitted, "the clock was not set back"
            engine.shutdown(force=True)
    finally:
        site.interpreter = sys.executable
        shutil.rmtree(folder, ignore_errors=True)
    return count(site)


def _on_a_small_disk(site: Site, spoil: Spoil, code: str) -> Counts:
    with _small_disk(site.folder / "small") as disk, site.engine() as engine:
        for _attempt in range(5):
            wish = site.wish(0, root=disk / "takes")
            _until(engine, engine.submit(wish).job, lambda job: job.done > 0)
            mend = spoil(disk)
            job = _until(engine, wish.job, lambda job: job.has_ended)
            mend()
            print(f"{spoil.__qualname__.split('.')[0]}: {job.state} after {job.done} frames, {job.error}")
            site.unwish(wish)
            if job.state == "failed":
                break
        assert job.error is not None and job.error.code == code, job
        engine.resume(wish.job)
        job = _until(engine, wish.job, lambda job: job.has_ended)
        return count_job(site, job, wish.request)


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir(exist_ok=True)
    _mount("-t", "tmpfs", "-o", "size=24m", "none", folder)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], timeout=30, check=False)


def _mount(*words: object) -> None:
    tool = shutil.which("mount")
    if tool is None:
        raise Skipped("there is no mount")
    for _attempt in range(200):
        done = subprocess.run(
            [tool, *map(str, words)], capture_output=True, text=True, timeout=30, check=False
        )
        if "busy" not in done.stderr:  # a file is just being written
            break
    if done.returncode:
        raise Skipped(f"mounting needs root: {done.stderr.strip()}")


def _submit(site: Site, engine: Engine) -> str:
    ident = engine.submit(site.wish(0)).job
    (site.folder / "accepted" / ident).touch()
    return ident


def _until(engine: Engine, ident: str, is_so: Callable[[Job], bool]) -> Job:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so(job := engine.job(ident)) and not job.has_ended and time.monotonic() < deadline:
        time.sleep(0.005)
    return job
