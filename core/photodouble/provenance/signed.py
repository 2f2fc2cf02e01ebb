"""Make a signed record of the show and note it in the ledger: how consent and decisions are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from photodouble.settings import Settings

from .keys import PersonKey
from .ledger import Ledger
from .records import SignedRecord
from .show import Show


def record(
    kind: str, payload: Mapping[str, Any], key: PersonKey, *, show: Show, settings: Settings
) -> SignedRecord:
    """Sign a record of the show, note it in the ledger with the record's hash, and sign the ledger's head.

    The event says all that the record says, and `person` and `record` besides. Raises ArtistError as
    `Show.add` and `Ledger.append` do; an event that is not of its kind is refused before anything is signed.
    """
    from . import kinds

    kinds.check(kind, {**payload, "person": key.person, "record": "to be signed"})
    with Ledger.open(settings) as ledger:
        made = show.add(kind, payload, key, settings)
        ledger.append(kind, {**payload, "person": key.person, "record": made.hash}, by=key.person)
        ledger.sign_head(ledger.key)
    return made
