"""Pixels that no frame shows: invented on one key frame, then carried along the motion.

Records: `key` (0, 1, ...; `at` footage index, `box` int32[4], `place` (h, w, 2) float32 place of the known
pixel each invented one copies, `source` (h, w) int16 the footage index it lies in, `region` (h, w) uint8,
`fills` what was to be made, `made` 1 where a model made it, see patch.py) and, per target, `texture` over
the fill record's box: `source` (h, w) int16 footage index or -1, `map` (h, w, 2) float32 place in that
frame, `picture` (h, w, 3) float32 working encoded, `share` (h, w) float32 its weight, `made` (h, w) bool a
model's pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint.carry import (
    MATTE,
    UNSEEN,
    Carrier,
    box_of,
    hole_over,
    own_places,
    unassigned,
)
from photodouble.ops.inpaint.clean_plate import filled
from photodouble.ops.inpaint.exemplar import fill_by_example
from photodouble.ops.inpaint.footage import Footage
from photodouble.ops.inpaint.guides import Guide, lines_on
from photodouble.ops.inpaint.model_film import PaintsRuns, film
from photodouble.ops.inpaint.mosaic import beyond_frame, mosaic_around
from photodouble.ops.inpaint.native import Plates
from photodouble.ops.inpaint.patch import STAGE, Patch
from photodouble.ops.inpaint.pipeline import Report
from photodouble.ops.inpaint.scratch import Record, Scratch

_MOST_KEYS = 12
_MOST_WEIGHED = 24
_FEW = 12
"""Fewer unseen pixels than this in a frame are not worth a key of their own."""


class PaintsFrames(PaintsRuns, Protocol):
    """A studio's model, ready to make pixels of a frame; see model_paint.py."""

    @property
    def is_video(self) -> bool:
        """Say whether it fills runs of frames."""

    def patch(
        self, plates: Plates, scratch: Scratch, index: int, region: NDArray[np.bool_], own: Box
    ) -> Patch | None:
        """Make the pixels of a region of working pixels; None where that gave nothing of use."""


@dataclass(frozen=True)
class Invention:
    """Say how unseen pixels are to be made: wanted key frames (footage indices), seed, a model, lines."""

    keys: tuple[int, ...] = ()
    seed: int = 0
    painter: PaintsFrames | None = None
    guides: tuple[Guide, ...] = ()


def synthesise(plates: Plates, scratch: Scratch, invention: Invention, report: Report) -> None:
    """Invent what no frame shows, key after key, until every frame has its texture.

    Runs after `pipeline.analyse`; records that are there already are kept. Where a model that was to fill
    the whole matte fails, the rest is what the shot itself shows.
    """
    targets = [index for index in plates.targets if scratch.has("fill", index)]
    fills = invention.painter.fills if invention.painter is not None else UNSEEN
    painter = invention.painter
    most = max(_left(plates, scratch, targets, fills).values(), default=0)
    if painter is not None and most >= _FEW and painter.is_video:
        film(plates, scratch, painter, targets, report)
        _note_key(
            scratch, next(index for index in targets if scratch.has("texture", index) or index == targets[-1])
        )
        invention, fills = replace(invention, painter=None), UNSEEN
    for number in range(_MOST_KEYS):
        report.check()
        left = _left(plates, scratch, targets, fills)
        if max(left.values(), default=0) < _FEW:
            return
        if not scratch.has("key", number):
            index = _choose_key(plates, scratch, left, invention.keys[number : number + 1], fills)
            key = _painted(plates, scratch, index, invention, fills)
            if key is None and fills == MATTE:
                fills = UNSEEN
                left = _left(plates, scratch, targets, fills)
                if max(left.values()) < _FEW:
                    return
                index = _choose_key(plates, scratch, left, (), fills)
            if key is None:
                key = _invent(plates, scratch, index, invention.seed + number, invention.guides)
            scratch.save("key", number, fills=np.array(fills), **key)
        key = scratch.load("key", number)
        fills = str(key["fills"])
        _note_key(scratch, int(key["at"]))
        Carrier(plates, scratch, key).carry(left, report)
        report.progress(number + 1, number + 1, "texture")


def _note_key(scratch: Scratch, index: int) -> None:
    """Note a key frame in the record `keys` (`at` int32[n]), which outlives the keys themselves."""
    known = [int(at) for at in scratch.load("keys", 0)["at"]] if scratch.has("keys", 0) else []
    scratch.save("keys", 0, at=np.array(list(dict.fromkeys((*known, index))), np.int32))


