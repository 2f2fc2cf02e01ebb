"""Stored JSON: reading it strictly, and bringing old files up to date."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable, Mapping, Sequence

from .errors import ArtistError

Json = Dict[str, Any]
Upgrade = Callable[[Json], Json]


def upgraded(stored: Mapping[str, Any], upgrades: Sequence[Upgrade], what: str) -> Json:
    """Bring a stored object up to the present schema, one step after another.

    `upgrades[0]` turns schema 1 into schema 2, and so on; the present schema is `len(upgrades) + 1`. Raises
    ArtistError `input.bad_request` if the object has no schema number or a newer one.
    """
    current = len(upgrades) + 1
    schema = stored.get("schema")
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise bad_request(f"The {what} has no schema number.", 'Write it with "schema": 1.')
    if schema > current:
        raise bad_request(
            f"The {what} has schema {schema}; this version reads up to {current}.",
            "Install the newer Photo Double that wrote it.",
        )
    result = dict(stored)
    for number in range(schema, current):
        result = dict(upgrades[number - 1](result))
        result["schema"] = number + 1
    return result


def refuse_unknown(stored: Mapping[str, Any], known: Iterable[str], what: str) -> None:
    """Stop at the first field nobody knows, because a misspelt field would be silently ignored."""
    names = sorted(known)
    for field in sorted(str(key) for key in stored):
        if field not in names:
            raise bad_request(
                f"The {what} has an unknown field {field!r}.",
                "Remove it or correct its name. Known fields: {}.".format(", ".join(names)),
            )


def bad_request(message: str, fix: str) -> ArtistError:
    """Make the error for a request that cannot be understood."""
    return ArtistError("input.bad_request", "The request cannot be understood", message, fix)
