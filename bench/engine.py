"""Measure what the engine costs: round trips, the price of another process, previews, the start.

    python bench/engine.py [--frames 100] [--size 1920x1080] [--rounds 5] [--folder DIR]

An engine of its own is started in a folder of its own; nothing of the user's is touched. Overhead compares a
job over HTTP (submit to finished, workers warm) with the same job in this process, in turns: a half-float
plate whose matte is empty, so that the operation passes every frame through. Where others use the machine,
overhead_cpu says more: processor seconds of the engine and its workers against those of this process. Frames
a second are counted from the first finished frame to the last. A preview is of a panning camera with a tenth
of the picture to fill: the first from nothing (no engine, no caches but compiled loops), then after each
change of a control. Cold start is from nothing to the first event of a job, and to the first that a worker
says. disk_ms is what this disk takes to keep 4 kB for good; every submission waits for that, and
submit_in_memory_ms is without it. The last line is JSON. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import _engine_shots as shots

from photodouble.engine.runner import JobOptions, run_job
from photodouble.settings import Settings
from photodouble_client.engine import Engine
from photodouble_client.events import Failed, Finished, FrameDone, Progress
from photodouble_client.request import JobRequest
from photodouble_client.wire import PreviewWanted

KEYS = ("rtt_ms", "submit_ms", "overhead", "cold_start_s", "preview_cold_s", "preview_warm_s")
REST = 0.2
MEMORY = Path("/dev/shm")
CHANGES: tuple[dict[str, Any], ...] = (
    {"matte_grow": 2},
    {"matte_grow": 4},
    {"grain": 0.5},
    {"detail": 0.5},
    {"matte_feather": 3},
)


def main() -> None:
    """Measure everything and print a table."""
    options = _options()
    with _folder(options.folder) as folder:
        figures: dict[str, float] = {}
        copied = shots.copied_shot(folder / "copied", options.frames, options.size)
        removal = shots.removal_shot(folder / "removal", options.preview_frames, options.size)
        figures.update(cold_start(folder / "cold", copied))
        figures.update(previews(folder / "previews", removal))
        with engine_in(folder / "one", workers=1) as engine:
            figures.update(round_trips(engine, options.trips))
            figures.update(submissions(engine, copied, folder / "submitted", max(options.trips // 4, 2)))
            figures.update(overhead(engine, copied, folder / "copies", options.rounds))
            figures["frames_a_second_1"] = frames_a_second(engine, copied, folder / "many")
        figures.update(submissions_without_disk(folder / "memory", copied, max(options.trips // 4, 2)))
        with engine_in(folder / "two", workers=2) as engine:
            figures["frames_a_second_2"] = frames_a_second(engine, copied, folder / "many")
        for name, value in figures.items():
            print(f"{name:24}{value:12.4f}")
        print(
            json.dumps({name: round(figures[name], 4) for name in (*KEYS, *sorted(set(figures) - set(KEYS)))})
        )


def cold_start(folder: Path, request: JobRequest) -> dict[str, float]:
    """Submit a job where no engine runs; time its first event, and the first thing that a worker tells."""
    be_quiet()
    began = time.perf_counter()
    with engine_in(folder, workers=1) as engine:
        connected = time.perf_counter() - began
        job = engine.submit(shots.again(request, folder / "takes"))
        first, at_work = 0.0, 0.0
        for report in engine.events(job.job):
            first = first or time.perf_counter() - began
            if isinstance(report.event, Failed):
                raise report.event.error
            if isinstance(report.event, Progress):
                at_work = time.perf_counter() - began
                break
        engine.cancel(job.job)
    return {"cold_connect_s": connected, "cold_start_s": first, "cold_at_work_s": at_work}


def previews(folder: Path, request: JobRequest) -> dict[str, float]:
    """Time the first preview where nothing runs and nothing is cached, then one after each change."""
    frame = list(request.range)[len(request.range) // 2]
    request = shots.again(request, folder / "takes")
    be_quiet()
    began = time.perf_counter()
    with engine_in(folder, workers=1) as engine:
        first = engine.preview(PreviewWanted(request, frame))
        cold = time.perf_counter() - began
        warm: list[float] = []
        for change in CHANGES:
            fields = {**request.to_json(), "values": {**request.values, **change}}
            wanted = PreviewWanted(JobRequest.from_json(fields), frame)
            warm.append(timed(lambda wanted=wanted: engine.preview(wanted)))  # type: ignore[misc]
    print(f"previews {first.scale} times smaller. {' '.join(first.notes)}")
    return {
        "preview_cold_s": cold,
        "preview_warm_s": statistics.median(warm),
        "preview_warm_worst_s": max(warm),
    }


def round_trips(engine: Engine, trips: int) -> dict[str, float]:
    """Time questions over one kept connection."""
    engine.describe()
    return {
        "rtt_ms": 1000 * statistics.median(timed(engine.describe) for _ in range(trips)),
        "hello_ms": 1000 * statistics.median(timed(engine.hello) for _ in range(trips)),
    }


def submissions(engine: Engine, request: JobRequest, root: Path, trips: int) -> dict[str, float]:
    """Time from handing a job over to its answer, which says queued, and to its first event over a stream.

    A job is on disk before it is answered, so what the disk takes for that is measured beside it.
    """
    answered, told = [], []
    for _ in range(trips):
        wanted = shots.again(request, root)
        be_quiet()
        began = time.perf_counter()
        job = engine.submit(wanted)
        answered.append(time.perf_counter() - began)
        follower = engine.events(job.job)
        next(follower)
        told.append(time.perf_counter() - began)
        follower.close()
        engine.cancel(job.job)
        _wait_for_end(engine, job.job)
    return {
        "submit_ms": 1000 * statistics.median(answered),
        "submit_to_event_ms": 1000 * statistics.median(told),
        "disk_ms": 1000 * statistics.median(disk(root) for _ in range(trips)),
    }


def submissions_without_disk(folder: Path, request: JobRequest, trips: int) -> dict[str, float]:
    """Time submissions to an engine whose list of jobs lies in memory: what the engine itself takes."""
    if not MEMORY.is_dir():
        return {}
    state = Path(tempfile.mkdtemp(prefix="photodouble-engine-", dir=MEMORY))
    try:
        with engine_in(folder, workers=1, state=state) as engine:
            found = submissions(engine, request, folder / "takes", trips)
        return {"submit_in_memory_ms": found["submit_ms"]}
    finally:
        shutil.rmtree(state, ignore_errors=True)


def overhead(engine: Engine, request: JobRequest, root: Path, rounds: int) -> dict[str, float]:
    """Compare a job through the engine with the same job in this process, in turns, and who is first too."""
    settings = Settings(cache_folder=str(root / "cache"), workers=1)

    def here() -> None:
        run_job(shots.again(request, root / "takes"), JobOptions(settings=settings))

    def there() -> None:
        _finish(engine, shots.again(request, root / "takes"))

    there()  # so that the worker is there to be counted
    ways = {"in_process": (here, [os.getpid()]), "engine": (there, processes(engine))}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    cpu: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(-1, rounds):
        for name in sorted(ways, reverse=number % 2 == 0):
            way, pids = ways[name]
            shutil.rmtree(root / "takes", ignore_errors=True)
            be_quiet()
            before = processor_seconds(pids)
            seconds[name].append(timed(way))
            cpu[name].append(processor_seconds(pids) - before)
    shutil.rmtree(root / "takes", ignore_errors=True)
    wall = {name: statistics.median(found[1:]) for name, found in seconds.items()}
    used = {name: statistics.median(found[1:]) for name, found in cpu.items()}
    return {
        "overhead": wall["engine"] / wall["in_process"] - 1,
        "overhead_cpu": used["engine"] / max(used["in_process"], 1e-9) - 1,
        **{f"{name}_ms_a_frame": 1000 * wall[name] / len(request.range) for name in ways},
    }


def frames_a_second(engine: Engine, request: JobRequest, root: Path) -> float:
    """Count frames a second from the first finished frame to the last, workers warm."""
    _finish(engine, shots.again(request, root))
    times = _finish(engine, shots.again(request, root))
    shutil.rmtree(root, ignore_errors=True)
    return (len(times) - 1) / (times[-1] - times[0])


@contextmanager
def engine_in(folder: Path, *, workers: int, state: Path | None = None) -> Iterator[Engine]:
    """Start an engine with a folder of its own for everything, and end it."""
    folder.mkdir(parents=True, exist_ok=True)
    places = {"cache_folder": folder / "cache", "engine_folder": state or folder / "state"}
    lines = [f'{name} = "{place.as_posix()}"\n' for name, place in places.items()]
    (folder / "user.toml").write_text("".join([*lines, f"workers = {workers}\n"]), encoding="utf-8")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PHOTODOUBLE_")}
    runtime = Path(tempfile.mkdtemp(prefix="pd-"))
    environment = {
        **kept,
        "PHOTODOUBLE_ENGINE": sys.executable,
        "PHOTODOUBLE_RUNTIME": str(runtime / "run"),
        "PHOTODOUBLE_USER": str(folder / "user.toml"),
    }
    engine = Engine.connect("bench", environment=environment)
    try:
        yield engine
    finally:
        engine.shutdown(force=True)
        shutil.rmtree(runtime, ignore_errors=True)


def timed(call: Callable[[], Any]) -> float:
    """Return the seconds that a call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def be_quiet() -> None:
    """Let the disk and the workers come to rest, so that nothing before is counted."""
    os.sync()
    time.sleep(REST)


