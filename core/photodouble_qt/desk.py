"""What the panel asks of the program that it is docked in: a host implements `Desk`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from photodouble_client.wire import Submission


@dataclass(frozen=True)
class Selection:
    """What the artist works on in the host, usually one node.

    Its takes lie in `takes_root`, under the names of shot and operation (empty: all there are). `take` is the
    id of the take in use, `frame` the playhead by the plate's numbers, `job` the node's latest.
    """

    name: str
    operation: str = ""
    takes_root: str = ""
    shot: str = ""
    take: str = ""
    frame: Optional[int] = None
    job: str = ""


@dataclass(frozen=True)
class Suggestion:
    """A frame that is worth a look, and why."""

    frame: int
    why: str


@dataclass(frozen=True)
class Place:
    """A take that the artist looks at in the panel."""

    take: str
    folder: str
    name: str
    frames: Tuple[int, ...] = field(default=(), repr=False)


class Desk:
    """The host as the panel sees it. Everything is called on the host's own thread and must return at once.

    What a host cannot do stays as it is here, and the panel leaves its button out. Whatever is wrong is
    raised as ArtistError and shown in the panel. `notes` outlives the widget, which hosts make and destroy
    as panels float, dock and are restored.
    """

    host = ""
    host_version = ""
    can_use = False
    """Whether `use_take` does something."""
    can_lock = False
    """Whether `lock` does something."""
    submit_label = "Make a Take"
    submit_help = "Hand the selected node over to the engine"
    use_help = "Let the selected node show this take"

    def __init__(self) -> None:
        self.notes: Dict[str, Any] = {}

    def connecting(self) -> Mapping[str, Any]:
        """Give what `Engine.connect` takes beside the host."""
        return {}

    def selection(self) -> Optional[Selection]:
        """Give what is selected; None where nothing of Photo Double is."""
        return None

    def look_at(self, place: Optional[Place]) -> None:
        """Be told which take the artist looks at in the panel."""

    def can_submit(self) -> bool:
        """Whether there is something to hand over."""
        return False

    def submit(self) -> Optional[Submission]:
        """Make a take: hand it over by itself and give None, or give what the panel is to hand over."""
        return None

    def cancel(self, job: str) -> bool:
        """Stop what the host itself does for a job; False where it does nothing, and the engine is asked."""
        del job
        return False

    def use_take(self, folder: str) -> None:
        """Let the selected node show a take; an empty folder is the plate."""

    def go_to(self, frame: int) -> None:
        """Move the playhead to a frame of the plate."""

    def locked_frames(self) -> Sequence[int]:
        """List the frames that the next take keeps as they are."""
        return ()

    def lock(self, frame: int, keep: bool) -> None:
        """Keep a frame of the take that is looked at in the next one, or let it be made anew."""

    def suggested_frames(self) -> List[Suggestion]:
        """List frames that the host knows are worth a look, such as those to paint."""
        return []

    def repair(self, action: str) -> bool:
        """Do the one-click repair of an error; False where the host does not know it."""
        del action
        return False

    def refresh(self) -> None:
        """Be told that takes were made or decided about, so that the node can look again."""

    def visit(self, address: str) -> bool:
        """Open a page in a browser; False where the panel is to do it."""
        del address
        return False


class _Current:
    """The desk of this process: a host makes panels by the name of their class alone."""

    desk: Optional[Desk] = None


def current() -> Desk:
    """Give the desk of this process; without a host, one that has nothing selected."""
    if _Current.desk is None:
        _Current.desk = Desk()
    return _Current.desk


def use(desk: Optional[Desk]) -> None:
    """Let every panel that is made from now on belong to a desk; None: to none."""
    _Current.desk = desk
