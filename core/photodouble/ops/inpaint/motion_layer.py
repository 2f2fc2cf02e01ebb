"""The motion from frame to frame as places, to write out as ST maps and to take back after hand edits."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint.footage import Mask
from photodouble.ops.inpaint.homography import Plane
from photodouble.ops.inpaint.motion import Motion, Step, field, inverse
from photodouble.ops.inpaint.sampling import RESIDUAL_STEP
from photodouble.ops.inpaint.scratch import Record

Places = NDArray[np.float32]

_EDITED = 0.02
"""Working pixels by which a place must differ from the measured one to count as edited: less is rounding."""
_MOSTLY = 0.5
_FITTED = 2000
_ROUNDS = 12


def neighbour_places(motion: Motion, index: int, direction: int, box: Box) -> Places:
    """Return where the pixels of a box are in the neighbouring frame, (h, w, 2) float32 working pixels."""
    return own_grid(box) + field(motion.step(index, direction), box)


def edited(record: Record, places: Places, hole: Mask) -> Record:
    """Lay an artist's places (h, w, 2), NaN where not said, into the motion record of a pair of frames.

    `places` and `hole` cover the working frame. A map that says what was measured changes nothing. Where
    most of the hole is edited, the homography follows it; the way back is the inverse of the way there.
    """
    box = Box(*(int(value) for value in record["box"]))
    plane = record["homography"]
    steps = {
        way: Step(plane if way == "forward" else inverse(plane), record[way], box)
        for way in ("forward", "backward")
    }
    if record["forward"].shape[:2] == (1, 1):
        return _edited_plane(record, places, hole)
    inside = box.slices_in(Box.of_size(*hole.shape))
    measured = own_grid(box) + field(steps["forward"], box)
    wanted = places[inside]
    by_hand = np.isfinite(wanted).all(axis=2)
    by_hand &= np.linalg.norm(np.nan_to_num(wanted) - measured, axis=2) > _EDITED
    if not by_hand.any():
        return record
    forward = np.where(by_hand[..., None], wanted, measured).astype(np.float32)
    mostly = by_hand[hole[inside] > 0]
    if mostly.size and mostly.mean() > _MOSTLY:
        plane = _fitted(own_grid(box)[hole[inside] > 0], forward[hole[inside] > 0], plane)
    back_measured = own_grid(box) + field(steps["backward"], box)
    backward = _turned_round(forward, box, back_measured, by_hand)
    return {
        **record,
        "homography": plane,
        "forward": _coded(forward - _over_plane(plane, box)),
        "backward": _coded(backward - _over_plane(inverse(plane), box)),
    }


def _edited_plane(record: Record, places: Places, hole: Mask) -> Record:
    """Let the homography follow the places inside the hole, in a shot that is followed by it alone."""
    said = np.isfinite(places).all(axis=2) & (hole > 0)
    here = own_grid(Box.of_size(*hole.shape))[said]
    if said.sum() <= _MOSTLY * np.count_nonzero(hole):
        return record
    measured = cv2.perspectiveTransform(here.reshape(-1, 1, 2).astype(np.float64), record["homography"])
    if np.abs(places[said] - measured[:, 0]).max() <= _EDITED:
        return record
    return {**record, "homography": _fitted(here, places[said], record["homography"])}


def own_grid(box: Box) -> Places:
    """Return the place (x, y) of every pixel of a box, (h, w, 2) float32."""
    columns, rows = np.meshgrid(np.arange(box.x0, box.x1), np.arange(box.y0, box.y1))
    return np.stack([columns, rows], axis=2).astype(np.float32)


def _over_plane(plane: Plane, box: Box) -> Places:
    grid = own_grid(box).astype(np.float64).reshape(-1, 1, 2)
    return np.asarray(cv2.perspectiveTransform(grid, plane).reshape(*box.size, 2), np.float32)


def _fitted(here: Places, there: Places, otherwise: Plane) -> Plane:
    every = max(len(here) // _FITTED, 1)
    plane, _ = cv2.findHomography(here[::every].astype(np.float64), there[::every].astype(np.float64), 0)
    if plane is None or not np.isfinite(plane).all() or abs(np.linalg.det(plane)) < 1e-3:
        return otherwise
    return np.asarray(plane, np.float64)


def _turned_round(forward: Places, box: Box, measured: Places, by_hand: NDArray[np.bool_]) -> Places:
    """Invert places over a box by fixed-point steps; where nothing edited arrives, the measured hold."""
    moved = (forward - own_grid(box)).astype(np.float32)
    wanted = own_grid(box)
    at = measured.copy()
    corner = np.array([box.x0, box.y0], np.float32)
    for _ in range(_ROUNDS):
        at = wanted - _read(moved, at - corner)
    arrived = _read(by_hand.astype(np.float32), at - corner) > 0.5
    return np.where(arrived[..., None], at, measured).astype(np.float32)


def _coded(residual: Places) -> NDArray[np.int16]:
    limits = np.iinfo(np.int16)
    return np.asarray(np.clip(np.rint(residual / RESIDUAL_STEP), limits.min, limits.max), np.int16)


def _read(picture: NDArray[np.float32], at: Places) -> NDArray[np.float32]:
    return np.asarray(
        cv2.remap(picture, at.astype(np.float32), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.float32,
    )
