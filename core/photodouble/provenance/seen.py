"""The people and the policy of a show as somebody saw them who decided, and what has changed since.

`photodouble.toml` is a plain file. So every decision carries in what is signed, and the ledger keeps, who
stood there in which role and with which key, and the digest of the policy. No name of anybody is in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from photodouble_client.errors import ArtistError

from .canonical import digest
from .keys import PublicKey
from .people import Person
from .show import Show


def seen(show: Show) -> dict[str, Any]:
    """Return the people of a show by role and the name of their key, and the digest of its policy."""
    people = {ident: {"role": one.role, "key": _keyid(one)} for ident, one in show.people.items()}
    return {"people": people, "policy": digest(json.loads(json.dumps(show.policy, default=str)))}


def changes(before: Any, now: Any) -> tuple[str, ...]:
    """Say what differs between what was seen at one decision and at another; nothing where unknown."""
    if not _is_seen(before) or not _is_seen(now):
        return ()
    old, new = before["people"], now["people"]
    found = [what for ident in sorted({*old, *new}) for what in _of(ident, old.get(ident), new.get(ident))]
    if before.get("policy") != now.get("policy"):
        found.append("the policy is another")
    return tuple(found)


def changes_of(ident: str, before: Any, now: Any) -> tuple[str, ...]:
    """Say what became another of one person."""
    if not _is_seen(before) or not _is_seen(now):
        return ()
    return tuple(_of(ident, before["people"].get(ident), now["people"].get(ident)))


def _of(ident: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[str]:
    if old == new:
        return
    if old is None or new is None:
        word = (new or {}).get("role", "")
        yield f"{ident} was added{f' as {word}' if word else ''}" if old is None else f"{ident} was taken out"
        return
    if old.get("role") != new.get("role"):
        yield f"{ident} was {old.get('role') or 'of no role'} and is {new.get('role') or 'of no role'}"
    if old.get("key") != new.get("key"):
        yield f"{ident} has another key" if new.get("key") else f"{ident} has no key any more"


def _is_seen(stored: Any) -> bool:
    people = stored.get("people") if isinstance(stored, Mapping) else None
    return isinstance(people, Mapping) and all(isinstance(one, Mapping) for one in people.values())


def _keyid(person: Person) -> str:
    try:
        return PublicKey.from_text(person.id, person.key).keyid if person.key else ""
    except ArtistError:
        return ""
