"""What the door needs of the queue behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

from photodouble_client.request import JobRequest
from photodouble_client.wire import Job, PreviewWanted, Submission


class WorkQueue(Protocol):
    """Takes jobs, previews and tasks and tells how they go. Called on the event loop only."""

    def submit(self, submission: Submission) -> tuple[Job, bool]:
        """Take a job in, safe on disk before this returns; the second says whether it is new."""

    def job(self, ident: str) -> Job:
        """Find a job; raises ArtistError `engine.no_job`."""

    def jobs(self, *, host: str = "", script: str = "", state: str = "") -> list[Job]:
        """List jobs, newest first."""

    def request(self, ident: str) -> JobRequest:
        """Find the request of a job."""

    def cancel(self, ident: str) -> Job:
        """Cancel a job; finished frames stay."""

    def resume(self, ident: str) -> Job:
        """Let a job go on that failed or was cancelled."""

    def prioritise(self, ident: str, priority: int) -> Job:
        """Let a job go before or after others."""

    def forget(self, ident: str) -> Job:
        """Take an ended job off the list; its take stays."""

    def preview(self, wanted: PreviewWanted) -> str:
        """Begin a preview and return its id."""

    def task(self, name: str, arguments: Mapping[str, Any], ident: str = "") -> str:
        """Begin a task and return its id."""

    def cancel_other(self, ident: str) -> None:
        """Cancel a preview or a task."""

    def events(self, ident: str, after: int = 0) -> AsyncIterator[dict[str, Any]]:
        """Follow a job, preview or task; raises ArtistError `engine.no_job` at once."""

    def workers(self) -> list[dict[str, Any]]:
        """Tell what each worker does."""

    def counts(self) -> dict[str, int]:
        """Count the jobs in each state."""

    def free_memory(self) -> None:
        """Let workers drop all that they keep warm."""

    def set_hosts_open(self, open: bool) -> None:
        """Say whether a host is open, beside which the work is to be modest."""

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do."""

    @property
    def idle_for(self) -> float:
        """Seconds since there was something to do."""
