"""What a re-ageing network is to the suite: a face and two ages in, what to add to the face out.

The contract is that of FRAN (Zoss et al., SIGGRAPH Asia 2022): five planes, red, green and blue in the
encoding of its card and the age there is and the age that is wanted, both over 100; three planes out, which
are added to the picture. Its card comes from `models`, as that of every model; `fill` in it says what its
file does not: `architecture` (safetensors), `encoding`, `size` of a tile, `multiple`, `bytes_per_pixel`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble_client.errors import ArtistError

from .card import ModelCard
from .contract import contract_in_file
from .feeding import Feeding

Picture = NDArray[np.float32]

USUAL = 512
"""The side of a tile of a network whose card says none, as its kind is trained on."""
_MULTIPLE = 16
_PER_PIXEL = 4000
"""Bytes a pixel of a tile that such a U-Net needs at most, where its card does not say it."""
_SCALES = {"unit": (1.0, 0.0), "signed": (2.0, -1.0), "bytes": (255.0, 0.0)}


@dataclass(frozen=True)
class Reager:
    """A network, ready to run. `run` takes (1, 5, h, w) and gives (1, 3, h, w) float32.

    `size` is the side of the tiles it was made for, `fixed` that it takes no other; sides are a `multiple`.
    """

    card: ModelCard
    run: Callable[[NDArray[np.float32]], NDArray[np.float32]]
    size: int
    fixed: bool
    multiple: int
    device: str = "cpu"

    def memory(self, side: int) -> int:
        """Estimate the bytes it needs for a tile of a side, weights included."""
        return self.card.bytes + side * side * ((self.card.fill or Feeding()).bytes_per_pixel or _PER_PIXEL)

    def change(self, picture: Picture, ages: tuple[float, float]) -> Picture:
        """Return what is added to a tile (h, w, 3), 0 to 1, to take it from the first age to the second.

        Raises MemoryError where it does not fit, ArtistError `model.refused` where it does not run, or gives
        another size, or numbers that are none.
        """
        scale, offset = _SCALES[(self.card.fill or Feeding()).encoding]
        height, width = picture.shape[:2]
        planes = np.empty((1, 5, height, width), np.float32)
        planes[0, :3] = picture.transpose(2, 0, 1) * np.float32(scale) + np.float32(offset)
        planes[0, 3], planes[0, 4] = ages[0] / 100, ages[1] / 100
        try:
            made = np.asarray(self.run(planes), np.float32)
        except _MISFITS as error:
            raise unfit(self.card, f"it does not run on five planes ({str(error)[:300]})") from error
        if made.shape != (1, 3, height, width):
            raise unfit(self.card, f"for planes of {planes.shape} it gave {made.shape}, and not three planes")
        if not np.isfinite(made).all():
            raise unfit(self.card, "what it made of a face holds values that are no numbers")
        return np.ascontiguousarray(made[0].transpose(1, 2, 0) / np.float32(scale))


_MISFITS = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What a network, or the library that runs it, raises where it does not run on a picture."""


def open_reager(card: ModelCard) -> Reager:
    """Load the network of a card whose file was checked; nothing in the file is run but its operators.

    Raises ArtistError `model.refused` where it is no network of this kind, `model.unsafe`, `model.support`
    where a library is missing, `engine.memory` where its weights do not fit.
    """
    kinds = {"onnx": _onnx, "torchscript": _torchscript, "safetensors": _safetensors}
    if card.format not in kinds:
        raise unfit(card, f"weights as {card.format} alone do not say what to do with them")
    try:
        return kinds[card.format](card)
    except MemoryError as error:
        raise no_room_for(card) from error


def unfit(card: ModelCard, why: str) -> ArtistError:
    """Make the error for a model that cannot change an age."""
    return ArtistError(
        "model.refused",
        "This model cannot paint the key frames",
        f"{card.name} cannot be used here: {why}.",
        "Choose a re-ageing network that takes a picture and two ages (five planes) and gives a delta "
        "(three), or say in its card how it is fed.",
        detail=card.path,
    )


def no_room_for(card: ModelCard) -> ArtistError:
    """Make the error for a model that does not fit into memory, however small its tiles."""
    return ArtistError(
        "engine.memory",
        "There is not enough memory for the model",
        f"{card.name} does not fit, not even with the smallest tiles.",
        "Give the job more memory, use a smaller model, or paint the key frames yourself (--mode keys).",
        detail=card.path,
    )


def _onnx(card: ModelCard) -> Reager:
    name, output, side, kind = _ends(card)
    from .fillers.onnx import open_session, run_session

    session = open_session(card, unfit)
    taken = np.float16 if kind == "float16" else np.float32

    def run(planes: NDArray[np.float32]) -> NDArray[np.float32]:
        return run_session(session, output, {name: planes.astype(taken)})

    return _reager(card, run, side)


def _ends(card: ModelCard) -> tuple[str, str, int, str]:
    """Return the names of input and output, the side it takes (0: any) and the kind of its numbers."""
    try:
        found = contract_in_file(Path(card.path), "onnx")
    except ValueError as error:
        raise unfit(card, f"its inputs cannot be read ({error})") from error
    takes = [_dimensions(one.shape) for one in found.inputs]
    gives = [_dimensions(one.shape) for one in found.outputs]
    if len(takes) != 1 or len(takes[0]) != 4 or takes[0][1] != "5":
        raise unfit(card, f"it wants {_told(found.inputs)}, and not one picture with two ages (1,5,H,W)")
    if not gives or len(gives[0]) not in (0, 1, 4) or (len(gives[0]) == 4 and gives[0][1] not in ("3", "?")):
        raise unfit(card, f"it gives {_told(found.outputs)}, and not one delta (1,3,H,W)")
    sides = [int(side) if side.isdigit() else 0 for side in takes[0][2:]]
    if sides[0] != sides[1]:
        raise unfit(card, f"it wants {_told(found.inputs)}, and only square pictures are cut out")
    if found.inputs[0].kind not in ("float32", "float16"):
        raise unfit(card, f"its picture is {found.inputs[0].kind or 'of unknown kind'}")
    return found.inputs[0].name, found.outputs[0].name, sides[0], found.inputs[0].kind


def _dimensions(shape: str) -> list[str]:
    return [part.strip() for part in shape.split(",")] if shape not in ("", "scalar") else []


def _told(tensors: Any) -> str:
    return ", ".join(f"{one.name} ({one.shape})" for one in tensors) or "nothing"


def _torchscript(card: ModelCard) -> Reager:
    from .fillers.torchscript import open_program

    return _of_module(card, *open_program(card, unfit))


def _safetensors(card: ModelCard) -> Reager:
    from .fillers.safetensors_class import open_class

    return _of_module(card, *open_class(card, unfit))


def _of_module(card: ModelCard, torch: Any, module: Any) -> Reager:
    from .fillers.torch_run import device_name, steady

    device = device_name(torch)
    with steady(torch):
        module.to(device)

    def run(planes: NDArray[np.float32]) -> NDArray[np.float32]:
        with steady(torch):
            made = module(torch.from_numpy(planes).to(device))
            made = made[0] if isinstance(made, (tuple, list)) else made
            return np.asarray(made.to("cpu", torch.float32).numpy())

    return _reager(card, run, 0, device)


def _reager(card: ModelCard, run: Callable[[Any], Any], side: int, device: str = "cpu") -> Reager:
    feeding = card.fill or Feeding()
    multiple = 1 if side else feeding.multiple or _MULTIPLE
    size = side or -(-(feeding.size or USUAL) // multiple) * multiple
    return Reager(card, run, size, bool(side), multiple, device)
