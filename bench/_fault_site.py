"""The place where the fault run happens: settings, shots, wishes, and the pixels of a quiet run."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import _engine_shots as shots

from photodouble.engine.runner import JobOptions, run_job
from photodouble.image.hashes import pixel_sha256
from photodouble.settings import Settings
from photodouble_client.engine import Engine
from photodouble_client.machine import is_alive
from photodouble_client.request import JobRequest
from photodouble_client.runtime import ENGINE_LOCK, FileLock
from photodouble_client.wire import Submission, new_id

SIZE = (48, 64)
_FRAME = re.compile(r"(\d+)\.[a-z]+\Z")


@dataclass
class Site:
    """One folder that holds everything: nothing of the user's is touched."""

    folder: Path
    frames: int = 6
    interpreter: str = sys.executable
    requests: list[JobRequest] = field(default_factory=list)
    quiet: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.runtime = Path(tempfile.mkdtemp(prefix="pd-faults-"))
        for name in ("wishes", "accepted", "state", "takes"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        lines = [
            f'cache_folder = "{self.folder / "cache"}"',
            f'engine_folder = "{self.folder / "state"}"',
            "workers = 2",
            "threads = 2",
            "worker_timeout_s = 4.0",
        ]
        (self.folder / "user.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """The variables of the hosts and of the engines they start."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PHOTODOUBLE_")}
        return {
            **kept,
            "PHOTODOUBLE_CLIENT": str(self.folder / "client.json"),
            "PHOTODOUBLE_ENGINE": self.interpreter,
            "PHOTODOUBLE_RUNTIME": str(self.runtime),
            "PHOTODOUBLE_USER": str(self.folder / "user.toml"),
        }

    def prepare(self, count: int) -> None:
        """Write some small shots and note the pixels that each gives when nothing disturbs it."""
        for number in range(count):
            request = shots.removal_shot(self.folder / f"shot{number}", self.frames + number % 2, SIZE)
            fields = {**request.to_json(), "shot": f"sh{number:03d}", "take": ""}
            settings = Settings(cache_folder=str(self.folder / "quiet_cache"), contact_sheet=False)
            quiet = JobRequest.from_json({**fields, "output_root": str(self.folder / "quiet")})
            take = run_job(quiet, JobOptions(settings=settings)).take
            self.requests.append(JobRequest.from_json({**fields, "output_root": str(self.folder / "takes")}))
            self.quiet.append(visible_frames(take.folder)[0])

    def wish(self, number: int, *, root: Path | None = None, priority: int = 0) -> Submission:
        """Ask for one more take of a shot: a host finds the wish and submits it."""
        request = self.requests[number % len(self.requests)]
        if root is not None:
            request = JobRequest.from_json({**request.to_json(), "output_root": str(root)})
        submission = Submission(request, job=new_id(), priority=priority)
        write_whole(self.folder / "wishes" / f"{submission.job}.json", json.dumps(submission.to_json()))
        return submission

    def unwish(self, submission: Submission) -> None:
        """Leave a wish out of what is counted at the end."""
        (self.folder / "wishes" / f"{submission.job}.json").unlink()

    def wishes(self) -> list[Submission]:
        """Return every wish so far."""
        paths = (self.folder / "wishes").glob("*.json")
        return [Submission.from_json(json.loads(path.read_text(encoding="utf-8"))) for path in paths]

    def accepted(self) -> set[str]:
        """Return the jobs that the engine has said it has."""
        return {path.name for path in (self.folder / "accepted").iterdir()}

    def quiet_pixels(self, request: JobRequest) -> dict[str, str]:
        """Return the pixels that a request gives when nothing disturbs it."""
        return self.quiet[int(request.shot[2:])]

    def engine_pid(self) -> int:
        """Return the process of the living engine; 0 if there is none."""
        path = self.runtime / ENGINE_LOCK
        if not path.is_file() or FileLock(str(path)).is_free():
            return 0
        pid = FileLock(str(path)).holder()
        return pid if is_alive(pid) else 0

    def states(self) -> dict[str, int]:
        """Count the jobs in each state, without asking an engine."""
        return dict(self._look("SELECT state, COUNT(*) FROM jobs GROUP BY state"))

    def finished_frames(self) -> int:
        """Count the frames that are finished, without asking an engine."""
        rows = self._look("SELECT COALESCE(SUM(json_extract(facts, '$.done')), 0) FROM jobs")
        return int(rows[0][0]) if rows else 0

    def _look(self, query: str) -> list[tuple[Any, ...]]:
        base = self.folder / "state" / "jobs.sqlite3"
        try:
            with closing(sqlite3.connect(f"file:{base}?mode=ro", uri=True, timeout=5)) as connection:
                return connection.execute(query).fetchall()
        except sqlite3.Error:
            return []

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """Give the engine, started if there is none."""
        engine = Engine.connect("bench", environment=self.environment)
        try:
            yield engine
        finally:
            engine.close()

    def close(self) -> None:
        """End the engine if it still lives, and forget its address."""
        pid = self.engine_pid()
        if pid:
            send(pid, signal.SIGKILL)
        shutil.rmtree(self.runtime, ignore_errors=True)

    def start_host(self) -> subprocess.Popen[bytes]:
        """Start a host: a process that submits the wishes and follows the jobs."""
        script = Path(__file__).with_name("_fault_host.py")
        with (self.folder / "hosts.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, str(script), str(self.folder)],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def visible_frames(take: Path) -> tuple[dict[str, str], dict[str, Path]]:
    """Fingerprint every picture of a take that can be seen, by its folder and frame; find the broken ones."""
    found: dict[str, str] = {}
    broken: dict[str, Path] = {}
    for path in sorted(take.rglob("*.exr")):
        number = _FRAME.search(path.name)
        if number is None or any(part.startswith(".") for part in path.relative_to(take).parts):
            continue
        name = f"{path.parent.relative_to(take).as_posix()} {number.group(1)}"
        try:
            found[name] = pixel_sha256(path)
        except Exception:  # noqa: BLE001, whatever a reader makes of a broken picture
            broken[name] = path
    return found, broken


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(word) for word in path.read_text(encoding="ascii").split()]
        except OSError:
            continue
    return found


def write_whole(path: Path, text: str) -> None:
    """Write a file that a reader sees whole or not at all."""
    part = path.with_name(f".{path.name}-{os.getpid()}")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def send(pid: int, number: signal.Signals) -> bool:
    """Send a signal; False if the process is gone."""
    try:
        os.kill(pid, number)
    except OSError:
        return False
    return True
