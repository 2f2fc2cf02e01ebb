"""Finish an analysed clip as the product does by default: texture, detail and grain on the fill."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from photodouble.image.encoding import decode, encode
from photodouble.ops.inpaint.native import ArrayPlates
from photodouble.ops.inpaint.pipeline import Silent
from photodouble.ops.inpaint.render import Look, render_frame
from photodouble.ops.inpaint.scratch import Scratch
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.inpaint.study import study_plates
from photodouble.ops.inpaint.unseen import Invention

Clip = list[NDArray[np.uint8]]


def finish(frames: Clip, holes: Clip, scratch: Scratch) -> Clip:
    """Render every frame with the default look, 8-bit, over the greyed frames."""
    pictures = [decode(f.astype(np.float32) / 255) for f in frames]
    plates = ArrayPlates(pictures, [m.astype(np.float32) for m in holes])
    study_plates(plates, scratch, Settings(), Invention(), Silent())
    out = []
    for index, (frame, hole) in enumerate(zip(frames, holes)):
        done = frame.copy()
        if hole.any():
            rendered = render_frame(plates, scratch, index, Look())
            b = rendered.box
            inside = hole[b.y0 : b.y1, b.x0 : b.x1] > 0
            codes = np.clip(np.rint(encode(rendered.fill) * 255), 0, 255).astype(np.uint8)
            done[b.y0 : b.y1, b.x0 : b.x1][inside] = codes[inside]
        out.append(done)
    return out
