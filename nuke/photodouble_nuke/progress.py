"""What a node knows about its job, from the first click to the take: facts only, Nuke is not asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Dict, Optional, Tuple

from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, Failed, Finished, FrameDone, Progress, Queued, Warned

IDLE = "idle"
RENDERING = "rendering"
SENDING = "sending"
STOPPING = "stopping"
QUEUED = "queued"
RUNNING = "running"
FINISHED = "finished"
FAILED = "failed"
CANCELLED = "cancelled"
TOLD = "told"
"""Something else than a take came of it, as `note` says."""
AT_WORK = (RENDERING, SENDING, STOPPING, QUEUED, RUNNING)


@dataclass(frozen=True)
class Shown:
    """One job as node and panel show it; `chosen` is the take that was chosen when it was sent."""

    job: str = ""
    state: str = IDLE
    done: int = 0
    of: int = 0
    note: str = ""
    take_label: str = ""
    take_folder: str = ""
    chosen: str = ""
    warnings: Tuple[str, ...] = ()
    error: Optional[ArtistError] = None

    @property
    def is_at_work(self) -> bool:
        """Whether the job is on its way, waiting or running."""
        return self.state in AT_WORK

    @property
    def is_finished(self) -> bool:
        """Whether the take is complete and can be shown."""
        return self.state == FINISHED and bool(self.take_folder)

    @property
    def can_resume(self) -> bool:
        """Whether it helps to go on: a wrong input needs a new take."""
        is_of_engine = self.error is not None and self.error.family == "engine"
        return bool(self.job) and (self.state == CANCELLED or (self.state == FAILED and is_of_engine))

    @property
    def part(self) -> float:
        """Give how much of the present step is done, from 0 to 1."""
        return min(1.0, self.done / float(self.of)) if self.of else 0.0

    @property
    def colour(self) -> str:
        """Name what the colour of the node's tile says: working, done, failed, or nothing."""
        if self.error is not None or self.state == FAILED:
            return "failed"
        if self.is_at_work:
            return "working"
        return "done" if self.state in (FINISHED, TOLD) else ""

    @property
    def words(self) -> str:
        """Say in one line where the job is, or what is wrong and what to do about it."""
        if self.error is not None:
            return str(self.error)
        if self.state == FINISHED:
            return " ".join(("{} is finished.".format(self.take_label or "The take"),) + self.warnings)
        if self.state in (RENDERING, RUNNING) and self.of:
            note = self.note or ("rendering for the engine" if self.state == RENDERING else "working")
            return "{}: {} of {}".format(note[:1].upper() + note[1:], self.done, self.of)
        return self.note if self.state in (SENDING, TOLD) and self.note else _WORDS.get(self.state, "")


_WORDS: Dict[str, str] = {
    RENDERING: "Rendering what feeds the node ...",
    SENDING: "Finding the engine ...",
    STOPPING: "Stopping ...",
    QUEUED: "Waiting for its turn",
    RUNNING: "Working ...",
    CANCELLED: "Stopped. Finished frames are kept, and the job can go on.",
    FAILED: "The job ended early. Finished frames are kept.",
}


def after(shown: Shown, event: Event) -> Shown:
    """Take over one event of a job."""
    state = shown.state if shown.state == STOPPING else RUNNING
    if isinstance(event, Queued):
        return shown if shown.state == STOPPING else replace(shown, state=QUEUED)
    if isinstance(event, Progress):
        return replace(shown, state=state, done=event.frame, of=event.of, note=event.note, error=None)
    if isinstance(event, FrameDone):
        return replace(shown, state=state, error=None)
    if isinstance(event, Warned):
        told = shown.warnings + (event.message,)
        return replace(shown, warnings=tuple(dict.fromkeys(told)))
    if isinstance(event, Finished):
        return replace(shown, state=FINISHED, take_label=event.take, take_folder=event.folder, error=None)
    if isinstance(event, Failed):
        return ended_early(shown, event.error)
    return shown


def ended_early(shown: Shown, error: ArtistError) -> Shown:
    """Take over why a job ended; an artist who pressed Cancel is not told so as an error."""
    if error.code == "engine.stopped":
        return replace(shown, state=CANCELLED, error=None)
    return replace(shown, state=FAILED, error=error)
