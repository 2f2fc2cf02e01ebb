"""Clips that hold a timeline, and clips that come from nowhere."""

from __future__ import annotations

from typing import Any, List, Optional

from .clips import MediaPoolItem
from .items import TimelineItem
from .tracks import Track


def nested(timeline: Any, items: List[TimelineItem], kind: str, name: str) -> Optional[TimelineItem]:
    """Fold clips into one, which lies where they lay."""
    from .timeline import Timeline

    if not items or any(item._track is None for item in items):
        return None
    host, first = timeline._host, min(item._record for item in items)
    label = name or f"{kind} Clip {1 + len(timeline._project._pool._root._every_clip())}"
    inner = Timeline(host, timeline._project, label)
    inner._start = 0
    home: Track = items[0]._track
    for item in items:
        while len(inner._tracks["video"]) < len(timeline._tracks["video"]):
            inner._tracks["video"].append(Track(f"Video {len(inner._tracks['video']) + 1}"))
        place = timeline._tracks["video"].index(item._track)
        copy = item._copied(inner, inner._tracks["video"][place])
        copy._record -= first
        inner._tracks["video"][place].put(copy)
        item._track.items.remove(item)
        item._track = None
    clip = MediaPoolItem(host, label, None, kind)
    clip._timeline = inner
    clip._rate = timeline._rate()
    inner._clip = timeline._project._pool._current._put(clip)
    made = TimelineItem(host, timeline, label, clip)
    made._record, made._length = first, inner._end()
    made._kind = "compound" if kind == "Compound" else "fusion"
    made._track = home
    home.put(made)
    return made


def inserted(timeline: Any, name: str, kind: str) -> Optional[TimelineItem]:
    """Put five seconds of a generator or title at the playhead, on the first track (facts section 12)."""
    track: Track = timeline._tracks["video"][0]
    length = 5 * int(timeline._rate())
    if not name or not track.is_free(timeline._playhead, timeline._playhead + length):
        return None
    made = TimelineItem(timeline._host, timeline, name)
    made._record, made._length, made._kind = timeline._playhead, length, kind
    made._keeps_colour = False
    made._track = track
    track.put(made)
    if kind == "fusion":
        made._add_comp()
    return made
