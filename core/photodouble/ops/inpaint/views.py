"""Show a shot with its holes greyed: the only way the algorithms see pictures.

The validation view greys a known ring around the hole as well, so that nothing which is tested on the
ring has ever seen it.
"""

from __future__ import annotations

from collections import OrderedDict

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint.footage import Footage, Mask, Picture
from photodouble.ops.inpaint.scratch import Scratch

_GREY = np.float32(127 / 255)
CODE = np.float32(1 / 4096)
"""One step of a stored picture: 16-bit codes span -8..8 of the working encoding, -0.6 to a half's 65504."""
_LIMIT = 7.99
_PICTURE_BYTES = 96 * 2**20
_MASK_BYTES = 12 * 2**20
_UNPACKED = 6
_STAGE = "view"


Codes = NDArray[np.int16]


class View:
    """Give greyed pictures, their closed pixels and an 8-bit grey proxy, by index.

    Keeps the latest pictures as 16-bit codes, up to a number of bytes however long the shot is; two
    views of one shot can share them. A target looks over twice the reach of frames, more than that
    holds: with a scratch, each frame is read and coded once and comes back from there.
    """

    def __init__(
        self,
        footage: Footage,
        ring: int = 0,
        share: View | None = None,
        scratch: Scratch | None = None,
        stage: str = _STAGE,
    ) -> None:
        self.footage = footage
        self._stage: str = share._stage if share else stage
        self._scratch: Scratch | None = share._scratch if share else scratch
        self.ring = ring
        self._pictures: OrderedDict[int, tuple[Codes, Mask]] = share._pictures if share else OrderedDict()
        self._masks: OrderedDict[int, tuple[Mask, Mask]] = OrderedDict()
        self._open_masks: OrderedDict[tuple[int, int], Mask] = OrderedDict()
        self._shut: dict[int, bool] = {}
        """Eight pixels a byte: a mask is asked for more often than a picture, and of more frames."""
        h, w = footage.size
        self._area = h * w
        self._keep = max(_PICTURE_BYTES // (h * w * 7), 4)
        self._keep_masks = max(_MASK_BYTES * 4 // (h * w), 4)

    def hole(self, index: int) -> Mask:
        """Return the pixels this view must fill: the hole, and the ring in a validation view."""
        return self._mask(index, 0)

    def closed(self, index: int) -> Mask:
        """Return the pixels that may not be sampled in this view: all of an excluded frame's."""
        if index in self.footage.excluded:
            return np.ones(self.footage.size, np.uint8)
        return self.blind(index)

    def blind(self, index: int) -> Mask:
        """Return the pixels that nothing may look at; an excluded frame is still looked at and followed."""
        return self._mask(index, 1)

    def is_shut(self, index: int) -> bool:
        """Say whether no pixel at all may be sampled in this view."""
        if index not in self._shut:
            self._shut[index] = bool(self.closed(index).all())
        return self._shut[index]

    def picture(self, index: int, box: Box | None = None) -> Picture:
        """Return the picture over a box or all of it, (h, w, 3) float32 encoded, its blind pixels grey."""
        cut = (slice(None), slice(None)) if box is None else (slice(box.y0, box.y1), slice(box.x0, box.x1))
        shown = self._held(index)[0][cut] * CODE
        shown[self.blind(index)[cut] > 0] = _GREY
        return shown

    def codes(self, index: int) -> Codes:
        """Return the whole picture in steps of `CODE`, (h, w, 3) int16: sample it only where it is open."""
        return self._held(index)[0]

    def grey(self, index: int) -> Mask:
        """Return an 8-bit luminance proxy with the blind pixels grey; values above 1 keep their shape."""
        return np.where(self.blind(index) > 0, np.uint8(127), self._held(index)[1])

    def _held(self, index: int) -> tuple[Codes, Mask]:
        if index not in self._pictures:
            self._pictures[index] = self._coded(index)
            while len(self._pictures) > self._keep:
                self._pictures.popitem(last=False)
        self._pictures.move_to_end(index)
        return self._pictures[index]

    def _coded(self, index: int) -> tuple[Codes, Mask]:
        if self._scratch is not None and self._scratch.has(self._stage, index):
            record = self._scratch.load(self._stage, index)
            return record["codes"], record["proxy"]
        picture = finite(self.footage.picture(index))
        codes = np.rint(np.clip(picture, -_LIMIT, _LIMIT) / CODE).astype(np.int16)
        proxy = luminance_proxy(picture)
        if self._scratch is not None:
            self._scratch.save(self._stage, index, codes=codes, proxy=proxy)
        return codes, proxy

    def _mask(self, index: int, which: int) -> Mask:
        """Give the pixels to fill (0) or the blind ones (1)."""
        if index not in self._masks:
            hole, blind = self.footage.hole(index), self.footage.banned(index)
            if index in self.footage.painted:
                blind = np.where(hole > 0, 0, blind).astype(np.uint8)
                hole = np.zeros_like(hole)
            else:
                blind = np.maximum(hole, blind)
            if self.ring and hole.any():
                hole = grow(hole, self.ring)
                blind = np.maximum(blind, hole)
            self._masks[index] = (np.packbits(hole > 0), np.packbits(blind > 0))
            while len(self._masks) > self._keep_masks:
                self._masks.popitem(last=False)
        self._masks.move_to_end(index)
        return self._unpacked(index, which)

    def _unpacked(self, index: int, which: int) -> Mask:
        """Unpack a mask; the last few are kept, for one is asked for several times. Nobody writes into it."""
        if (index, which) not in self._open_masks:
            bits = np.unpackbits(self._masks[index][which], count=self._area)
            self._open_masks[index, which] = bits.reshape(self.footage.size)
            while len(self._open_masks) > _UNPACKED:
                self._open_masks.popitem(last=False)
        return self._open_masks[index, which]


def finite(picture: Picture) -> Picture:
    """Return a picture with 0 for what is no number; itself where there is nothing of the kind."""
    if np.isfinite(picture).all():
        return picture
    return np.nan_to_num(picture, nan=0.0, posinf=0.0, neginf=0.0)


def luminance_proxy(picture: Picture) -> Mask:
    """Give an 8-bit luminance for trackers; values above 1 keep their shape."""
    luma = picture @ np.array([0.299, 0.587, 0.114], np.float32)
    proxy = np.clip(luma, 0, 1) * 235 + np.clip(luma - 1, 0, 1.25) * 16
    return np.asarray(np.rint(proxy), np.uint8)


def grow(mask: Mask, pixels: int) -> Mask:
    """Widen a mask by a disc of that radius."""
    size = 2 * pixels + 1
    return np.asarray(cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))), np.uint8)


def grow_cross(mask: Mask, steps: int) -> Mask:
    """Widen a mask by single steps up, down, left and right."""
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    return np.asarray(cv2.dilate(mask, cross, iterations=steps), np.uint8)
