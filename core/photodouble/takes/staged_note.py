"""What the note of staged pictures says, and whether the take still is what it was made from."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from photodouble.ops.operation import Reporter
from photodouble.provenance.gate import recorded
from photodouble_client.errors import ArtistError

from .check import check_take
from .node_text import Door, NodeText
from .review_state import status
from .staged_spaces import encoding_of

if TYPE_CHECKING:
    from .staged_frame import StagedFrames
    from .store import Take

PATTERN = "frame.####.exr"
_LONGEST, _MOST_BYTES = 400, 590
"""The most signs that say what changed, for a label shows one line, and the most bytes that a node reads."""


def node_text(frames: StagedFrames, door: Door, report: Reporter) -> NodeText:
    """Put into words what a node needs of staged frames, in the order in which people read it."""
    take, box = frames.take, frames.format
    last = frames.begin + len(frames.order) - 1
    words = {
        "take": take.take_id,
        "label": _cut(" ".join(take.folder.parts[-3:])),
        "first": str(frames.begin),
        "last": str(last),
        "frames": str(len(frames.order)),
        "pattern": PATTERN,
        "display": f"{box.x0} {box.y0} {box.x1} {box.y1}",
        "pixel_aspect": f"{frames.pixel_aspect:.9g}",
        "space": frames.space,
        "encoding": encoding_of(frames.space),
        "fit": frames.wish.fit if frames.wish.format else "none",
        "planes": "R G B A K N" if frames.wish.origin else "R G B A",
        **_source_first(frames),
        **_standing(take, report),
        "inbox": door.inbox,
        "status": door.status,
    }
    return NodeText({key: value for key, value in words.items() if value})


def _source_first(frames: StagedFrames) -> dict[str, str]:
    """Number the first frame of the media, where the files follow the media frame by frame.

    In another order of playing no number of the media tells the file: then the node goes by time alone.
    """
    order = frames.order
    if any(later != earlier + 1 for earlier, later in itertools.pairwise(order)):
        return {}
    return {"source_first": str(frames.over.media_first + frames.begin - order[0])}


def _standing(take: Take, report: Reporter) -> dict[str, str]:
    """Say whether the take is current and what people decided, as far as can be seen."""
    notes, said = [], {"state": "current"}
    try:
        changes = check_take(take, report=report)
        if changes:
            said["state"] = "stale"
            notes.append("; ".join(change.message for change in changes[:3])[:_LONGEST])
    except ArtistError as error:
        said["state"] = "stale"
        notes.append(f"whether it is current cannot be seen: {error.message}")
    try:
        said["approval"] = status(take).state
    except ArtistError as error:
        notes.append(error.message)
    word = recorded(take.folder)
    if word in ("not cleared", "override"):
        notes.insert(0, f"consent: {word}")
    return {**said, "note": _cut(". ".join(notes))}


def _cut(text: str) -> str:
    """Cut a text to what a node reads: a value that is longer it leaves out whole."""
    return text.encode()[:_MOST_BYTES].decode(errors="ignore")
