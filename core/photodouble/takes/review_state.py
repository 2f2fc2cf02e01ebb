"""Where takes stand: read from the signed decisions of the show, and from the takes beside them."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from photodouble.settings import load_settings
from photodouble_client.request import JobRequest

from . import standing as marks
from .finding import store_at
from .manifest import request_sha256
from .readable import readable
from .review_words import (
    APPROVED,
    IN_REVIEW,
    OVERRIDDEN,
    SAYINGS,
    SUGGESTION,
    SUPERSEDED,
    USE_NOT_ALLOWED,
    Ruling,
    Standing,
    approvals_in_force,
)
from .store import MANIFEST, Take, TakeStore, names_of

if TYPE_CHECKING:
    from photodouble.provenance.people import Person
    from photodouble.provenance.policy import Policy
    from photodouble.provenance.records import SignedRecord
    from photodouble.provenance.show import Show

FAMILY = "decision."
NOTING_ROLES = ("coordinator", "producer", "supervisor")
"""Roles that may note down what another person decided in a review."""
_WORDS = {saying.kind: word for word, saying in SAYINGS.items()}


def status(take: Take, store: TakeStore | None = None) -> Standing:
    """Return where a take stands; raises ArtistError `input.tampered` for records changed or cut out."""
    found = store or store_at("", str(take.folder))
    beside = [one for one in found.versions(names_of(take.request())) if one.take_id != take.take_id]
    return _standings(found, [*readable(beside), take])[take.take_id]


def standings(store: TakeStore, takes: Iterable[Take] | None = None) -> Mapping[str, Standing]:
    """Return where every take of a store stands, by take id; raises as `status`.

    Takes that this version cannot read are left out. Whoever has them all at hand gives them.
    """
    return _standings(store, readable(store.all() if takes is None else takes))


def fingerprint(take: Take) -> tuple[str, str]:
    """Return what a decision is about: the manifest and its SHA-256, or the request of an unfinished take."""
    if take.is_sealed:
        return MANIFEST, hashlib.sha256((take.folder / MANIFEST).read_bytes()).hexdigest()
    return "request.json", request_sha256(take.request())


def ruling_of(record: SignedRecord, show: Show, now: Mapping[str, Any] | None = None) -> Ruling:
    """Read a decision from its record; `now` is what `seen` says of the show, where many are read.

    The word is that of the kind which was signed. A decision in another person's name counts only where the
    role of the signer allows that, and a decision of another show not at all.
    """
    from photodouble.provenance.seen import changes, seen

    said, subject = record.payload["predicate"], record.payload["subject"][0]
    people = {ident: person.name for ident, person in show.people.items()}
    person = str(said["decider"])
    role = show.people[record.person].role if record.person in show.people else ""
    is_theirs = person == record.person or (person in people and role in NOTING_ROLES)
    return Ruling(
        take_id=str(said["take"]),
        word=_WORDS[record.kind],
        person=person,
        name=people.get(person, ""),
        signer=record.person,
        signer_name=people.get(record.person, ""),
        at=record.at,
        date=str(said.get("date", "")),
        reference=str(said.get("reference", "")),
        reason=str(said.get("reason", "")),
        record=record.hash,
        subject=str(subject["digest"]["sha256"]),
        counts=is_theirs and said.get("show", show.name) == show.name,
        after=changes(said.get("seen"), now or seen(show)),
    )


def approvers(approvals: Iterable[Ruling], show: Show) -> tuple[Person, ...]:
    """Return the people of approvals in force, as a policy counts them.

    Whoever a coordinator speaks for may have no key of their own: then the coordinator's stands for it.
    """
    found = [show.people[one.person] for one in approvals if one.person in show.people]
    return tuple(dataclasses.replace(one, key=one.key or "noted") for one in found)


def _standings(store: TakeStore, takes: Iterable[Take]) -> dict[str, Standing]:
    from photodouble.provenance.consent_now import UNDER_OVERRIDE, consent_now
    from photodouble.provenance.policy import Policy
    from photodouble.provenance.show import Show
    from photodouble.provenance.signed import check_whole

    known = {take.take_id: take for take in takes}
    show = Show.find(store.root)
    policy = Policy.read(show.policy)
    requests = {ident: take.request() for ident, take in known.items()}
    rulings = _rulings(store, known, show)
    settings = load_settings(store.root).settings
    check_whole(show, settings)
    missing = {ident: _missing(requests[ident].use, found, show, policy) for ident, found in rulings.items()}
    said = {ident: _said(found, missing[ident]) for ident, found in rulings.items()}
    held = {ident: consent_now(take.folder, show, settings) for ident, take in known.items()}
    for ident, why in held.items():
        if why not in ((), (UNDER_OVERRIDE,)) and said[ident] == APPROVED:
            said[ident] = IN_REVIEW
    strange = _strange(show)
    found: dict[str, Standing] = {}
    for beside in _shots(known.values()):
        for take in beside:
            state = _state(take, beside, said, requests)
            found[take.take_id] = Standing(
                state,
                tuple(rulings[take.take_id]),
                missing[take.take_id],
                held[take.take_id],
                strange.get(take.take_id, ()),
            )
    return found


def _rulings(store: TakeStore, takes: Mapping[str, Take], show: Show) -> dict[str, list[Ruling]]:
    """Return the decisions about each take: old unsigned ones first, then the signed ones in their order."""
    from photodouble.provenance.seen import changes_of, seen

    found: dict[str, list[Ruling]] = {ident: [] for ident in takes}
    for old in marks.decisions(store.root):
        if old.take_id in found and old.word in ("approve", "reject"):
            found[old.take_id].append(Ruling(old.take_id, old.word, old.person, is_signed=False))
    last: Any = None
    today = seen(show)
    for record in show.records(FAMILY):
        if record.kind in _WORDS:
            ruling, now = ruling_of(record, show, today), record.payload["predicate"].get("seen")
            people = dict.fromkeys((ruling.person, ruling.signer))
            new = tuple(what for ident in people for what in changes_of(ident, last, now))
            last = now or last
            if ruling.take_id in found:
                checked = _checked(takes[ruling.take_id], ruling)
                found[ruling.take_id].append(dataclasses.replace(checked, before=new))
    return found


def _strange(show: Show) -> dict[str, tuple[str, ...]]:
    """Say of which takes there are decisions that do not count, as nobody has their key any more."""
    found: dict[str, tuple[str, ...]] = {}
    for one in show.strangers():
        if one.kind in _WORDS:
            what = (
                f"A decision about it ({_WORDS[one.kind]}; {one.where}) does not count: nobody of the show "
                "has its key. Decide again, or name the old key under 'former' of its person."
            )
            found[one.take] = (*found.get(one.take, ()), what)
    return found


def _shots(takes: Iterable[Take]) -> Iterable[list[Take]]:
    """Put the takes of one shot and operation together."""
    found: dict[str, list[Take]] = {}
    for take in takes:
        found.setdefault(str(take.folder.parent), []).append(take)
    return found.values()


def _checked(take: Take, ruling: Ruling) -> Ruling:
    """Say of an approval whether it is about the take as it is now."""
    if ruling.word != "approve" or not ruling.counts:
        return ruling
    return dataclasses.replace(ruling, counts=take.is_sealed and ruling.subject == fingerprint(take)[1])


def _said(rulings: Iterable[Ruling], missing: tuple[str, ...]) -> str:
    """Return the state that the decisions alone lead to: the last one that counts."""
    state = SUGGESTION
    for ruling in rulings:
        saying = SAYINGS[ruling.word]
        if saying.state and ruling.is_signed and ruling.counts:
            state = saying.state
    if state != APPROVED:
        return state
    return (IN_REVIEW if missing else APPROVED) if approvals_in_force(rulings) else SUGGESTION


def _missing(use: str, rulings: Iterable[Ruling], show: Show, policy: Policy) -> tuple[str, ...]:
    """Return whose approval the show still wants for the use of a take that somebody has approved."""
    people = approvers(approvals_in_force(rulings), show)
    if not people:
        return ()
    if use not in policy.uses:
        return (USE_NOT_ALLOWED,)
    return policy.missing_approvals(use, people)


def _state(
    take: Take, beside: Iterable[Take], said: Mapping[str, str], requests: Mapping[str, JobRequest]
) -> str:
    """Return the state beside the other takes of the shot.

    A newer approved take supersedes an older one that was not turned down; a child made with overridden
    frames takes the place of a parent that was not approved.
    """
    state = said[take.take_id]
    newer = [other.take_id for other in beside if other.version > take.version]
    if state in (SUGGESTION, IN_REVIEW, APPROVED) and any(said[one] == APPROVED for one in newer):
        return SUPERSEDED
    children = [requests[one] for one in newer if requests[one].parent == take.take_id]
    if state != APPROVED and any(child.overrides for child in children):
        return OVERRIDDEN
    return state
