"""The error for a model that cannot fill pictures; nothing that reads pictures is loaded for it."""

from __future__ import annotations

from photodouble_client.errors import ArtistError

from .card import ModelCard


def misfit(card: ModelCard, why: str) -> ArtistError:
    """Make the error for a model that cannot fill pictures."""
    return ArtistError(
        "model.refused",
        "This model cannot fill pictures",
        f"{card.name} cannot be used here: {why}.",
        "Choose a model made for inpainting, or say in its card how it is fed.",
        detail=card.path,
    )
