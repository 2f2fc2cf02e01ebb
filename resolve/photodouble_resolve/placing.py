"""Put a take where its plate is: into the clip's take selector, or onto a track above at the same frames.

The selector is used only where it can be shown to work: what it did is read back, and undone where it is not
what was asked. On a track of its own the take gets the plate's grade, and the plate stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, List, Optional, Tuple

from . import grades, markers
from .calls import LOG, ask, listed, refused, text, whole
from .clips import ClipFacts, every_item
from .importing import Imported
from .runs import Pixels

TRACK = "Photo Double"


@dataclass(frozen=True)
class Placed:
    """Where a take is: `kind` take, track or plate; `notes` say what is left to do by hand."""

    kind: str
    words: str
    track: int = 0
    verified: bool = True
    notes: Tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """What a marker says of a take: its id, its label, its status and a note."""

    take: str
    label: str
    status: str = "suggestion"
    note: str = ""


def place(
    project: Any, item: Any, facts: ClipFacts, imported: Imported, pixels: Pixels, shown: Shown
) -> Placed:
    """Place a take and read back that it is there.

    Raises ArtistError `input.host_refused` where it can be placed neither way; the plate is then as it was.
    """
    timeline = ask(project, "GetCurrentTimeline")
    kind, target, track = "take", item, facts.track
    if not _can_be_take(facts, pixels) or not _as_take(item, facts, imported.clip):
        kind = "track"
        track, target = _on_track(project, timeline, facts, imported.clip)
    notes = imported.notes + (_dressed(item, target, pixels) if kind == "track" else ())
    markers.mark(target, shown.take, shown.status, shown.label, shown.note)
    markers.colour_clip(target, shown.status)
    where = "as a take of the clip" if kind == "take" else "on track {} above the plate".format(track)
    return Placed(kind, "{} lies {}.".format(shown.label, where), track, not notes, notes)


def _can_be_take(facts: ClipFacts, pixels: Pixels) -> bool:
    """Whether a take in the selector shows what the plate does: at its own speed, with nothing baked in."""
    return not facts.is_retimed and not pixels.is_baked and not facts.is_between_frames


def _as_take(item: Any, facts: ClipFacts, clip: Any) -> bool:
    """Add and select a take; say whether that can be read back. If not, it is taken away again."""
    count, selected = whole(item, "GetTakesCount") or 0, whole(item, "GetSelectedTakeIndex") or 0
    before = text(ask(item, "GetMediaPoolItem"), "GetUniqueId")
    held = _held(item, clip)
    if not held:
        ask(item, "AddTake", clip)
    added = held or whole(item, "GetTakesCount") or 0
    if not held and added <= count:
        return False
    ask(item, "SelectTakeByIndex", added)
    if _shows(item, facts, clip, added):
        return True
    _undo_take(item, count, selected, before)
    return False


def _held(item: Any, clip: Any) -> int:
    """Say which of the clip's takes is this one already; 0 where none is."""
    wanted = text(clip, "GetUniqueId")
    for index in range(1, (whole(item, "GetTakesCount") or 0) + 1):
        take = ask(item, "GetTakeByIndex", index)
        if isinstance(take, dict) and text(take.get("mediaPoolItem"), "GetUniqueId") == wanted:
            return index
    return 0


def _shows(item: Any, facts: ClipFacts, clip: Any, index: int) -> bool:
    """Whether the clip now shows the take, from its first frame, for the same length at the same place."""
    wanted = text(clip, "GetUniqueId")
    return (
        whole(item, "GetSelectedTakeIndex") == index
        and text(ask(item, "GetMediaPoolItem"), "GetUniqueId") == wanted
        and whole(item, "GetStart") == facts.record_in
        and whole(item, "GetEnd") == facts.record_out
        and whole(item, "GetLeftOffset") == 0
    )


def _undo_take(item: Any, count: int, selected: int, before: str) -> None:
    if selected:
        ask(item, "SelectTakeByIndex", selected)
    added = whole(item, "GetTakesCount") or 0
    if added > count:
        ask(item, "DeleteTakeByIndex", added)
    if not selected and (whole(item, "GetTakesCount") or 0) > 0:
        ask(item, "SelectTakeByIndex", 1)
    if text(ask(item, "GetMediaPoolItem"), "GetUniqueId") != before:
        raise refused("The clip's take selector shows something else than before: choose the plate there.")


