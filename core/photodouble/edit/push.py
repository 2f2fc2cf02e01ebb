"""Takes go into the cut: each one a further reference of its clip, shown when a named person approved it."""

from __future__ import annotations

import copy
import dataclasses
import functools
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import opentimelineio as otio

from photodouble.image.pattern import parse_pattern
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from .clips import DEFAULT, show_plates
from .edit import Edit
from .marking import mark_clip
from .metadata import plain_name, stamped
from .note import Note
from .plates import plate_offset
from .shot import Shot
from .shots import list_shots
from .take_media import TakeMedia
from .take_reference import take_reference

Shown = dict[int, tuple[otio.schema.Clip, str]]


@dataclass(frozen=True)
class PushWish:
    """How takes go in: `temp` shows them though nobody approved them; `shots` names the clips, if not all.

    `offset` is what is added to a plate's frame number for that of the take, where nothing else tells it.
    """

    temp: bool = False
    shots: tuple[str, ...] = ()
    offset: int | None = None


@dataclass(frozen=True)
class Placed:
    """A take and where it goes: the clip by its number in `list_shots`, the offset to the plate's frames."""

    clip: int
    take: TakeMedia
    offset: int


def push(edit: Edit, takes: Sequence[TakeMedia], wish: PushWish | None = None, **listing: Any) -> Edit:
    """Return the edit with takes added to the clips that show their plates; the edit given stays as it is.

    Where a take stands comes with it from the show's signed decisions, never from the edit. `listing` goes to
    `list_shots`. Raises ArtistError `input.edit_no_clip` where no clip shows what a take was made from.
    """
    wish = wish or PushWish()

    def placed(shots: Sequence[Shot]) -> list[Placed]:
        found = [(take, clips_for(take, shots, wish)) for take in takes]
        number = {id(shot): place for place, shot in enumerate(shots)}
        return [Placed(number[id(shot)], take, offset) for take, clips in found for shot, offset in clips]

    return _pushed(edit, placed, temp=wish.temp, listing=listing)


def push_to(edit: Edit, placed: Sequence[Placed], *, temp: bool = False, **listing: Any) -> Edit:
    """Return the edit with takes added to clips that are known already; else as `push`."""
    return _pushed(edit, lambda _: placed, temp=temp, listing=listing)


def _pushed(
    edit: Edit,
    place: Callable[[Sequence[Shot]], Sequence[Placed]],
    *,
    temp: bool,
    listing: Mapping[str, Any],
) -> Edit:
    pushed = dataclasses.replace(edit, root=copy.deepcopy(edit.root))
    shown = show_plates(pushed.root)
    shots = list_shots(pushed, **listing)
    notes = []
    for one in place(shots):
        notes += _put(one, shots[one.clip], shown, temp=temp)
    for clip, key in shown.values():
        clip.active_media_reference_key = key
    return dataclasses.replace(pushed, notes=(*edit.notes, *notes))


def clips_for(take: TakeMedia, shots: Iterable[Shot], wish: PushWish) -> list[tuple[Shot, int]]:
    """Return the clips that a take belongs to, each with the take's frame number less the plate's.

    Those named; else those that show its plate, only those called like its shot if there are any; else those
    called like its shot. Raises ArtistError `input.edit_no_clip`.
    """
    shots = list(shots)
    if wish.shots:
        named = [shot for shot in shots if plain_name(shot.name) in wish.shots]
        return [(shot, _offset(take, shot, wish)) for shot in named] or _no_clip(take, shots, wish)
    found = [(shot, offset) for shot in shots if (offset := _known(take, shot, wish)) is not None]
    seen = [(shot, offset) for shot, offset in found if _shares(take, shot, offset)]
    own = [one for one in seen if one[0].name == take.request.shot]
    if own or seen:
        return own or seen
    called = [shot for shot in shots if shot.name == take.request.shot]
    return [(shot, _offset(take, shot, wish)) for shot in called] or _no_clip(take, shots, wish)


def wanted_frames(shot: Shot, offset: int = 0) -> FrameRange:
    """Return the frames of a take that a clip shows, in the take's own numbers."""
    return FrameRange(frame + offset for frame in shot.timing.frame_map)


