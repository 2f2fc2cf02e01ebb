"""Find the takes of the clips of a cut, though a host took away all that said so, and put them back."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from photodouble_client.frames import FrameRange

from .clips import DEFAULT, plate_key
from .edit import Edit
from .known_takes import KnownTakes
from .media import MediaFinder
from .metadata import plain_name, stamped
from .note import Note
from .plate_again import Plate, plate_reference
from .plates import plate_offset
from .push import Placed, push_to
from .recognise import Recogniser, Sight, best_of, files_of
from .shot import Shot
from .shots import list_shots
from .take_media import TakeMedia


@dataclass(frozen=True)
class Joined:
    """Say which take belongs to a clip, and by what it was recognised: take id, media path or content hash.

    `clip` is the clip's number in the list of shots; `offset` is the take's frame number less that of the
    plate. `was_shown`: the cut showed the take, not the plate.
    """

    clip: int
    shot: Shot
    take: TakeMedia
    offset: int
    by: str
    was_shown: bool = False

    @property
    def wanted(self) -> FrameRange:
        """Give the frames that the clip shows, in the take's numbers."""
        return FrameRange(frame + self.offset for frame in self.shot.timing.frame_map)

    @property
    def missing(self) -> FrameRange:
        """Give those frames that the take does not have."""
        return self.take.missing(self.wanted)

    def to_json(self) -> dict[str, Any]:
        """Write what was found as plain JSON values."""
        return {
            "by": self.by,
            "clip": self.clip,
            "missing": self.missing.to_text(),
            "name": plain_name(self.shot.name),
            "offset": self.offset,
            "shown": self.was_shown,
            "state": self.take.standing.state,
            "take": self.take.take.take_id,
            "take_label": self.take.take.label,
        }


@dataclass(frozen=True)
class Joining:
    """A copy of a cut in which every clip shows its plate, its shots, and the takes that belong to them."""

    edit: Edit
    shots: tuple[Shot, ...]
    found: tuple[Joined, ...]
    notes: tuple[Note, ...]

    def of(self, clip: int) -> list[Joined]:
        """Return the takes of one clip, by its number."""
        return [one for one in self.found if one.clip == clip]


def joined(
    edit: Edit, known: KnownTakes, *, plates: Mapping[str, Plate] | None = None, **listing: Any
) -> Joining:
    """Return the takes of every clip, and the cut with plates shown, ready for takes to be placed anew.

    A clip that holds takes keeps those; of one that shows only a plate, the best take of each operation that
    was made from this very plate counts. A plate that a host dropped is put back, as `plates` has it by take
    id, else as the take's request names it. `listing` goes to `list_shots`.
    """
    listing.setdefault("finder", MediaFinder())
    plain = dataclasses.replace(edit, root=copy.deepcopy(edit.root))
    eye = Recogniser(known)
    held = [
        _settle(shot, eye, listing["finder"], plain, plates or {}) for shot in list_shots(plain, **listing)
    ]
    shots = list_shots(plain, **listing)
    found = [
        one
        for number, (shot, takes) in enumerate(zip(shots, held, strict=True))
        for one in _held(number, shot, takes, eye) or _made(number, shot, eye)
    ]
    return Joining(plain, shots, tuple(found), (*known.notes, *eye.notes))


def rejoined(joining: Joining, found: Sequence[Joined], *, temp: bool = False, **listing: Any) -> Edit:
    """Return the cut with takes put back: shown where they were shown before or are approved, or by `temp`.

    An approved take goes before one that was shown as temp. A take that lacks frames of what its clip shows
    is put in, too, and the plate is shown.
    """
    edit = joining.edit
    for rank in range(_APPROVED + 1):
        placed = [Placed(one.clip, one.take, one.offset) for one in reversed(found) if _rank(one) == rank]
        if placed:
            edit = push_to(edit, placed, temp=temp or rank == _SHOWN, **listing)
    return dataclasses.replace(edit, notes=(*edit.notes, *joining.notes))


_SHOWN, _APPROVED = 1, 2


def _rank(one: Joined) -> int:
    """Return when a take is put in: what goes in last is shown."""
    if one.take.standing.is_approved:
        return _APPROVED
    return _SHOWN if one.was_shown else 0


@dataclass(frozen=True)
class _Held:
    """A take among the references of a clip, and by how much its numbers differ where that is known."""

    sight: Sight
    was_shown: bool
    noted: int | None


def _settle(
    shot: Shot, eye: Recogniser, finder: MediaFinder, edit: Edit, plates: Mapping[str, Plate]
) -> list[_Held]:
    """Let a clip show its plate and nothing of ours; return the takes that it held, that shown first."""
    clip = shot.clip
    references, active = dict(clip.media_references()), str(clip.active_media_reference_key)
    held, ours = [], set()
    for key in sorted(references, key=lambda key: (key != active, str(key))):
        reference, is_active = references[key], key == active
        media = shot.media if is_active else finder.of(reference, edit.path)
        frames = shot.timing.frame_map if is_active else media.frames
        sight = eye.result(reference, media, frames, name=shot.name)
        if sight is not None:
            noted = stamped(reference).get("offset")
            held.append(_Held(sight, is_active, noted if isinstance(noted, int) else None))
            ours.add(key)
    if not ours:
        _lose(shot, eye)
        return []
    left = {key: one for key, one in references.items() if key not in ours}
    if not left:
        sight = held[0].sight
        plate = plates.get(sight.take.take.take_id) or Plate.of(sight.take)
        left = {DEFAULT: plate_reference(plate, shot, sight.offset)}
        held = [dataclasses.replace(one, noted=plate.offset) for one in held]
    before = str(stamped(clip).get("plate_key", DEFAULT))
    shown = (
        active
        if active in left
        else before
        if before in left
        else DEFAULT
        if DEFAULT in left
        else next(iter(left))
    )
    clip.set_media_references(left, shown)
    return held


def _lose(shot: Shot, eye: Recogniser) -> None:
    """Let a clip show its plate where the take that it showed is not to be had, and say so."""
    clip, plate = shot.clip, plate_key(shot.clip)
    if plate == clip.active_media_reference_key:
        return
    label = str(stamped(clip.media_reference).get("label", "")) or "its take"
    what = f"The cut shows {label}, which is not among the takes here; its plate was looked at."
    eye.notes.append(Note("media", plain_name(shot.name), what, "Say where takes are kept (--root)."))
    clip.active_media_reference_key = plate


def _held(number: int, shot: Shot, takes: Sequence[_Held], eye: Recogniser) -> list[Joined]:
    found: dict[str, Joined] = {}
    for one in takes:
        take = one.sight.take
        offset = _offset(one, shot, eye)
        found.setdefault(
            take.take.take_id, Joined(number, shot, take, offset, one.sight.by, was_shown=one.was_shown)
        )
    return list(found.values())


def _offset(one: _Held, shot: Shot, eye: Recogniser) -> int:
    """Return a take's frame number less its plate's: as noted, by place, by content, else 0."""
    if one.noted is not None:
        return one.noted
    take = one.sight.take
    by_place = plate_offset(take.request, shot)
    if by_place is not None:
        return by_place
    seen = eye.by_plate(files_of(shot.media, shot.timing.frame_map))
    return next((sight.offset for sight in seen if sight.take is take), 0)


def _made(number: int, shot: Shot, eye: Recogniser) -> list[Joined]:
    sights = best_of(eye.made_from(shot), shot.timing.frame_map, plain_name(shot.name))
    return [Joined(number, shot, one.take, one.offset, one.by) for one in sights]
