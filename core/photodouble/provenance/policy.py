"""The show's policy: which uses are allowed and whose approval each needs, which models, who may override.

It is the table `[policy]` of the show's `photodouble.toml`. Without one every use is allowed, a final needs
the approval of any named person, and nobody may override a missing consent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from photodouble_client.errors import ArtistError
from photodouble_client.request import USES

if TYPE_CHECKING:
    from .people import Person

MODES = ("exploration", "deliverable")
ANYONE = "anyone"
APPROVALS: Mapping[str, tuple[str, ...]] = {"ideation": (), "temp": (), "final": (ANYONE,)}
"""Whose approval each use needs where the show says nothing; `anyone` is any named person of the show."""
PERMIT_HOURS = 72.0
LONGEST_PERMIT = 24.0 * 90
_KNOWN = ("mode", "uses", "models", "override", "permits", "permit_hours")


@dataclass(frozen=True)
class Policy:
    """What a show allows.

    `uses` maps each allowed use to the roles or ids whose approval it needs, one of each. `models` are names
    or hashes; None allows every model that has a card. `override` are the roles or ids who may let work go
    on without consent; `permits` those who may sign farm permits, None for every person of the show.
    """

    mode: str = MODES[0]
    uses: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(APPROVALS))
    models: tuple[str, ...] | None = None
    override: tuple[str, ...] = ()
    permits: tuple[str, ...] | None = None
    permit_hours: float = PERMIT_HOURS

    @classmethod
    def read(cls, table: Mapping[str, Any]) -> Policy:
        """Read the table of a show; raises ArtistError `usage.bad_value` for what it does not understand."""
        for key in table:
            if key not in _KNOWN:
                raise _bad(f"it sets {key!r}, which is no part of a policy", "known: " + ", ".join(_KNOWN))
        mode = table.get("mode", MODES[0])
        if mode not in MODES:
            raise _bad(f"mode is {mode!r}", f"use one of {', '.join(MODES)}")
        return cls(
            mode,
            _uses(table.get("uses")),
            _words("models", table["models"]) if "models" in table else None,
            _words("override", table.get("override", [])),
            _words("permits", table["permits"]) if "permits" in table else None,
            _hours(table.get("permit_hours", PERMIT_HOURS)),
        )

    def check_use(self, use: str) -> None:
        """Refuse a use that the show does not allow; raises ArtistError `policy.forbidden`."""
        if use in self.uses:
            return
        raise ArtistError(
            "policy.forbidden",
            "The show does not allow this use",
            f"Work for {use} is not allowed in this show, which allows {', '.join(self.uses) or 'none'}.",
            f"Choose another use, or have '{use} = []' added under [policy.uses] in photodouble.toml.",
            detail=use,
        )

    def check_models(self, models: Iterable[str], also_called: Mapping[str, str] | None = None) -> None:
        """Refuse a model that the show does not allow; raises ArtistError `policy.forbidden`.

        `also_called` maps the name of a model to its hash, so that either may stand in the policy.
        """
        if self.models is None:
            return
        for model in models:
            if not {model, (also_called or {}).get(model, model)} & set(self.models):
                raise ArtistError(
                    "policy.forbidden",
                    "The show does not allow this model",
                    f"The model {model} is not among those that the show allows.",
                    "Choose another model, or ask whoever keeps the show's policy.",
                    detail=", ".join(self.models),
                )

    def approvals(self, use: str) -> tuple[str, ...]:
        """Return whose approval a use needs: roles or ids, one of each; raises `policy.forbidden`."""
        self.check_use(use)
        return self.uses[use]

    def missing_approvals(self, use: str, approved_by: Iterable[Person]) -> tuple[str, ...]:
        """Return the roles or ids whose approval a use still lacks."""
        people = tuple(approved_by)
        return tuple(word for word in self.approvals(use) if not any(stands_for(word, one) for one in people))

    def may_override(self, person: Person) -> bool:
        """Whether a person may let work go on without consent."""
        return any(stands_for(word, person) for word in self.override)

    def may_permit(self, person: Person) -> bool:
        """Whether a person may sign the permit of a farm job."""
        return self.permits is None or any(stands_for(word, person) for word in self.permits)


def stands_for(word: str, person: Person) -> bool:
    """Whether a word of a policy means a person: by id, by role, or anyone with a key of their own."""
    return word in (person.id, person.role) or (word == ANYONE and bool(person.key))


def _uses(table: Any) -> Mapping[str, tuple[str, ...]]:
    if table is None:
        return dict(APPROVALS)
    if not isinstance(table, Mapping):
        raise _bad("uses is no table", "write [policy.uses] with a line such as final = ['supervisor']")
    for use in table:
        if use not in USES:
            raise _bad(f"uses names {use!r}", "known: " + ", ".join(USES))
    found = {use: _words(f"uses.{use}", table[use]) for use in USES if use in table}
    if "final" in found and not found["final"]:
        found["final"] = (ANYONE,)
    return found


def _words(name: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(word, str) and word for word in value):
        return tuple(value)
    raise _bad(f"{name} is no list of words", repr(value))


def _hours(value: Any) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= LONGEST_PERMIT:
        return float(value)
    raise _bad("permit_hours is no number of hours", f"above 0, and up to {LONGEST_PERMIT:g}: {value!r}")


def _bad(why: str, detail: str) -> ArtistError:
    return ArtistError(
        "usage.bad_value",
        "The show's policy has a mistake",
        f"[policy] of photodouble.toml cannot be used: {why}.",
        "Correct the file; the page on governance shows a whole policy.",
        detail=detail,
    )
