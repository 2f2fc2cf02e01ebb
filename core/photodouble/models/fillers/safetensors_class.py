"""Plain safetensors weights for a registered class: the card names it, the weights must be just its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from photodouble.models.card import ModelCard
from photodouble.models.feeding import Feeding
from photodouble.models.loading import open_safetensors
from photodouble.models.misfit import misfit
from photodouble_client.errors import ArtistError

from .architectures import architecture, known
from .torch_run import ModuleFill, steady, torch_library


def load(card: ModelCard) -> ModuleFill:
    """Build the class that a card names and give it its weights; raises ArtistError as `open_class`."""
    torch, module = open_class(card)
    with steady(torch):
        model = ModuleFill(module, torch, card.fill or Feeding(), card.bytes)
        module.to(model.device)
    return model


def open_class(card: ModelCard, refuse: Callable[[ModelCard, str], ArtistError] = misfit) -> tuple[Any, Any]:
    """Return torch and the module of the class that a card names, on the processor, with its weights.

    `refuse` makes the error where they do not belong together. Raises ArtistError `model.refused`,
    `model.unsafe`, `model.support`.
    """
    feeding = card.fill or Feeding()
    build = architecture(feeding.architecture)
    if build is None:
        named = f"the class {feeding.architecture!r}" if feeding.architecture else "no class"
        raise refuse(card, f"its card names {named}; known are {', '.join(known())} (fill.architecture)")
    torch = torch_library()
    with open_safetensors(Path(card.path), framework="pt") as opened:
        tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118, it is no mapping
    try:
        module = build({name: tuple(tensor.shape) for name, tensor in tensors.items()}).eval()
        module.load_state_dict(tensors, strict=True)
    except (ValueError, RuntimeError, TypeError) as error:
        raise refuse(
            card, f"its weights are not those of {feeding.architecture} ({str(error)[:300]})"
        ) from error
    return torch, module
