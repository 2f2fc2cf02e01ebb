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


def check_difference(rough: Plane) -> None:
    """Refuse a frame that differs nearly everywhere from its clean plate; raises `input.bad_request`."""
    share = float((rough > 0.5).mean())
    if share > _MOST:
        raise ArtistError(
            "input.bad_request",
            "The clean plate does not fit the plate",
            f"{100 * share:.0f} % of the frame differs from it, so nobody can be cut out.",
            "Give a clean plate from the same camera position, or key in another way.",
        )


def key_difference(picture: Picture, clean: Picture, rough: Plane) -> tuple[Picture, Plane]:
    """Return premultiplied colours and alpha of a crop: edges solved, then the clean plate taken away."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    closed = cv2.morphologyEx((rough > 0.5).astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    closed = _filled(closed)
    inside = cv2.erode(closed, kernel)
    outside = cv2.dilate(closed, kernel)
    trimap = np.where(inside > 0, 1.0, np.where(outside > 0, 0.5, 0.0)).astype(np.float32)
    alpha = soft_alpha(picture, trimap, np.where(closed > 0, rough, 0).astype(np.float32))
    colour = np.maximum(picture - (1 - alpha[..., None]) * clean, 0)
    return np.where(alpha[..., None] > 0, colour, 0).astype(np.float32), alpha


def _filled(mask: npt.NDArray[np.uint8], largest: int = 60) -> npt.NDArray[np.uint8]:
    """Close small holes: places inside a person that happen to look like the clean plate."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(1 - mask, connectivity=4)
    small = [label for label in range(1, count) if stats[label, cv2.CC_STAT_AREA] < largest]
    return np.where(np.isin(labels, small), np.uint8(1), mask).astype(np.uint8)
