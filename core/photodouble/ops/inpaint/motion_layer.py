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
from photodouble.ops.inpaint.scratch import Record, Scratch

Places = NDArray[np.float32]

_MOSTLY = 0.5
_FITTED = 2000
_ROUNDS = 12


def neighbour_places(motion: Motion, index: int, direction: int, box: Box) -> Places:
    """Return where the pixels of a box are in the neighbouring frame, (h, w, 2) float32 working pixels."""
    return _step_places(motion.step(index, direction), box)


def recorded_places(record: Record, box: Box) -> Places:
    """Return where the record of a pair of frames takes the pixels of a box, (h, w, 2) working pixels."""
    known = Box(*(int(value) for value in record["box"]))
    return _step_places(Step(record["homography"], record["forward"], known), box)


def _step_places(step: Step, box: Box) -> Places:
    """Give places over a box; beyond where the dense motion was measured the homography alone speaks."""
    inside = np.zeros(box.size, np.float32)
    inside[step.box.intersect(box).slices_in(box)] = 1
    return own_grid(box) + field(step, box, inside)


def edited(record: Record, places: Places, hole: Mask) -> Record:
    """Lay an artist's places (h, w, 2), NaN where not edited, into the motion record of a pair of frames.

    `places` and `hole` cover the working frame. Where most of the hole is edited, the homography follows
    it; the way back is the inverse of the way there. `by_hand` and `by_hand_next` (h, w) bool mark in the
    record what was edited, in the one frame and in the next.
    """
    box = Box(*(int(value) for value in record["box"]))
    plane = record["homography"]
    if record["forward"].shape[:2] == (1, 1):
        return _edited_plane(record, places, hole)
    inside = box.slices_in(Box.of_size(*hole.shape))
    measured = recorded_places(record, box)
    wanted = places[inside]
    by_hand = np.asarray(np.isfinite(wanted).all(axis=2), np.bool_)
    if not by_hand.any():
        return record
    forward = np.where(by_hand[..., None], wanted, measured).astype(np.float32)
    mostly = by_hand[hole[inside] > 0]
    if mostly.size and mostly.mean() > _MOSTLY:
        plane = _fitted(own_grid(box)[hole[inside] > 0], forward[hole[inside] > 0], plane)
    back_measured = own_grid(box) + field(Step(inverse(record["homography"]), record["backward"], box), box)
    backward, arrived = _turned_round(forward, box, back_measured, by_hand)
    return {
        **record,
        "by_hand": by_hand,
        "by_hand_next": arrived,
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


def said_by_hand(scratch: Scratch, index: int, box: Box, frame: Box) -> NDArray[np.bool_] | None:
    """Mark the pixels of a box whose motion to a neighbour an artist edited; None if there are none."""
    whole = np.zeros(frame.size, np.bool_)
    for pair, name in ((index, "by_hand"), (index - 1, "by_hand_next")):
        record = scratch.load("motion", pair) if scratch.has("motion", pair) else {}
        if name in record:
            whole[Box(*(int(value) for value in record["box"])).slices_in(frame)] |= record[name]
    return whole[box.slices_in(frame)] if whole.any() else None


def _turned_round(
    forward: Places, box: Box, measured: Places, by_hand: NDArray[np.bool_]
) -> tuple[Places, NDArray[np.bool_]]:
    """Invert places over a box by fixed-point steps; where nothing edited arrives, the measured hold.

    Also says where something edited arrives.
    """
    moved = (forward - own_grid(box)).astype(np.float32)
    wanted = own_grid(box)
    at = measured.copy()
    corner = np.array([box.x0, box.y0], np.float32)
    for _ in range(_ROUNDS):
        at = wanted - _read(moved, at - corner)
    arrived = _read(by_hand.astype(np.float32), at - corner) > 0.5
    return np.where(arrived[..., None], at, measured).astype(np.float32), np.asarray(arrived, np.bool_)


def _coded(residual: Places) -> NDArray[np.int16]:
    limits = np.iinfo(np.int16)
    return np.asarray(np.clip(np.rint(residual / RESIDUAL_STEP), limits.min, limits.max), np.int16)


def _read(picture: NDArray[np.float32], at: Places) -> NDArray[np.float32]:
    return np.asarray(
        cv2.remap(picture, at.astype(np.float32), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.float32,
    )
