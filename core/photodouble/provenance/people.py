"""The people of a show: an id, a name, a role and a public key. Elsewhere only the id is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from photodouble_client.errors import ArtistError

_ID = re.compile(r"[a-z][a-z0-9_-]{0,31}")


@dataclass(frozen=True)
class Person:
    """Somebody who may decide. `key` is the public key as text, `ed25519:BASE64`; empty: cannot sign.

    `former` are keys of that person that were replaced: what they signed still counts, and they sign no more.
    """

    id: str
    name: str = ""
    role: str = ""
    key: str = ""
    former: tuple[str, ...] = ()

    def lines(self) -> str:
        """Write the person as the lines of a show's `photodouble.toml`."""
        facts = {"name": self.name, "role": self.role, "key": self.key}
        told = "".join(f"{word} = {_quoted(text)}\n" for word, text in facts.items() if text)
        return f"[people.{self.id}]\n{told}"


def check_id(person: str) -> str:
    """Return the id of a person if it is one; raises ArtistError `usage.bad_value`."""
    if not _ID.fullmatch(person):
        raise ArtistError(
            "usage.bad_value",
            "That is no id of a person",
            f"{person[:40]!r} was given where the id of a person is needed.",
            "Use up to 32 small letters, digits, - and _, beginning with a letter, such as ada.",
        )
    return person


def read_people(table: Any, where: str) -> Mapping[str, Person]:
    """Read the table `[people]` of a show; raises ArtistError `usage.bad_value`."""
    if not isinstance(table, Mapping):
        raise _bad(where, "people")
    found: dict[str, Person] = {}
    for ident, facts in table.items():
        known = {"name", "role", "key", "former"}
        if not isinstance(facts, Mapping) or not set(facts) <= known:
            raise _bad(where, f"people.{ident}")
        former = facts.get("former", [])
        texts = [text for word, text in facts.items() if word != "former"]
        if not isinstance(former, list) or not all(isinstance(text, str) for text in (*texts, *former)):
            raise _bad(where, f"people.{ident}")
        found[check_id(str(ident))] = Person(str(ident), **{**facts, "former": tuple(former)})
    _check_keys(found, where)
    return found


def _check_keys(people: Mapping[str, Person], where: str) -> None:
    """Refuse a key that stands under two names: nobody could say who of them decided."""
    owners: dict[str, str] = {}
    for person, key in ((one, key) for one in people.values() for key in (one.key, *one.former)):
        other = owners.setdefault(key, person.id)
        if key and other != person.id:
            raise ArtistError(
                "usage.bad_value",
                "Two people have the same key",
                f"{where} gives one key to both {other} and {person.id}.",
                "Leave it with the one whose key it is; the other makes one with 'photodouble person add'.",
            )


def _quoted(text: str) -> str:
    """Write text as TOML does."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in escaped) + '"'


def _bad(where: str, name: str) -> ArtistError:
    return ArtistError(
        "usage.bad_value",
        "The settings file has a mistake",
        f"{where} cannot be used: [{name}] holds more than name, role and key as text, and former as a list.",
        "Correct it; 'photodouble person add' prints the lines as they should be.",
    )
