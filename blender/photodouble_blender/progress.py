# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel knows about a job, from the first click to the take; facts only, Blender is not asked."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from ._vendor.photodouble_client.errors import ArtistError
from ._vendor.photodouble_client.events import Event, Failed, Finished, FrameDone, Progress, Queued, Warned

IDLE = "idle"
SENDING = "sending"
STOPPING = "stopping"
DRAWING = "drawing"
_AT_WORK = (DRAWING, SENDING, STOPPING, "queued", "running")


@dataclass(frozen=True)
class Shown:
    """One job as the panel shows it: `state` is idle, sending, stopping or a state of the engine's."""

    job: str = ""
    state: str = IDLE
    done: int = 0
    of: int = 0
    note: str = ""
    take_label: str = ""
    take_folder: str = ""
    warnings: tuple[str, ...] = ()
    error: ArtistError | None = None

    @property
    def is_at_work(self) -> bool:
        """Whether the job is on its way, waiting or running."""
        return self.state in _AT_WORK

    @property
    def is_finished(self) -> bool:
        """Whether the take is complete and can be loaded."""
        return self.state == "finished" and bool(self.take_folder)

    @property
    def can_resume(self) -> bool:
        """Whether the job ended early and it helps to go on: a wrong input needs a new take."""
        failed = self.state == "failed" and self.error is not None and self.error.family == "engine"
        return failed or self.state == "cancelled"

    @property
    def part(self) -> float:
        """How much of the present step is done, from 0 to 1."""
        return min(1.0, self.done / self.of) if self.of else 0.0

    @property
    def words(self) -> str:
        """Say in a few words where the job is."""
        if self.state == "finished":
            return f"{self.take_label} is finished" if self.take_label else "Finished"
        if self.state == "cancelled":
            return "Stopped. Finished frames are kept"
        if self.state == "failed":
            return "The job ended early. Finished frames are kept"
        if self.state == DRAWING:
            return f"Drawing the mask: {self.done} of {self.of}"
        if self.state == "running" and self.of:
            step = (self.note or "working").replace("_", " ")
            return f"{step}: {self.done} of {self.of}".capitalize()
        return _WORDS.get(self.state, "")


_WORDS = {
    SENDING: "Finding the engine ...",
    STOPPING: "Stopping ...",
    "queued": "Waiting for its turn",
    "running": "Working ...",
}


def after(shown: Shown, event: Event) -> Shown:
    """Take over one event of a job."""
    going = {} if shown.state == STOPPING else {"state": "running"}
    if isinstance(event, Queued):
        return shown if shown.state == STOPPING else dataclasses.replace(shown, state="queued")
    if isinstance(event, Progress):
        return dataclasses.replace(shown, done=event.frame, of=event.of, note=event.note, **going)
    if isinstance(event, FrameDone):
        return dataclasses.replace(shown, **going)
    if isinstance(event, Warned):
        told = (*shown.warnings, event.message)
        return dataclasses.replace(shown, warnings=tuple(dict.fromkeys(told)))
    if isinstance(event, Finished):
        return dataclasses.replace(
            shown, state="finished", take_label=event.take, take_folder=event.folder, error=None
        )
    if isinstance(event, Failed):
        return _ended_early(shown, event.error)
    return shown


def _ended_early(shown: Shown, error: ArtistError) -> Shown:
    """An artist who pressed Cancel is not told so as an error."""
    if error.code == "engine.stopped":
        return dataclasses.replace(shown, state="cancelled", error=None)
    return dataclasses.replace(shown, state="failed", error=error)
