"""Hosts that are open: each registers a closed list of actions, and asks again and again what it is to do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from photodouble_client.errors import ArtistError
from photodouble_client.wire import checked_id, new_id

from .answers import nowhere, refused

LIFE = 60.0
LONGEST_WAIT = 25.0
MOST_SESSIONS = 64
MOST_ACTIONS = 64
WAITING, GIVEN, ANSWERED, FAILED = "waiting", "given", "answered", "failed"
STATES = (WAITING, GIVEN, ANSWERED, FAILED)


@dataclass
class Action:
    """One thing a host is asked to do, and what came of it."""

    action: str
    name: str
    arguments: dict[str, Any]
    state: str = WAITING
    answer: Any = None
    error: ArtistError | None = None

    def to_json(self) -> dict[str, Any]:
        """Write the action as plain JSON values."""
        error = None if self.error is None else self.error.to_json()
        return {**vars(self), "error": error}


@dataclass
class Session:
    """One open host."""

    session: str
    host: str
    host_version: str
    allowed: tuple[str, ...]
    heard: float
    actions: dict[str, Action] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def to_json(self) -> dict[str, Any]:
        """Write the session as plain JSON values."""
        return {
            "session": self.session,
            "host": self.host,
            "host_version": self.host_version,
            "actions": list(self.allowed),
        }

    def open_actions(self) -> list[Action]:
        """List the actions that the host has not answered."""
        return [action for action in self.actions.values() if action.state in (WAITING, GIVEN)]


class HostSessions:
    """Keeps the open hosts; one that is not heard of for a minute has ended."""

    def __init__(
        self, on_change: Callable[[bool], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._on_change = on_change
        self._clock = clock
        self._sessions: dict[str, Session] = {}

    @property
    def is_any(self) -> bool:
        """Whether any host is open."""
        return bool(self._sessions)

    def begin(self, host: str, host_version: str, actions: tuple[str, ...], ident: str = "") -> Session:
        """Register a host, or one again that lost its engine, with the closed list of what it can do."""
        ident = checked_id(ident) if ident else new_id()
        if ident not in self._sessions and len(self._sessions) >= MOST_SESSIONS:
            raise refused(f"There are {MOST_SESSIONS} open hosts already.", "Close one of them.")
        session = Session(ident, host, host_version, actions, self._clock())
        old = self._sessions.get(ident)
        if old is not None:
            session.actions = old.actions
            old.news.set()
        self._sessions[ident] = session
        self._on_change(True)
        return session

    def open(self) -> list[Session]:
        """List the open hosts."""
        self.sweep()
        return list(self._sessions.values())

    def alive(self, ident: str) -> Session:
        """Note that a host is alive; raises ArtistError `engine.no_job` if it is not registered."""
        session = self.find(ident)
        session.heard = self._clock()
        return session

    def end(self, ident: str) -> Session:
        """Let a host go."""
        session = self.find(ident)
        self._let_go(session)
        return session

    def sweep(self) -> None:
        """End the hosts that were not heard of for a minute."""
        late = self._clock() - LIFE
        for session in [each for each in self._sessions.values() if each.heard < late]:
            self._let_go(session)

    def ask(self, ident: str, name: str, arguments: dict[str, Any]) -> Action:
        """Ask a host to do one of the things it registered."""
        session = self.find(ident)
        if name not in session.allowed:
            allowed = ", ".join(session.allowed) or "nothing"
            raise refused(f"{session.host} did not offer {name!r}.", f"It offers: {allowed}.")
        if len(session.open_actions()) >= MOST_ACTIONS:
            raise refused(f"{session.host} has {MOST_ACTIONS} things to do already.", "Wait for it.")
        _forget_oldest(session)
        action = Action(new_id(), name, arguments)
        session.actions[action.action] = action
        session.news.set()
        return action

    async def wanted(self, ident: str, wait: float) -> list[Action]:
        """Give a host what it is to do, waiting for it a while; what is given is not given again."""
        session = self.alive(ident)
        session.news.clear()
        if not _waiting(session) and wait > 0:
            try:
                async with asyncio.timeout(min(wait, LONGEST_WAIT)):
                    await session.news.wait()
            except TimeoutError:
                pass
        session = self.alive(ident)
        given = _waiting(session)
        for action in given:
            action.state = GIVEN
        return given

    def action(self, ident: str, action: str) -> Action:
        """Find one action of a host."""
        found = self.find(ident).actions.get(checked_id(action))
        if found is None:
            raise nowhere(f"action {action}")
        return found

    def settle(self, ident: str, action: str, answer: Any, error: ArtistError | None) -> Action:
        """Note what came of an action; a second answer is refused."""
        self.alive(ident)
        found = self.action(ident, action)
        if found.state in (ANSWERED, FAILED):
            raise refused("The action was answered already.", "Answer each action once.")
        found.answer, found.error = answer, error
        found.state = ANSWERED if error is None else FAILED
        return found

    def find(self, ident: str) -> Session:
        """Find a host; raises ArtistError `engine.no_job`."""
        self.sweep()
        session = self._sessions.get(checked_id(ident))
        if session is None:
            raise nowhere(f"open host {ident}")
        return session

    def _let_go(self, session: Session) -> None:
        del self._sessions[session.session]
        session.news.set()
        self._on_change(self.is_any)


def _waiting(session: Session) -> list[Action]:
    return [action for action in session.actions.values() if action.state == WAITING]


def _forget_oldest(session: Session) -> None:
    settled = [each.action for each in session.actions.values() if each.state in (ANSWERED, FAILED)]
    for action in settled[:-MOST_ACTIONS]:
        del session.actions[action]
