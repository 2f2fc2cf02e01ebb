"""Key people by the difference to a clean plate, where there is no screen.

The clean plate is first brought to the frame's exposure by what shows no people; a pixel counts as
different by its distance in grains, so that dark and bright places are judged alike.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from photodouble_client.errors import ArtistError

from .matting import soft_alpha

Plane = npt.NDArray[np.float32]
Picture = npt.NDArray[np.float32]
_NOTHING, _SURE = 3.5, 9.0
"""Distances, in grains, below which a pixel is background and above which it is none."""

_MOST = 0.75
_AGREES = 2.5
"""How many times the grain half of the frame may lie off the clean plate."""

_TELLING = 0.04
"""How far, in light, a person must differ from the clean plate for the mixture of both to be read off."""


def matched_clean(picture: Picture, clean: Picture) -> Picture:
    """Bring a clean plate (h, w, 3) to a frame's exposure: gain and lift per channel, from what agrees."""
    matched = clean.astype(np.float32)
    for _ in range(3):
        apart = np.abs(picture - matched).max(axis=2)
        calm = apart <= np.quantile(apart, 0.5)
        for channel in range(3):
            here, there = picture[..., channel][calm], clean[..., channel][calm]
            spread = float(there.var())
            gain = (
                float(((there - there.mean()) * (here - here.mean())).mean()) / spread if spread > 1e-9 else 1
            )
            gain = min(max(gain, 0.5), 2.0)
            lift = float(here.mean()) - gain * float(there.mean())
            matched[..., channel] = gain * clean[..., channel] + lift
    return matched


def rough_difference(picture: Picture, clean: Picture) -> Plane:
    """Return how surely a pixel differs from the (matched) clean plate, 0 to 1, (h, w)."""
    apart = picture - clean
    light = np.maximum(clean, 0)
    quiet = np.abs(apart).max(axis=2)
    calm = quiet <= np.quantile(quiet, 0.5)
    level = np.sqrt(light + 0.01)
    grain = [1.6 * float(np.median(np.abs(apart[..., c])[calm] / level[..., c][calm])) for c in range(3)]
    distance = np.sqrt(
        sum(
            (cv2.GaussianBlur(apart[..., c], (0, 0), 0.7) / (max(grain[c], 1e-4) * level[..., c])) ** 2
            for c in range(3)
        )
    )
    rough = np.clip((distance - _NOTHING) / (_SURE - _NOTHING), 0, 1)
    return np.asarray(cv2.medianBlur(rough.astype(np.float32), 3), np.float32)


def check_difference(picture: Picture, clean: Picture, rough: Plane) -> None:
    """Refuse a clean plate that is not of this set-up; raises ArtistError `input.bad_request`.

    Half of the frame must agree with it up to grain, as far as the frame's own grain goes.
    """
    share = float((rough > 0.5).mean())
    apart = (picture - clean).mean(axis=2)
    quiet = np.abs(apart - np.median(apart))
    own = _grain(picture.mean(axis=2)) + _grain(clean.mean(axis=2)) + 1e-4
    if share > _MOST or float(np.median(quiet)) > _AGREES * own:
        raise ArtistError(
            "input.bad_request",
            "The clean plate does not fit the plate",
            "Too much of the frame differs from it, so nobody can be cut out.",
            "Give a clean plate from the same camera position, or key in another way.",
        )


def _grain(grey: Plane) -> float:
    """Measure the grain of a picture by its second differences (Immerkaer 1996), as a median."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6
    return float(np.median(np.abs(cv2.filter2D(grey.astype(np.float32), -1, kernel))))


def key_difference(picture: Picture, clean: Picture, rough: Plane) -> tuple[Picture, Plane]:
    """Return premultiplied colours and alpha of a crop: edges solved, then the clean plate taken away."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    closed = cv2.morphologyEx((rough > 0.5).astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    closed = _filled(closed)
    inside = cv2.erode(closed, kernel)
    outside = cv2.dilate(closed, kernel)
    trimap = np.where(inside > 0, 1.0, np.where(outside > 0, 0.5, 0.0)).astype(np.float32)
    solved = soft_alpha(picture, trimap, np.where(closed > 0, rough, 0).astype(np.float32))
    alpha = _unmixed(picture, clean, trimap, solved)
    colour = np.maximum(picture - (1 - alpha[..., None]) * clean, 0)
    return np.where(alpha[..., None] > 0, colour, 0).astype(np.float32), alpha


def _unmixed(picture: Picture, clean: Picture, trimap: Plane, solved: Plane) -> Plane:
    """Return how far a doubtful pixel lies on the way from the clean plate to the nearest sure foreground.

    Where both look alike that says nothing, and the solved alpha stays.
    """
    sure = (trimap == 1).astype(np.float32)
    own, missing = np.zeros_like(picture), np.ones(sure.shape, np.float32)
    for width in (1.5, 3.0, 8.0, 30.0):
        mass = cv2.GaussianBlur(sure, (0, 0), width)
        seen = cv2.GaussianBlur(picture * sure[..., None], (0, 0), width) / np.maximum(mass, 1e-6)[..., None]
        trust = np.clip(mass / 0.05, 0, 1)
        own += (missing * trust)[..., None] * seen
        missing = missing * (1 - trust)
    away = own - clean
    far = (away**2).sum(axis=2)
    share = np.clip(((picture - clean) * away).sum(axis=2) / np.maximum(far, 1e-6), 0, 1)
    says = (1 - missing) * far / (far + _TELLING**2)
    alpha = says * share + (1 - says) * solved
    return np.where(trimap == 0.5, alpha, trimap).astype(np.float32)


def _filled(mask: npt.NDArray[np.uint8], largest: int = 60) -> npt.NDArray[np.uint8]:
    """Close small holes: places inside a person that happen to look like the clean plate."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(1 - mask, connectivity=4)
    small = [label for label in range(1, count) if stats[label, cv2.CC_STAT_AREA] < largest]
    return np.where(np.isin(labels, small), np.uint8(1), mask).astype(np.uint8)
