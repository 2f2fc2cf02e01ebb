"""How much memory a fill model will need, read off its card and configuration; nothing is loaded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photodouble_client.errors import ArtistError

from .card import ModelCard
from .contract import contract_in_file
from .feeding import Feeding
from .onnx_ends import ends_of

_PER_PIXEL = {"onnx": 1600, "torchscript": 2000, "safetensors": 2000, "diffusers": 12_000}
"""Bytes a pixel of a tile, by format, as the loaders in `fillers` reckon with them."""
_USUAL, _USUAL_PIPELINE = 768, 1024
_WINDOW = 8


@dataclass(frozen=True)
class Estimate:
    """The side of the tiles a model likes, in pixels, the frames it sees at once, and the bytes for both."""

    side: int
    frames: int
    bytes: int

    def to_json(self) -> dict[str, int]:
        """Return the plain form."""
        return {"tile": self.side, "frames": self.frames, "memory_bytes": self.bytes}


def estimate(card: ModelCard) -> Estimate | None:
    """Estimate what a model needs on the processor; None for one that fills no pictures."""
    feeding = card.fill or Feeding()
    if card.format not in _PER_PIXEL or (card.format == "safetensors" and not feeding.architecture):
        return None
    if card.format == "onnx" and not _fills(card):
        return None
    side, frames = feeding.size or _own_size(card), 1
    if feeding.kind == "video":
        frames = feeding.window or _WINDOW
    per_pixel = feeding.bytes_per_pixel or _PER_PIXEL[card.format]
    return Estimate(side, frames, card.bytes + side * side * frames * per_pixel)


def _fills(card: ModelCard) -> bool:
    """Whether an ONNX file takes what a fill has to give."""
    try:
        ends_of(card)
    except ArtistError:
        return False
    return True


def _own_size(card: ModelCard) -> int:
    try:
        if card.format == "diffusers":
            return _pipeline_size(Path(card.path))
        if card.format == "onnx":
            sides = [
                one.shape.split(",")[-1].strip() for one in contract_in_file(Path(card.path), "onnx").inputs
            ]
            return max((int(side) for side in sides if side.isdigit()), default=_USUAL)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return _USUAL
    return _USUAL


def _pipeline_size(folder: Path) -> int:
    network: Any = None
    for part in ("unet", "transformer"):
        if (folder / part / "config.json").is_file():
            network = json.loads((folder / part / "config.json").read_text(encoding="utf-8"))
            break
    size = (network or {}).get("sample_size")
    size = min(size) if isinstance(size, list) else size
    if not isinstance(size, int) or size <= 0:
        return _USUAL_PIPELINE
    decoder = json.loads((folder / "vae" / "config.json").read_text(encoding="utf-8"))
    return size * int(2 ** (len(decoder["block_out_channels"]) - 1))
