"""`photodouble models add --ask`: the card of a model by questions; nothing is written before a yes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble_client.errors import ArtistError

from .telling import tell

if TYPE_CHECKING:
    from photodouble.models.guide import Answers, Question

Read = Callable[[str], str]


def asked_card(weights: Path, name: str, taken: Callable[[str], bool], read: Read = input) -> tuple[str, Any]:
    """Ask for the card of a file and return its name and document, as somebody agreed to them.

    A wrong answer is asked again at once; `?` explains, `<` goes back. Raises ArtistError `usage.arguments`
    where nobody agreed or the answers ended, `model.unsafe` before any question; KeyboardInterrupt passes.
    """
    from photodouble.models.card import ModelCard
    from photodouble.models.filing import card_from
    from photodouble.models.guide import document, questions
    from photodouble.models.inspect import inspected_format
    from photodouble.models.registry import check_is_file

    check_is_file(weights)
    kind = inspected_format(weights)
    tell(f"{weights.name}: {kind}. An empty answer takes what stands in brackets; ? explains, < goes back.")
    asked = questions(name, kind, lambda one: not taken(one))
    answers: Answers = {}
    try:
        _ask_all(asked, answers, read)
        while True:
            told = document(answers)
            card: ModelCard = card_from(str(answers["name"]), told)
            tell(json.dumps({"name": card.name, **told}, indent=1, ensure_ascii=False))
            word = read("Write this card? (yes, no, or the word to change, such as licence) ").strip().lower()
            if word in ("yes", "y"):
                return card.name, told
            if word in ("no", "n"):
                raise _not_written("Nobody agreed to the card.")
            again = [one for one in asked if one.key == word and one.is_asked(answers)]
            if not again:
                words = ", ".join(one.key for one in asked if one.is_asked(answers))
                tell(f"Answer yes, no, or one of: {words}.")
            for one in again:
                _ask(one, answers, read)
                # An answer may bring questions that were none before.
                _ask_all(tuple(each for each in asked if each.key not in answers), answers, read)
    except EOFError:
        raise _not_written("The answers ended before the card was whole.") from None


def _ask_all(asked: tuple[Question, ...], answers: Answers, read: Read) -> None:
    number, before = 0, []
    while number < len(asked):
        if not asked[number].is_asked(answers):
            number += 1
        elif _ask(asked[number], answers, read):
            before.append(number)
            number += 1
        elif before:
            number = before.pop()


def _ask(one: Question, answers: Answers, read: Read) -> bool:
    """Ask until the answer can be taken; say False where somebody wants to go back."""
    default = one.default(answers)
    while True:
        text = read(f"{one.text}{f' [{default}]' if default else ''} ").strip()
        if text == "<":
            return False
        if text == "?":
            tell(f"  {one.help}")
            continue
        try:
            answers[one.key] = one.read(text or default)
            return True
        except ValueError as problem:
            tell(f"  {problem}")


def _not_written(why: str) -> ArtistError:
    return ArtistError(
        "usage.arguments",
        "No card was written",
        why,
        "Start again with 'photodouble models add FILE --ask', or say all by flags.",
    )
