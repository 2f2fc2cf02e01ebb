"""Make one frame of the full stand: every pass laid over the master inside its seams."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint.confidence import PLATE, REAL
from photodouble.ops.operation import Rendered, Scratch
from photodouble.ops.replace.render import nothing
from photodouble.ops.shot import Shot
from photodouble.ops.tiles.passes import laid_over, over_box, passes_of, read_pass
from photodouble.ops.tiles.study import boxes, light_of, plane_of

Picture = NDArray[np.float32]


def render(shot: Shot, scratch: Scratch, frame: int) -> Rendered:
    """Lay the passes over one frame of the master."""
    place, window = shot.frames.index(frame), shot.display_window
    record, box = scratch.load("labels", 0), boxes(shot)
    shares = {number: _share(shot, scratch, record["labels"], number, place) for number in passes_of(shot)}
    shares = {number: share for number, share in shares.items() if (share > 0).any()}
    if not shares:
        return nothing()
    box = _around(np.maximum.reduce(list(shares.values())), box)
    inside = box.slices_in(boxes(shot))
    plate = shot.plate_linear(frame, box)
    sound = np.asarray(np.isfinite(plate).all(axis=2))
    made = np.where(sound[..., None], plate, 0).astype(np.float32)
    left = np.ones(box.size, np.float32)
    source, heaviest = np.full(box.size, -1, np.float32), np.zeros(box.size, np.float32)
    for number, whole in shares.items():
        picture, at = read_pass(shot, number, frame)
        laid = laid_over(picture, plane_of(scratch, number, place), box, window)
        known = np.asarray(np.isfinite(laid).all(axis=2) & sound)
        share = np.where(known, whole[inside], 0).astype(np.float32)
        lit = np.where(known[..., None], laid, 0) * over_box(light_of(scratch, number, place), box, window)
        made = made * (1 - share[..., None]) + lit * share[..., None]
        left = left * (1 - share)
        source = np.where(share > np.maximum(heaviest * (1 - share), 0), np.float32(at), source)
        heaviest = np.maximum(heaviest * (1 - share), share)
    matte = (1 - left).astype(np.float32)
    changed = matte > 0
    rest = np.where(sound[..., None], plate, 0) * left[..., None]
    fill = np.where(changed[..., None], (made - rest) / np.maximum(matte, 1e-6)[..., None], 0)
    sure = _carried(shot, scratch, record["sure"], place)[inside]
    return Rendered(
        box,
        fill.astype(np.float32),
        matte,
        np.where(changed, np.float32(REAL), np.float32(PLATE)),
        np.where(changed, source, np.float32(-1)),
        np.where(changed, np.clip(sure, 0, 1), np.float32(1)).astype(np.float32),
    )


def _share(
    shot: Shot, scratch: Scratch, labels: NDArray[np.uint8], number: int, place: int
) -> NDArray[np.float32]:
    """Return how much of a pass is shown, (h, w) over the changeable part, soft along its seam."""
    mine = (labels == number).astype(np.float32)
    if not mine.any():
        return np.zeros(boxes(shot).size, np.float32)
    # A little soft at working size, so that enlarging it leaves no stairs.
    carried = _carried(shot, scratch, cv2.GaussianBlur(mine, (0, 0), 0.7), place)
    soft = float(shot.values["seam_softness"])
    wide = max(shot.display_window.size) / max(labels.shape)
    steep = np.clip((carried - 0.5) * max(wide * 2.2 / max(soft, 0.5), 1.2) + 0.5, 0, 1).astype(np.float32)
    if soft > 2 * wide:
        blurred = cv2.GaussianBlur(steep, (0, 0), soft / 3.5)
        steep = np.clip((blurred - 0.5) * 1.1 + 0.5, 0, 1)
    return np.asarray(steep, np.float32)


def _carried(shot: Shot, scratch: Scratch, field: NDArray[np.float32], place: int) -> NDArray[np.float32]:
    """Carry a field of the reference frame at working size to a frame, over the changeable part."""
    window, box = shot.display_window, boxes(shot)
    ground = np.asarray(scratch.load("ground", place)["plane"], np.float64)
    scale = field.shape[1] / window.width, field.shape[0] / window.height
    to_field = np.array([[scale[0], 0, scale[0] / 2 - 0.5], [0, scale[1], scale[1] / 2 - 0.5], [0, 0, 1]])
    to_window = np.array([[1, 0, box.x0 - window.x0], [0, 1, box.y0 - window.y0], [0, 0, 1]])
    plane = to_field @ np.linalg.inv(ground) @ to_window
    carried = cv2.warpPerspective(
        field,
        plane,
        (box.width, box.height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(carried, np.float32)


def _around(share: NDArray[np.float32], box: Box) -> Box:
    rows, columns = np.flatnonzero((share > 0).any(axis=1)), np.flatnonzero((share > 0).any(axis=0))
    return Box(
        box.x0 + int(columns[0]),
        box.y0 + int(rows[0]),
        box.x0 + int(columns[-1]) + 1,
        box.y0 + int(rows[-1]) + 1,
    )
