"""Let a studio's model make what no frame shows: on one frame, at the plate's size, as a patch.

The model is loaded when the first pixel is wanted of it, not before.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field, replace
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.encoding import decode, encode
from photodouble.image.window import Box
from photodouble.models.card import ModelCard
from photodouble.models.fill import FillModel, Wish, no_room, open_fill_model, unheard
from photodouble.models.memory import room_for
from photodouble.models.misfit import misfit
from photodouble.ops.inpaint.footage import Picture
from photodouble.ops.inpaint.model_tiles import Plan, paint, plan_for, smaller
from photodouble.ops.inpaint.native import Plates, plate_box
from photodouble.ops.inpaint.patch import Patch
from photodouble.ops.inpaint.render import Look, render_frame
from photodouble.ops.inpaint.scratch import Scratch
from photodouble_client.errors import ArtistError

logger = logging.getLogger(__name__)

_CONTEXT = 64
"""Working pixels around what is made that a model sees, at least."""
_RIM = 16
"""Working pixels around it that a patch keeps, for whoever samples near its edge."""
_TAPS = 3
"""Pixels beside what was made that may be read with it, where they are real: the reach of a resample."""
_MISFITS = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What a model, or the library that runs it, raises where it does not run on a picture."""
_DARKEST = np.float32(-0.1)


class Report(Protocol):
    """Tell how far the work is, warn, and stop it when asked."""

    def progress(self, done: int, of: int, note: str = "") -> None:
        """Say that `done` steps of `of` are finished."""

    def warn(self, message: str) -> None:
        """Tell the artist one plain sentence."""

    def check(self) -> None:
        """Raise if the artist asked to stop."""


