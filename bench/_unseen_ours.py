"""Fill a greyed clip as the product does, with every way it has to invent pixels."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photodouble.demo.model import random_model
from photodouble.image.encoding import decode, encode
from photodouble.models.card import ModelCard
from photodouble.models.fill import Wish
from photodouble.ops.inpaint import patch
from photodouble.ops.inpaint.model_paint import Painter
from photodouble.ops.inpaint.native import ArrayPlates
from photodouble.ops.inpaint.pipeline import Silent
from photodouble.ops.inpaint.render import Look, render_frame
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.inpaint.study import study_plates
from photodouble.ops.inpaint.unseen import Invention
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings as Places

Clip = list[NDArray[np.uint8]]


class Studied:
    """One clip whose motion and grain are analysed once; `cpu` is what that took, in seconds."""

    def __init__(self, frames: Clip, holes: Clip) -> None:
        self._frames, self._holes = frames, holes
        pictures = [decode(frame.astype(np.float32) / 255) for frame in frames]
        self._plates = ArrayPlates(pictures, [hole.astype(np.float32) for hole in holes])
        self._scratch = MemoryScratch()
        before = os.times()
        study_plates(self._plates, self._scratch, Settings(), None, Silent())
        self.cpu = sum(os.times()[:4]) - sum(before[:4])

    def smooth(self) -> Clip:
        """Leave unseen pixels to the surroundings, continued."""
        return self._rendered(Look(unseen="smooth"))

    def exemplar(self, seed: int) -> Clip:
        """Invent unseen pixels from the shot's own."""
        return self._invented(Invention(seed=seed))

    def tiny_model(self, card: ModelCard) -> Clip:
        """Let a model make the unseen pixels of key frames, and carry them as a studio's would be."""
        return self._invented(Invention(painter=Painter(card, Wish(), "unseen", Reporter())))

    def _invented(self, invention: Invention) -> Clip:
        for index in range(max(self._plates.count, 16)):
            for stage in ("key", "keys", "texture", patch.STAGE):
                self._scratch.drop(stage, index)
        study_plates(self._plates, self._scratch, Settings(), invention, Silent())
        return self._rendered(Look(seed=invention.seed))

    def _rendered(self, look: Look) -> Clip:
        out = []
        for index, (frame, hole) in enumerate(zip(self._frames, self._holes)):
            done = frame.copy()
            if hole.any():
                rendered = render_frame(self._plates, self._scratch, index, look)
                window = rendered.box
                cut = (slice(window.y0, window.y1), slice(window.x0, window.x1))
                codes = np.clip(np.rint(encode(rendered.fill) * 255), 0, 255).astype(np.uint8)
                done[cut][hole[cut] > 0] = codes[hole[cut] > 0]
            out.append(done)
        return out


def tiny_card(folder: Path) -> ModelCard | None:
    """Draw a tiny model at random into a folder; None where the library that runs it is missing."""
    if importlib.util.find_spec("torch") is None:
        return None
    return random_model(
        folder, Places(models_folder=str(folder / "cards"), cache_folder=str(folder / "cache"))
    )


def warm_up() -> None:
    """Compile everything on a tiny clip, so that no row pays for it."""
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    hole = np.zeros((64, 64), np.uint8)
    hole[20:44, 20:44] = 1
    shot = Studied([noise] * 2, [hole] * 2)
    shot.smooth()
    shot.exemplar(0)
