"""What is wrong around pictures, and whose trouble it is: that of what was asked about, or of others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from photodouble.settings import Settings
from photodouble_client.errors import ArtistError

from .known import has_ledger
from .rows import Concern

if TYPE_CHECKING:
    from photodouble.takes.store import Take, TakeStore

    from .known import Known


@dataclass(frozen=True)
class Asked:
    """What a look is about: the path that was given, the folder to look in, and the takes found there."""

    path: Path
    near: Path
    takes: frozenset[str]
    known: Known
    store: TakeStore

    @property
    def is_whole_store(self) -> bool:
        """Whether the path holds the whole store, so that all that is wrong in it is wrong here."""
        return self.path.is_dir() and self.store.root.resolve().is_relative_to(self.path.resolve())


def parted(
    concerns: Iterable[Concern], asked: Asked, settings: Settings
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Part what is wrong into that which touches what was asked about, and the rest of the store.

    A fault of the ledger touches every take that this ledger knows, wherever in it the fault is: a row that
    was changed or cut may have been the one that took an approval back. Records that cannot be read touch
    every take of their show; a lost consent or revocation every take that needs a consent.
    """
    own: dict[str, None] = {}
    other: dict[str, None] = {}
    for one in concerns:
        is_own = asked.is_whole_store or _touches(one, asked, settings)
        (own if is_own else other)[one.what] = None
    return tuple(own), tuple(what for what in other if what not in own)


def _touches(one: Concern, asked: Asked, settings: Settings) -> bool:
    if one.about == "take":
        return one.take in asked.takes or _is_around(one.place, asked.path)
    if one.about == "delivery":
        return one.place is not None and (asked.path.is_dir() or one.place.parent == asked.near)
    if one.about == "ledger":
        return any(_is_in_ledger(take, asked.known.takes.get(take), settings) for take in asked.takes)
    if one.about == "consents":
        return any(_needs_consent(asked.known.takes.get(take)) for take in asked.takes)
    return any(take in asked.known.takes for take in asked.takes)


def _is_around(place: Path | None, path: Path) -> bool:
    """Whether a folder lies in the path that was asked about, or the path in it."""
    if place is None:
        return False
    folder, given = place.resolve(), path.resolve()
    return folder.is_relative_to(given) or given.is_relative_to(folder)


def _is_in_ledger(take_id: str, take: Take | None, settings: Settings) -> bool:
    """Whether this machine's ledger knows a take, or the take says so; one that cannot be read may."""
    if not has_ledger(settings):
        return False
    from .history import pins_of
    from .ledger import Ledger

    try:
        with Ledger.open(settings) as ledger:
            engine = ledger.key.engine
            if any(pin.engine in ("", engine) for pin in pins_of([take] if take is not None else [])):
                return True
            return next(ledger.rows(take=take_id), None) is not None
    except ArtistError:
        return True


def _needs_consent(take: Take | None) -> bool:
    if take is None:
        return False
    try:
        request = take.request()
        return request.spec.consent != "none" or bool(request.performers)
    except ArtistError:
        return True
