"""An open host that lets others ask things of it: a closed list of actions that it polls for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, List

from .errors import ArtistError
from .stored import Json

if TYPE_CHECKING:
    from .engine import Engine


class HostSession:
    """Hold the place of this host among the open ones. An engine that was started anew is told again."""

    def __init__(self, engine: Engine, actions: List[str], session: str = "") -> None:
        """Register the host and the names of the actions that may be asked of it."""
        self._engine = engine
        self._actions = list(actions)
        self.session = session
        self._register()

    def poll(self, wait: float = 0.0) -> List[Json]:
        """Fetch what is asked of this host, waiting up to so many seconds (25 at most) for something."""
        query = f"actions?wait={min(25.0, max(0.0, wait)):g}"
        return list(self._ask("GET", query)["actions"])

    def answer(self, action: str, answer: Any = None) -> None:
        """Answer an action that was done."""
        self._ask("POST", f"actions/{action}/answer", {"answer": answer})

    def fail(self, action: str, error: ArtistError) -> None:
        """Answer an action that could not be done."""
        self._ask("POST", f"actions/{action}/answer", {"error": error.to_json()})

    def keep_alive(self) -> None:
        """Say that the host is still open; polling says so, too. Silent for a minute, it counts as closed."""
        self._ask("POST", "alive", {})

    def close(self) -> None:
        """Say that the host closes."""
        try:
            self._engine.ask("DELETE", f"/sessions/{self.session}", start=False)
        except ArtistError as problem:
            if problem.code not in ("engine.no_job", "engine.unreachable"):
                raise

    def _register(self) -> None:
        content = {"actions": self._actions, "host": self._engine.host}
        content["host_version"] = self._engine.host_version
        if self.session:
            content["session"] = self.session
        self.session = str(self._engine.ask("POST", "/sessions", content)["session"])

    def _ask(self, method: str, path: str, content: Any = None) -> Json:
        try:
            return self._engine.ask(method, f"/sessions/{self.session}/{path}", content)
        except ArtistError as problem:
            if problem.code != "engine.no_job" or path.endswith("/answer"):
                raise
        self._register()
        return self._engine.ask(method, f"/sessions/{self.session}/{path}", content)
