"""Fill an analysed clip once more, corrected by what the clip itself taught."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from photodouble.ops.inpaint.clean_plate import filled
from photodouble.ops.inpaint.footage import ArrayFootage
from photodouble.ops.inpaint.learn.shot import Learning, learn_shot
from photodouble.ops.inpaint.pipeline import Silent, one_thread
from photodouble.ops.inpaint.scratch import Scratch
from photodouble.ops.inpaint.settings import Settings

Clip = list[NDArray[np.uint8]]


def learned(frames: Clip, holes: Clip, scratch: Scratch, minutes: float) -> Clip:
    """Learn for so many minutes of one core and return the corrected fill, 8-bit, over the greyed frames.

    `scratch` holds the analysis of the same clip; from here on its fills are the learned ones.
    """
    footage = ArrayFootage([frame.astype(np.float32) / 255 for frame in frames], holes)
    with one_thread():
        learn_shot(
            footage, scratch, Settings(), Learning(minutes), Silent(), lambda words: print(f"  {words}")
        )
    out = []
    for index, (frame, hole) in enumerate(zip(frames, holes)):
        done = frame.copy()
        if hole.any():
            record = filled(scratch, index)
            x0, y0, x1, y1 = record["box"]
            inside = hole[y0:y1, x0:x1] > 0
            done[y0:y1, x0:x1][inside] = np.clip(np.rint(record["base"][inside] * 255), 0, 255)
        out.append(done)
    return out
