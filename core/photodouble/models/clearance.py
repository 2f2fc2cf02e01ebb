"""Whether the models that a request names may be used: asked by the gate, wherever consent is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from photodouble.provenance.canonical import digest
from photodouble_client.errors import ArtistError

from .card import ModelCard
from .loading import changed
from .registry import ModelRegistry
from .use import may_use, refused

if TYPE_CHECKING:
    from photodouble.provenance.policy import Policy


@dataclass(frozen=True)
class Clearance:
    """The models that passed, each with the hash of its weights, and what must be said about them.

    `cards` are the hashes of their cards, empty where there is none; see `card_digest`.
    """

    models: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    cards: Mapping[str, str] = field(default_factory=dict)


def clear_models(
    names: Iterable[str],
    use: str,
    policy: Policy,
    registry: ModelRegistry,
    *,
    on: date,
    made_with: Mapping[str, str] | None = None,
    reads_weights: bool = False,
) -> Clearance:
    """Let models pass, or refuse the first that may not.

    `made_with` holds the hashes that a finished take was made with: they count, whatever lies under the
    name now. With `reads_weights` the files are compared with their cards. Raises ArtistError
    `model.unknown` or `model.refused`.
    """
    cards = {card.name: card for card in registry.cards()}
    models: dict[str, str] = {}
    digests: dict[str, str] = {}
    flags: list[str] = []
    for name in names:
        card = _card_for(name, (made_with or {}).get(name, ""), cards)
        verdict = may_use(card, use, policy.mode, policy, on)
        if not verdict.ok:
            raise refused(card, use, policy.mode, verdict) if card else _unknown(name, policy.mode)
        if card is not None and reads_weights and (fault := registry.fault(card)):
            raise changed(card, fault)
        models[name] = card.sha256 if card is not None else ""
        digests[name] = card_digest(card) if card is not None else ""
        flags += [f"Of the model {name}: {flag}." for flag in verdict.flags]
    return Clearance(models, tuple(flags), digests)


def card_digest(card: ModelCard) -> str:
    """Return the hash of all that a card says, save where the weights lie: that differs by machine."""
    said = card.to_json()
    del said["path"]
    return digest(said)


def _card_for(name: str, sha256: str, cards: Mapping[str, ModelCard]) -> ModelCard | None:
    """Return the card of a model by name or hash; of one that a take was made with, by its hash alone."""
    wanted = sha256 or name
    by_hash = next((card for card in cards.values() if card.sha256 == wanted), None)
    return by_hash if sha256 else cards.get(name, by_hash)


def _unknown(name: str, mode: str) -> ArtistError:
    return ArtistError(
        "model.unknown",
        "There is no card of this model",
        f"Nobody wrote a card of {name!r}, and in {mode} mode no model is used without one.",
        "Add its file with 'photodouble models add', or choose another model.",
    )
