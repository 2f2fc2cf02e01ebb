"""Give a shot the cards of the models that its request names, from the registry near its takes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

from photodouble.models.registry import ModelRegistry
from photodouble.ops.shot import Shot
from photodouble.provenance.asked import models_of
from photodouble.provenance.show import Show
from photodouble.settings import Settings


def give_models(shots: Iterable[Shot], settings: Settings, near: Path) -> None:
    """Note the card of every model in each shot, so that an operation can load it.

    Whether it may be used was asked at the gate. Raises ArtistError `model.unknown` where the model of the
    control `model` has no card: no weights are read without one. Other controls may name what is no file.
    """
    for shot in shots:
        names = models_of(shot.request)
        if names:
            registry = ModelRegistry.of(settings, Show.find(near).folder)
            cards = {card.name: card for card in registry.cards() if card.name in names}
            wanted = str(shot.request.values.get("model", ""))
            if wanted and wanted not in cards:
                cards[wanted] = registry.card(wanted)
            shot.inputs = dataclasses.replace(shot.inputs, models=cards)
