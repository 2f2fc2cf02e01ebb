"""What a generative model is to the suite: pictures with a hole in, pictures without it out.

One contract for images and videos, for every format; `open_fill_model` gives the model of a card.
Pictures are (frames, h, w, 3) float32, bounded 0 to 1 (see `image.bounded`); holes (frames, h, w) float32,
1 where something is to be made.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from photodouble_client.errors import ArtistError

from .card import ModelCard
from .misfit import misfit

Pictures = NDArray[np.float32]
Holes = NDArray[np.float32]

WISHES = frozenset({"prompt", "negative_prompt", "strength", "steps", "guidance", "reference", "seed"})

_LOADERS: Mapping[str, str] = {
    "onnx": "photodouble.models.fillers.onnx",
    "torchscript": "photodouble.models.fillers.torchscript",
    "diffusers": "photodouble.models.fillers.diffusers_folder",
    "safetensors": "photodouble.models.fillers.safetensors_class",
}


@dataclass(frozen=True)
class Wish:
    """What the artist asks of a model. `reference` is (h, w, 3) float32, bounded 0 to 1, or None."""

    prompt: str = ""
    negative_prompt: str = ""
    strength: float = 1.0
    steps: int = 30
    guidance: float = 7.5
    seed: int = 0
    reference: Pictures | None = None


class FillModel(Protocol):
    """A generative model that fills holes in an image, or in a run of frames.

    `hears` names the parts of a wish it heeds. `size` is the side in pixels for which it was made (0: any),
    `fixed` that it takes no other; sides are a `multiple`; `window` is the number of frames it sees at once.
    """

    kind: str
    hears: frozenset[str]
    size: int
    fixed: bool
    multiple: int
    window: int

    def memory(self, height: int, width: int, frames: int, /) -> int:
        """Estimate the bytes it needs for pictures of a size, weights included."""
        ...

    def fill(self, pictures: Pictures, holes: Holes, wish: Wish, check: Callable[[], None], /) -> Pictures:
        """Return the pictures with their holes filled; `check` raises where the work should stop.

        Raises MemoryError where it does not fit. What comes back is not trusted: it may hold NaN.
        """
        ...

    def remarks(self, wish: Wish, /) -> tuple[str, ...]:
        """Say in plain sentences what of a wish it cannot heed, and why."""
        ...


def open_fill_model(card: ModelCard) -> FillModel:
    """Load the model of a card whose file was checked; nothing in the file is run but its operators.

    Raises ArtistError `model.refused` where it is no model that fills pictures, `model.unsafe`,
    `model.support` where a library is missing, `engine.memory` where its weights do not fit.
    """
    if card.format not in _LOADERS:
        raise misfit(card, f"weights as {card.format} alone do not say what to do with them")
    try:
        loader = importlib.import_module(_LOADERS[card.format])
        model: FillModel = loader.load(card)
    except MemoryError as error:
        raise no_room(card) from error
    return model


def unheard(model: FillModel, wish: Wish) -> tuple[str, ...]:
    """Name the parts of a wish that say something and that a model does not heed."""
    plain = Wish()
    said = {
        "prompt": bool(wish.prompt.strip()),
        "negative_prompt": bool(wish.negative_prompt.strip()),
        "strength": wish.strength != plain.strength,
        "reference": wish.reference is not None,
    }
    return tuple(
        name.replace("_", " ") for name, is_said in said.items() if is_said and name not in model.hears
    )


def no_room(card: ModelCard) -> ArtistError:
    """Make the error for a model that does not fit into memory, however small its tiles."""
    return ArtistError(
        "engine.memory",
        "There is not enough memory for the model",
        f"{card.name} does not fit, not even with the smallest tiles.",
        "Give the job more memory, use a smaller model, or leave the model out.",
        detail=card.path,
    )
