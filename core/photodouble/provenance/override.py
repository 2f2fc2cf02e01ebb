"""Overrides: a named person lets work go on without consent, and says why. Never up to a final delivery."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest
from photodouble_client.stored import Json, Upgrade, bad_request, refuse_unknown, upgraded

from .canonical import digest
from .policy import Policy

if TYPE_CHECKING:
    from photodouble.settings import Settings

    from .keys import PersonKey
    from .records import SignedRecord
    from .show import Show

UPGRADES: tuple[Upgrade, ...] = ()
SCHEMA = len(UPGRADES) + 1
OVERRIDDEN = "decision.overridden"
ABOUT = "consent"
ANY_TAKE = "any"


@dataclass(frozen=True)
class Override:
    """Lets one operation go on for performers in one shot and for one use, with the reason of a person."""

    operation: str
    sequence: str
    shot: str
    performers: tuple[str, ...]
    use: str
    reason: str

    @classmethod
    def of(cls, request: JobRequest, reason: str) -> Override:
        """Return the override that lets a request go on; raises `policy.no_person` without a reason."""
        if not reason.strip():
            raise ArtistError(
                "policy.no_person",
                "An override needs a reason",
                "Nobody can answer later for work without consent that gives no reason.",
                "Say why it may go on (--reason).",
            )
        named = tuple(sorted(set(request.performers)))
        return cls(request.operation, request.sequence, request.shot, named, request.use, reason.strip())

    @property
    def id(self) -> str:
        """Name the override by its content."""
        return "o" + digest(self._content())[:15]

    def to_json(self) -> Json:
        """Write the override as plain JSON values."""
        return {
            "schema": SCHEMA,
            "about": ABOUT,
            "override": self.id,
            "take": ANY_TAKE,
            **self._content(),
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Override:
        """Read an override; raises ArtistError `input.bad_request`."""
        stored = upgraded(given, UPGRADES, "override")
        names = [each.name for each in dataclasses.fields(cls)]
        refuse_unknown(stored, ["schema", "about", "override", "take", *names], "override")
        try:
            fields = {name: stored[name] for name in names}
            return cls(**{**fields, "performers": tuple(fields["performers"])})
        except (KeyError, TypeError) as problem:
            raise bad_request(f"An override lacks {problem}.", "Have it made again.") from problem

    def covers(self, request: JobRequest) -> bool:
        """Whether it lets a request go on."""
        return dataclasses.replace(Override.of(request, "any"), reason=self.reason) == self

    def _content(self) -> Json:
        stored = dataclasses.asdict(self)
        return {key: list(value) if isinstance(value, tuple) else value for key, value in stored.items()}


def override_for(request: JobRequest, show: Show, policy: Policy) -> tuple[Override, str] | None:
    """Return the override that lets a request go on, and who signed it; None if there is none that counts."""
    for each in reversed(show.records(OVERRIDDEN)):
        if each.payload.get("about") != ABOUT or each.person not in show.people:
            continue
        found = Override.from_json(each.payload)
        if found.covers(request) and policy.may_override(show.people[each.person]):
            return found, each.person
    return None


def override(
    request: JobRequest, reason: str, show: Show, key: PersonKey, settings: Settings
) -> SignedRecord:
    """Let a request go on without consent, signed and for the reason given.

    Raises ArtistError `policy.no_person` for somebody unknown or no reason, `policy.forbidden` for somebody
    whom the show's policy does not name.
    """
    from .signed import record

    made = Override.of(request, reason)
    person = show.person(key.person)
    if not Policy.read(show.policy).may_override(person):
        raise ArtistError(
            "policy.forbidden",
            "This person may not override consent",
            f"The show's policy does not name {person.id} among those who may override.",
            "Ask one whom 'override' in [policy] of photodouble.toml names, by id or by role.",
        )
    return record(OVERRIDDEN, made.to_json(), key, show=show, settings=settings)
