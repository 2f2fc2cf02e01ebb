"""A new cut takes over the takes of the old one; what they do not cover is asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from photodouble_client.frames import FrameRange

from .difference import Change, difference
from .edit import Edit
from .join import Joined, Joining, joined, rejoined
from .known_takes import KnownTakes
from .lend import lent
from .looks import looks_of
from .media import MediaFinder
from .note import Note
from .plate_again import Plate
from .resumed import Resumed, resumed


@dataclass(frozen=True)
class Conformed:
    """The new cut with its takes, what changed, which take went where, and what must still be made."""

    edit: Edit
    changes: tuple[Change, ...]
    found: tuple[Joined, ...]
    requests: tuple[Resumed, ...]
    notes: tuple[Note, ...]

    def to_json(self) -> dict[str, Any]:
        """Write all of it as plain JSON values."""
        return {
            "changes": [change.to_json() for change in self.changes],
            "notes": [note.to_json() for note in self.notes],
            "requests": [one.to_json() for one in self.requests],
            "takes": [one.to_json() for one in self.found],
        }


@dataclass(frozen=True)
class Compared:
    """Two cuts side by side: the takes of each, what changed, and the takes that the new one keeps."""

    old: Joining
    new: Joining
    changes: tuple[Change, ...]
    found: tuple[Joined, ...]


def compare(old: Edit, new: Edit, known: KnownTakes, **listing: Any) -> Compared:
    """Compare two cuts by what they show; frames that a take holds already need not be made.

    Where a host kept only the take of a clip, its plate is the one that the old cut shows; so it is where the
    new cut does not say where its media is (`lend`).
    """
    listing = {"finder": MediaFinder(), **listing}
    before = joined(old, known, **listing)
    after = joined(lent(new, before, listing["finder"]), known, plates=_plates(before), **listing)
    looks = looks_of(before)
    changes, found = [], []
    for change in difference(looks, looks_of(after, looks)):
        takes = _takes(change, before, after)
        changes.append(_with_needed(change, takes))
        found += takes
    return Compared(before, after, tuple(changes), tuple(found))


def conform(old: Edit, new: Edit, known: KnownTakes, *, temp: bool = False, **listing: Any) -> Conformed:
    """Put the takes of the old cut into the new one, and ask for the frames that they lack.

    The cuts given stay as they are. A take whose plate was exchanged is not put back. A take that lacks
    frames is put in with its plate shown, and a request for the longer take is among `requests`.
    """
    listing = {"finder": MediaFinder(), **listing}
    compared = compare(old, new, known, **listing)
    requests = tuple(resumed(ones) for ones in _lacking(compared.found))
    edit = rejoined(compared.new, compared.found, temp=temp, **listing)
    notes = [*compared.new.notes, *edit.notes, *(note for one in requests for note in one.notes)]
    notes += [_lost(change) for change in compared.changes if _is_lost(change)]
    return Conformed(edit, compared.changes, compared.found, requests, tuple(dict.fromkeys(notes)))


def _plates(joining: Joining) -> Mapping[str, Plate]:
    """Return the plate of every take as a cut names it, with the numbers that the cut counts in."""
    found = {}
    for one in joining.found:
        media = one.shot.media
        if media.pattern and media.last >= media.first:
            found[one.take.take.take_id] = Plate(media.pattern, media.first, media.last, one.offset)
    return found


def _takes(change: Change, before: Joining, after: Joining) -> list[Joined]:
    """Return the takes for one clip of the new cut: those that it holds or had, else those of its plate.

    One that lacks frames gives way to another of the same operation that lacks none.
    """
    if change.new is None:
        return []
    clip = next(number for number, shot in enumerate(after.shots) if shot is change.new.shot)
    own, had = after.of(clip), []
    if change.old is not None and change.kind != "media changed":
        then = next(number for number, shot in enumerate(before.shots) if shot is change.old.shot)
        had = [dataclasses.replace(one, clip=clip, shot=after.shots[clip]) for one in before.of(then)]
    found: dict[str, Joined] = {}
    for one in (*own, *had):
        ident = one.take.take.take_id
        was_shown = one.was_shown or (ident in found and found[ident].was_shown)
        found[ident] = dataclasses.replace(found.get(ident, one), was_shown=was_shown)
    whole = {one.take.request.operation for one in found.values() if not len(one.missing)}
    return [one for one in found.values() if not len(one.missing) or one.take.request.operation not in whole]


def _with_needed(change: Change, takes: list[Joined]) -> Change:
    """Name the frames that no take has, in the media's numbers; of each operation the best take counts."""
    if not takes:
        return change
    needed = {frame - one.offset for one in _best(takes) for frame in one.missing}
    return dataclasses.replace(change, frames_needed=FrameRange(needed))


def _best(found: Iterable[Joined]) -> list[Joined]:
    """Return, for each clip and operation, the take with the fewest frames missing."""
    best: dict[tuple[int, str], Joined] = {}
    for one in found:
        key = (one.clip, one.take.request.operation)
        if key not in best or len(one.missing) < len(best[key].missing):
            best[key] = one
    return list(best.values())


def _lacking(found: Iterable[Joined]) -> list[list[Joined]]:
    """Return the clips whose best takes lack frames, by take: one request serves all clips of a take."""
    lacking: dict[str, list[Joined]] = {}
    for one in _best(found):
        if len(one.missing):
            lacking.setdefault(one.take.take.take_id, []).append(one)
    return list(lacking.values())


def _is_lost(change: Change) -> bool:
    """Whether a clip had a take, and shows another plate now without one."""
    if change.kind != "media changed" or change.old is None or change.new is None:
        return False
    return bool(change.old.take) and not change.new.take


def _lost(change: Change) -> Note:
    assert change.old is not None
    shot = change.seen.shot
    if shot is not None and not shot.media.on_disk:
        what = f"{shot.media.trouble or 'Its media was not found.'} So its take was not put back."
        return Note("media", change.seen.name, what, shot.media.fix)
    what = "It shows another plate now, so its take was not put back."
    return Note("media", change.seen.name, what, "Make a take of the new plate ('photodouble edit pull').")
