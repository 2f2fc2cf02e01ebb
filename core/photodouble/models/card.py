"""The card of a model file: what it is, what it was trained on, and what it may be used for."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from photodouble_client.errors import ArtistError
from photodouble_client.request import USES
from photodouble_client.stored import Json, Upgrade, refuse_unknown, upgraded

from .feeding import Feeding

UPGRADES: tuple[Upgrade, ...] = ()
SCHEMA = len(UPGRADES) + 1
FORMATS = ("safetensors", "onnx", "torch", "torchscript", "diffusers")
"""What a card may be of: a file, and with `diffusers` a folder of them."""
COMMERCIAL = ("yes", "no", "unknown")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_TENSORS = ("inputs", "outputs", "weights")
_DIMENSION = r"\s*(\d+|[^,\d\s][^,]*)"
_SHAPE = re.compile(rf"({_DIMENSION}(,{_DIMENSION})*)?")
_SHA256 = re.compile(r"[0-9a-f]{64}")
Part = TypeVar("Part")


@dataclass(frozen=True)
class TrainingData:
    """One category of what a model was trained on, and the right by which it was used.

    Such as category `stock photographs`, rights `licensed`.
    """

    category: str
    rights: str


@dataclass(frozen=True)
class Attestation:
    """A vendor's word about a model: who signed it, the days on which it holds, and its document's hash."""

    vendor: str
    signatory: str
    valid_from: str = ""
    valid_to: str = ""
    document_sha256: str = ""

    def fault(self, on: date) -> str:
        """Say why the attestation does not hold on a day; empty where it does."""
        if self.valid_from and on < date.fromisoformat(self.valid_from):
            return f"the attestation of {self.vendor} holds from {self.valid_from} on"
        if self.valid_to and on > date.fromisoformat(self.valid_to):
            return f"the attestation of {self.vendor} expired on {self.valid_to}"
        return "" if self.valid_to else f"the attestation of {self.vendor} names no last day"


@dataclass(frozen=True)
class Tensor:
    """One tensor that a model takes, gives or holds: name, shape such as `1,3,H,W`, kind such as `float16`.

    What is empty is not said; a shape without dimensions is `scalar`.
    """

    name: str
    shape: str = ""
    kind: str = ""


@dataclass(frozen=True)
class ModelCard:
    """Everything that is known about one model file, or folder; `path` is where its weights lie.

    `inputs`, `outputs` and `weights` are its tensor contract, see `models.contract`; `fill` says how a
    model that fills pictures is fed.
    """

    name: str
    path: str
    sha256: str
    bytes: int
    format: str
    version: str = ""
    source: str = ""
    licence: str = ""
    commercial: str = "unknown"
    training: tuple[TrainingData, ...] = ()
    attestation: Attestation | None = None
    uses: tuple[str, ...] = ()
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    weights: tuple[Tensor, ...] = ()
    fill: Feeding | None = None

    def to_json(self) -> Json:
        """Write the card as plain JSON values."""
        stored = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        for key in ("training", *_TENSORS):
            stored[key] = [dataclasses.asdict(part) for part in stored[key]]
        stored["attestation"] = dataclasses.asdict(self.attestation) if self.attestation else None
        stored["fill"] = dataclasses.asdict(self.fill) if self.fill else None
        return {"schema": SCHEMA, **stored, "uses": list(self.uses)}

    @classmethod
    def from_json(cls, given: Any) -> ModelCard:
        """Read a card; raises ArtistError `input.bad_request`."""
        if not isinstance(given, Mapping):
            raise bad_card("A card is a JSON object.")
        stored = upgraded(given, UPGRADES, "card")
        stored.pop("schema")
        refuse_unknown(stored, [field.name for field in dataclasses.fields(cls)], "card")
        training = _listed("training", stored.get("training", []))
        stored["training"] = tuple(_part(TrainingData, part, "training") for part in training)
        for key in _TENSORS:
            stored[key] = tuple(_part(Tensor, part, key) for part in _listed(key, stored.get(key, [])))
        if stored.get("attestation") is not None:
            stored["attestation"] = _part(Attestation, stored["attestation"], "attestation")
        if stored.get("fill") is not None:
            stored["fill"] = _part(Feeding, stored["fill"], "fill", texts_only=False)
        stored["uses"] = tuple(_listed("uses", stored.get("uses", [])))
        return checked(_part(cls, stored, "card", texts_only=False))


def checked(card: ModelCard) -> ModelCard:
    """Return a card whose every field can be what it says; raises ArtistError `input.bad_request`."""
    texts = (card.name, card.path, card.sha256, card.format, card.version, card.source, card.licence)
    if not all(isinstance(text, str) for text in texts) or type(card.bytes) is not int:
        raise bad_card(
            "Name, path, hash, format, version, source and licence are text, bytes a whole number."
        )
    if not _NAME.fullmatch(card.name):
        raise bad_card(f"{card.name!r} cannot be a model's name: use letters, digits, '.', '_' and '-'.")
    if not _SHA256.fullmatch(card.sha256):
        raise bad_card("The hash of the weights is 64 hexadecimal digits.")
    for word, value, choices in (
        ("format", (card.format,), FORMATS),
        ("commercial", (card.commercial,), COMMERCIAL),
        ("uses", card.uses, USES),
    ):
        strange = [one for one in value if one not in choices]
        if strange:
            raise bad_card(f"{word} cannot be {strange[0]!r}; it is one of {', '.join(choices)}.")
    for tensor in (*card.inputs, *card.outputs, *card.weights):
        if not (tensor.name and _SHAPE.fullmatch(tensor.shape)):
            raise bad_card(f"A tensor has a name, and a shape such as 1,3,H,W, not {tensor.shape!r}.")
    if card.attestation is not None:
        _check_days(card.attestation)
    if card.fill is not None and (fault := card.fill.fault()):
        raise bad_card(f"How the model is fed cannot be understood: {fault}.")
    return card


def bad_card(message: str) -> ArtistError:
    """Make the error for a card that cannot be understood."""
    return ArtistError(
        "input.bad_request",
        "The model's card cannot be understood",
        message,
        "Correct the card; 'photodouble models add' writes a whole one.",
    )


def _check_days(attestation: Attestation) -> None:
    for day in (attestation.valid_from, attestation.valid_to):
        try:
            if day:
                date.fromisoformat(day)
        except ValueError:
            raise bad_card(f"{day!r} is no day; write it as 2027-12-31.") from None
    if not (attestation.vendor.strip() and attestation.signatory.strip()):
        raise bad_card("An attestation names its vendor and the person who signed it.")


def _part(kind: Callable[..., Part], stored: Any, what: str, *, texts_only: bool = True) -> Part:
    if not isinstance(stored, Mapping):
        raise bad_card(f"{what} holds something that is no JSON object.")
    refuse_unknown(stored, [field.name for field in dataclasses.fields(kind)], what)  # type: ignore[arg-type]
    if texts_only and not all(isinstance(value, str) for value in stored.values()):
        raise bad_card(f"Every field of {what} is text.")
    try:
        return kind(**stored)
    except TypeError as error:
        raise bad_card(f"Something is missing in {what}: {error}.") from error


def _listed(key: str, value: Any) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise bad_card(f"{key} is a list.")
    return list(value)
