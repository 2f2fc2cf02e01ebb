"""The plate in a clip's take selector: what is worked on is the plate, also while a take of it is shown."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Iterator

from . import markers
from .calls import ask, refused, whole


@contextmanager
def worked_on(item: Any) -> Iterator[None]:
    """Let a clip show its plate meanwhile, so that no take is made of a take; what it showed is shown again.

    Raises ArtistError `input.host_refused` where the plate does not come.
    """
    before, plate = whole(item, "GetSelectedTakeIndex") or 0, plate_of(item)
    if not plate or plate == before:
        yield
        return
    ask(item, "SelectTakeByIndex", plate)
    try:
        if whole(item, "GetSelectedTakeIndex") != plate:
            raise refused("It did not show the plate again. Choose it in the clip's take selector.")
        yield
    finally:
        ask(item, "SelectTakeByIndex", before)


def plate_of(item: Any) -> int:
    """Say which entry of the take selector is the plate; 0 where no take of ours is shown."""
    if not markers.take_of(ask(item, "GetMediaPoolItem")):
        return 0
    for index in range(1, (whole(item, "GetTakesCount") or 0) + 1):
        take = ask(item, "GetTakeByIndex", index)
        clip = take.get("mediaPoolItem") if isinstance(take, dict) else None
        if clip is not None and not markers.take_of(clip):
            return index
    return 0
