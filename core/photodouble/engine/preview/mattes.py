"""Mattes for previews: shaped at the plate's own size, exactly as a take shapes them, then reduced."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from photodouble.image.frame import Frame
from photodouble.image.matte import MatteSettings, pick, shape_matte
from photodouble.image.picture import Picture, Plane
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.ops.shot import bounds, held_frame

from .reduced import Grid, sequence_mark
from .store import PreviewStore

Array = NDArray[np.float32]

_PICKED = "picked"


class Mattes:
    """Give the mattes of a sequence laid upon the plate, remembered before and after they are shaped.

    A matte that is grown or feathered is shaped again from what was read, without touching the disk.
    """

    def __init__(self, sequence: Sequence, grid: Grid, store: PreviewStore) -> None:
        self._sequence, self._grid, self._store = sequence, grid, store

    def mark(self, frame: int, settings: MatteSettings) -> tuple[object, ...]:
        """Return what decides the final matte of a frame."""
        return (*sequence_mark(self._sequence, frame), self._grid, settings)

    def whole(self, frame: int, box: Box, settings: MatteSettings) -> Array:
        """Return the final matte (h, w) float32 at the plate's size over `box`, 0 to 1.

        Only the part of the picture where something is drawn is shaped: beyond it the matte is 0.
        """
        key = ("picked", sequence_mark(self._sequence, frame), settings.channel)
        picked = self._store.get(key, lambda: _read_picked(self._sequence, frame, settings.channel))
        own, plate = picked.display_window, self._grid.display
        box = box.moved(own.x0 - plate.x0, own.y0 - plate.y0)
        if not settings.invert:
            picked = _around_drawn(picked, settings.reach + 1)
        drawn = Frame(picked, frame, colourspace="scene-linear", premultiplied="no", needs_colour=False)
        return shape_matte(drawn, box, dataclasses.replace(settings, channel=_PICKED))

    def reduced(self, frame: int, box: Box, settings: MatteSettings) -> Array:
        """Return the mean of the final matte over every preview pixel of `box`."""
        key = ("matte", self.mark(frame, settings), box)
        return self._store.get(
            key, lambda: self._grid.mean(self.whole(frame, self._grid.whole(box), settings))
        )


def _read_picked(sequence: Sequence, frame: int, channel: str) -> Picture:
    """Read what a matte is made of: one plane of half floats, its data window where anything is drawn."""
    source = sequence.read(held_frame(sequence, frame), needs_colour=False)
    extent = source.display_window.union(source.picture.data_window)
    values = pick(source, extent, channel)
    drawn = bounds(values, extent)
    if drawn.is_empty:
        drawn = Box(extent.x0, extent.y0, extent.x0 + 1, extent.y0 + 1)
    cut = np.nan_to_num(values[drawn.slices_in(extent)], nan=0.0, posinf=1.0, neginf=0.0)
    whole = np.zeros(extent.size, np.float16)
    whole[drawn.slices_in(extent)] = np.clip(cut, 0, 1)
    plane = Plane(_PICKED, whole, extent)
    return Picture(source.picture.path, "exr", (plane,), source.display_window, drawn)


def _around_drawn(picked: Picture, reach: int) -> Picture:
    """Cut a picked matte to what is drawn and `reach` pixels around, at most to its own edges."""
    (plane,) = picked.planes
    near = picked.data_window.grow(reach).intersect(plane.window)
    cut = dataclasses.replace(plane, pixels=plane.pixels[near.slices_in(plane.window)], window=near)
    return dataclasses.replace(picked, planes=(cut,), display_window=near, data_window=near)
