"""A plate at reduced size: the same frames, averaged block by block in scene-linear, remembered."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photodouble.image.frame import Frame, as_float
from photodouble.image.picture import Picture, Plane
from photodouble.image.proxy import reduce
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.ops.shot import held_frame

from .store import PreviewStore, file_mark

Array = NDArray[np.float32]

_COLOURS = ("R", "G", "B")
_LARGEST = np.float32(np.finfo(np.float16).max)


@dataclass(frozen=True)
class Grid:
    """How plate pixels fall into preview pixels: blocks of `scale`, counted from the display's corner."""

    display: Box
    scale: int

    def reduced(self, box: Box) -> Box:
        """Return the preview pixels that hold any pixel of a box."""
        moved = box.moved(-self.display.x0, -self.display.y0)
        return Box(
            moved.x0 // self.scale,
            moved.y0 // self.scale,
            -(-moved.x1 // self.scale),
            -(-moved.y1 // self.scale),
        )

    def whole(self, reduced: Box) -> Box:
        """Return all plate pixels of a box of preview pixels."""
        edges = (reduced.x0, reduced.y0, reduced.x1, reduced.y1)
        x0, y0, x1, y1 = (edge * self.scale for edge in edges)
        return Box(x0, y0, x1, y1).moved(self.display.x0, self.display.y0)

    def mean(self, values: Array, weight: Array | None = None) -> Array:
        """Average whole blocks of (h, w) or (h, w, c), weighed; NaN where all weights are 0."""
        if weight is None:
            return reduce(values, self.scale)
        share = reduce(weight, self.scale)
        many = values.ndim == 3
        total = reduce(values * (weight[..., None] if many else weight), self.scale)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(total / (share[..., None] if many else share), np.float32)


@dataclass(frozen=True)
class ReducedSequence(Sequence):
    """Read the frames of a sequence at reduced size, scene-linear and unpremultiplied."""

    scale: int = 1
    source: Sequence | None = None
    store: PreviewStore | None = None

    def read(self, frame: int, *, needs_colour: bool = True) -> Frame:
        """Read one frame, from the store when it was read before. Raises as `Sequence.read`."""
        source, store, scale = self.source, self.store, self.scale
        if source is None or store is None:
            raise ValueError("a reduced sequence needs what it reduces")

        def made() -> Picture:
            return _reduced_picture(source.read(frame, needs_colour=needs_colour), scale)

        picture = store.get(self._key(frame), made)
        return Frame(picture, frame, colourspace="scene-linear", premultiplied="no")

    def is_warm(self, frame: int) -> bool:
        """Whether a frame is in the store."""
        return self.store is not None and self.store.peek(self._key(frame)) is not None

    def _key(self, frame: int) -> tuple[object, ...]:
        return ("plate", sequence_mark(self.source or self, frame), self.scale)


def reduced_sequence(source: Sequence, scale: int, store: PreviewStore) -> Sequence:
    """Return a sequence at reduced size."""
    fields = {each.name: getattr(source, each.name) for each in dataclasses.fields(Sequence)}
    return ReducedSequence(**fields, scale=scale, source=source, store=store)


@dataclass(frozen=True)
class ReducedLayers(ReducedSequence):
    """Read every channel of a sequence at reduced size under its own name, as numbers and not as colours."""

    def read(self, frame: int, *, needs_colour: bool = True) -> Frame:
        """Read one frame, from the store when it was read before. Raises as `Sequence.read`."""
        source, store, scale = self.source, self.store, self.scale
        if source is None or store is None:
            raise ValueError("reduced layers need what they reduce")

        def made() -> Picture:
            return _reduced_layers(source.read(frame, needs_colour=False), scale)

        picture = store.get(("layers", *self._key(frame)), made)
        return Frame(picture, frame, colourspace="raw", premultiplied="no", needs_colour=needs_colour)


def reduced_layers(source: Sequence, scale: int, store: PreviewStore) -> Sequence:
    """Return a sequence of numbers, such as a matte, a light or an ST map, at reduced size."""
    fields = {each.name: getattr(source, each.name) for each in dataclasses.fields(Sequence)}
    return ReducedLayers(**fields, scale=scale, source=source, store=store)


def sequence_mark(sequence: Sequence, frame: int) -> tuple[object, ...]:
    """Return what decides the pixels of one frame: its file, its number, and how it is read."""
    number = held_frame(sequence, frame)
    how = (sequence.channels, sequence.colourspace, sequence.view, sequence.premultiplied)
    return (*file_mark(Path(sequence.path(number))), number, *how)


def _reduced_picture(frame: Frame, scale: int) -> Picture:
    grid = Grid(frame.display_window, scale)
    window = grid.reduced(frame.data_window)
    colours = np.clip(_mean_colours(frame, grid, window), -_LARGEST, _LARGEST).astype(np.float16)
    planes = tuple(
        Plane(name, np.ascontiguousarray(colours[..., number]), window)
        for number, name in enumerate(_COLOURS)
    )
    return Picture(
        frame.picture.path,
        "exr",
        planes,
        display_window=grid.reduced(frame.display_window),
        data_window=window,
        pixel_aspect=frame.pixel_aspect,
    )


def _reduced_layers(frame: Frame, scale: int) -> Picture:
    grid = Grid(frame.display_window, scale)
    window = grid.reduced(frame.data_window)
    box = grid.whole(window)
    planes = tuple(
        Plane(plane.name, np.ascontiguousarray(grid.mean(as_float(plane, box), _known(frame, box))), window)
        for plane in frame.picture.planes
    )
    return Picture(
        frame.picture.path,
        "exr",
        planes,
        display_window=grid.reduced(frame.display_window),
        data_window=window,
        pixel_aspect=frame.pixel_aspect,
    )


def _known(frame: Frame, box: Box) -> Array:
    """Return 1 where the frame holds pixels, 0 beyond them."""
    known = np.zeros(box.size, np.float32)
    known[frame.data_window.intersect(box).slices_in(box)] = 1
    return known


def _mean_colours(frame: Frame, grid: Grid, window: Box) -> Array:
    """Average the real colours of every block; NaN where a block has none."""
    box = grid.whole(window)
    if _is_plain(frame) and box == frame.data_window:
        planes = [as_float(plane, box) for plane in frame.fill_planes]
        reduced = [grid.mean(plane) for plane in (planes * 3)[:3]]
        if all(np.isfinite(plane).all() for plane in reduced):
            return np.stack(reduced, axis=-1)
    valid = frame.valid(box)
    colours = np.where(valid[..., None], frame.linear(box), np.float32(0))
    return grid.mean(colours, valid.astype(np.float32))


def _is_plain(frame: Frame) -> bool:
    return frame.colour.name in ("scene-linear", "raw") and not frame.is_premultiplied
