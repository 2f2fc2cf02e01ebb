"""What the removed thing does to its surroundings: its shadow, its reflection, its contact, as a matte.

Method: the matte is grown by the distance that is searched, and the ordinary motion fill finds out from
other frames how that ring looks without the thing (`pipeline.analyse` on `Searched`). Where the plate is
steadily darker or brighter there, averaged so that misplaced texture cancels out, and joined to the matte,
it is shadow or reflection. All lengths here are working pixels, differences are in the working encoding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint import pipeline
from photodouble.ops.inpaint.confidence import SYNTHESISED
from photodouble.ops.inpaint.footage import Mask, Picture
from photodouble.ops.inpaint.native import Plates
from photodouble.ops.inpaint.pipeline import Report
from photodouble.ops.inpaint.scratch import Scratch
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.inpaint.views import grow

CONTACT, SHADOW, REFLECTION = "contact", "shadow", "reflection"
KINDS = (CONTACT, SHADOW, REFLECTION)

_AVERAGED = 2.0
_LEAST = 0.017
"""A smaller steady difference cannot be told from misplaced texture."""
_NOISES = 3.5
_SURE = 2.0
"""A piece counts only if it is this many times over the threshold somewhere."""
_SHIFT = 0.75
"""Working pixels by which the background may be out of place at an edge."""
_DOUBT = 0.1
_BAND = (1.0, 4.0)
_NEIGHBOURHOOD, _FLAT, _CORRELATED = 5.0, 0.01, 0.0
_APART = 0.02
"""A piece of this part of the matte's area counts also where it does not touch the matte."""
_TOUCH = 4
_CONTACT = 4.0
_GROWN = 1
_FEATHER = 1.5
_LEAST_SEARCH, _MOST_SEARCH = 24, 96


@dataclass(frozen=True)
class Companion:
    """What accompanies the matte in one frame: `matte` (h, w) float32, 0 to 1, over the plate's `box`.

    `shares` says how much of it is contact, shadow and reflection, in working pixels.
    """

    box: Box
    matte: NDArray[np.float32]
    shares: dict[str, int]


@dataclass(frozen=True)
class Search:
    """How far from the matte (working pixels; 0 chooses by its size), how readily (1 is usual, 2 finds twice
    as faint), and what is to stay in the picture: any of `contact`, `shadow`, `reflection`."""

    distance: int = 0
    sensitivity: float = 1.0
    keep: frozenset[str] = frozenset()


class Searched:
    """The footage of a shot whose matte is grown by the distance that is searched."""

    def __init__(self, plates: Plates, distance: int) -> None:
        self._plates, self._distance = plates, distance
        self.count, self.size, self.numbers = plates.count, plates.size, plates.numbers
        self.targets, self.painted, self.excluded = plates.targets, plates.painted, plates.excluded

    def picture(self, index: int) -> Picture:
        """Return the working picture."""
        return self._plates.picture(index)

    def banned(self, index: int) -> Mask:
        """Return 1 where nothing may be sampled."""
        return self._plates.banned(index)

    def hole(self, index: int) -> Mask:
        """Return 1 inside the matte and around it."""
        hole = self._plates.hole(index)
        return grow(hole, self._distance) if hole.any() else hole


def estimate(plates: Plates, scratch: Scratch, settings: Settings, search: Search, report: Report) -> int:
    """Study the shot for `companion_of`; returns the distance in working pixels that was searched.

    `scratch` must be one of its own: the records are those of the grown matte.
    """
    distance = search.distance or _usual_distance(plates)
    # A shadow that moves along must not be taken for a light that changes.
    steady = replace(settings, light="steady")
    pipeline.analyse(Searched(plates, distance), scratch, steady, report)
    return distance


def companion_of(plates: Plates, scratch: Scratch, index: int, search: Search) -> Companion:
    """Give the companion of one frame, after `estimate`; empty where the frame has no matte."""
    if not scratch.has("fill", index):
        return Companion(Box(0, 0, 0, 0), np.zeros((0, 0), np.float32), dict.fromkeys(KINDS, 0))
    record = scratch.load("fill", index)
    frame = Box.of_size(*plates.size)
    box = Box(*(int(value) for value in record["box"]))
    inside = box.slices_in(frame)
    hole = np.ascontiguousarray(plates.hole(index)[inside])
    known = (hole == 0) & (plates.banned(index)[inside] == 0) & (record["kind"] != SYNTHESISED)
    colour = plates.picture(index)[inside]
    strengths = _strengths((colour - record["base"]).astype(np.float32), known)
    picture, base = colour.mean(axis=2), record["base"].mean(axis=2).astype(np.float32)
    doubt = np.asarray(_misplaced(base) + _DOUBT * np.sqrt(record["error"]), np.float32)
    found = _pieces(strengths, doubt, known, hole, search, _alike(picture, base, known))
    kept = {kind: np.asarray(part & (kind not in search.keep)) for kind, part in found.items()}
    shares = {kind: int(part.sum()) for kind, part in kept.items()}
    whole = np.logical_or.reduce(list(kept.values()))
    return Companion(*_at_plate_size(plates, whole, hole, box), shares)


