"""A small engine of the standard library, for the client's own tests: `python stand_in_engine.py [--detach]`.

It keeps the rules that the real one keeps towards a client: forks itself away, holds the lock, writes its
address, lets go of the pipe, keeps its jobs on disk. `behaviour.json` in the runtime folder says what goes
wrong: `protocol`, `slow` (seconds), `fail` (a sentence), `killed_starts` (how many), `die_after` (for each
start by its number, how many events are told before the process kills itself).
"""

from __future__ import annotations

import http.server
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "core"))

from photodouble_client import machine, runtime  # noqa: E402
from photodouble_client.errors import ArtistError  # noqa: E402
from photodouble_client.wire import PROTOCOL, Job, Submission  # noqa: E402

FRAMES = 5


def main() -> None:
    """Serve until told to end."""
    if "--detach" in sys.argv and not _detached():
        return
    folder = runtime.runtime_folder()
    (Path(folder) / "starts.log").open("a").write(f"{os.getpid()}\n")
    behaviour = _read(Path(folder) / "behaviour.json")
    starts = len((Path(folder) / "starts.log").read_text(encoding="utf-8").split())
    if starts <= behaviour.get("killed_starts", 0):
        os.kill(os.getpid(), signal.SIGKILL)
    if "fail" in behaviour:
        sys.stderr.write("first line\n" + behaviour["fail"] + "\n")
        return
    lock = runtime.FileLock(os.path.join(folder, runtime.ENGINE_LOCK))  # noqa: PTH118, the client's own form
    if not lock.acquire(timeout=5):
        return
    server = StandIn(folder, behaviour)
    time.sleep(float(behaviour.get("slow", 0)))
    server.endpoint.write(folder)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    server.serve_forever(0.02)
    runtime.Endpoint.remove(folder, server.endpoint.nonce)
    lock.release()


def _detached() -> bool:
    if os.fork():
        os.wait()
        return False
    if os.fork():
        os._exit(0)
    return True


def _read(path: Path):
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


class StandIn(http.server.HTTPServer):
    """The engine: its address, and what it does wrong."""

    def __init__(self, folder: str, behaviour) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.folder = Path(folder)
        self.left = int(behaviour.get("die_after", {}).get(str(self.starts()), -1))
        self.endpoint = runtime.Endpoint(
            machine=machine.machine_id(),
            boot=machine.boot_id(),
            user=machine.user_id(),
            pid=os.getpid(),
            nonce=runtime.new_secret(),
            port=self.server_address[1],
            token=runtime.new_secret(),
            protocol=int(behaviour.get("protocol", PROTOCOL)),
            version="0.0.9",
        )

    def starts(self) -> int:
        """Count the engines that were started here."""
        return len((self.folder / "starts.log").read_text(encoding="utf-8").split())

    def process_request(self, request, client_address) -> None:
        """Serve each connection in a thread of its own."""
        threading.Thread(target=self._serve, args=(request, client_address), daemon=True).start()

    def _serve(self, request, client_address) -> None:
        try:
            self.finish_request(request, client_address)
        finally:
            self.shutdown_request(request)

    def count(self) -> None:
        """Die without a word when so many events were told."""
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1

    def job_file(self, job: str) -> Path:
        """Name the file that a job is kept in, so that the next engine finds it."""
        return self.folder / f"{job}.job"


class Answering(http.server.BaseHTTPRequestHandler):
    """What the stand-in answers to."""

    protocol_version = "HTTP/1.1"
    server: StandIn

    def do_GET(self) -> None:
        if self.headers["Authorization"] != "Bearer " + self.server.endpoint.token:
            self._fail(401, "engine.refused")
        elif self.path == "/hello":
            stored = self.server.endpoint.to_json()
            self._answer({name: stored[name] for name in ("protocol", "version", "nonce", "pid", "machine")})
        elif self.path.startswith("/jobs?") or self.path == "/jobs":
            jobs = [_read(path) for path in sorted(self.server.folder.glob("*.job"))]
            self._answer({"jobs": [job for job in jobs if "script=none" not in self.path]})
        elif "/events" in self.path:
            self._events()
        else:
            self._known(self.path.split("/")[2])

    def do_POST(self) -> None:
        content = json.loads(
            self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("utf-8") or "{}"
        )
        if self.path == "/tasks/hang":
            (self.server.folder / "hangs").touch()
            time.sleep(60)
        elif self.path == "/jobs":
            submission = Submission.from_json(content)
            job = Job(
                submission.job, take=submission.request.take, host=submission.request.host, frames=FRAMES
            )
            path = self.server.job_file(job.job)
            if not path.exists():
                runtime.write_private(str(path), json.dumps(job.to_json()))
            self._known(job.job)
        elif self.path == "/shutdown":
            self._answer({})
            threading.Thread(target=self.server.shutdown, daemon=True).start()
        elif self.path.startswith("/previews") or self.path.startswith("/tasks/"):
            ident = content.get("preview") or content["task"]
            (self.server.folder / f"{ident}.{os.getpid()}").touch()
            self._answer({})
        else:
            self._known(self.path.split("/")[2], "cancelled")

    def _known(self, job: str, state: str = "queued") -> None:
        path = self.server.job_file(job)
        if path.exists():
            self._answer(dict(_read(path), state=state))
        else:
            self._fail(404, "engine.no_job")

    def _events(self) -> None:
        """Tell a job of five frames; the number of an event is its frame, so any engine tells the same."""
        kind, ident = self.path.split("/")[1:3]
        after = int(self.path.rpartition("=")[2])
        path = (
            self.server.job_file(ident) if kind == "jobs" else self.server.folder / f"{ident}.{os.getpid()}"
        )
        if not path.exists():
            self._fail(404, "engine.no_job")
            return
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if kind == "jobs" and after == 0:
            # As of a job that failed once and was resumed; an engine tells its whole past.
            error = ArtistError("engine.stopped", "Stopped", "It was stopped.", "Resume it.").to_json()
            self._line({"event": "failed", "schema": 1, "error": error, "seq": 1})
        for seq in range(max(after, 1) + 1, FRAMES + 1):
            self._line({"event": "progress", "schema": 1, "frame": seq, "of": FRAMES, "note": "", "seq": 99})
            self.server.count()
            self._line({"event": "frame_done", "schema": 1, "frame": seq, "path": "x", "seq": seq})
        last = {"event": "finished", "schema": 1, "manifest": "m", "take": "t", "folder": "f"}
        if kind == "tasks":
            last = {"event": "answered", "schema": 1, "answer": {"starts": self.server.starts()}}
        elif kind == "previews":
            last = {"event": "previewed", "schema": 1, "frame": 1, "path": "p", "picture": "q"}
        self._line(dict(last, seq=FRAMES + 1))
        self._chunk(b"")

    def _line(self, content) -> None:
        self._chunk(json.dumps(content).encode("utf-8") + b"\n")

    def _chunk(self, text: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(text), text))

    def _fail(self, status: int, code: str) -> None:
        self._answer({"error": ArtistError(code, "No", "No.", "No.").to_json()}, status)

    def _answer(self, content, status: int = 200) -> None:
        text = json.dumps(content).encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *arguments) -> None:
        """Keep the start log clean."""


if __name__ == "__main__":
    main()
