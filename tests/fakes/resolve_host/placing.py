"""How clips come onto a timeline."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Dict, List

from .items import TimelineItem


def append(timeline: Any, entries: List[Dict[str, Any]]) -> List[TimelineItem]:
    """Place clips one after another.

    endFrame is exclusive; frames are those of the media from 0, recordFrame counts from midnight. Where the
    place is taken the clip that lies there stays: the new one is dropped without a word, is in the answer
    all the same, and whatever came with it is lost when the project is saved (facts sections 6 and 12).
    """
    given: List[TimelineItem] = []
    has_fault = False
    for entry in entries:
        item = _made(timeline, entry)
        if item is None:
            has_fault = True
            continue
        given.append(item)
        track = timeline._track("video", entry.get("trackIndex", 1))
        if track is None or track.is_locked or not track.is_free(item._record, item._record + item._length):
            has_fault = True
            continue
        item._track = track
        track.put(item)
        _sound(timeline, entry, item)
    for item in given:
        item._is_doomed = has_fault
    return given


def _made(timeline: Any, entry: Dict[str, Any]) -> Any:
    clip = entry.get("mediaPoolItem")
    if clip is None or not hasattr(clip, "_frames") or entry.get("mediaType") not in (None, 1):
        return None
    first = int(entry.get("startFrame", 0))
    end = int(entry.get("endFrame", clip._frames()))
    if clip._timeline is timeline or first < 0 or end > clip._frames() or end <= first:
        return None
    made = TimelineItem(timeline._host, timeline, clip._name, clip)
    made._kind = {"Timeline": "compound", "Compound": "compound", "Fusion": "fusion"}.get(clip._kind, "media")
    made._left = Fraction(first)
    made._length = int(Fraction(end - first) / made._ratio())
    if clip._is_still() and "endFrame" not in entry:
        made._length = 5 * int(timeline._rate())
    record = entry.get("recordFrame")
    track = timeline._track("video", entry.get("trackIndex", 1))
    ends = [item._record + item._length for item in track.items] if track else []
    made._record = int(record) if record is not None else max(ends, default=timeline._start)
    return made if made._length > 0 and made._record >= timeline._start else None


def _sound(timeline: Any, entry: Dict[str, Any], item: TimelineItem) -> None:
    """Lay the clip's sound beside it, unless only the picture was asked for."""
    if entry.get("mediaType") == 1 or item._clip._media is None or not item._clip._media.has_sound:
        return
    sound = TimelineItem(timeline._host, timeline, item._name, item._clip)
    sound._record, sound._length, sound._left = item._record, item._length, item._left
    track = timeline._track("audio", 1)
    if track.is_free(sound._record, sound._record + sound._length):
        sound._track = track
        track.put(sound)
        sound._linked, item._linked = [item], [sound]
