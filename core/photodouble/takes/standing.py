"""What keeps a take: locked or in use. Kept beside the takes, never in one; approval is `review`'s."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from photodouble_client.errors import ArtistError
from photodouble_client.stored import Upgrade, upgraded

from .files import telling_disk_errors
from .store import Take
from .words import OLD_WORDS, WORDS

DECISIONS = "decisions.jsonl"
UPGRADES: tuple[Upgrade, ...] = ()
SCHEMA = len(UPGRADES) + 1


@dataclass(frozen=True)
class Decision:
    """One mark that one named person set on one take; the word is one of WORDS, or of OLD_WORDS."""

    take_id: str
    word: str
    person: str


def decide(root: Path, decision: Decision) -> None:
    """Add a mark to the list of a root; earlier ones stay, the last word counts.

    Raises ArtistError `usage.bad_value` when no person is named, or for a word that needs a signature.
    """
    if decision.word not in WORDS:
        raise ArtistError(
            "usage.bad_value",
            "This word needs a signature",
            f"{decision.word!r} cannot be noted without one.",
            f"Decide with 'photodouble takes {decision.word}'; here stand {', '.join(WORDS)}.",
        )
    if not decision.person.strip():
        raise ArtistError(
            "usage.bad_value",
            "A decision needs a name",
            "Nobody is named as the person who decides.",
            "Give your name (--by).",
        )
    line = json.dumps(
        {"schema": SCHEMA, "take": decision.take_id, "word": decision.word, "person": decision.person},
        sort_keys=True,
        ensure_ascii=False,
    )
    path = root / DECISIONS
    with telling_disk_errors(path), path.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")


def decisions(root: Path) -> tuple[Decision, ...]:
    """Return every mark in order, and unsigned approvals of old; a line cut short is passed over."""
    path = root / DECISIONS
    found = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            stored = upgraded(json.loads(line), UPGRADES, "decision")
            found.append(Decision(str(stored["take"]), str(stored["word"]), str(stored["person"])))
        except (ValueError, KeyError, TypeError):
            continue
    return tuple(found)


def standing(made: Iterable[Decision]) -> Mapping[str, frozenset[str]]:
    """Return the words that hold for each take id: any of `locked`, `in use` and an old approval."""
    found: dict[str, frozenset[str]] = {}
    for decision in made:
        word = {**WORDS, **OLD_WORDS}.get(decision.word)
        if word is not None:
            before = found.get(decision.take_id, frozenset())
            found[decision.take_id] = before | {word.mark} if word.holds else before - {word.mark}
    return found


def reasons_to_keep(root: Path, takes: Iterable[Take]) -> Mapping[str, tuple[str, ...]]:
    """Return why takes must stay: decisions, unfinished work, and takes whose files another one names."""
    known = list(takes)
    words = standing(decisions(root))
    named = _named_paths(known)
    found = {}
    for take in known:
        reasons = sorted(words.get(take.take_id, ()))
        if not take.is_sealed:
            reasons.append("unfinished")
        folder = str(take.folder.resolve()) + "/"
        users = sorted(user for user, path in named if path.startswith(folder) and user != take.label)
        reasons += [f"used by {user}" for user in users]
        found[take.take_id] = tuple(reasons)
    return found


def _named_paths(takes: Iterable[Take]) -> list[tuple[str, str]]:
    """List the files that requests name as inputs, overrides or locks, with the take that names them."""
    found = []
    for take in takes:
        request = take.request()
        paths = [stored.path for stored in request.inputs.values()]
        paths += [*request.overrides.values(), *request.locks.values()]
        found += [(take.label, str(Path(path).resolve())) for path in paths]
    return found
