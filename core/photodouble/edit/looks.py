"""What the clips of a cut show, with the takes that belong to them: by this, cuts are compared."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from fractions import Fraction

from .join import Joining
from .metadata import plain_name
from .seen import Seen, media_key
from .shot import Shot


def looks_of(joining: Joining, like: Iterable[Seen] = ()) -> tuple[Seen, ...]:
    """Return what every clip of a cut shows of its plate, and which frames of that work exists for.

    A clip with a take that the cut `like` has, too, is told in the names and numbers of that one, whatever
    its plate is called now.
    """
    known = {one.take: one for one in like if one.take}
    return tuple(_look(shot, joining, number, known) for number, shot in enumerate(joining.shots))


def look_of(shot: Shot, *, take: str = "", made: Iterable[int] = ()) -> Seen:
    """Return what one clip shows."""
    timing = shot.timing
    return Seen(
        name=plain_name(shot.name),
        track=shot.track,
        media=media_key(shot.media.pattern),
        frames=tuple(timing.frame_map),
        record_first=timing.record_first,
        speed=Fraction(timing.speed),
        take=take,
        made=frozenset(made),
        shot=shot,
    )


def _look(shot: Shot, joining: Joining, number: int, known: Mapping[str, Seen]) -> Seen:
    takes = joining.of(number)
    if not takes:
        return look_of(shot)
    first = takes[0]
    take_id = first.take.take.take_id
    look = look_of(shot, take=take_id, made={frame - first.offset for frame in first.take.frames})
    before = known.get(take_id)
    if before is None or before.media == look.media:
        return look
    shift = min(before.made) - min(look.made)
    frames = tuple(frame + shift for frame in look.frames)
    return dataclasses.replace(look, media=before.media, frames=frames, made=before.made)
