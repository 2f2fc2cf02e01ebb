"""The questions that make a model's card, in words; each answer is checked where it is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from photodouble_client.request import USES

from .card import COMMERCIAL

Answers = dict[str, Any]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_FREE = ("apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "isc", "unlicense", "cc0-1.0")


@dataclass(frozen=True)
class Question:
    """One question. `read` makes a value of the answer, or raises ValueError with what to do instead.

    `default` gives what an empty answer means, as it would be typed. `is_asked` says whether earlier answers
    leave it a question.
    """

    key: str
    text: str
    help: str
    read: Callable[[str], Any]
    default: Callable[[Answers], str] = lambda _answers: ""
    is_asked: Callable[[Answers], bool] = lambda _answers: True


def questions(name: str, kind: str, is_free: Callable[[str], bool]) -> tuple[Question, ...]:
    """Return the questions about a file of a kind; `is_free` says whether no model has a name yet."""

    def read_name(text: str) -> str:
        if not _NAME.fullmatch(text):
            raise ValueError("Use letters, digits, '.', '_' and '-', beginning with a letter or digit.")
        if not is_free(text):
            raise ValueError("There is a model of this name already; give another.")
        return text

    def is_attested(answers: Answers) -> bool:
        return bool(answers.get("attested"))

    return (
        Question(
            "name", "What shall it be called?", "People choose it by this name.", read_name, lambda _: name
        ),
        Question(
            "purpose",
            "What is it for? (fill, age, other)",
            "fill makes pixels in holes, age changes the age of a face, other is anything else.",
            _one_of("fill", "age", "other"),
            lambda _: "fill",
        ),
        Question(
            "architecture",
            "Which class are its weights for?",
            "Plain safetensors do not say it: mask-unet, fran-unet, or a class of your own.",
            _required("Name the class, such as mask-unet."),
            lambda answers: "fran-unet" if answers.get("purpose") == "age" else "mask-unet",
            lambda answers: kind == "safetensors" and answers.get("purpose") != "other",
        ),
        Question("version", "Which version is it?", "Empty where it has none.", str),
        Question(
            "source",
            "Where does it come from?",
            "A web address, or the contract by which you have it.",
            _required("Say where it comes from: an address, a vendor, a contract."),
        ),
        Question(
            "licence",
            "Under which licence?",
            "Its name, such as Apache-2.0. Empty where nobody knows; then it is good for exploration only.",
            str,
        ),
        Question(
            "commercial",
            "Does the licence permit commercial use? (yes, no, unknown)",
            "unknown is an honest answer; a deliverable needs a yes.",
            _one_of(*COMMERCIAL),
            lambda answers: "yes" if str(answers.get("licence", "")).lower() in _FREE else "unknown",
        ),
        Question(
            "uses",
            "For which uses is it permitted? (ideation, temp, final; with commas)",
            "What you leave out is refused.",
            _uses,
            lambda _: "ideation",
        ),
        Question(
            "training",
            "What was it trained on, by which right? (stock photographs = licensed; own plates = own)",
            "Several with ';'. Empty where nobody says it; then it is good for exploration only.",
            _training,
        ),
        Question(
            "attested",
            "Does somebody vouch for that in writing? (yes, no)",
            "An attestation: a vendor's signed word on what it was trained on.",
            lambda text: _one_of("yes", "no")(text) == "yes",
            lambda _: "no",
        ),
        Question(
            "vendor", "Who vouches: which vendor?", "The house.", _required("Name the house."),
            is_asked=is_attested,
        ),
        Question(
            "signatory", "Who signed it?", "The person.", _required("Name the person."), is_asked=is_attested
        ),
        Question(
            "valid_from", "From which day does it hold?", "Such as 2026-01-01; empty: from ever.", _day,
            is_asked=is_attested,
        ),
        Question(
            "valid_to", "Until which day?", "Such as 2027-12-31. A deliverable needs one.",
            _day, is_asked=is_attested,
        ),
    )  # fmt: skip


def document(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Put the answers together as a card is written; the name and what the file says come from elsewhere."""
    told = {key: answers[key] for key in ("version", "source", "licence", "commercial") if key in answers}
    told["uses"] = list(answers.get("uses", ()))
    told["training"] = list(answers.get("training", ()))
    if answers.get("architecture"):
        told["fill"] = {"architecture": answers["architecture"]}
    if answers.get("attested"):
        words = ("vendor", "signatory", "valid_from", "valid_to")
        told["attestation"] = {word: answers[word] for word in words}
    return told


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        meant = [choice for choice in choices if choice == text.lower()] or [
            choice for choice in choices if text and choice.startswith(text.lower())
        ]
        if len(meant) != 1:
            raise ValueError(f"Answer with one of: {', '.join(choices)}.")
        return meant[0]

    return read


def _required(fix: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not text:
            raise ValueError(fix)
        return text

    return read


def _uses(text: str) -> tuple[str, ...]:
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    strange = [word for word in words if word not in USES]
    if strange or not words:
        raise ValueError(f"Name one or more of: {', '.join(USES)}.")
    return tuple(use for use in USES if use in words)


def _training(text: str) -> tuple[dict[str, str], ...]:
    parts = [part.partition("=") for part in text.split(";") if part.strip()]
    if not all(category.strip() and rights.strip() for category, _, rights in parts):
        raise ValueError(
            "Write what it was and the right to it, joined by '=': stock photographs = licensed."
        )
    return tuple({"category": category.strip(), "rights": rights.strip()} for category, _, rights in parts)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise ValueError("Write a day as 2027-12-31.") from None
