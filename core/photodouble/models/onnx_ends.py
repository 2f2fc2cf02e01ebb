"""What goes into an ONNX model that fills pictures: read off the file alone, without loading the model."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from .card import ModelCard, Tensor
from .contract import contract_in_file
from .misfit import misfit


@dataclasses.dataclass(frozen=True)
class Ends:
    """Which input takes the picture, which the mask, and whether they hold a run of frames."""

    picture: Tensor
    hole: Tensor
    output: str
    is_video: bool

    def sides(self) -> tuple[int, int]:
        """Return height and width where the file fixes them, 0 where they are free."""
        height, width = self.picture.shape.split(",")[-2:]
        return _number(height), _number(width)

    def frames(self) -> int:
        """Return the number of frames where the file fixes it, else 0."""
        return _number(self.picture.shape.split(",")[1]) if self.is_video else 1


def ends_of(card: ModelCard) -> Ends:
    """Find picture and mask among a file's inputs, by their channels; raises ArtistError `model.refused`."""
    try:
        found = contract_in_file(Path(card.path), "onnx")
    except ValueError as error:
        raise misfit(card, f"its inputs cannot be read ({error})") from error
    pictures = [one for one in found.inputs if _channels(one) == "3"]
    holes = [one for one in found.inputs if _channels(one) == "1"]
    if len(pictures) != 1 or len(holes) != 1 or len(found.inputs) != 2 or not found.outputs:
        named = ", ".join(f"{one.name} ({one.shape})" for one in found.inputs) or "nothing"
        raise misfit(card, f"it wants {named}, and not one picture (1,3,H,W) and one mask (1,1,H,W)")
    picture, hole = pictures[0], holes[0]
    if picture.kind not in ("float32", "float16") or picture.kind != hole.kind:
        raise misfit(
            card, f"its picture is {picture.kind or 'unknown'} and its mask {hole.kind or 'unknown'}"
        )
    dimensions = len(picture.shape.split(","))
    if dimensions not in (4, 5) or dimensions != len(hole.shape.split(",")):
        raise misfit(card, f"its picture has the shape {picture.shape} and its mask {hole.shape}")
    ends = Ends(picture, hole, found.outputs[0].name, dimensions == 5)
    if ends.sides()[0] != ends.sides()[1]:
        raise misfit(card, f"its picture has the shape {picture.shape}, and only square ones are cut out")
    return ends


def _channels(tensor: Tensor) -> str:
    dimensions = [part.strip() for part in tensor.shape.split(",")]
    return dimensions[-3] if len(dimensions) in (4, 5) else ""


def _number(word: str) -> int:
    return int(word) if word.strip().isdigit() else 0
