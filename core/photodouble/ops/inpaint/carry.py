"""Carry what was made of one key frame to every other frame, along the motion of what lies behind it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint.clean_plate import filled
from photodouble.ops.inpaint.complete import continue_inwards
from photodouble.ops.inpaint.confidence import ARTIST, SYNTHESISED
from photodouble.ops.inpaint.flow import dense_motion
from photodouble.ops.inpaint.footage import Footage, Mask, Picture
from photodouble.ops.inpaint.motion import Motion, field
from photodouble.ops.inpaint.native import Plates
from photodouble.ops.inpaint.patch import load_patch
from photodouble.ops.inpaint.pipeline import Report
from photodouble.ops.inpaint.scratch import Record, Scratch

UNSEEN, MATTE, CHANGE = "unseen", "matte", "change"
"""What is made anew: pixels no frame shows, all under the matte, or all under it as a change of itself."""
_SHALLOW, _SHALLOW_MADE = 10, 2
"""Unseen pieces no deeper than this (working pixels) keep their base; twice as deep take all texture. What
a model made is taken sooner: it knows more than a smooth continuation."""
_LONGEST_ROW = 4096
_SEAM = 3
"""Working pixels over which an invented region meets its surroundings."""
_DRIFT_MOST, _FEWEST_KNOWN = 0.15, 64
"""Limit of the change of light that what a model made follows, and the pixels it is measured on at least."""


class Carrier:
    """Carry one key frame's texture to every frame that still needs it.

    A change of what the matte shows follows that thing's own motion; all else that of what lies behind it.
    """

    def __init__(self, footage: Plates, scratch: Scratch, key: Record) -> None:
        self._footage, self._scratch = footage, scratch
        self._fills, self._made = str(key["fills"]), bool(key["made"])
        self._motion = Motion(scratch, "motion")
        self._index = int(key["at"])
        self._box = box_of(key)
        self._place, self._from = _spread(key["place"], key["source"], self._box, key["region"])
        self._region = key["region"]
        if self._fills == UNSEEN:
            self._region = cv2.dilate(self._region, np.ones((3, 3), np.uint8))
        self._picture = footage.picture(self._index)
        if self._made:
            self._picture = self._picture.copy()
            box, made = load_patch(scratch, self._index).working(footage)
            self._picture[box.slices_in(Box.of_size(*footage.size))] = made
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
                    next_box = self._box_of(index, box)
                    flow = self._flow(index, -direction, next_box)
                    if flow is None:
                        break
                    offset, box = _chained(flow, next_box, offset, box), next_box
                if left.get(index, 0):
                    self._give(index, unassigned(self._footage, self._scratch, index, self._fills), offset)

    def _flow(self, index: int, direction: int, box: Box) -> NDArray[np.float32] | None:
        """Give the motion to a neighbouring frame over a box, (h, w, 2); None where none was measured."""
        if self._fills == CHANGE:
            here, there = (_grey(self._footage.picture(each)) for each in (index, index + direction))
            whole = dense_motion(here, there)
            return np.ascontiguousarray(whole[box.slices_in(Box.of_size(*self._footage.size))])
        pair = index if direction > 0 else index - 1
        if not self._scratch.has("motion", pair):
            return None
        return field(self._motion.step(index, direction), box)

    def _box_of(self, index: int, before: Box) -> Box:
        return box_of(self._scratch.load("fill", index)) if self._scratch.has("fill", index) else before

    def _give(self, index: int, wanted: NDArray[np.bool_], offset: NDArray[np.float32]) -> None:
        """Look up, for every wanted pixel of a frame, where its texture lies in the key frame."""
        fill = filled(self._scratch, index)
        at = own_places(box_of(fill)) + offset
        source, place, there, made = self._look_up(at)
        found = (source >= 0) & wanted
        if not found.any():
            return
        if self._scratch.has("texture", index):
            record = self._scratch.load("texture", index)
        else:
            record = _blank(fill)
        record["source"] = np.where(found, source, record["source"])
        record["map"] = np.where(found[:, :, None], place, record["map"])
        record["made"] = np.where(found, made, record["made"])
        colour = np.where(found[:, :, None], there, fill["base"])
        met = colour + self._drift(index, fill, at) if self._made else _met(colour, fill["base"], found)
        record["picture"] = np.where(found[:, :, None], met, record["picture"]).astype(np.float32)
        record["share"] = self._share(index, fill, record)
        self._scratch.save("texture", index, **record)

    def _share(self, index: int, fill: Record, record: Record) -> NDArray[np.float32]:
        """Weigh texture against the smooth base: soft where it meets what is really seen."""
        share = np.asarray(record["source"] >= 0, np.float32)
        if self._fills != UNSEEN:
            return share
        soft = cv2.GaussianBlur(share, (0, 0), 1.0) * 2 - 1
        edge = (fill["kind"] != SYNTHESISED) & (hole_over(self._footage, index, box_of(fill)) > 0)
        near = cv2.dilate(edge.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        unseen = unseen_pixels(self._footage, index, fill)
        worth = np.where(record["made"], _worth(unseen, _SHALLOW_MADE), _worth(unseen, _SHALLOW))
        share *= worth
        return np.where(near, np.clip(soft, 0, 1) * share, share).astype(np.float32)

    def _drift(self, index: int, fill: Record, at: NDArray[np.float32]) -> NDArray[np.float32]:
        """Measure by how much the light of a frame differs from the key frame's, beside the matte: (3,).

        A model made its pixels in the key frame's light; the exposure may move on. The median is deaf to
        what moves on its own.
        """
        box = box_of(fill)
        inside = box.slices_in(Box.of_size(*self._footage.size))
        known = _read((self._footage.banned(self._index) == 0).astype(np.float32), at) > 0.99
        known &= self._footage.banned(index)[inside] == 0
        if index == self._index or known.sum() < _FEWEST_KNOWN:
            return np.zeros(3, np.float32)
        differs = self._footage.picture(index)[inside] - _read(self._footage.picture(self._index), at)
        drift = np.median(differs[known], axis=0)
        return np.asarray(np.clip(drift, -_DRIFT_MOST, _DRIFT_MOST), np.float32)

    def _what_the_key_shows(self) -> tuple[NDArray[np.int16], NDArray[np.float32], Picture]:
        """Give source index, place and colour of every pixel of the key frame that is really seen."""
        size = self._footage.size
        open_pixels = self._footage.banned(self._index) == 0
        source = np.where(open_pixels, np.int16(self._index), np.int16(-1))
        place, colour = own_places(Box.of_size(*size)), self._picture.copy()
        if self._fills != UNSEEN:
            source[...] = -1
        if self._scratch.has("fill", self._index):
            fill = filled(self._scratch, self._index)
            inside = box_of(fill).slices_in(Box.of_size(*size))
            if self._fills != UNSEEN:
                return source.astype(np.int16), place, colour
            real = ~np.isin(fill["kind"], (SYNTHESISED, ARTIST)) & (fill["source"] >= 0)
            real &= ~open_pixels[inside]
            source[inside] = np.where(real, fill["source"], source[inside])
            place[inside] = np.where(real[:, :, None], fill["map"], place[inside])
            colour[inside] = np.where(real[:, :, None], fill["base"], colour[inside])
        return source.astype(np.int16), place, colour

    def _look_up(
        self, at: NDArray[np.float32]
    ) -> tuple[NDArray[np.int16], NDArray[np.float32], Picture, NDArray[np.bool_]]:
        """Turn places in the key frame into (source index or -1, place in it, colour, made by a model)."""
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
        copied = invented[:, :, None]
        place = np.where(copied, self._place[row, column], self._seen_place[y, x]) + fraction
        source = np.where(invented, self._from[row, column], source)
        colour = np.where(copied, self._copied(source, place, invented), _read(self._seen_colour, at))
        return source.astype(np.int16), place.astype(np.float32), colour, invented & self._made

    def _copied(
        self, source: NDArray[np.int16], place: NDArray[np.float32], invented: NDArray[np.bool_]
    ) -> Picture:
        """Read what invented pixels copy, each from its own frame, (h, w, 3); one frame is held at a time."""
        colour = np.zeros((*source.shape, 3), np.float32)
        for index in np.unique(source[invented]):
            picture = self._picture if index == self._index else self._footage.picture(int(index))
            here = invented & (source == index)
            colour[here] = _read_list(picture, place[here])
        return colour


def _read(picture: Picture, at: NDArray[np.float32]) -> Picture:
    at = at.astype(np.float32)
    return np.asarray(
        cv2.remap(picture, at[:, :, 0], at[:, :, 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE),
        np.float32,
    )


def _read_list(picture: Picture, places: NDArray[np.float32]) -> Picture:
    """Read a picture at a list of places (n, 2); (n, 3). The library takes no row of 32,768 or more."""
    rows = -(-len(places) // _LONGEST_ROW)
    padded = np.zeros((rows * _LONGEST_ROW, 2), np.float32)
    padded[: len(places)] = places
    return _read(picture, padded.reshape(rows, _LONGEST_ROW, 2)).reshape(-1, 3)[: len(places)]


def _worth(unseen: NDArray[np.bool_], shallow: int) -> NDArray[np.float32]:
    """Say how far texture replaces the smooth base, by the depth of each unseen piece (0 to 1).

    Across a small gap the base is nearer the truth than any texture, which then adds only its finest
    band; in a deep one it would show as a blur.
    """
    count, label = cv2.connectedComponents(unseen.astype(np.uint8))
    inner = cv2.distanceTransform(np.pad(unseen, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    deepest = np.zeros(count, np.float32)
    np.maximum.at(deepest, label.ravel(), inner.ravel())
    deepest[0] = 0
    return np.asarray(np.clip((deepest - shallow) / shallow, 0, 1)[label], np.float32)


def _chained(
    flow: NDArray[np.float32], box: Box, offset: NDArray[np.float32], before: Box
) -> NDArray[np.float32]:
    """Extend a chain by one frame: offset to the key of every pixel of `box`, by way of the neighbour."""
    at = own_places(box) + flow
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


def _spread(
    place: NDArray[np.float32], source: NDArray[np.int16], box: Box, region: Mask
) -> tuple[NDArray[np.float32], NDArray[np.int16]]:
    """Let pixels beside the region continue the shift, and the frame, of the nearest pixel inside."""
    if not region.any():
        return place, source
    _, label = cv2.distanceTransformWithLabels(
        (region == 0).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    own, inside = own_places(box), region > 0
    shift = np.zeros((int(label.max()) + 1, 2), np.float32)
    shift[label[inside]] = (place - own)[inside]
    index = np.full(len(shift), -1, np.int16)
    index[label[inside]] = source[inside]
    return np.asarray(own + shift[label], np.float32), index[label]


def _blank(fill: Record) -> Record:
    height, width = fill["kind"].shape
    return {
        "source": np.full((height, width), -1, np.int16),
        "map": np.zeros((height, width, 2), np.float32),
        "picture": fill["base"].astype(np.float32),
        "share": np.zeros((height, width), np.float32),
        "made": np.zeros((height, width), np.bool_),
    }


def _grey(picture: Picture) -> Mask:
    return np.asarray(np.clip(picture.mean(axis=2) * 200, 0, 255), np.uint8)


def unassigned(footage: Footage, scratch: Scratch, index: int, fills: str = UNSEEN) -> NDArray[np.bool_]:
    """Mark the pixels of a frame that are to be made and have no texture yet."""
    wanted = unseen_pixels(footage, index, filled(scratch, index), fills)
    if scratch.has("texture", index):
        wanted &= scratch.load("texture", index)["source"] < 0
    return wanted


def unseen_pixels(footage: Footage, index: int, fill: Record, fills: str = UNSEEN) -> NDArray[np.bool_]:
    """Mark the pixels of the hole that are to be made: those no frame shows, or all but the artist's, or all.

    A fill record's kind means nothing outside the hole.
    """
    hole = hole_over(footage, index, box_of(fill)) > 0
    if fills == CHANGE:
        return hole
    return np.asarray(hole & ((fill["kind"] != ARTIST) if fills == MATTE else (fill["kind"] == SYNTHESISED)))


def hole_over(footage: Footage, index: int, box: Box) -> Mask:
    """Return the hole of a frame over a box of working pixels."""
    return footage.hole(index)[box.slices_in(Box.of_size(*footage.size))]


def own_places(box: Box) -> NDArray[np.float32]:
    """Return the place (x, y) of every pixel of a box, (h, w, 2) float32."""
    columns, rows = np.meshgrid(np.arange(box.x0, box.x1), np.arange(box.y0, box.y1))
    return np.stack([columns, rows], axis=2).astype(np.float32)


def box_of(record: Record) -> Box:
    """Return the box that a record covers."""
    return Box(*(int(value) for value in record["box"]))
