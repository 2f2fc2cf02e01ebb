"""The one Nuke that is running: what every part of the fake shares."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Callable, Deque, Dict, List, Optional, Tuple

if TYPE_CHECKING:
    from .callbacks import Callbacks
    from .formats import Format
    from .history import History
    from .menus import Menu
    from .nodes import Group, Node
    from .root import Root

Queued = Tuple[Callable[..., Any], Tuple[Any, ...], Dict[str, Any], Optional["Answer"]]


class Answer:
    """What a call that was handed to the main thread gave back."""

    def __init__(self) -> None:
        self.given = threading.Event()
        self.value: Any = None


class Session:
    """One running Nuke: script, window, history, callbacks and what it has said."""

    def __init__(self, gui: bool, studio: bool, version: Tuple[int, int, int], always: bool) -> None:
        from .callbacks import Callbacks
        from .history import History

        self.gui = gui
        self.studio = studio
        self.version = version
        self.always = always
        self.main_thread = threading.current_thread()
        self.callbacks: Callbacks = Callbacks()
        self.history: History = History()
        self.queue: Deque[Queued] = deque()
        self.groups: List[Group] = []
        self.this_node: List[Node] = []
        self.this_knob: List[Any] = []
        self.formats: List[Format] = []
        self.defaults: Dict[str, Any] = {}
        self.messages: List[str] = []
        self.answers: List[Any] = []
        self.said: List[str] = []
        self.printed: List[str] = []
        self.menus: Dict[str, Menu] = {}
        self.panels: Dict[str, Any] = {}
        self.progress: List[Any] = []
        self.cancel_progress = False
        self.cancel_at: Optional[int] = None
        self.background_refused = False
        self.open_panels: List[Node] = []
        self.plugin_path: List[str] = []
        self.clipboard = ""
        self.background: List[Dict[str, Any]] = []
        self.executing = 0
        self.rendered: List[Tuple[str, int, str]] = []
        self.view = "main"
        self.studio_hand: Any = None
        self.root: Root = None  # type: ignore[assignment]

    def main_only(self, what: str) -> None:
        """Refuse the node graph to any thread but the main one (facts section 6)."""
        if threading.current_thread() is not self.main_thread:
            raise RuntimeError("%s: only the main thread may touch the node graph" % what)

    @property
    def group(self) -> Group:
        """Return the group that nodes are now made in (facts section 4, `with group`)."""
        return self.groups[-1] if self.groups else self.root


_RUNNING: List[Session] = []


def now() -> Session:
    """Return the Nuke that runs; raises RuntimeError where none was installed."""
    if not _RUNNING:
        raise RuntimeError("no Nuke is running: nuke_host.install() first")
    return _RUNNING[-1]


def start(session: Session) -> None:
    """Make a Nuke the one that runs."""
    _RUNNING[:] = [session]


def stop() -> None:
    """Leave no Nuke running."""
    del _RUNNING[:]
