"""The playhead in frames of the plate, and back: what the panel counts in is the plate's own numbers."""

from __future__ import annotations

from typing import Any, Tuple

from . import clips
from .calls import ask, refused, text, whole
from .clips import ClipFacts
from .timing import timecode_at


def plate_frame(facts: ClipFacts) -> int:
    """Give the frame of the plate under the playhead; beside the clip, the one that is nearest to it."""
    played = played_of(facts)
    return played[min(max(facts.playhead - facts.record_in, 0), len(played) - 1)]


def record_frame(facts: ClipFacts, frame: int) -> int:
    """Give the frame of the timeline that shows a frame of the plate, or comes nearest to it."""
    played = played_of(facts)
    nearest = min(range(len(played)), key=lambda place: (abs(played[place] - frame), place))
    return facts.record_in + nearest


def played_of(facts: ClipFacts) -> Tuple[int, ...]:
    """List the frames of the plate as the timeline shows them; at an odd speed, the nearest ones."""
    if facts.speed and float(facts.speed).is_integer():
        return facts.played()
    count, shown = max(1, facts.length), max(1, facts.source_out - facts.source_in)
    found = tuple(facts.source_in + min(shown - 1, place * shown // count) for place in range(count))
    return tuple(reversed(found)) if facts.is_reversed else found


def go_to(resolve: Any, facts: ClipFacts, frame: int) -> str:
    """Move the playhead to a frame of the plate and give its timecode, read back.

    Raises ArtistError `input.host_refused`: it does not move on every page.
    """
    timeline = clips.timeline_of(clips.project_of(resolve))
    begin = whole(timeline, "GetStartFrame") or 0
    start = text(timeline, "GetStartTimecode")
    timecode = timecode_at(start, record_frame(facts, frame) - begin, facts.timeline_rate)
    ask(timeline, "SetCurrentTimecode", timecode)
    found = text(timeline, "GetCurrentTimecode")
    if not timecode or found != timecode:
        raise refused(
            "The playhead did not move to {}. It does on the Cut, Edit, Color and Deliver pages.".format(
                frame
            ),
            "wanted {!r}, found {!r}".format(timecode, found),
        )
    return timecode
