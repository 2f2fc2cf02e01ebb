"""DaVinci Resolve as the panel sees it, from a process of its own: Resolve hears it over the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, FrozenSet, Mapping, Optional, Tuple

from photodouble_client.engine import Engine
from photodouble_client.errors import ArtistError
from photodouble_client.wire import Submission

from .asking import Asker, Then
from .desk import Desk, Selection
from .host_line import HostLine, SelectionLine
from .live import wait_for_engine

LOOKING = "host selection"
NOTHING = "Resolve was not heard of yet."


@dataclass(frozen=True)
class Clip:
    """The clip that is chosen in Resolve: its frames by the plate's numbers, its size in pixels."""

    ident: str
    name: str
    kind: str
    frame: int
    first: int
    last: int
    size: Tuple[int, int]
    takes_root: str
    shot: str
    take: str
    spaces: Tuple[str, ...] = ()
    """Encodings to choose from, where the project does not say how the clip is encoded."""

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Clip:
        """Read what the host told."""
        return cls(
            str(stored["ident"]),
            str(stored["name"]),
            str(stored["kind"]),
            int(stored["frame"]),
            int(stored["range"][0]),
            int(stored["range"][1]),
            (int(stored["size"][0]), int(stored["size"][1])),
            str(stored["takes_root"]),
            str(stored["shot"]),
            str(stored["take"]),
            tuple(str(one) for one in stored["spaces"]),
        )


class ResolveDesk(Desk):
    """Look at the clip that Resolve has under its playhead; what is asked of Resolve is answered later.

    `told` hears sentences for the artist, `wanted_in_front` that the menu was used again, and `wish` gives
    what a new take is made of, as the action `submit` takes it.
    """

    host = "resolve"
    can_use = True
    submit_label = "Make a Take"
    submit_help = "Hand the chosen clip over with the settings of the tool"
    use_help = "Show this take on the chosen clip, in its take selector"

    def __init__(self, session: str, connecting: Optional[Mapping[str, Any]] = None) -> None:
        super().__init__()
        self.session = session
        self.clip: Optional[Clip] = None
        self.why = NOTHING
        self.told: Callable[[str], None] = lambda _words: None
        self.wanted_in_front: Callable[[], None] = lambda: None
        self.wish: Callable[[], Optional[Dict[str, Any]]] = lambda: None
        self._connecting = dict(connecting or {})
        self._asker = Asker(self)
        self._problem: Optional[ArtistError] = None
        self._forward = 0
        self._ready: FrozenSet[str] = frozenset()
        self._tried: FrozenSet[str] = frozenset()
        self._is_lost = False
        self._has_heard = False

    def connecting(self) -> Mapping[str, Any]:
        """Give what `Engine.connect` takes beside the host."""
        return self._connecting

    def selection(self) -> Optional[Selection]:
        """Give the chosen clip as it was heard of last; raises once what went wrong since."""
        self._asker.poll()
        if not self._asker.is_asking(LOOKING) and not self._is_lost:
            self._look()
        problem, self._problem = self._problem, None
        if problem is not None:
            raise problem
        return None if self.clip is None else selection_of(self.clip)

    def can_submit(self) -> bool:
        """Whether a clip is chosen and a tool is ready."""
        return self.clip is not None and self.wish() is not None and not self._asker.is_asking("submit")

    def submit(self) -> Optional[Submission]:
        """Let Resolve hand the clip over; it knows the pixels, the engine makes the take."""
        wish = self.wish()
        if wish is not None:
            self.ask("submit", wish, self._tell)
        return None

    def use_take(self, folder: str) -> None:
        """Show a take on the chosen clip; an empty folder is the plate."""
        self.ask("use", {"folder": folder}, self._tell)

    def go_to(self, frame: int) -> None:
        """Move Resolve's playhead."""
        self.ask("jump", {"frame": frame}, lambda _answer: None)

    def refresh(self) -> None:
        """Let Resolve place what is finished, and show where every take stands by now."""
        if not self._asker.is_asking("place_waiting"):
            self._tried = self._tried | self._ready
            self.ask("place_waiting", {}, self._tell)

    def repair(self, action: str) -> bool:
        """Look for Resolve again, where it was lost."""
        self._is_lost = False
        return action == "look_again"

    def ask(self, name: str, arguments: Mapping[str, Any], then: Then) -> None:
        """Ask Resolve for an action; the answer comes with a later look at the selection."""
        session = self.session
        self._asker.ask(
            name, lambda engine: HostLine(engine, session).ask(name, arguments), then, self._refuse
        )

    def work(
        self, what: str, question: Callable[[Engine], Any], then: Then, refused: Callable[[ArtistError], None]
    ) -> None:
        """Ask engine and host anything; `then` or `refused` is heard with a later look at the selection."""
        self._asker.ask(what, question, then, refused)

    def is_busy(self, what: str) -> bool:
        """Whether an answer is still to come."""
        return self._asker.is_asking(what)

    def give_up(self, what: str) -> None:
        """Wait for an answer no longer."""
        self._asker.give_up(what)

    def close(self) -> None:
        """Ask nothing any more."""
        self._asker.close()

    def _look(self) -> None:
        session = self.session
        self._asker.follow(
            LOOKING, wait_for_engine, lambda engine: SelectionLine(engine, session), self._hear, self._lost
        )

    def _hear(self, answer: Any) -> None:
        self.clip = None if answer["clip"] is None else Clip.from_json(answer["clip"])
        self.why = str(answer["why"])
        self._ready = frozenset(str(one) for one in answer["ready"])
        if int(answer["forward"]) > self._forward:
            self._forward = int(answer["forward"])
            self.wanted_in_front()
        if self._ready - self._tried or not self._has_heard:
            self._has_heard = True
            self.refresh()

    def _lost(self, problem: ArtistError) -> None:
        """Look again where the engine ended; a host that is gone is told once, and not asked for ever."""
        if problem.code in ("engine.unreachable", "engine.stopped"):
            return
        self._is_lost = problem.code == "input.host_closed"
        self.clip, self.why = None, problem.message
        self._refuse(problem)

    def _tell(self, answer: Any) -> None:
        words = str(answer.get("words", ""))
        if words:
            self.told(words)

    def _refuse(self, problem: ArtistError) -> None:
        self._problem = problem


def selection_of(clip: Clip) -> Selection:
    """Give a clip as the panel's selection."""
    return Selection(clip.name, "", clip.takes_root, clip.shot, clip.take, clip.frame)
