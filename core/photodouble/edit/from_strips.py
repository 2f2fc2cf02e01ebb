"""A cut made of the strips of a sequencer: each says which file it shows when, and the times are found."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from photodouble_client.errors import ArtistError

from .address import is_relative
from .clips import clips_of
from .dress_reference import dressed_reference
from .edit import Edit
from .media import MediaFinder
from .note import Note
from .profile import Profile
from .rate import exact_rate
from .read import edit_of_document, read_edit
from .reference import url_of
from .shots import list_shots
from .strip_clip import Wanted, clip_of
from .strip_facts import StripFact

_VIDEO = otio.schema.TrackKind.Video
_WHOLE = Profile("otio", "any OpenTimelineIO", {}, urls="url")


@dataclass(frozen=True)
class StripCut:
    """Hold what a sequencer says of a cut: its rate, the record frame where it begins, its tracks upwards.

    `based_on` is the cut that it was read from: its name, metadata and sound are kept.
    """

    rate: str
    first: int
    strips: tuple[StripFact, ...]
    tracks: tuple[str, ...] = ()
    name: str = ""
    based_on: str = ""

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> StripCut:
        """Read it; raises ArtistError `usage.bad_value` for what is not as it should be."""
        try:
            return cls(
                str(given["rate"]),
                int(given["first"]),
                tuple(StripFact.from_json(one) for one in given["strips"]),
                tuple(str(name) for name in given.get("tracks", ())),
                str(given.get("name", "")),
                str(given.get("based_on", "")),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ArtistError(
                "usage.bad_value",
                "The strips were not understood",
                f"What was said of the strips is not as it should be: {error!r}.",
                "Install the extension that came with this version.",
            ) from None


def edit_of(cut: StripCut, to: Path, finder: MediaFinder | None = None) -> Edit:
    """Make an edit of strips; every clip is proved by the frames that it then shows.

    A strip that no single speed can show becomes several clips, and a note says so. Raises ArtistError
    `input.edit_rate` for an impossible rate, `input.edit_overlap` for strips that lie over each other on one
    track without a dissolve, and as `read_edit`.
    """
    finder = finder or MediaFinder()
    rate = exact_rate(cut.rate)
    edit = _read_clips(cut, to)
    timeline, *clips = list(edit.root)
    known = dict(zip((number for number, one in enumerate(cut.strips) if one.clip_text), clips, strict=True))
    notes = list(edit.notes)
    timeline.global_start_time = otio.opentime.RationalTime(cut.first, float(rate))
    _clear_video(timeline)
    base = dataclasses.replace(edit, notes=())
    for place in range(max((one.track for one in cut.strips), default=0) + 1):
        strips = [(n, one) for n, one in enumerate(cut.strips) if one.track == place]
        name = cut.tracks[place] if place < len(cut.tracks) else f"V{place + 1}"
        track = otio.schema.Track(name=name, kind=_VIDEO)
        _fill(track, strips, known, Wanted(rate, base, finder), cut.first, notes)
        timeline.tracks.insert(place, track)
    if to.absolute().parent != edit.path.absolute().parent:
        _say_whole_paths(timeline, base, finder)
    made = dataclasses.replace(edit, root=copy.deepcopy(timeline), notes=tuple(notes))
    return dataclasses.replace(made, notes=(*notes, *_not_exact(made, cut, finder)))


def _read_clips(cut: StripCut, to: Path) -> Edit:
    """Read the cut that it is based on and every clip that strips carry, in one go."""
    document: dict[str, Any] = {"OTIO_SCHEMA": "SerializableCollection.1", "metadata": {}, "name": ""}
    base: Any = json.loads(otio.schema.Timeline(name=cut.name).to_json_string())
    path = to.with_suffix(".strips")
    if cut.based_on and Path(cut.based_on).suffix.lower() == ".otio" and Path(cut.based_on).is_file():
        path = Path(cut.based_on)
        read = json.loads(path.read_bytes().decode("utf-8-sig"))
        base = read if isinstance(read_edit(path).root, otio.schema.Timeline) else base
    document["children"] = [base, *(json.loads(one.clip_text) for one in cut.strips if one.clip_text)]
    return edit_of_document(document, path)


def _clear_video(timeline: otio.schema.Timeline) -> None:
    for number in reversed(range(len(timeline.tracks))):
        child = timeline.tracks[number]
        if not isinstance(child, otio.schema.Track) or child.kind != otio.schema.TrackKind.Audio:
            del timeline.tracks[number]


def _fill(
    track: otio.schema.Track,
    strips: Sequence[tuple[int, StripFact]],
    known: Mapping[int, otio.schema.Clip],
    wanted: Wanted,
    begin: int,
    notes: list[Note],
) -> None:
    """Put the strips of a track one behind the other, with gaps between and dissolves where they overlap."""
    ordered = sorted(strips, key=lambda one: one[1].first)
    facts = _with_cuts([one for _, one in ordered])
    at = begin
    for place, ((number, _), fact) in enumerate(zip(ordered, facts, strict=True)):
        before = facts[place - 1] if place else None
        if fact.cut_first > at:
            track.append(_gap(fact.cut_first - at, wanted.rate))
        elif before is not None and fact.first <= before.last:
            track.append(_dissolve(before, fact, wanted.rate))
        made = clip_of(fact, known.get(number), wanted)
        track.extend(made)
        if len(made) > 1:
            what = f"No single speed shows its frames, so it became {len(made)} clips."
            notes.append(Note("time", fact.name, what))
        at = fact.cut_last + 1


def _with_cuts(facts: Sequence[StripFact]) -> list[StripFact]:
    """Cut where two strips overlap in the middle of it; what lies inside another is refused."""
    ready = list(facts)
    for place in range(1, len(ready)):
        before, fact = ready[place - 1], ready[place]
        if fact.first > before.last:
            continue
        if fact.last <= before.last or fact.first <= before.first:
            raise ArtistError(
                "input.bad_edit",
                "Two strips lie over each other",
                f"{fact.name} lies over {before.name} on one track.",
                "Move one of them to another channel.",
            )
        middle = fact.first + (before.last - fact.first + 1) // 2
        ready[place - 1] = dataclasses.replace(before, cut_last=middle - 1)
        ready[place] = dataclasses.replace(fact, cut_first=middle)
    return ready


def _say_whole_paths(timeline: otio.schema.Timeline, edit: Edit, finder: MediaFinder) -> None:
    """Write paths that begin at the cut's own folder as whole ones: this cut goes to another folder."""
    for clip in clips_of(timeline):
        references = {str(key): one for key, one in clip.media_references().items()}
        ready = {
            key: dressed_reference(one, _WHOLE, edit, finder) if is_relative(url_of(one)) else one
            for key, one in references.items()
        }
        if any(ready[key] is not references[key] for key in references):
            clip.set_media_references(ready, str(clip.active_media_reference_key))


