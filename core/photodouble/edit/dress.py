"""An edit is dressed for its reader: on a copy, and with a note for everything that is left out."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import opentimelineio as otio

from photodouble_client.errors import ArtistError

from .clips import DEFAULT, clips_of
from .dress_reference import dressed_reference
from .dress_resolve import dress_for_resolve
from .edit import Edit
from .media import MediaFinder
from .metadata import plain_name, stamp, stamped
from .note import Note
from .profile import Profile


def dressed(edit: Edit, profile: Profile, finder: MediaFinder) -> Edit:
    """Return a copy of an edit as a reader takes it; what was left out or changed is added to its notes.

    Raises ArtistError `input.edit_profile` where the root is nothing that the reader takes.
    """
    root = copy.deepcopy(edit.root)
    notes: list[Note] = []
    if profile.needs_timeline:
        root = _timeline(root, edit, profile)
    ready = dataclasses.replace(edit, root=root)
    if profile.is_timecoded:
        notes += dress_for_resolve(ready, finder)
    for clip in clips_of(root):
        if profile.one_reference:
            notes += _keep_one(clip, profile)
        _address(clip, profile, ready, finder)
    if profile.name == "nukestudio":
        notes += _unread_by_studio(root, profile)
    return dataclasses.replace(ready, notes=(*edit.notes, *notes))


def _keep_one(clip: otio.schema.Clip, profile: Profile) -> list[Note]:
    """Leave a clip its active reference only, under the key where old readers look."""
    references = {str(key): one for key, one in clip.media_references().items()}
    active = str(clip.active_media_reference_key)
    dropped = [key for key in references if key != active]
    if not dropped and active == DEFAULT:
        return []
    clip.set_media_references({DEFAULT: copy.deepcopy(references[active])}, DEFAULT)
    if not dropped:
        return []
    facts = stamped(clip)
    if facts:
        stamp(clip, {**facts, "kept": active, "left_out": dropped})
    what = f"{profile.reader} keeps one file for a clip: {active} is written, {', '.join(dropped)} left out."
    return [Note("dropped", plain_name(clip.name), what)]


def _address(clip: otio.schema.Clip, profile: Profile, edit: Edit, finder: MediaFinder) -> None:
    references = {str(key): one for key, one in clip.media_references().items()}
    ready = {key: dressed_reference(one, profile, edit, finder) for key, one in references.items()}
    if any(ready[key] is not references[key] for key in references):
        clip.set_media_references(ready, str(clip.active_media_reference_key))


def _timeline(root: Any, edit: Edit, profile: Profile) -> otio.schema.Timeline:
    """Return the root as a timeline; raises ArtistError `input.edit_profile`."""
    if isinstance(root, otio.schema.Timeline):
        return root
    if isinstance(root, otio.schema.SerializableCollection):
        inner = [one for one in root if isinstance(one, otio.schema.Timeline)]
        if len(inner) == len(root) == 1:
            return copy.deepcopy(inner[0])
        raise ArtistError(
            "input.edit_profile",
            "The program opens one timeline at a time",
            f"{edit.path.name} is a collection of {len(root)}, {len(inner)} of them timelines.",
            f"Write each timeline for {profile.reader} by itself.",
        )
    timeline = otio.schema.Timeline(name=getattr(root, "name", "") or edit.path.stem)
    child = copy.deepcopy(root)
    if isinstance(child, otio.schema.Stack):
        timeline.tracks = child
    elif isinstance(child, otio.schema.Track):
        timeline.tracks.append(child)
    elif isinstance(child, otio.core.Item):
        track = otio.schema.Track(name="Video 1", kind=otio.schema.TrackKind.Video)
        track.append(child)
        timeline.tracks.append(track)
    else:
        raise ArtistError(
            "input.edit_profile",
            "There is no cut in this file",
            f"{edit.path.name} holds {type(root).__name__}, which no timeline can be made of.",
            "Give a timeline, a track or a clip.",
        )
    return timeline


def _unread_by_studio(root: Any, profile: Profile) -> list[Note]:
    """Say what stays in the file though the reader passes over it."""
    nested = [
        one.name or type(one).__name__
        for track in root.tracks
        for one in (track if isinstance(track, otio.schema.Track) else ())
        if isinstance(one, otio.core.Composition)
    ]
    marked = sum(1 for clip in clips_of(root) if len(clip.markers))
    said = []
    if nested:
        what = f"What is nested is passed over by {profile.reader}: {', '.join(nested[:8])}."
        said.append(Note("dropped", root.name, what, "Flatten it in the editing program."))
    if marked:
        what = f"Markers and metadata are not read by {profile.reader}; {marked} clips have some."
        said.append(Note("dropped", root.name, what))
    return said
