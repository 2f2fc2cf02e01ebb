"""Review: a take is a suggestion until a named person decides, and signs the decision with their own key."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photodouble.settings import Settings, load_settings
from photodouble_client.errors import ArtistError

from . import standing as marks
from .finding import store_at
from .manifest import request_sha256
from .review_words import (
    APPROVED,
    IN_REVIEW,
    OVERRIDDEN,
    SAYINGS,
    SUGGESTION,
    SUPERSEDED,
    Ruling,
    Standing,
    approvals_in_force,
)
from .store import MANIFEST, Take, TakeStore, names_of

if TYPE_CHECKING:
    from photodouble.provenance.keys import PersonKey
    from photodouble.provenance.policy import Policy
    from photodouble.provenance.records import SignedRecord
    from photodouble.provenance.show import Show

SCHEMA = 1
FAMILY = "decision."
KINDS = frozenset(saying.kind for saying in SAYINGS.values())
NOTING_ROLES = ("coordinator", "producer", "supervisor")
"""Roles that may note down what another person decided in a review."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to say of a take.

    `on_behalf_of` is the id of the person who decided, where a coordinator notes it down; then the `date`
    (YYYY-MM-DD) and the `reference` of the review are needed.
    """

    word: str
    reason: str = ""
    reference: str = ""
    date: str = ""
    on_behalf_of: str = ""


def decide(
    store: TakeStore, take: Take, wish: Wish, key: PersonKey, settings: Settings | None = None
) -> Ruling:
    """Sign a decision, add it to the show's records and to the ledger, and return it.

    Earlier decisions stay; the last one counts. Raises ArtistError: `policy.no_person` for a key or a person
    that is not of the show, `policy.forbidden`, `consent.*` where the performer's consent does not cover an
    approval, `engine.no_take` when an unfinished take is to be approved, `usage.bad_value`.
    """
    from photodouble.provenance import signed
    from photodouble.provenance.show import Show

    chosen = settings or load_settings(store.root).settings
    show = Show.find(store.root)
    check_wish(take, wish, key, show, chosen)
    made = signed.record(
        SAYINGS[wish.word].kind, _statement(take, wish, key), key, show=show, settings=chosen
    )
    return _ruling(made, show)


def check_wish(take: Take, wish: Wish, key: PersonKey, show: Show, settings: Settings) -> None:
    """Refuse what may not be said, before anything is signed; raises as `decide`."""
    _check_words(show, wish, key)
    if wish.word == "approve":
        _check_approval(take, show, settings)


def status(take: Take, store: TakeStore | None = None) -> Standing:
    """Return where a take stands; raises ArtistError `input.tampered` for a record that was changed."""
    found = store or store_at("", str(take.folder))
    beside = found.versions(names_of(take.request()))
    return _standings(found, beside)[take.take_id]


def standings(store: TakeStore) -> Mapping[str, Standing]:
    """Return where every take of a store stands, by take id; raises as `status`."""
    return _standings(store, store.all())


def own_deciders(store: TakeStore) -> tuple[tuple[str, str], ...]:
    """Return the id and the name of the people of the show whose keys this user holds."""
    from photodouble.provenance.keys import own_persons
    from photodouble.provenance.show import Show

    people = Show.find(store.root).people
    return tuple((ident, people[ident].name or ident) for ident in own_persons() if ident in people)


def fingerprint(take: Take) -> tuple[str, str]:
    """Return what a decision is about: the manifest and its SHA-256, or the request of an unfinished take."""
    if take.is_sealed:
        return MANIFEST, hashlib.sha256((take.folder / MANIFEST).read_bytes()).hexdigest()
    return "request.json", request_sha256(take.request())


def deciding_person(given: str, settings: Settings) -> str:
    """Return the id of the person who decides: as given, the artist, or whose key alone this user holds.

    Raises ArtistError `policy.no_person`.
    """
    from photodouble.provenance.keys import own_persons

    from .artist import artist_name

    if given:
        return given
    own = own_persons()
    artist = artist_name("", settings)
    if artist in own or len(own) == 1:
        return artist if artist in own else own[0]
    raise ArtistError(
        "policy.no_person",
        "A decision needs a named person",
        "This user holds no key, and nobody is named." if not own else f"Keys are held of {', '.join(own)}.",
        "Make your own key with 'photodouble person add'." if not own else "Say who decides (--by).",
    )


def _standings(store: TakeStore, takes: Iterable[Take]) -> dict[str, Standing]:
    from photodouble.provenance.policy import Policy
    from photodouble.provenance.show import Show

    known = list(takes)
    show = Show.find(store.root)
    rulings: dict[str, list[Ruling]] = {take.take_id: [] for take in known}
    subjects: dict[str, str] = {}
    for old in marks.decisions(store.root):
        if old.take_id in rulings and old.word in ("approve", "reject"):
            rulings[old.take_id].append(Ruling(old.take_id, old.word, old.person, is_signed=False))
    for record in (each for each in show.records(FAMILY) if each.kind in KINDS):
        ruling = _ruling(record, show)
        if ruling.take_id in rulings:
            rulings[ruling.take_id].append(ruling)
            subjects[ruling.record] = _subject(record)
    for take in known:
        rulings[take.take_id] = [_checked(take, one, subjects) for one in rulings[take.take_id]]
    policy = Policy.read(show.policy)
    missing = {take.take_id: _missing(take, rulings[take.take_id], show, policy) for take in known}
    said = {ident: _said(found, missing[ident]) for ident, found in rulings.items()}
    return {
        take.take_id: Standing(_state(take, known, said), tuple(rulings[take.take_id]), missing[take.take_id])
        for take in known
    }


def _checked(take: Take, ruling: Ruling, subjects: Mapping[str, str]) -> Ruling:
    """Say of an approval whether it is about the take as it is now."""
    if ruling.word != "approve" or not ruling.is_signed:
        return ruling
    counts = take.is_sealed and subjects[ruling.record] == fingerprint(take)[1]
    return dataclasses.replace(ruling, counts=counts)


def _said(rulings: Iterable[Ruling], missing: tuple[str, ...]) -> str:
    """Return the state that the decisions alone lead to: the last one that counts."""
    state = SUGGESTION
    for ruling in rulings:
        saying = SAYINGS.get(ruling.word)
        if saying is not None and saying.state and ruling.is_signed:
            state = saying.state if ruling.counts else SUGGESTION
    return IN_REVIEW if state == APPROVED and missing else state


def _missing(take: Take, rulings: Iterable[Ruling], show: Show, policy: Policy) -> tuple[str, ...]:
    """Return whose approval the show still wants for the use of a take that somebody has approved."""
    people = [show.people[one.person] for one in approvals_in_force(rulings) if one.person in show.people]
    use = take.request().use
    if not people or use not in policy.uses:
        return () if not people else ("anybody: the show does not allow this use",)
    return policy.missing_approvals(use, people)


def _state(take: Take, takes: Iterable[Take], said: Mapping[str, str]) -> str:
    """Return the state beside the other takes of the shot.

    A newer approved take supersedes an older one that was not turned down; a child made with overridden
    frames takes the place of a parent that was not approved.
    """
    state = said[take.take_id]
    beside = [other for other in takes if other.folder.parent == take.folder.parent]
    newer = [other for other in beside if other.version > take.version]
    if state in (SUGGESTION, IN_REVIEW, APPROVED) and any(said[one.take_id] == APPROVED for one in newer):
        return SUPERSEDED
    if state != APPROVED and any(_overrides(one, take) for one in newer):
        return OVERRIDDEN
    return state


def _overrides(child: Take, parent: Take) -> bool:
    request = child.request()
    return request.parent == parent.take_id and bool(request.overrides)


def _check_words(show: Show, wish: Wish, key: PersonKey) -> None:
    if wish.word not in SAYINGS:
        raise _usage(f"{wish.word!r} is no decision.", f"Use one of: {', '.join(SAYINGS)}.")
    signer = show.person(key.person)
    if wish.word == "note" and not wish.reason.strip():
        raise _usage("The note is empty.", "Write what the note says (--reason).")
    if wish.date and not _is_date(wish.date):
        raise _usage(f"{wish.date!r} is no date.", "Write it as 2026-05-31.")
    if not wish.on_behalf_of or wish.on_behalf_of == key.person:
        return
    show.person(wish.on_behalf_of)
    if not (wish.date and wish.reference.strip()):
        raise _usage(
            "A decision that is noted for another person needs the date and the reference of the review.",
            "Give both (--date, --reference).",
        )
    if signer.role not in NOTING_ROLES:
        raise ArtistError(
            "policy.forbidden",
            "Only a coordinator notes decisions of others",
            f"{key.person} has the role {signer.role or 'of nobody in particular'} in this show.",
            f"Let the person decide, or somebody whose role is one of: {', '.join(NOTING_ROLES)}.",
        )


def _check_approval(take: Take, show: Show, settings: Settings) -> None:
    """Refuse to approve what is unfinished, or what consent and policy do not allow."""
    from photodouble.provenance import gate

    take.manifest()
    gate.check(take.request(), show, settings, at="approval", take=take.folder)


def _statement(take: Take, wish: Wish, key: PersonKey) -> dict[str, Any]:
    from photodouble.provenance.dsse import statement

    request = take.request()
    name, digest = fingerprint(take)
    said = {
        "schema": SCHEMA,
        "take": take.take_id,
        "label": take.label,
        "shot": request.shot,
        "operation": request.operation,
        "use": request.use,
        "request_sha256": request_sha256(request),
        "word": wish.word,
        "decider": wish.on_behalf_of or key.person,
        "reason": wish.reason,
        "reference": wish.reference,
        "date": wish.date,
    }
    return {**statement("decision", {name: digest}, said), "take": take.take_id}


def _ruling(record: SignedRecord, show: Show) -> Ruling:
    said = record.payload["predicate"]
    people = {ident: person.name for ident, person in show.people.items()}
    person = str(said["decider"])
    return Ruling(
        take_id=str(said["take"]),
        word=str(said["word"]),
        person=person,
        name=people.get(person, ""),
        signer=record.person,
        signer_name=people.get(record.person, ""),
        at=record.at,
        date=str(said.get("date", "")),
        reference=str(said.get("reference", "")),
        reason=str(said.get("reason", "")),
        record=record.hash,
    )


def _subject(record: SignedRecord) -> str:
    return str(record.payload["subject"][0]["digest"]["sha256"])


def _is_date(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _usage(message: str, fix: str) -> ArtistError:
    return ArtistError("usage.bad_value", "The decision cannot be taken", message, fix)
