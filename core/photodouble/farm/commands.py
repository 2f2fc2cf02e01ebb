"""A job as plain command lines with ids, dependencies and chunks, for any farm manager."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest

from .options import FarmOptions
from .quoting import command_line
from .ranges import chunks
from .steps import ANALYSE, FINISH, FRAMES, arguments, copying

SCHEMA = 1
ENDS: Mapping[int, str] = {
    0: "done; run again, it does nothing twice",
    2: "the command or a setting is wrong: do not run it again",
    3: "an input is wrong or missing: put it right, then run this command again",
    4: "a model is missing or refused",
    5: "the engine stopped or failed: run this command again; finish names the frames that lack",
    6: "consent or policy forbids it: do not run it again",
}


@dataclass(frozen=True)
class Command:
    """One command of a job: its id, the ids that must have ended with 0 before, and its words."""

    id: str
    step: str
    frames: str
    after: tuple[str, ...]
    words: tuple[str, ...]

    def line(self, system: str = "posix") -> str:
        """Return the command as one line for a shell: `posix` or `windows`."""
        return command_line(self.words, system)

    def to_json(self) -> dict[str, Any]:
        """Return the plain form for scripts."""
        return {
            "id": self.id,
            "step": self.step,
            "frames": self.frames,
            "after": list(self.after),
            "words": list(self.words),
        }


def command_lines(request: JobRequest, path: str, options: FarmOptions | None = None) -> tuple[Command, ...]:
    """Return the commands of a request that the farm reads at `path`: analyse, every chunk, finish.

    Raises ArtistError `input.bad_request` for a request without a take id, because each command would then
    make a take of its own.
    """
    options = options or FarmOptions()
    if not request.take:
        raise ArtistError(
            "input.bad_request",
            "The request has no take yet",
            "Without a take id in the request every chunk would make a take of its own.",
            "Write a bundle with 'photodouble farm bundle', which fixes the id, and give its folder here.",
        )
    program = (options.program,)
    first = Command("analyse", ANALYSE, "", (), (*program, *arguments(ANALYSE, path)))
    made = [
        Command(
            f"frames-{number:04d}",
            FRAMES,
            chunk.to_text(),
            (first.id,),
            (*program, *arguments(FRAMES, path, frames=chunk.to_text())),
        )
        for number, chunk in enumerate(chunks(request.range, options.chunk), 1)
    ]
    words = (*program, *arguments(FINISH, path), *copying(options, hashed(options.output)))
    last = Command("finish", FINISH, "", tuple(each.id for each in made), words)
    return (first, *made, last)


def commands_json(request: JobRequest, commands: tuple[Command, ...]) -> dict[str, Any]:
    """Return the whole list for scripts, with what each exit status means."""
    return {
        "schema": SCHEMA,
        "take": request.take,
        "operation": request.operation,
        "range": request.range.to_text(),
        "commands": [each.to_json() for each in commands],
        "exit_codes": {str(status): meaning for status, meaning in ENDS.items()},
    }


def hashed(pattern: str) -> str:
    """Write the place of the frame number without a percent sign, which Windows shells would read."""
    return re.sub(r"%0?(\d*)d", lambda found: "@" * int(found[1] or 1), pattern)
