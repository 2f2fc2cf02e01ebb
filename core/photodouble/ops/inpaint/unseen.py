"""Pixels that no frame shows: invented on one key frame, then carried along the motion.

Records: `key` (0, 1, ...; `at` footage index, `box` int32[4], `place` (h, w, 2) float32 place, counted
from the box, of the known pixel each invented one copies, `region` (h, w) uint8) and, per target,
`texture` over the fill record's box: `source` (h, w) int16 key index or -1, `map` (h, w, 2) float32
place in that frame, `picture` (h, w, 3) float32 working encoded, `share` (h, w) float32 its weight.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint.clean_plate import filled
from photodouble.ops.inpaint.complete import continue_inwards
from photodouble.ops.inpaint.confidence import ARTIST, SYNTHESISED
from photodouble.ops.inpaint.exemplar import fill_by_example
from photodouble.ops.inpaint.footage import Footage, Mask, Picture
from photodouble.ops.inpaint.motion import Motion, Step, field
from photodouble.ops.inpaint.pipeline import Report
from photodouble.ops.inpaint.scratch import Record, Scratch

_MOST_KEYS = 12
_MOST_WEIGHED = 24
_FEW = 12
"""Fewer unseen pixels than this in a frame are not worth a key of their own."""
_SHALLOW = 10
"""Unseen pieces no deeper than this (working pixels) keep their base; twice as deep take all texture."""
_SEAM = 3
"""Working pixels over which an invented region meets its surroundings."""


@dataclass(frozen=True)
class Invention:
    """Say how unseen pixels are to be made: the wanted key frames (footage indices) and the seed."""

    keys: tuple[int, ...] = ()
    seed: int = 0


def synthesise(footage: Footage, scratch: Scratch, invention: Invention, report: Report) -> None:
    """Invent what no frame shows, key after key, until every frame has its texture.

    Runs after `pipeline.analyse`; records that are there already are kept.
    """
    targets = [index for index in footage.targets if scratch.has("fill", index)]
    for number in range(_MOST_KEYS):
        report.check()
        left = {index: int(_unassigned(footage, scratch, index).sum()) for index in targets}
        if max(left.values(), default=0) < _FEW:
            return
        if not scratch.has("key", number):
            index = _choose_key(footage, scratch, left, invention.keys[number : number + 1])
            scratch.save("key", number, **_invent(footage, scratch, index, invention.seed + number))
        Carrier(footage, scratch, scratch.load("key", number)).carry(left, report)
        report.progress(number + 1, number + 1, "texture")


class Carrier:
    """Carry one key frame's texture to every frame that still needs it."""

    def __init__(self, footage: Footage, scratch: Scratch, key: Record) -> None:
        self._footage, self._scratch, self._key = footage, scratch, key
        self._motion = Motion(scratch, "motion")
        self._index = int(key["at"])
        self._box = _box(key)
        self._place = _spread_place(key["place"], key["region"])
        self._region = cv2.dilate(key["region"], np.ones((3, 3), np.uint8))
        self._picture = footage.picture(self._index)
        self._source, self._seen_place, self._seen_colour = self._what_the_key_shows()

    def carry(self, left: dict[int, int], report: Report) -> None:
        """Give texture to the unassigned pixels of all frames, from the key outwards."""
        for direction in (1, -1):
            away = [index for index in left if (index - self._index) * direction >= 0]
            last = max((abs(index - self._index) for index in away), default=-1)
            box = self._box_of(self._index, self._box)
            offset = np.zeros((*box.size, 2), np.float32)
            for distance in range(last + 1):
                report.check()
                index = self._index + direction * distance
                if distance:
                    step = self._step(index, -direction)
                    if step is None:
                        break
                    next_box = self._box_of(index, box)
                    offset, box = _chained(step, next_box, offset, box), next_box
                if left.get(index, 0):
                    self._give(index, _unassigned(self._footage, self._scratch, index), offset)

    def _step(self, index: int, direction: int) -> Step | None:
        pair = index if direction > 0 else index - 1
        return self._motion.step(index, direction) if self._scratch.has("motion", pair) else None

    def _box_of(self, index: int, before: Box) -> Box:
        return _box(self._scratch.load("fill", index)) if self._scratch.has("fill", index) else before

    def _give(self, index: int, wanted: NDArray[np.bool_], offset: NDArray[np.float32]) -> None:
        """Look up, for every wanted pixel of a frame, where its texture lies in the key frame."""
        fill = filled(self._scratch, index)
        source, place, there = self._look_up(_own(_box(fill)) + offset)
        found = (source >= 0) & wanted
        if not found.any():
            return
        if self._scratch.has("texture", index):
            record = self._scratch.load("texture", index)
        else:
            record = _blank(fill)
        record["source"] = np.where(found, source, record["source"])
        record["map"] = np.where(found[:, :, None], place, record["map"])
        colour = np.where(found[:, :, None], there, fill["base"])
        picture = np.where(found[:, :, None], _met(colour, fill["base"], found), record["picture"])
        record["picture"] = picture.astype(np.float32)
        share = np.asarray(record["source"] >= 0, np.float32)
        soft = cv2.GaussianBlur(share, (0, 0), 1.0) * 2 - 1
        edge = (fill["kind"] != SYNTHESISED) & (_hole(self._footage, index, _box(fill)) > 0)
        near = cv2.dilate(edge.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        share *= _worth(_unseen(self._footage, index, fill))
        record["share"] = np.where(near, np.clip(soft, 0, 1) * share, share).astype(np.float32)
        self._scratch.save("texture", index, **record)

    def _what_the_key_shows(self) -> tuple[NDArray[np.int16], NDArray[np.float32], Picture]:
        """Give source index, place and colour of every pixel of the key frame that is really seen."""
        size = self._footage.size
        open_pixels = self._footage.banned(self._index) == 0
        source = np.where(open_pixels, np.int16(self._index), np.int16(-1))
        place, colour = _own(Box.of_size(*size)), self._picture.copy()
        if self._scratch.has("fill", self._index):
            fill = filled(self._scratch, self._index)
            inside = _box(fill).slices_in(Box.of_size(*size))
            real = ~np.isin(fill["kind"], (SYNTHESISED, ARTIST)) & (fill["source"] >= 0)
            real &= ~open_pixels[inside]
            source[inside] = np.where(real, fill["source"], source[inside])
            place[inside] = np.where(real[:, :, None], fill["map"], place[inside])
            colour[inside] = np.where(real[:, :, None], fill["base"], colour[inside])
        return source.astype(np.int16), place, colour

    def _look_up(self, at: NDArray[np.float32]) -> tuple[NDArray[np.int16], NDArray[np.float32], Picture]:
        """Turn places in the key frame into (source index or -1, place in it, colour)."""
        height, width = self._footage.size
        x, y = np.round(at[:, :, 0]).astype(np.intp), np.round(at[:, :, 1]).astype(np.intp)
        inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
        x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
        fraction = at - np.stack([x, y], axis=2)
        source = np.where(inside, self._source[y, x], np.int16(-1))
        boxed = (x >= self._box.x0) & (x < self._box.x1) & (y >= self._box.y0) & (y < self._box.y1)
        row = np.clip(y - self._box.y0, 0, self._box.height - 1)
        column = np.clip(x - self._box.x0, 0, self._box.width - 1)
        invented = inside & boxed & (source < 0) & (self._region[row, column] > 0)
        copied = self._place[row, column] + np.array([self._box.x0, self._box.y0], np.float32)
        place = np.where(invented[:, :, None], copied, self._seen_place[y, x]) + fraction
        source = np.where(invented, np.int16(self._index), source)
        colour = np.where(invented[:, :, None], _read(self._picture, place), _read(self._seen_colour, at))
        return source.astype(np.int16), place.astype(np.float32), colour


def _read(picture: Picture, at: NDArray[np.float32]) -> Picture:
    at = at.astype(np.float32)
    return np.asarray(
        cv2.remap(picture, at[:, :, 0], at[:, :, 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE),
        np.float32,
    )


def _worth(unseen: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Say how far texture replaces the smooth base, by the depth of each unseen piece (0 to 1).

    Across a small gap the base is nearer the truth than any texture, which then adds only its finest
    band; in a deep one it would show as a blur.
    """
    count, label = cv2.connectedComponents(unseen.astype(np.uint8))
    inner = cv2.distanceTransform(np.pad(unseen, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    deepest = np.zeros(count, np.float32)
    np.maximum.at(deepest, label.ravel(), inner.ravel())
    deepest[0] = 0
    return np.asarray(np.clip((deepest - _SHALLOW) / _SHALLOW, 0, 1)[label], np.float32)


def _unassigned(footage: Footage, scratch: Scratch, index: int) -> NDArray[np.bool_]:
    unseen = _unseen(footage, index, filled(scratch, index))
    if scratch.has("texture", index):
        unseen &= scratch.load("texture", index)["source"] < 0
    return unseen


def _choose_key(footage: Footage, scratch: Scratch, left: dict[int, int], wanted: tuple[int, ...]) -> int:
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
    scores = [_surroundings(footage, scratch, index) * left[index] for index in needy]
    return needy[int(np.argmax(scores))]


def _surroundings(footage: Footage, scratch: Scratch, index: int) -> float:
    """Measure how much of what lies around a frame's unseen pixels is open, 0 to 1."""
    mask = _unassigned(footage, scratch, index)
    ring = cv2.dilate(np.pad(mask, 24).astype(np.uint8), np.ones((49, 49), np.uint8)) > 0
    around, frame = _box(scratch.load("fill", index)).grow(24), Box.of_size(*footage.size)
    inside = around.intersect(frame)
    open_pixels = footage.banned(index)[inside.slices_in(frame)] == 0
    return float((ring[inside.slices_in(around)] & open_pixels).sum()) / float(ring.sum())


def _invent(footage: Footage, scratch: Scratch, index: int, seed: int) -> Record:
    """Invent the unassigned pixels of one frame from its known ones."""
    fill = filled(scratch, index)
    own, frame = _box(fill), Box.of_size(*footage.size)
    region = _unassigned(footage, scratch, index)
    whole = footage.picture(index)
    colour = whole[own.slices_in(frame)]
    hole = _hole(footage, index, own)[:, :, None] > 0
    colour[...] = np.where(hole, fill["base"], colour)
    if scratch.has("texture", index):
        texture = scratch.load("texture", index)
        colour[...] = np.where(texture["source"][:, :, None] >= 0, texture["picture"], colour)
    rows, columns = np.nonzero(region)
    core = Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    core = Box(core.x0 + own.x0, core.y0 + own.y0, core.x1 + own.x0, core.y1 + own.y0)
    window = core.grow(max(64, max(core.size))).intersect(frame)
    inside = window.slices_in(frame)
    asked = np.zeros(window.size, np.uint8)
    asked[own.intersect(window).slices_in(window)] = region[own.intersect(window).slices_in(own)]
    example = fill_by_example(whole[inside], asked, footage.banned(index)[inside], seed=seed)
    if example is None:
        place, asked = _own(Box.of_size(*window.size)), np.zeros_like(asked)
    else:
        place = example.place
    corner = np.array([window.x0, window.y0, window.x1, window.y1], np.int32)
    return {"at": np.array(index, np.int32), "box": corner, "place": place, "region": asked}


def _chained(step: Step, box: Box, offset: NDArray[np.float32], before: Box) -> NDArray[np.float32]:
    """Extend a chain by one frame: offset to the key of every pixel of `box`, by way of the neighbour."""
    flow = field(step, box)
    at = _own(box) + flow
    x = np.clip(at[:, :, 0] - before.x0, 0, before.width - 1)
    y = np.clip(at[:, :, 1] - before.y0, 0, before.height - 1)
    onward = cv2.remap(offset, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(flow + onward, np.float32)


def _met(colour: Picture, base: Picture, found: NDArray[np.bool_]) -> Picture:
    """Bring a texture to the level of its surroundings: its offset at the edge, carried inwards.

    The smooth base continues the surroundings, so just inside the edge it says what level is wanted.
    """
    inner = cv2.distanceTransform(np.pad(found, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    rim = (found & (inner <= _SEAM)).astype(np.float32)
    weights = cv2.GaussianBlur(rim, (0, 0), 2 * _SEAM)[:, :, None]
    offset = cv2.GaussianBlur((base - colour) * rim[:, :, None], (0, 0), 2 * _SEAM)
    offset = offset / np.maximum(weights, 1e-3)
    deep = (found & (inner > _SEAM)).astype(np.uint8)
    return np.asarray(colour + continue_inwards(offset * (1 - deep[:, :, None]), deep), np.float32)


def _spread_place(place: NDArray[np.float32], region: Mask) -> NDArray[np.float32]:
    """Let pixels beside the region continue the shift of the nearest pixel inside."""
    if not region.any():
        return place
    _, label = cv2.distanceTransformWithLabels(
        (region == 0).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    own = _own(Box.of_size(*region.shape))
    shift = np.zeros((int(label.max()) + 1, 2), np.float32)
    inside = region > 0
    shift[label[inside]] = (place - own)[inside]
    return np.asarray(own + shift[label], np.float32)


def _blank(fill: Record) -> Record:
    height, width = fill["kind"].shape
    return {
        "source": np.full((height, width), -1, np.int16),
        "map": np.zeros((height, width, 2), np.float32),
        "picture": fill["base"].astype(np.float32),
        "share": np.zeros((height, width), np.float32),
    }


def _unseen(footage: Footage, index: int, fill: Record) -> NDArray[np.bool_]:
    """Mark the pixels of the hole that no frame shows; a fill record's kind means nothing outside it."""
    return np.asarray((fill["kind"] == SYNTHESISED) & (_hole(footage, index, _box(fill)) > 0))


def _hole(footage: Footage, index: int, box: Box) -> Mask:
    return footage.hole(index)[box.slices_in(Box.of_size(*footage.size))]


def _own(box: Box) -> NDArray[np.float32]:
    columns, rows = np.meshgrid(np.arange(box.x0, box.x1), np.arange(box.y0, box.y1))
    return np.stack([columns, rows], axis=2).astype(np.float32)


def _box(record: Record) -> Box:
    return Box(*(int(value) for value in record["box"]))
