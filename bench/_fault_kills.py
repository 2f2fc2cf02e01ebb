"""The faults themselves: SIGKILL at random moments, and processes that are stopped and go on."""

from __future__ import annotations

import random
import signal
import subprocess
import time

from _fault_checks import reap
from _fault_site import Site, children, send

BACKLOG = 4
HOSTS = 2
VICTIMS = ("worker", "worker", "worker", "engine", "engine", "host")
LONGEST_S = 3600.0
WORK_S = 6.0


class Faults:
    """Kills workers, engines and hosts while hosts keep the engine busy."""

    def __init__(self, site: Site, seed: int, *, pause: float) -> None:
        """Work on a site; `pause` is the mean of a short wait between two faults in seconds."""
        self.site = site
        self.kills = 0
        self.stops = 0
        self.of: dict[str, int] = {}
        self._chance = random.Random(seed)
        self._pause = pause
        self._hosts: list[subprocess.Popen[bytes]] = []
        self._wishes = 0

    def run(self, kills: int, *, most_jobs: int) -> None:
        """Go on until so many processes were killed; new jobs are wished for while old ones end."""
        deadline = time.monotonic() + LONGEST_S
        self._tend(most_jobs)
        while self.kills < kills and time.monotonic() < deadline:
            self._wait()
            self._tend(most_jobs)
            if self._chance.random() < 0.1:
                self._stop_and_go_on()
            else:
                self._kill(self._chance.choice(VICTIMS))
        self._end_hosts()

    def _tend(self, most_jobs: int) -> None:
        """Keep hosts alive and jobs coming."""
        reap()
        self._hosts = [host for host in self._hosts if host.poll() is None]
        while len(self._hosts) < HOSTS:
            self._hosts.append(self.site.start_host())
        states = self.site.states()
        waiting = self._wishes - states.get("finished", 0)
        if waiting < BACKLOG and self._wishes < most_jobs:
            self.site.wish(self._wishes, priority=self._chance.choice((0, 0, 5)))
            self._wishes += 1

    def _wait(self) -> None:
        """Wait a moment only, or until work was done: so faults meet starts, beginnings, frames and seals."""
        if self._chance.random() < 0.4:
            time.sleep(self._chance.expovariate(1 / self._pause))
            return
        wanted = self.site.finished_frames() + self._chance.randint(1, 8)
        deadline = time.monotonic() + WORK_S
        while self.site.finished_frames() < wanted and time.monotonic() < deadline and self._is_busy():
            time.sleep(0.02)
        time.sleep(self._chance.random() * 0.1)

    def _is_busy(self) -> bool:
        return self._wishes > self.site.states().get("finished", 0)

    def _kill(self, kind: str) -> None:
        pid = self._victim(kind)
        if pid and send(pid, signal.SIGKILL):
            self.kills += 1
            self.of[kind] = self.of.get(kind, 0) + 1
            if self.kills % 20 == 0:
                print(f"{self.kills} killed {self.of}, jobs {self.site.states()}", flush=True)

    def _stop_and_go_on(self) -> None:
        """Stop a worker or the engine, at times for longer than the engine waits for a silent worker."""
        pid = self._victim(self._chance.choice(("worker", "engine")))
        if pid and send(pid, signal.SIGSTOP):
            self.stops += 1
            time.sleep(self._chance.choice((0.3, 1.0, 6.0)))
            send(pid, signal.SIGCONT)

    def _victim(self, kind: str) -> int:
        engine = self.site.engine_pid()
        if kind == "host":
            return self._chance.choice(self._hosts).pid
        if kind == "engine":
            return engine
        workers = children(engine) if engine else []
        return self._chance.choice(workers) if workers else 0

    def _end_hosts(self) -> None:
        (self.site.folder / "stop").touch()
        for host in self._hosts:
            try:
                host.wait(60)
            except subprocess.TimeoutExpired:
                host.kill()
                host.wait()
        (self.site.folder / "stop").unlink()