@dataclass
class Painter:
    """A model with what it is asked for. `fills` is `unseen`, `matte` or `change`, as the control says."""

    card: ModelCard
    wish: Wish
    fills: str
    report: Report
    _opened: list[FillModel] = field(default_factory=list, repr=False)
    _most: int = 0

    @property
    def model(self) -> FillModel:
        """The model, loaded now if it is not yet; what it does not heed is told once."""
        if not self._opened:
            model = open_fill_model(self.card)
            for name in unheard(model, self.wish):
                self.report.warn(f"The model {self.card.name} takes no {name}, so it has no effect.")
            for remark in model.remarks(self.wish):
                self.report.warn(remark)
            self._opened.append(model)
        return self._opened[0]

    @property
    def window(self) -> int:
        """How many frames the model sees at once; 1 for a model of single pictures."""
        return self.model.window

    @property
    def is_video(self) -> bool:
        """Whether the model fills runs of frames."""
        return self.model.kind == "video"

    def patch(
        self, plates: Plates, scratch: Scratch, index: int, region: NDArray[np.bool_], own: Box
    ) -> Patch | None:
        """Make the pixels of `region` (working pixels over the box `own`) of one frame.

        None where the model gave something that is no picture, which is told.
        """
        window = self.view(plates, [(region, own)])
        hole = self.hole(plates, region, own, window)
        shown = self.shown(plates, scratch, index, window)
        made = self.run(shown[None], hole[None], plates.numbers[index])
        return self.patch_of(plates, index, window, made[0], hole)

    def patch_of(
        self, plates: Plates, index: int, window: Box, made: Picture, hole: NDArray[np.float32]
    ) -> Patch | None:
        """Return what was made of a frame as a patch; None, which is told, where it is no picture.

        Raises ArtistError `model.refused` where a change was asked for: nothing else could make one.
        """
        number = plates.numbers[index]
        if not np.isfinite(made).all():
            if self.fills == "change":
                raise self._broken(number)
            self.report.warn(
                f"The model {self.card.name} gave broken pixels for frame {number}; it is filled without it."
            )
            return None
        kept = _kept(plates, hole, window)
        inside = kept.slices_in(window)
        usable = hole[inside].astype(np.uint8)
        if self.fills == "unseen":
            picture = np.where(hole[:, :, None] > 0, decode(made), plates.linear(index, window))
            usable = cv2.dilate(usable, np.ones((2 * _TAPS + 1,) * 2, np.uint8))
        else:
            picture = _spread(decode(made), hole)
        return Patch(kept, picture[inside].astype(np.float32), usable, self._most)

    def view(self, plates: Plates, regions: list[tuple[NDArray[np.bool_], Box]]) -> Box:
        """Return the plate box that a model is shown for regions of working pixels over their boxes."""
        core = Box(0, 0, 0, 0)
        for region, own in regions:
            rows, columns = np.nonzero(region)
            box = Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
            core = core.union(Box(box.x0 + own.x0, box.y0 + own.y0, box.x1 + own.x0, box.y1 + own.y0))
        seen = core.grow(max(_CONTEXT, max(core.size) // 2)).intersect(Box.of_size(*plates.size))
        return plate_box(seen, plates.scale, plates.canvas)

    def hole(self, plates: Plates, region: NDArray[np.bool_], own: Box, window: Box) -> NDArray[np.float32]:
        """Mark in plate pixels of a window what the model is to make, (h, w) float32."""
        large = np.repeat(np.repeat(region.astype(np.float32), plates.scale, axis=0), plates.scale, axis=1)
        whole = plate_box(own, plates.scale, plates.canvas)
        large = large[: whole.height, : whole.width]
        hole = np.zeros(window.size, np.float32)
        part = whole.intersect(window)
        hole[part.slices_in(window)] = large[part.slices_in(whole)]
        return hole

    def shown(self, plates: Plates, scratch: Scratch, index: int, window: Box) -> Picture:
        """Give what the model is shown: the plate, and unless it changes that, what is known behind it."""
        plate = plates.linear(index, window)
        plate = np.maximum(np.where(np.isfinite(plate), plate, np.float32(0)), _DARKEST)
        if self.fills != "change" and scratch.has("fill", index):
            rendered = render_frame(plates, scratch, index, Look(detail=1.0, grain=0.0))
            part = rendered.box.intersect(window)
            if not part.is_empty:
                inside, there = part.slices_in(window), part.slices_in(rendered.box)
                covered = rendered.matte[there][:, :, None] > 0
                plate[inside] = np.where(covered, rendered.fill[there], plate[inside])
        return encode(plate)

    def run(self, shown: Picture, holes: NDArray[np.float32], number: int) -> Picture:
        """Let the model fill pictures (frames, h, w, 3), the first of which has a frame number.

        With smaller tiles where memory runs out; raises ArtistError `engine.memory` where none fits, and
        `model.refused` where the model does not run.
        """
        model, wish = self.model, replace(self.wish, seed=self._seed(number))
        room = room_for(model)
        plan: Plan | None = plan_for(shown.shape[1:3], model, room, self._most)
        liked = plan_for(shown.shape[1:3], model, 0, self._most)
        self._tell(plan, liked, model)
        while plan is not None:
            try:
                made = paint(model, shown, holes, plan, wish, self.report.check)
            except _MISFITS as error:
                raise misfit(self.card, f"it does not run on a picture ({str(error)[:300]})") from error
            except MemoryError:
                logger.warning("model %s: no memory for tiles of %d", self.card.name, plan.side)
                plan = smaller(plan, model)
                if plan is not None:
                    self.report.warn(
                        f"There was not enough memory for the model {self.card.name}; it goes on with tiles "
                        f"of {plan.side} x {plan.side} pixels."
                    )
                continue
            self._most = plan.side
            return made
        raise no_room(self.card)

    def _tell(self, plan: Plan | None, liked: Plan, model: FillModel) -> None:
        """Tell the estimate once, before the first tile; and that tiles are smaller than the model likes."""
        if plan is None or self._most:
            return
        need = model.memory(plan.side, plan.side, model.window)
        note = (
            f"The model {self.card.name} needs about {_gigabytes(need)} of memory for tiles of {plan.side} "
        )
        note += f"x {plan.side} pixels."
        if plan.side < liked.side:
            more = model.memory(liked.side, liked.side, model.window)
            note += f" Tiles of {liked.side} would need {_gigabytes(more)}."
        self.report.warn(note)

    def _broken(self, number: int) -> ArtistError:
        return ArtistError(
            "model.refused",
            "The model gave no picture",
            f"What {self.card.name} made of frame {number} holds values that are no numbers.",
            "Choose another model, another seed or a lower strength.",
            detail=self.card.path,
        )

    def _seed(self, number: int) -> int:
        """Give every frame a seed of its own: a hash of the artist's and the frame's number."""
        told = f"{self.wish.seed} {number}".encode()
        return int.from_bytes(hashlib.sha256(told).digest()[:4], "big") >> 1


def _kept(plates: Plates, hole: NDArray[np.float32], window: Box) -> Box:
    """Give the plate box that a patch keeps: around what was made, on whole working pixels."""
    rows, columns = np.nonzero(hole)
    scale, canvas = plates.scale, plates.canvas
    x, y = window.x0 - canvas.x0, window.y0 - canvas.y0
    core = Box(
        (x + int(columns.min())) // scale,
        (y + int(rows.min())) // scale,
        (x + int(columns.max())) // scale + 1,
        (y + int(rows.max())) // scale + 1,
    )
    return plate_box(core.grow(_RIM), scale, canvas).intersect(window)


def _spread(picture: Picture, hole: NDArray[np.float32]) -> Picture:
    """Continue what was made beyond its edge, each pixel as its nearest one.

    A frame that reads near the edge, between pixels, then sees nothing of what was there before.
    """
    _, label = cv2.distanceTransformWithLabels(
        (hole == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    lookup = np.zeros((int(label.max()) + 1, 3), np.float32)
    lookup[label[hole > 0]] = picture[hole > 0]
    return np.asarray(lookup[label], np.float32)


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{max(round(count / 1e6), 1)} MB"