def _on_track(project: Any, timeline: Any, facts: ClipFacts, clip: Any) -> Tuple[int, Any]:
    """Lay the take above the plate, on a track of ours that is free there, or on a new one."""
    lying = _lying(timeline, facts, clip)
    if lying is not None:
        return lying
    free = _free_track(timeline, facts)
    track = free or _new_track(timeline, facts)
    before = {text(one, "GetUniqueId") for _, one in every_item(timeline)}
    for end in _lengths(facts, clip):
        entry = {"mediaPoolItem": clip, "startFrame": 0, "endFrame": end, "recordFrame": facts.record_in}
        entry.update(trackIndex=track, mediaType=1)
        ask(ask(project, "GetMediaPool"), "AppendToTimeline", [entry])
        found = _new_item(timeline, before, track)
        if found is None:
            break
        if whole(found, "GetStart") == facts.record_in and whole(found, "GetEnd") == facts.record_out:
            return track, found
        _remove(timeline, found)
    if not free and not listed(timeline, "GetItemListInTrack", "video", track):
        ask(timeline, "DeleteTrack", "video", track)
    raise refused("The take could not be laid on track {} at the plate's frames.".format(track))


def _lying(timeline: Any, facts: ClipFacts, clip: Any) -> Optional[Tuple[int, Any]]:
    """Find the take where Resolve quit just after it was laid: it is dressed now, and not laid once more."""
    ident, place = text(clip, "GetUniqueId"), (facts.record_in, facts.record_out)
    for track, one in every_item(timeline):
        is_there = track > facts.track and (whole(one, "GetStart"), whole(one, "GetEnd")) == place
        if is_there and text(ask(one, "GetMediaPoolItem"), "GetUniqueId") == ident:
            return track, one
    return None


def _lengths(facts: ClipFacts, clip: Any) -> List[int]:
    """List how many frames may make the clip's length: rates that differ round, to one side or the other."""
    frames = whole_frames(clip)
    wanted = facts.length if facts.is_retimed else min(frames, facts.source_out - facts.source_in)
    return [one for one in (wanted, wanted + 1, wanted - 1, frames) if 0 < one <= frames]


def whole_frames(clip: Any) -> int:
    """Count the frames of a clip of the media pool."""
    try:
        return int(float(str(ask(clip, "GetClipProperty", "Frames"))))
    except ValueError:
        return 0


def _free_track(timeline: Any, facts: ClipFacts) -> int:
    """Find a track of ours above the plate that is empty where the plate is; 0 where there is none."""
    count = whole(timeline, "GetTrackCount", "video") or 0
    for track in range(facts.track + 1, count + 1):
        if not text(timeline, "GetTrackName", "video", track).startswith(TRACK):
            continue
        if ask(timeline, "GetIsTrackLocked", "video", track):
            continue
        if all(_is_apart(one, facts) for one in listed(timeline, "GetItemListInTrack", "video", track)):
            return track
    return 0


def _is_apart(item: Any, facts: ClipFacts) -> bool:
    begin, end = whole(item, "GetStart"), whole(item, "GetEnd")
    return begin is not None and end is not None and (end <= facts.record_in or begin >= facts.record_out)


def _new_track(timeline: Any, facts: ClipFacts) -> int:
    """Add a track just above the plate's where this version can, else at the top."""
    count = whole(timeline, "GetTrackCount", "video") or 0
    if facts.track < count:
        ask(timeline, "AddTrack", "video", {"index": facts.track + 1})
    if (whole(timeline, "GetTrackCount", "video") or 0) == count:
        ask(timeline, "AddTrack", "video")
    if whole(timeline, "GetTrackCount", "video") != count + 1:
        raise refused("No video track could be added above the plate.")
    track = _empty_track(timeline, facts)
    ask(timeline, "SetTrackName", "video", track, TRACK)
    return track


def _empty_track(timeline: Any, facts: ClipFacts) -> int:
    """Find the new track: the lowest empty one above the plate, wherever Resolve put it."""
    count = whole(timeline, "GetTrackCount", "video") or 0
    for track in range(facts.track + 1, count + 1):
        if not listed(timeline, "GetItemListInTrack", "video", track):
            return track
    return count


def _new_item(timeline: Any, before: Any, track: int) -> Optional[Any]:
    """Find what is on the track now and was not there: what AppendToTimeline answers may not exist."""
    for one in listed(timeline, "GetItemListInTrack", "video", track):
        if text(one, "GetUniqueId") not in before:
            return one
    return None


def _remove(timeline: Any, item: Any) -> None:
    ident = text(item, "GetUniqueId")
    for _ in range(3):
        ask(timeline, "DeleteClips", [item])
        if all(text(one, "GetUniqueId") != ident for _, one in every_item(timeline)):
            return
    LOG.warning("a clip of a wrong length stayed on the timeline")
    raise refused("A take of a wrong length stayed on the track {}: delete it by hand.".format(TRACK))


def _dressed(plate: Any, taken: Any, pixels: Pixels) -> Tuple[str, ...]:
    notes = grades.copy_grade(plate, taken) + grades.copy_group(plate, taken)
    if not pixels.is_baked:
        notes += grades.copy_shape(plate, taken) + grades.copy_comps(plate, taken)
    return notes
