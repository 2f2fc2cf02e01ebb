"""Cut several people of one plate apart: found once, or given as boxes, then followed from frame to frame.

All of it happens on a small copy of the alpha, where every pixel that is somebody's goes to the person whose
pixels of the frame before lie nearest; so people who touch for a while stay apart, and a hand that leaves a
body for a moment still belongs to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy import ndimage

from photodouble_client.errors import ArtistError

Plane = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int32]
Box = tuple[float, float, float, float]
LONGEST = 480
"""The longer side in pixels on which people are followed."""

_TALL, _AREA, _PRESENT = 0.06, 0.0006, 0.35
_NEAR, _LIMB = 0.04, 0.15
"""How far from everybody, in frame heights, a body is somebody new, and a small piece is nobody's."""

_PIECE, _REACH = 0.33, 0.35
"""A piece with less of the usual area than the first, nearer than the second in heights, is a limb."""

_BYSTANDER = 10000
"""Labels from here on are people who were not asked for."""


@dataclass(frozen=True)
class Seen:
    """One person on one frame: x0, y0, x1, y1 of what is theirs, in plate pixels; None if out of frame.

    `middle`: where head and chest are, across, to parts of a pixel; limbs do not move it.
    """

    box: tuple[int, int, int, int] | None
    middle: float = 0.0


