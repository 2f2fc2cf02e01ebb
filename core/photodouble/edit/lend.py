"""A new cut that does not name its media, or not where they lie here, takes them from the old cut."""

from __future__ import annotations

import copy
import dataclasses
from collections import defaultdict
from collections.abc import Sequence

import opentimelineio as otio

from .clips import clips_of
from .edit import Edit
from .join import Joining
from .media import Media, MediaFinder
from .metadata import plain_name
from .note import Note
from .seen import media_key
from .shot import Shot


def lent(edit: Edit, old: Joining, finder: MediaFinder) -> Edit:
    """Return the cut with the old cut's plates for clips whose media was not found.

    An EDL names none at all. A plate is lent to a clip whose file has its name, else to one that is called as
    its clip was, where that means one plate only and the clip's source time lies in it; a note says so.
    """
    known = _Known(old.shots)
    lending = dataclasses.replace(edit, root=copy.deepcopy(edit.root))
    notes = []
    for clip in clips_of(lending.root):
        media = finder.of(clip.media_reference, edit.path, name=clip.name)
        if media.on_disk or media.kind == "generator":
            continue
        shot = known.meant(clip, media)
        if shot is None:
            continue
        clip.media_reference = _reference(clip, shot)
        what = f"Its media was not found, so that of the old cut is taken: {shot.media.pattern}."
        notes.append(Note("media", plain_name(clip.name), what))
    return dataclasses.replace(lending, notes=(*edit.notes, *notes)) if notes else edit


class _Known:
    """The plates of a cut, by the names of their clips and of their files."""

    def __init__(self, shots: Sequence[Shot]) -> None:
        self._named: dict[str, list[Shot]] = defaultdict(list)
        self._files: dict[str, list[Shot]] = defaultdict(list)
        for shot in shots:
            if shot.media.on_disk:
                self._named[plain_name(shot.clip.name)].append(shot)
                self._files[_file(shot.media.pattern)].append(shot)

    def meant(self, clip: otio.schema.Clip, media: Media) -> Shot | None:
        """Return a shot with the plate that a clip means, if there is exactly one such plate."""
        by_file = self._files.get(_file(media.pattern), []) if media.pattern else []
        by_name = self._named.get(plain_name(clip.name), []) if clip.name else []
        for found in (by_file, [one for one in by_file if one in by_name], by_name):
            fitting = [one for one in found if _fits(clip, one)]
            if len({media_key(one.media.pattern) for one in fitting}) == 1:
                return fitting[0]
        return None


def _file(pattern: str) -> str:
    return media_key(pattern).rpartition("/")[2]


def _reference(clip: otio.schema.Clip, shot: Shot) -> otio.core.MediaReference:
    """Copy the plate of a shot; it counts by the timecode in its headers where the clip does, as an EDL's."""
    reference = copy.deepcopy(shot.clip.media_reference)
    available, code = shot.available, shot.media.start_timecode
    if available is not None and code is not None and not _lies(clip, shot, float(available.start)):
        rate = float(available.rate)
        start, length = otio.opentime.RationalTime(code.count, rate), available.count
        reference.available_range = otio.opentime.TimeRange(start, otio.opentime.RationalTime(length, rate))
    return reference


def _fits(clip: otio.schema.Clip, shot: Shot) -> bool:
    """Whether the source time of a clip lies in the media of a shot, as its cut or its headers count it."""
    available, code = shot.available, shot.media.start_timecode
    if available is None:
        return False
    starts = [float(available.start)]
    if code is not None and available.step == 1 and shot.media.first == available.first:
        starts.append(float(code.count))
    return any(_lies(clip, shot, start) for start in starts)


def _lies(clip: otio.schema.Clip, shot: Shot, start: float) -> bool:
    """Whether a clip shows only frames of a shot's media, if that begins at a source time."""
    source, available = clip.source_range, shot.available
    if source is None or available is None:
        return False
    first = source.start_time.rescaled_to(float(available.rate)).value
    last = source.end_time_inclusive().rescaled_to(float(available.rate)).value
    return bool(start <= first and last <= start + (available.last - available.first) // available.step)
