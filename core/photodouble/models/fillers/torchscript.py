"""TorchScript models of the picture and mask kind, whose program was read operator by operator first."""

from __future__ import annotations

import io
from pathlib import Path

from photodouble.models.card import ModelCard
from photodouble.models.feeding import Feeding
from photodouble.models.loading import checked_bytes
from photodouble.models.misfit import misfit
from photodouble.models.scripts import check_script

from .torch_run import ModuleFill, steady, torch_library


def load(card: ModelCard) -> ModuleFill:
    """Load a card's program and weights.

    The very bytes that are loaded are inspected (decision 009). Raises ArtistError `model.unsafe`,
    `model.refused`, `model.support`.
    """
    content = checked_bytes(Path(card.path), card.sha256)
    check_script(io.BytesIO(content), Path(card.path).name)
    torch = torch_library()
    try:
        with steady(torch):
            module = torch.jit.load(io.BytesIO(content), map_location="cpu").eval()
            model = ModuleFill(module, torch, card.fill or Feeding(), card.bytes)
            module.to(model.device)
    except RuntimeError as error:
        raise misfit(card, f"torch cannot read it ({str(error)[:200]})") from error
    return model
