"""Mattes: picked from any channel, cleaned, grown and feathered, exactly zero outside."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.cryptomatte import cryptomatte_coverage, has_cryptomattes
from photodouble.image.frame import Frame
from photodouble.image.layers import fill_planes, has_plane
from photodouble.image.picture import Plane
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box

Matte = NDArray[np.float32]
_STEP = 8
_CLOSE = 0.25


@dataclass(frozen=True)
class MatteSettings:
    """Say how a matte is made from a picture.

    `channel` is "auto", "alpha", "R", "luminance", a channel or layer name, or Cryptomatte
    names (`hero, wall_*`). Values up to `floor`
    count as zero; a `threshold` above 0 makes a hard matte. `erode` and `grow` are pixels;
    `feather` is the width in pixels of a soft edge added outside.
    """

    channel: str = "auto"
    invert: bool = False
    floor: float = 0.001
    threshold: float = 0.0
    erode: int = 0
    grow: int = 0
    feather: float = 0.0

    @property
    def reach(self) -> int:
        """Count the pixels around a place that can change its matte."""
        return self.erode + self.grow + 2 * _feather_radius(self.feather)


def read_matte(
    sequence: Sequence, frame: int, box: Box, settings: MatteSettings, display_window: Box | None = None
) -> Matte:
    """Read the final matte of one frame over `box`: (h, w) float32, 0 to 1.

    `box` is in the plate's coordinates. Where the plate's `display_window` is given, the matte's is laid
    upon it, wherever either begins: most programs write mattes from 0, 0 on.

    A still is held for all frames. Outside the returned matte's above-zero pixels nothing may
    change. Raises as `Sequence.read` and `Frame.channel`.
    """
    picture = sequence.read(frame, needs_colour=False)
    if display_window is not None:
        own = picture.display_window
        box = box.moved(own.x0 - display_window.x0, own.y0 - display_window.y0)
    return shape_matte(picture, box, settings)


def shape_matte(frame: Frame, box: Box, settings: MatteSettings) -> Matte:
    """Make the final matte over `box` from one picture; see `read_matte`."""
    extent = frame.display_window.union(frame.picture.data_window)
    region = extent if settings.reach else box.intersect(extent)
    matte = np.zeros(box.size, dtype=np.float32)
    if region.is_empty:
        return matte
    picked = np.nan_to_num(pick(frame, region, settings.channel), nan=0.0, posinf=1.0, neginf=0.0)
    shaped = _shaped(np.clip(picked, 0, 1), settings)
    common = box.intersect(region)
    matte[common.slices_in(box)] = shaped[common.slices_in(region)]
    return matte


def pick(frame: Frame, box: Box, channel: str = "auto") -> Matte:
    """Read the values a matte is made of, (h, w) float32 as stored.

    "auto" takes alpha where it says something (it is not 1 everywhere), else grey or the strongest
    of red, green and blue at each pixel.
    """
    names = {name.lower() for name in frame.channels}
    wanted = channel.strip()
    if wanted.lower() in ("", "auto"):
        if frame.alpha_plane is not None and not _is_solid(frame.alpha_plane):
            return frame.alpha(box)
        return np.asarray(np.fmax.reduce(_colours(frame, box), axis=-1), np.float32)
    if wanted.lower() in ("alpha", "a") and wanted.lower() not in names - {"a"}:
        return frame.alpha(box) if frame.alpha_plane is not None else frame.channel("A", box)
    if wanted.lower() == "luminance" and "luminance" not in names:
        stored = _colours(frame, box)
        weights = np.array([0.2126, 0.7152, 0.0722] if stored.shape[-1] == 3 else [1.0], dtype=np.float32)
        return stored @ weights
    named = _channel_name(frame, wanted)
    if not has_plane(frame.picture, named, frame.view) and has_cryptomattes(frame.picture):
        return cryptomatte_coverage(frame.whole(), wanted, box)
    return frame.channel(named, box)


def _colours(frame: Frame, box: Box) -> Matte:
    """Give the colours as stored; raises `ArtistError` input.unknown_channel where there are none."""
    if not frame.fill_planes:
        fill_planes(frame.picture, view=frame.view)
    return frame.stored(box)


def _is_solid(alpha: Plane) -> bool:
    return bool((alpha.pixels == (alpha.white or 1)).all())


def _channel_name(frame: Frame, wanted: str) -> str:
    """Let a layer's name stand for its matte channel, and R for the red of a grey picture."""
    picture = frame.picture
    if has_plane(picture, wanted, frame.view):
        return wanted
    if wanted.upper() == "R" and frame.fill_planes:
        return frame.fill_planes[0].name
    for channel in ("A", "a", "alpha", "mask", "matte", "R", "r", "red", "Y", "x"):
        if has_plane(picture, f"{wanted}.{channel}", frame.view):
            return f"{wanted}.{channel}"
    return wanted


def _shaped(matte: Matte, settings: MatteSettings) -> Matte:
    if settings.invert:
        matte = 1 - matte
    matte = np.where(matte <= settings.floor, np.float32(0), matte)
    if settings.threshold > 0:
        matte = (matte >= settings.threshold).astype(np.float32)
    whole = Box.of_size(*matte.shape)
    work = _bounds(matte).grow(settings.reach + 1).intersect(whole)
    if settings.reach and not work.is_empty:
        region = matte[work.slices_in(whole)]
        region = _morphed(region, settings.erode, cv2.erode)
        region = _morphed(region, settings.grow, cv2.dilate)
        matte[work.slices_in(whole)] = feathered(region, settings.feather)
    return matte.astype(np.float32, copy=False)


def _bounds(matte: Matte) -> Box:
    rows, columns = (np.flatnonzero((matte > 0).any(axis=axis)) for axis in (1, 0))
    if rows.size == 0:
        return Box(0, 0, 0, 0).grow(-1)
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _morphed(matte: Matte, radius: int, change: Callable[..., Any]) -> Matte:
    """Grow or shrink by a disc: by true distance in a hard matte, in a soft one a chain of small discs."""
    if radius > 0 and bool(((matte == 0) | (matte == 1)).all()):
        shrinks = change is cv2.erode
        distance = cv2.distanceTransform(
            ((matte > 0) == shrinks).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE
        )
        kept = (distance > radius + _CLOSE) == shrinks
        return np.asarray(kept, dtype=np.float32)
    while radius > 0:
        step = min(radius, _STEP)
        matte = np.asarray(change(matte, _disc(step)), dtype=np.float32)
        radius -= step
    return matte


def feathered(matte: Matte, width: float) -> Matte:
    """Add a soft edge outside: the grown matte blurred over the same reach never falls below the matte."""
    radius = _feather_radius(width)
    if radius == 0:
        return matte
    grown = _morphed(matte, radius, cv2.dilate)
    positions = np.arange(-radius, radius + 1, dtype=np.float64)
    kernel = np.exp(-0.5 * (positions / max(width / 4, 0.5)) ** 2)
    kernel /= kernel.sum()
    soft = cv2.sepFilter2D(grown, cv2.CV_32F, kernel, kernel, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(np.clip(np.maximum(soft, matte), 0, 1), dtype=np.float32)


def _feather_radius(width: float) -> int:
    return math.ceil(width / 2) if width > 0 else 0


def _disc(radius: int) -> NDArray[np.uint8]:
    offsets = np.arange(-radius, radius + 1)
    return ((offsets[:, None] ** 2 + offsets[None] ** 2) <= (radius + _CLOSE) ** 2).astype(np.uint8)
