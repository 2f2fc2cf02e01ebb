"""Where the takes on the timeline stand in review: read from the engine, shown as markers and clip colours.

Decisions are made in the panel or on the review page, by named people; here they are only shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

from photodouble_client.errors import ArtistError

from . import clips, markers, remaining
from .calls import LOG, ask, text
from .placing import Shown

if TYPE_CHECKING:
    from photodouble_client.engine import Engine


def shown(engine: Engine, take: str, label: str, folder: str = "", takes_root: str = "") -> Shown:
    """Ask where a take stands, and what was said of it last."""
    told: Mapping[str, Any] = engine.task("takes.status", {"take": folder or take, "root": takes_root})
    said = told["told"]
    return Shown(take, label, str(told["state"]), _sentence(said[-1]) if said else str(told["text"]))


def renew(resolve: Any, engine: Engine) -> int:
    """Show on every take of the open timeline where it stands now; gives how many there are.

    A take whose folder is gone keeps the marker it has.
    """
    timeline = clips.timeline_of(clips.project_of(resolve))
    count = 0
    for _, item in clips.every_item(timeline):
        clip = ask(item, "GetMediaPoolItem")
        take = markers.take_of(clip)
        known = remaining.find(take) if take else None
        if known is None:
            continue
        try:
            label = text(clip, "GetThirdPartyMetadata", markers.LABEL_KEY) or known.name
            now = shown(engine, take, label, takes_root=known.takes_root)
        except ArtistError as problem:
            LOG.warning("where take %s stands is not known: %s", take, problem)
            continue
        markers.mark(item, take, now.status, now.label, now.note)
        markers.colour_clip(item, now.status)
        count += 1
    return count


def _sentence(decision: Mapping[str, str]) -> str:
    """Say a decision as the panel does: the word, by whom and when, and the reason."""
    said = "{} {}".format(decision["word"], decision["by"])
    return "{}: {}".format(said, decision["reason"]) if decision["reason"] else said
