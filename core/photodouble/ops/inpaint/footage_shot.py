"""Show a shot to the motion analysis and to the rendering: working pictures and plate pixels."""

from __future__ import annotations

import weakref

import numpy as np
from numpy.typing import NDArray

from photodouble.image.encoding import encode
from photodouble.image.frame import Frame
from photodouble.image.proxy import reduce, reduced_size, working_scale
from photodouble.image.window import Box
from photodouble.ops.inpaint.footage import Mask, Picture
from photodouble.ops.inpaint.native import covered
from photodouble.ops.inpaint.tiles import Pixels, Tiles
from photodouble.ops.recent import Recent
from photodouble.ops.shot import PLAIN_MATTES, Shot

MATTES = ("matte", "companion", "keep")

_DARKEST = np.float32(-0.1)
"""Deepest negative that is sampled: the encoding is steep there, and a broken pixel must not rule a fill."""
_BAND = 64
"""Rows of working pixels that are reduced at a time."""
_TILE_FRAMES = 16
_LEAST_TILE_BYTES = 24 * 2**20
_MOST_TILE_BYTES = 256 * 2**20
_WORKING_BYTES = 64 * 2**20
_MASK_BYTES = 24 * 2**20


class ShotFootage:
    """Serve a shot's frames by index, in order of time: all allowed sources and the range to fill.

    Implements `native.Plates`. Working pictures are the plate reduced by a whole factor so that the
    long side is at most the parameter `analysis_size`. Overridden frames count as painted.
    """

    def __init__(self, shot: Shot) -> None:
        self._shot = shot
        self.numbers: tuple[int, ...] = tuple(sorted({*shot.source_frames, *shot.frames, *shot.overrides}))
        self.canvas: Box = shot.canvas
        self.scale: int = working_scale(shot.canvas.size, int(shot.values.get("analysis_size", 960)))
        self.size: tuple[int, int] = reduced_size(shot.canvas.size, self.scale)
        self.painted: frozenset[int] = frozenset(
            index for index, number in enumerate(self.numbers) if number in shot.overrides
        )
        allowed = frozenset(shot.source_frames) | frozenset(shot.overrides)
        self.excluded: frozenset[int] = frozenset(
            index for index, number in enumerate(self.numbers) if number not in allowed
        )
        wanted = frozenset(shot.frames)
        self.targets: tuple[int, ...] = tuple(
            index
            for index, number in enumerate(self.numbers)
            if number in wanted and index not in self.painted
        )
        area = shot.work_box.grow(32).intersect(shot.canvas)
        share = area.height * area.width * 3 * 4 * _TILE_FRAMES
        self._tiles = Tiles(min(max(share, _LEAST_TILE_BYTES), _MOST_TILE_BYTES))
        self._pictures: Recent[Picture] = Recent(_WORKING_BYTES, lambda picture: picture.nbytes)
        self._masks: Recent[Mask] = Recent(_MASK_BYTES, lambda mask: mask.nbytes)

    @property
    def count(self) -> int:
        """Number of frames."""
        return len(self.numbers)

    def picture(self, index: int) -> Picture:
        """Return the working picture, working encoded; what is not finite is black."""
        self._note_use(index, self._port(index))
        return self._pictures.get(index, lambda: self._reduced(index)).copy()

    def hole(self, index: int) -> Mask:
        """Return 1 where the final matte is above zero in any plate pixel."""
        self._note_use(index, *MATTES)
        number = self.numbers[index]
        found = self._masks.get(("hole", index), lambda: covered(self._shot.matte(number) > 0, self.scale))
        return found.copy()

    def banned(self, index: int) -> Mask:
        """Return 1 where nothing may be sampled."""
        self._note_use(index, self._port(index), *MATTES, "do_not_sample")
        return self._masks.get(("ban", index), lambda: self._closed(index)).copy()

    def linear(self, index: int, box: Box) -> Picture:
        """Return plate pixels, scene-linear; the artist's on a painted frame."""
        return self.pixels(index, box)[0]

    def usable(self, index: int, box: Box) -> Mask:
        """Return 1 where a plate pixel may be sampled."""
        return self.pixels(index, box)[1]

    def pixels(self, index: int, box: Box) -> Pixels:
        """Return plate pixels, scene-linear, and 1 where they may be sampled."""

        def read(tile: Box) -> Pixels:
            return _believable(self._frame(index).linear(tile)), self._usable(index, tile)

        self._note_use(index, self._port(index), *MATTES, *PLAIN_MATTES)
        return self._tiles.read(index, box, self.canvas, read)

    def matte(self, index: int, box: Box) -> Picture:
        """Return the final matte, 0 to 1."""
        return self._shot.matte(self.numbers[index], box)

    def clean_frames(self, plate: int) -> tuple[int, ...]:
        """Return the frame numbers of a clean plate."""
        return tuple(self._shot.clean_plates[plate].frames)

    def clean_count(self) -> int:
        """Count the clean plates."""
        return len(self._shot.clean_plates)

    def clean_canvas(self, plate: int, number: int) -> Box:
        """Return the window of one frame of a clean plate."""
        return self._shot.clean_plate(plate, number).data_window

    def clean_linear(self, plate: int, number: int, box: Box) -> Picture:
        """Return clean plate pixels, scene-linear, in the clean plate's own coordinates."""
        return _believable(self._shot.clean_plate(plate, number).linear(box))

    def clean_usable(self, plate: int, number: int, box: Box) -> Mask:
        """Return 1 where a clean plate has a real colour."""
        return self._shot.clean_plate(plate, number).valid(box).astype(np.uint8)

    def _bands(self) -> list[Box]:
        """Cut the canvas into bands of whole working pixels, so that no whole frame is held as float."""
        height = _BAND * self.scale
        tops = range(self.canvas.y0, self.canvas.y1, height)
        return [Box(self.canvas.x0, top, self.canvas.x1, min(top + height, self.canvas.y1)) for top in tops]

    def _reduced(self, index: int) -> Picture:
        frame = self._frame(index)
        return np.concatenate([_reduced(frame, band, self.scale) for band in self._bands()])

    def _closed(self, index: int) -> Mask:
        usable = [covered(self._usable(index, band) == 0, self.scale) for band in self._bands()]
        return np.concatenate(usable)

    def _port(self, index: int) -> str:
        return "overrides" if index in self.painted else "plate"

    def _note_use(self, index: int, *ports: str) -> None:
        """Tell the shot whose pixels are used, for what was read for another frame too."""
        for port in ports:
            self._shot.note_use(port, self.numbers[index])

    def _usable(self, index: int, box: Box) -> Mask:
        number = self.numbers[index]
        usable: NDArray[np.bool_] = self._frame(index).valid(box)
        if index not in self.painted:
            usable = usable & (self._shot.matte(number, box) <= 0)
        return np.asarray(usable & (self._shot.do_not_sample(number, box) <= 0), np.uint8)

    def _frame(self, index: int) -> Frame:
        if index in self.painted:
            return self._shot.override(self.numbers[index])
        return self._shot.plate(self.numbers[index])


def _reduced(frame: Frame, band: Box, scale: int) -> Picture:
    values = frame.linear(band)
    values = np.where(np.isfinite(values), values, np.float32(0))
    return encode(reduce(_believable(values), scale))


def _believable(values: Picture) -> Picture:
    return np.maximum(values, _DARKEST)


_BY_SHOT: weakref.WeakKeyDictionary[Shot, ShotFootage] = weakref.WeakKeyDictionary()


def footage_of(shot: Shot) -> ShotFootage:
    """Return the footage of a shot, the same one each time, so that its pixels are read once."""
    if shot not in _BY_SHOT:
        _BY_SHOT[shot] = ShotFootage(shot)
    return _BY_SHOT[shot]
