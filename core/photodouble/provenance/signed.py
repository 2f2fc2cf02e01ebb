"""Make a signed record of the show and note it in the ledger; take in what other engines recorded there.

The ledger of a machine remembers every record that it has seen, so that one that is taken out of the show's
files later, a revocation above all, is still known, and missed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from photodouble.settings import Settings
from photodouble_client.errors import ArtistError

from . import kinds
from .keys import PersonKey
from .ledger import FILE, HEADS, Ledger
from .records import SignedRecord, marks_in
from .show import Show

FAMILIES = ("consent.", "decision.")


def record(
    kind: str, payload: Mapping[str, Any], key: PersonKey, *, show: Show, settings: Settings
) -> SignedRecord:
    """Sign a record of the show, note it in the ledger with the record's hash, and sign the ledger's head.

    The event says all that the record says, and `person` and `record` besides. Raises ArtistError as
    `Show.add` and `Ledger.append` do; an event that is not of its kind is refused before anything is signed.
    """
    kinds.check(kind, {**payload, "person": key.person, "record": "to be signed"})
    with Ledger.open(settings) as ledger:
        made = show.add(kind, payload, key, settings)
        ledger.append(kind, _event(made, show), by=key.person)
        ledger.sign_head(ledger.key)
    return made


def take_in(show: Show, settings: Settings) -> int:
    """Note in the ledger what others recorded in a show; return how many records were not known yet.

    A machine of a farm has no ledger, and gets none by this. Raises ArtistError `input.tampered` where the
    show's files are not as they were signed.
    """
    found = [each for each in show.records() if each.kind in kinds.KINDS]
    if not found or not _has_ledger(settings):
        return 0
    with Ledger.open(settings) as ledger:
        known = {str(row.payload.get("record", "")) for family in FAMILIES for row in ledger.rows(family)}
        new = [each for each in found if each.hash not in known]
        for each in new:
            origin = {"engine": each.engine, "hash": each.hash, "seq": each.seq, "ts": each.at}
            ledger.append(each.kind, {**_event(each, show), "imported": origin}, by=each.person)
    return len(new)


@dataclass(frozen=True)
class Gone:
    """A record that the ledger has seen and nobody finds any more: what it was, and of which take."""

    what: str
    kind: str
    take: str


def gone(show: Show, settings: Settings) -> tuple[Gone, ...]:
    """Name the records of a show that the ledger has seen and that are in its files no more.

    A show that was copied or is mounted under another name is known again by the records it still has.
    Rows that name no record were tampered with; the ledger's own check finds them.
    """
    if not _has_ledger(settings):
        return ()
    present, folder = marks_in(show.records_folder), str(show.records_folder)
    with Ledger.open(settings) as ledger:
        seen = [row for family in FAMILIES for row in ledger.rows(family)]
    facts = [(row, told) for row in seen if "record" in (told := row.payload)]
    folders = {told.get("records") for _, told in facts if told["record"] in present} | {folder}
    return tuple(
        Gone(
            f"{row.kind} by {row.by} of {told.get('imported', {}).get('ts', row.ts)}",
            row.kind,
            str(told.get("take", "")),
        )
        for row, told in facts
        if told["record"] not in present and told.get("records") in folders - {None}
    )


def check_whole(show: Show, settings: Settings) -> None:
    """Refuse to go on where a record that was seen here is gone; raises ArtistError `input.tampered`.

    A ledger that was cut itself, or taken away beside its signed heads, can miss nothing, and is refused too.
    """
    if _has_ledger(settings) or _has_heads(settings):
        with Ledger.open(settings) as ledger:
            ledger.check_tail()
    missing = gone(show, settings)
    if missing:
        first = missing[0].what
        raise ArtistError(
            "input.tampered",
            "Signed records of the show are gone",
            f"{show.records_folder} lacks {len(missing)} that this machine has seen, first {first}.",
            "Bring the files back from a copy; 'photodouble ledger show' lists what they said.",
            detail="; ".join(one.what for one in missing),
        )


def _has_ledger(settings: Settings) -> bool:
    from photodouble.engine.queue.folder import state_to_read

    return (state_to_read(settings) / FILE).is_file()


def _has_heads(settings: Settings) -> bool:
    from photodouble.engine.queue.folder import state_to_read

    return (state_to_read(settings) / HEADS).is_file()


def _event(made: SignedRecord, show: Show) -> dict[str, Any]:
    facts = {"person": made.person, "record": made.hash, "records": str(show.records_folder)}
    return {**made.payload, **facts}
