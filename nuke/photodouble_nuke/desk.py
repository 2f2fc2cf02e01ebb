"""Nuke as the panel sees it: the selected node, the playhead, and what the panel's buttons do to both."""

from __future__ import annotations

from typing import Any, List, Mapping, Optional, Sequence

import nuke

from photodouble_client.errors import ArtistError
from photodouble_client.wire import Submission
from photodouble_qt.desk import Desk, Place, Selection, Suggestion

from . import buttons, locks, suggested, takes
from .node import PhotoDoubleNode, is_ours


class NukeDesk(Desk):
    """The node that is selected, or the one whose panel was opened last."""

    host = "nuke"
    can_use = True
    can_lock = True
    submit_label = "Run the Node"
    submit_help = "Render what is connected where needed, and make a take of it"

    def __init__(self) -> None:
        """Look at Nuke as it is."""
        super().__init__()
        self._place: Optional[Place] = None
        self.host_version = nuke.NUKE_VERSION_STRING

    def selection(self) -> Optional[Selection]:
        """Give the selected node of ours; None where there is none."""
        pd = _selected()
        if pd is None:
            return None
        return Selection(
            name=pd.name,
            operation=pd.operation,
            takes_root=_root_of(pd),
            shot=pd.shot(),
            take=pd.take,
            frame=int(nuke.frame()),
            job=pd.job,
        )

    def look_at(self, place: Optional[Place]) -> None:
        """Be told which take the artist looks at: frames are kept from that one."""
        self._place = place

    def connecting(self) -> Mapping[str, Any]:
        """Give what the engine is found with."""
        from . import connecting

        given = dict(connecting.connecting())
        given.pop("host_version", None)
        return given

    def can_submit(self) -> bool:
        """Whether a node of ours with a plate is selected."""
        pd = _selected()
        return pd is not None and pd.node.input(0) is not None

    def submit(self) -> Optional[Submission]:
        """Run the node, which hands itself over when what it needs is rendered."""
        pd = _selected()
        if pd is not None:
            buttons.attempt(pd, buttons.BUTTONS["run"])
        return None

    def cancel(self, job: str) -> bool:
        """Cancel the selected node where the job is its own."""
        pd = _selected()
        if pd is None or pd.job != job:
            return False
        buttons.attempt(pd, buttons.BUTTONS["cancel"])
        return True

    def use_take(self, folder: str) -> None:
        """Let the selected node show a take; an empty folder is the plate."""
        pd = _needed()
        if folder:
            takes.choose(pd, folder)
        else:
            takes.choose_plate(pd)

    def go_to(self, frame: int) -> None:
        """Move the playhead."""
        nuke.frame(frame)

    def locked_frames(self) -> Sequence[int]:
        """List the frames that the next take keeps."""
        pd = _selected()
        return sorted(pd.locked) if pd is not None else ()

    def lock(self, frame: int, keep: bool) -> None:
        """Keep a frame of the take that is shown, or let it be made anew."""
        pd = _needed()
        if keep:
            locks.keep(pd, frame, self._place.folder if self._place is not None else "")
        else:
            locks.release(pd, frame)

    def suggested_frames(self) -> List[Suggestion]:
        """List the frames that were found to be worth painting for the selected node."""
        pd = _selected()
        if pd is None or "pd_suggestions" not in pd.node.knobs():
            return []
        return [Suggestion(frame, why) for frame, why in suggested.suggestions(pd)]

    def refresh(self) -> None:
        """Look at the takes again."""
        pd = _selected()
        if pd is not None:
            buttons.attempt(pd, buttons.refresh)


def _selected() -> Optional[PhotoDoubleNode]:
    found: List[PhotoDoubleNode] = [PhotoDoubleNode(node) for node in nuke.selectedNodes() if is_ours(node)]
    return found[0] if len(found) == 1 else None


def _needed() -> PhotoDoubleNode:
    pd = _selected()
    if pd is None:
        raise ArtistError(
            "usage.arguments",
            "No node is selected",
            "The panel works on the one node of Photo Double that is selected.",
            "Select one PD_ node in the node graph.",
        )
    return pd


def _root_of(pd: PhotoDoubleNode) -> str:
    """Give where the takes of a node are kept; empty while nothing says so."""
    try:
        return pd.takes_root()
    except ArtistError:
        return ""
