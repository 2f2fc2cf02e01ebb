"""A frame of a plate: scene-linear colour to work on, and the file's own planes kept untouched."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.image.colour import BY_CHANNEL, ColourSpace, space_of
from photodouble.image.layers import alpha_plane, fill_planes, find_plane
from photodouble.image.picture import Picture, Plane
from photodouble.image.window import Box

_LARGEST_TABLE = 65535


class Frame:
    """Give one frame's colours in scene-linear, whatever its file holds.

    `number` is the plate's frame number. `channels` picks what is filled and `needs_colour` says
    whether there must be such channels (see `layers.fill_planes`); `premultiplied` is "auto", "yes"
    or "no". Where `reload` gives the same picture again, only the filled channels and alpha stay in
    memory.
    """

    def __init__(
        self,
        picture: Picture,
        number: int = 0,
        *,
        colourspace: str = "",
        channels: str = "",
        view: str = "",
        premultiplied: str = "auto",
        reload: Callable[[], Picture] | None = None,
        needs_colour: bool = True,
    ) -> None:
        self.number = number
        self.view = view
        self.fill_planes = fill_planes(picture, channels, view, needs_colour=needs_colour)
        self.alpha_plane = alpha_plane(picture, self.fill_planes, view)
        self._premultiplied = premultiplied
        self._reload = reload
        kept = (*self.fill_planes, *((self.alpha_plane,) if self.alpha_plane else ()))
        self.picture = picture.only(kept) if reload else picture
        self.colour: ColourSpace = space_of(
            picture.path,
            colourspace,
            format=picture.format,
            is_float=all(plane.is_float for plane in self.fill_planes),
        )

    @property
    def colourspace(self) -> str:
        """Name the colour space of the file."""
        return self.colour.name

    @property
    def display_window(self) -> Box:
        """Give the display window (the format)."""
        return self.picture.display_window

    @property
    def data_window(self) -> Box:
        """Give the window in which the filled channels have pixels."""
        return self.fill_planes[0].window if self.fill_planes else self.picture.data_window

    @property
    def pixel_aspect(self) -> float:
        """Give width over height of one pixel; 2 for anamorphic."""
        return self.picture.pixel_aspect

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Give the file's own metadata."""
        return self.picture.metadata

    @property
    def channels(self) -> tuple[str, ...]:
        """List the names of all channels in the file."""
        return tuple(plane.name for plane in self.picture.planes)

    @property
    def nbytes(self) -> int:
        """Count the bytes of the pixels that it holds."""
        return sum(plane.pixels.nbytes for plane in self.picture.planes)

    @property
    def notes(self) -> tuple[str, ...]:
        """Say what an artist should know about this source, in plain sentences."""
        if self.picture.is_lossy:
            return (
                "The source is compressed with loss: results hold its decoded pixels without further loss.",
            )
        return ()

    def whole(self) -> Picture:
        """Give the picture with the pixels of every channel, read again if they were left out."""
        if self._reload and any(plane.is_left_out for plane in self.picture.planes):
            return self._reload()
        return self.picture

    @cached_property
    def is_premultiplied(self) -> bool:
        """Tell whether the colours are taken as multiplied by alpha.

        With "auto" the file's format decides, except where alpha is plainly a matte laid beside a
        whole picture: most pixels with alpha 0 have colour.
        """
        if self.alpha_plane is None or self._premultiplied == "no":
            return False
        if self._premultiplied == "yes":
            return True
        if not self.picture.is_premultiplied:
            return False
        empty = self.alpha() == 0
        if not empty.any():
            return True
        coloured = np.zeros(empty.shape, dtype=bool)
        for plane in self.fill_planes:
            coloured |= as_float(plane, self.data_window) != 0
        return bool(coloured[empty].mean() <= 0.5)

    def linear(self, box: Box | None = None) -> NDArray[np.float32]:
        """Give (h, w, 3) float32 scene-linear colours over `box` (default: the data window).

        Unpremultiplied where the plate is premultiplied and its alpha is not 0. Pixels outside the
        data window are 0; NaN and Inf are given as they are (see `valid`). A grey plate is repeated.
        """
        factor = self.alpha_factor(box)
        if factor is None and self._table is not None:
            linear = self._looked_up(self._table, box)
            return np.repeat(linear, 3, axis=-1) if linear.shape[-1] == 1 else linear
        values = self.stored(box)
        with np.errstate(over="ignore", invalid="ignore"):
            if factor is not None:
                values = values / factor[..., None]
            linear = np.asarray(self.colour.to_linear(values), dtype=np.float32)
        return np.repeat(linear, 3, axis=-1) if linear.shape[-1] == 1 else linear

    @cached_property
    def _table(self) -> NDArray[np.float32] | None:
        """Give the scene-linear value of every code, where codes are few and channels do not mix."""
        whites = {plane.white for plane in self.fill_planes}
        white = whites.pop() if len(whites) == 1 else None
        if white is None or white > _LARGEST_TABLE or not isinstance(self.colour, BY_CHANNEL):
            return None
        return linear_codes(self.colour, white)

    def _looked_up(self, table: NDArray[np.float32], box: Box | None) -> NDArray[np.float32]:
        where = self.data_window if box is None else box
        return np.stack([table[crop(plane, where)] for plane in self.fill_planes], axis=-1)

    def stored(self, box: Box | None = None) -> NDArray[np.float32]:
        """Give (h, w, planes) float32: the filled channels as the file holds them, 1.0 is full code."""
        where = self.data_window if box is None else box
        stacked = [as_float(plane, where) for plane in self.fill_planes]
        return np.stack(stacked, axis=-1)

    def alpha(self, box: Box | None = None) -> NDArray[np.float32]:
        """Give (h, w) float32 alpha over `box`: 1 in the data window if the file has none, 0 outside."""
        where = self.data_window if box is None else box
        if self.alpha_plane is not None:
            return as_float(self.alpha_plane, where)
        return _inside(self.data_window, where).astype(np.float32)

    def alpha_factor(self, box: Box | None = None) -> NDArray[np.float32] | None:
        """Give (h, w) float32 by which stored colours are multiplied, 1 where alpha is 0; None if by none."""
        if not self.is_premultiplied:
            return None
        alpha = self.alpha(box)
        usable = np.isfinite(alpha) & (alpha > 0)
        return np.where(usable, alpha, np.float32(1))

    def valid(self, box: Box | None = None) -> NDArray[np.bool_]:
        """Tell where (h, w) a real, finite colour exists: inside the data window, no NaN or Inf."""
        where = self.data_window if box is None else box
        valid = _inside(self.data_window, where)
        for plane in self.fill_planes:
            if plane.is_float:
                valid &= np.isfinite(crop(plane, where))
        return valid

    def channel(self, name: str, box: Box | None = None) -> NDArray[np.float32]:
        """Give (h, w) float32 of one channel as the file holds it, 1.0 is full code, 0 outside.

        Raises `ArtistError` input.unknown_channel.
        """
        plane = self._plane(name)
        return as_float(plane, plane.window if box is None else box)

    def raw(self, name: str, box: Box | None = None) -> NDArray[Any]:
        """Give (h, w) of one channel in the file's own type, such as uint32 ids, 0 outside."""
        plane = self._plane(name)
        return crop(plane, plane.window if box is None else box)

    def _plane(self, name: str) -> Plane:
        plane = find_plane(self.picture, name, self.view)
        return find_plane(self.whole(), name, self.view) if plane.is_left_out else plane


