"""Run a bundle on this machine with `openjd`, as a farm would, and tell how far it is."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from photodouble_client.errors import ArtistError
from photodouble_client.events import Event
from photodouble_client.frames import FrameRange

from .bundle import TEMPLATE, read_values
from .log import Log
from .options import PROGRAM
from .ranges import from_farm, is_contiguous, to_farm
from .template import NOTICE_S
from .warm import stop_engine

PAUSE_S = 0.1
KILLED = (-9, 137)
"""How a task ends that the system kills."""
Say = Callable[[Event], None]


def run_bundle(
    folder: Path, log: Path, *, chunk: str = "", on_event: Say, stop: threading.Event | None = None
) -> None:
    """Run every task of a bundle, or only one chunk of its frames, and write what they say to `log`.

    What is finished already is not made again. Raises ArtistError `engine.farm_support` without openjd,
    `engine.stopped` when `stop` was set, and what the first task that fails raised, with its frames named.
    """
    values = read_values(folder)
    frames = FrameRange.from_text(from_farm(str(values.get("Frames", ""))))
    chosen = _chosen(frames, chunk)
    command = [*_openjd(), *_arguments(folder, values, chosen)]
    read = Log(len(chosen if chosen is not None else frames), step="Frames" if chunk else "")
    stopped = stop or threading.Event()
    with _temporary_folder() as temporary, log.open("wb") as written, log.open("rb") as lines:
        process = _start(command, written, temporary)
        try:
            _follow(process, lines, read, on_event, stopped)
        finally:
            _end(process)
    if stopped.is_set() and process.returncode != 0:
        raise _stopped(folder, read)
    if process.returncode != 0:
        raise _failure(folder, log, read, "" if chosen is None else chosen.to_text())


def _openjd() -> list[str]:
    """Return how openjd is called; raises ArtistError `engine.farm_support` where it is missing."""
    if importlib.util.find_spec("openjd") is None or importlib.util.find_spec("openjd.cli") is None:
        raise ArtistError(
            "engine.farm_support",
            "Running a bundle here needs openjd",
            "The optional library openjd-cli is not installed.",
            "Install it with: pip install 'photodouble[farm]', or use 'photodouble farm commands'.",
        )
    return [sys.executable, "-m", "openjd"]


def _arguments(folder: Path, values: dict[str, object], chunk: FrameRange | None) -> list[str]:
    given = {**{name: str(value) for name, value in values.items()}, "Photodouble": program_here()}
    words = ["run", str(folder / TEMPLATE), "--job-param", json.dumps(given)]
    if chunk is None:
        return words
    text = to_farm(chunk)
    single = f"{chunk.first}-{chunk.last}" if is_contiguous(chunk) else text
    return [*words, "--step", "Frames", "--task-param", f"Frame={single}", "--no-run-dependencies"]


def program_here() -> str:
    """Return the `photodouble` of this environment, or the one on the path."""
    beside = Path(sys.executable).parent
    found = shutil.which(PROGRAM, path=str(beside)) or shutil.which(PROGRAM)
    if found is None:
        raise ArtistError(
            "engine.not_installed",
            "The command photodouble was not found",
            f"There is none in {beside} and none on the path.",
            "Install Photo Double with pip, which puts the command beside its Python.",
        )
    return found


def _chosen(frames: FrameRange, chunk: str) -> FrameRange | None:
    """Return the chunk to run again; raises ArtistError `usage.frames` when it is not of the take."""
    if not chunk:
        return None
    chosen = FrameRange.from_text(chunk)
    outside = chosen.without(frames)
    if not len(outside) and (is_contiguous(chosen) or not is_contiguous(frames)):
        return chosen
    raise ArtistError(
        "usage.frames",
        "That is no chunk of this job",
        f"{chunk} is not a run of frames of {frames.to_text()}.",
        "Give the frames of one chunk, such as those that the failure named.",
    )


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """Give a folder for openjd's sessions that goes with all they leave, their engines first."""
    folder = Path(tempfile.mkdtemp(prefix="photodouble-farm-"))
    try:
        yield folder
    finally:
        for session in folder.glob("OpenJD/*"):
            stop_engine(session)
        shutil.rmtree(folder, ignore_errors=True)


def _start(command: list[str], log: IO[bytes], temporary: Path) -> subprocess.Popen[bytes]:
    """Start openjd with its output in a file: it hangs when a pipe that it writes to closes."""
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env={**os.environ, **places, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def _follow(
    process: subprocess.Popen[bytes], lines: IO[bytes], read: Log, say: Say, stop: threading.Event
) -> None:
    """Tell what the log says until openjd ends; when asked to stop, ask openjd once and go on reading."""
    asked = False
    while True:
        ended = process.poll() is not None
        for line in _new_lines(lines, ended):
            for event in read.read(line):
                say(event)
        if ended:
            return
        if stop.is_set() and not asked:
            asked = True
            process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))
        try:
            process.wait(PAUSE_S)
        except subprocess.TimeoutExpired:
            continue


def _new_lines(lines: IO[bytes], ended: bool) -> Iterator[str]:
    """Yield the whole lines that were added; what stands after the last line break waits for its rest."""
    while line := lines.readline():
        if not line.endswith(b"\n") and not ended:
            lines.seek(-len(line), os.SEEK_CUR)
            return
        yield line.decode("utf-8", "replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Make sure that openjd and its task are gone, politely first."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(NOTICE_S + 10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _silent_end(status: int) -> str:
    if status in KILLED:
        return "it was killed, most often because the memory of the machine ran out."
    return "it ended without saying why; the log holds what it printed."


def _stopped(folder: Path, read: Log) -> ArtistError:
    return ArtistError(
        "engine.stopped",
        "The job was stopped",
        f"{read.done} of {read.of} frames are done and kept.",
        f"Go on with: photodouble farm run '{folder}'",
    )


def _failure(folder: Path, log: Path, read: Log, chunk: str) -> ArtistError:
    frames = read.chunk or chunk
    again = f"photodouble farm run '{folder}'"
    what = (
        f"Frames {frames}"
        if frames
        else {"Analyse": "The analysis", "Finish": "The last step"}.get(read.step)
    )
    fix = f"Then run only that chunk again: {again} --frames {frames} and the rest with: {again}"
    return ArtistError(
        read.code or ("engine.memory" if read.status in KILLED else "engine.unexpected"),
        f"{what} failed" if what and len(what) < 50 else "A task failed",
        f"{what or 'The job'}: {read.reason or _silent_end(read.status)}",
        fix if frames else f"Then run it again: {again}. The log is {log}",
        detail=f"exit status {read.status}; {log}\n" + "\n".join(read.said),
    )
