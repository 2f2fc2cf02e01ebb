"""Questions to the engine, asked in the client's threads and answered when the panel's timer polls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterator, List, Mapping, Sequence, Tuple

from photodouble_client.engine import Engine
from photodouble_client.errors import ArtistError
from photodouble_client.events import Answered, Failed
from photodouble_client.jobs import Follower, Report
from photodouble_client.unreachable import EngineGoneError
from photodouble_client.watch import Watcher
from photodouble_client.wire import new_id

from .desk import Desk

Then = Callable[[Any], None]
Refused = Callable[[ArtistError], None]
Errand = Tuple[str, str, Mapping[str, Any]]
"""A word that names what is asked, a task, and its arguments."""


class Question:
    """Ask an engine one thing, as a follower that has one report."""

    def __init__(self, question: Callable[[Engine], Any], engine: Engine) -> None:
        self._question = question
        self._engine = engine

    def __iter__(self) -> Iterator[Report]:
        """Ask, and give the answer."""
        yield Report(0, "", Answered(self._question(self._engine)))

    def close(self) -> None:
        """Give the wait for the answer up."""
        self._engine.interrupt()


class Errands:
    """Do tasks one after the other; each report names which it is of. One that fails stops no other."""

    def __init__(self, errands: Sequence[Errand], engine: Engine) -> None:
        self._errands = list(errands)
        self._engine = engine
        self._is_closed = False
        self._current: List[Follower] = []

    def __iter__(self) -> Iterator[Report]:
        """Give the outcome of each."""
        for key, name, arguments in self._errands:
            if self._is_closed:
                return
            follower = self._engine.task_events(name, arguments)
            self._current = [follower]
            for report in follower:
                if isinstance(report.event, (Answered, Failed)):
                    yield Report(report.seq, key, report.event)

    def close(self) -> None:
        """Leave out what is not done yet."""
        self._is_closed = True
        for follower in self._current:
            follower.close()
        self._engine.interrupt()


@dataclass(frozen=True)
class _Asked:
    watcher: Watcher
    then: Callable[[str, Any], None]
    refused: Callable[[str, ArtistError], None]


class Asker:
    """Ask on behalf of one panel. Asking the same thing again gives up the question before.

    Nothing here waits: threads that the engine holds up end by themselves, unheard.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._asked: Dict[str, _Asked] = {}
        self._ending: List[Watcher] = []

    def ask(
        self,
        what: str,
        question: Callable[[Engine], Any],
        then: Then,
        refused: Refused,
        *,
        connect: Callable[..., Engine] = Engine.connect,
    ) -> None:
        """Ask the engine anything, starting it if need be; `then` gets the answer in a later poll."""
        self._begin(
            what, lambda engine: Question(question, engine), _alone(then), _alone(refused), connect=connect
        )

    def task(
        self,
        what: str,
        name: str,
        arguments: Mapping[str, Any],
        then: Then,
        refused: Refused,
        *,
        is_wish: bool = False,
    ) -> None:
        """Let the engine do a task, such as `takes.list`; only for the artist's own wish it is started."""
        ident = new_id()

        def follow(engine: Engine) -> Follower:
            return engine.task_events(name, arguments, ident)

        if is_wish:
            self._begin(what, follow, _alone(then), _alone(refused))
        else:
            self._begin(what, follow, _alone(then), _unless_away(_alone(refused)), connect=_found)

    def errands(
        self,
        what: str,
        errands: Sequence[Errand],
        then: Callable[[str, Any], None],
        refused: Callable[[str, ArtistError], None],
    ) -> None:
        """Let the engine do several tasks, one after the other; it is not started for them."""

        def follow(engine: Engine) -> Errands:
            return Errands(errands, engine)

        self._begin(what, follow, then, _unless_away(refused), connect=_found)

    def follow(
        self,
        what: str,
        connect: Callable[..., Engine],
        follow: Callable[[Engine], Any],
        then: Then,
        refused: Refused,
    ) -> None:
        """Follow something that goes on answering until it is given up."""
        self._begin(what, follow, _alone(then), _alone(refused), connect=connect)

    def is_asking(self, what: str) -> bool:
        """Whether an answer is still to come."""
        return what in self._asked

    def note(self, what: str) -> str:
        """Say in words what is being waited for."""
        asked = self._asked.get(what)
        return asked.watcher.note if asked is not None else ""

    def give_up(self, what: str) -> None:
        """Stop waiting for an answer."""
        asked = self._asked.pop(what, None)
        if asked is not None:
            self._end(asked.watcher)

    def poll(self) -> bool:
        """Tell whoever asked what was answered; say whether anything was."""
        heard = False
        for what, asked in list(self._asked.items()):
            for report in asked.watcher.poll():
                if self._asked.get(what) is not asked:
                    break
                heard = True
                _tell(asked, report)
            if asked.watcher.is_done and self._asked.get(what) is asked:
                self.give_up(what)
        self._sweep()
        return heard

    def close(self) -> None:
        """Give every question up."""
        for what in list(self._asked):
            self.give_up(what)
        self._sweep()

    def _begin(
        self,
        what: str,
        follow: Callable[[Engine], Any],
        then: Callable[[str, Any], None],
        refused: Callable[[str, ArtistError], None],
        *,
        connect: Callable[..., Engine] = Engine.connect,
    ) -> None:
        self.give_up(what)
        desk = self._desk
        connecting = {"host_version": desk.host_version, **desk.connecting()}

        def reach(say: Callable[[str], None], stop: Callable[[], bool]) -> Engine:
            return connect(desk.host, **{**connecting, "on_progress": say, "stop": stop})

        self._asked[what] = _Asked(Watcher("", reach, follow), then, refused)

    def _end(self, watcher: Watcher) -> None:
        watcher.close(0.0)
        self._ending.append(watcher)

    def _sweep(self) -> None:
        """Forget the threads that have ended."""
        for watcher in self._ending:
            watcher.poll()
            watcher.close(0.0)
        self._ending = [watcher for watcher in self._ending if not watcher.is_done]


def _alone(told: Callable[[Any], None]) -> Callable[[str, Any], None]:
    return lambda _key, value: told(value)


def _tell(asked: _Asked, report: Report) -> None:
    if isinstance(report.event, Answered):
        asked.then(report.job, report.event.answer)
    elif isinstance(report.event, Failed):
        asked.refused(report.job, report.event.error)


def _found(host: str, **connecting: Any) -> Engine:
    """Find the engine that runs; none is started only to be looked at."""
    return Engine.connect(host, **{**connecting, "start": False})


def _unless_away(refused: Callable[[str, ArtistError], None]) -> Callable[[str, ArtistError], None]:
    """Tell of everything but an engine that ended, which the panel says in its own place."""

    def told(key: str, problem: ArtistError) -> None:
        if not isinstance(problem, EngineGoneError):
            refused(key, problem)

    return told