@functools.lru_cache(maxsize=8)
def linear_codes(colour: ColourSpace, white: int) -> NDArray[np.float32]:
    """Give the scene-linear value of every code from 0 to `white`."""
    codes = np.arange(white + 1).astype(np.float32) / np.float32(white)
    return np.asarray(colour.to_linear(codes), np.float32)


def as_float(plane: Plane, box: Box) -> NDArray[np.float32]:
    """Give one plane over `box` as float32, codes scaled so that full code is 1; 0 outside."""
    pixels = crop(plane, box)
    if plane.white is None:
        return pixels.astype(np.float32)
    return pixels.astype(np.float32) / np.float32(plane.white)


def crop(plane: Plane, box: Box) -> NDArray[Any]:
    """Give one plane over `box` in the file's own type; 0 outside."""
    common = box.intersect(plane.window)
    if plane.sampling != (1, 1):
        pixels = _expanded(plane)
    else:
        pixels = plane.pixels
    if common == box:
        return pixels[box.slices_in(plane.window)]
    out = np.zeros(box.size, dtype=plane.pixels.dtype)
    if not common.is_empty:
        out[common.slices_in(box)] = pixels[common.slices_in(plane.window)]
    return out


def _expanded(plane: Plane) -> NDArray[Any]:
    """Repeat the samples of a subsampled channel so that it covers its window."""
    across, down = plane.sampling
    whole = plane.pixels.repeat(down, axis=0).repeat(across, axis=1)
    return whole[: plane.window.height, : plane.window.width]


def _inside(window: Box, box: Box) -> NDArray[np.bool_]:
    inside = np.zeros(box.size, dtype=bool)
    common = box.intersect(window)
    if not common.is_empty:
        inside[common.slices_in(box)] = True
    return inside