def _gap(frames: int, rate: Fraction) -> otio.schema.Gap:
    return otio.schema.Gap(source_range=_range(0, frames, rate))


def _dissolve(before: StripFact, after: StripFact, rate: Fraction) -> otio.schema.Transition:
    one = otio.opentime.RationalTime
    return otio.schema.Transition(
        transition_type=otio.schema.TransitionTypes.SMPTE_Dissolve,
        in_offset=one(after.cut_first - after.first, float(rate)),
        out_offset=one(before.last - before.cut_last, float(rate)),
    )


def _range(start: int, frames: int, rate: Fraction) -> otio.opentime.TimeRange:
    one = otio.opentime.RationalTime
    return otio.opentime.TimeRange(one(start, float(rate)), one(frames, float(rate)))


def _not_exact(edit: Edit, cut: StripCut, finder: MediaFinder) -> list[Note]:
    """List the whole cut again and name every strip that would show other frames than it does now."""
    seen: dict[int, list[Any]] = {}
    for shot in list_shots(edit, handles=0, finder=finder):
        for frame, media in zip(
            range(shot.timing.record_first, shot.timing.record_last + 1), shot.timing.frame_map
        ):
            seen.setdefault(frame, []).append((shot.media, media))
    notes = []
    for fact in cut.strips:
        wrong = [
            frame
            for frame, file in enumerate(fact.frames, fact.first)
            if not any(fact.is_shown(media, number, file) for media, number in seen.get(frame, ()))
        ]
        if wrong:
            what = f"At record frame {wrong[0]} it shows another frame in the file than in the sequencer."
            notes.append(Note("time", fact.name, what, "Look at it, and cut it again."))
    return notes
