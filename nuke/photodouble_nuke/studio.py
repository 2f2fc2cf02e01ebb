"""Nuke Studio: the actions on shots in a timeline and on clips and timelines in a bin.

Plain Nuke never imports this; `start.py` asks `nuke.env` first. Nothing is connected before an action.
"""

from __future__ import annotations

import traceback
from typing import Any, Callable, List, NamedTuple, Tuple

import hiero.core
import hiero.core.events
import hiero.ui
import nuke

from photodouble_client.language import said

from .operations import OPERATIONS

WHERE = ("kShowContextMenu/kTimeline", "kShowContextMenu/kBin", "kShowContextMenu/kSpreadsheet")
PULL = "Photo Double: Pull Shot for {}"
PUSH = "Photo Double: Push Take"
PUSH_TEMP = "Photo Double: Push Take as Temp"


class Chosen(NamedTuple):
    """What is selected: shots of one timeline, or a clip by itself."""

    sequence: Any
    items: Tuple[Any, ...]
    clip: Any = None

    @property
    def project(self) -> Any:
        """Return the project that it is in."""
        return (self.clip if self.sequence is None else self.sequence).project()


def listen() -> None:
    """Add the actions to the menus under the right mouse button."""
    for event in WHERE:
        hiero.core.events.registerInterest(event, _show_menu)


def _show_menu(event: Any) -> None:
    """Add the actions that fit the selection; whatever fails leaves the studio's own menu alone."""
    try:
        chosen = chosen_in(event.sender.selection()) if hasattr(event.sender, "selection") else None
        if chosen is None:
            return
        for name, call in _actions(chosen):
            event.menu.addAction(hiero.ui.createMenuAction(name, call))
    except Exception:  # noqa: BLE001, the edge: a menu of the studio may not break
        nuke.tprint("Photo Double: " + traceback.format_exc(limit=6))


def chosen_in(selection: Any) -> Any:
    """Say what a selection means; None where it is nothing that has shots."""
    items = [one for one in selection if isinstance(one, hiero.core.TrackItem) and _is_picture(one)]
    if items:
        sequence = items[0].parentSequence()
        return Chosen(sequence, tuple(one for one in items if one.parentSequence() == sequence))
    held = [one.activeItem() for one in selection if isinstance(one, hiero.core.BinItem)]
    if len(held) == 1 and isinstance(held[0], hiero.core.Sequence):
        return Chosen(held[0], ())
    if len(held) == 1 and isinstance(held[0], hiero.core.Clip):
        return Chosen(None, (), held[0])
    return None


def _is_picture(item: Any) -> bool:
    return isinstance(item.parentTrack(), hiero.core.VideoTrack)


def _actions(chosen: Chosen) -> List[Tuple[str, Callable[[], None]]]:
    pulls = [(PULL.format(name), _puller(chosen, operation)) for operation, name in OPERATIONS]
    return [
        *pulls,
        (PUSH, lambda: attempt(lambda: _push(chosen, is_temp=False))),
        (PUSH_TEMP, lambda: attempt(lambda: _push(chosen, is_temp=True))),
    ]


def _puller(chosen: Chosen, operation: str) -> Callable[[], None]:
    return lambda: attempt(lambda: _pull(chosen, operation))


def _pull(chosen: Chosen, operation: str) -> None:
    from . import studio_pull

    studio_pull.pull(chosen, operation)


def _push(chosen: Chosen, *, is_temp: bool) -> None:
    from . import studio_push

    studio_push.push(chosen, is_temp=is_temp)


def attempt(call: Callable[[], None]) -> None:
    """Do what an action says; what goes wrong is a message, never an exception in the studio."""
    try:
        from . import vendored

        vendored.use()
        from photodouble_client.errors import ArtistError
    except ImportError as problem:
        nuke.message(str(problem))
        return
    try:
        call()
    except ArtistError as problem:
        refuse(problem)
    except Exception as problem:  # noqa: BLE001, the edge
        nuke.tprint("Photo Double: " + traceback.format_exc(limit=6))
        nuke.message("Photo Double could not do this: {}".format(problem))


def refuse(problem: Any) -> None:
    """Say what went wrong, and what puts it right."""
    nuke.message("{}. {} {}".format(said(problem.title), said(problem.message), said(problem.fix)))
