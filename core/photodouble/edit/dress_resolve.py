"""What Resolve wants beside paths: timecoded source ranges, its track names, no clip without media.

It follows the shape that Resolve itself writes; see "OTIO with Resolve" in the documentation of edits.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import opentimelineio as otio

from .edit import Edit
from .media import MediaFinder
from .metadata import stamp, stamped
from .note import Note
from .shot import Shot
from .shots import list_shots, record_rate

RESOLVE = "Resolve_OTIO"
_HOUR = 3600
_WORDS = {otio.schema.TrackKind.Video: "Video", otio.schema.TrackKind.Audio: "Audio"}


def dress_for_resolve(edit: Edit, finder: MediaFinder) -> list[Note]:
    """Change the timeline of an edit in place, and return what changed."""
    timeline = edit.root
    notes = _start_at_an_hour(timeline, edit.rate)
    for shot in list_shots(edit, finder=finder):
        notes += _count_timecode(shot)
    notes += _gaps_for_offline(timeline)
    _name_tracks(timeline)
    for holder in _holders(timeline):
        for marker in holder.markers:
            _note_of_marker(marker)
    return notes


def _start_at_an_hour(timeline: otio.schema.Timeline, said: str) -> list[Note]:
    if timeline.global_start_time is not None:
        return []
    rate = float(record_rate(timeline, said))
    timeline.global_start_time = otio.opentime.RationalTime(_HOUR * round(rate), rate)
    what = "The cut says no start; it starts at 01:00:00:00, as Resolve's own timelines do."
    return [Note("time", timeline.name, what)]


def _count_timecode(shot: Shot) -> list[Note]:
    """Let source range, available range and markers of a clip count from the timecode of its media."""
    clip, available, reference = shot.clip, shot.available, shot.clip.media_reference
    said = reference.available_range
    if shot.media.kind not in ("sequence", "movie", "still"):
        if said is None and not isinstance(reference, otio.schema.MissingReference):
            reference.available_range = clip.source_range
        return []
    wanted, rate = _timecode_of(shot), float(available.rate)
    moved = wanted - available.start
    length = said.duration if said is not None else otio.opentime.RationalTime(available.count, rate)
    start = otio.opentime.RationalTime(float(wanted), rate)
    reference.available_range = otio.opentime.TimeRange(start, length)
    source = clip.source_range
    if source is None:
        clip.source_range = reference.available_range
    if source is None or not moved:
        return []
    begin = otio.opentime.RationalTime(_later(source.start_time, moved, rate), source.start_time.rate)
    clip.source_range = otio.opentime.TimeRange(begin, source.duration)
    for marker in clip.markers:
        span = marker.marked_range
        start = otio.opentime.RationalTime(_later(span.start_time, moved, rate), span.start_time.rate)
        marker.marked_range = otio.opentime.TimeRange(start, span.duration)
    what = f"Its source range counts from the media's timecode now: {float(moved):+g} frames."
    return [Note("time", shot.name, what)]


def _timecode_of(shot: Shot) -> Fraction:
    """Return the timecode, as a number of frames, of the media's first frame as Resolve counts it.

    The file's own timecode; else what the cut says, unless that is below the number of a sequence's first
    file, which then stands for it.
    """
    available, media = shot.available, shot.media
    if media.start_timecode is not None:
        return Fraction(media.start_timecode.count + available.first - media.first)
    if media.kind == "sequence":
        return max(available.start, Fraction(available.first))
    return available.start


def _later(time: otio.opentime.RationalTime, moved: Fraction, rate: float) -> float:
    same = abs(time.rate - rate) < 0.01
    return float(time.value + (float(moved) if same else float(moved) * time.rate / rate))


def _gaps_for_offline(timeline: otio.schema.Timeline) -> list[Note]:
    """Put a gap where a clip has no media at all, as a Fusion title: with one of them nothing is imported."""
    notes = []
    for clip in list(timeline.find_clips()):
        if not isinstance(clip.media_reference, otio.schema.MissingReference):
            continue
        above = clip.parent()
        place = above.index(clip)
        length = clip.trimmed_range().duration if clip.source_range is not None else None
        gap = otio.schema.Gap(
            name=clip.name,
            source_range=otio.opentime.TimeRange(otio.opentime.RationalTime(0, length.rate), length)
            if length is not None
            else otio.opentime.TimeRange(),
        )
        above[place] = gap
        what = "It names no media; a gap of the same length stands there, as Resolve imports no such clip."
        notes.append(Note("dropped", clip.name, what, "Relink it first (--search) if it has media."))
    return notes


def _name_tracks(timeline: otio.schema.Timeline) -> None:
    counted: dict[str, int] = {}
    for track in timeline.tracks:
        word = _WORDS.get(getattr(track, "kind", ""), "")
        if not word:
            continue
        counted[word] = counted.get(word, 0) + 1
        name = f"{word} {counted[word]}"
        if track.name and track.name != name:
            stamp(track, {**stamped(track), "kind": "track", "name": track.name})
        track.name = name


def _holders(timeline: otio.schema.Timeline) -> list[Any]:
    return [*timeline.find_children(descended_from_type=otio.core.Item), timeline.tracks]


def _note_of_marker(marker: otio.schema.Marker) -> None:
    """Repeat the comment of a marker where Resolve looks for it."""
    own = marker.metadata.get(RESOLVE)
    if own is None:
        marker.metadata[RESOLVE] = {"Note": marker.comment or marker.name}
    elif "Note" not in own:
        own["Note"] = marker.comment or marker.name
