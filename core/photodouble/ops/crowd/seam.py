"""Soften the seam of a loop: its last cards turn, by motion, into those that lead up to the first."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from photodouble.ops.inpaint.flow import dense_motion

from .loops import Loop

Card = npt.NDArray[np.float32]
LONGEST = 8
"""Cards that are blended at most."""


def blended_cards(loop: Loop, count: int) -> list[tuple[int, int, float]]:
    """Say which cards of a take of `count` are blended with which, and by what share: (card, other, share).

    Nothing where the seam is below one step. The end turns into what comes before the start; where the take
    begins with the loop, the start comes out of what follows the end.
    """
    if loop.ratio <= 1:
        return []
    before, after = loop.first, count - 1 - loop.last
    number = min(LONGEST, max(before, after), loop.length // 3)
    if before >= number:
        pairs = [(loop.last - n, loop.first - 1 - n) for n in range(number)]
    else:
        pairs = [(loop.first + n, loop.last + 1 + n) for n in range(number)]
    return [(card, other, 1 - (n + 1) / (number + 1)) for n, (card, other) in enumerate(pairs)]


def morph(card: Card, other: Card, share: float) -> Card:
    """Return a card (h, w, 5) `share` of the way to the other: both are moved to meet, then mixed."""
    there, back = _motion(card, other), _motion(other, card)
    moved = _warped(card, there, share)
    met = _warped(other, back, 1 - share)
    return np.asarray(moved * np.float32(1 - share) + met * np.float32(share), np.float32)


def _motion(card: Card, other: Card) -> Card:
    """Measure the motion from one card to the other, (h, w, 2) pixels, on what is seen over grey."""
    return np.asarray(dense_motion(_seen(card), _seen(other)), np.float32)


def _seen(card: Card) -> npt.NDArray[np.uint8]:
    light = card[..., :3].mean(axis=2) + (1 - card[..., 3]) * 0.9
    return np.asarray(np.clip(np.sqrt(np.maximum(light, 0)) * 255, 0, 255), np.uint8)


def _warped(card: Card, motion: Card, share: float) -> Card:
    height, width = card.shape[:2]
    across, down = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    from_x, from_y = across - share * motion[..., 0], down - share * motion[..., 1]
    planes = [
        cv2.remap(np.ascontiguousarray(card[..., n]), from_x, from_y, cv2.INTER_LINEAR, borderValue=0)
        for n in range(card.shape[2])
    ]
    return np.stack(planes, axis=-1)
