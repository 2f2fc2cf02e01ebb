"""File a model: its card in a registry and the event in the ledger; and list what is filed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.settings import Settings, load_settings
from photodouble_client.errors import ArtistError

from .card import SCHEMA, ModelCard
from .estimate import estimate
from .registry import ModelRegistry, is_there
from .use import may_use

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter

_SEEN: Mapping[str, Any] = {"path": "weights", "sha256": "0" * 64, "bytes": 0, "format": "safetensors"}
"""What stands in a card until the file itself was read."""


def registry_near(near: Path, settings: Settings | None = None) -> ModelRegistry:
    """Return the models for work near a path: those of its show, and the user's own."""
    resolved = load_settings(near)
    return ModelRegistry.of(settings or resolved.settings, resolved.show_folder)


def card_from(name: str, document: Mapping[str, Any]) -> ModelCard:
    """Return a card of what people say about a model; raises ArtistError `input.bad_request`."""
    return ModelCard.from_json({"schema": SCHEMA, **_SEEN, **document, "name": name})


def file_model(
    weights: Path,
    known: ModelCard,
    settings: Settings,
    *,
    near: Path,
    in_show: bool = False,
    keep: str = "path",
    report: Reporter | None = None,
) -> ModelCard:
    """Write the card of a file of weights and note it in the ledger, with its attestation.

    Raises ArtistError as `ModelRegistry.add`, and `usage.arguments` where there is no show to put it in.
    """
    registry = registry_near(near, settings)
    if in_show and len(registry.folders) < 2:
        raise ArtistError(
            "usage.arguments",
            "There is no show here",
            f"No photodouble.toml lies in {near.absolute()} or above it.",
            "Go to the show's folder, or keep the card for yourself.",
        )
    card = registry.add(
        weights, known, folder=registry.folders[0 if in_show else -1], keep=keep, report=report
    )
    try:
        _note(card, settings)
    except BaseException:
        # Also where somebody stops it: a card that the ledger does not know is none.
        registry.remove(card.name)
        raise
    return card


def model_rows(registry: ModelRegistry, on: date | None = None) -> list[dict[str, Any]]:
    """Return one row of plain JSON values per model, cards that cannot be read included."""
    try:
        cards = registry.cards()
    except ArtistError as error:
        return [{"name": "", "fault": error.message}]
    return [_row(card, on or date.today()) for card in cards]


def verified_rows(
    registry: ModelRegistry, names: tuple[str, ...], report: Reporter | None = None
) -> list[dict[str, str]]:
    """Read the weights of models anew, of all where none is named, and say what is wrong with each."""
    cards = [registry.card(name) for name in names] or registry.cards()
    return [{"name": card.name, "fault": registry.fault(card, report, anew=True)} for card in cards]


def shown_card(registry: ModelRegistry, name: str) -> dict[str, Any]:
    """Return all that is known of a model: its card, and its row with what it needs."""
    card = registry.card(name)
    return {"card": card.to_json(), **_row(card, date.today())}


def _row(card: ModelCard, on: date) -> dict[str, Any]:
    needs = estimate(card)
    verdict = may_use(card, card.uses[-1] if card.uses else "final", "deliverable", on=on)
    return {
        "name": card.name,
        "version": card.version,
        "format": card.format,
        "bytes": card.bytes,
        "sha256": card.sha256,
        "path": card.path,
        "licence": card.licence,
        "commercial": card.commercial,
        "uses": list(card.uses),
        "attested_to": card.attestation.valid_to if card.attestation else "",
        "deliverable": verdict.ok,
        "reasons": list(verdict.reasons),
        "fills": needs.to_json() if needs else None,
        "fault": "" if is_there(card) else "the weights are not there",
    }


def _note(card: ModelCard, settings: Settings) -> None:
    from photodouble.provenance.ledger import Ledger

    told = card.to_json()
    told["path"] = Path(card.path).name
    told = json.loads(json.dumps(told))
    with Ledger.open(settings) as ledger:
        ledger.append("model.registered", told)
        if card.attestation is not None:
            ledger.append(
                "attestation.received", {"sha256": card.sha256, **dataclasses.asdict(card.attestation)}
            )
