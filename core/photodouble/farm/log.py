"""Reading the log of `openjd run` while it grows: which task runs, how far it is, why one failed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from photodouble_client.events import Event, Progress, Warned
from photodouble_client.frames import FrameRange

from .lines import FAIL, PROGRESS, STATUS, code_in, without_code
from .ranges import from_farm

_STEP = re.compile(r"Open Job Description CLI: Running step '(\w+)'")
_CHUNK = re.compile(r"Frame\(CHUNK\[INT\]\) = (\S+)")
_ENDED = re.compile(r"Process pid \d+ exited with code: (-?\d+)")
_STAMP = re.compile(r"\A\d+:\d\d:\d\d\.\d+\t")


@dataclass
class Log:
    """What the log said so far. `done` of `of` frames are made; a failure keeps the first reason and code."""

    of: int
    step: str = ""
    chunk: str = ""
    done: int = 0
    code: str = ""
    reason: str = ""
    status: int = 0
    said: list[str] = field(default_factory=list)

    def read(self, line: str) -> list[Event]:
        """Take in a line and return the events that it means."""
        text = _STAMP.sub("", line).strip()
        if found := _STEP.search(text):
            self.step, self.chunk = found[1], ""
        elif found := _CHUNK.match(text):
            self.chunk = from_farm(found[1])
        elif found := _ENDED.match(text):
            self._ended(int(found[1]))
        else:
            return self._said(text)
        return [Progress(self.done, self.of, "frames")] if self.step == "Frames" else []

    def _ended(self, status: int) -> None:
        if status != 0 and not self.status and (self.reason or self.chunk or self.step != "Frames"):
            self.status = status
        elif status == 0 and self.chunk and not self.status:
            self.done += len(FrameRange.from_text(self.chunk))
            self.chunk = ""

    def _said(self, text: str) -> list[Event]:
        name, _, said = text.partition(": ")
        if name == FAIL and not self.reason:
            self.code, self.reason = code_in(said), without_code(said)
        elif name == PROGRESS and self.step == "Analyse":
            return [Progress(int(float(said)), 100, "analysis")]
        elif name == "Note":
            return [Warned(said)]
        elif text and name not in (PROGRESS, STATUS):
            self.said = [*self.said[-19:], text]
        return []