def disk(folder: Path) -> float:
    """Return the seconds that the disk takes to keep a small file for good."""
    path = folder / "probe"
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.write(b"x" * 4096)
        stream.flush()
        return timed(lambda: os.fsync(stream.fileno()))


def processes(engine: Engine) -> list[int]:
    """Return the numbers of the engine's process and of its workers'."""
    return [engine.endpoint.pid, *(int(worker["pid"]) for worker in engine.describe()["workers"])]


def processor_seconds(pids: list[int]) -> float:
    """Return the processor seconds that processes have used, all their threads together (Linux)."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _finish(engine: Engine, request: JobRequest) -> list[float]:
    """Run a job to its end; return when each frame was told finished."""
    times: list[float] = []
    for report in engine.events(engine.submit(request).job):
        if isinstance(report.event, FrameDone):
            times.append(time.perf_counter())
        if isinstance(report.event, Failed):
            raise report.event.error
        if isinstance(report.event, Finished):
            return times
    raise RuntimeError("the job was not followed to its end")


def _wait_for_end(engine: Engine, job: str) -> None:
    while not engine.job(job).has_ended:
        time.sleep(0.02)


@contextmanager
def _folder(named: Path | None) -> Iterator[Path]:
    folder = named or Path(tempfile.mkdtemp(prefix="photodouble-engine-"))
    try:
        yield folder
    finally:
        if named is None:
            shutil.rmtree(folder, ignore_errors=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--preview-frames", type=int, default=48)
    parser.add_argument("--size", type=_size, default=(1080, 1920))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--trips", type=int, default=120)
    parser.add_argument("--folder", type=Path)
    return parser.parse_args()


def _size(text: str) -> tuple[int, int]:
    width, height = text.split("x")
    return int(height), int(width)


if __name__ == "__main__":
    main()