def _usual_distance(plates: Plates) -> int:
    sides = []
    for index in plates.targets[:: max(len(plates.targets) // 24, 1)]:
        hole = plates.hole(index)
        if hole.any():
            sides.append(max(cv2.boundingRect(hole)[2:]))
    usual = int(np.median(sides)) // 2 if sides else _LEAST_SEARCH
    return min(max(usual, _LEAST_SEARCH), _MOST_SEARCH)


def _steady(
    difference: NDArray[np.float32], known: NDArray[np.bool_], spread: float = _AVERAGED
) -> NDArray[np.float32]:
    weight = known.astype(np.float32)
    total = cv2.GaussianBlur(difference * weight, (0, 0), spread)
    share = cv2.GaussianBlur(weight, (0, 0), spread)
    return np.where(known, total / np.maximum(share, 1e-3), 0).astype(np.float32)


def _misplaced(base: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the difference that an edge makes which is out of place by a part of a pixel."""
    grey = cv2.GaussianBlur(base, (0, 0), 1.0)
    steep = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)) / 8
    return np.asarray(_SHIFT * cv2.GaussianBlur(steep, (0, 0), _AVERAGED), np.float32)


def _alike(
    picture: NDArray[np.float32], base: NDArray[np.float32], known: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Mark where both show the same texture, or none: light that falls on a thing does not change it.

    Where something else stands in another place by parallax, the textures differ (normalised
    cross-correlation of a band that is coarser than grain and finer than a shadow).
    """
    weight = known.astype(np.float32)
    fine = [_band(each, known) * weight for each in (picture, base)]
    alike, own, other = (
        cv2.GaussianBlur(product, (0, 0), _NEIGHBOURHOOD)
        for product in (fine[0] * fine[1], fine[0] ** 2, fine[1] ** 2)
    )
    share = np.maximum(cv2.GaussianBlur(weight, (0, 0), _NEIGHBOURHOOD), 1e-3)
    flat = np.sqrt(np.maximum(own, other) / share) < _FLAT
    correlation = alike / np.sqrt(own * other + 1e-12)
    return np.asarray(flat | (correlation > _CORRELATED))


def _band(picture: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    return _steady(picture, known, _BAND[0]) - _steady(picture, known, _BAND[1])


def _strengths(difference: NDArray[np.float32], known: NDArray[np.bool_]) -> dict[str, NDArray[np.float32]]:
    """Say how strongly each pixel is in shadow, and how strongly it mirrors: brighter, or of another tint."""
    steady = np.stack([_steady(difference[..., channel], known) for channel in range(3)], axis=2)
    level = steady.mean(axis=2)
    tint = np.linalg.norm(steady - level[..., None], axis=2)
    return {SHADOW: -level, REFLECTION: np.maximum(level, tint)}


def _pieces(
    strengths: dict[str, NDArray[np.float32]],
    doubt: NDArray[np.float32],
    known: NDArray[np.bool_],
    hole: Mask,
    search: Search,
    alike: NDArray[np.bool_],
) -> dict[str, NDArray[np.bool_]]:
    """Find what is steadily darker, brighter or tinted, beside the matte or large by itself."""
    touching = grow(hole, _TOUCH) > 0
    depth = cv2.distanceTransform((hole == 0).astype(np.uint8), cv2.DIST_L2, 5)
    near = depth <= _CONTACT
    found = {kind: np.zeros(hole.shape, bool) for kind in KINDS}
    for kind, strength in strengths.items():
        noise = 1.4826 * float(np.median(np.abs(strength[known]))) if known.any() else 0.0
        threshold = (max(_LEAST, _NOISES * noise) + doubt) / max(search.sensitivity, 1e-3)
        above = ((strength > threshold) & alike).astype(np.uint8)
        above = cv2.morphologyEx(above, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        count, label = cv2.connectedComponents(above)
        joined, sure = np.zeros(count, bool), np.zeros(count, bool)
        joined[np.unique(label[touching & (above > 0)])] = True
        joined |= np.bincount(label.ravel(), minlength=count) >= _APART * max(int(hole.sum()), 1)
        sure[np.unique(label[strength > _SURE * threshold])] = True
        joined &= sure
        joined[0] = False
        piece = joined[label]
        reaches_out = np.zeros(count, bool)
        reaches_out[np.unique(label[piece & ~near])] = True
        found[CONTACT] |= piece & ~reaches_out[label]
        found[kind] = piece & reaches_out[label]
    return found


def _at_plate_size(
    plates: Plates, whole: NDArray[np.bool_], hole: Mask, box: Box
) -> tuple[Box, NDArray[np.float32]]:
    """Give a soft matte over the plate's pixels that covers what was found and meets the given matte."""
    from photodouble.image.proxy import enlarge
    from photodouble.ops.inpaint.native import plate_box

    if not whole.any():
        return Box(0, 0, 0, 0), np.zeros((0, 0), np.float32)
    grown = grow(whole.astype(np.uint8), _GROWN)
    bridge = cv2.morphologyEx(np.maximum(grown, hole), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    bridge = np.where((grow(grown, _TOUCH) > 0) & (hole == 0), bridge, 0)
    wanted = np.maximum(grown, bridge).astype(np.float32)
    far = cv2.distanceTransform((wanted == 0).astype(np.uint8), cv2.DIST_L2, 5)
    soft = np.clip(1 - far / _FEATHER, 0, 1).astype(np.float32)
    large = plate_box(box, plates.scale, plates.canvas)
    matte = enlarge(soft[:, :, None], plates.scale, large.size).reshape(large.size)
    return large, np.where(matte < 1 / 256, 0, matte).astype(np.float32)
