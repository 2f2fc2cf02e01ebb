"""The marks that keep a take, what each does to it, and how it is told to an artist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """What a mark does: it sets or takes back a word (locked or in use)."""

    mark: str
    holds: bool
    help: str


WORDS: Mapping[str, Word] = {
    "lock": Word("locked", True, "Keep a take from being pruned."),
    "unlock": Word("locked", False, "Let a take be pruned again."),
    "use": Word("in use", True, "Say that a take is in use."),
    "release": Word("in use", False, "Say that a take is not in use any more."),
}

OLD_WORDS: Mapping[str, Word] = {
    "approve": Word("noted as approved, unsigned", True, ""),
    "reject": Word("noted as approved, unsigned", False, ""),
}
"""Words that were noted here before decisions were signed. They keep a take, and approve nothing."""
