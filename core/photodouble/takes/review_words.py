"""The words of review: states of a take, decisions of people, and what other trackers call them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SUGGESTION, IN_REVIEW, APPROVED = "suggestion", "in_review", "approved"
REJECTED, RETAKE = "rejected", "retake"
SUPERSEDED, OVERRIDDEN = "superseded", "overridden"
USE_NOT_ALLOWED = "the show does not allow its use; [policy.uses] must name each use that it allows"
_TURNING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
"""Signs that change the direction of writing, so that a text looks like another."""


@dataclass(frozen=True)
class Saying:
    """A word that a person may say of a take: its kind of record, the state it leads to, how it is told."""

    kind: str
    state: str
    told: str
    help: str


SAYINGS: Mapping[str, Saying] = {
    "approve": Saying("decision.approved", APPROVED, "approved", "Approve a take, signed with your key."),
    "reject": Saying("decision.rejected", REJECTED, "rejected", "Reject a take, or take an approval back."),
    "retake": Saying("decision.retake", RETAKE, "retake wanted", "Ask for the take to be made again."),
    "present": Saying("decision.in_review", IN_REVIEW, "sent to review", "Send a take to review."),
    "note": Saying("decision.noted", "", "note", "Write a note to a take; its state stays."),
}

STATES: Mapping[str, str] = {
    SUGGESTION: "suggestion, not approved",
    IN_REVIEW: "in review, not approved",
    APPROVED: "approved",
    REJECTED: "rejected",
    RETAKE: "retake wanted",
    SUPERSEDED: "superseded by a newer approved take",
    OVERRIDDEN: "overridden by a newer take",
}
"""Every state of a take, and how it is told to people."""

STYLES: Mapping[str, Mapping[str, str]] = {
    "shotgrid": {
        SUGGESTION: "N/A",
        IN_REVIEW: "Pending Review",
        APPROVED: "Final Approved",
        REJECTED: "Viewed",
        RETAKE: "Viewed",
        SUPERSEDED: "N/A",
        OVERRIDDEN: "N/A",
    },
    "kitsu": {
        SUGGESTION: "wip",
        IN_REVIEW: "wfa",
        APPROVED: "done",
        REJECTED: "retake",
        RETAKE: "retake",
        SUPERSEDED: "wip",
        OVERRIDDEN: "wip",
    },
}
"""What ShotGrid and Kitsu call the states, out of the box; only our `approved` becomes their last word."""


@dataclass(frozen=True)
class Ruling:
    """One decision: who said what of which take, when, and by whose key.

    `person` decided; `signer` signed, who is another when a coordinator noted it down. `is_signed` is
    false for decisions of the time before there were keys: they approve nothing. `counts` is false where the
    take is no longer what was approved, or the signer may not speak for that person. `subject` is the hash of
    what was decided about. `before` says what was new about whoever decided and signed, as compared with the
    decision before it in the show; `after` what has changed in the show's people and policy since.
    """

    take_id: str
    word: str
    person: str
    name: str = ""
    signer: str = ""
    signer_name: str = ""
    at: str = ""
    date: str = ""
    reference: str = ""
    reason: str = ""
    record: str = ""
    subject: str = ""
    is_signed: bool = True
    counts: bool = True
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the plain form; people are named by their ids."""
        left_out = ("take_id", "name", "signer_name", "subject", "before", "after")
        return {key: value for key, value in vars(self).items() if key not in left_out and value != ""}

    @property
    def notices(self) -> tuple[str, ...]:
        """Say what changed in the show's people and policy around this decision."""
        told = self.told()
        what = f"({told['word']} {told['by']})"
        parts = (
            (f"New since the decision before this one {what}", self.before),
            (f"The people of this show changed after this decision {what}", self.after),
        )
        return tuple(f"{head}: {'; '.join(words)}." for head, words in parts if words)

    def told(self) -> dict[str, str]:
        """Return it as a page and a panel show it: the word, by whom and when, and the reason."""
        by = f"by {self.name or self.person}"
        if self.signer and self.signer != self.person:
            by += f", noted by {self.signer_name or self.signer}"
        parts = [by, self.date or self.at[:16].replace("T", " "), plain(self.reference)]
        if not self.is_signed:
            parts.append("unsigned, so it does not count")
        elif not self.counts:
            parts.append("does not count: not theirs to say, of another show, or the take has changed since")
        saying = SAYINGS.get(self.word)
        return {
            "word": saying.told if saying else self.word,
            "by": ", ".join(part for part in parts if part),
            "reason": plain(self.reason),
        }


@dataclass(frozen=True)
class Standing:
    """Where a take stands: its state, and every decision about it, the oldest first.

    `missing` names whose approval the show's policy still wants of a take that somebody has approved;
    `held` says what of the performers' consent keeps it from being final, today; `strange` are decisions
    about it that nobody's key stands for any more.
    """

    state: str = SUGGESTION
    decisions: tuple[Ruling, ...] = ()
    missing: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()

    @property
    def notices(self) -> tuple[str, ...]:
        """What people should know who trust the decisions in force: who changed in the show since."""
        deciding = [one for one in self.decisions if one.is_signed and one.counts and one.word != "note"]
        found = [what for one in self.approvals or deciding[-1:] for what in one.notices]
        return (*dict.fromkeys(found), *self.strange)

    @property
    def text(self) -> str:
        """Say the state in words, and what of the consent stands against it."""
        return f"{self._state_text}; consent: {' '.join(self.held)}" if self.held else self._state_text

    @property
    def may_be_final(self) -> bool:
        """Whether it is approved and no performer's consent stands against it."""
        return self.is_approved and not self.held

    @property
    def _state_text(self) -> str:
        if self.state == IN_REVIEW and self.missing:
            if self.missing == (USE_NOT_ALLOWED,):
                return f"not approved: {USE_NOT_ALLOWED}"
            return f"not approved yet: approval of {', '.join(self.missing)} is missing"
        return STATES[self.state]

    @property
    def is_approved(self) -> bool:
        """Whether a named person has approved the take as it is now."""
        return self.state == APPROVED

    @property
    def approvals(self) -> tuple[Ruling, ...]:
        """The approvals in force, one or more where the take is approved."""
        return approvals_in_force(self.decisions)


def plain(text: str) -> str:
    """Return a text without the signs that steer a terminal or turn its lines round; line breaks stay."""
    return "".join(
        sign
        for sign in text
        if sign in "\n\t" or (unicodedata.category(sign) != "Cc" and sign not in _TURNING)
    )


def approvals_in_force(decisions: Iterable[Ruling]) -> tuple[Ruling, ...]:
    """Return the signed approvals of a take as it is now, since anybody last decided otherwise."""
    found: list[Ruling] = []
    for one in decisions:
        if not one.is_signed or one.word not in SAYINGS or one.word == "note":
            continue
        if one.counts and one.word != "approve":
            found = []
        elif one.counts:
            found.append(one)
    return tuple(found)
