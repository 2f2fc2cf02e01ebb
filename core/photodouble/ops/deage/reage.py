"""Show a face to a re-ageing network, in tiles, and bring what it would add back to the plate in light.

The network sees face space at twice the side of its tiles, in a bounded encoding; its tiles overlap by half
and fade into one another, as FRAN's do. The plate itself is never resampled: only what is added to it is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from photodouble.image.bounded import bound, bounds_of, unbound
from photodouble.image.encoding import decode, encode
from photodouble.image.window import Box
from photodouble.models.memory import gpu_room, processor_room
from photodouble.models.reage import Reager, no_room_for
from photodouble.ops.deage.face import FaceTrack
from photodouble.ops.deage.measured import reduced, resized
from photodouble.ops.deage.space import face_picture, to_plate
from photodouble.ops.operation import Reporter

logger = logging.getLogger(__name__)

Picture = NDArray[np.float32]

LEAST = 64
"""Tiles are never made smaller than this, unless the network was made for smaller ones."""
_DARKEST = np.float32(-0.1)


def aged_delta(
    plate: Picture,
    track: FaceTrack,
    frame: int,
    reager: Reager,
    ages: tuple[float, float],
    box: Box,
    report: Reporter,
) -> Picture:
    """Return what a network adds to a plate (H, W, 3) for its pixels in a box, (h, w, 3) scene-linear.

    `ages` are those on the plate and wanted. Raises ArtistError `model.refused`, `engine.memory`, and
    Stopped where `report` says so.
    """
    shown = resized(track, 2 * reager.size)
    sound = np.maximum(np.nan_to_num(plate, posinf=0, neginf=0), _DARKEST)
    encoded = encode(face_picture(sound, shown, frame))
    bounds = bounds_of(encoded)
    before = bound(encoded, bounds)
    added = in_tiles(before, reager, ages, report)
    after = unbound(np.clip(before + added, 0, 1), bounds)
    delta = np.asarray(decode(after) - decode(unbound(before, bounds)), np.float32)
    back = track if track.size < shown.size else shown
    return to_plate(reduced(delta, back.size), back, frame, box)


def in_tiles(picture: Picture, reager: Reager, ages: tuple[float, float], report: Reporter) -> Picture:
    """Return what a network adds to a picture (s, s, 3), 0 to 1; with smaller tiles where memory runs out."""
    side: int | None = _affordable(reager)
    while side is not None:
        try:
            return _blended(picture, reager, ages, side, report.check)
        except MemoryError:
            logger.warning("model %s: no memory for tiles of %d", reager.card.name, side)
            side = _smaller(side, reager)
            if side is not None:
                report.warn(
                    f"There was not enough memory for the model {reager.card.name}; it goes on with tiles of "
                    f"{side} x {side} pixels."
                )
    raise no_room_for(reager.card)


def _affordable(reager: Reager) -> int:
    """Return the side of the tiles that this machine's memory lets be tried first."""
    room = processor_room() if reager.device == "cpu" else gpu_room()
    side = reager.size
    while room and reager.memory(side) > room:
        smaller = _smaller(side, reager)
        if smaller is None:
            break
        side = smaller
    return side


def _smaller(side: int, reager: Reager) -> int | None:
    half = -(-(side // 2) // reager.multiple) * reager.multiple
    return None if reager.fixed or half < min(LEAST, reager.size) or half >= side else half


def _blended(
    picture: Picture, reager: Reager, ages: tuple[float, float], side: int, check: Callable[[], None]
) -> Picture:
    total = np.zeros(picture.shape, np.float32)
    weights = np.zeros((*picture.shape[:2], 1), np.float32)
    ramp = np.minimum(np.arange(side) + 0.5, side - np.arange(side) - 0.5) / (side / 2)
    share = np.outer(ramp, ramp).astype(np.float32)[..., None]
    for rows, columns in _tiles(picture.shape[0], side):
        check()
        tile = np.ascontiguousarray(picture[rows, columns])
        total[rows, columns] += share * reager.change(tile, ages)
        weights[rows, columns] += share
    return np.asarray(total / weights, np.float32)


def _tiles(length: int, side: int) -> Iterator[tuple[slice, slice]]:
    """Give the tiles of a square picture: each begins half a tile after the one before it."""
    starts = [*range(0, length - side, side // 2), length - side]
    for top in starts:
        for left in starts:
            yield slice(top, top + side), slice(left, left + side)
