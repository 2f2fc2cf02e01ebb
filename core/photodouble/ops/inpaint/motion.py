"""Know how every frame moves to its neighbours, for the fill and for its validation, on demand.

Records (scratch stage `motion`, and `motion_check` for the validation view), one per index i:
`homography` (3, 3) float64 takes working pixels of frame i to frame i + 1; `box` int32[4] is the region
where the dense residual is known; `forward` and `backward` (h, w, 2) int16, in steps of 1/256 pixel, are
what has to be added to the homography (or its inverse) of a pixel of i (or of i + 1); `field` decodes them;
`tracks` (n, 4) float32 are features seen in both frames: x y in frame i, x y in frame i + 1.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint import flow, homography
from photodouble.ops.inpaint.homography import Plane, Points
from photodouble.ops.inpaint.sampling import RESIDUAL_STEP, plane_map
from photodouble.ops.inpaint.scratch import Record, Scratch
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.inpaint.views import View, grow

_HELD_BYTES = 24 * 2**20
_FARTHEST = 120.0
_HELD_TRACKS = 128
_TRACK_MARGIN = 5
"""A feature nearer than this to a blind pixel may have been led by it."""


@dataclass(frozen=True)
class Step:
    """One step between neighbouring frames: homography, its residual and where that is known.

    `residual` (h, w, 2) int16 is in steps of 1/256 pixel.
    """

    plane: Plane
    residual: NDArray[np.int16]
    box: Box


class Motion:
    """Give the steps and homographies of one view from its records."""

    def __init__(self, scratch: Scratch, stage: str) -> None:
        self._scratch = scratch
        self._stage = stage
        self._held: OrderedDict[tuple[int, int], Step] = OrderedDict()
        self._planes: dict[int, Plane] = {}
        self._tracks: OrderedDict[int, NDArray[np.float32]] = OrderedDict()

    def plane(self, index: int) -> Plane:
        """Return the homography from frame `index` to the next."""
        if index not in self._planes:
            self._planes[index] = self._scratch.load(self._stage, index)["homography"]
        return self._planes[index]

    def plane_step(self, index: int, direction: int) -> Plane:
        """Return the homography from frame `index` to its neighbour in that direction."""
        return self.plane(index) if direction > 0 else inverse(self.plane(index - 1))

    def tracks(self, index: int, direction: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return features of frame `index` and their places in its neighbour, two (n, 2) in pixels."""
        pair = index if direction > 0 else index - 1
        if pair not in self._tracks:
            self._tracks[pair] = self._scratch.load(self._stage, pair)["tracks"]
            while len(self._tracks) > _HELD_TRACKS:
                self._tracks.popitem(last=False)
        ends = self._tracks[pair].astype(np.float64)
        return (ends[:, :2], ends[:, 2:]) if direction > 0 else (ends[:, 2:], ends[:, :2])

    def step(self, index: int, direction: int) -> Step:
        """Return the dense step from frame `index` to its neighbour (direction 1 or -1)."""
        key = (index, direction)
        if key not in self._held:
            pair = index if direction > 0 else index - 1
            record = self._scratch.load(self._stage, pair)
            box = Box(*(int(v) for v in record["box"]))
            coded = record["forward" if direction > 0 else "backward"]
            self._held[key] = Step(self.plane_step(index, direction), coded, box)
            while len(self._held) > max(_HELD_BYTES // max(coded.nbytes, 1), 4):
                self._held.popitem(last=False)
        self._held.move_to_end(key)
        return self._held[key]


def field(step: Step, box: Box, share: NDArray[np.float32] | float = 1.0) -> NDArray[np.float32]:
    """Give the dense flow of a step for every pixel of `box`, (h, w, 2) float32 in pixels.

    `share` (a number, or one per pixel) is how much of the residual is added to the homography. Outside
    the known region the residual of its nearest edge is used.
    """
    place = plane_map(step.plane, box.x0, box.y0, *box.size)
    ys, xs = np.arange(box.y0, box.y1), np.arange(box.x0, box.x1)
    place -= np.stack(np.meshgrid(xs, ys), 2).astype(np.float32)
    rows = np.clip(ys, step.box.y0, step.box.y1 - 1) - step.box.y0
    columns = np.clip(xs, step.box.x0, step.box.x1 - 1) - step.box.x0
    weight = np.asarray(share, np.float32)[..., None] * np.float32(RESIDUAL_STEP)
    return np.asarray(place + weight * step.residual[np.ix_(rows, columns)], np.float32)


def measure_pair(views: tuple[View, View], index: int, settings: Settings) -> tuple[Record, Record]:
    """Measure the motion between `index` and the next frame: (fill record, validation record)."""
    fill, check = views
    start, end = homography.track(fill.grey(index), fill.grey(index + 1), fill.blind(index))
    records = []
    for view in views:
        kept = homography.visible(start, view.blind(index)) & homography.visible(end, view.blind(index + 1))
        plane = np.eye(3) if settings.motion == "static" else homography.fit(start[kept], end[kept])
        dense = _dense(view, index, plane, _around(check, index, settings.context), settings)
        bends = settings.motion not in ("static", "plane")
        records.append({**dense, "tracks": _clear(view, index, start[kept & bends], end[kept & bends])})
    return records[0], records[1]


def _clear(view: View, index: int, start: Points, end: Points) -> NDArray[np.float32]:
    """Keep the tracks that stay clear of blind pixels: (n, 4) float32, x y here and x y in the next frame."""
    kept = homography.visible(start, grow(view.blind(index), _TRACK_MARGIN))
    kept &= homography.visible(end, grow(view.blind(index + 1), _TRACK_MARGIN))
    return np.concatenate([start[kept], end[kept]], axis=1).astype(np.float32)


def _dense(view: View, index: int, plane: Plane, box: Box, settings: Settings) -> Record:
    grey, blind = (view.grey(index), view.grey(index + 1)), (view.blind(index), view.blind(index + 1))
    record: Record = {"homography": plane, "box": np.array([box.x0, box.y0, box.x1, box.y1], np.int32)}
    if settings.motion in ("static", "plane") or box.is_empty:
        nothing = np.zeros((1, 1, 2), np.int16)
        corner = np.array([box.x0, box.y0, box.x0 + 1, box.y0 + 1], np.int32)
        return {**record, "box": corner, "forward": nothing, "backward": nothing}
    forward = flow.residual(grey, blind, plane, box, settings.edge_blur)
    backward = flow.residual(grey[::-1], blind[::-1], inverse(plane), box, settings.edge_blur)
    return {**record, "forward": coded(forward), "backward": coded(backward)}


def coded(residual: NDArray[np.float32]) -> NDArray[np.int16]:
    """Give a residual in pixels as it is stored, in steps of 1/256 pixel."""
    clipped = np.clip(residual, -_FARTHEST, _FARTHEST)
    return np.asarray(np.rint(clipped / RESIDUAL_STEP), np.int16)


def _around(view: View, index: int, context: int) -> Box:
    frame = Box.of_size(*view.footage.size)
    both = hole_box(view.hole(index)).union(hole_box(view.hole(index + 1)))
    return both if both.is_empty else both.grow(context).intersect(frame)


def inverse(plane: Plane) -> Plane:
    """Give the homography that goes back."""
    return np.asarray(np.linalg.inv(plane), np.float64)


def hole_box(hole: NDArray[np.uint8]) -> Box:
    """Give the smallest box that holds all set pixels; empty if there are none."""
    rows, columns = np.flatnonzero(hole.any(1)), np.flatnonzero(hole.any(0))
    if not len(rows):
        return Box(0, 0, 0, 0)
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
