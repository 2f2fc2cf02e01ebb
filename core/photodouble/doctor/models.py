"""The models: each card, whether its weights are there, and whether it is good for a deliverable today."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from photodouble_client.errors import ArtistError

from .place import Place
from .row import BAD, GOOD, LOOK, NOTE, Row

if TYPE_CHECKING:
    from photodouble.models.card import ModelCard
    from photodouble.models.registry import ModelRegistry

AREA = "models"
WEIGHTS = (".safetensors", ".onnx", ".pt", ".pth", ".ckpt")


def look(place: Place) -> Iterator[Row]:
    """Say of each card whether it is good, and name weights that lie beside cards and have none."""
    from photodouble.models.registry import ModelRegistry

    registry = ModelRegistry.of(place.settings, place.show_folder)
    count = 0
    known: set[Path] = set()
    for folder in registry.folders:
        for path in sorted(folder.glob("*.json")):
            count += 1
            card = _card(path)
            if isinstance(card, Row):
                yield card
                continue
            known.add((folder / card.path).absolute())
            yield _judged(card, registry, folder, place)
        for row in _without_card(folder, known):
            count += 1
            yield row
    if not count:
        yield Row(AREA, "Models", NOTE, "none; nothing here needs any", "core/docs/models.md names some.")


def _card(path: Path) -> ModelCard | Row:
    """Read one card by itself, so that a damaged one hides no other."""
    from photodouble.models.card import ModelCard

    try:
        card = ModelCard.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError, ArtistError) as error:
        fix = "Correct the file, or move it away and add the model again with 'photodouble models add'."
        return Row(AREA, path.stem, BAD, f"the card {path} cannot be read", fix, str(error))
    if card.name != path.stem:
        fix = f"Name the file {card.name}.json."
        return Row(AREA, path.stem, BAD, f"{path} is the card of {card.name}", fix)
    return card


def _judged(card: ModelCard, registry: ModelRegistry, folder: Path, place: Place) -> Row:
    import dataclasses

    from photodouble.models.registry import is_there
    from photodouble.models.use import may_use

    found = dataclasses.replace(card, path=str(folder / card.path))
    if not is_there(found):
        fix = "Bring the file back, or take the card away with 'photodouble models remove'."
        return Row(AREA, card.name, BAD, f"the weights are not at {found.path}", fix)
    if place.is_thorough and (fault := registry.fault(found, anew=True)):
        fix = "Fetch the weights again, or write a new card for these with 'photodouble models add'."
        return Row(AREA, card.name, BAD, fault, fix)
    today = date.today()
    verdict = may_use(card, card.uses[-1] if card.uses else "final", "deliverable", on=today)
    if not verdict.ok:
        was_attested = card.attestation is not None and card.attestation.fault(today)
        said = f"not for a deliverable: {'; '.join(verdict.reasons)}"
        fix = "Have its card put right by whoever answers for models, or keep it to exploration."
        return Row(AREA, card.name, LOOK if was_attested else NOTE, said, fix)
    until = card.attestation.valid_to if card.attestation else ""
    return Row(AREA, card.name, GOOD, f"{card.licence}, for {', '.join(card.uses)}, attested to {until}")


def _without_card(folder: Path, known: set[Path]) -> Iterator[Row]:
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in WEIGHTS and path.absolute() not in known:
            said = "lies among the models and has no card, so it is not used"
            yield Row(AREA, path.name, LOOK, said, f"Write its card: photodouble models add '{path}'")
