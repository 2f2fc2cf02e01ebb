"""A show: its folder, people and policy, and the signed records that its engines exchange there."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from photodouble.settings import Settings, find_show, load_settings
from photodouble_client.errors import ArtistError

from .keys import EngineKey, PersonKey, PublicKey, load_public, own_persons
from .people import Person, read_people
from .records import SignedRecord, Stranger, add_record, read_all

RECORDS = "records"


@dataclass(frozen=True)
class Show:
    """What a show's `photodouble.toml` says, as far as it is no setting.

    Where no such file is found the show has no name, and its people are those whose keys this user holds.
    """

    folder: Path
    name: str = ""
    people: Mapping[str, Person] = field(default_factory=dict)
    policy: Mapping[str, Any] = field(default_factory=dict)
    is_named: bool = False

    @classmethod
    def find(cls, near: Path) -> Show:
        """Return the show that a path lies in, or an empty one rooted at the path.

        Raises ArtistError `usage.bad_value` for a file that cannot be understood.
        """
        path = find_show(near)
        if path is None:
            return cls(near.expanduser().absolute(), people=own_people())
        try:
            stored = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as problem:
            raise _bad(path, "it is not a readable TOML file", str(problem)) from problem
        policy = stored.get("policy", {})
        if not isinstance(policy, dict):
            raise _bad(path, "'policy' must be a table", repr(policy))
        people = read_people(stored["people"], str(path)) if "people" in stored else own_people()
        return cls(path.parent, str(stored.get("name", "")), people, policy, True)

    @property
    def records_folder(self) -> Path:
        """Where the signed records lie, one file per engine."""
        return self.folder / RECORDS

    @property
    def keys(self) -> Mapping[str, PublicKey]:
        """The public keys of the people, by the name of the key."""
        found = (PublicKey.from_text(each.id, each.key) for each in self.people.values() if each.key)
        return {key.keyid: key for key in found}

    @property
    def known_keys(self) -> Mapping[str, PublicKey]:
        """The keys whose records count: those of the people, and their former ones."""
        former = (PublicKey.from_text(one.id, text) for one in self.people.values() for text in one.former)
        return {**{key.keyid: key for key in former}, **self.keys}

    def person(self, ident: str) -> Person:
        """Return somebody of the show; raises ArtistError `policy.no_person`."""
        if ident in self.people:
            return self.people[ident]
        raise ArtistError(
            "policy.no_person",
            "Nobody of that id is known in this show",
            f"{ident!r} is not among the people of {self.name or self.folder}.",
            "Have the lines that 'photodouble person add' prints put into the show's photodouble.toml.",
        )

    def records(self, kind: str = "") -> tuple[SignedRecord, ...]:
        """Return the records of a kind (or family: `consent.`) that count, the earlier ones first.

        Records of unknown keys are left out; see `strangers`. Raises ArtistError `input.tampered` naming the
        file and the line where a record is not as it was signed, or one is missing in between.
        """
        return tuple(each for each in read_all(self.records_folder, self.known_keys) if each.is_of(kind))

    def strangers(self) -> tuple[Stranger, ...]:
        """Return the records whose keys nobody of the show has. They do not count."""
        found: list[Stranger] = []
        read_all(self.records_folder, self.known_keys, strangers=found)
        return tuple(found)

    def add(
        self,
        kind: str,
        payload: Mapping[str, Any],
        key: PersonKey | EngineKey,
        settings: Settings | None = None,
    ) -> SignedRecord:
        """Sign a record and add it to this engine's file; it is on the disk when this returns.

        Raises ArtistError `policy.no_person` for a key that is not one of the show's people.
        """
        if key.keyid not in self.keys:
            raise _stranger(self, key)
        chosen = settings if settings is not None else load_settings(self.folder).settings
        return add_record(self.records_folder, kind, payload, key, self.known_keys, chosen)


def own_people() -> Mapping[str, Person]:
    """Return the people whose keys this user holds; keys that cannot be told without a passphrase too."""
    found = {}
    for ident in own_persons():
        public = load_public(ident)
        if public is not None:
            found[ident] = Person(ident, ident, "", public.text())
    return found


def _stranger(show: Show, key: PersonKey | EngineKey) -> ArtistError:
    return ArtistError(
        "policy.no_person",
        "This key does not count in this show",
        f"The key of {key.public.owner!r} is not that of one of the people of {show.name or show.folder}.",
        "Have the lines that 'photodouble person list' prints put into the show's photodouble.toml.",
        detail=key.keyid,
    )


def _bad(path: Path, why: str, detail: str) -> ArtistError:
    return ArtistError(
        "usage.bad_value",
        "The settings file has a mistake",
        f"{path} cannot be used: {why}.",
        "Correct the file, or move it away; 'photodouble config show' lists every setting.",
        detail=detail,
    )
