"""The three lanes of an engine: previews, tasks at the desk, and the frames of jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from photodouble.settings import Settings
from photodouble_client.stored import Json

from .batch import Batch
from .errands import PREVIEW_TRIES, Errand, Errands
from .joblist import JobList
from .lane import Lane, Work


class Lanes:
    """All workers of an engine, and the work that is handed out to them. Used on the event loop."""

    def __init__(
        self,
        jobs: JobList,
        settings: Settings,
        folder: Path,
        *,
        changed: Callable[[], None],
        command: Sequence[str],
    ) -> None:
        """Make the lanes without a worker yet; `changed` is called when work may be handed out."""
        self.previews = Errands(lambda: self._preview.workers, tries=PREVIEW_TRIES)
        self.tasks = Errands(lambda: self._desk.workers)
        self.batch = Batch(jobs, lambda: self._frames.workers)

        def lane(name: str, size: int, work: Work) -> Lane:
            return Lane(name, size, work, settings=settings, folder=folder, changed=changed, command=command)

        self._preview = lane("preview", 1, self.previews)
        self._desk = lane("desk", 1, self.tasks)
        self._frames = lane("batch", max(settings.workers, 1), self.batch)
        self._all = (self._preview, self._desk, self._frames)

    def hand_out(self) -> None:
        """Give what waits to workers that are free; frames of jobs wait while a preview is made."""
        held = bool(self.previews.waiting)
        self.batch.is_held = held
        self._frames.hold(held)
        for lane in self._all:
            lane.fill()
        self.batch.make_way()

    def errand(self, ident: str) -> tuple[Errands, Errand] | None:
        """Find a preview or a task, and among which errands it is."""
        for errands in (self.previews, self.tasks):
            found = errands.find(ident)
            if found is not None:
                return errands, found
        return None

    @property
    def has_errands(self) -> bool:
        """Whether a preview or a task waits or is at work."""
        return bool(self.previews.waiting or self.tasks.waiting)

    def facts(self) -> list[Json]:
        """Say what every worker is and does."""
        return [facts for lane in self._all for facts in lane.facts()]

    def free_memory(self) -> None:
        """End the workers that do nothing, and let the others drop what they keep warm."""
        for lane in self._all:
            lane.free_memory()

    def step_back(self, back: bool) -> None:
        """Let the workers of jobs wait behind the hosts that are open, or no longer."""
        if back != self._frames.is_low:
            self._frames.step_back(back)

    def look_after(self, seconds: float) -> None:
        """Look after the workers; `seconds` have passed since the last look."""
        for lane in self._all:
            lane.look_after(seconds)

    async def close(self) -> None:
        """End all workers, and tell those who wait for an errand."""
        await asyncio.gather(*(lane.close() for lane in self._all))
        for errands in (self.previews, self.tasks):
            errands.close()
