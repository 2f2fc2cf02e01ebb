"""The permit of a farm job: signed by a person, bound to one request, and of no use after its day.

A farm's machine has no ledger. It believes the permit that lies beside the request, the keys of the people
in the show's file, and the revocations among the show's records, of which it must see no fewer than the
person saw who signed.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.settings import Settings
from photodouble.takes.files import write_json
from photodouble.takes.store import REQUEST, read_request, without_places
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest
from photodouble_client.stored import Upgrade, refuse_unknown, upgraded

from . import dsse
from .asked import models_of
from .canonical import digest
from .consent import REVOKED, filed_in
from .gate import CLEARED, OVERRIDE, GateMark, check, models_here
from .override import override_for
from .policy import Policy
from .show import Show

if TYPE_CHECKING:
    from .keys import PersonKey
    from .records import SignedRecord

UPGRADES: tuple[Upgrade, ...] = ()
SCHEMA = len(UPGRADES) + 1
FILE = "permit.json"
KIND = "permit"


@dataclass(frozen=True)
class Permit:
    """What a farm's machine may do: one request, until a moment. Times are ISO text in UTC.

    `models` are hashes of weights and `cards` those of their cards, by name, empty where a model has no card:
    a machine of the farm must find the very card that the person saw who signed. `seen` says for each engine
    of the show how many of its records that person saw.
    """

    request_sha256: str
    take: str
    operation: str
    sequence: str
    shot: str
    performers: tuple[str, ...]
    use: str
    models: Mapping[str, str]
    cards: Mapping[str, str]
    state: str
    consents: tuple[str, ...]
    override: str
    issued: str
    expires: str
    seen: Mapping[str, int]

    @property
    def id(self) -> str:
        """Name the permit by its content."""
        return "p" + digest(self.to_json())[:15]

    def to_json(self) -> dict[str, Any]:
        """Write the permit as plain JSON values."""
        stored = dataclasses.asdict(self)
        plain = {key: list(value) if isinstance(value, tuple) else value for key, value in stored.items()}
        return {"schema": SCHEMA, **plain}

    @classmethod
    def from_json(cls, given: Any) -> Permit:
        """Read a permit; raises ArtistError `input.bad_request`, KeyError or TypeError."""
        stored = upgraded(given, UPGRADES, "permit")
        stored.pop("schema")
        refuse_unknown(stored, [each.name for each in dataclasses.fields(cls)], "permit")
        lists = {name: tuple(stored[name]) for name in ("performers", "consents")}
        return cls(**{**stored, **lists})


def write_permit(request: JobRequest, folder: Path, key: PersonKey | None, settings: Settings) -> Path | None:
    """Sign the permit of a request into a folder, if its operation needs one; return its path.

    It ends after the `permit_hours` of the show's policy. Without a key the one of this user is taken, if
    this user holds the key of exactly one person of the show, and it opens without a passphrase.

    Raises ArtistError as the gate does, and `policy.no_person` or `policy.permit` where nobody may sign.
    """
    if request.spec.consent != "required":
        return None
    show = Show.find(Path(request.output_root))
    mark = check(request, show, settings, "submit")
    policy = Policy.read(show.policy)
    key = key or _own_key(show)
    if not policy.may_permit(show.person(key.person)):
        raise _refused(
            f"the show's policy does not let {key.person} sign", "Ask one whom 'permits' in [policy] names."
        )
    permit = _permit(request, show, mark, policy.permit_hours)
    write_json(folder / FILE, dsse.sign(permit.to_json(), KIND, key))
    return folder / FILE


def check_permit(
    request: JobRequest,
    path: Path | None,
    show: Show,
    settings: Settings,
    *,
    now: datetime | None = None,
    ended: bool = False,
) -> GateMark:
    """Let a farm's machine make a request by the permit at a path; raises ArtistError `policy.permit`.

    `ended` is for work that was done before: a permit that expired since then still stands for it. At run
    the models are asked for, too; raises as the gate does.
    """
    permit, person = _opened(path, show)
    policy = Policy.read(show.policy)
    if person not in show.people or not policy.may_permit(show.people[person]):
        raise _refused(f"{person} may not sign permits in this show")
    if permit.request_sha256 != request_digest(request):
        raise _refused("it was given for another request")
    moment = now or datetime.now(UTC)
    if not ended and not _time(permit.issued) <= moment + timedelta(hours=1):
        raise _refused(f"it begins at {permit.issued}")
    if not ended and moment >= _time(permit.expires):
        raise _refused(f"it expired at {permit.expires}")
    _check_revocations(permit, request, show, policy)
    if ended:
        return GateMark(permit.state, permit.consents, permit.override, permit.id)
    cleared = models_here(request, show, settings)
    if _by_name(request, cleared.models) != permit.models:
        raise _refused("a model is not the same on this machine")
    if _by_name(request, cleared.cards) != permit.cards:
        raise _refused("the card of a model is not the one that was seen when it was signed")
    return GateMark(
        permit.state,
        permit.consents,
        permit.override,
        permit.id,
        models=cleared.models,
        flags=cleared.flags,
        cards=cleared.cards,
    )


def check_imported(folder: Path, settings: Settings) -> None:
    """Check again, where a farm's take is taken in, that it was made by a permit, and that it still holds.

    Its moment may have passed since. Raises ArtistError `policy.permit`; work that needs no consent passes.
    """
    request = read_request(folder / REQUEST)
    if request.spec.consent == "required":
        check_permit(request, folder / FILE, Show.find(folder), settings, ended=True)


def request_digest(request: JobRequest) -> str:
    """Return the hash of a request, wherever its files lie: machines see one disk by several names."""
    return digest(without_places(request.checked()).to_json())


def _own_key(show: Show) -> PersonKey:
    from .keys import load_person_key, own_persons

    own = [person for person in own_persons() if person in show.people]
    if len(own) == 1:
        return load_person_key(own[0])
    raise _refused(
        "it is not said who signs it",
        "Sign it with your own key (--by), which 'photodouble person add' makes.",
    )


def _permit(request: JobRequest, show: Show, mark: GateMark, hours: float) -> Permit:
    now = datetime.now(UTC)
    return Permit(
        request_digest(request),
        request.take,
        request.operation,
        request.sequence,
        request.shot,
        request.performers,
        request.use,
        _by_name(request, mark.models),
        _by_name(request, mark.cards),
        mark.state,
        mark.records,
        mark.override,
        _text(now),
        _text(now + timedelta(hours=hours)),
        _seen(show.records()),
    )


def _opened(path: Path | None, show: Show) -> tuple[Permit, str]:
    if path is None or not path.is_file():
        raise _refused("there is none")
    try:
        content, person = dsse.opened(json.loads(path.read_text(encoding="utf-8")), KIND, show.keys)
        return Permit.from_json(content), person
    except (OSError, ValueError, KeyError, TypeError, ArtistError) as problem:
        why = "it is not as it was signed, or by nobody known here"
        raise _refused(why, detail=str(problem)) from problem


def _check_revocations(permit: Permit, request: JobRequest, show: Show, policy: Policy) -> None:
    records = show.records()
    seen = _seen(records)
    behind = [engine for engine, count in permit.seen.items() if seen.get(engine, 0) < count]
    if behind:
        raise _refused("this machine does not see all consents and revocations of the show", detail=behind[0])
    if permit.state == CLEARED:
        revoked = {str(each.payload["consent"]) for each in records if each.kind == REVOKED}
        alive = {each.consent.id for each in filed_in(records)} - revoked
        gone = [consent for consent in permit.consents if consent not in alive]
        if gone or not permit.consents:
            raise _refused(f"the consent {', '.join(gone) or 'it rests on'} was revoked")
    elif permit.state != OVERRIDE or override_for(request, show, policy) is None:
        raise _refused("the override it rests on does not count")


def _by_name(request: JobRequest, hashes: Mapping[str, str]) -> dict[str, str]:
    return {model: hashes.get(model, "") for model in models_of(request)}


def _seen(records: tuple[SignedRecord, ...]) -> dict[str, int]:
    """Count the records that count here, engine by engine."""
    found: dict[str, int] = {}
    for each in records:
        found[each.engine] = max(found.get(each.engine, 0), each.seq)
    return found


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise _refused("its times cannot be read", detail=text) from problem
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _refused(why: str, fix: str = "", detail: str = "") -> ArtistError:
    return ArtistError(
        "policy.permit",
        "The farm job has no valid permit",
        f"The permit of this request does not count: {why}.",
        fix or "Write the bundle again ('photodouble farm bundle'), signed by a person of the show.",
        detail=detail,
    )