def _painted(plates: Plates, scratch: Scratch, index: int, invention: Invention, fills: str) -> Record | None:
    """Let the model make the unassigned pixels of one frame; None where there is none, or it failed."""
    if invention.painter is None or fills != invention.painter.fills:
        return None
    fill = filled(scratch, index)
    region, own = unassigned(plates, scratch, index, fills), box_of(fill)
    patch = invention.painter.patch(plates, scratch, index, region, own)
    if patch is None:
        return None
    scratch.save(STAGE, index, **patch.record())
    box, _ = patch.working(plates)
    asked = np.zeros(box.size, np.uint8)
    part = own.intersect(box)
    asked[part.slices_in(box)] = region[part.slices_in(own)]
    corner = np.array([box.x0, box.y0, box.x1, box.y1], np.int32)
    return {
        "at": np.array(index, np.int32),
        "box": corner,
        "place": own_places(box),
        "source": np.full(box.size, index, np.int16),
        "region": asked,
        "made": np.array(1, np.uint8),
    }


def _left(plates: Plates, scratch: Scratch, targets: list[int], fills: str) -> dict[int, int]:
    return {index: int(unassigned(plates, scratch, index, fills).sum()) for index in targets}


def _choose_key(
    footage: Footage, scratch: Scratch, left: dict[int, int], wanted: tuple[int, ...], fills: str
) -> int:
    """Take the artist's key if it needs texture, else the frame that needs much and sees much around it.

    An excluded frame is a key only when there is no other. At most two dozen frames, spread over the
    shot, are weighed against each other.
    """
    for index in wanted:
        if left.get(index, 0):
            return index
    left = {index: count for index, count in left.items() if index not in footage.excluded} or left
    most = max(left.values())
    needy = [index for index, count in left.items() if count * 2 >= most]
    needy = needy[:: -(-len(needy) // _MOST_WEIGHED)]
    scores = [_surroundings(footage, scratch, index, fills) * left[index] for index in needy]
    return needy[int(np.argmax(scores))]


def _surroundings(footage: Footage, scratch: Scratch, index: int, fills: str) -> float:
    """Measure how much of what lies around a frame's unseen pixels is open, 0 to 1."""
    mask = unassigned(footage, scratch, index, fills)
    ring = cv2.dilate(np.pad(mask, 24).astype(np.uint8), np.ones((49, 49), np.uint8)) > 0
    around, frame = box_of(scratch.load("fill", index)).grow(24), Box.of_size(*footage.size)
    inside = around.intersect(frame)
    open_pixels = footage.banned(index)[inside.slices_in(frame)] == 0
    return float((ring[inside.slices_in(around)] & open_pixels).sum()) / float(ring.sum())


def _invent(footage: Footage, scratch: Scratch, index: int, seed: int, guides: tuple[Guide, ...]) -> Record:
    """Invent the unassigned pixels of one frame from what is known of it and of the rest of the shot."""
    fill = filled(scratch, index)
    own, frame = box_of(fill), Box.of_size(*footage.size)
    region = unassigned(footage, scratch, index)
    whole = np.nan_to_num(footage.picture(index))
    colour = whole[own.slices_in(frame)]
    hole = hole_over(footage, index, own)[:, :, None] > 0
    colour[...] = np.where(hole, fill["base"], colour)
    if scratch.has("texture", index):
        texture = scratch.load("texture", index)
        colour[...] = np.where(texture["source"][:, :, None] >= 0, texture["picture"], colour)
    rows, columns = np.nonzero(region)
    core = Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    core = Box(core.x0 + own.x0, core.y0 + own.y0, core.x1 + own.x0, core.y1 + own.y0)
    window = core.grow(max(64, max(core.size))).intersect(beyond_frame(footage, scratch, index))
    asked = np.zeros(window.size, np.uint8)
    asked[own.intersect(window).slices_in(window)] = region[own.intersect(window).slices_in(own)]
    mosaic = mosaic_around(footage, scratch, index, whole, window)
    example = fill_by_example(
        mosaic.page.picture, asked, mosaic.page.closed, seed=seed, pages=mosaic.pages,
        lines=lines_on(guides, scratch, index, window),
    )  # fmt: skip
    inside = window.intersect(frame)
    cut = inside.slices_in(window)
    source, place = np.full(window.size, index, np.int16), own_places(window)
    if example is None:
        asked = np.zeros_like(asked)
    else:
        source, place = mosaic.origins(example.page, example.place)
    return {
        "at": np.array(index, np.int32),
        "box": np.array([inside.x0, inside.y0, inside.x1, inside.y1], np.int32),
        "place": np.ascontiguousarray(place[cut]),
        "source": np.ascontiguousarray(source[cut]),
        "region": np.ascontiguousarray(asked[cut]),
        "made": np.array(0, np.uint8),
    }
