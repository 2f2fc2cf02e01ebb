"""Watching the inbox: each request becomes a job behind the same gates as any other, then it is staged.

Files are read in a thread of their own, because a staged folder may lie on a slow file server; the queue is
asked on the event loop only. What is under way is kept in a file for each, so that the next engine goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photodouble.engine.inbox import (
    ASIDE,
    TAKEN,
    NodeRequest,
    answer,
    inbox_folder,
    open_inbox,
    read_node_request,
)
from photodouble.image.storage import write_whole
from photodouble.settings import Settings
from photodouble.takes.finding import store_at
from photodouble.takes.node_text import wish_of
from photodouble.takes.store import REQUEST, read_request
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest
from photodouble_client.runtime import FileLock
from photodouble_client.wire import Job, Submission, new_id

from .consent import check_consent
from .paths import check_submission
from .work_queue import WorkQueue

LOOK_S = 1.0
LOCK = "engine.lock"
MOST_AT_ONCE, MOST_TAKEN, MOST_ASIDE = 16, 64, 50
_FORGOTTEN_S = 24 * 3600

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Errand:
    """A request that was taken in: its job, whose id is also that of the new take, and what comes after."""

    job: str
    take_folder: str
    staged: str
    host: str = ""
    answer: str = ""

    @property
    def answers(self) -> Path | None:
        """The file in which the node reads how it goes."""
        return Path(self.answer) if self.answer else None


class InboxWatch:
    """See to the inbox of one engine, round by round."""

    def __init__(self, queue: WorkQueue, settings: Settings) -> None:
        """Watch the inbox that the settings name."""
        self._queue = queue
        self._settings = settings
        self._said: dict[str, str] = {}
        self._gone: set[str] = set()
        self._trouble = ""
        self._staging: dict[str, asyncio.Future[str]] = {}

    async def watch(self, ending: asyncio.Event) -> None:
        """Look once a second until the engine ends; trouble is logged and never ends it.

        Of several engines that share their folder one looks, and when it ends another.
        """
        lock = FileLock(str(inbox_folder(self._settings) / LOCK))
        try:
            while not ending.is_set():
                await self._look(lock)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_S):
                        await ending.wait()
        finally:
            lock.release()

    async def _look(self, lock: FileLock) -> None:
        try:
            folder = await asyncio.to_thread(open_inbox, self._settings)
            if lock.is_held or lock.acquire():
                await self.round(folder)
        except Exception as error:  # the edge
            if str(error) != self._trouble:
                logger.exception("nodes cannot ask this engine for anything")
            self._trouble = str(error)

    async def round(self, folder: Path) -> None:
        """Take in what was left, and see how far each is."""
        await asyncio.to_thread(self._take_in, folder)
        for path, errand in await asyncio.to_thread(lambda: list(_errands(folder))):
            try:
                is_over = await self._see_to(errand)
            except ArtistError as error:
                self._say(errand, "refused", _sentence(error))
                logger.info("a node's request about %s was refused: %s", errand.take_folder, error.code)
                is_over = True
            except OSError as error:  # a server that is away: tried again, and nobody else waits for it
                self._say(errand, "queued", f"it has to wait: {error.strerror or error}")
                is_over = False
            if is_over:
                path.unlink(missing_ok=True)
                self._said.pop(errand.job, None)

    def _take_in(self, folder: Path) -> None:
        """Turn request files into errands on disk; what cannot be read is laid aside with the reason."""
        _sweep(folder)
        taken = {errand.staged for _, errand in _errands(folder)}
        for path in sorted(folder.glob("*.request"))[:MOST_AT_ONCE]:
            if len(taken) >= MOST_TAKEN or path.name in self._gone:
                continue
            try:
                wanted = read_node_request(path, folder)
            except ArtistError as error:
                self._lay_aside(folder, path, _sentence(error))
                continue
            if str(wanted.staged) not in taken:
                taken.add(str(wanted.staged))
                self._begin(folder, wanted)
            self._remove(path)

    def _begin(self, folder: Path, wanted: NodeRequest) -> None:
        where = str(wanted.answer) if wanted.answer else ""
        errand = Errand(new_id(), str(wanted.take.folder), str(wanted.staged), wanted.host, where)
        content = json.dumps(dataclasses.asdict(errand), sort_keys=True)
        write_whole(folder / TAKEN / f"{errand.job}.json", content.encode())
        self._say(errand, "queued", job=errand.job)
        logger.info("a node asks for %s again: job %s", wanted.take.label, errand.job)

    async def _see_to(self, errand: Errand) -> bool:
        """Submit, follow, stage; tells whether nothing is left to do. Raises ArtistError."""
        try:
            job = self._queue.job(errand.job)
        except ArtistError as error:
            if error.code != "engine.no_job":
                raise
            submission = await asyncio.to_thread(_submission, errand, self._settings)
            job, _ = self._queue.submit(submission)
        if job.error is not None:
            raise job.error
        if job.state != "finished":
            self._say(errand, job.state, _how_far(job), job=job.job)
            return False
        self._say(errand, "running", "staging the new take", job=job.job)
        if job.job not in self._staging:
            self._staging[job.job] = asyncio.ensure_future(self._stage(errand, job))
        if not self._staging[job.job].done():
            return False
        told = self._staging.pop(job.job).result()
        self._say(errand, "finished", f"{job.take_label} is staged: use newest", job=job.job, staged=told)
        return True

    async def _stage(self, errand: Errand, job: Job) -> str:
        """Stage the new take as the old one is, and return the folder."""
        wish = await asyncio.to_thread(wish_of, Path(errand.staged))
        task = self._queue.task("stage", {"take": job.take_folder, **wish.arguments()})
        async for event in self._queue.events(task):
            if event["event"] == "answered":
                return str(event["answer"].get("folder", ""))
            if event["event"] == "failed":
                raise ArtistError.from_json(event["error"])
        raise ArtistError(
            "engine.stopped", "The staging was stopped", "The engine ends.", "It goes on with the next one."
        )

    def _say(self, errand: Errand, state: str, note: str = "", **more: str) -> None:
        """Write how it goes where the node looks for it, once for each news."""
        news = f"{state} {note}"
        if self._said.get(errand.job) == news:
            return
        self._said[errand.job] = news
        try:
            answer(errand.answers, state, note, **more)
        except ArtistError as error:
            logger.warning("the node cannot be answered: %s", error.message)

    def _lay_aside(self, folder: Path, path: Path, why: str) -> None:
        """Move a file out of the way, whatever it is, with a note of the reason."""
        logger.warning("%s in the inbox was laid aside: %s", path.name, why)
        target = folder / ASIDE / f"{time.time_ns():020d}-{path.name[-80:]}"
        try:
            path.rename(target)
            write_whole(target.with_name(target.name + ".why.txt"), (why + "\n").encode())
        except (OSError, ArtistError):
            self._gone.add(path.name)

    def _remove(self, path: Path) -> None:
        try:
            path.unlink()
        except OSError:
            self._gone.add(path.name)


def _errands(folder: Path) -> Iterator[tuple[Path, Errand]]:
    for path in sorted((folder / TAKEN).glob("*.json")):
        try:
            told = {str(key): str(value) for key, value in json.loads(path.read_text("utf-8")).items()}
            errand = Errand(**told)
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            with contextlib.suppress(OSError):
                path.unlink()
            continue
        yield path, errand


def _submission(errand: Errand, settings: Settings) -> Submission:
    """Make the same request again, as a new take beside the old one; refused as any other would be."""
    old = read_request(Path(errand.take_folder) / REQUEST)
    request: JobRequest = dataclasses.replace(
        old,
        take=errand.job,
        parent=old.take,
        host=errand.host or old.host,
        output_root=str(store_at("", errand.take_folder).root),
    )
    submission = Submission(request, job=errand.job)
    check_submission(submission)
    check_consent(request, settings)
    return submission


def _how_far(job: Job) -> str:
    return f"{job.done} of {job.frames} frames" if job.frames else job.note


def _sentence(error: ArtistError) -> str:
    return f"{error.title}. {error.message} {error.fix}"


def _sweep(folder: Path) -> None:
    """Keep the inbox small: no half-written requests of long ago, only the newest of those laid aside."""
    for path in folder.glob("*.part"):
        try:
            if time.time() - path.lstat().st_mtime > _FORGOTTEN_S:
                path.unlink()
        except OSError:
            continue
    aside: list[Any] = sorted((folder / ASIDE).iterdir())
    for path in aside[: max(0, len(aside) - 2 * MOST_ASIDE)]:
        try:
            path.unlink()
        except OSError:
            continue
