"""The short work beside the jobs: previews, where the newest counts, and tasks, one after another."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from photodouble_client.errors import ArtistError
from photodouble_client.events import LAST, Answered, Event, Failed, Previewed, Progress, Queued, from_json
from photodouble_client.stored import Json

from . import trouble
from .stream import Stream
from .worker import Duty, Worker

KEPT = 200
PREVIEW_TRIES = 2


@dataclass
class Errand:
    """A preview or a task: what its worker is asked, where its answer is shown, and what it has told."""

    ident: str
    do: str
    asked: Json
    slot: tuple[str, str] = ("", "")
    folder: Path | None = None
    told: list[Json] = field(default_factory=list)
    tries: int = 0
    is_given: bool = False
    is_over: bool = False
    ending: ArtistError | None = None

    def __post_init__(self) -> None:
        self.stream = Stream(self.ident, self._read, lambda: self.is_over)

    def tell(self, event: Event) -> None:
        """Tell an event; after the last one nothing follows."""
        if self.is_over:
            return
        self.told.append({**event.to_json(), "job": self.ident, "seq": len(self.told) + 1})
        self.is_over = isinstance(event, LAST)
        self.stream.tell()

    def _read(self, after: int) -> list[Json]:
        return self.told[max(after, 0) :]


class Errands:
    """The work of the preview lane, or of the desk. The answers of the last few stay for who asks late."""

    def __init__(self, workers: Callable[[], Sequence[Worker]], *, tries: int = 1) -> None:
        """Serve the workers of a lane; an errand whose worker ends without a word is tried so often."""
        self._workers = workers
        self._tries = tries
        self._all: dict[str, Errand] = {}

    @property
    def waiting(self) -> list[Errand]:
        """Those that are not over, in order of asking."""
        return [each for each in self._all.values() if not each.is_over]

    @property
    def appetite(self) -> int:
        """How many workers could be at work now."""
        return len(self.waiting)

    def find(self, ident: str) -> Errand | None:
        """Return an errand, if it is one of these and not long over."""
        return self._all.get(ident)

    def add(self, errand: Errand) -> None:
        """Take on an errand; an older one for the same slot is stopped."""
        for older in self.waiting:
            if errand.slot[1] and older.slot == errand.slot:
                self.cancel(older, "A newer preview took its place.")
        self._all[errand.ident] = errand
        errand.tell(Queued())
        self._thin_out()

    def cancel(self, errand: Errand, why: str) -> None:
        """Stop an errand: at once if nobody is at it, else as soon as its worker obeys."""
        if errand.is_over:
            return
        errand.ending = errand.ending or trouble.stopped(why, "Ask again if it is still wanted.")
        if not errand.is_given:
            errand.tell(Failed(errand.ending))
        for worker in self._workers():
            if worker.duty is not None and worker.duty.ident == errand.ident:
                worker.stop("It did not stop when it was asked to.")

    def close(self) -> None:
        """End what is not over, because the engine ends."""
        for errand in self.waiting:
            errand.tell(Failed(trouble.closing()))
            errand.stream.tell()

    def give(self, worker: Worker) -> bool:
        """Give a free worker the errand that waits longest."""
        errand = next((each for each in self.waiting if not each.is_given), None)
        if errand is None:
            return False
        errand.is_given = True
        errand.tries += 1
        worker.ask(errand.do, errand.ident, **errand.asked)
        return True

    def event(self, duty: Duty, event: Json) -> None:
        """Pass on what a worker tells."""
        errand, told = self._all[duty.ident], from_json(event)
        if isinstance(told, Progress):
            errand.stream.tell_progress(told.to_json())
        elif not isinstance(told, (*LAST, Queued)):
            errand.tell(told)

    def done(self, _worker: Worker, duty: Duty, result: Json) -> None:
        """Tell the answer."""
        errand = self._all[duty.ident]
        if errand.do == "task":
            errand.tell(Answered(result["answer"]))
        else:
            errand.tell(_previewed(result))

    def failed(self, _worker: Worker, duty: Duty, error: ArtistError) -> None:
        """Tell why there is no answer."""
        errand = self._all[duty.ident]
        errand.tell(Failed(errand.ending or error))

    def lost(self, worker: Worker, duty: Duty) -> None:
        """Try again after a worker ended without a word, if that can do no harm."""
        errand = self._all[duty.ident]
        errand.is_given = False
        if errand.ending is not None:
            errand.tell(Failed(errand.ending))
        elif errand.tries >= self._tries:
            doing = "while it made the preview" if errand.do == "preview" else "at the task"
            how = trouble.ending_of(worker.exit_code, worker.killed_for)
            errand.tell(Failed(trouble.crashed(doing, how, errand.tries, worker.last_words)))

    def cannot_start(self, worker: Worker) -> None:
        """Fail the errand that waits longest, because there is no worker for it."""
        how = trouble.ending_of(worker.exit_code, worker.killed_for)
        for errand in self.waiting[:1]:
            errand.tell(Failed(trouble.crashed("before it was ready", how, 3, worker.last_words)))

    def _thin_out(self) -> None:
        over = [each for each in self._all.values() if each.is_over]
        for errand in over[: max(len(over) - KEPT, 0)]:
            del self._all[errand.ident]
            if errand.folder is not None:
                shutil.rmtree(errand.folder, ignore_errors=True)


def _previewed(result: Json) -> Previewed:
    notes: Any = result.get("notes") or ()
    return Previewed(
        int(result["frame"]),
        str(result["path"]),
        str(result["picture"]),
        int(result.get("scale", 1)),
        tuple(map(str, notes)),
    )
