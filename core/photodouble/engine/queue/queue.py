"""The queue as the server sees it: submit, watch, change and cancel; it sees to the workers by itself."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from photodouble.engine.devices import gpus
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.events import Queued
from photodouble_client.request import JobRequest, new_take_id
from photodouble_client.stored import Json, bad_request
from photodouble_client.wire import PRIORITIES, Job, PreviewWanted, Submission, checked_id, new_id

from . import trouble
from .errands import Errand, Errands
from .folder import Owners
from .joblist import JobList, first_facts
from .kept import Kept
from .lane import COMMAND
from .lanes import Lanes
from .store import Store
from .stream import Listener

logger = logging.getLogger(__name__)

LOOK_S = 0.5
LOOKS_BETWEEN_ADOPTIONS = 40


class Queue:
    """Jobs, previews and tasks of one engine. Every method is called on the event loop.

    A job is on disk before `submit` returns. Whatever kills the engine, the next one goes on with it.
    """

    def __init__(self, folder: Path, settings: Settings, *, command: Sequence[str] = COMMAND) -> None:
        """Keep the jobs in a folder of a local disk; `command` starts a worker."""
        self.nonce = new_id()
        self._folder = folder
        self._settings = settings
        self._owners = Owners(folder, self.nonce)
        self._command = command
        self._idle_since: float | None = time.monotonic()
        self._is_closing = False
        self._is_due = False

    async def start(self) -> None:
        """Open the list, take up what engines that ended have left, and begin to work.

        Raises ArtistError `engine.start_failed` or `engine.disk_full` if the folder does not serve.
        """
        await asyncio.to_thread(gpus)
        with self._owners.alone():
            self._owners.enter()
            self._jobs = JobList(Store(self._folder), self.nonce)
            self._lanes = Lanes(
                self._jobs, self._settings, self._folder, changed=self._soon, command=self._command
            )
            self._adopt()
            self._owners.sweep()
            self._jobs.store.thin_out()
            self._sweep_opened()
        self._care = asyncio.create_task(self._look_after(), name="queue")
        self._soon()

    async def close(self) -> None:
        """End the workers and leave; what is not finished waits for the next engine."""
        self._is_closing = True
        self._care.cancel()
        await asyncio.gather(self._care, return_exceptions=True)
        await self._lanes.close()
        self._jobs.save_again()
        self._jobs.close()
        self._jobs.store.close()
        self._owners.leave()

    def submit(self, submission: Submission) -> tuple[Job, bool]:
        """Take on a job; the bool says whether it is new. Sending it again gives the same job.

        Raises ArtistError `engine.refused` for another submission under a known id, `engine.disk_full`, and
        what `JobRequest.checked` raises.
        """
        self._check_open()
        submission.request.checked()
        ident = checked_id(submission.job or new_id())
        take = submission.request.take or ("" if submission.resume else new_take_id())
        submission = dataclasses.replace(submission, job=ident)
        kept, is_new = self._jobs.store.add(
            Kept(first_facts(submission, take), submission, self.nonce), Queued(take).to_json()
        )
        if is_new:
            self._jobs.enter(kept)
            self._soon()
        return self._jobs.job(ident), is_new

    def job(self, ident: str) -> Job:
        """Return the facts of a job; raises ArtistError `engine.no_job`."""
        return self._jobs.job(ident)

    def jobs(self, *, host: str = "", script: str = "", state: str = "") -> list[Job]:
        """Return the jobs of a host, a script and a state, newest first; an empty name means any."""
        return self._jobs.jobs(host=host, script=script, state=state)

    def counts(self) -> dict[str, int]:
        """Count the jobs of every state."""
        return self._jobs.store.counts()

    def request(self, ident: str) -> JobRequest:
        """Return what a job was asked to do, with the take that it fills."""
        return self._jobs.find(ident).request

    def cancel(self, ident: str) -> Job:
        """Stop a job: within a frame, or by force a few seconds later. Finished frames are kept."""
        kept = self._jobs.own(ident)
        each = self._jobs.at_work.get(ident)
        if each is None:
            return kept.job
        each.kept = dataclasses.replace(each.kept, cancelling=True)
        self._jobs.save(each)
        self._lanes.batch.end(each, "cancelled", _cancelled())
        self._soon()
        return self._jobs.job(ident)

    def resume(self, ident: str) -> Job:
        """Put a failed or cancelled job into the queue again; it does only what is missing."""
        self._check_open()
        kept = self._jobs.own(ident)
        if ident in self._jobs.at_work and self._jobs.at_work[ident].ending:
            raise trouble.still_ending(ident)
        if kept.job.can_resume:
            self._jobs.store.clear_crashes(ident)
            facts = {"state": "queued", "error": None, "note": ""}
            kept = dataclasses.replace(kept.with_facts(**facts), owner=self.nonce, cancelling=False)
            self._jobs.store.save(kept, [Queued(kept.job.take).to_json()])
            self._jobs.enter(kept)
            self._soon()
        return self._jobs.job(ident)

    def prioritise(self, ident: str, priority: int) -> Job:
        """Let a job overtake others, or be overtaken, at the next frame. From -100 to 100."""
        lowest, highest = PRIORITIES
        if isinstance(priority, bool) or not isinstance(priority, int) or not lowest <= priority <= highest:
            raise bad_request(f"A job cannot have the priority {priority!r}.", f"Give {lowest} to {highest}.")
        self._jobs.own(ident)
        each = self._jobs.at_work.get(ident)
        if each is not None:
            self._jobs.change(each, priority=priority)
            self._soon()
        return self._jobs.job(ident)

    def forget(self, ident: str) -> Job:
        """Strike an ended job off the list; its take is not touched. Raises ArtistError `engine.refused`."""
        kept = self._jobs.find(ident)
        if not kept.job.has_ended or ident in self._jobs.at_work:
            raise trouble.not_ended(ident)
        self._jobs.forget(ident)
        return kept.job

    def preview(self, wanted: PreviewWanted) -> str:
        """Ask for one frame quickly: batch work waits meanwhile. Returns the id of the preview."""
        self._check_open()
        wanted = dataclasses.replace(wanted, preview=checked_id(wanted.preview or new_id()))
        if self._lanes.previews.find(wanted.preview) is None:
            folder = self._folder / "previews" / self.nonce / wanted.preview
            asked = {"wanted": wanted.to_json(), "folder": str(folder)}
            slot = (wanted.session, wanted.slot)
            self._add(self._lanes.previews, Errand(wanted.preview, "preview", asked, slot, folder))
        return wanted.preview

    def task(self, name: str, arguments: Mapping[str, Any], ident: str = "") -> str:
        """Ask for a task by its name. Returns the id of the task."""
        self._check_open()
        ident = checked_id(ident or new_id())
        if self._lanes.tasks.find(ident) is None:
            self._add(self._lanes.tasks, Errand(ident, "task", {"name": name, "arguments": dict(arguments)}))
        return ident

    def cancel_other(self, ident: str) -> None:
        """Stop a preview or a task; raises ArtistError `engine.no_job`."""
        found = self._lanes.errand(ident)
        if found is None:
            raise trouble.no_such(ident)
        errands, errand = found
        errands.cancel(errand, "It was cancelled.")
        self._soon()

    def events(self, ident: str, after: int = 0) -> AsyncIterator[Json]:
        """Listen to a job, preview or task behind an event; raises ArtistError `engine.no_job` at once."""
        found = self._lanes.errand(ident)
        return Listener(self._jobs.stream(ident) if found is None else found[1].stream, after)

    def workers(self) -> list[Json]:
        """Say what every worker is and does."""
        return self._lanes.facts()

    def free_memory(self) -> None:
        """End the workers that do nothing, and let the others drop what they keep warm."""
        self._lanes.free_memory()

    def set_hosts_open(self, open: bool) -> None:
        """Let batch workers wait behind the hosts that are open."""
        self._lanes.step_back(open)

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do."""
        return not (self._jobs.at_work or self._lanes.has_errands)

    @property
    def idle_for(self) -> float:
        """For how many seconds there has been nothing to do."""
        return 0.0 if self._idle_since is None else time.monotonic() - self._idle_since

    def _add(self, errands: Errands, errand: Errand) -> None:
        errands.add(errand)
        self._soon()

    def _check_open(self) -> None:
        if self._is_closing:
            raise trouble.closing()

    def _soon(self) -> None:
        """Hand out work as soon as what is being done now is done."""
        if not self._is_due and not self._is_closing:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._schedule)

    def _schedule(self) -> None:
        self._is_due = False
        if self._is_closing:
            return
        self._lanes.hand_out()
        if not self.is_idle:
            self._idle_since = None
        elif self._idle_since is None:
            self._idle_since = time.monotonic()

    async def _look_after(self) -> None:
        """Look after the workers now and then.

        Time in which the engine itself was stopped does not count: nobody could have been heard then.
        """
        looks = 0
        while True:
            await asyncio.sleep(LOOK_S)
            looks += 1
            try:
                self._lanes.look_after(LOOK_S)
                self._jobs.save_again()
                if looks % LOOKS_BETWEEN_ADOPTIONS == 0:
                    self._adopt()
            except ArtistError as error:
                logger.warning("%s (%s)", error, error.detail)
            except Exception:  # the edge of the engine: its care for the workers must never end
                logger.exception("the queue could not look after its workers")
            self._soon()

    def _adopt(self) -> None:
        """Take up the jobs of engines that have ended; what the artist had cancelled stays cancelled."""
        self._owners.stay()
        dead = self._owners.dead(self._jobs.store.owners())
        for each in self._jobs.adopt(dead) if dead else ():
            logger.info("job %s is taken over", each.ident)
            if each.kept.cancelling:
                self._lanes.batch.end(each, "cancelled", _cancelled())
            else:
                self._jobs.change(each, Queued(each.kept.job.take), state="queued", note="")

    def _sweep_opened(self) -> None:
        unfinished = self._jobs.store.all_unfinished()
        for path in (self._folder / "opened").iterdir():
            if path.name[:32] not in unfinished:
                path.unlink(missing_ok=True)


def _cancelled() -> ArtistError:
    return trouble.stopped("The job was cancelled. Finished frames are kept.")
