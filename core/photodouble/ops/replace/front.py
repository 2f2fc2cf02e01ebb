"""What passes in front of the sign: found by how the plate differs from the old sign in today's light.

The edge of what stands in front is solved for: behind it is the old sign, which is known, so that a mixed
pixel says how much of each it holds.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.encoding import encode

Picture = NDArray[np.float32]
_OUT, _IN = 8, 5
"""How far out and in, in pixels, the edge of something in front is solved for: it may be blurred."""


def in_front(
    plate: Picture, old: Picture, shown: Picture, deviation: float, *, sensitivity: float = 1.0
) -> Picture:
    """Return how much of every pixel (h, w) something in front of the sign covers, 0 to 1.

    `plate` and `old` (h, w, 3) scene-linear: the frame, and the old sign as it would look in it uncovered;
    `shown` (h, w) the sign's coverage; `deviation` of the grain, working encoded.
    """
    seen, expected = encode(np.maximum(plate, -0.05)), encode(np.maximum(old, -0.05))
    evidence = _evidence(np.abs(seen - expected), expected, shown, deviation, sensitivity)
    core = _core(evidence, shown)
    if not core.any():
        return np.zeros(shown.shape, np.float32)
    inside = _eroded(core)
    near = cv2.dilate(core, _disc(_OUT)) > 0
    own = _carried_out(plate, inside)
    across = own - old
    power = (across**2).sum(axis=2)
    share = ((plate - old) * across).sum(axis=2) / np.maximum(power, 1e-6)
    unsure = power < (8 * deviation * np.maximum(old, 0.05).max(axis=2) + 0.02) ** 2
    share = np.where(unsure, core.astype(np.float32), np.clip(share, 0, 1))
    share = np.where(evidence < 0.4, 0, share)
    alpha = np.where(inside > 0, 1, np.where(near, share, 0)).astype(np.float32)
    alpha = np.asarray(cv2.GaussianBlur(alpha, (0, 0), 0.5), np.float32)
    return np.where(alpha < 0.04, np.float32(0), alpha)


def _evidence(
    away: Picture, expected: Picture, shown: Picture, deviation: float, sensitivity: float
) -> Picture:
    """Return how much the plate differs from the old sign (h, w), in units of what may be chance.

    It is the mean of a small neighbourhood, as far as that lies on the sign.
    """
    across = np.abs(cv2.Sobel(expected, cv2.CV_32F, 1, 0, ksize=3, scale=0.125))
    down = np.abs(cv2.Sobel(expected, cv2.CV_32F, 0, 1, ksize=3, scale=0.125))
    edge = cv2.dilate(across + down, np.ones((3, 3), np.uint8))
    allowed = 0.03 + 3.0 * deviation + 0.05 * expected.clip(0) + 0.6 * edge
    found = np.minimum((away / allowed).max(axis=2) * np.float32(sensitivity), 4.0)
    inside = (shown > 0.98).astype(np.float32)
    share = cv2.blur(inside, (5, 5))
    mean = cv2.blur(found * inside, (5, 5)) / np.maximum(share, 1e-6)
    return np.where(share > 0.1, mean, 0).astype(np.float32)


def _core(evidence: Picture, shown: Picture) -> NDArray[np.uint8]:
    """Return 1 where the plate surely shows something else than the old sign."""
    found = ((evidence > 1.0) & (shown > 0.5)).astype(np.uint8)
    found = np.asarray(cv2.morphologyEx(found, cv2.MORPH_CLOSE, _disc(4)), np.uint8)
    least = max(40, int(0.0015 * float((shown > 0.5).sum())))
    return _filled(_without_specks(found, least), least)


def _eroded(core: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the inside of a region, as deep as there is any; the edge of the picture is no edge of it."""
    for depth in range(_IN, 0, -1):
        inside = cv2.erode(core, _disc(depth), borderValue=1)
        if inside.sum() > 0.15 * core.sum():
            return np.asarray(inside, np.uint8)
    return core


def _without_specks(mask: NDArray[np.uint8], least: int) -> NDArray[np.uint8]:
    count, labels, facts, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    keep = np.array([number > 0 and facts[number, cv2.CC_STAT_AREA] >= least for number in range(count)])
    return np.asarray(keep[labels], np.uint8)


def _filled(mask: NDArray[np.uint8], least: int) -> NDArray[np.uint8]:
    """Close small holes, where something in front has the old sign's colour by chance."""
    return (1 - _without_specks((1 - mask).astype(np.uint8), 4 * least)).astype(np.uint8)


def _carried_out(picture: Picture, mask: NDArray[np.uint8]) -> Picture:
    """Carry the colours of a region outwards."""
    weight = mask.astype(np.float32)
    colours, total = picture * weight[..., None], weight
    made, known = np.zeros_like(picture), np.zeros_like(weight)
    for deviation in (1.5, 3.0, 6.0):
        spread = cv2.GaussianBlur(colours, (0, 0), deviation)
        share = cv2.GaussianBlur(total, (0, 0), deviation)
        use = (known == 0) & (share > 0.02)
        made[use] = spread[use] / share[use][:, None]
        known[use] = 1
    return np.where(known[..., None] > 0, made, picture)


def _disc(radius: int) -> NDArray[np.uint8]:
    return np.asarray(
        cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)), np.uint8
    )
