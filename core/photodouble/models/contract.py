"""The tensor contract of a model: what goes in, what comes out and what its weights are, by its own file.

A card or an operation says what it relies on; the file is read without running anything, and what differs
is told in words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from photodouble_client.errors import ArtistError

from .card import ModelCard, Tensor

_ALIASES: Mapping[str, str] = {
    "half": "float16",
    "fp16": "float16",
    "float": "float32",
    "fp32": "float32",
    "double": "float64",
    "bf16": "bfloat16",
    "long": "int64",
}


@dataclass(frozen=True)
class Contract:
    """The inputs, outputs and weights of a model; what is empty is not spoken of.

    Only ONNX tells its inputs and outputs; of safetensors, torch and TorchScript the weights are compared.
    """

    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    weights: tuple[Tensor, ...] = ()

    @property
    def says_nothing(self) -> bool:
        """Whether nothing is promised, so that no file can break it."""
        return not (self.inputs or self.outputs or self.weights)


def contract_of_card(card: ModelCard) -> Contract:
    """Return what a card promises."""
    return Contract(card.inputs, card.outputs, card.weights)


def contract_in_file(path: Path, kind: str) -> Contract:
    """Read what a model file or folder holds, by the format of its card; nothing in it is run.

    Raises ValueError where that cannot be read, and for other kinds.
    """
    from .outline import folder_outline, onnx_outline, safetensors_outline, script_outline, torch_outline

    outlines: Mapping[str, Callable[[Path], Contract]] = {
        "safetensors": safetensors_outline,
        "onnx": onnx_outline,
        "torch": torch_outline,
        "torchscript": script_outline,
        "diffusers": folder_outline,
    }
    if kind not in outlines:
        raise ValueError(f"{kind} tells no tensors")
    return outlines[kind](path)


def differences(promised: Contract, found: Contract) -> tuple[str, ...]:
    """Say in words where a file does not keep a promise; empty where it does.

    Every named tensor must be there in its shape and kind. A number in a shape is that number or free in
    the file; a word such as `H` must be free for an input, and may be any number elsewhere, the same one
    throughout. An input that nobody promised could not be fed, so it is a difference; what else there is
    more is none.
    """
    sizes: dict[str, str] = {}
    said: list[str] = []
    tells_ends = bool(found.inputs or found.outputs)
    for what, wanted, there in (
        ("input", promised.inputs if tells_ends else (), found.inputs),
        ("output", promised.outputs if tells_ends else (), found.outputs),
        ("tensor", promised.weights, found.weights),
    ):
        by_name = {tensor.name: tensor for tensor in there}
        for tensor in wanted:
            one = by_name.get(tensor.name)
            if one is None:
                said.append(f"there is no {what} {tensor.name}{_instead(by_name)}")
            else:
                said += _unlike(what, tensor, one, sizes)
    if promised.inputs:
        wanted_names = {tensor.name for tensor in promised.inputs}
        said += [
            f"it also wants the input {one.name}" for one in found.inputs if one.name not in wanted_names
        ]
    return tuple(said)


def contract_fault(card: ModelCard, needs: Contract | None = None) -> str:
    """Say how the file of a card breaks its contract, or what an operation needs; empty where it does not."""
    promised = contract_of_card(card) if needs is None else needs
    tells_only_weights = card.format != "onnx"
    if promised.says_nothing or (tells_only_weights and not promised.weights):
        return ""
    try:
        found = contract_in_file(Path(card.path), card.format)
    except (OSError, ValueError) as error:
        return f"its tensors cannot be compared: {error}"
    return "; ".join(_shortened(differences(promised, found)))


def check_contract(card: ModelCard, needs: Contract) -> None:
    """Refuse a model whose file is not what an operation needs; raises ArtistError `model.refused`."""
    if fault := contract_fault(card, needs):
        raise ArtistError(
            "model.refused",
            "This model does not fit here",
            f"{card.name} has other tensors than are needed: {fault}.",
            "Choose a model that was made for this, or another version of it.",
            detail=card.path,
        )


def check_promise(card: ModelCard) -> None:
    """Refuse a card that promises tensors which its file does not hold; raises `model.refused`."""
    if fault := contract_fault(card):
        raise ArtistError(
            "model.refused",
            "The card and the model's file differ",
            f"{card.name}: {fault}.",
            "Correct inputs, outputs and weights in the card, or add the file that it is the card of.",
            detail=card.path,
        )


_MOST_TOLD = 5


def _shortened(said: tuple[str, ...]) -> Iterator[str]:
    yield from said[:_MOST_TOLD]
    if len(said) > _MOST_TOLD:
        yield f"and {len(said) - _MOST_TOLD} more"


def _instead(there: Mapping[str, Tensor]) -> str:
    return f" (there is {', '.join(list(there)[:3])})" if there else ""


def _unlike(what: str, wanted: Tensor, found: Tensor, sizes: dict[str, str]) -> Iterator[str]:
    if wanted.kind and found.kind and _kind(wanted.kind) != _kind(found.kind):
        yield f"the {what} {wanted.name} is {found.kind} and not {wanted.kind}"
    if wanted.shape and found.shape and not _fits(what, wanted.shape, found.shape, sizes):
        yield f"the {what} {wanted.name} has the shape {found.shape} and not {wanted.shape}"


def _fits(what: str, wanted: str, found: str, sizes: dict[str, str]) -> bool:
    pairs = list(zip(_dimensions(wanted), _dimensions(found), strict=False))
    if len(_dimensions(wanted)) != len(_dimensions(found)):
        return False
    return all(_fits_one(what, one, other, sizes) for one, other in pairs)


def _fits_one(what: str, wanted: str, found: str, sizes: dict[str, str]) -> bool:
    if wanted == "?":
        return True
    if wanted.isdigit() or not found.isdigit():
        return wanted == found or not found.isdigit()
    return what != "input" and sizes.setdefault(wanted, found) == found


def _dimensions(shape: str) -> tuple[str, ...]:
    return tuple(re.sub(r"\s", "", shape).split(",")) if shape != "scalar" else ()


def _kind(kind: str) -> str:
    word = kind.strip().lower()
    return _ALIASES.get(word, word)
