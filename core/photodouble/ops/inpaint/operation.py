"""The inpaint operation as the engine runs it: analyse the shot once, then render any frame."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from photodouble.image.window import Box
from photodouble.ops.operation import Rendered, Reporter, Scratch
from photodouble.ops.shot import Shot
from photodouble_client.specs import INPAINT

Array = npt.NDArray[np.float32]


class StaticMedian:
    """Fill with the median over time of a locked camera; what no frame shows is spread from the edge."""

    key = "inpaint"
    version = 1
    spec = INPAINT
    render_only = frozenset({"detail", "grain", "seam"})

    def analyse(self, shot: Shot, scratch: Scratch, report: Reporter) -> None:
        """Keep, for the work area, the median of the known pixels of the sources."""
        box = shot.work_box
        if box.is_empty or scratch.has("median", 0):
            return
        stack = []
        for done, frame in enumerate(shot.source_frames):
            picture = shot.plate_linear(frame, box).copy()
            known = shot.plate_valid(frame, box) & (shot.matte(frame, box) == 0)
            picture[~known] = np.nan
            stack.append(picture)
            report.progress(done + 1, len(shot.source_frames), "median")
        with np.errstate(all="ignore"):
            median = np.nanmedian(np.stack(stack), axis=0).astype(np.float32)
        unseen = np.asarray(np.isnan(median).any(axis=2))
        codes = (np.clip(np.nan_to_num(median), 0, 1) * 255).astype(np.uint8)
        spread = cv2.inpaint(codes, unseen.astype(np.uint8), 3, cv2.INPAINT_TELEA).astype(np.float32) / 255
        median[unseen] = spread[unseen]
        scratch.save("median", 0, median=median, unseen=unseen)

    def render(self, shot: Shot, scratch: Scratch, frame: int) -> Rendered:
        """Take the median where the frame's matte is."""
        box, area = shot.matte_box(frame), shot.work_box
        if box.is_empty:
            nothing = np.zeros((0, 0), np.float32)
            return Rendered(Box(0, 0, 0, 0), np.zeros((0, 0, 3), np.float32), *([nothing] * 4))
        record = scratch.load("median", 0)
        fill = np.ascontiguousarray(record["median"][box.slices_in(area)])
        unseen = record["unseen"][box.slices_in(area)]
        kind = np.where(unseen, np.float32(3), np.float32(1))
        return Rendered(
            box, fill, shot.matte(frame, box), kind, np.full_like(kind, -1), np.asarray(1 / kind, np.float32)
        )


OPERATION = StaticMedian()