class Cutter:
    """Follow people through a plate, frame by frame; memory stays the same however long it is."""

    def __init__(self, size: tuple[int, int], boxes: Sequence[Box] = (), wanted: int = 0) -> None:
        """Start on a plate of (width, height), with boxes x0, y0, x1, y1 around the people, or none.

        `wanted` is how many people there must be; 0 takes as many as are found.
        """
        self.size, self.wanted = size, wanted
        self.scale = min(1.0, LONGEST / max(size))
        self.boxes = tuple(boxes)
        self.people = 0
        self._labels: Labels | None = None

    def follow(self, rough: Plane) -> tuple[Labels, list[Seen]]:
        """Return who each small pixel belongs to (-1: nobody near), and where every person is.

        `rough` is the plate's alpha (h, w). Raises ArtistError `input.bad_request` on the first frame if
        there is nobody.
        """
        small = self._small(rough)
        mask = small > _PRESENT
        labels = self._first(mask) if self._labels is None else self._next(mask, self._labels)
        if self._labels is None or (labels >= 0).any():
            self._labels = self._remembered(labels)
        owner = self._owner(self._labels)
        return owner, [self._seen(labels == person, small) for person in range(self.people)]

    def share(self, owner: Labels, person: int, window: tuple[int, int, int, int]) -> Plane:
        """Return what of a window of the plate is a person's to have, (h, w), 0 to 1."""
        x0, y0, x1, y1 = window
        own = (owner == person).astype(np.float32)
        place = np.array([[1 / self.scale, 0, 0.5 / self.scale - 0.5 - x0], [0, 1 / self.scale, 0]])
        place[1, 2] = 0.5 / self.scale - 0.5 - y0
        spread = cv2.warpAffine(
            own, place, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(np.clip((spread - 0.25) / 0.5, 0, 1), np.float32)

    def _small(self, rough: Plane) -> Plane:
        if self.scale == 1.0:
            return rough
        size = (max(int(rough.shape[1] * self.scale), 1), max(int(rough.shape[0] * self.scale), 1))
        return np.asarray(cv2.resize(rough, size, interpolation=cv2.INTER_AREA), np.float32)

    def _first(self, mask: npt.NDArray[np.bool_]) -> Labels:
        """Name the people of the first frame from left to right; what is small is nobody."""
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
        joined = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, kernel)
        count, parts, stats, middles = cv2.connectedComponentsWithStats(joined, connectivity=8)
        height, width = mask.shape
        bodies = [
            part
            for part in range(1, count)
            if stats[part, cv2.CC_STAT_HEIGHT] >= _TALL * height
            and stats[part, cv2.CC_STAT_AREA] >= _AREA * height * width
        ]
        if not bodies:
            raise nobody("No shape on the first frame is tall enough to be a person.")
        bodies.sort(key=lambda part: float(middles[part][0]))
        labels = np.full(mask.shape, -1, np.int32)
        if self.boxes:
            return self._by_boxes(mask, labels)
        groups = joined_pieces(bodies, stats, self.wanted)
        if self.wanted and len(groups) != self.wanted:
            raise self._miscounted(groups, stats)
        for person, group in enumerate(groups):
            labels[np.isin(parts, group) & mask] = person
        self.people = len(groups)
        return labels

    def _miscounted(self, groups: list[list[int]], stats: npt.NDArray[np.int32]) -> ArtistError:
        """Tell where the people are that were found, when others were named."""
        boxes = [_around(stats[group]) for group in groups]
        k = 1 / self.scale
        there = "; ".join(",".join(str(round(side * k)) for side in box) for box in boxes)
        return ArtistError(
            "input.bad_request",
            "Other people were found than were named",
            f"{self.wanted} names were given; on the first frame {len(groups)} people were found: {there}.",
            "Name everybody from left to right, or draw a box around each person (--box).",
        )

    def _by_boxes(self, mask: npt.NDArray[np.bool_], labels: Labels) -> Labels:
        labels[mask] = _BYSTANDER
        for person, box in enumerate(self.boxes):
            x0, y0, x1, y1 = (round(side * self.scale) for side in box)
            inside = np.zeros_like(mask)
            inside[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = True
            if not (inside & mask).any():
                raise nobody(f"There is nobody in box {person + 1} on the first frame.")
            labels[inside & mask] = person
        self.people = len(self.boxes)
        return labels

    def _next(self, mask: npt.NDArray[np.bool_], before: Labels) -> Labels:
        """Give every pixel to the person whose pixels were nearest; far from all it is a bystander's."""
        far, (rows, columns) = ndimage.distance_transform_edt(before < 0, return_indices=True)
        labels = np.where(mask, before[rows, columns], -1).astype(np.int32)
        count, parts, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
        nearest = np.atleast_1d(ndimage.minimum(far, parts, range(1, count)))
        height, width = mask.shape
        for part, away in zip(range(1, count), nearest, strict=True):
            is_body = stats[part, cv2.CC_STAT_AREA] >= _AREA * height * width
            if away > (_NEAR if is_body else _LIMB) * height:
                labels[parts == part] = _BYSTANDER
        return labels

    def _remembered(self, labels: Labels) -> Labels:
        """Keep the last place of who is hidden or out of frame for a moment."""
        if self._labels is None:
            return labels
        gone = [person for person in range(self.people) if not (labels == person).any()]
        kept = labels.copy()
        for person in gone:
            kept[(self._labels == person) & (labels < 0)] = person
        return kept

    def _owner(self, labels: Labels) -> Labels:
        """Give every pixel of the frame to the nearest person, no further than a hand's breadth."""
        far, (rows, columns) = ndimage.distance_transform_edt(labels < 0, return_indices=True)
        reach = max(4.0, 0.03 * labels.shape[0])
        return np.where(far <= reach, labels[rows, columns], -1).astype(np.int32)

    def _seen(self, own: npt.NDArray[np.bool_], small: Plane) -> Seen:
        if own.sum() < 6:
            return Seen(None)
        x, y, width, height = cv2.boundingRect(own.astype(np.uint8))
        k = 1 / self.scale
        sides = (int(x * k), int(y * k), int(np.ceil((x + width) * k)), int(np.ceil((y + height) * k)))
        upper = slice(y, y + max(int(0.45 * height), 1))
        weight = np.where(own[upper], small[upper], 0).sum(axis=0).astype(np.float64)
        middle = float((weight * (np.arange(len(weight)) + 0.5)).sum() / max(weight.sum(), 1e-9)) * k
        box = (sides[0], sides[1], min(sides[2], self.size[0]), min(sides[3], self.size[1]))
        return Seen(box, middle)


def joined_pieces(bodies: Sequence[int], stats: npt.NDArray[np.int32], wanted: int = 0) -> list[list[int]]:
    """Join pieces that are far too small for a person to the body they lie nearest to.

    `bodies` are rows of `stats` (x, y, width, height, area), from left to right. A piece is joined while it
    has less than a third of the usual area and lies near, and while there are more than are `wanted`.
    """
    groups = [[body] for body in bodies]
    usual = float(np.median([stats[body, cv2.CC_STAT_AREA] for body in bodies]))
    largest = max(int(stats[body, cv2.CC_STAT_AREA]) for body in bodies)
    usual = max(usual, 0.4 * largest)
    for body in sorted(bodies, key=lambda one: int(stats[one, cv2.CC_STAT_AREA])):
        if stats[body, cv2.CC_STAT_AREA] >= _PIECE * usual or (wanted and len(groups) <= wanted):
            break
        mine = next(group for group in groups if body in group)
        others = [group for group in groups if group is not mine]
        if not others:
            break
        gap, nearest = min(
            (
                (_gap(_around(stats[group]), _around(stats[mine])), place)
                for place, group in enumerate(others)
            ),
            key=lambda one: one[0],
        )
        tall = max(int(stats[other, cv2.CC_STAT_HEIGHT]) for other in others[nearest])
        if gap > _REACH * tall:
            continue
        others[nearest].extend(mine)
        groups.remove(mine)
    return groups


def _around(stats: npt.NDArray[np.int32]) -> tuple[int, int, int, int]:
    """Return x0, y0, x1, y1 around rows of statistics."""
    x, y = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    right, low = x + stats[:, cv2.CC_STAT_WIDTH], y + stats[:, cv2.CC_STAT_HEIGHT]
    return int(x.min()), int(y.min()), int(right.max()), int(low.max())


def _gap(first: tuple[int, int, int, int], second: tuple[int, int, int, int]) -> float:
    across = max(first[0] - second[2], second[0] - first[2], 0)
    down = max(first[1] - second[3], second[1] - first[3], 0)
    return float(np.hypot(across, down))


def nobody(why: str) -> ArtistError:
    """Make the error for a plate without people."""
    return ArtistError(
        "input.bad_request",
        "No person was found",
        why,
        "Check the key and the first frame, or draw a box around each person.",
    )
