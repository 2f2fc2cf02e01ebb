"""The review strip: shot after shot, the plate below and its takes above, for a player that knows tracks."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Sequence
from typing import Any

import opentimelineio as otio

from photodouble_client.errors import ArtistError

from .clips import DEFAULT, clips_of, is_take, plate_key
from .edit import Edit
from .metadata import plain_name, stamp, stamped, unstamp
from .note import Note
from .shots import list_shots

PLATES = "Video 1"


def strip_of(edit: Edit, *, shots: Sequence[str] = (), also_without: bool = False, **listing: Any) -> Edit:
    """Return a timeline of its own that stacks plate and takes of each clip that has takes, oldest lowest.

    `shots` names the clips, if not all, as `list_shots` names them by `listing`; `also_without` takes in
    clips that have none. Nothing of the cut is changed. Raises ArtistError `input.edit_no_clip` where no clip
    has a take.
    """
    chosen = clips_of(edit.root)
    if shots:
        listed = list_shots(edit, **listing)
        chosen = [shot.clip for shot in listed if {shot.name, plain_name(shot.clip.name)} & set(shots)]
    chosen = [clip for clip in chosen if also_without or _takes(clip)]
    if not chosen:
        raise ArtistError(
            "input.edit_no_clip",
            "No clip has a take",
            f"{edit.path.name} holds no clip with a take of Photo Double.",
            "Push takes first ('photodouble edit push'), or name other shots (--shot).",
        )
    timeline = otio.schema.Timeline(name=f"{edit.path.stem} review")
    stamp(timeline, {"kind": "strip", "cut": edit.path.name})
    layers = 1 + max(len(_takes(clip)) for clip in chosen)
    for number in range(layers):
        track = otio.schema.Track(name=f"Video {number + 1}", kind=otio.schema.TrackKind.Video)
        stamp(track, {"kind": "track", "shows": "takes" if number else "plates"})
        for clip in chosen:
            track.append(_layer(clip, number))
        timeline.tracks.append(track)
    notes = tuple(note for clip in chosen for note in _uncovered(clip))
    return dataclasses.replace(edit, root=timeline, notes=(*edit.notes, *notes))


def _takes(clip: otio.schema.Clip) -> list[str]:
    """Return the keys of a clip's takes, the oldest version first."""
    found = [(str(key), one) for key, one in clip.media_references().items() if is_take(one)]
    return [key for key, one in sorted(found, key=lambda pair: _age(pair[0], pair[1]))]


def _age(key: str, reference: Any) -> tuple[str, int, str]:
    facts = stamped(reference)
    version = facts.get("version", 0)
    return str(facts.get("operation", "")), version if isinstance(version, int) else 0, key


def _layer(clip: otio.schema.Clip, number: int) -> otio.core.Item:
    """Return the clip with its plate or one of its takes alone; a gap of its length where it has fewer."""
    length = clip.duration()
    keys = [plate_key(clip), *_takes(clip)]
    if number >= len(keys):
        start = otio.opentime.RationalTime(0, length.rate)
        return otio.schema.Gap(source_range=otio.opentime.TimeRange(start, length))
    key = keys[number]
    layer = copy.deepcopy(clip)
    layer.set_media_references({DEFAULT: copy.deepcopy(clip.media_references()[key])}, DEFAULT)
    facts = stamped(layer.media_reference)
    name = plain_name(clip.name)
    label = str(facts.get("label", "take")).rpartition("/")[2]
    layer.name = f"{name} plate" if number == 0 else f"{name} {facts.get('operation', '')} {label}"
    unstamp(layer)
    stamp(layer, {"kind": "layer", "shot": name, "key": key, "state": str(facts.get("state", ""))})
    for place in reversed(range(len(layer.markers))):
        about = stamped(layer.markers[place]).get("about")
        is_ours = about is not None
        if (number == 0 and is_ours) or (number and about != key):
            del layer.markers[place]
    return layer


def _uncovered(clip: otio.schema.Clip) -> list[Note]:
    """Say of which takes the pictures end before the clip does."""
    shown = clip.source_range
    found = []
    for key in _takes(clip):
        available = clip.media_references()[key].available_range
        if shown is not None and available is not None and not available.contains(shown.start_time):
            what = f"{key} does not begin where the clip does; a player shows nothing there."
            found.append(Note("media", plain_name(clip.name), what))
    return found
