"""Review: a take is a suggestion until a named person decides, and signs the decision with their own key."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photodouble.settings import Settings, load_settings
from photodouble_client.errors import ArtistError

from .manifest import request_sha256
from .review_state import NOTING_ROLES, fingerprint, ruling_of
from .review_state import standings as standings
from .review_state import status as status
from .review_words import SAYINGS, Ruling, plain
from .store import Take, TakeStore

if TYPE_CHECKING:
    from photodouble.provenance.keys import PersonKey
    from photodouble.provenance.show import Show

SCHEMA = 1
LONGEST = 4000
"""The most signs that the reason or the reference of a decision may have."""


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
    approval, `engine.no_take` when an unfinished take is to be approved, `usage.bad_value`, `input.tampered`
    where the show's records or the take are not as they were.
    """
    from photodouble.provenance import signed
    from photodouble.provenance.show import Show

    chosen = settings or load_settings(store.root).settings
    show = Show.find(store.root)
    check_wish(take, wish, key, show, chosen)
    made = signed.record(
        SAYINGS[wish.word].kind, statement_of(take, wish, key), key, show=show, settings=chosen
    )
    return ruling_of(made, show)


def check_wish(take: Take, wish: Wish, key: PersonKey, show: Show, settings: Settings) -> None:
    """Refuse what may not be said, before anything is signed; raises as `decide`."""
    from photodouble.provenance.signed import check_whole

    check_whole(show, settings)
    _check_words(show, wish, key)
    if wish.word == "approve":
        _check_approval(take, show, settings)


def note_view(take: Take, settings: Settings) -> None:
    """Note in the ledger that somebody looked at the review page, where it is plain whose machine this is."""
    from photodouble.provenance.keys import own_persons
    from photodouble.provenance.ledger import Ledger

    own = own_persons()
    if len(own) == 1:
        with Ledger.open(settings) as ledger:
            ledger.append("review.viewed", {"take": take.take_id, "person": own[0]}, by=own[0])


def own_deciders(store: TakeStore) -> tuple[tuple[str, str], ...]:
    """Return the id and the name of the people of the show whose keys this user holds."""
    from photodouble.provenance.keys import own_persons
    from photodouble.provenance.show import Show

    people = Show.find(store.root).people
    return tuple((ident, people[ident].name or ident) for ident in own_persons() if ident in people)


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


def _check_words(show: Show, wish: Wish, key: PersonKey) -> None:
    if wish.word not in SAYINGS:
        raise _usage(f"{wish.word!r} is no decision.", f"Use one of: {', '.join(SAYINGS)}.")
    signer = show.person(key.person)
    for said in (wish.reason, wish.reference):
        if len(said) > LONGEST or plain(said) != said.replace("\r", ""):
            raise _usage(
                f"What is said has more than {LONGEST} signs, or signs that no page shows.",
                "Say it shorter, in plain text.",
            )
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


def statement_of(take: Take, wish: Wish, key: PersonKey) -> dict[str, Any]:
    """Return what a decision says of a take, in the shape of an in-toto statement about its manifest.

    With it goes what the people and the policy of the show were at that time.
    """
    from photodouble.provenance.dsse import statement
    from photodouble.provenance.seen import seen
    from photodouble.provenance.show import Show

    request, show = take.request(), Show.find(take.folder)
    name, digest = fingerprint(take)
    said = {
        "schema": SCHEMA,
        "show": show.name,
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
        "seen": seen(show),
    }
    return {**statement("decision", {name: digest}, said), "take": take.take_id}


def _is_date(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _usage(message: str, fix: str) -> ArtistError:
    return ArtistError("usage.bad_value", "The decision cannot be taken", message, fix)
