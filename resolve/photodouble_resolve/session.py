"""The bridge: Resolve's objects stay in this script, and the panel asks for named actions over the engine."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional

from photodouble_client.engine import Engine
from photodouble_client.errors import ArtistError
from photodouble_client.sessions import HostSession
from photodouble_client.stored import bad_request

from .calls import ask
from .edition import Edition

LOG = logging.getLogger(__name__)
BREATH = 2.0
"""Seconds between two signs of life while Resolve renders; the engine forgets who is silent for a minute."""
PATIENCE = 5
"""How many looks in a row Resolve may be silent: a window of its own keeps it from answering for a while."""
STOP = "stop"
"""The one action that is heard while another is at work: it ends that."""
PAUSE = 1.0
"""Seconds for which a look for wishes waits; then it is seen whether panel and Resolve are still there."""
LOST = ("engine.no_job", "engine.refused")
"""An answer that comes too late: the engine was started anew, or the panel has gone."""


@dataclass
class Stage:
    """What every action is given: Resolve, what it is, the engine, and how often it was started again."""

    resolve: Any
    engine: Engine
    edition: Edition
    forward: int = 0
    on_progress: Callable[[str, int], None] = lambda _words, _percent: None
    should_stop: Callable[[], bool] = lambda: False


Action = Callable[[Stage, Mapping[str, Any]], Any]


def serve(
    stage: Stage, session: HostSession, actions: Mapping[str, Action], is_open: Callable[[], bool]
) -> bool:
    """Do what is asked for until the panel closes; False where Resolve closed first."""
    bridge = Bridge(stage, session, actions, is_open)
    missed = 0
    while is_open():
        missed = 0 if is_there(stage.resolve) else missed + 1
        if missed > PATIENCE:
            return False
        bridge.turn(PAUSE)
    return True


def is_there(resolve: Any) -> bool:
    """Whether Resolve still answers: its objects never say that it quit, they only give nothing."""
    return bool(ask(resolve, "GetProductName"))


class Bridge:
    """Do actions one after the other, as Resolve wants it; meanwhile the engine hears that this lives."""

    def __init__(
        self,
        stage: Stage,
        session: HostSession,
        actions: Mapping[str, Action],
        is_open: Callable[[], bool],
    ) -> None:
        self._stage = stage
        self._session = session
        self._actions = actions
        self._is_open = is_open
        self._kept: List[Dict[str, Any]] = []
        self._is_stopped = False
        self._breath = 0.0
        stage.on_progress = self._breathe
        stage.should_stop = self._should_stop

    def turn(self, pause: float) -> None:
        """Do what is asked for, having waited for it a while."""
        kept, self._kept = self._kept, []
        for wanted in kept or self._session.poll(pause):
            self._is_stopped = False
            self.settle(wanted)

    def settle(self, wanted: Dict[str, Any]) -> None:
        """Do one action and answer it; whatever goes wrong inside is the answer, and the bridge goes on."""
        try:
            answer, wrong = _done(self._stage, self._actions, wanted), None
        except ArtistError as problem:
            answer, wrong = None, problem
        self._tell(wanted, answer, wrong)

    def _tell(self, wanted: Dict[str, Any], answer: Any, wrong: Optional[ArtistError]) -> None:
        try:
            if wrong is not None:
                self._session.fail(wanted["action"], wrong)
            else:
                self._session.answer(wanted["action"], answer)
        except ArtistError as problem:
            if problem.code not in LOST:
                raise
            LOG.warning("an answer came too late: %s", problem)

    def _breathe(self, _words: str, _percent: int) -> None:
        """Tell the engine that this lives, and hear whether what is at work shall end."""
        now = time.monotonic()
        if now - self._breath < BREATH:
            return
        self._breath = now
        for wanted in self._session.poll():
            if wanted["name"] == STOP:
                self._is_stopped = True
                self._tell(wanted, {}, None)
            else:
                self._kept.append(wanted)

    def _should_stop(self) -> bool:
        self._breathe("", 0)
        return self._is_stopped or not self._is_open()


def _done(stage: Stage, actions: Mapping[str, Action], wanted: Dict[str, Any]) -> Any:
    name, arguments = wanted["name"], wanted["arguments"]
    if name not in actions or not isinstance(arguments, Mapping):
        raise bad_request("There is no action {!r} with {!r}.".format(name, arguments), "Ask for another.")
    try:
        return actions[name](stage, arguments)
    except ArtistError:
        raise
    except Exception as problem:  # the edge: one action that fails leaves the others
        LOG.exception("the action %s failed", wanted["name"])
        raise ArtistError(
            "engine.unexpected",
            "Something went wrong in Resolve's script",
            "Photo Double met a fault of its own while it spoke with Resolve.",
            "Try again; if it happens again, send us the details.",
            "{}: {}".format(type(problem).__name__, problem),
        ) from problem
