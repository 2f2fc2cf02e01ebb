"""TorchScript models of the picture and mask kind, whose program was read operator by operator first."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from photodouble.models.card import ModelCard
from photodouble.models.feeding import Feeding
from photodouble.models.loading import checked_bytes
from photodouble.models.misfit import misfit
from photodouble.models.scripts import check_script
from photodouble_client.errors import ArtistError

from .torch_run import ModuleFill, steady, torch_library


def load(card: ModelCard) -> ModuleFill:
    """Load a card's program and weights; raises ArtistError as `open_program`."""
    torch, module = open_program(card)
    with steady(torch):
        model = ModuleFill(module, torch, card.fill or Feeding(), card.bytes)
        module.to(model.device)
    return model


def open_program(
    card: ModelCard, refuse: Callable[[ModelCard, str], ArtistError] = misfit
) -> tuple[Any, Any]:
    """Return torch and the program, on the processor; `refuse` makes the error where torch cannot read it.

    The very bytes that are loaded are inspected (decision 009). Raises ArtistError `model.unsafe`,
    `model.refused`, `model.support`.
    """
    content = checked_bytes(Path(card.path), card.sha256)
    check_script(io.BytesIO(content), Path(card.path).name)
    torch = torch_library()
    try:
        with steady(torch):
            return torch, torch.jit.load(io.BytesIO(content), map_location="cpu").eval()
    except RuntimeError as error:
        raise refuse(card, f"torch cannot read it ({str(error)[:200]})") from error