def _put(placed: Placed, shot: Shot, shown: Shown, *, temp: bool) -> list[Note]:
    take, offset, clip = placed.take, placed.offset, shot.clip
    references = {str(key): one for key, one in clip.media_references().items()}
    notes = []
    plate = str(clip.active_media_reference_key)
    if DEFAULT not in references:
        references[DEFAULT] = copy.deepcopy(references[plate])
        notes.append(
            Note("media", shot.name, f"Its plate stood under {plate} only, and is under {DEFAULT} now.")
        )
    _say_range(clip, shot)
    key = _free_key(take, references)
    references[key] = take_reference(take, shot, offset)
    clip.set_media_references(references, plate)
    missing = take.missing(wanted_frames(shot, offset))
    is_shown = (take.standing.is_approved or temp) and not missing and not shot.timing.refused
    if shot.timing.refused:
        notes.append(Note("time", shot.name, f"{shot.timing.refused} So the plate stays."))
    if missing:
        what = (
            f"{take.take.label} lacks frames {missing.to_text()} of what the clip shows, so the plate stays."
        )
        notes.append(Note("media", shot.name, what, "Make the take longer ('photodouble edit conform')."))
    before = next((active for one, active in shown.values() if one is clip), "")
    if before == key:
        _remember(shown, clip, plate)
        before = ""
    mark_clip(clip, take, key, plate=plate, is_shown=is_shown, before=before)
    if is_shown:
        _remember(shown, clip, key)
    notes.append(_told(take, shot, is_shown=is_shown))
    return notes


def _say_range(clip: otio.schema.Clip, shot: Shot) -> None:
    """Write down which part of its plate a clip shows, if it shows all: a take may be longer than that."""
    if clip.source_range is not None:
        return
    said, available = clip.media_reference.available_range, shot.available
    if said is None and available.count:
        one = otio.opentime.RationalTime
        rate = float(available.rate)
        said = otio.opentime.TimeRange(one(float(available.start), rate), one(available.count, rate))
    clip.source_range = said


def _remember(shown: Shown, clip: otio.schema.Clip, key: str) -> None:
    number = next((number for number, one in shown.items() if one[0] is clip), -1 - len(shown))
    shown[number] = (clip, key)


def _free_key(take: TakeMedia, references: dict[str, Any]) -> str:
    """Return the take's own key; with its id behind it where another take stands under that."""
    there = references.get(take.key)
    if there is None or stamped(there).get("take") == take.take.take_id:
        return take.key
    return f"{take.key}_{take.take.take_id[:8]}"


def _told(take: TakeMedia, shot: Shot, *, is_shown: bool) -> Note:
    if not is_shown:
        what = f"{take.take.label} is in the cut, and the plate is shown: {take.state}."
    elif take.standing.is_approved:
        what = f"{take.take.label} is shown: approved."
    else:
        what = f"{take.take.label} is shown as temp: {take.state}."
    return Note("status", shot.name, what)


def _known(take: TakeMedia, shot: Shot, wish: PushWish) -> int | None:
    """Return the offset of a clip that shows the take's own plate, or has the name of its shot; else None.

    Timecode alone proves nothing: two cameras of one day have the same.
    """
    is_called = bool(shot.name) and shot.name == take.request.shot
    if not is_called and not _is_plate(take, shot):
        return None
    found = plate_offset(take.request, shot)
    return wish.offset if found is None and is_called else found


def _is_plate(take: TakeMedia, shot: Shot) -> bool:
    if not take.plate or not shot.media.pattern:
        return False
    return _files(take.plate) == _files(shot.media.pattern)


@functools.lru_cache(maxsize=8192)
def _files(pattern: str) -> tuple[str, str, str]:
    """Return what tells the files of a pattern, however the place of the number is written."""
    name = parse_pattern(pattern)
    return os.path.realpath(name.folder), name.prefix, name.suffix


def _offset(take: TakeMedia, shot: Shot, wish: PushWish) -> int:
    """Return the offset of a clip that is meant by name; raises ArtistError `input.edit_no_clip`."""
    found = plate_offset(take.request, shot)
    if found is None:
        found = wish.offset
    if found is not None:
        return found
    raise ArtistError(
        "input.edit_no_clip",
        "The take was made from another plate",
        f"{take.take.label} was made from {take.plate or 'no plate'}, and {shot.name} shows "
        f"{shot.media.pattern or 'no media'}.",
        "If it is the same plate with other numbers, say what is added to the cut's media frames (--offset).",
    )


def _shares(take: TakeMedia, shot: Shot, offset: int) -> bool:
    frames = take.frames
    return any(frame in frames for frame in wanted_frames(shot, offset))


def _no_clip(take: TakeMedia, shots: Sequence[Shot], wish: PushWish) -> list[tuple[Shot, int]]:
    names = ", ".join(dict.fromkeys(shot.name for shot in shots if shot.name)) or "no named clip"
    if wish.shots:
        message = f"No clip is called {' or '.join(wish.shots)}; the cut has {names[:600]}."
        fix = "Give a name that the cut has (--shot)."
    else:
        message = f"No clip shows the plate of {take.take.label}, and none is called {take.request.shot!r}."
        fix = f"Name the clip (--shot); the cut has {names[:600]}."
    raise ArtistError("input.edit_no_clip", "The cut has no clip for this take", message, fix, take.plate)
