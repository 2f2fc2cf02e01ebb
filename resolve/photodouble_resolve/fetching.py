"""What fetching the pixels of a clip needs to know, and what both ways of it share."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, Mapping, Tuple

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from .clips import ClipFacts
from .colours import Encoding
from .runs import Wanted

if TYPE_CHECKING:
    from photodouble_client.engine import Engine

Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Fetching:
    """What fetching needs to know: the clip, what is wanted of it, how it is encoded, whom to tell."""

    resolve: Any
    engine: Engine
    item: Any
    facts: ClipFacts
    wanted: Wanted
    encoding: Encoding
    on_progress: Progress = lambda _words, _percent: None
    should_stop: Callable[[], bool] = lambda: False


def short_handles(facts: ClipFacts, handles: int) -> Tuple[str, ...]:
    """Say where the media has fewer frames beside the clip than are wanted."""
    if facts.head <= 0 and facts.tail <= 0 and handles > 0:
        return ("The media has no handles on either side of the clip.",)
    notes = []
    for side, there in (("before", facts.head), ("after", facts.tail)):
        if there < handles:
            count = "no handles" if there <= 0 else "{} of {} frames of handles".format(there, handles)
            notes.append("The media has {} {} the clip.".format(count, side))
    return tuple(notes)


def look(engine: Engine, path: str, frames: FrameRange, *, whole: bool = False) -> Mapping[str, Any]:
    """Let the engine look at pictures; raises ArtistError `input.missing_frames` that names what lacks."""
    looked: Mapping[str, Any] = engine.task(
        "media.look", {"path": path, "frames": frames.to_text(), "whole": whole}
    )
    if looked["missing"]:
        raise ArtistError(
            "input.missing_frames",
            "Some frames of the clip are missing",
            "{} has no frame {}.".format(os.path.basename(path), looked["missing"]),
            "Bring them back, or shorten the clip.",
            path,
        )
    return looked
