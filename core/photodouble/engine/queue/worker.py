"""A worker process as the engine sees it: what it is asked, what it says, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from photodouble_client.stored import Json

from .share import Share, step_back

logger = logging.getLogger(__name__)

LONGEST_LINE = 2**26
CHUNK = 2**16
GRACE_S = 5.0
DRAIN_S = 2.0
KEPT_LINES = 30
_NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)


@dataclass
class Duty:
    """What a worker was asked to do: `ident` is the job, preview or task, `frame` what it is at if known."""

    call: int
    do: str
    ident: str
    frame: int | None = None
    is_stopping: bool = False
    progress: str = ""


class Worker:
    """One process. It does one call at a time, and everything it says goes to `heard`.

    `ended` is called once, when the process is gone and everything it said was heard.
    """

    def __init__(
        self,
        lane: str,
        number: int,
        share: Share,
        *,
        heard: Callable[[Worker, Json], None],
        ended: Callable[[Worker], None],
    ) -> None:
        """Name the lane, the place in it (from 0) and what the process may use."""
        self.lane = lane
        self.number = number
        self.share = share
        self.duty: Duty | None = None
        self.opened: set[str] = set()
        self.is_ready = False
        self.is_leaving = False
        self.is_low = False
        self.is_held = False
        self.silent_s = 0.0
        self.idle_s = 0.0
        self.killed_for = ""
        self.exit_code: int | None = None
        self._heard = heard
        self._ended = ended
        self._calls = 0
        self._process: asyncio.subprocess.Process | None = None
        self._stderr: deque[str] = deque(maxlen=KEPT_LINES)
        self._deadline: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int:
        """The number of the process; 0 before it is there."""
        return self._process.pid if self._process is not None else 0

    @property
    def is_free(self) -> bool:
        """Whether it can be given work now."""
        return self.is_ready and self.duty is None and not self.is_leaving

    @property
    def last_words(self) -> str:
        """What it wrote last to its log, for the technical director."""
        return "\n".join(self._stderr)

    async def run(self, command: Sequence[str], *, low: bool) -> None:
        """Start the process, hear it until it ends, and see that nothing of it is left."""
        try:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self.share.environment(),
                start_new_session=True,
                creationflags=_NO_WINDOW,
            )
        except (OSError, ValueError) as error:
            self._stderr.append(f"the worker could not be started: {error}")
        else:
            logger.info("%s worker %d starts", self.lane, self.pid)
            if low:
                self.step_back(True)
            if self.is_leaving:
                self.quit()
            await self._attend(self._process)
        finally:
            if self._deadline is not None:
                self._deadline.cancel()
            self._ended(self)

    def ask(self, do: str, ident: str, **what: object) -> None:
        """Give it something to do; `heard` gets the answer."""
        self._calls += 1
        frame = what.get("frame")
        self.duty = Duty(self._calls, do, ident, frame if isinstance(frame, int) else None)
        self.tell(do, call=self._calls, **what)

    def tell(self, do: str, **what: object) -> None:
        """Send it a message that needs no answer."""
        process = self._process
        if process is None or process.stdin is None or process.returncode is not None:
            return
        if not process.stdin.is_closing():
            process.stdin.write((json.dumps({"do": do, **what}) + "\n").encode("utf-8"))

    def stop(self, why: str) -> None:
        """Ask it to stop what it does; a worker that does not obey is killed after a few seconds."""
        if self.duty is None or self.duty.is_stopping:
            return
        self.duty.is_stopping = True
        self.tell("stop", call=self.duty.call)
        self._kill_after(GRACE_S, why)

    def hold(self, held: bool) -> None:
        """Let it wait at its next frame, or go on."""
        if held != self.is_held:
            self.is_held = held
            self.tell("hold" if held else "go")

    def step_back(self, low: bool) -> None:
        """Let it wait behind a host; one that may not come forward again leaves after its frame."""
        self.is_low = low
        if self.pid and not step_back(self.pid, low) and not low:
            self.is_leaving = True

    def be_free(self) -> None:
        """Forget the call that is answered."""
        self.duty = None
        self.idle_s = 0.0
        if self._deadline is not None and not self.is_leaving:
            self._deadline.cancel()
            self._deadline = None

    def quit(self) -> None:
        """Let it end by itself at once: whatever it does is left as it is on disk."""
        self.is_leaving = True
        self.tell("quit")
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        self._kill_after(GRACE_S, "")

    def kill(self, why: str) -> None:
        """End it, and whatever it started, the hard way."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        self.killed_for = self.killed_for or why
        if why:
            logger.warning("%s worker %d is ended: %s", self.lane, self.pid, why)
        if sys.platform == "win32":
            process.kill()
        else:
            self._end_group(process.pid)

    def _end_group(self, pid: int) -> None:
        """End the process and whatever it started; a worker is the head of a group of its own."""
        if sys.platform != "win32":
            with contextlib.suppress(OSError):
                os.killpg(pid, signal.SIGKILL)

    def _kill_after(self, seconds: float, why: str) -> None:
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().call_later(seconds, self.kill, why)

    async def _attend(self, process: asyncio.subprocess.Process) -> None:
        readers = [
            asyncio.create_task(self._read(process.stdout, self._said)),
            asyncio.create_task(self._read(process.stderr, self._logged)),
        ]
        try:
            self.exit_code = await process.wait()
            self._end_group(process.pid)
            await asyncio.wait(readers, timeout=DRAIN_S)
        finally:
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)
            logger.info("%s worker %d ended with status %s", self.lane, process.pid, self.exit_code)

    async def _read(self, pipe: asyncio.StreamReader | None, take: Callable[[bytes], None]) -> None:
        """Read whole lines; a line without an end does not fill the memory."""
        parts: list[bytes] = []
        while pipe is not None and (chunk := await pipe.read(CHUNK)):
            first, *others = chunk.split(b"\n")
            parts.append(first)
            for line in others:
                take(b"".join(parts))
                parts = [line]
            if len(parts) * CHUNK > LONGEST_LINE and sum(map(len, parts)) > LONGEST_LINE:
                self.kill("It wrote a line without an end.")
                return

    def _said(self, line: bytes) -> None:
        try:
            word = json.loads(line)
        except ValueError:
            word = None
        if not isinstance(word, dict) or not isinstance(word.get("say"), str):
            if line.strip():
                logger.warning("%s worker %d said something else: %.200r", self.lane, self.pid, line)
            return
        self.silent_s = 0.0
        if word["say"] == "alive":
            return
        if word["say"] == "ready":
            self.is_ready = True
        try:
            self._heard(self, word)
        except Exception:  # the edge of the engine: a worker's words must not end it
            logger.exception("%s worker %d: its answer could not be used", self.lane, self.pid)
            self.kill("Its answer could not be understood.")

    def _logged(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip()[:500]
        if text:
            self._stderr.append(text)
            logger.info("%s worker %d: %s", self.lane, self.pid, text)
