"""Find the one shot of a cut that is meant: by its name, or by a frame of the cut at which it is seen."""

from __future__ import annotations

from collections.abc import Sequence

from photodouble_client.errors import ArtistError
from photodouble_client.param import did_you_mean

from .shot import Shot

_MOST = 12


def shot_meant(shots: Sequence[Shot], name: str = "", at: int | None = None) -> Shot:
    """Return the shot of a name, or the one seen at a record frame, or the one of that name there.

    Raises ArtistError `input.edit_shot` where there is none, or more than one.
    """
    found = [shot for shot in shots if not name or shot.name == name]
    if not found:
        raise _none(shots, name)
    if at is not None:
        seen = [shot for shot in found if shot.timing.record_first <= at <= shot.timing.record_last]
        found = seen or [_not_there(found, name, at)]
    if len(found) > 1:
        raise _several(found, name, at)
    return found[0]


def _none(shots: Sequence[Shot], name: str) -> ArtistError:
    names = list(dict.fromkeys(shot.name for shot in shots if shot.name))
    hint = did_you_mean(name, names) if names else ""
    there = ", ".join(names[:_MOST]) + (f" and {len(names) - _MOST} more" if len(names) > _MOST else "")
    return ArtistError(
        "input.edit_shot",
        "There is no such shot in the cut",
        f"No clip is called {name!r}." if name else "The cut holds no clip.",
        f"{hint}The cut has: {there}." if there else "Check which file it is.",
    )


def _several(found: Sequence[Shot], name: str, at: int | None) -> ArtistError:
    places = ", ".join(
        f"{shot.timing.record_first}-{shot.timing.record_last} on {shot.track or 'its track'}"
        for shot in found[:_MOST]
    )
    what = f"are seen at frame {at}" if at is not None else "are in the cut"
    what = f"are called {name!r}" if name else what
    return ArtistError(
        "input.edit_shot",
        "More than one clip is meant",
        f"{len(found)} clips {what}: {places}.",
        "Name the shot (--shot), and a frame of the cut at which only this one is seen (--at).",
    )


def _not_there(found: Sequence[Shot], name: str, at: int) -> Shot:
    places = ", ".join(f"{one.timing.record_first}-{one.timing.record_last}" for one in found[:_MOST])
    raise ArtistError(
        "input.edit_shot",
        "There is no such shot in the cut",
        f"{f'{name} is not' if name else 'No clip is'} seen at frame {at} of the cut.",
        f"It is seen at: {places}." if name else "Give a frame of the cut, as 'edit shots' counts them.",
    )
