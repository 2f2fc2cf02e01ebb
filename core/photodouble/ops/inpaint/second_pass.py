"""Measure the dense motion again, on the shot as it was first filled, and follow it once more.

The first pass cannot see the motion inside the matte: it continues it from the surroundings. Once a first
fill exists its motion can be measured, and sources that the continued motion missed are found again (the
alternation of colour and flow in Huang et al. 2016, with one turn).
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint import candidates, flow
from photodouble.ops.inpaint.candidates import Candidate
from photodouble.ops.inpaint.footage import Footage, Mask
from photodouble.ops.inpaint.gather import along_flow
from photodouble.ops.inpaint.motion import Motion, coded, inverse
from photodouble.ops.inpaint.sampling import RESIDUAL_STEP
from photodouble.ops.inpaint.scratch import Record, Scratch
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.inpaint.views import View, grow_cross, luminance_proxy

DRAFT = "draft"
"""The stage of the first fills: `box` int32[4] and `base` (h, w, 3) float32, encoded."""
MOTION = "motion_second"
"""The stage of the motion measured on the drafts; records as in motion.py."""
AGAIN = "again"
"""The candidate that follows this motion; it stands beside `flow`, the one of the first pass."""
_LATER, _STILL = 6, 0.95
"""Frames later, and the part of the matte that must still cover the same pixels then."""
_SOFT = 2.0
_EDGE = 4
_DOUBT, _DOUBT_AGAIN = 1.0, 0.5
"""Parts of the squared difference of the two dense candidates that are added to the error of each."""
_NEIGHBOURHOOD = 4.0
_NOT_SEEN = 1.8
"""How much worse the second is where it found no source: both together then weigh what the first did."""


def is_wanted(footage: Footage, settings: Settings) -> bool:
    """Say whether the motion is measured again: where that pays, the matte stands still in the picture.

    What a matte hides that moves with its subject was seen a few frames ago, and the first pass knows it.
    """
    if settings.motion not in ("automatic", "flow") or settings.second_pass == "never":
        return False
    if settings.second_pass == "always":
        return True
    last = footage.count - _LATER
    pairs = [(footage.hole(i), footage.hole(i + _LATER)) for i in range(0, last, max(last // 8, 1))]
    stays = [_stays(now, later) for now, later in pairs if now.any() and later.any()]
    return bool(stays) and float(np.mean(stays)) >= _STILL


def _stays(now: Mask, later: Mask) -> float:
    return float(((now > 0) & (later > 0)).sum()) / float((now > 0).sum())


def measure_again(view: View, scratch: Scratch, index: int, settings: Settings) -> Record:
    """Measure the motion between the drafts of `index` and the next frame: a motion record.

    The homography and the residual outside the matte stay those of the first pass, and all of it does
    where an artist edited the motion.
    """
    first = scratch.load("motion", index)
    box = Box(*(int(v) for v in first["box"]))
    by_hand = "by_hand" in first or "by_hand_next" in first
    if by_hand or box.is_empty or first["forward"].shape[:2] != box.size:
        return first
    drafts = [_draft(view, scratch, i) for i in (index, index + 1)]
    plane = first["homography"]
    record = {"homography": plane, "box": first["box"]}
    for name, pair, step in (("forward", drafts, plane), ("backward", drafts[::-1], inverse(plane))):
        (here, blind_here, filled), (there, blind_there, _) = pair
        found = flow.residual((here, there), (blind_here, blind_there), step, box, settings.edge_blur)
        found = cv2.GaussianBlur(found, (0, 0), _SOFT)
        inside = grow_cross(filled[box.y0 : box.y1, box.x0 : box.x1], _EDGE).astype(np.float32)
        inside = cv2.GaussianBlur(inside, (0, 0), _SOFT)[..., None]
        before = first[name] * np.float32(RESIDUAL_STEP)
        record[name] = coded((before + inside * (found - before)).astype(np.float32))
    return record


def follow_again(view: View, motion: Motion, index: int, box: Box, settings: Settings) -> Candidate:
    """Fill the hole of `index` over `box` along the motion measured on the drafts."""
    spot = candidates.spot_of(view, index, box, settings)
    found = along_flow(view, motion, index, spot.points, settings)
    return candidates.finish(spot, found, settings, seam=True, painted=sorted(view.footage.painted))


def doubt(
    errors: dict[str, NDArray[np.float32]], tested: NDArray[np.float32], made: Mapping[str, Candidate]
) -> None:
    """Say how wrong the second dense candidate may be, and believe both less where they differ; in place.

    `tested` is the ring's squared error of the first dense candidate, not deepened: the second one's
    motion is measured, not continued, inside the matte. Where they differ the first is doubted more.
    Where the second found no source it says nothing new: neither is doubted, both weigh what one did.
    """
    squared = ((made["flow"].fill - made[AGAIN].fill) ** 2).mean(2)
    squared = cv2.GaussianBlur(squared, (0, 0), _NEIGHBOURHOOD)
    seen = made[AGAIN].seen
    first = errors["flow"]
    errors[AGAIN] = np.where(seen, tested + _DOUBT_AGAIN * squared, _NOT_SEEN * first).astype(np.float32)
    errors["flow"] = np.where(seen, first + _DOUBT * squared, first).astype(np.float32)


def _draft(view: View, scratch: Scratch, index: int) -> tuple[Mask, Mask, Mask]:
    """Give the grey proxy of a frame with its draft in the hole, what is still blind, and what is filled."""
    grey, blind, hole = view.grey(index), view.blind(index), view.hole(index)
    if not scratch.has(DRAFT, index):
        return grey, blind, np.zeros_like(hole)
    record = scratch.load(DRAFT, index)
    x0, y0, x1, y1 = (int(v) for v in record["box"])
    inside: NDArray[np.bool_] = hole[y0:y1, x0:x1] > 0
    grey = grey.copy()
    grey[y0:y1, x0:x1][inside] = luminance_proxy(record["base"])[inside]
    return grey, np.where(hole > 0, 0, blind).astype(np.uint8), hole
