"""Whether a model may be used: by its card, the use, the show's mode and policy, and the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from photodouble_client.errors import ArtistError

from .card import ModelCard
from .contract import Contract, check_contract
from .loading import changed
from .registry import ModelRegistry

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter

MODES = ("exploration", "deliverable")


class AllowedModels(Protocol):
    """What a show's policy says about models, as `provenance.policy.Policy` does."""

    @property
    def models(self) -> tuple[str, ...] | None:
        """Name the models that may be used, by name or sha256; None allows every one that has a card."""
        ...


@dataclass(frozen=True)
class Verdict:
    """Whether a model may be used; `reasons` say why not, `flags` what must be known where it may."""

    ok: bool
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


def may_use(
    card: ModelCard | None, use: str, mode: str, policy: AllowedModels | None = None, on: date | None = None
) -> Verdict:
    """Judge a model for a use (ideation, temp, final) in a mode (exploration, deliverable) on a day.

    What is not known or not valid any more refuses a deliverable and is flagged in an exploration. A use
    that the card does not permit, and a model that the policy does not name, are refused in both.
    """
    if mode not in MODES:
        raise ValueError(f"no such mode: {mode!r}")
    if card is None:
        doubts: tuple[str, ...] = ("nobody wrote a card of this model",)
        return Verdict(mode == "exploration", *_either(mode, doubts))
    doubts = tuple(_doubts(card, on or date.today()))
    refusals = tuple(_refusals(card, use, policy))
    if mode == "deliverable":
        return Verdict(not (refusals or doubts), refusals + doubts)
    return Verdict(not refusals, refusals, doubts)


def required(
    registry: ModelRegistry,
    name: str,
    use: str,
    mode: str,
    policy: AllowedModels | None = None,
    on: date | None = None,
    report: Reporter | None = None,
    needs: Contract | None = None,
) -> tuple[ModelCard, Verdict]:
    """Return the card of a model that may be used, and the verdict with its flags.

    `needs` are the tensors that an operation relies on. Raises ArtistError `model.unknown`, or
    `model.refused` with every reason, also where the weights are not those of the card, or their tensors not
    those that are needed.
    """
    card = registry.card(name)
    fault = registry.fault(card, report)
    if fault:
        raise changed(card, fault)
    verdict = may_use(card, use, mode, policy, on)
    if not verdict.ok:
        raise refused(card, use, mode, verdict)
    if needs is not None:
        check_contract(card, needs)
    return card, verdict


def refused(card: ModelCard, use: str, mode: str, verdict: Verdict) -> ArtistError:
    """Make the error for a model that may not be used, with every reason."""
    return ArtistError(
        "model.refused",
        "This model may not be used here",
        f"{card.name} may not be used for {use} work in {mode} mode: {'; '.join(verdict.reasons)}.",
        "Choose another model, or have its card put right by whoever answers for models.",
    )


def _either(mode: str, doubts: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return ((), doubts) if mode == "exploration" else (doubts, ())


def _doubts(card: ModelCard, on: date) -> list[str]:
    doubts = []
    if card.attestation is None:
        doubts.append("no vendor attests what it was trained on")
    elif fault := card.attestation.fault(on):
        doubts.append(fault)
    if not card.licence.strip():
        doubts.append("its licence is not known")
    if card.commercial != "yes":
        word = "forbids" if card.commercial == "no" else "is not known to permit"
        doubts.append(f"its licence {word} commercial use")
    if not card.training:
        doubts.append("its training data is not known")
    return doubts


def _refusals(card: ModelCard, use: str, policy: AllowedModels | None) -> list[str]:
    refusals = []
    if use not in card.uses:
        refusals.append(f"its card permits {', '.join(card.uses) or 'no use'} and not {use}")
    allowed = policy.models if policy is not None else None
    if allowed is not None and not {card.name, card.sha256} & set(allowed):
        refusals.append("the show's policy does not name it")
    return refusals
