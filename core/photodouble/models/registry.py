"""The models that are known here: their cards in a folder of the user's own and in the show's."""

from __future__ import annotations

import dataclasses
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from photodouble.takes.files import replacing, telling_disk_errors, write_json
from photodouble_client.errors import ArtistError

from .card import ModelCard, checked
from .contract import check_promise, contract_fault, contract_in_file
from .fingerprint import Fingerprints, model_bytes
from .inspect import inspected_format

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

KEEPING = ("path", "link", "copy")
"""How a registry keeps weights: where they are, by a link in its folder, or as a copy."""


@dataclass(frozen=True)
class ModelRegistry:
    """Find, add and remove cards. `folders` holds the show's first, which is believed first."""

    folders: tuple[Path, ...]
    fingerprints: Fingerprints

    @classmethod
    def of(cls, settings: Settings, show_folder: Path | None = None) -> ModelRegistry:
        """Return the models of the user and, where the work lies in one, of the show."""
        own = settings.models_path().absolute()
        show = (show_folder / "models",) if show_folder is not None else ()
        return cls((*show, own), Fingerprints.of(settings))

    def cards(self) -> tuple[ModelCard, ...]:
        """Return every card by name; raises ArtistError `input.bad_request` for one that is damaged."""
        found: dict[str, ModelCard] = {}
        for folder in self.folders:
            for path in sorted(folder.glob("*.json")):
                card = _read(path)
                found.setdefault(card.name, card)
        return tuple(found[name] for name in sorted(found))

    def card(self, name: str) -> ModelCard:
        """Return the card of a model; raises ArtistError `model.unknown`."""
        found = {card.name: card for card in self.cards()}
        if name in found:
            return found[name]
        raise ArtistError(
            "model.unknown",
            "There is no card of this model",
            f"{name!r} is not among {', '.join(found) or 'the models, because there are none'}.",
            "Add its file with 'photodouble models add', or choose another model.",
        )

    def card_of(self, weights: Path, report: Reporter | None = None) -> ModelCard | None:
        """Return the card of a file of weights, found by its content; None where nobody wrote one."""
        size = model_bytes(weights)
        alike = [card for card in self.cards() if card.bytes == size]
        sha256 = self.fingerprints.of_model(weights, report) if alike else ""
        return next((card for card in alike if card.sha256 == sha256), None)

    def add(
        self,
        weights: Path,
        known: ModelCard,
        *,
        folder: Path | None = None,
        keep: str = "path",
        report: Reporter | None = None,
    ) -> ModelCard:
        """Write the card of a file of weights; what can be seen in the file itself is filled in.

        `known` carries the name and what people know. The weights stay where they are unless `keep` says
        `link` or `copy`. Raises ArtistError `model.unsafe` for a file that could run a program,
        `model.refused` where the card promises other tensors than the file holds, `input.output_exists`
        where the name is taken, `input.unsupported_format` for what is no model.
        """
        weights, folder = weights.expanduser().absolute(), folder or self.folders[-1]
        check_is_file(weights)
        kind = inspected_format(weights)
        path = folder / f"{known.name}.json"
        _check_is_new(path)
        if kind == "diffusers" and keep == "copy":
            raise _no_copy(weights)
        sha256 = self.fingerprints.of_model(weights, report, anew=True)
        size = model_bytes(weights)
        seen = dataclasses.replace(known, path=str(weights), sha256=sha256, bytes=size, format=kind)
        check_promise(checked(seen))
        card = checked(_with_ends(seen))
        card = dataclasses.replace(card, path=_kept(weights, folder, card.name, keep))
        try:
            write_json(path, card.to_json())
        except BaseException:
            if keep != "path":
                _own_file(folder, card.name, weights.suffix.lower()).unlink(missing_ok=True)
            raise
        return _read(path)

    def remove(self, name: str) -> Path:
        """Take a card away, and what the registry itself kept of the weights; return the card's path.

        Weights that lie elsewhere stay.
        """
        card = self.card(name)
        path = next(path for folder in self.folders if (path := folder / f"{name}.json").is_file())
        weights = Path(card.path)
        with telling_disk_errors(path):
            if weights == _own_file(path.parent, name, weights.suffix):
                weights.unlink(missing_ok=True)
            path.unlink()
        return path

    def fault(self, card: ModelCard, report: Reporter | None = None, *, anew: bool = False) -> str:
        """Say what is wrong with the weights of a card; empty where they are what the card says."""
        weights = Path(card.path)
        if not is_there(card):
            return f"the weights are not at {weights}"
        if model_bytes(weights) != card.bytes:
            return "the weights changed: their size is another one than the card says"
        if self.fingerprints.of_model(weights, report, anew=anew) != card.sha256:
            return "the weights changed: their content is another one than the card says"
        return contract_fault(card)


def _read(path: Path) -> ModelCard:
    try:
        card = ModelCard.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(path, str(error)) from error
    except ArtistError as error:
        raise _damaged(path, f"{error.message} {error.fix}") from error
    if card.name != path.stem:
        raise _damaged(path, f"it is the card of {card.name}, so its file is {card.name}.json")
    return dataclasses.replace(card, path=str(path.parent / card.path))


def _with_ends(card: ModelCard) -> ModelCard:
    """Fill in what goes into the model and comes out, where the file tells it and the card does not."""
    if card.format != "onnx":
        return card
    try:
        found = contract_in_file(Path(card.path), card.format)
    except ValueError:
        return card
    return dataclasses.replace(
        card, inputs=card.inputs or found.inputs, outputs=card.outputs or found.outputs
    )


def _kept(weights: Path, folder: Path, name: str, keep: str) -> str:
    """Keep weights as asked and return the path that the card says: relative where they lie beside it."""
    if keep == "path":
        return weights.name if weights.parent == folder else str(weights)
    target = _own_file(folder, name, weights.suffix.lower())
    _check_is_new(target)
    with replacing(target) as temporary:
        if keep == "link":
            temporary.symlink_to(weights.resolve())
        else:
            shutil.copyfile(weights, temporary)
    return target.name


def _own_file(folder: Path, name: str, suffix: str) -> Path:
    """Return where the registry keeps weights of its own, which no other file is called."""
    return folder / f"{name}.kept{suffix}"


def check_is_file(weights: Path) -> None:
    """Refuse a path where nothing lies; raises ArtistError `input.missing_sequence`."""
    if not (weights.is_file() or weights.is_dir()):
        raise ArtistError(
            "input.missing_sequence",
            "The model's file was not found",
            f"There is no file or folder {weights}.",
            "Check the path.",
        )


def is_there(card: ModelCard) -> bool:
    """Tell whether the file, or the folder, of a card lies where the card says."""
    path = Path(card.path)
    return path.is_dir() if card.format == "diffusers" else path.is_file()


def _no_copy(weights: Path) -> ArtistError:
    return ArtistError(
        "usage.bad_value",
        "A model's folder is not copied",
        f"{weights.name} is a folder, which stays where it is.",
        "Keep it where it is, or link it (--keep link).",
    )


def _check_is_new(path: Path) -> None:
    if path.exists():
        raise ArtistError(
            "input.output_exists",
            "There is a model of this name already",
            f"{path} exists.",
            "Give another name, or remove the old one with 'photodouble models remove'.",
        )


def _damaged(path: Path, why: str) -> ArtistError:
    return ArtistError(
        "input.bad_request",
        "A model's card cannot be read",
        f"{path} cannot be understood: {why}",
        "Correct the file, or move it away and add the model again.",
    )
