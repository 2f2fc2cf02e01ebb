"""What a clip says about its takes: its name, its markers and our key, written anew at every push."""

from __future__ import annotations

from typing import Any

import opentimelineio as otio

from photodouble.takes.review_words import APPROVED, REJECTED, RETAKE, Ruling

from .clips import is_take
from .metadata import MARK, NOT_APPROVED, plain_name, stamp, stamped
from .take_media import TakeMedia

Colour = otio.schema.MarkerColor


def mark_clip(
    clip: otio.schema.Clip, take: TakeMedia, key: str, *, plate: str, is_shown: bool, before: str
) -> None:
    """Write a take's state, notes and markers on its clip; `before` is the key of another take that it shows.

    What we wrote about this take before is taken away first; what others wrote stays.
    """
    is_temp = is_shown and not take.standing.is_approved
    stood = stamped(clip)
    takes = [str(other) for other, one in clip.media_references().items() if is_take(one)]
    facts: dict[str, Any] = {"kind": "clip", "takes": takes, "plate_key": plate}
    name = plain_name(clip.name)
    if is_shown or not before:
        facts["status"] = NOT_APPROVED if is_temp else take.standing.state if is_shown else "plate"
        clip.name = name + (MARK if is_temp else "")
        _drop_markers(clip, "shown")
    else:
        facts["status"] = stood.get("status", "plate")
    stamp(clip, {**facts, "name": name})
    _drop_markers(clip, key)
    if is_temp:
        clip.markers.append(_marker(clip, NOT_APPROVED, take.take.label, Colour.RED, {"about": "shown"}))
    state = f"{take.take.label}: {take.state}"
    clip.markers.append(_marker(clip, state, "", _colour(take.standing.state), {"about": key}))
    for ruling in take.standing.decisions:
        said = take.note(ruling)
        if said:
            word = ruling.told()["word"]
            named = f"{take.take.label}: {word}"
            clip.markers.append(_marker(clip, named, said, Colour.YELLOW, _about(key, ruling)))


def is_temp_name(clip: otio.schema.Clip) -> bool:
    """Whether the name of a clip says that it shows a take that is not approved."""
    return bool(clip.name.endswith(MARK))


def _about(key: str, ruling: Ruling) -> dict[str, Any]:
    return {"about": key, "record": ruling.record, "day": ruling.date or ruling.at[:10]}


def _marker(
    clip: otio.schema.Clip, name: str, comment: str, colour: Any, facts: dict[str, Any]
) -> otio.schema.Marker:
    """Return a marker on the first frame that the clip shows."""
    start = _start(clip)
    one = otio.opentime.RationalTime(1, start.rate)
    marker = otio.schema.Marker(
        name=name, marked_range=otio.opentime.TimeRange(start, one), color=colour, comment=comment
    )
    stamp(marker, {"kind": "marker", **facts})
    return marker


def _start(clip: otio.schema.Clip) -> otio.opentime.RationalTime:
    if clip.source_range is not None:
        return clip.source_range.start_time
    available = clip.media_reference.available_range
    return available.start_time if available is not None else otio.opentime.RationalTime(0, 24)


def _drop_markers(clip: otio.schema.Clip, about: str) -> None:
    for place in reversed(range(len(clip.markers))):
        if stamped(clip.markers[place]).get("about") == about:
            del clip.markers[place]


def _colour(state: str) -> Any:
    if state == APPROVED:
        return Colour.GREEN
    return Colour.RED if state in (REJECTED, RETAKE) else Colour.ORANGE
