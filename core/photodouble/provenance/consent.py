"""The consents of a show: filed, asked for, and taken back.

People are named by id. A consent is a signed record of the show; so is taking it back, which is for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from photodouble_client.request import JobRequest
from photodouble_client.stored import Json, bad_request

from .asked import LIBRARY
from .consent_record import SCHEMA, ConsentRecord, checked

if TYPE_CHECKING:
    from photodouble.settings import Settings

    from .keys import PersonKey
    from .records import SignedRecord
    from .show import Show

RECORDED, REVOKED = "consent.recorded", "consent.revoked"


@dataclass(frozen=True)
class Verdict:
    """Whether performers agreed to a request. `records` are the ids of the consents that cover it.

    `found` says whether any consent of theirs was there at all; `reasons` are sentences for people.
    """

    ok: bool
    reasons: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    found: bool = False


@dataclass(frozen=True)
class Filed:
    """A consent as the show holds it: who signed it, the record's hash, and whether it was taken back."""

    consent: ConsentRecord
    person: str
    record: str
    revoked_by: str = ""
    revoked_why: str = ""

    @property
    def is_revoked(self) -> bool:
        """Whether it was taken back."""
        return bool(self.revoked_by)


def filed(show: Show, also_revoked: Iterable[str] = ()) -> tuple[Filed, ...]:
    """Return every consent of a show, the earlier ones first, with what became of it.

    `also_revoked` are ids known from elsewhere to be taken back. Raises ArtistError `input.tampered`.
    """
    return filed_in(show.records("consent."), also_revoked)


def filed_in(records: Sequence[SignedRecord], also_revoked: Iterable[str] = ()) -> tuple[Filed, ...]:
    """Return the consents among signed records; taken back once is taken back for ever."""
    revoked = dict.fromkeys(also_revoked, ("the ledger", ""))
    for each in records:
        if each.kind == REVOKED:
            revoked[str(each.payload["consent"])] = (each.person, str(each.payload.get("reason", "")))
    found: dict[str, Filed] = {}
    for each in records:
        if each.kind == RECORDED:
            consent = ConsentRecord.from_json(each.payload)
            by, why = revoked.get(consent.id, ("", ""))
            found.setdefault(consent.id, Filed(consent, each.person, each.hash, by, why))
    return tuple(found.values())


def rows(show: Show, also_revoked: Iterable[str] = (), performer: str = "") -> list[Json]:
    """Return the consents of a show, or of one performer in it, as plain JSON values."""
    return [
        {
            **each.consent.to_json(),
            "signed_by": each.person,
            "record": each.record,
            "revoked_by": each.revoked_by,
            "revoked_why": each.revoked_why,
        }
        for each in filed(show, also_revoked)
        if performer in ("", each.consent.performer)
    ]


_NAMED = 24
"""So many performers are named in one sentence."""


def consent_for(
    request: JobRequest,
    show: Show,
    on: date,
    *,
    also_revoked: Iterable[str] = (),
    models: Mapping[str, str] | None = None,
) -> Verdict:
    """Say whether every performer of a request agreed to it, on a day.

    `models` are the hashes of models by name; `also_revoked` ids known from elsewhere to be taken back. A
    request that names no performer is covered by nobody, unless its elements show nobody who could be known.
    Raises ArtistError `input.tampered`.
    """
    if not request.performers and LIBRARY in request.inputs:
        return Verdict(True)
    if not request.performers:
        return Verdict(False, ("The request does not say whose likeness it changes.",))
    known = filed(show, also_revoked)
    production = show.name or request.show
    records, found = [], False
    without: list[str] = []
    uncovered: dict[str, list[tuple[str, str]]] = {}
    for performer in dict.fromkeys(request.performers):
        theirs = [each for each in known if each.consent.performer == performer]
        found = found or bool(theirs)
        misfits = {each: _misfits(each, request, production, on, models or {}) for each in theirs}
        fitting = [each for each in theirs if not misfits[each]]
        if fitting:
            records.append(fitting[-1].consent.id)
        elif theirs:
            nearest = min(reversed(theirs), key=lambda each: len(misfits[each]))
            why = "; ".join(misfits[nearest])
            uncovered.setdefault(why, []).append((nearest.consent.id, performer))
        else:
            without.append(performer)
    reasons = [_not_covered(why, theirs) for why, theirs in uncovered.items()]
    if without:
        reasons.append(f"There is no consent of {_listed(without)}.")
    return Verdict(not reasons, tuple(reasons), tuple(records), found)


def _not_covered(why: str, theirs: list[tuple[str, str]]) -> str:
    if len(theirs) == 1:
        ident, performer = theirs[0]
        return f"The consent {ident} of {performer} does not cover it: {why}."
    return f"The consents of {_listed([performer for _, performer in theirs])} do not cover it: {why}."


def _listed(names: list[str]) -> str:
    """Join names in words; a whole crowd ends in how many more there are."""
    if len(names) == 1:
        return names[0]
    if len(names) > _NAMED:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
    return f"{', '.join(names[:-1])} and {names[-1]}"


def add(consent: ConsentRecord, show: Show, key: PersonKey, settings: Settings) -> SignedRecord:
    """File a consent: signed into the show's records and noted in the ledger."""
    return _file(RECORDED, checked(consent).to_json(), show, key, settings)


def revoke(ident: str, reason: str, show: Show, key: PersonKey, settings: Settings) -> SignedRecord:
    """Take a consent back, at once and for ever; raises `input.bad_request` for an unknown one."""
    if ident not in {each.consent.id for each in filed(show)}:
        raise bad_request(f"There is no consent {ident!r} in this show.", "Run 'photodouble consent list'.")
    return _file(REVOKED, {"schema": SCHEMA, "consent": ident, "reason": reason}, show, key, settings)


def _misfits(
    each: Filed, request: JobRequest, production: str, on: date, hashes: Mapping[str, str]
) -> tuple[str, ...]:
    misfits = each.consent.misfits(request, production, on, hashes)
    if not each.is_revoked:
        return misfits
    return (f"it was revoked by {each.revoked_by}", *misfits)


def _file(kind: str, payload: Json, show: Show, key: PersonKey, settings: Settings) -> SignedRecord:
    from .signed import record

    show.person(key.person)
    return record(kind, payload, key, show=show, settings=settings)
